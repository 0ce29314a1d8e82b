//! Counts over time, period by period, by looking at every snapshot of every policy.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::{
    Clause, Corpus, DAY, Filters, Identity, Kind, Scope, Snapshot, admits_policy, chosen, civil,
    end, has_lang, has_life, identity, lives_of, looked_at, satisfies, search_in, stays,
};
use super::query::Q;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Policies,
    Companies,
    Snapshots,
    Clauses,
}

/// A period, the number of units that match in it, and the number of units in all.
pub type Row = (String, usize, usize);

/// The last moment of the month `months` after January of year 0.
fn last_of(months: i64) -> i64 {
    // Days since 1970: 1870 to 2070.
    let (mut low, mut high) = (-100 * 366, 100 * 366);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if month(middle * DAY) > months {
            high = middle;
        } else {
            low = middle;
        }
    }
    high * DAY - 1
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
    let corpus = &*looked_at(corpus, filters);
    let carried = Filters { since: None, ..filters.clone() };
    let filters_here = if measure == Measure::Snapshots { filters } else { &carried };
    let lives: Vec<Vec<&Snapshot>> = lives_of(corpus)
        .into_iter()
        .filter(|(policy, _)| admits_policy(filters, policy))
        .map(|(_, life)| life)
        .collect();
    let stays: Vec<_> = lives.iter().map(|life| stays(life)).collect();
    let corpus_end = end(corpus);
    let counting = |life: &[&Snapshot]| chosen(life, filters_here, corpus_end);
    // The snapshot in force is the newest one, and counts if it has a wanted language.
    let of_any_language = Filters { langs: Vec::new(), ..filters_here.clone() };
    let firsts = lives.iter().filter_map(|life| Some(life[*counting(life).first()?].time));
    let Some(first) = filters.since.or(firsts.min()) else { return Vec::new() };
    let last = filters.until.or(filters.as_of).unwrap_or(corpus_end);
    // What a snapshot counts as is the same in all periods.
    let mut counted = BTreeMap::new();
    let mut rows = Vec::new();
    let mut start = month(first) / length * length;
    while start <= month(last) {
        let from = last_of(start - 1) + 1;
        let period_end = last_of(start + length - 1);
        let to = period_end.min(last);
        let (mut saying, mut all) = (BTreeSet::new(), BTreeSet::new());
        for (number, life) in lives.iter().enumerate() {
            let mut looked_at = chosen(life, &of_any_language, corpus_end);
            if measure == Measure::Snapshots {
                looked_at.retain(|&o| (from..=period_end).contains(&life[o].time));
            } else {
                looked_at.retain(|&o| life[o].time <= to);
                let oldest = filters.carry.map(|days| to.min(corpus_end) - days * DAY);
                looked_at = looked_at.pop().into_iter().collect();
                looked_at.retain(|&o| oldest.is_none_or(|oldest| life[o].time >= oldest));
            }
            looked_at.retain(|&o| has_lang(life[o], filters));
            for ordinal in looked_at {
                let (says, has) = counted.entry((number, ordinal)).or_insert_with(|| {
                    count((life, &stays[number]), (number, ordinal), (query, filters, measure))
                });
                saying.extend(says.iter().cloned());
                all.extend(has.iter().cloned());
            }
        }
        rows.push((name(start, length), saying.len(), all.len()));
        start += length;
    }
    rows
}

/// The names under which a snapshot is counted as one that matches, and as one of all.
fn count(
    (life, stays): (&[&Snapshot], &BTreeMap<Identity, (usize, usize)>),
    (number, ordinal): (usize, usize),
    ((query, scope), filters, measure): ((&Q, Scope), &Filters, Measure),
) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut saying, mut all) = (BTreeSet::new(), BTreeSet::new());
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
            has_life(life, stays, &identity(clause), filters)
                && satisfies(here, clause, (query, scope), filters).is_some()
        };
        if here.clauses.iter().any(says) {
            saying.insert(name);
        }
        return (saying, all);
    }
    for clause in
        here.clauses.iter().filter(|clause| has_life(life, stays, &identity(clause), filters))
    {
        let name = format!("{number} {:?}", identity(clause));
        if satisfies(here, clause, (&every, Scope::Clause), filters).is_some() {
            all.insert(name.clone());
        }
        if satisfies(here, clause, (query, scope), filters).is_some() {
            saying.insert(name);
        }
    }
    (saying, all)
}

