//! Tests how git histories are read. Every version is found once, and everything else ends in its
//! counter, whatever the shape of the repository.

mod damage;
mod ends;
mod first_line;
mod histories;
mod real;
pub mod repositories;
mod shapes;

use std::fs;
use std::path::Path;

use fineprint::corpus::{
    self, CorpusNotice, CorpusReader, FoundSnapshot, PolicyEnd, PolicyName, ReadOptions, SeenInput,
    SkipReason,
};
use fineprint::index::{BuildOptions, CorpusScan, IngestReport, build};
use fineprint::model::SnapshotInfo;
use fineprint::progress::SilentProgress;

pub use repositories::{DAY, START, Stream, git, git_with};

use crate::reading::skipped;
use crate::util::Fixture;

/// Four commits: three versions of two policies, a file that is not a policy, and a deletion.
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

/// Everything that a scan reported.
#[derive(Default)]
struct Told {
    found: Vec<(String, String, FoundSnapshot)>,
    skipped: Vec<(String, SkipReason)>,
    failed: Vec<(String, String)>,
    noted: Vec<(String, CorpusNotice)>,
    ended: Vec<(PolicyName, PolicyEnd)>,
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
            SeenInput::Ended(name, end) => told.ended.push((name, end)),
        };
        reader.scan(&mut sink).unwrap();
        told.found.sort_by_key(|(.., found)| (found.time, found.order));
        told
    }
}

/// Company, policy type, metadata and text of every snapshot, in the order of time.
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

/// Company, day and last line of every snapshot, in the order of time.
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

/// The id of the blob with the text of a snapshot.
fn blob(found: &FoundSnapshot) -> String {
    found.text_name().unwrap().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Builds an index with the library, and again with the program, which must exit with this status.
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

fn reasons(report: &IngestReport) -> Vec<String> {
    let mut reasons: Vec<_> =
        report.failed.iter().map(|f| format!("{}: {}", f.at, f.reason)).collect();
    reasons.sort();
    reasons
}

/// Checks the counters of a corpus: snapshots indexed, inputs skipped, and inputs that could not be
/// read.
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
