//! What is counted over time, period by period, by looking at every snapshot of every policy.

use std::collections::BTreeSet;

use super::corpus::{
    Corpus, Filters, Scope, Snapshot, admits_policy, chosen, civil, end, has_life, identity, life_of,
    policies, satisfies,
};
use super::query::Q;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Policies,
    Companies,
    Snapshots,
    Clauses,
}

/// A period, how many say it, how many there are.
pub type Row = (String, usize, usize);

/// The last second of the month `months` after January of year 0.
fn last_of(months: i64) -> i64 {
    let (mut low, mut high) = (-100_000_000_000_i64, 400_000_000_000);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if month(middle) > months {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

/// Months since January of year 0.
fn month(time: i64) -> i64 {
    let (year, month, _) = civil(time);
    year * 12 + i64::from(month) - 1
}

fn name(month: i64, length: i64) -> String {
    let (year, part) = (month / 12, month % 12 / length + 1);
    match length {
        12 => format!("{year}"),
        6 => format!("{year}-H{part}"),
        3 => format!("{year}-Q{part}"),
        _ => format!("{year}-{part:02}"),
    }
}

/// Rows of periods of `length` months.
pub fn timeline(
    corpus: &Corpus,
    query: (&Q, Scope),
    filters: &Filters,
    length: i64,
    measure: Measure,
) -> Vec<Row> {
    let carried = Filters { since: None, ..filters.clone() };
    let filters_here = if measure == Measure::Snapshots { filters } else { &carried };
    let lives: Vec<Vec<&Snapshot>> = policies(corpus)
        .iter()
        .filter(|policy| admits_policy(filters, policy))
        .map(|policy| life_of(corpus, policy))
        .collect();
    let corpus_end = end(corpus);
    let counting = |life: &[&Snapshot]| chosen(life, filters_here, corpus_end);
    let firsts = lives.iter().filter_map(|life| Some(life[*counting(life).first()?].time));
    let Some(first) = filters.since.or(firsts.min()) else { return Vec::new() };
    let last = filters.until.or(filters.as_of).unwrap_or(corpus_end);
    let mut rows = Vec::new();
    let mut start = month(first) / length * length;
    while start <= month(last) {
        let from = last_of(start - 1) + 1;
        let to = last_of(start + length - 1).min(last);
        let (mut saying, mut all) = (BTreeSet::new(), BTreeSet::new());
        for (number, life) in lives.iter().enumerate() {
            let mut looked_at = counting(life);
            if measure == Measure::Snapshots {
                looked_at.retain(|&o| (from..=last_of(start + length - 1)).contains(&life[o].time));
            } else {
                looked_at.retain(|&o| life[o].time <= to);
                let oldest = filters.carry.map(|days| to.min(corpus_end) - days * 86_400);
                looked_at = looked_at.pop().into_iter().collect();
                looked_at.retain(|&o| oldest.is_none_or(|oldest| life[o].time >= oldest));
            }
            for ordinal in looked_at {
                count(life, (number, ordinal), (query, filters, measure), (&mut saying, &mut all));
            }
        }
        rows.push((name(start, length), saying.len(), all.len()));
        start += length;
    }
    rows
}

/// Adds what a snapshot counts as to the sets of names.
fn count(
    life: &[&Snapshot],
    (number, ordinal): (usize, usize),
    ((query, scope), filters, measure): ((&Q, Scope), &Filters, Measure),
    (saying, all): (&mut BTreeSet<String>, &mut BTreeSet<String>),
) {
    let here = life[ordinal];
    let every = Q::Field(super::query::Field::Company, "*".to_owned());
    if measure != Measure::Clauses {
        let name = match measure {
            Measure::Companies => here.company.clone(),
            Measure::Snapshots => format!("{number} {ordinal}"),
            _ => number.to_string(),
        };
        all.insert(name.clone());
        let says = |clause| {
            has_life(life, &identity(clause), filters)
                && satisfies(here, clause, (query, scope), filters).is_some()
        };
        if here.clauses.iter().any(says) {
            saying.insert(name);
        }
        return;
    }
    for clause in here.clauses.iter().filter(|clause| has_life(life, &identity(clause), filters)) {
        let name = format!("{number} {:?}", identity(clause));
        if satisfies(here, clause, (&every, Scope::Clause), filters).is_some() {
            all.insert(name.clone());
        }
        if satisfies(here, clause, (query, scope), filters).is_some() {
            saying.insert(name);
        }
    }
}
