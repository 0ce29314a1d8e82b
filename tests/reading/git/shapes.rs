//! Tests repositories of every shape: packed, loose, shared, linked, shallow, partial, empty.

use std::fs;

use fineprint::corpus::{self, CorpusNotice, ReadOptions, SkipReason};

use super::repositories::packs;
use super::{ACME, DAY, START, Stream, Told, acme, blob, expect, git, git_with, snapshots, texts};
use crate::util::{Fixture, fptest, header};

fptest!(every_shape_of_a_repository_is_read_alike, |fx: Fixture| {
    let stream = acme();
    let bare = stream.bare(&fx, "bare.git");
    let loose = stream.loose(&fx, "loose.git");
    let root = fx.root();
    git(&root, &["clone", "--quiet", "bare.git", "tree"]);
    git(&root, &["clone", "--quiet", "--separate-git-dir=separate.git", "bare.git", "linked"]);
    git(&root, &["clone", "--quiet", "--bare", "--shared", "bare.git", "shared.git"]);
    git(&root, &["clone", "--quiet", "--bare", "--shared", "shared.git", "shared-twice.git"]);
    git(&fx.path("tree"), &["worktree", "add", "--quiet", "--detach", "../second-tree"]);
    git(&root, &["clone", "--quiet", "--bare", "bare.git", "packed-refs.git"]);
    git(&fx.path("packed-refs.git"), &["pack-refs", "--all", "--prune"]);
    git(&root, &["clone", "--quiet", "--bare", "bare.git", "many.git"]);
    git(&fx.path("many.git"), &["repack", "--quiet", "-a", "-d", "--write-midx", "--depth=50"]);
    assert!(packs(&loose, "pack").is_empty() && !packs(&bare, "pack").is_empty());
    let shapes = [
        "bare.git",
        "loose.git",
        "tree",
        "tree/.git",
        "linked",
        "separate.git",
        "shared.git",
        "shared-twice.git",
        "second-tree",
        "packed-refs.git",
        "many.git",
    ];
    for shape in shapes {
        assert_eq!(texts(&fx.path(shape)), ACME, "{shape}");
        expect(&fx, &fx.path(shape), 3, &[(SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)], 0);
    }

    // The environment variables of git do not matter.
    let mut command = fx.command(crate::util::PROGRAM);
    command.args(["index", "bare.git", "--index", "index"]);
    command.env("GIT_DIR", "/nowhere").env("GIT_OBJECT_DIRECTORY", "/nowhere");
    assert!(command.output().unwrap().status.success());
});

fptest!(a_snapshot_names_its_source, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    let newest = git(&bare, &["rev-parse", "main~2"]);
    let (_, policy_type, info, _) = snapshots(&bare).swap_remove(1);
    assert_eq!(policy_type, "Terms");
    assert_eq!(info.source.corpus, bare.to_string_lossy());
    assert_eq!(
        (info.source.path.as_str(), info.source.commit.as_deref()),
        ("Acme/Terms.md", Some(newest.as_str()))
    );
    assert_eq!(info.time.seconds(), START + DAY, "the author's time");
    let reader = corpus::open(&bare, &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    assert_eq!(reader.name(), "Open Terms Archive history");
    assert_eq!(
        reader.at(&told.found[1].2),
        format!("{}: {}:Acme/Terms.md", bare.display(), &newest[..12])
    );
    assert_eq!(blob(&told.found[1].2), git(&bare, &["rev-parse", "main:Acme/Terms.md"]));
});

fptest!(shallow_clones_take_what_the_border_names, |fx: Fixture| {
    acme()
        .commit(START + 4 * DAY, "Update Birch Terms", &[("Birch/Terms.md", Some("b1"))])
        .commit(START + 5 * DAY, "Update Cedar Terms", &[("Cedar/Terms.md", Some("c1"))])
        .bare(&fx, "bare.git");
    let url = format!("file://{}", fx.path("bare.git").display());
    git(&fx.root(), &["clone", "--quiet", "--bare", "--depth=2", &url, "shallow.git"]);
    let report = expect(
        &fx,
        &fx.path("shallow.git"),
        2,
        &[(SkipReason::NoPolicy, 1), (SkipReason::NotFetched, 1)],
        0,
    );
    assert_eq!(report.notices[&CorpusNotice::Shallow].count, 1);
    assert_eq!(texts(&fx.path("shallow.git")), ["Birch 2017-07-18 b1", "Cedar 2017-07-19 c1"]);
});

