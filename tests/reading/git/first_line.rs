//! Tests that in histories which are read by path, only the line of first parents was published:
//! a merge brings a text at its own time, and drafts on side branches are no snapshots.

use std::collections::BTreeSet;
use std::path::Path;

use fineprint::corpus::{self, ReadOptions, SkipReason};

use super::{DAY, START, Stream, Told, blob, git};
use crate::util::{Fixture, fptest};

const MAIN: &str = "refs/heads/main";
const SIDE: &str = "refs/heads/side";
const POLICY: &str = "acme/privacy.md";

/// A made-up history, in which every commit is a day after the one before it.
#[derive(Default)]
struct Days(Stream);

impl Days {
    /// Adds a commit whose only change is the text of the policy; `None` changes nothing.
    fn commit(self, branch: &str, parents: &[usize], text: Option<&str>) -> Self {
        let changes: Vec<_> = text.iter().map(|text| (POLICY, Some(*text))).collect();
        self.changes(branch, parents, &changes)
    }

    fn changes(self, branch: &str, parents: &[usize], changes: &[(&str, Option<&str>)]) -> Self {
        let time = START + self.0.commits as i64 * DAY;
        Self(self.0.commit_on(branch, parents, time, "Update", changes))
    }

    /// Checks the snapshots, as company, day of July 2017 and text, and the number of versions of
    /// side branches, which are left out.
    #[track_caller]
    fn expect(&self, fx: &Fixture, name: &str, snapshots: &[&str], left_out: usize) {
        let bare = self.0.bare(fx, name);
        let told = told(&bare);
        assert_eq!(texts(&bare), snapshots, "{name}");
        assert_eq!(left_out_of(&told), left_out, "{name}: {:?}", told.skipped);
        assert!(told.failed.is_empty(), "{name}: {:?}", told.failed);
    }
}

fn by_path() -> ReadOptions {
    ReadOptions { path: Some("{company}/{type}.md".to_owned()), ..ReadOptions::default() }
}

fn told(bare: &Path) -> Told {
    Told::by(corpus::open(bare, &by_path()).unwrap().as_ref())
}

fn left_out_of(told: &Told) -> usize {
    told.skipped.iter().filter(|(_, skip)| *skip == SkipReason::SideBranch).count()
}

fn texts(bare: &Path) -> Vec<String> {
    let reader = corpus::open(bare, &by_path()).unwrap();
    let mut session = reader.session();
    let mut found = Told::by(reader.as_ref()).found;
    // Several policies of one commit are found in any order.
    found.sort_by(|(a, _, x), (b, _, y)| (x.time, x.order, a).cmp(&(y.time, y.order, b)));
    let text = found.into_iter().map(|(company, _, found)| {
        let read = session.read(&found, true).unwrap();
        format!("{company} {} {}", &read.info.time.date()[8..], read.text.unwrap().body)
    });
    text.collect()
}

/// One text on the first day, and another on the second, in a side branch.
fn request() -> Days {
    Days::default().commit(MAIN, &[], Some("never")).commit(SIDE, &[1], Some("sell"))
}

fptest!(a_pull_request_counts_from_its_merge, |fx: Fixture| {
    request().commit(MAIN, &[1, 2], Some("sell")).expect(
        &fx,
        "merged.git",
        &["acme 14 never", "acme 16 sell"],
        1,
    );
    // Three drafts, the last of which is merged.
    request()
        .commit(SIDE, &[2], Some("rent"))
        .commit(SIDE, &[3], Some("lend"))
        .commit(MAIN, &[1, 4], Some("lend"))
        .expect(&fx, "drafts.git", &["acme 14 never", "acme 18 lend"], 3);
    let as_of = |date: &str, text: &str| {
        let args = ["search", text, "--as-of", date, "--count"];
        fx.run(args).stdout().trim().to_owned()
    };
    fx.run(["index", "merged.git", "--path", "{company}/{type}.md"])
        .exits(0)
        .stderr_has("skipped 1: version of a side branch, published only if and when a merge")
        .stderr_has(":acme/privacy.md)");
    assert_eq!(
        (as_of("2017-07-15", "never"), as_of("2017-07-15", "sell")),
        ("1".into(), "0".into())
    );
    assert_eq!(
        (as_of("2017-07-16", "never"), as_of("2017-07-16", "sell")),
        ("0".into(), "1".into())
    );
});

