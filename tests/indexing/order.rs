//! Tests the order of snapshots of one time, and which records are duplicates, in every format, in
//! updates, and in exports that are indexed again.

use std::path::{Path, PathBuf};

use fineprint::index::Manifest;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::records::{COMPANY, Format, Record, entries, history, json_lines, zip};
use super::update::{answers, import, texts_in, update};
use crate::reading::git::Stream;
use crate::util::{Fixture, Run, fptest};

const TIME: &str = "2020-01-02T03:04:05Z";

/// Records of one time.
fn at_once<'t>(texts: &[&'t str]) -> Vec<Record<'t>> {
    texts.iter().map(|text| (TIME, *text)).collect()
}

fn rebuild(fx: &Fixture, corpus: &[&str]) -> Run {
    fx.run(["index", "--rebuild=force", "--index", "index"].iter().chain(corpus))
}

fptest!(a_text_that_returns_within_a_second_is_a_snapshot, |fx: Fixture| {
    let (a, b, c) = ("We sell.", "We never sell.", "We rent.");
    for (texts, expected) in [
        (&[a, b, a][..], &[a, b, a][..]),
        (&[b, a, b], &[b, a, b]),
        (&[a, a, b, b, b, a, c, a], &[a, b, a, c, a]),
        (&[a, b, a, b, a, b, a, b, a, b, a, c], &[a, b, a, b, a, b, a, b, a, b, a, c]),
    ] {
        for format in Format::with_order() {
            let corpus = format.write(&fx, &at_once(texts));
            let run = rebuild(&fx, &corpus);
            run.exits(0);
            assert_eq!(texts_in(&fx.path("index")), expected, "{format:?}");
            let duplicates = texts.len() - expected.len();
            // A commit that changes nothing is no record.
            if duplicates > 0 && format != Format::Git {
                run.stderr_has(&format!("skipped {duplicates}: duplicate of"));
            }
            let newest = fx.run(["show", COMPANY, "--index", "index"]);
            newest.exits(0).stdout_has(expected[expected.len() - 1]);
            fx.run(["check", "--index", "index"]).exits(0);
            fx.run(["check", "--index", "index", "--against", corpus[0]]).exits(0);
            let again = fx.run(["index", "--index", "index"].iter().chain(&corpus));
            again.exits(0).stderr_has("up to date");
        }
    }
});

fptest!(corpora_are_in_the_order_of_their_paths, |fx: Fixture| {
    let (a, b, c) = ("We sell.", "We never sell.", "We rent.");
    fx.file("z.jsonl", json_lines(&at_once(&[a, b])));
    fx.file("m.jsonl", json_lines(&at_once(&[c])));
    fx.file("a.jsonl", json_lines(&at_once(&[a, c, b])));
    let texts = || texts_in(&fx.path("index"));
    for corpora in [["z.jsonl", "m.jsonl"], ["m.jsonl", "z.jsonl"]] {
        rebuild(&fx, &corpora).exits(0);
        assert_eq!(texts(), [c, a, b]);
    }
    // An update keeps the order, and what two corpora have is counted once.
    fx.run(["index", "--index", "index", "z.jsonl", "m.jsonl"]).exits(0).stderr_has("up to date");
    fx.run(["index", "--index", "index", "a.jsonl"]).exits(0);
    assert_eq!(texts(), [a, c, b]);
    rebuild(&fx, &["m.jsonl", "z.jsonl", "a.jsonl"]).exits(0);
    assert_eq!(texts(), [a, c, b]);
    rebuild(&fx, &["z.jsonl", "a.jsonl"]).exits(0).stderr_has("skipped 2: duplicate of");
    assert_eq!(texts(), [a, c, b]);
});

fptest!(what_the_index_has_from_another_corpus_is_not_new, |fx: Fixture| {
    fx.file("m.jsonl", json_lines(&at_once(&["We sell.", "We rent."])));
    fx.run(["index", "m.jsonl"]).exits(0);
    // A corpus that comes first takes the place of the other one, which changes no number.
    for (name, texts, new, skipped) in [
        ("a.jsonl", &["We sell.", "We rent."][..], 0, 2),
        ("z.jsonl", &["We sell."], 0, 1),
        ("b.jsonl", &["We rent.", "We lend."], 1, 1),
    ] {
        fx.file(name, json_lines(&at_once(texts)));
        fx.run(["index", name])
            .exits(0)
            .stderr_has(&format!("{new} new, 0 as before, 0 removed"))
            .stderr_has(&format!("skipped {skipped}: duplicate of another snapshot"))
            .stderr_has(&format!("(such as {name}"));
        fx.run(["index"]).exits(0).stderr_lacks(" new").stderr_lacks("skipped");
    }
    fx.run(["search", "we", "--count"]).stdout_is("3\n");
});

