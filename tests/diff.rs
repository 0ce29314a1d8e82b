//! What differs between two snapshots: labelled pairs of real policies, and mutations of samples whose truth is known.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use fineprint::diff::{Change, Compared, align};
use fineprint::model::Clause;
use fineprint::section::section;

use crate::util::{contrib_history, corpora, repository};

fn compared(clauses: &[Clause]) -> Vec<Compared<'_>> {
    clauses.iter().map(|c| Compared { kind: c.kind, lead_in: c.lead_in.as_deref(), text: &c.text }).collect()
}

/// A raw text and the place of each of its clauses as labels write it: `12`, `12.2`.
struct Placed {
    clauses: Vec<Clause>,
    places: Vec<String>,
}

impl Placed {
    fn read(corpora: &Path, history: &Path, source: &str) -> Self {
        let raw = match source.strip_prefix("contrib:") {
            None => std::fs::read(corpora.join(source)).unwrap(),
            Some(object) => {
                let output =
                    Command::new("git").arg("-C").arg(history).args(["show", object]).output().unwrap();
                assert!(output.status.success(), "{source}");
                output.stdout
            }
        };
        let raw = String::from_utf8(raw).unwrap();
        // The header line of the Princeton-Leuven corpus is no text.
        let start = if source.starts_with("contrib:") { 0 } else { raw.find('\n').unwrap() };
        let clauses = section(&raw[start..]);
        let mut on_line: BTreeMap<usize, usize> = BTreeMap::new();
        let places = clauses
            .iter()
            .map(|clause| {
                let line = raw[..start + clause.source.start].matches('\n').count() + 1;
                let number = on_line.entry(line).or_default();
                *number += 1;
                if *number == 1 { line.to_string() } else { format!("{line}.{number}") }
            })
            .collect();
        Self { clauses, places }
    }
}

/// Labels in the words of the label files.
fn told(old: &Placed, new: &Placed) -> BTreeSet<String> {
    let alignment = align(&compared(&old.clauses), &compared(&new.clauses));
    let line = |change: &Change| match *change {
        Change::Removed(at) => format!("removed\t{}", old.places[at]),
        Change::Added(at) => format!("added\t{}", new.places[at]),
        Change::Changed(from, to) => format!("changed\t{}\t{}", old.places[from], new.places[to]),
        Change::Moved(from, to) => format!("moved\t{}\t{}", old.places[from], new.places[to]),
    };
    alignment.changes.iter().map(line).collect()
}

#[test]
fn labelled_pairs_differ_as_labelled() {
    let Some(corpora) = corpora() else { return };
    let history = contrib_history(&corpora);
    let mut files: Vec<_> = std::fs::read_dir(repository().join("tests/golden/diffs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsv"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 30);
    let (mut right, mut missing, mut extra) = (0, 0, 0);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let source = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        let old = Placed::read(&corpora, &history, source("old\t"));
        let new = Placed::read(&corpora, &history, source("new\t"));
        let is_label = |line: &&str| {
            ["removed\t", "added\t", "changed\t", "moved\t"].iter().any(|start| line.starts_with(start))
        };
        let labels: BTreeSet<String> = text.lines().filter(is_label).map(str::to_owned).collect();
        let told = told(&old, &new);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for line in labels.difference(&told) {
            println!("{name}: not told: {line}");
        }
        for line in told.difference(&labels) {
            println!("{name}: not labelled: {line}");
        }
        right += labels.intersection(&told).count();
        missing += labels.difference(&told).count();
        extra += told.difference(&labels).count();
    }
    println!("{right} labels told, {missing} not; {extra} told that no label has");
}
