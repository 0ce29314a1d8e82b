//! Git histories: every version once, each thing that is no version in its counter, whatever shape the repository has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fineprint::corpus::{
    self, CorpusNotice, CorpusReader, FoundSnapshot, ReadOptions, SeenInput, SkipReason,
};
use fineprint::index::{BuildOptions, CorpusScan, IngestReport, build};
use fineprint::model::SnapshotInfo;
use fineprint::progress::SilentProgress;
use fineprint::section::section;

use crate::util::{Fixture, contrib_history, corpora, fptest, header};

/// 2017-07-14T02:40:00Z, the time of the first commit of most tests.
pub const START: i64 = 1_500_000_000;

pub const DAY: i64 = 86_400;

fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "A")
            .env(format!("GIT_{role}_EMAIL"), "a@acme.example");
        command.env(format!("GIT_{role}_DATE"), format!("{START} +0000"));
    }
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

/// Runs git in `folder` and gives what it printed.
#[track_caller]
pub fn git_with(folder: &Path, args: &[&str], stdin: &[u8]) -> String {
    let mut command = git_command(folder);
    command.args(["-c", "fastimport.unpackLimit=0", "-c", "protocol.file.allow=always"]).args(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = stdin.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    writer.join().unwrap().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[track_caller]
pub fn git(folder: &Path, args: &[&str]) -> String {
    git_with(folder, args, b"")
}

/// Commits for `git fast-import`, each on top of the last unless it says otherwise.
#[derive(Default)]
pub struct Stream {
    pub bytes: Vec<u8>,
    commits: usize,
}

impl Stream {
    /// A commit of `main`. A change is a mode and path, and the new content; without content the path is deleted.
    pub fn commit(self, time: i64, message: &str, changes: &[(&str, Option<&str>)]) -> Self {
        let parents: Vec<usize> = Some(self.commits).filter(|last| *last > 0).into_iter().collect();
        self.commit_on("refs/heads/main", &parents, time, message, changes)
    }

    pub fn commit_on(
        mut self,
        branch: &str,
        parents: &[usize],
        time: i64,
        message: &str,
        changes: &[(&str, Option<&str>)],
    ) -> Self {
        self.commits += 1;
        let (mark, len) = (self.commits, message.len());
        // The committer's time is another, which must not matter.
        let mut text = format!(
            "commit {branch}\nmark :{mark}\nauthor A <a@acme.example> {time} +0200\n\
             committer C <c@acme.example> {} +0000\ndata {len}\n{message}\n",
            START - 3 * DAY
        );
        for (number, parent) in parents.iter().enumerate() {
            text += &format!("{} :{parent}\n", if number == 0 { "from" } else { "merge" });
        }
        for (path, content) in changes {
            text += &match content {
                None => format!("D {path}\n"),
                Some(content) if path.starts_with("160000 ") => {
                    let (mode, path) = path.split_once(' ').unwrap();
                    format!("M {mode} {content} {path}\n")
                }
                Some(content) => {
                    let is_special = path.starts_with("120000 ") || path.starts_with("100755 ");
                    let (mode, path) =
                        if is_special { path.split_once(' ').unwrap() } else { ("100644", *path) };
                    format!("M {mode} inline {path}\ndata {}\n{content}\n", content.len())
                }
            };
        }
        self.bytes.extend(text.into_bytes());
        self.bytes.push(b'\n');
        self
    }

    /// A bare repository with these commits, in one pack.
    pub fn bare(&self, fx: &Fixture, name: &str) -> PathBuf {
        let path = fx.path(name);
        git(&fx.root(), &["init", "--quiet", "--bare", "--initial-branch=main", name]);
        git_with(&path, &["fast-import", "--quiet", "--date-format=raw-permissive"], &self.bytes);
        path
    }

    /// The same with every object in a file of its own.
    fn loose(&self, fx: &Fixture, name: &str) -> PathBuf {
        let path = self.bare(fx, name);
        unpack(&path);
        path
    }
}

fn packs(repository: &Path, extension: &str) -> Vec<PathBuf> {
    let folder = fs::read_dir(repository.join("objects/pack")).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
}

fn unpack(repository: &Path) {
    let elsewhere = repository.join("pack-elsewhere");
    fs::rename(repository.join("objects/pack"), &elsewhere).unwrap();
    fs::create_dir(repository.join("objects/pack")).unwrap();
    for entry in fs::read_dir(&elsewhere).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pack") {
            git_with(repository, &["unpack-objects", "-q"], &fs::read(path).unwrap());
        }
    }
    fs::remove_dir_all(elsewhere).unwrap();
}

fn object_path(repository: &Path, id: &str) -> PathBuf {
    repository.join("objects").join(&id[..2]).join(&id[2..])
}

/// Four commits: three versions of two policies, a file that is none, a deletion.
fn acme() -> Stream {
    Stream::default()
        .commit(
            START,
            "First record of Acme Terms",
            &[
                ("Acme/Terms.md", Some("# Terms\n\nWe sell bricks.\n")),
                ("README.md", Some("About")),
            ],
        )
        .commit(
            START + DAY,
            "Record new changes of Acme Terms",
            &[("Acme/Terms.md", Some("# Terms\n\nWe sell data.\n"))],
        )
        .commit(
            START + 2 * DAY,
            "First record of Birch Privacy Policy",
            &[("Birch/Privacy Policy.md", Some("# Privacy\n\nWe rent data.\n"))],
        )
        .commit(START + 3 * DAY, "Remove Birch", &[("Birch/Privacy Policy.md", None)])
}