fptest!(replacements_are_not_applied_and_are_named, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    let text = git_with(&bare, &["hash-object", "-w", "--stdin"], b"We keep data.");
    git(&bare, &["replace", "main:Acme/Terms.md", &text]);
    let skips = [(SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)];
    let report = expect(&fx, &bare, 3, &skips, 0);
    assert_eq!(report.notices[&CorpusNotice::Replaced].count, 1);
    assert_eq!(texts(&bare), ACME);
    // A graft takes the parents from a commit.
    git(&bare, &["pack-refs", "--all"]);
    let newest = git(&bare, &["rev-parse", "main"]);
    fs::write(bare.join("info/grafts"), format!("# none\n\n{newest}\n")).unwrap();
    let report = expect(&fx, &bare, 3, &skips, 0);
    assert_eq!(report.notices[&CorpusNotice::Replaced].count, 2);
    fx.run(["index", "bare.git"]).exits(0).stderr_has(
        "replacements (`git replace` or grafts), which are not applied \
         (`git filter-repo` writes them into the history): 2 (such as bare.git)",
    );
    git(&bare, &["replace", "-d", &git(&bare, &["rev-parse", "main:Acme/Terms.md"])]);
    fs::remove_file(bare.join("info/grafts")).unwrap();
    assert!(expect(&fx, &bare, 3, &skips, 0).notices.is_empty());
});

