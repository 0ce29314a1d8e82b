//! Tests updates: an updated and pruned index equals a newly built one, whatever happened to the
//! corpora.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fineprint::corpus::ReadOptions;
use fineprint::index::{
    BuildOptions, CorpusScan, IngestReport, Manifest, PruneMode, ScanContext, build,
};
use fineprint::model::{Ordinal, Rank};
use fineprint::progress::SilentProgress;
use fineprint::search::{Hit, Searcher};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::library::asking;
use crate::reading::git::{DAY, START, Stream, git_with};
use crate::util::{Fixture, fptest, header};

/// Queries whose answers depend on everything that an update could get wrong: scores, lives,
/// places, lead-ins, wordings, names.
const QUERIES: [&str; 10] = [
    "we",
    "your data",
    "sell OR share OR data",
    "data NOT sell",
    "section:sharing AND data",
    "section:sharing NOT section:cookies AND we",
    "company:a* AND we",
    "link:partner AND we",
    "it s yours",
    "we may OR never",
];

/// The answers of an index to all queries, as text.
pub fn answers(dir: &Path) -> String {
    let searcher = Searcher::open(dir).unwrap();
    let index = searcher.index();
    let mut out = String::new();
    for query in QUERIES {
        let request = asking(query);
        let mut hits: Vec<Hit> = Vec::new();
        match searcher.search(&request, &mut hits) {
            Ok(summary) => out += &format!("{query}: {:?}\n", summary.totals),
            // The index may have no policy of the company.
            Err(error) => out += &format!("{query}: {error}\n"),
        }
        for hit in hits {
            out += &serde_json::to_string(&hit).unwrap();
            out.push('\n');
        }
    }
    for (entry, rank) in index.policies().entries().unwrap().iter().zip(0..) {
        for ordinal in 0..entry.snapshots {
            let (info, clauses) = index.snapshot(Rank::new(rank), Ordinal::new(ordinal)).unwrap();
            out += &format!("{:?} {} {:?}\n", entry.key, ordinal, info);
            let texts = clauses
                .iter()
                .map(|(kind, clause)| format!("{kind} {:?} {}", clause.lead_in, clause.text));
            out += &texts.collect::<Vec<_>>().join("\n");
            out.push('\n');
        }
    }
    let manifest = index.manifest();
    out + &format!(
        "{:?} {:?} {:?} {}",
        manifest.counts, manifest.dates, manifest.inputs, manifest.length_sum
    )
}

fn update_with(
    dir: &Path,
    corpora: &[PathBuf],
    collection: &str,
    options: BuildOptions,
) -> (Manifest, IngestReport) {
    let base = if Manifest::exists(dir) { Some(Manifest::read(dir).unwrap()) } else { None };
    let context = ScanContext { base: base.as_ref(), ..ScanContext::new(&SilentProgress) };
    let scan =
        CorpusScan::with_options(corpora, collection, &ReadOptions::default(), context).unwrap();
    let (manifest, report) =
        build(scan, &BuildOptions { index: dir.to_owned(), ..options }, &SilentProgress).unwrap();
    assert!(report.adds_up(), "{report:?}");
    (manifest, report)
}

pub fn update(dir: &Path, corpora: &[PathBuf], prune: bool) -> (Manifest, IngestReport) {
    let prune = if prune { PruneMode::AllCorpora } else { PruneMode::Nothing };
    update_with(dir, corpora, "default", BuildOptions { prune, ..BuildOptions::default() })
}

/// Texts that share most paragraphs; some differ only in quotes, place, or lead-in.
fn text(seed: u32) -> String {
    let pick = |n: u32| (seed >> (n * 2)) & 3;
    let mut text =
        String::from(["# Acme\n\n", "# Sharing\n\n", "# Cookies\n\n", ""][pick(0) as usize]);
    text += [
        "We may:\n\n* sell your data\n* share\n\n",
        "We never:\n\n* sell your data\n\n",
        "",
        "We sell your data.\n\n",
    ][pick(1) as usize];
    text += ["It's yours.\n\n", "It’s yours.\n\n", "It's  yours.\n\n", ""][pick(2) as usize];
    text += [
        "## Sharing\n\nWe ask [partners](https://partner.example/x).\n\n",
        "We ask partners.\n\n",
        "",
        "## Cookies\n\n",
    ][pick(3) as usize];
    text += [
        "Your data is yours.\n\nYour data is yours.\n",
        "Your data is ours.\n",
        "we share",
        "caf\u{e9} data",
    ][pick(4) as usize];
    text
}