fptest!(entries_that_change_places_change_the_order, |fx: Fixture| {
    let mut entries = entries(&at_once(&["One.", "Two.", "Three."]));
    let mut update = |swapped: (usize, usize)| {
        entries.swap(swapped.0, swapped.1);
        fx.file("a.zip", zip(entries.iter().map(|(name, text)| (&**name, &**text))));
        fx.run(["index", "a.zip", "--index", "index"]).exits(0);
        texts_in(&fx.path("index"))
    };
    assert_eq!(update((0, 0)), ["One.", "Two.", "Three."]);
    assert_eq!(update((0, 2)), ["Three.", "Two.", "One."]);
    assert_eq!(update((1, 2)), ["Three.", "One.", "Two."]);
    fx.run(["check", "--index", "index"]).exits(0);
});

fptest!(an_export_that_is_indexed_again_has_the_same_order, |fx: Fixture| {
    let (a, b) = ("We sell.", "We never sell.");
    let records = [
        ("2019-01-02T03:04:05.000000001Z", b),
        (TIME, a),
        (TIME, b),
        (TIME, a),
        (TIME, b),
        (TIME, a),
        (TIME, b),
        (TIME, a),
        (TIME, b),
        (TIME, a),
        (TIME, b),
        (TIME, a),
        ("2020-01-02T03:04:05.25Z", a),
        ("2020-01-02T03:04:05.5Z", b),
        ("2020-01-02T03:04:05.75Z", b),
    ];
    fx.file("lines.jsonl", json_lines(&records));
    rebuild(&fx, &["lines.jsonl"]).exits(0).stderr_has("indexed 15 snapshots");
    for (format, name) in [("jsonl", "e.jsonl"), ("csv", "e.csv"), ("markdown", "tree")] {
        let export = ["export", "--format", format, "--to", name, "--index", "index"];
        fx.run(export).exits(0);
        fx.run(["index", name, "--index", format]).exits(0).stderr_has("indexed 15 snapshots");
        let expected = records.map(|(time, text)| (time.to_owned(), text.to_owned()));
        assert_eq!(times_and_texts(&fx, format), expected, "{format}");
    }
});

/// The time and the text of every snapshot of an index, the oldest first.
fn times_and_texts(fx: &Fixture, index: &str) -> Vec<(String, String)> {
    let run = fx.run(["export", "--format", "jsonl", "--index", index]);
    let lines = run.json_lines().into_iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().trim().to_owned();
    lines.map(|line| (text(&line["archive_time"]), text(&line["text"]))).collect()
}

/// What happens to the records of a corpus.
#[derive(Debug, Clone)]
enum Event {
    /// A record with a time and a text is put in at a place. In a history it may come from a side
    /// branch.
    Insert(usize, usize, usize, bool),
    /// The record at a place is removed.
    Remove(usize),
    /// Two records change their places.
    Swap(usize, usize),
    /// The index is updated, and pruned or not.
    Update(bool),
}

fn event() -> impl Strategy<Value = Event> {
    let insert = (0..40_usize, 0..TIMES.len(), 0..TEXTS.len(), prop::bool::weighted(0.2));
    prop_oneof![
        6 => insert.prop_map(|(at, time, text, side)| Event::Insert(at, time, text, side)),
        2 => (0..40_usize).prop_map(Event::Remove),
        2 => (0..40_usize, 0..40_usize).prop_map(|(one, other)| Event::Swap(one, other)),
        3 => any::<bool>().prop_map(Event::Update),
    ]
}

/// Most are of one second.
const TIMES: [&str; 6] = [
    "2001-01-01T00:00:00Z",
    "2002-01-01T00:00:00Z",
    "2002-01-01T00:00:00Z",
    "2002-01-01T00:00:00Z",
    "2002-01-01T00:00:00.000000001Z",
    "2002-01-01T00:00:00.5Z",
];

const TEXTS: [&str; 4] = ["We sell.", "We never sell.", "We rent.", "It's yours."];

/// Formats with an order of each kind: names, lines, entries, records and commits.
const FORMATS: [Format; 5] =
    [Format::Files, Format::JsonLines, Format::Zip, Format::Warc, Format::Git];