/// For each value of `by`, the numbers of clauses, policies and companies. `by` is `company`,
/// `type`, `section`, `lang` or `year`.
pub fn facets(
    corpus: &Corpus,
    query: (&Q, Scope),
    filters: &Filters,
    by: &str,
) -> BTreeMap<Option<String>, [usize; 3]> {
    let mut sets: BTreeMap<Option<String>, [BTreeSet<String>; 3]> = BTreeMap::new();
    let looked_at = looked_at(corpus, filters);
    let (lives, end) = (lives_of(&looked_at), end(&looked_at));
    for found in search_in(corpus, query.0, query.1, filters).clauses {
        let policy = (found.company.clone(), found.policy_type.clone(), found.collection.clone());
        let life = &lives[&policy];
        let values: BTreeSet<Option<String>> = match by {
            "company" => [Some(found.company.clone())].into(),
            "type" => [Some(found.policy_type.clone())].into(),
            "section" => [found.section.last().cloned()].into(),
            "lang" => [life[found.newest_ordinal].lang.map(str::to_owned)].into(),
            _ => chosen(life, filters, end)
                .into_iter()
                .map(|o| life[o])
                .filter(|here| {
                    let is_it = |c: &&Clause| identity(c) == found.identity;
                    here.clauses
                        .iter()
                        .filter(is_it)
                        .any(|c| satisfies(here, c, query, filters).is_some())
                })
                .map(|here| Some(civil(here.time).0.to_string()))
                .collect(),
        };
        for value in values {
            let [clauses, policies, companies] = sets.entry(value).or_default();
            clauses.insert(format!("{policy:?} {:?}", found.identity));
            policies.insert(format!("{policy:?}"));
            companies.insert(found.company.clone());
        }
    }
    sets.into_iter().map(|(value, sets)| (value, sets.map(|set| set.len()))).collect()
}

/// A company: name, policies, snapshots, first and last time of its selected snapshots, matching
/// clauses, and policies with one.
pub type Company = (String, usize, usize, i64, i64, usize, usize);

/// All companies with selected snapshots, in order.
pub fn companies(corpus: &Corpus, query: &Q, filters: &Filters) -> Vec<Company> {
    let found = search_in(corpus, query, Scope::Clause, filters).clauses;
    let mut names: BTreeMap<String, Company> = BTreeMap::new();
    let end = end(corpus);
    for (policy, life) in
        lives_of(corpus).into_iter().filter(|(policy, _)| admits_policy(filters, policy))
    {
        let chosen = chosen(&life, filters, end);
        let (Some(&first), Some(&last)) = (chosen.first(), chosen.last()) else { continue };
        let (from, to) = (life[first].time, life[last].time);
        let here =
            found.iter().filter(|f| (&f.company, &f.policy_type) == (&policy.0, &policy.1)).count();
        let entry =
            names.entry(policy.0.clone()).or_insert((policy.0.clone(), 0, 0, from, to, 0, 0));
        entry.1 += 1;
        entry.2 += chosen.len();
        entry.3 = entry.3.min(from);
        entry.4 = entry.4.max(to);
        entry.5 += here;
        entry.6 += usize::from(here > 0);
    }
    names.into_values().collect()
}

/// A period in force: first and last time, time of the next snapshot, number of snapshots.
pub type Stand = (i64, i64, Option<i64>, usize);

/// For each wording of the matching clauses: company, policy type, wording, and its periods in
/// force among the examined snapshots. `wording` returns the text that tells wordings apart.
pub fn lives(
    corpus: &Corpus,
    query: &Q,
    filters: &Filters,
    wording: &dyn Fn(Kind, Option<&str>, &str) -> Identity,
) -> BTreeMap<(String, String, Identity), Vec<Stand>> {
    let looked_at = looked_at(corpus, filters);
    let all = lives_of(&looked_at);
    let mut lives = BTreeMap::new();
    for found in search_in(corpus, query, Scope::Clause, filters).clauses {
        let wanted = wording(found.kind, found.lead_in.as_deref(), &found.text);
        let mut walked = all
            [&(found.company.clone(), found.policy_type.clone(), found.collection.clone())]
            .clone();
        walked.retain(|snapshot| !(filters.company_changes_only && snapshot.is_technical));
        let is_it = |clause: &Clause| {
            wording(clause.kind, clause.lead_in.as_deref(), &clause.text) == wanted
        };
        let stands: Vec<bool> =
            walked.iter().map(|snapshot| snapshot.clauses.iter().any(is_it)).collect();
        let mut stretches = Vec::new();
        for first in (0..walked.len()).filter(|&at| stands[at] && (at == 0 || !stands[at - 1])) {
            let end = (first..walked.len()).find(|&at| !stands[at]).unwrap_or(walked.len());
            let gone_by = walked.get(end).map(|snapshot| snapshot.time);
            stretches.push((walked[first].time, walked[end - 1].time, gone_by, end - first));
        }
        lives.insert((found.company, found.policy_type, wanted), stretches);
    }
    lives
}