/// A single event in the life of the corpora and the index.
#[derive(Debug, Clone)]
enum Event {
    /// A file is written for the first time or again: corpus, site, date, text.
    Write(u8, u8, u8, u32),
    /// A file is removed.
    Remove(u8, u8, u8),
    /// The index is updated with these corpora, pruned or not.
    Update(u8, bool),
    /// A collection is removed from the index.
    Drop,
}

fn event() -> impl Strategy<Value = Event> {
    // Of a few texts, one often returns.
    let seed = prop_oneof![any::<u32>(), 0..3u32];
    prop_oneof![
        8 => (0..2u8, 0..3u8, 0..5u8, seed)
            .prop_map(|(c, s, d, t)| Event::Write(c, s, d, t)),
        2 => (0..2u8, 0..3u8, 0..5u8).prop_map(|(c, s, d)| Event::Remove(c, s, d)),
        3 => (1..4u8, any::<bool>()).prop_map(|(c, prune)| Event::Update(c, prune)),
        1 => Just(Event::Drop),
    ]
}

fn site(number: u8) -> &'static str {
    ["acme.example", "birch.example", "clay.example"][usize::from(number)]
}

/// Three of the dates are equal, so that there are snapshots of one second, and duplicates within a
/// corpus and between corpora.
fn date(number: u8) -> &'static str {
    ["2001-01-01", "2002-01-01", "2002-01-01", "2002-01-01", "2003-01-01"][usize::from(number)]
}

#[test]
fn any_sequence_of_updates_ends_as_a_fresh_build() {
    let cases = std::env::var("FINEPRINT_UPDATES").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&prop::collection::vec(event(), 1..30), |events| {
            let folder = tempfile::tempdir().unwrap();
            let corpora: Vec<PathBuf> =
                ["one", "two"].map(|name| folder.path().join(name)).to_vec();
            for (corpus, number) in corpora.iter().zip(0..) {
                fs::create_dir(corpus).unwrap();
                // One policy is never removed, so that no corpus is ever empty.
                let line = header("dune.example", "2000-01-01");
                fs::write(corpus.join("stays.md"), format!("{line}\n\nStays {number}, we said.\n"))
                    .unwrap();
            }
            let path =
                |corpus: u8, s: u8, d: u8| corpora[usize::from(corpus)].join(format!("{s}-{d}.md"));
            let dir = folder.path().join("index");
            for event in &events {
                match *event {
                    Event::Write(corpus, s, d, seed) => {
                        let whole = format!("{}\n\n{}", header(site(s), date(d)), text(seed));
                        let bytes =
                            if seed % 11 == 0 { encode(&whole) } else { whole.into_bytes() };
                        fs::write(path(corpus, s, d), bytes).unwrap();
                    }
                    Event::Remove(corpus, s, d) => drop(fs::remove_file(path(corpus, s, d))),
                    Event::Update(which, prune) => {
                        let chosen = corpora.iter().zip([1, 2]).filter(|(_, bit)| which & bit != 0);
                        let chosen: Vec<PathBuf> =
                            chosen.map(|(corpus, _)| corpus.clone()).collect();
                        update(&dir, &chosen, prune);
                    }
                    Event::Drop if dir.exists() => {
                        let base = Manifest::read(&dir).unwrap();
                        let options = BuildOptions {
                            index: dir.clone(),
                            remove: vec!["default".into()],
                            ..BuildOptions::default()
                        };
                        let (manifest, _) =
                            build(CorpusScan::nothing(Some(&base)), &options, &SilentProgress)
                                .unwrap();
                        prop_assert_eq!(manifest.counts.snapshots, 0);
                    }
                    Event::Drop => {}
                }
            }
            // The updated index may have met the corpora in another order than the new one.
            update(&dir, &[corpora[1].clone()], true);
            update(&dir, &corpora, true);
            let fresh = folder.path().join("fresh");
            update(&fresh, &corpora, false);
            prop_assert_eq!(answers(&dir), answers(&fresh));
            let before = listing(&dir);
            let (_, report) = update(&dir, &corpora, true);
            prop_assert_eq!((report.indexed, report.removed), (0, 0));
            prop_assert_eq!(before, listing(&dir), "nothing changed, so nothing is written");
            Ok(())
        })
        .unwrap();
}

/// Encodes a text of Latin letters as windows-1252.
fn encode(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| if c == '’' { 0x92 } else { u8::try_from(u32::from(c)).unwrap_or(b'?') })
        .collect()
}

