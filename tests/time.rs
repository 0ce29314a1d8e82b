//! Time as an axis, compared with the oracle on random histories with several types of policies and technical snapshots.

use std::collections::{BTreeMap, BTreeSet};

use fineprint::index::OpenIndex;
use fineprint::model::Interval;
use fineprint::search::{Measure, Saying, Scope, SearchRequest, Searcher, TimelineRequest};
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