/// Everything that a scan said.
#[derive(Default)]
struct Told {
    found: Vec<(String, String, FoundSnapshot)>,
    skipped: Vec<(String, SkipReason)>,
    failed: Vec<(String, String)>,
    noted: Vec<(String, CorpusNotice)>,
}

impl Told {
    fn by(reader: &dyn CorpusReader) -> Self {
        let mut told = Self::default();
        let mut sink = |seen| match seen {
            SeenInput::Found { company, policy_type, found } => {
                told.found.push((company, policy_type, *found))
            }
            SeenInput::Skipped(at, skip) => told.skipped.push((at, skip)),
            SeenInput::Failed(at, reason) => told.failed.push((at, reason)),
            SeenInput::Noted(at, notice) => told.noted.push((at, notice)),
        };
        reader.scan(&mut sink).unwrap();
        told.found.sort_by_key(|(.., found)| (found.time, found.order));
        told
    }
}

/// What is known of every snapshot and its text, by time.
fn snapshots(path: &Path) -> Vec<(String, String, SnapshotInfo, String)> {
    let reader = corpus::open(path, &ReadOptions::default()).unwrap();
    let mut session = reader.session();
    let read = |(company, policy_type, found): (String, String, FoundSnapshot)| {
        let with_text = session.read(&found, true).unwrap();
        let without = session.read(&found, false).unwrap();
        assert_eq!(
            (&with_text.info, without.text),
            (&without.info, None),
            "the text changes nothing else"
        );
        (company, policy_type, with_text.info, with_text.text.unwrap().body)
    };
    Told::by(reader.as_ref()).found.into_iter().map(read).collect()
}

/// Company, day and text of every snapshot, by time.
fn texts(path: &Path) -> Vec<String> {
    let text = |(company, _, info, text): (String, String, SnapshotInfo, String)| {
        format!("{company} {} {}", info.time.date(), text.lines().last().unwrap_or_default())
    };
    snapshots(path).into_iter().map(text).collect()
}

const ACME: [&str; 3] = [
    "Acme 2017-07-14 We sell bricks.",
    "Acme 2017-07-15 We sell data.",
    "Birch 2017-07-16 We rent data.",
];

/// Indexes in the library, and with the program, which must end with this exit status.
#[track_caller]
fn index(fx: &Fixture, corpus: &Path, exits: i32) -> IngestReport {
    let scan = CorpusScan::new(&[corpus.to_owned()], "default", &SilentProgress).unwrap();
    let options = BuildOptions { index: fx.path("index"), threads: 2, ..BuildOptions::default() };
    let (manifest, report) = build(scan, &options, &SilentProgress).unwrap();
    assert!(report.adds_up(), "{report:?}");
    assert_eq!(manifest.counts.snapshots, report.indexed);
    fs::remove_dir_all(fx.path("index")).unwrap();
    fx.run(["index".as_ref(), corpus.as_os_str(), "--index".as_ref(), "index".as_ref()])
        .exits(exits);
    fs::remove_dir_all(fx.path("index")).unwrap();
    report
}

fn skipped(report: &IngestReport) -> BTreeMap<SkipReason, u64> {
    report.skipped.iter().map(|(skip, tally)| (*skip, tally.count)).collect()
}

fn reasons(report: &IngestReport) -> Vec<String> {
    let mut reasons: Vec<_> =
        report.failed.iter().map(|f| format!("{}: {}", f.at, f.reason)).collect();
    reasons.sort();
    reasons
}

/// Checks the counters of a corpus: indexed, skipped, and how many could not be read.
#[track_caller]
fn expect(
    fx: &Fixture,
    corpus: &Path,
    indexed: u64,
    skips: &[(SkipReason, u64)],
    failed: usize,
) -> IngestReport {
    let report = index(fx, corpus, if failed > 0 { 2 } else { 0 });
    assert_eq!(skipped(&report), skips.iter().copied().collect(), "{report:?}");
    assert_eq!((report.indexed, report.failed.len()), (indexed, failed), "{report:?}");
    report
}

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

    // What the environment says about git does not matter.
    let mut command = fx.command(crate::util::PROGRAM);
    command.args(["index", "bare.git", "--index", "index"]);
    command.env("GIT_DIR", "/nowhere").env("GIT_OBJECT_DIRECTORY", "/nowhere");
    assert!(command.output().unwrap().status.success());
});

fptest!(a_snapshot_says_where_it_is_from, |fx: Fixture| {
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
    let blob = git(&bare, &["rev-parse", "main:Acme/Terms.md"]);
    let name: String =
        told.found[1].2.text_name().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(name, blob);
});