/// Every file below a folder with its size and time of change.
fn listing(dir: &Path) -> BTreeMap<PathBuf, (u64, std::time::SystemTime)> {
    let files = walkdir::WalkDir::new(dir)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file());
    let stamp = |entry: &walkdir::DirEntry| {
        let metadata = entry.metadata().unwrap();
        (metadata.len(), metadata.modified().unwrap())
    };
    files.map(|entry| (entry.path().to_owned(), stamp(&entry))).collect()
}

/// Adds a commit that records a version of some policy.
fn record(stream: Stream, time: i64, policy: u32, seed: u32) -> Stream {
    let company = format!("Acme {}", policy % 3);
    let message = format!("Record new changes of {company} Privacy Policy");
    stream.commit(time, &message, &[(&format!("{company}/Privacy Policy.md"), Some(&text(seed)))])
}

pub fn import(stream: &Stream, repository: &Path) {
    git_with(
        repository,
        &["fast-import", "--quiet", "--force", "--date-format=raw-permissive"],
        &stream.bytes,
    );
}

fptest!(only_new_commits_are_read, |fx: Fixture| {
    let mut stream = Stream::default();
    for i in 0..30 {
        stream = record(stream, START + i64::from(i / 2) * DAY, i, i.wrapping_mul(2_654_435_761));
    }
    let repository = stream.bare(&fx, "x.git");
    let dir = fx.path("index");
    update(&dir, std::slice::from_ref(&repository), false);
    for step in 0..6u32 {
        for i in 0..=step {
            let seed = (100 * step + i).wrapping_mul(2_654_435_761);
            stream = record(stream, START + i64::from(14 + step) * DAY, i, seed);
        }
        import(&stream, &repository);
        let (manifest, report) = update(&dir, std::slice::from_ref(&repository), false);
        assert_eq!(report.indexed, u64::from(step) + 1, "{report:?}");
        assert_eq!(report.unchanged + report.indexed, manifest.counts.snapshots);
        let fresh = fx.path(format!("fresh{step}"));
        update(&fresh, std::slice::from_ref(&repository), false);
        assert_eq!(answers(&dir), answers(&fresh));
    }
    let before = listing(&dir);
    update(&dir, &[repository], false);
    assert_eq!(before, listing(&dir));
});

fptest!(merged_and_rewritten_histories_are_read_again, |fx: Fixture| {
    let mut stream = Stream::default();
    for i in 0..10 {
        stream = record(stream, START + i64::from(i) * DAY, i, i.wrapping_mul(2_654_435_761));
    }
    let repository = stream.bare(&fx, "x.git");
    let dir = fx.path("index");
    update(&dir, std::slice::from_ref(&repository), false);
    let same = |name: &str| {
        let fresh = fx.path(name);
        update(&fresh, std::slice::from_ref(&repository), false);
        assert_eq!(answers(&dir), answers(&fresh), "{name}");
    };

    let change = |seed| format!("{}\n", text(seed));
    let (one, two) = (change(77), change(99));
    let merged = stream
        .commit_on(
            "refs/heads/side",
            &[4],
            START + 5 * DAY,
            "Record new changes of Terms",
            &[("Side/Terms.md", Some(&one))],
        )
        .commit_on(
            "refs/heads/main",
            &[10, 11],
            START + 11 * DAY,
            "Record new changes of Terms",
            &[("Acme 0/Terms.md", Some(&two))],
        );
    import(&merged, &repository);
    let (_, report) = update(&dir, std::slice::from_ref(&repository), false);
    assert!(report.indexed >= 2 && report.unchanged == 10, "{report:?}");
    same("merged");

    let mut rewritten = Stream::default();
    for i in 0..8 {
        rewritten =
            record(rewritten, START + i64::from(i) * DAY, i, (i + 5).wrapping_mul(2_654_435_761));
    }
    import(&rewritten, &repository);
    let (_, report) = update(&dir, std::slice::from_ref(&repository), false);
    assert!(report.vanished > 0, "the policies that are gone stay: {report:?}");
    update(&dir, std::slice::from_ref(&repository), true);
    same("rewritten");
});

/// A history with a record of Acme for each day and text.
fn days(texts: &[(i64, &str)]) -> Stream {
    let mut stream = Stream::default();
    for (day, text) in texts {
        let message = "Record new changes of Acme Privacy Policy";
        let change = [("Acme/Privacy Policy.md", Some(*text))];
        stream = stream.commit(START + day * DAY, message, &change);
    }
    stream
}