fptest!(shapes_of_merges_are_read_along_the_first_line, |fx: Fixture| {
    // After a fast-forward the commits of the branch are the line itself.
    request().commit(MAIN, &[2], Some("rent")).expect(
        &fx,
        "fast-forward.git",
        &["acme 14 never", "acme 15 sell", "acme 16 rent"],
        0,
    );
    // An octopus merge brings one branch with the policy, and two without.
    request()
        .changes("refs/heads/two", &[1], &[("birch/terms.md", Some("b"))])
        .changes("refs/heads/three", &[1], &[("README.md", Some("About"))])
        .changes(
            MAIN,
            &[1, 2, 3, 4],
            &[(POLICY, Some("sell")), ("birch/terms.md", Some("b")), ("README.md", Some("About"))],
        )
        .expect(&fx, "octopus.git", &["acme 14 never", "acme 18 sell", "birch 18 b"], 2);
    // `git merge -s ours` rejects the text of the branch.
    request().commit(MAIN, &[1, 2], None).expect(&fx, "ours.git", &["acme 14 never"], 1);
    // A merge is reverted, and the revert is reverted in another branch.
    request()
        .commit(MAIN, &[1, 2], Some("sell"))
        .commit(MAIN, &[3], Some("never"))
        .commit("refs/heads/again", &[4], Some("sell"))
        .commit(MAIN, &[4, 5], Some("sell"))
        .expect(
            &fx,
            "revert.git",
            &["acme 14 never", "acme 16 sell", "acme 17 never", "acme 19 sell"],
            2,
        );
    // A branch of a branch comes with the outer merge.
    request()
        .commit("refs/heads/inner", &[2], Some("inner"))
        .commit(SIDE, &[2, 3], Some("inner"))
        .commit(MAIN, &[1, 4], Some("inner"))
        .expect(&fx, "nested.git", &["acme 14 never", "acme 18 inner"], 2);
});

fptest!(merges_that_change_more_than_they_bring, |fx: Fixture| {
    // A conflict is resolved to a text that neither side has.
    request().commit(MAIN, &[1], Some("rent")).commit(MAIN, &[3, 2], Some("sell or rent")).expect(
        &fx,
        "conflict.git",
        &["acme 14 never", "acme 16 rent", "acme 17 sell or rent"],
        1,
    );
    // Each branch merges the other one: the texts cross.
    request()
        .commit(MAIN, &[1], Some("rent"))
        .commit(MAIN, &[3, 2], Some("sell"))
        .commit(SIDE, &[2, 3], Some("rent"))
        .commit(MAIN, &[4, 5], Some("rent"))
        .expect(
            &fx,
            "criss-cross.git",
            &["acme 14 never", "acme 16 rent", "acme 17 sell", "acme 19 rent"],
            1,
        );
    // A branch is merged twice.
    request()
        .commit(MAIN, &[1, 2], Some("sell"))
        .commit(SIDE, &[2], Some("rent"))
        .commit(MAIN, &[3, 4], Some("rent"))
        .expect(&fx, "twice.git", &["acme 14 never", "acme 16 sell", "acme 18 rent"], 2);
    // A file of the branch never reaches the main branch, and the merge deletes another file.
    request()
        .changes(SIDE, &[2], &[("birch/terms.md", Some("b"))])
        .changes(MAIN, &[1, 3], &[(POLICY, None)])
        .expect(&fx, "dropped.git", &["acme 14 never"], 2);
    let deleted = told(&fx.path("dropped.git")).skipped;
    let deleted = deleted.iter().filter(|(_, skip)| *skip == SkipReason::Deleted);
    assert_eq!(deleted.count(), 1, "the merge deletes a file of its first parent");
    // A history of its own joins.
    request()
        .changes("refs/heads/other", &[], &[("birch/terms.md", Some("b"))])
        .changes(MAIN, &[1, 3], &[("birch/terms.md", Some("b"))])
        .expect(&fx, "joined.git", &["acme 14 never", "birch 17 b"], 1);
});

// The branch from which nothing was merged is not read at all, and a policy that was only ever on
// a branch does not make a history.
fptest!(a_policy_that_was_never_published_is_none, |fx: Fixture| {
    request().expect(&fx, "open.git", &["acme 14 never"], 0);
    Days::default()
        .changes(MAIN, &[], &[("README.md", Some("About"))])
        .commit(SIDE, &[1], Some("sell"))
        .changes(MAIN, &[1, 2], &[(POLICY, None)])
        .0
        .bare(&fx, "rejected.git");
    fx.run(["index", "rejected.git", "--path", "{company}/{type}.md"])
        .exits(2)
        .stderr_has("the only file of its newest commit is `README.md`");
});

// HEAD of a bare repository may name a branch that nobody has pushed.
fptest!(without_a_head_the_branch_with_the_name_of_a_main_branch_counts, |fx: Fixture| {
    let bare = request().0.bare(&fx, "x.git");
    std::fs::write(bare.join("HEAD"), "ref: refs/heads/none\n").unwrap();
    assert_eq!(texts(&bare), ["acme 14 never"]);
    for (name, old) in [("refs/heads/master", MAIN), ("refs/remotes/origin/main", "master")] {
        git(&bare, &["update-ref", name, old]);
        let old = if old == MAIN { MAIN } else { "refs/heads/master" };
        git(&bare, &["update-ref", "-d", old]);
        assert_eq!(texts(&bare), ["acme 14 never"], "{name}");
    }
    // Where no name tells the main branch, all branches are read.
    git(&bare, &["update-ref", "refs/heads/one", "refs/remotes/origin/main"]);
    git(&bare, &["update-ref", "-d", "refs/remotes/origin/main"]);
    assert_eq!(texts(&bare), ["acme 14 never", "acme 15 sell"]);
});