fptest!(renames_modes_and_returning_texts, |fx: Fixture| {
    let stream = acme()
        .commit(
            START + 4 * DAY,
            "Move",
            &[("Acme/Terms.md", None), ("Acme/Rules.md", Some("# Terms\n\nWe sell data.\n"))],
        )
        .commit(START + 5 * DAY, "Back", &[("Acme/Rules.md", Some("# Terms\n\nWe sell bricks.\n"))])
        .commit(
            START + 6 * DAY,
            "Executable",
            &[("100755 Acme/Rules.md", Some("# Terms\n\nWe sell bricks.\n"))],
        )
        .commit(
            START + 7 * DAY,
            "A folder instead",
            &[("Acme/Rules.md", None), ("Acme/Rules.md/deep.md", Some("x"))],
        )
        .commit(
            START + 8 * DAY,
            "A file again",
            &[("Acme/Rules.md/deep.md", None), ("Acme/Rules.md", Some("Rules."))],
        )
        .commit(START + 9 * DAY, "All of Acme", &[("Acme", None)]);
    // The file in the folder is no policy, so its deletion is none.
    let skips = [(SkipReason::NoPolicy, 2), (SkipReason::Deleted, 4)];
    expect(&fx, &stream.bare(&fx, "bare.git"), 6, &skips, 0);
});