/// The texts of the only policy of an index, the oldest first.
pub fn texts_in(dir: &Path) -> Vec<String> {
    let searcher = Searcher::open(dir).unwrap();
    let index = searcher.index();
    let snapshots = 0..index.policies().get(Rank::new(0)).unwrap().snapshots;
    let clauses = snapshots
        .map(|ordinal| index.snapshot(Rank::new(0), Ordinal::new(ordinal)).unwrap().1.remove(0));
    clauses.map(|(_, clause)| clause.text).collect()
}

fptest!(snapshots_that_left_a_history_stay_until_they_are_pruned, |fx: Fixture| {
    let repository = days(&[(0, "One."), (1, "Two."), (2, "Three.")]).bare(&fx, "x.git");
    let dir = fx.path("index");
    let again = |prune| update(&dir, std::slice::from_ref(&repository), prune).1;
    again(false);
    // A push with force drops a record, changes another one, and adds one.
    import(&days(&[(0, "One."), (2, "Third."), (3, "Four.")]), &repository);
    let report = again(false);
    assert_eq!((report.indexed, report.vanished, report.removed), (2, 2, 0), "{report:?}");
    let all = ["One.", "Two.", "Three.", "Third.", "Four."];
    assert_eq!(texts_in(&dir), all, "of one second, the history's own text is the newer one");
    let before = Manifest::read(&dir).unwrap().generation;
    assert_eq!(again(false).vanished, 2);
    assert_eq!(before, Manifest::read(&dir).unwrap().generation, "nothing is written again");
    // Another corpus with the same policy is added, while the history is not read.
    let other = days(&[(4, "Five.")]).bare(&fx, "other.git");
    update(&dir, std::slice::from_ref(&other), false);
    assert_eq!(texts_in(&dir), [&all[..], &["Five."]].concat());
    fs::remove_dir_all(&other).unwrap();
    days(&[(4, "Six.")]).bare(&fx, "other.git");
    update(&dir, std::slice::from_ref(&other), true);
    assert_eq!(texts_in(&dir), [&all[..], &["Six."]].concat(), "other corpora are not pruned");
    // The history goes back to its first state: now the other records have vanished.
    import(&days(&[(0, "One."), (1, "Two."), (2, "Three.")]), &repository);
    let report = again(false);
    assert_eq!((report.indexed, report.vanished, report.removed), (0, 2, 0), "{report:?}");
    assert_eq!(texts_in(&dir), ["One.", "Two.", "Third.", "Three.", "Four.", "Six."]);
    let report = again(true);
    assert_eq!((report.vanished, report.removed), (0, 2), "{report:?}");
    assert_eq!(texts_in(&dir), ["One.", "Two.", "Three.", "Six."]);
    let fresh = fx.path("fresh");
    update(&fresh, &[other, repository.clone()], false);
    assert_eq!(answers(&dir), answers(&fresh));
});

// A record that is dropped from the end stays, but of one second the text at HEAD is the newest.
fptest!(a_history_that_was_reset_shows_its_own_text, |fx: Fixture| {
    let both = days(&[(0, "One."), (1, "Zwei."), (1, "Two.")]);
    let repository = both.bare(&fx, "x.git");
    let dir = fx.path("index");
    update(&dir, std::slice::from_ref(&repository), false);
    assert_eq!(texts_in(&dir), ["One.", "Zwei.", "Two."]);
    import(&days(&[(0, "One."), (1, "Zwei.")]), &repository);
    let (_, report) = update(&dir, std::slice::from_ref(&repository), false);
    assert_eq!((report.unchanged, report.vanished), (2, 1), "{report:?}");
    assert_eq!(texts_in(&dir), ["One.", "Two.", "Zwei."]);
    import(&both, &repository);
    let (_, report) = update(&dir, std::slice::from_ref(&repository), false);
    assert_eq!((report.unchanged, report.vanished), (3, 0), "{report:?}");
});

// Changing a message, or an older commit, gives all later records new names and nothing else.
fptest!(records_under_other_commits_are_the_same_records, |fx: Fixture| {
    let texts = [(0, "One."), (1, "Two."), (1, "Three."), (2, "Two.")];
    let repository = days(&texts).bare(&fx, "x.git");
    let dir = fx.path("index");
    update(&dir, std::slice::from_ref(&repository), false);
    let mut bytes = b"reset refs/heads/main

"
    .to_vec();
    let stream = days(&texts).bytes;
    bytes.extend(String::from_utf8(stream).unwrap().replace("A <a@", "B <b@").into_bytes());
    import(&Stream { bytes, commits: texts.len() }, &repository);
    let (_, report) = update(&dir, std::slice::from_ref(&repository), false);
    assert_eq!((report.indexed, report.vanished, report.removed), (4, 0, 4), "{report:?}");
    let fresh = fx.path("fresh");
    update(&fresh, std::slice::from_ref(&repository), false);
    assert_eq!(answers(&dir), answers(&fresh));
});

