//! Time as an axis, compared with the oracle on random histories with several types of policies and technical snapshots.

use std::collections::{BTreeMap, BTreeSet};

use fineprint::index::OpenIndex;
use fineprint::model::{Interval, Kind};
use fineprint::search::{
    Event, EventKind, Measure, Saying, Scope, SearchRequest, Searcher, ThreadHistory, TimelineRequest,
    Wording,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::oracle::corpus::{self as model, Corpus};
use crate::oracle::query::queries;
use crate::oracle::time;
use crate::props::{index_of, request, run};

/// Random histories that JSON Lines can say.
fn histories() -> BoxedStrategy<Corpus> {
    let types = &["Privacy Policy", "Terms of Service"];
    (model::corpora_of(types), vec(prop::bool::weighted(0.25), 20))
        .prop_map(|(mut corpus, technical)| {
            for (snapshot, is_technical) in corpus.snapshots.iter_mut().zip(technical) {
                snapshot.is_technical = is_technical;
            }
            corpus
        })
        .boxed()
}

fn indexed(corpus: &Corpus) -> (OpenIndex, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for snapshot in &corpus.snapshots {
        let file = model::markdown(snapshot);
        let text = &file[file.find('\n').unwrap()..];
        let line = serde_json::json!({
            "company": snapshot.company,
            "type": snapshot.policy_type,
            "archive_time": model::rfc3339(snapshot.time),
            "technical": snapshot.is_technical,
            "text": text,
        });
        lines.push_str(&format!("{line}\n"));
    }
    let path = folder.path().join("lines.jsonl");
    std::fs::write(&path, lines).unwrap();
    (index_of(&path, &folder.path().join("index")), folder)
}

/// Whether every name in the filters and the query is in the corpus: the others are errors, which another test looks at.
fn is_answered(index: &OpenIndex, request: &SearchRequest) -> bool {
    run(index, request).is_ok()
}

proptest! {
    #![proptest_config(crate::props::cases(16))]

    #[test]
    fn filters_choose_what_the_oracle_chooses(corpus in histories(), asked in vec((queries(), model::filters()), 24)) {
        let (index, _folder) = indexed(&corpus);
        for (query, filters) in asked {
            let request = request(&query, &filters);
            let Ok((hits, summary)) = run(&index, &request) else { continue };
            let answer = model::search(&corpus, &query, &filters);
            let totals = summary.totals;
            prop_assert_eq!(
                [totals.clauses, totals.policies, totals.companies, totals.snapshots],
                [answer.totals.clauses, answer.totals.policies, answer.totals.companies, answer.totals.snapshots]
                    .map(|n| n as u64),
                "{} {:?}", query, filters
            );
            let shown: BTreeSet<_> = hits.iter().map(|hit| (hit.company.clone(), hit.archive_time.clone(), hit.text.clone())).collect();
            let expected: BTreeSet<_> =
                answer.clauses.iter().map(|found| (found.company.clone(), model::rfc3339(found.newest), crate::props::single_spaced(&found.text))).collect();
            prop_assert_eq!(shown, expected, "{} {:?}", query, filters);
        }
    }

    #[test]
    fn timelines_are_those_of_the_oracle(
        corpus in histories(),
        asked in vec((queries(), model::filters(), select(&[1_i64, 3, 6, 12][..]), 0..4_usize, 0..3_usize), 16),
        carry in prop::option::of(1..500_i64),
    ) {
        let (index, _folder) = indexed(&corpus);
        let searcher = Searcher::new(&index).unwrap();
        for (query, filters, length, measure, scope) in asked {
            let filters = model::Filters { carry: filters.carry.or(carry), ..filters };
            let scopes = [(Scope::Clause, model::Scope::Clause), (Scope::Section, model::Scope::Section), (Scope::Snapshot, model::Scope::Snapshot)];
            let search = SearchRequest { scope: scopes[scope].0, ..request(&query, &filters) };
            if !is_answered(&index, &search) {
                continue;
            }
            let measures = [
                (Measure::Policies, time::Measure::Policies),
                (Measure::Companies, time::Measure::Companies),
                (Measure::Snapshots, time::Measure::Snapshots),
                (Measure::Clauses, time::Measure::Clauses),
            ];
            let by = match length {
                1 => Interval::Month,
                3 => Interval::Quarter,
                6 => Interval::HalfYear,
                _ => Interval::Year,
            };
            let asked = TimelineRequest { queries: vec![query.to_string()], search, by, measure: measures[measure].0 };
            let timeline = searcher.timeline(&asked).unwrap();
            let rows: Vec<time::Row> = timeline.series[0]
                .points
                .iter()
                .map(|point| (point.period.clone(), point.saying as usize, point.in_force as usize))
                .collect();
            let expected = time::timeline(&corpus, (&query, scopes[scope].1), &filters, length, measures[measure].1);
            prop_assert_eq!(rows, expected, "{} by {} months, {:?}, {:?}", query, length, measures[measure].1, filters);
        }
    }
}

proptest! {
    #![proptest_config(crate::props::cases(12))]

    #[test]
    fn facets_and_companies_are_those_of_the_oracle(
        corpus in histories(),
        asked in vec((queries(), model::filters(), select(&["company", "type", "section", "year"][..])), 24),
    ) {
        let (index, _folder) = indexed(&corpus);
        let searcher = Searcher::new(&index).unwrap();
        for (query, filters, by) in asked {
            let request = request(&query, &filters);
            if !is_answered(&index, &request) {
                continue;
            }
            let facets = searcher.facets(&request, &by.parse().unwrap()).unwrap();
            let shown = facets.facets.iter().map(|facet| {
                (facet.value.clone(), [facet.clauses, facet.policies, facet.companies].map(|n| n as usize))
            });
            let spaced = |value: Option<String>| value.map(|value| crate::props::single_spaced(&value));
            let expected = time::facets(&corpus, (&query, model::Scope::Clause), &filters, by);
            let expected: BTreeMap<_, _> = expected.into_iter().map(|(value, counts)| (spaced(value), counts)).collect();
            prop_assert_eq!(shown.collect::<BTreeMap<_, _>>(), expected, "{} by {} {:?}", query, by, filters);

            let expected = time::companies(&corpus, &query, &filters);
            for saying in [Saying::It, Saying::NotIt] {
                let companies = searcher.companies(&request, saying).unwrap();
                prop_assert_eq!(companies.of as usize, expected.len());
                let listed = expected.iter().filter(|company| (company.5 > 0) == (saying == Saying::It));
                let listed: Vec<_> = listed
                    .map(|(name, policies, snapshots, first, last, clauses, said)| {
                        (name.clone(), *policies, *snapshots, model::date(*first), model::date(*last), *clauses, *said)
                    })
                    .collect();
                let shown: Vec<_> = companies
                    .companies
                    .into_iter()
                    .map(|entry| {
                        let number = |number: u64| number as usize;
                        (
                            entry.company,
                            number(entry.policies),
                            number(entry.snapshots),
                            entry.first,
                            entry.last,
                            number(entry.clauses.unwrap()),
                            number(entry.saying.unwrap()),
                        )
                    })
                    .collect();
                prop_assert_eq!(shown, listed, "{} {:?} {:?}", query, saying, filters);
            }
        }
    }
}

proptest! {
    #![proptest_config(crate::props::cases(16))]

    #[test]
    fn histories_are_those_of_the_oracle(corpus in histories(), asked in vec((queries(), model::filters()), 24)) {
        let (index, _folder) = indexed(&corpus);
        let searcher = Searcher::new(&index).unwrap();
        for (query, filters) in asked {
            let request = request(&query, &filters);
            if !is_answered(&index, &request) {
                continue;
            }
            let history = searcher.history(&request).unwrap();
            let mut lives = BTreeMap::new();
            for policy in &history.policies {
                for thread in &policy.threads {
                    check_thread(thread);
                    for wording in thread.wordings.iter().filter(|wording| wording.is_match) {
                        let key = (policy.company.clone(), policy.policy_type.clone(), identity_of(wording));
                        let stands = wording.life.stands.iter();
                        let stands: Vec<_> = stands
                            .map(|s| (s.first.clone(), s.last.clone(), s.gone_by.clone(), s.snapshots as usize))
                            .collect();
                        prop_assert!(lives.insert(key, stands).is_none());
                    }
                }
            }
            let expected: BTreeMap<_, _> = time::lives(&corpus, &query, &filters)
                .into_iter()
                .map(|(key, stands)| {
                    let date = model::date;
                    let stands = stands.into_iter().map(|(a, b, c, n)| (date(a), date(b), c.map(date), n));
                    (key, stands.collect::<Vec<_>>())
                })
                .collect();
            prop_assert_eq!(lives, expected, "{} {:?}", query, filters);
        }
    }
}

/// What the oracle calls the identity of a wording; random clauses have no numbers before them.
fn identity_of(wording: &Wording) -> model::Identity {
    let text = model::identity_form(&wording.text);
    let context = model::identity_form(wording.lead_in.as_deref().unwrap_or_default());
    match wording.kind {
        Kind::Item => model::Identity::Item { lead_in: context, text },
        Kind::Row => model::Identity::Row { header: context, text },
        _ => model::Identity::Plain(text),
    }
}

/// The events of a thread say when each of its wordings that match enters and leaves, and nothing else.
fn check_thread(thread: &ThreadHistory) {
    let of = |events: &[&Event]| events.iter().map(|event| event.count).sum::<u64>();
    for (number, wording) in thread.wordings.iter().enumerate() {
        let here = |event: &&Event| event.from == Some(number) || event.to == Some(number);
        let touching: Vec<&Event> = thread.events.iter().filter(here).collect();
        assert!(!touching.is_empty(), "{wording:?}");
        if !wording.is_match {
            continue;
        }
        // Each stretch begins and ends once; only the last may not have ended.
        let stands = &wording.life.stands;
        let turns = stands.len() + stands.iter().filter(|stand| stand.gone_by.is_some()).count();
        assert!(of(&touching) >= turns as u64, "{thread:#?}");
        let is_told = |date: &str| {
            touching.iter().any(|event| {
                let last = event.last.as_ref().unwrap_or(&event.snapshot);
                (event.snapshot.archive_date.as_str()..=last.archive_date.as_str()).contains(&date)
            })
        };
        let dates = stands.iter().flat_map(|stand| [Some(&stand.first), stand.gone_by.as_ref()]).flatten();
        dates.for_each(|date| assert!(is_told(date), "{date}: {thread:#?}"));
    }
    for event in &thread.events {
        assert_eq!(event.last.is_some(), event.count > 1);
        assert_eq!(event.words.is_some(), event.change == EventKind::Changed);
        assert_eq!(event.previous.is_none(), event.change == EventKind::Standing);
        let day = Some(&event.snapshot.archive_date);
        // A wording that leaves or enters here; one of both, if the other stands at a second place.
        let leaves = event
            .from
            .is_some_and(|from| thread.wordings[from].life.stands.iter().any(|s| s.gone_by.as_ref() == day));
        let enters =
            event.to.is_some_and(|to| thread.wordings[to].life.stands.iter().any(|s| Some(&s.first) == day));
        assert!(leaves || enters, "{event:?}");
    }
}

/// What a timeline says of a period is what a search at its end says.
#[test]
fn a_row_is_a_search_as_of_its_end() {
    let index = OpenIndex::open(crate::util::sample_index()).unwrap();
    let searcher = Searcher::new(&index).unwrap();
    let q = |query: &str| SearchRequest { query: query.to_owned(), ..SearchRequest::default() };
    let asked = TimelineRequest {
        queries: vec!["third parties".to_owned(), "sell".to_owned()],
        by: Interval::Quarter,
        ..TimelineRequest::default()
    };
    let timeline = searcher.timeline(&asked).unwrap();
    assert_eq!(timeline.series.len(), 2);
    for series in &timeline.series {
        assert!(series.points.len() > 20 && series.points.iter().any(|point| point.saying > 0));
        for point in series.points.iter().step_by(5) {
            let mut search = q(&series.query);
            search.filters.dates = fineprint::search::Dates::AsOf(point.end.parse().unwrap());
            assert_eq!(run(&index, &search).unwrap().1.totals.policies, point.saying, "{}", point.period);
        }
    }
}