fptest!(histories_that_fork_and_join_are_read_whole, |fx: Fixture| {
    let (main, side) = ("refs/heads/main", "refs/heads/side");
    let stream = Stream::default()
        .commit(
            START,
            "First record of Acme Terms",
            &[("Acme/Terms.md", Some("one")), ("Birch/Terms.md", Some("b1"))],
        )
        .commit_on(side, &[1], START + DAY, "Update Acme Terms", &[("Acme/Terms.md", Some("two"))])
        .commit_on(side, &[2], START + DAY, "Update Cedar Terms", &[("Cedar/Terms.md", Some("c1"))])
        .commit_on(main, &[1], START + DAY, "Update Birch Terms", &[("Birch/Terms.md", Some("b2"))])
        // Each side's texts: nothing new.
        .commit_on(
            main,
            &[4, 3],
            START + 2 * DAY,
            "Merge",
            &[("Acme/Terms.md", Some("two")), ("Cedar/Terms.md", Some("c1"))],
        )
        .commit_on(
            side,
            &[3],
            START + 3 * DAY,
            "Update Acme Terms",
            &[("Acme/Terms.md", Some("three"))],
        )
        // What neither side has, and a file that both have left out.
        .commit_on(
            main,
            &[5, 6],
            START + 4 * DAY,
            "Merge",
            &[
                ("Acme/Terms.md", Some("four")),
                ("Cedar/Terms.md", None),
                ("Dune/Terms.md", Some("d1")),
            ],
        );
    let bare = stream.bare(&fx, "bare.git");
    let mut told = texts(&bare);
    told.sort();
    assert_eq!(
        told,
        [
            "Acme 2017-07-14 one",
            "Acme 2017-07-15 two",
            "Acme 2017-07-17 three",
            "Acme 2017-07-18 four",
            "Birch 2017-07-14 b1",
            "Birch 2017-07-15 b2",
            "Cedar 2017-07-15 c1",
            "Dune 2017-07-18 d1",
        ]
    );
    expect(&fx, &bare, 8, &[], 0);

    // The order is that of the history: parents first.
    let reader = corpus::open(&bare, &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    let acme: Vec<u64> =
        told.found.iter().filter(|(c, ..)| c == "Acme").map(|(.., f)| f.order).collect();
    assert!(acme.is_sorted() && acme[0] == 0, "{acme:?}");
});

/// Versions as git itself tells them: for a merge, what differs from every parent.
fn versions_by_git(repository: &Path) -> BTreeSet<String> {
    let format = "--format=commit %H";
    let args = [
        "-c",
        "core.quotePath=false",
        "log",
        "--root",
        "-c",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        format,
    ];
    let log = git(repository, &args);
    let mut commit = "";
    let mut versions = BTreeSet::new();
    for line in log.lines().filter(|line| !line.is_empty()) {
        if let Some(id) = line.strip_prefix("commit ") {
            commit = id;
        } else if let Some((fields, path)) = line.split_once('\t') {
            // A colon for each parent; then modes and objects, those of the commit itself last; then what happened.
            let fields: Vec<&str> = fields.split(' ').collect();
            let (blob, is_there) =
                (fields[fields.len() - 2], !fields[fields.len() - 1].ends_with('D'));
            versions.extend(is_there.then(|| format!("{commit} {path} {blob}")));
        }
    }
    versions
}

fptest!(random_histories_are_read_as_git_reads_them, |fx: Fixture| {
    let mut state = 7u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..6 {
        let mut stream = Stream::default();
        for number in 1..80usize {
            let recent = |back: usize| number.saturating_sub(1 + back).max(1);
            let mut parents = vec![recent(random(4)), recent(random(6)), recent(random(9))];
            parents.truncate([1, 1, 1, 2, 2, 3][random(6)]);
            parents.sort_unstable();
            parents.dedup();
            parents.retain(|parent| *parent < number);
            let contents: Vec<_> = (0..random(5))
                .map(|_| (format!("Acme {}/Terms {}.md", random(4), random(3)), random(6)))
                .collect();
            let texts: Vec<_> =
                contents.iter().map(|(path, text)| (path, text.to_string())).collect();
            let changes: Vec<(&str, Option<&str>)> = texts
                .iter()
                .map(|(path, text)| (path.as_str(), (text != "0").then_some(text.as_str())))
                .collect();
            // The first commit must be a record, so that the layout is known.
            let first = [("Acme 0/Terms 0.md", Some("first"))];
            let changes = if number == 1 { &first[..] } else { &changes };
            let branch = format!("refs/heads/b{number}");
            let message = if number == 1 { "First record of Acme 0 Terms 0" } else { "Update" };
            stream = stream.commit_on(
                &branch,
                &parents,
                START + random(9) as i64 * DAY,
                message,
                changes,
            );
        }
        let bare = stream.bare(&fx, &format!("bare-{round}.git"));
        git(&bare, &["update-ref", "refs/heads/main", "refs/heads/b79"]);
        let reader = corpus::open(&bare, &ReadOptions::default()).unwrap();
        let told = Told::by(reader.as_ref());
        let mut session = reader.session();
        let mut ours = BTreeSet::new();
        for (_, _, found) in &told.found {
            let source = session.read(found, true).unwrap().info.source;
            let blob: String =
                found.text_name().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
            ours.insert(format!("{} {} {blob}", source.commit.unwrap(), source.path));
        }
        assert_eq!(ours.len(), told.found.len(), "each once");
        let theirs = versions_by_git(&bare);
        assert!(
            theirs.len() > 40 && ours == theirs,
            "{:?}",
            ours.symmetric_difference(&theirs).collect::<Vec<_>>()
        );
    }
});

fptest!(times_are_the_authors_and_need_no_order, |fx: Fixture| {
    let change = |text: &'static str| [("Acme/Terms.md", Some(text))];
    let stream = Stream::default()
        .commit(START + 5 * DAY, "First record of Acme Terms", &change("late"))
        .commit(START, "Record new changes of Acme Terms", &change("early"))
        .commit(START + DAY, "Record new changes of Acme Terms", &change("z second"))
        .commit(START + DAY, "Record new changes of Acme Terms", &change("a second"));
    let bare = stream.bare(&fx, "bare.git");
    let days = [
        "Acme 2017-07-14 early",
        "Acme 2017-07-15 z second",
        "Acme 2017-07-15 a second",
        "Acme 2017-07-19 late",
    ];
    assert_eq!(texts(&bare), days);
    expect(&fx, &bare, 4, &[], 0);
});

fptest!(odd_times, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    let mut parent = git(&bare, &["rev-parse", "main"]);
    let times = ["0", "4300000000", "-86400", "99999999999999", "99999999999999999999999", "soon"];
    for (number, time) in times.iter().enumerate() {
        let blob =
            git_with(&bare, &["hash-object", "-w", "--stdin"], format!("Odd {number}.").as_bytes());
        let acme =
            git_with(&bare, &["mktree"], format!("100644 blob {blob}\tTerms.md\n").as_bytes());
        let tree = git_with(&bare, &["mktree"], format!("040000 tree {acme}\tAcme\n").as_bytes());
        let commit = format!(
            "tree {tree}\nparent {parent}\nauthor A <a@acme.example> {time} +0000\n\
             committer A <a@acme.example> {START} +0000\n\nUpdate Acme Terms\n"
        );
        let args = ["hash-object", "-w", "--stdin", "-t", "commit", "--literally"];
        parent = git_with(&bare, &args, commit.as_bytes());
    }
    fs::write(bare.join("refs/heads/main"), &parent).unwrap();
    // Each odd tree has that one file: the others are not deleted again.
    let report =
        expect(&fx, &bare, 3 + 4, &[(SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)], 2);
    assert_eq!(report.notices[&CorpusNotice::OddDate].count, 4);
    assert!(
        reasons(&report)
            .iter()
            .all(|r| r.ends_with("its commit has no author time that can be read"))
    );
    let days: Vec<_> = texts(&bare).into_iter().filter(|text| text.contains("Odd")).collect();
    let expected = [
        "Acme 1969-12-31 Odd 2.",
        "Acme 1970-01-01 Odd 0.",
        "Acme 2106-04-06 Odd 1.",
        "Acme 9999-12-30 Odd 3.",
    ];
    assert_eq!(days, expected);
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

fptest!(partial_clones_are_read_as_far_as_they_were_fetched, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    git(&bare, &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", bare.display());
    // A checkout fetches the texts of the newest commit.
    git(&fx.root(), &["clone", "--quiet", "--filter=blob:none", &url, "partial"]);
    let skips = [(SkipReason::NotFetched, 2), (SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)];
    let report = expect(&fx, &fx.path("partial"), 1, &skips, 0);
    assert_eq!(report.notices[&CorpusNotice::Partial].count, 1);
    assert_eq!(texts(&fx.path("partial")), ["Acme 2017-07-15 We sell data."]);

    git(&fx.root(), &["clone", "--quiet", "--bare", "--filter=blob:none", &url, "none.git"]);
    let run = fx.run(["index", "none.git"]);
    run.exits(2).stderr_has("none.git: nothing to index: ").stderr_has("not fetched");
    // Folders that were not fetched leave out what is in them.
    git(&fx.root(), &["clone", "--quiet", "--filter=tree:0", &url, "treeless"]);
    let reader = corpus::open(&fx.path("treeless"), &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    assert!(told.failed.is_empty(), "{:?}", told.failed);
    assert!(told.skipped.iter().any(|(_, skip)| *skip == SkipReason::NotFetched));
});

fptest!(heads_without_commits, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    for head in ["ref: refs/heads/none", "ref: refs/heads/deep/none\n"] {
        fs::write(bare.join("HEAD"), head).unwrap();
        assert_eq!(texts(&bare), ACME, "{head}");
    }
    // A mirror of remote branches alone.
    git(&bare, &["update-ref", "refs/remotes/origin/main", "main"]);
    git(&bare, &["update-ref", "-d", "refs/heads/main"]);
    assert_eq!(texts(&bare), ACME);

    git(&fx.root(), &["init", "--quiet", "--bare", "empty.git"]);
    fx.run(["index", "empty.git"]).fails_with("empty.git: this git repository has no commits");
    // Files that nobody has committed yet are files.
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    git(&fx.path("corpus"), &["init", "--quiet", "--initial-branch=main"]);
    expect(&fx, &fx.path("corpus"), 1, &[(SkipReason::Hidden, 1)], 0);
});

fptest!(other_histories_are_files_or_nothing, |fx: Fixture| {
    let file = format!("{}\n\nWe sell data.\n", header("acme.example", "2001-01-01"));
    let stream = Stream::default().commit(START, "Add everything", &[("a/one.md", Some(&file))]);
    stream.bare(&fx, "bare.git");
    let run = fx.run(["index", "bare.git"]);
    run.exits(2).stderr_has(
        "error: bare.git: no commit of this git repository records a policy in a layout",
    );
    git(&fx.root(), &["clone", "--quiet", "bare.git", "tree"]);
    expect(&fx, &fx.path("tree"), 1, &[(SkipReason::Hidden, 1)], 0);
    // A folder that only looks a little like a repository is none.
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    for name in ["corpus/HEAD", "corpus/objects/x", "corpus/refs/x"] {
        fx.file(name, "Privacy\n");
    }
    expect(&fx, &fx.path("corpus"), 1, &[(SkipReason::NoHeader, 3)], 0);
    // Formats that are not read say so.
    git(&fx.root(), &["init", "--quiet", "--bare", "--object-format=sha256", "long.git"]);
    fx.run(["index", "long.git"]).exits(2).stderr_has("names its objects by sha256");
});

fptest!(other_histories_are_read_by_path, |fx: Fixture| {
    let page = "<html><body><p>We sell data.</p></body></html>";
    let matter = "---\nurl: https://birch.example/terms\n---\nWe rent data.\n";
    let stream = Stream::default()
        .commit(START, "Add", &[("p/Acme/Terms.html", Some(page)), ("README.md", Some("About"))])
        .commit(
            START + DAY,
            "Change",
            &[("p/Acme/Terms.html", Some(&page.replace("sell", "keep")))],
        )
        .commit(
            START + 2 * DAY,
            "Add",
            &[("p/Birch/Terms.html", Some(matter)), ("p/logo.png", Some("x"))],
        )
        .commit(START + 3 * DAY, "Remove", &[("p/Birch/Terms.html", None)]);
    stream.bare(&fx, "bare.git");
    let by = |path: &str| ReadOptions { path: Some(path.to_owned()), ..ReadOptions::default() };
    let reader = corpus::open(&fx.path("bare.git"), &by("p/{company}/{type}.html")).unwrap();
    assert_eq!(reader.name(), "git history by path");
    let told_by_path = Told::by(reader.as_ref());
    let mut session = reader.session();
    let read: Vec<String> = told_by_path
        .found
        .iter()
        .map(|(company, policy_type, found)| {
            let snapshot = session.read(found, true).unwrap();
            let (text, url) = (snapshot.text.unwrap().body, snapshot.info.url.unwrap_or_default());
            format!("{company} {policy_type} {} {} {url}", found.time.date(), text.trim())
        })
        .collect();
    assert_eq!(
        read,
        [
            "Acme Terms 2017-07-14 We sell data. ",
            "Acme Terms 2017-07-15 We keep data. ",
            "Birch Terms 2017-07-16 We rent data. https://birch.example/terms"
        ]
    );
    let skips: Vec<SkipReason> = told_by_path.skipped.iter().map(|(_, skip)| *skip).collect();
    assert_eq!(skips.iter().filter(|skip| **skip == SkipReason::NoPolicy).count(), 2, "{skips:?}");
    assert_eq!(skips.iter().filter(|skip| **skip == SkipReason::Deleted).count(), 1, "{skips:?}");
    assert!(told_by_path.failed.is_empty(), "{:?}", told_by_path.failed);
    // Where the path has the date, that is it.
    let dated =
        Stream::default().commit(START, "Add", &[("Acme/2001-02-03.md", Some("We sell data.\n"))]);
    dated.bare(&fx, "dated.git");
    let reader = corpus::open(&fx.path("dated.git"), &by("{company}/{date}.md")).unwrap();
    let found = Told::by(reader.as_ref()).found;
    assert_eq!((found.len(), found[0].1.as_str()), (1, "Privacy Policy"));
    assert_eq!(found[0].2.time.date(), "2001-02-03");
    // A work tree whose history has no such path is read as files, which may.
    git(&fx.root(), &["clone", "--quiet", "bare.git", "tree"]);
    fx.file("tree/new/Clay.md", "We swap data.\n");
    let options = ReadOptions { date: Some("2001-02-03".to_owned()), ..by("new/{company}.md") };
    let found = Told::by(corpus::open(&fx.path("tree"), &options).unwrap().as_ref()).found;
    assert_eq!(found.iter().map(|(company, ..)| company.as_str()).collect::<Vec<_>>(), ["Clay"]);
    let history = corpus::open(&fx.path("tree"), &by("p/{company}/{type}.html")).unwrap();
    assert_eq!(Told::by(history.as_ref()).found.len(), 3);
    // From the command line; no file at such a path is an error, no layout a hint.
    fx.run(["index", "bare.git", "--path", "p/{company}/{type}.html"])
        .exits(0)
        .stderr_has("indexed 3 snapshots of 2 policies");
    fx.run(["index", "bare.git", "--path", "{company}.md.txt"]).exits(2).stderr_has(
        "error: bare.git: no commit of this git repository has a file at --path '{company}.md.txt'",
    );
    fx.run(["index", "bare.git"]).exits(2).stderr_has("say how with --path '{company}/{type}.md'");
    fx.run(["index", "bare.git", "--path", "{type}"]).exits(2).stderr_has("`{company}` is missing");
});

fptest!(damaged_objects_are_counted_and_the_rest_is_read, |fx: Fixture| {
    let (deleted, readme) = ((SkipReason::Deleted, 1), (SkipReason::NoPolicy, 1));
    let damaged = |name: &str, object: &str, bytes: Option<&[u8]>| {
        let repository = acme().loose(&fx, name);
        let id = git(&repository, &["rev-parse", object]);
        let path = object_path(&repository, &id);
        fs::remove_file(&path).unwrap();
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        (repository, id)
    };
    let (text, id) = damaged("text.git", "main~2:Acme/Terms.md", Some(b"not zlib"));
    let report = expect(&fx, &text, 2, &[readme, deleted], 1);
    assert!(
        reasons(&report)[0].contains(&format!(":Acme/Terms.md: object {id} is corrupt: ")),
        "{report:?}"
    );
    let (text, id) = damaged("missing.git", "main~2:Acme/Terms.md", None);
    let commit = git(&text, &["rev-parse", "main~2"]);
    let report = expect(&fx, &text, 2, &[readme, deleted], 1);
    let at = format!("{}: {}:Acme/Terms.md", text.display(), &commit[..12]);
    assert_eq!(reasons(&report), [format!("{at}: object {id} is missing")]);

    // A folder: its own version is not known, nor whether the next commit changed what is in it, unless that says so.
    let (folder, id) = damaged("folder.git", "main~2:Acme", Some(b""));
    let report = expect(&fx, &folder, 2, &[readme, deleted], 1);
    assert!(
        reasons(&report)[0].contains(&format!(":Acme: object {id} is corrupt: ")),
        "{report:?}"
    );
    let (root, id) = damaged("root.git", "main~1^{tree}", None);
    let report =
        expect(&fx, &root, 2, &[(SkipReason::NoPolicy, 2), (SkipReason::NotFetched, 1)], 1);
    assert!(reasons(&report)[0].ends_with(&format!(": object {id} is missing")), "{report:?}");

    // A commit: what is older is not there, and its child says what it changed itself.
    let (commit, id) = damaged("commit.git", "main~2", None);
    let report = expect(&fx, &commit, 1, &[readme, deleted, (SkipReason::NotFetched, 1)], 1);
    assert_eq!(
        reasons(&report),
        [format!("{}: {}: object {id} is missing", commit.display(), &id[..12])]
    );
    let (head, id) = damaged("head.git", "main", Some(b"\x78\x9c"));
    let run = fx.run(["index".as_ref(), head.as_os_str()]);
    run.exits(2).stderr_has(&format!(
        "nothing of this git repository can be read: object {id} is corrupt: "
    ));
});

fptest!(damaged_packs_are_counted_and_never_panic, |fx: Fixture| {
    let run = |repository: &Path| {
        let index = fx.path("index");
        let run = fx.run([
            "index".as_ref(),
            repository.as_os_str(),
            "--index".as_ref(),
            index.as_os_str(),
        ]);
        drop(fs::remove_dir_all(index));
        assert!(!run.stderr().contains("panicked") && run.output.status.code() == Some(2), "{run}");
    };
    let bare = acme().bare(&fx, "bare.git");
    let pack = packs(&bare, "pack").remove(0);
    let sound = fs::read(&pack).unwrap();
    let mut readable = fs::metadata(&pack).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut readable, 0o644);
    fs::set_permissions(&pack, readable).unwrap();
    for end in (0..sound.len() - 60).step_by(97) {
        fs::write(&pack, &sound[..end]).unwrap();
        run(&bare);
    }
    fs::remove_file(&pack).unwrap();
    fx.run(["index", "bare.git"]).exits(2).stderr_has(" is missing");
    // Any byte changed: an error or not, but no panic.
    for position in (12..sound.len() - 20).step_by(41) {
        let mut bytes = sound.clone();
        bytes[position] ^= 0x55;
        fs::write(&pack, bytes).unwrap();
        if let Ok(reader) = corpus::open(&bare, &ReadOptions::default()) {
            let told = Told::by(reader.as_ref());
            let mut session = reader.session();
            for (.., found) in &told.found {
                drop(session.read(found, true));
            }
        }
    }
});

fptest!(entries_that_are_no_text, |fx: Fixture| {
    let commit = "1".repeat(40);
    let stream = acme().commit(
        START + 4 * DAY,
        "Update Acme Terms",
        &[
            ("120000 Acme/Link.md", Some("Terms.md")),
            ("160000 Acme/Module.md", Some(&commit)),
            ("\"Caf\\351/Terms.md\"", Some("Not UTF-8.")),
            ("\"Café/Terms.md\"", Some("UTF-8.")),
        ],
    );
    let bare = stream.bare(&fx, "bare.git");
    let skips = [
        (SkipReason::NoPolicy, 1),
        (SkipReason::Deleted, 1),
        (SkipReason::SymbolicLink, 1),
        (SkipReason::Submodule, 1),
    ];
    let report = expect(&fx, &bare, 4, &skips, 1);
    assert!(
        reasons(&report)[0].ends_with(":Caf\u{fffd}/Terms.md: its path is not UTF-8"),
        "{report:?}"
    );
    // Texts that are not UTF-8 are windows-1252, and said to be.
    let latin = Stream::default().commit(
        START,
        "First record of Acme Terms",
        &[("Acme/Terms.md", Some("caf?"))],
    );
    let bytes = latin.bytes.iter().map(|byte| if *byte == b'?' { 0xe9 } else { *byte }).collect();
    let bare = Stream { bytes, commits: 1 }.bare(&fx, "latin.git");
    let report = expect(&fx, &bare, 1, &[], 0);
    assert_eq!(report.notices[&CorpusNotice::Windows1252].count, 1);
    assert_eq!(texts(&bare), ["Acme 2017-07-14 café"]);
});

fptest!(texts_that_are_too_large_are_not_inflated, |fx: Fixture| {
    let large = "\0".repeat(100_000_000);
    let stream =
        acme().commit(START + 4 * DAY, "Update Acme Terms", &[("Acme/Terms.md", Some(&large))]);
    let bare = stream.bare(&fx, "bare.git");
    for shape in ["packed", "loose"] {
        if shape == "loose" {
            unpack(&bare);
        }
        let reader = corpus::open(&bare, &ReadOptions::default()).unwrap();
        let told = Told::by(reader.as_ref());
        let error = reader.session().read(&told.found[3].2, true).unwrap_err().to_string();
        assert!(
            error.ends_with(" is larger than 64 MiB, too much for one text"),
            "{shape}: {error}"
        );
    }
    expect(&fx, &bare, 3, &[(SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)], 1);
});

fptest!(forged_folders_end, |fx: Fixture| {
    // Nothing checks that an object has the hash it is named by: this folder holds itself.
    let repository = acme().loose(&fx, "bare.git");
    let id = git(&repository, &["rev-parse", "main:Acme"]);
    let raw: Vec<u8> =
        (0..40).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect();
    let tree = [b"40000 Again\0".as_slice(), &raw].concat();
    let other = git_with(
        &repository,
        &["hash-object", "-w", "--stdin", "-t", "tree", "--literally"],
        &tree,
    );
    let forged = fs::read(object_path(&repository, &other)).unwrap();
    let path = object_path(&repository, &id);
    fs::remove_file(&path).unwrap();
    fs::write(path, forged).unwrap();
    let reader = corpus::open(&repository, &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    assert!(
        told.failed.iter().any(|(_, reason)| reason.contains("nested deeper than")),
        "{:?}",
        told.failed
    );
});

fptest!(records_of_open_terms_archive, |fx: Fixture| {
    let body =
        "This version was recorded after filtering snapshot 2916d5f\n\nX-engine-version: 1.2.3";
    let stream = acme()
        .commit(
            START + 4 * DAY,
            &format!("Refilter Acme Terms\n\n{body}"),
            &[("Acme/Terms.md", Some("a"))],
        )
        .commit(
            START + 5 * DAY,
            "Apply technical or declaration upgrade on Acme Terms",
            &[("Acme/Terms.md", Some("b"))],
        )
        .commit(START + 6 * DAY, "Update Acme Terms", &[("Acme/Terms.md", Some("c"))]);
    let infos: Vec<_> = snapshots(&stream.bare(&fx, "bare.git"))
        .into_iter()
        .map(|(_, _, info, _)| info)
        .skip(3)
        .collect();
    let technical: Vec<bool> = infos.iter().map(|info| info.is_technical).collect();
    assert_eq!(technical, [true, true, false]);
    assert_eq!(infos[0].metadata, r#"{"engine_version":"1.2.3","snapshot":"2916d5f"}"#);
    assert_eq!(
        (infos[2].metadata.as_str(), &infos[2].url, &infos[2].archive_url),
        ("", &None, &None)
    );
});

fptest!(records_of_princeton_leuven, |fx: Fixture| {
    let json = r#"{"alexa_rank": NaN, "policy_url": "http://acme.example/p", "simhash": 16446744073709551615999, "site_url": "http://acme.example/"}"#;
    let text = format!("{}\n\n# Acme\n\nWe sell data.\n", header("acme.example", "2017-07-14"));
    let path = "a/ac/acm/acme.example.md";
    let stream = Stream::default()
        .commit(START, "Add a README", &[("README.md", Some("About"))])
        .commit(START + DAY, json, &[(path, Some(&text))])
        .commit(START + 2 * DAY, json, &[(path, Some("Without a header."))])
        .commit(START + 3 * DAY, "no JSON", &[(path, Some("More."))]);
    let bare = stream.bare(&fx, "bare.git");
    expect(&fx, &bare, 3, &[(SkipReason::NoPolicy, 1)], 0);
    let read = snapshots(&bare);
    let (company, policy_type, info, body) = &read[0];
    assert_eq!((company.as_str(), policy_type.as_str()), ("acme.example", "Privacy Policy"));
    assert_eq!(body, "\n\n# Acme\n\nWe sell data.\n", "the header is no clause");
    assert_eq!(info.url.as_deref(), Some("http://www.acme.example/privacy"));
    assert!(
        info.archive_url
            .as_deref()
            .unwrap()
            .starts_with("https://web.archive.org/web/20170714120000id_/")
    );
    assert_eq!(info.metadata, json.replace("NaN", "\"NaN\""));
    assert_eq!(read[1].2.url.as_deref(), Some("http://acme.example/p"));
    assert_eq!((read[2].2.metadata.as_str(), &read[2].2.url), ("", &None));
    assert_eq!(
        corpus::open(&bare, &ReadOptions::default()).unwrap().name(),
        "Princeton-Leuven history"
    );
});

fn triples(path: &Path) -> BTreeSet<(String, i64, String)> {
    let reader = corpus::open(path, &ReadOptions::default()).unwrap();
    let mut session = reader.session();
    let mut triples = BTreeSet::new();
    for (company, _, found) in Told::by(reader.as_ref()).found {
        let snapshot = session.read(&found, true).unwrap();
        for clause in section(&snapshot.text.unwrap().body) {
            triples.insert((company.clone(), snapshot.info.time.seconds(), clause.text));
        }
    }
    triples
}

fptest!(the_princeton_leuven_history_equals_its_files, |fx: Fixture| {
    let Some(corpora) = corpora() else { return };
    let bundle = corpora.join("princeton-leuven/history.bundle");
    git(&fx.root(), &["clone", "--quiet", "--bare", &bundle.to_string_lossy(), "history.git"]);
    let files = triples(&corpora.join("princeton-leuven/files"));
    let history = triples(&fx.path("history.git"));
    assert!(files.len() > 1000, "{}", files.len());
    assert!(
        files == history,
        "{:?}",
        files.symmetric_difference(&history).take(5).collect::<Vec<_>>()
    );
    for (_, _, info, _) in snapshots(&fx.path("history.git")) {
        let metadata: serde_json::Value = serde_json::from_str(&info.metadata).unwrap();
        assert_eq!(metadata["policy_snapshot_url"].as_str(), info.archive_url.as_deref());
    }
});

#[test]
fn the_contrib_history_is_read_as_git_reads_it() {
    let Some(corpora) = corpora() else { return };
    let repository = contrib_history(&corpora);
    let reader = corpus::open(&repository, &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    assert_eq!((told.found.len(), told.failed.len(), told.noted.len()), (42_627, 0, 0));
    assert!(
        told.skipped.iter().all(|(_, skip)| *skip == SkipReason::NoPolicy),
        "{:?}",
        told.skipped
    );
    let policies: BTreeSet<_> =
        told.found.iter().map(|(company, policy_type, _)| (company, policy_type)).collect();
    assert_eq!(policies.len(), 877);

    let mut session = reader.session();
    let mut ours = BTreeSet::new();
    for (_, _, found) in &told.found {
        let info = session.read(found, false).unwrap().info;
        let blob: String =
            found.text_name().unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        let commit = info.source.commit.unwrap();
        ours.insert(format!("{commit} {} {blob} {}", info.time.seconds(), info.source.path));
    }
    let format = "--format=commit %H %at";
    let log = git(
        &repository,
        &[
            "-c",
            "core.quotePath=false",
            "log",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "-m",
            format,
        ],
    );
    let mut commit = "";
    let mut theirs = BTreeSet::new();
    for line in log.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("commit ") {
            commit = rest;
        } else if let Some((fields, path)) = line.split_once('\t') {
            let fields: Vec<&str> = fields.split(' ').collect();
            if fields[4] != "D" && path.contains('/') {
                theirs.insert(format!("{commit} {} {path}", fields[3]));
            }
        }
    }
    assert_eq!(theirs.len(), 42_627);
    assert!(ours == theirs, "{:?}", ours.symmetric_difference(&theirs).take(5).collect::<Vec<_>>());
}

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
    let size = crate::generator::history::Size { snapshots: 700, policies: 40, seed: 5 };
    let mut stream = Vec::new();
    crate::generator::history::write(size, &mut stream).unwrap();
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
