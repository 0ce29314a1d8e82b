//! Reads a real history and looks at every clause that was renumbered between two snapshots.
//!
//! `FINEPRINT_LONG=1` reads the whole history, and otherwise a part of it is enough. With
//! `--nocapture` the test prints 200 differences at random that are called renumbering, to be read
//! by eye.

use std::collections::BTreeMap;

use fineprint::collapse::{ClauseOccurrence, CollapsedPolicy, Collapser, SourceRecord};
use fineprint::corpus::{self, CorpusReader, FoundSnapshot, ReadOptions, SeenInput};
use fineprint::model::Ordinal;
use fineprint::search::{AlignedChange, ComparedClause, align};
use rayon::prelude::*;

use crate::searching::phrases::Dice;
use crate::util::{contrib_history, corpora};

/// How many differences are printed.
const SAMPLE: usize = 200;

/// The snapshots of the policies of a history, by company and policy type.
type FoundPolicies = BTreeMap<(String, String), Vec<FoundSnapshot>>;

fn found_policies(reader: &dyn CorpusReader) -> FoundPolicies {
    let mut found = FoundPolicies::new();
    reader
        .scan(&mut |seen| {
            if let SeenInput::Found { company, policy_type, found: one } = seen {
                found.entry((company, policy_type)).or_default().push(*one);
            }
        })
        .unwrap();
    found
}

fn collapsed(reader: &dyn CorpusReader, mut found: Vec<FoundSnapshot>) -> CollapsedPolicy {
    let mut session = reader.session();
    found.sort_by_key(|found| (found.time, found.order));
    let mut collapser = Collapser::default();
    let mut snapshots = Vec::new();
    for found in &found {
        let snapshot = session.read(found, true).unwrap();
        if let Some(text) = snapshot.text {
            snapshots.push((snapshot.info, collapser.add_text(text.body.clone())));
        }
    }
    for (info, text) in snapshots {
        collapser.add_snapshot(info, SourceRecord::default(), text);
    }
    collapser.finish()
}

fn compared<'p>(
    policy: &'p CollapsedPolicy,
    occurrences: &[ClauseOccurrence],
) -> Vec<ComparedClause<'p>> {
    let compared = occurrences.iter().map(|occurrence| {
        let clause = &policy.clauses[occurrence.clause.index()];
        let kind = policy.places[occurrence.place.index()].kind;
        ComparedClause::new(kind, clause.lead_in.as_deref(), &clause.text)
    });
    compared.collect()
}

/// Checks the renumbered clauses between two successive snapshots, and describes them.
fn check_renumbered(name: &str, policy: &CollapsedPolicy, ordinal: usize, told: &mut Vec<String>) {
    let [old, new] = [ordinal - 1, ordinal].map(|at| &policy.snapshots[at].clauses);
    if old == new {
        return;
    }
    let aligned = align(&compared(policy, old), &compared(policy, new));
    let date = policy.snapshots[ordinal].info.time.date();
    let number = |occurrence: &ClauseOccurrence| {
        policy.places[occurrence.place.index()].number.as_deref().unwrap_or("-")
    };
    let text = |occurrence: &ClauseOccurrence| {
        let text = &policy.clauses[occurrence.clause.index()].text;
        text.chars().take(70).collect::<String>().replace('\n', " ")
    };
    for &(from, to) in &aligned.same {
        let (from, to) = (&old[from], &new[to]);
        let is_worded = from.clause != to.clause;
        if number(from) == number(to) && !is_worded {
            continue;
        }
        // One clause, whose life goes on.
        let clause = &policy.clauses[from.clause.index()];
        let lives = |at: usize| clause.runs.iter().any(|run| run.contains(Ordinal::from_index(at)));
        assert!(lives(ordinal - 1) && (is_worded || lives(ordinal)), "{name} {date}");
        let (old, new) = (number(from), number(to));
        told.push(match is_worded {
            true => format!("{date} {name}: {:?} -> {:?}", text(from), text(to)),
            false => format!("{date} {name}: {old} -> {new} {:?}", text(to)),
        });
    }
    let is_in = |list: &[ClauseOccurrence], occurrence: &ClauseOccurrence| {
        list.iter().filter(|other| other.clause == occurrence.clause).count()
    };
    for change in &aligned.changes {
        // What diff calls removed or reworded has fewer occurrences than before, or moved.
        if let AlignedChange::Removed(at) | AlignedChange::Changed(at, _) = change {
            let (before, after) = (is_in(old, &old[*at]), is_in(new, &old[*at]));
            // `Article 3` may be the text of what was `Article 4`.
            let taken =
                aligned.renumbered.iter().filter(|(_, to)| new[*to].clause == old[*at].clause);
            assert!(after - taken.count() < before, "{name} {date}: {:?}", text(&old[*at]));
        }
    }
}

/// The differences of a policy that are renumbering, and the number of its distinct clauses.
fn renumbered(name: &str, policy: &CollapsedPolicy) -> (Vec<String>, usize) {
    let mut told = Vec::new();
    for ordinal in 1..policy.snapshots.len() {
        check_renumbered(name, policy, ordinal, &mut told);
    }
    (told, policy.clauses.len())
}

#[test]
fn renumbered_clauses_of_a_real_history_live_on() {
    let Some(corpora) = corpora() else { return };
    let step = if std::env::var_os("FINEPRINT_LONG").is_some() { 1 } else { 60 };
    let reader = corpus::open(&contrib_history(&corpora), &ReadOptions::default()).unwrap();
    let found: Vec<_> = found_policies(reader.as_ref()).into_iter().step_by(step).collect();
    let told: Vec<(Vec<String>, usize)> = found
        .into_par_iter()
        .map(|((company, policy_type), found)| {
            let policy = collapsed(reader.as_ref(), found);
            renumbered(&format!("{company}, {policy_type}"), &policy)
        })
        .collect();
    let distinct: usize = told.iter().map(|(_, clauses)| clauses).sum();
    println!("{} policies, {distinct} distinct clauses", told.len());
    let mut told: Vec<Vec<String>> = told.into_iter().map(|(told, _)| told).collect();
    let count: usize = told.iter().map(Vec::len).sum();
    told.retain(|told| !told.is_empty());
    println!("{count} differences of {} policies are renumbering; {SAMPLE} of them:", told.len());
    // A policy first, and then one of its differences: few policies have most of them.
    let mut dice = Dice(200);
    for _ in 0..SAMPLE.min(count) {
        let policy = dice.roll(told.len());
        let at = dice.roll(told[policy].len());
        println!("{}", told[policy].swap_remove(at));
        told.retain(|told| !told.is_empty());
    }
}
