//! Tests that real histories are read as git itself reads them.

use std::collections::BTreeSet;
use std::path::Path;

use fineprint::corpus::{self, ReadOptions, SkipReason};
use fineprint::section::section;

use super::{Told, blob, git, snapshots};
use crate::util::{Fixture, contrib_history, corpora, fptest};

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
        let blob = blob(found);
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
