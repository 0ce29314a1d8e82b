//! Tests the differences between two snapshots: on labelled pairs of real policies, and on samples
//! with known mutations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use fineprint::model::Clause;
use fineprint::search::{AlignedChange, ComparedClause, align};
use fineprint::section::section;

use crate::searching::phrases::Dice;
use crate::util::{contrib_history, corpora, repository};

fn compared(clauses: &[Clause]) -> Vec<ComparedClause<'_>> {
    clauses.iter().map(|c| ComparedClause::new(c.kind, c.lead_in.as_deref(), &c.text)).collect()
}

/// A raw text and the place of each of its clauses in the notation of the labels: `12`, `12.2`.
struct Placed {
    clauses: Vec<Clause>,
    places: Vec<String>,
}

impl Placed {
    fn read(corpora: &Path, history: &Path, source: &str) -> Self {
        let raw = match source.strip_prefix("contrib:") {
            None => std::fs::read(corpora.join(source)).unwrap(),
            Some(object) => {
                let output = Command::new("git")
                    .arg("-C")
                    .arg(history)
                    .args(["show", object])
                    .output()
                    .unwrap();
                assert!(output.status.success(), "{source}");
                output.stdout
            }
        };
        let raw = String::from_utf8(raw).unwrap();
        // The header line of the Princeton-Leuven corpus is not part of the text.
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

/// The differences that the library finds, in the words of the label files.
fn told(old: &Placed, new: &Placed) -> BTreeSet<String> {
    let alignment = align(&compared(&old.clauses), &compared(&new.clauses));
    let line = |change: &AlignedChange| match *change {
        AlignedChange::Removed(at) => format!("removed\t{}", old.places[at]),
        AlignedChange::Added(at) => format!("added\t{}", new.places[at]),
        AlignedChange::Changed(from, to) => {
            format!("changed\t{}\t{}", old.places[from], new.places[to])
        }
        AlignedChange::Moved(from, to) => {
            format!("moved\t{}\t{}", old.places[from], new.places[to])
        }
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
    let mut exceptions = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let source = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        let old = Placed::read(&corpora, &history, source("old\t"));
        let new = Placed::read(&corpora, &history, source("new\t"));
        let is_label = |line: &&str| {
            ["removed\t", "added\t", "changed\t", "moved\t"]
                .iter()
                .any(|start| line.starts_with(start))
        };
        let labels: BTreeSet<String> = text.lines().filter(is_label).map(str::to_owned).collect();
        let told = told(&old, &new);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for line in labels.difference(&told) {
            exceptions.push(format!("{name}: not told: {line}"));
        }
        for line in told.difference(&labels) {
            exceptions.push(format!("{name}: not labelled: {line}"));
        }
        right += labels.intersection(&told).count();
        missing += labels.difference(&told).count();
        extra += told.difference(&labels).count();
    }
    println!("{right} labels told, {missing} not; {extra} told that no label has");
    assert_eq!(exceptions, EXCEPTIONS);
    assert_eq!(right, 206);
}

/// The known disagreements between the program and the labels: an item over hard-broken lines that
/// is cut in two (14), a clause of ten words that grew to 43 (19), and one that keeps 47 of 100
/// words, in a text that occurs twice (30). Date stamps with another date (13, 29) are labelled as
/// changed, but are one clause.
const EXCEPTIONS: [&str; 12] = [
    "13-overleaf: not told: changed\t4\t4",
    "14-timeanddate: not labelled: removed\t109",
    "19-sourcehut: not told: changed\t18\t18",
    "19-sourcehut: not labelled: added\t18",
    "19-sourcehut: not labelled: removed\t18",
    "29-steam: not told: changed\t210\t219",
    "30-rueducommerce: not told: changed\t340\t340",
    "30-rueducommerce: not told: changed\t689\t689",
    "30-rueducommerce: not labelled: added\t340",
    "30-rueducommerce: not labelled: added\t689",
    "30-rueducommerce: not labelled: removed\t340",
    "30-rueducommerce: not labelled: removed\t689",
];

/// A clause of a changed list, with its former place.
#[derive(Clone)]
struct Mutant {
    clause: Clause,
    from: Option<usize>,
    fate: Fate,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Same,
    Added,
    Changed,
    Moved,
}

/// Replaces fewer than half of the words of a text with other words.
fn reworded(dice: &mut Dice, text: &str) -> Option<String> {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    if words.len() < 6 {
        return None;
    }
    for number in 0..1 + dice.roll(words.len() / 4) {
        let at = 1 + dice.roll(words.len() - 1);
        words[at] = format!("reworded{number}");
    }
    Some(words.join(" "))
}

/// Changes a text in ways that are no difference: other quotes and dashes, more white space.
fn restyled(text: &str) -> String {
    text.replace('"', "\u{201c}")
        .replace('\'', "\u{2019}")
        .replace(" - ", " \u{2013} ")
        .replace(' ', "  ")
}

/// Makes one to four mutations of a list, at least four clauses apart, and returns them.
fn mutated(dice: &mut Dice, clauses: &[Clause]) -> (Vec<Clause>, BTreeSet<String>) {
    let mut list: Vec<Mutant> = clauses
        .iter()
        .enumerate()
        .map(|(at, clause)| Mutant { clause: clause.clone(), from: Some(at), fate: Fate::Same })
        .collect();
    let mut truth = BTreeSet::new();
    let mut at = dice.roll(4);
    for number in 0..1 + dice.roll(4) {
        // A moved or added clause makes the list longer or shorter near this place only.
        if at + 8 >= list.len() {
            break;
        }
        match dice.roll(5) {
            0 => {
                let text = format!(
                    "An added clause {number} of made up words wholly unlike whatever stands near \
                     {at}."
                );
                let clause = Clause {
                    text,
                    lead_in: None,
                    kind: fineprint::model::ClauseKind::Paragraph,
                    ..clauses[0].clone()
                };
                list.insert(at, Mutant { clause, from: None, fate: Fate::Added });
            }
            1 => {
                let removed = list.remove(at);
                truth.insert(format!("removed {}", removed.from.unwrap()));
            }
            2 => {
                if let Some(text) = reworded(dice, &list[at].clause.text) {
                    list[at].clause.text = text;
                    list[at].fate = Fate::Changed;
                }
            }
            3 => {
                let mut moved = list.remove(at);
                moved.fate = Fate::Moved;
                list.insert(at + 3, moved);
            }
            _ => {
                list[at].clause.text = restyled(&list[at].clause.text);
            }
        }
        at += 8 + dice.roll(6);
    }
    for (to, mutant) in list.iter().enumerate() {
        match (mutant.fate, mutant.from) {
            (Fate::Added, _) => truth.insert(format!("added {to}")),
            (Fate::Changed, Some(from)) => truth.insert(format!("changed {from} {to}")),
            (Fate::Moved, Some(from)) => truth.insert(format!("moved {from} {to}")),
            _ => false,
        };
    }
    (list.into_iter().map(|mutant| mutant.clause).collect(), truth)
}

#[test]
fn a_thousand_mutations_are_found() {
    let mut texts = Vec::new();
    for entry in walkdir::WalkDir::new(repository().join("data/policies")).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            // One sample is in windows-1252.
            let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
            let clauses = section(&text[text.find('\n').unwrap()..]);
            // With equal clauses, it would be unknown which of them was moved or removed.
            let distinct: BTreeSet<_> = clauses.iter().map(|clause| &clause.text).collect();
            if distinct.len() == clauses.len() && clauses.len() > 12 {
                texts.push(clauses);
            }
        }
    }
    assert!(texts.len() > 50, "{}", texts.len());
    let mut dice = Dice(7);
    let (mut told_right, mut differences) = (0, 0);
    for number in 0..1500 {
        let old = &texts[number % texts.len()];
        let (new, truth) = mutated(&mut dice, old);
        let alignment = align(&compared(old), &compared(&new));
        let line = |change: &AlignedChange| match *change {
            AlignedChange::Removed(at) => format!("removed {at}"),
            AlignedChange::Added(at) => format!("added {at}"),
            AlignedChange::Changed(from, to) => format!("changed {from} {to}"),
            AlignedChange::Moved(from, to) => format!("moved {from} {to}"),
        };
        let told: BTreeSet<String> = alignment.changes.iter().map(line).collect();
        differences += truth.len();
        if told == truth {
            told_right += 1;
        } else {
            println!("mutation {number}: told {told:?}, is {truth:?}");
        }
        assert_eq!(
            alignment.same.len()
                + alignment
                    .changes
                    .iter()
                    .filter(|change| !matches!(change, AlignedChange::Removed(_)))
                    .count(),
            new.len()
        );
    }
    println!("{told_right} of 1500 lists told, {differences} differences");
    assert_eq!(told_right, 1500);
    assert!(differences > 1000);
}