fptest!(merges_after_the_first_build_give_what_a_new_build_gives, |fx: Fixture| {
    let bare = request().0.bare(&fx, "x.git");
    let index = |folder: &str| {
        fx.run(["index", "x.git", "--path", "{company}/{type}.md", "--index", folder]).exits(0);
        fx.run(["export", "--format", "jsonl", "--index", folder]).stdout().to_owned()
    };
    index("kept");
    let tree = git(&bare, &["rev-parse", "side^{tree}"]);
    let (one, two) = (git(&bare, &["rev-parse", "main"]), git(&bare, &["rev-parse", "side"]));
    let merge = git(&bare, &["commit-tree", &tree, "-p", &one, "-p", &two, "-m", "Merge"]);
    git(&bare, &["update-ref", MAIN, &merge]);
    let kept = index("kept");
    assert!(kept.contains("sell"), "{kept}");
    assert_eq!(kept, index("fresh"));
});

/// The versions of the first line as git reports them: commit, author time, object and path.
fn versions_by_git(repository: &Path) -> BTreeSet<String> {
    let format = "--format=commit %H %at";
    let merges = "--diff-merges=first-parent";
    let args =
        ["log", "--first-parent", merges, "--root", "--raw", "--no-abbrev", "--no-renames", format];
    let log = git(repository, &args);
    let mut commit = "";
    let mut versions = BTreeSet::new();
    for line in log.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("commit ") {
            commit = rest;
        } else if let Some((fields, path)) = line.split_once('\t') {
            let fields: Vec<&str> = fields.split(' ').collect();
            versions.extend((fields[4] != "D").then(|| format!("{commit} {} {path}", fields[3])));
        }
    }
    versions
}

/// The number of versions that git reports for commits which are not on the first line.
fn side_versions_by_git(repository: &Path) -> usize {
    let line = git(repository, &["rev-list", "--first-parent", "main"]);
    let line: BTreeSet<&str> = line.lines().collect();
    let args =
        ["log", "--root", "-c", "--raw", "--no-abbrev", "--no-renames", "--format=commit %H"];
    let log = git(repository, &args);
    let (mut is_side, mut count) = (false, 0);
    for line_of_log in log.lines() {
        if let Some(commit) = line_of_log.strip_prefix("commit ") {
            is_side = !line.contains(commit);
        } else if let Some((fields, _)) = line_of_log.split_once('\t') {
            count += usize::from(is_side && !fields.ends_with('D'));
        }
    }
    count
}

/// A random history of eighty commits, a third of which are merges, of two to three parents.
fn random_history(random: &mut impl FnMut(usize) -> usize) -> Stream {
    let first = [("acme0/t0.md", Some("first"))];
    let mut stream = Stream::default().commit_on("refs/heads/b1", &[], START, "Add", &first);
    for number in 2..80usize {
        let mut parents: Vec<usize> = Vec::new();
        for back in [4, 6, 9].into_iter().take([1, 1, 1, 2, 2, 3][random(6)]) {
            let parent = number.saturating_sub(1 + random(back)).max(1);
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        let contents: Vec<_> = (0..random(5))
            .map(|_| (format!("acme{}/t{}.md", random(4), random(3)), random(6).to_string()))
            .collect();
        let changes: Vec<(&str, Option<&str>)> = contents
            .iter()
            .map(|(path, text)| (path.as_str(), (text != "0").then_some(text.as_str())))
            .collect();
        let (branch, time) = (format!("refs/heads/b{number}"), START + random(9) as i64 * DAY);
        stream = stream.commit_on(&branch, &parents, time, "Update", &changes);
    }
    stream
}

fptest!(random_histories_have_the_first_line_of_git, |fx: Fixture| {
    let mut state = 11u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..8 {
        let bare = random_history(&mut random).bare(&fx, &format!("bare-{round}.git"));
        git(&bare, &["update-ref", MAIN, "refs/heads/b79"]);
        let reader = corpus::open(&bare, &by_path()).unwrap();
        let told = Told::by(reader.as_ref());
        let mut session = reader.session();
        let mut ours = BTreeSet::new();
        for (_, _, found) in &told.found {
            let info = session.read(found, false).unwrap().info;
            let (commit, time) = (info.source.commit.unwrap(), info.time.seconds());
            ours.insert(format!("{commit} {time} {} {}", blob(found), info.source.path));
        }
        assert_eq!(ours.len(), told.found.len(), "each once");
        assert_eq!(ours, versions_by_git(&bare));
        assert_eq!(left_out_of(&told), side_versions_by_git(&bare));
        assert!(ours.len() > 10 && left_out_of(&told) > 10, "{} {:?}", ours.len(), told.skipped);
    }
});