/// A corpus whose records change.
struct Changing {
    format: Format,
    records: Vec<Record<'static>>,
    /// In a history, whether each record comes from a side branch.
    sides: Vec<bool>,
}

impl Changing {
    fn new(format: Format) -> Self {
        // No corpus is ever empty.
        Self { format, records: vec![("2000-01-01T00:00:00Z", "We said.")], sides: vec![false] }
    }

    fn change(&mut self, event: &Event) {
        let others = self.records.len() - 1;
        match *event {
            Event::Insert(at, time, text, is_side) => {
                let at = 1 + at % self.records.len();
                self.records.insert(at, (TIMES[time], TEXTS[text]));
                self.sides.insert(at, is_side && self.format == Format::Git);
            }
            Event::Remove(at) if others > 0 => {
                self.records.remove(1 + at % others);
                self.sides.remove(1 + at % others);
            }
            Event::Swap(one, other) if others > 0 => {
                self.records.swap(1 + one % others, 1 + other % others);
            }
            Event::Remove(_) | Event::Swap(..) | Event::Update(_) => {}
        }
    }

    /// Writes the corpus, and returns its path.
    fn write(&self, fx: &Fixture) -> PathBuf {
        if self.format != Format::Git {
            return fx.path(self.format.write(fx, &self.records)[0]);
        }
        let path = fx.path("history.git");
        if !path.exists() {
            Stream::default().bare(fx, "history.git");
        }
        import(&history(&self.records, &self.sides), &path);
        path
    }

    /// The texts by the rule of the contract: by time, then as the corpus has them, without those
    /// that equal the one before. Returns `None` where branches hide the order.
    fn texts(&self) -> Option<Vec<&'static str>> {
        if self.sides.contains(&true) {
            return None;
        }
        let instant = |time: &str| time.parse::<jiff::Timestamp>().unwrap();
        let times = self.records.iter().map(|(time, _)| instant(time));
        let texts = self.records.iter().map(|(_, text)| *text);
        let mut ordered: Vec<_> = if self.format == Format::Git {
            // A commit changes the text that is there, and its time has no fraction.
            let seconds = times.map(|time| jiff::Timestamp::from_second(time.as_second()).unwrap());
            let mut commits: Vec<_> = seconds.zip(texts).collect();
            commits.dedup_by_key(|(_, text)| *text);
            commits
        } else {
            times.zip(texts).collect()
        };
        ordered.sort_by_key(|(time, _)| *time);
        ordered.dedup();
        Some(ordered.into_iter().map(|(_, text)| text).collect())
    }
}

/// The answers of an index. Records of web archives that were there before keep their old numbers,
/// which are left out.
fn answers_of(format: Format, dir: &Path) -> String {
    let answers = answers(dir);
    if format != Format::Warc {
        return answers;
    }
    let mut parts = answers.split("record ");
    let first = parts.next().unwrap_or_default().to_owned();
    let is_digit = |c: char| c.is_ascii_digit();
    first + &parts.map(|part| part.trim_start_matches(is_digit)).collect::<String>()
}

fn updates_end_as_a_fresh_build(format: Format, events: &[Event]) {
    let fx = Fixture::new();
    let dir = fx.path("index");
    let mut corpus = Changing::new(format);
    for event in events {
        corpus.change(event);
        if let Event::Update(prune) = event {
            update(&dir, &[corpus.write(&fx)], *prune);
        }
    }
    let path = [corpus.write(&fx)];
    update(&dir, &path, true);
    update(&fx.path("fresh"), &path, false);
    let [updated, fresh] = [&dir, &fx.path("fresh")].map(|dir| answers_of(format, dir));
    assert!(updated == fresh, "{format:?}");
    if let Some(expected) = corpus.texts() {
        assert_eq!(texts_in(&dir), expected, "{format:?}");
    }
    let before = Manifest::read(&dir).unwrap().generation;
    update(&dir, &path, true);
    assert_eq!(before, Manifest::read(&dir).unwrap().generation, "nothing changed");
}

#[test]
fn any_updates_of_records_of_one_time_end_as_a_fresh_build() {
    let cases = std::env::var("FINEPRINT_UPDATES").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let sequence = (prop::sample::select(&FORMATS[..]), prop::collection::vec(event(), 1..24));
    runner
        .run(&sequence, |(format, events)| {
            updates_end_as_a_fresh_build(format, &events);
            Ok(())
        })
        .unwrap();
}