// After an update, the documents of replaced policies are still in their segment. The policy at the
// end of a segment is found whatever the number of documents, here about 128, also where the last
// policies have no clauses.
fptest!(the_last_policy_of_a_segment_is_found, |fx: Fixture| {
    let line = |company: &str, text: &str| {
        let line = serde_json::json!({"company": company, "date": "2001-01-01", "text": text});
        format!("{line}\n")
    };
    let empty = line("c.example", "");
    for count in 116..=125 {
        let paragraphs: Vec<String> = (0..count).map(|at| format!("We sell it {at}.")).collect();
        let text = paragraphs.join("\n\n");
        for (first, kept) in [("a.example", "b.example"), ("b.example", "a.example")] {
            for rest in ["", &empty] {
                let _ = std::fs::remove_dir_all(fx.path(".fineprint"));
                for changed in ["One.", "Two."] {
                    let lines = line(first, changed) + &line(kept, &text) + rest;
                    fx.file("lines.jsonl", lines);
                    fx.run(["index", "lines.jsonl"]).exits(0);
                }
                for (company, expected) in [(kept, count), ("*", count + 1), (first, 1)] {
                    let query = format!("company:{company}");
                    let found = fx.run(["search", &query, "--count"]);
                    found.exits(0).stdout_is(&format!("{expected}\n"));
                }
            }
        }
    }
});

fptest!(collections_come_and_go, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.file(
        "other/birch.md",
        format!("{}\n\nWe sell data.\n", header("birch.example", "2002-01-01")),
    );
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["index", "other", "--collection", "others"]).exits(0).stderr_has("1 new, 0 as before");
    fx.run(["search", "we sell", "--count"]).exits(0).stdout_is("2\n");
    fx.run(["index"]).exits(0).stderr_has("up to date: 2 snapshots");
    fx.run(["index", "--remove", "nobody"])
        .exits(2)
        .stderr_has("no collection `nobody`; it has: default, others");
    fx.run(["index", "--remove", "others"]).exits(0).stderr_has("1 removed");
    fx.run(["search", "we sell", "--count"]).exits(0).stdout_is("1\n");
    fx.run(["index", "--remove", "default"]).exits(0);
    fx.run(["search", "we sell", "--count"]).exits(1);
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["search", "we sell", "--count"]).exits(0).stdout_is("1\n");
});

fptest!(removed_files_stay_until_they_are_pruned, |fx: Fixture| {
    let first = fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.policy("acme.example", "2002-01-01", "We sell more data.\n");
    let other = fx.policy("birch.example", "2001-01-01", "We sell birches.\n");
    fx.run(["index", "corpus"]).exits(0);
    fs::remove_file(first).unwrap();
    fs::remove_file(other).unwrap();
    fx.run(["index", "corpus"]).exits(0).stderr_has(
        "2 snapshots are kept although their corpora no longer have them (--prune removes them)",
    );
    fx.run(["search", "we sell", "--count"]).exits(0).stdout_is("3\n");
    fx.run(["info"]).exits(0).stdout_has("2 no longer in the corpora");
    fx.run(["index", "corpus", "--prune"]).exits(0).stderr_has("0 new, 1 as before, 2 removed");
    fx.run(["search", "we sell", "--count"]).exits(0).stdout_is("1\n");
});

fptest!(without_an_index_or_corpora_there_is_nothing_to_do, |fx: Fixture| {
    fx.run(["index"]).exits(2).stderr_has("name the corpora");
    fx.run(["index", "--rebuild"]).exits(2);
});

fptest!(an_index_and_its_corpus_move_together, |fx: Fixture| {
    fx.file(
        "a/corpus/acme.md",
        format!("{}\n\nWe sell data.\n", header("acme.example", "2002-01-01")),
    );
    let run = |folder: &str| {
        let mut command = fx.command(crate::util::PROGRAM);
        command.current_dir(fx.path(folder));
        crate::util::run(command, &["index", "corpus"])
    };
    run("a").exits(0).stderr_has("indexed 1 snapshot");
    fs::rename(fx.path("a"), fx.path("b")).unwrap();
    run("b").exits(0).stderr_has("up to date: 1 snapshot");
    fx.run(["info", "--index", "b/.fineprint"]).exits(0).stdout_has("inputs     1: 1 indexed\n");
});