fptest!(partial_clones_are_read_as_far_as_they_were_fetched, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    git(&bare, &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", bare.display());
    // A checkout fetches the texts of the newest commit only.
    git(&fx.root(), &["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    let skips = [(SkipReason::NotFetched, 2), (SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)];
    let report = expect(&fx, &fx.path("partial"), 1, &skips, 0);
    assert_eq!(report.notices[&CorpusNotice::Partial].count, 1);
    assert_eq!(texts(&fx.path("partial")), ["Acme 2017-07-15 We sell data."]);

    git(&fx.root(), &["clone", "--quiet", "--bare", "--filter=blob:none", &url, "none.git"]);
    let run = fx.run(["index", "none.git"]);
    run.exits(2).stderr_has("none.git: nothing to index: ").stderr_has("not fetched");
    // The files in a folder that was not fetched are left out.
    git(&fx.root(), &["clone", "--quiet", "--filter=tree:0", &url, "treeless"]);
    let reader = corpus::open(&fx.path("treeless"), &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    assert!(told.failed.is_empty(), "{:?}", told.failed);
    assert!(told.skipped.iter().any(|(_, skip)| *skip == SkipReason::NotFetched));
});

fptest!(a_head_without_commits_falls_back_to_another_branch, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    for head in ["ref: refs/heads/none", "ref: refs/heads/deep/none\n"] {
        fs::write(bare.join("HEAD"), head).unwrap();
        assert_eq!(texts(&bare), ACME, "{head}");
    }
    // A mirror may have remote branches only.
    git(&bare, &["update-ref", "refs/remotes/origin/main", "main"]);
    git(&bare, &["update-ref", "-d", "refs/heads/main"]);
    assert_eq!(texts(&bare), ACME);

    git(&fx.root(), &["init", "--quiet", "--bare", "empty.git"]);
    fx.run(["index", "empty.git"]).fails_with("empty.git: this git repository has no commits");
    // A tag is no branch.
    git(&bare, &["tag", "v1", "refs/remotes/origin/main"]);
    git(&bare, &["tag", "-a", "-m", "Two", "v2", "v1"]);
    git(&bare, &["update-ref", "-d", "refs/remotes/origin/main"]);
    fx.run(["index", "bare.git"]).fails_with(
        "bare.git: this git repository has tags but no branch, and only branches are read; make a \
         branch of a tag with `git branch main v2`",
    );
    git(&bare, &["pack-refs", "--all"]);
    fx.run(["index", "bare.git"]).exits(2).stderr_has("`git branch main v2`");
    git(&bare, &["branch", "main", "v2"]);
    assert_eq!(texts(&bare), ACME);
    // Files that are not committed yet are read as files.
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    git(&fx.path("corpus"), &["init", "--quiet", "--initial-branch=main"]);
    expect(&fx, &fx.path("corpus"), 1, &[(SkipReason::Hidden, 1)], 0);
});

fptest!(other_histories_are_read_as_files_or_refused, |fx: Fixture| {
    let file = format!("{}\n\nWe sell data.\n", header("acme.example", "2001-01-01"));
    let stream = Stream::default().commit(START, "Add everything", &[("a/one.md", Some(&file))]);
    stream.bare(&fx, "bare.git");
    let run = fx.run(["index", "bare.git"]);
    run.exits(2).stderr_has(
        "error: bare.git: no commit of this git repository records a policy in a layout",
    );
    git(&fx.root(), &["clone", "--quiet", "bare.git", "tree"]);
    expect(&fx, &fx.path("tree"), 1, &[(SkipReason::Hidden, 1)], 0);
    // A folder that has only some of the files of a repository is not a repository.
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    for name in ["corpus/HEAD", "corpus/objects/x", "corpus/refs/x"] {
        fx.file(name, "Privacy\n");
    }
    expect(&fx, &fx.path("corpus"), 1, &[(SkipReason::NoHeader, 3)], 0);
    // Repositories of unsupported formats are refused with a reason.
    git(&fx.root(), &["init", "--quiet", "--bare", "--object-format=sha256", "long.git"]);
    fx.run(["index", "long.git"]).exits(2).stderr_has("names its objects by sha256");
});

fptest!(a_work_tree_is_its_history_unless_asked_for_its_files, |fx: Fixture| {
    let text = |date: &str, body: &str| format!("{}\n\n{body}\n", header("acme.example", date));
    let (old, new) = (text("2001-01-01", "We sell data."), text("2002-01-01", "We rent data."));
    let path = "Acme/Privacy Policy.md";
    let stream = Stream::default()
        .commit(START, "First record of Acme Privacy Policy", &[(path, Some(&old))])
        .commit(START + DAY, "Record new changes of Acme Privacy Policy", &[(path, Some(&new))]);
    let bare = stream.bare(&fx, "acme.git");
    git(&fx.root(), &["clone", "--quiet", &bare.to_string_lossy(), "acme"]);
    fx.run(["index", "acme"]).exits(0).stderr_has("indexed 2 snapshots of 1 policy of 1 company");
    fx.run(["search", "company:acme", "sell data", "--count"]).exits(0).stdout_is("1\n");
    let run = fx.run(["index", "acme", "--worktree"]);
    run.exits(0).stderr_has("the index has 1 snapshot of 1 policy of 1 company");
    fx.run(["search", "company:acme.example", "rent data", "--count"]).exits(0).stdout_is("1\n");
});

fptest!(one_two_and_eight_threads_answer_alike, |fx: Fixture| {
    let size = crate::reading::generator::history::Size { snapshots: 700, policies: 40, seed: 5 };
    let mut stream = Vec::new();
    crate::reading::generator::history::write(size, &mut stream).unwrap();
    git(&fx.root(), &["init", "--quiet", "--bare", "made.git"]);
    git_with(&fx.path("made.git"), &["fast-import", "--quiet"], &stream);
    git(&fx.path("made.git"), &["symbolic-ref", "HEAD", "refs/heads/main"]);
    for threads in ["1", "2", "8"] {
        fx.run(["index", "made.git", "--threads", threads, "--index", threads]).exits(0);
    }
    let words = ["the", "to", "of", "and", "or", "your", "you", "we", "our", "in"];
    let pairs = words.iter().flat_map(|a| words.iter().map(move |b| format!("{a} {b}")));
    let mut found = 0;
    for query in pairs {
        let answers = ["1", "2", "8"].map(|index| {
            let args = ["search", &query, "--index", index, "--format", "json", "--limit", "20"];
            fx.run(args).stdout().to_owned()
        });
        found += usize::from(answers[0].contains("\"rank\":1"));
        assert!(answers[1] == answers[0] && answers[2] == answers[0], "{query}");
    }
    assert!(found > 90, "only {found} queries have hits");
});
