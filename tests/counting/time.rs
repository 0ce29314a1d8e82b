//! Compares commands over time with the oracle, on random histories with several policy types,
//! languages and technical snapshots.

use std::collections::{BTreeMap, BTreeSet};

use fineprint::model::{ArchiveTime, Interval};
use fineprint::search::{
    HistoryChange, HistoryEvent, Hit, Mentions, Scope, SearchRequest, Searcher, Select,
    ThreadHistory, TimelineMeasure, TimelineRequest,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::library::{asking, index_of, request, run};
use crate::oracle::corpus::{self as model, Corpus};
use crate::oracle::query::{Q, queries};
use crate::oracle::time;

/// Random histories, restricted to what JSON Lines can express.
fn histories() -> BoxedStrategy<Corpus> {
    let types = &["Privacy Policy", "Terms of Service"];
    (model::corpora_of(types, 1), vec(prop::bool::weighted(0.25), 20), vec(0..3_usize, 20))
        .prop_map(|(corpus, technical, langs)| {
            let mut corpus = model::in_languages(corpus, &langs);
            for (snapshot, is_technical) in corpus.snapshots.iter_mut().zip(technical) {
                snapshot.is_technical = is_technical;
            }
            corpus
        })
        .boxed()
}

fn indexed(corpus: &Corpus) -> (Searcher, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    let mut snapshots: Vec<_> = corpus.snapshots.iter().collect();
    snapshots.sort_by_key(|snapshot| snapshot.order);
    for snapshot in snapshots {
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

proptest! {
    #![proptest_config(crate::props::cases(16))]

    #[test]
    fn filters_select_as_the_oracle_does(
        corpus in histories(),
        asked in vec((queries(), model::filters_of_languages()), 24),
    ) {
        let (searcher, _folder) = indexed(&corpus);
        for (query, filters) in asked {
            if let Some(asked) = Asked::answered(&searcher, &corpus, &query, &filters) {
                asked.search();
            }
        }
    }

    #[test]
    fn timelines_equal_the_oracle(
        corpus in histories(),
        asked in vec(
            (
                queries(),
                model::filters_of_languages(),
                select(&[1_i64, 3, 6, 12][..]),
                select(&MEASURES[..]),
                select(&SCOPES[..]),
            ),
            16,
        ),
        carry in prop::option::of(1..500_i64),
    ) {
        let (searcher, _folder) = indexed(&corpus);
        for (query, filters, length, measure, scope) in asked {
            let filters = model::Filters { carry: filters.carry.or(carry), ..filters };
            if let Some(asked) = Asked::answered(&searcher, &corpus, &query, &filters) {
                asked.timeline(length, measure, scope, true);
            }
        }
    }
}

proptest! {
    #![proptest_config(crate::props::cases(12))]

    #[test]
    fn facets_and_companies_equal_the_oracle(
        corpus in histories(),
        asked in vec((queries(), model::filters_of_languages(), select(&ALL_FACETS[..])), 24),
    ) {
        let (searcher, _folder) = indexed(&corpus);
        for (query, filters, by) in asked {
            if let Some(asked) = Asked::answered(&searcher, &corpus, &query, &filters) {
                asked.facets(by);
                asked.companies();
            }
        }
    }
}

proptest! {
    #![proptest_config(crate::props::cases(16))]

    #[test]
    fn histories_equal_the_oracle(
        corpus in histories(),
        asked in vec((queries(), model::filters_of_languages()), 24),
    ) {
        let (searcher, _folder) = indexed(&corpus);
        for (query, filters) in asked {
            if let Some(asked) = Asked::answered(&searcher, &corpus, &query, &filters) {
                asked.history();
            }
        }
    }
}

pub const MEASURES: [(TimelineMeasure, time::Measure); 4] = [
    (TimelineMeasure::Policies, time::Measure::Policies),
    (TimelineMeasure::Companies, time::Measure::Companies),
    (TimelineMeasure::Snapshots, time::Measure::Snapshots),
    (TimelineMeasure::Clauses, time::Measure::Clauses),
];

pub const SCOPES: [(Scope, model::Scope); 3] = [
    (Scope::Clause, model::Scope::Clause),
    (Scope::Section, model::Scope::Section),
    (Scope::Snapshot, model::Scope::Snapshot),
];

pub const FACETS: [&str; 4] = ["company", "type", "section", "year"];

/// The fields of random histories, whose languages are known.
pub const ALL_FACETS: [&str; 5] = ["company", "type", "section", "year", "lang"];

/// A question to fineprint and to the oracle, whose answers must be equal.
pub struct Asked<'a> {
    pub searcher: &'a Searcher,
    pub corpus: &'a Corpus,
    pub query: &'a Q,
    pub filters: &'a model::Filters,
}

impl<'a> Asked<'a> {
    /// The question, if every name in its query and its filters occurs in the corpus. Other names
    /// are errors, which another test checks.
    pub fn answered(
        searcher: &'a Searcher,
        corpus: &'a Corpus,
        query: &'a Q,
        filters: &'a model::Filters,
    ) -> Option<Self> {
        let asked = Self { searcher, corpus, query, filters };
        let is_answered = searcher.search(&asked.request(), &mut Vec::new()).is_ok();
        is_answered.then_some(asked)
    }

    fn request(&self) -> SearchRequest {
        request(self.query, self.filters)
    }

    /// Compares totals and hits. Returns how many clauses match.
    pub fn search(&self) -> usize {
        let Self { searcher, corpus, query, filters } = self;
        let mut hits: Vec<Hit> = Vec::new();
        let totals = searcher.search(&self.request(), &mut hits).unwrap().totals;
        let answer = model::search(corpus, query, filters);
        assert_eq!(
            [totals.clauses, totals.policies, totals.companies, totals.snapshots],
            [
                answer.totals.clauses,
                answer.totals.policies,
                answer.totals.companies,
                answer.totals.snapshots
            ]
            .map(|n| n as u64),
            "{query} {filters:?}"
        );
        let spaced = |text: &str| crate::library::single_spaced(text);
        let shown = hits
            .iter()
            .map(|hit| (hit.company.clone(), hit.archive_time.rfc3339(), spaced(&hit.text)));
        let expected = answer.clauses.iter();
        let expected =
            expected.map(|f| (f.company.clone(), model::rfc3339(f.newest), spaced(&f.text)));
        let (shown, expected): (BTreeSet<_>, BTreeSet<_>) = (shown.collect(), expected.collect());
        assert_eq!(shown, expected, "{query} {filters:?}");
        answer.totals.clauses
    }

    /// Compares the rows of a timeline with periods of `length` months. Without `has_all`, the
    /// oracle's corpus lacks clauses that do not match.
    pub fn timeline(
        &self,
        length: i64,
        (measure, model_measure): (TimelineMeasure, time::Measure),
        (scope, model_scope): (Scope, model::Scope),
        has_all: bool,
    ) {
        let Self { searcher, corpus, query, filters } = self;
        let select = Select { scope, ..self.request().select };
        let by = match length {
            1 => Interval::Month,
            3 => Interval::Quarter,
            6 => Interval::HalfYear,
            _ => Interval::Year,
        };
        let queries = vec![query.to_string().parse().unwrap()];
        let asked = TimelineRequest { queries, select, by, measure };
        let timeline = searcher.timeline(&asked).unwrap();
        let mut rows: Vec<time::Row> = timeline.series[0]
            .points
            .iter()
            .map(|point| (point.period.clone(), point.saying as usize, point.in_force as usize))
            .collect();
        let mut expected =
            time::timeline(corpus, (query, model_scope), filters, length, model_measure);
        if !has_all && measure == TimelineMeasure::Clauses {
            rows.iter_mut().chain(&mut expected).for_each(|row| row.2 = 0);
        }
        assert_eq!(rows, expected, "{query} by {length} months, {measure:?}, {filters:?}");
    }

    pub fn facets(&self, by: &str) {
        let Self { searcher, corpus, query, filters } = self;
        let facets = searcher.facets(&self.request().select, &by.parse().unwrap()).unwrap();
        let shown = facets.facets.iter().map(|facet| {
            (
                facet.value.clone(),
                [facet.clauses, facet.policies, facet.companies].map(|n| n as usize),
            )
        });
        let spaced =
            |value: Option<String>| value.map(|value| crate::library::single_spaced(&value));
        let expected = time::facets(corpus, (query, model::Scope::Clause), filters, by);
        let expected: BTreeMap<_, _> =
            expected.into_iter().map(|(value, counts)| (spaced(value), counts)).collect();
        assert_eq!(shown.collect::<BTreeMap<_, _>>(), expected, "{query} by {by} {filters:?}");
    }

    /// Compares the companies that say it and the companies that do not.
    pub fn companies(&self) {
        let Self { searcher, corpus, query, filters } = self;
        let expected = time::companies(corpus, query, filters);
        for saying in [Mentions::Required, Mentions::Excluded] {
            let companies = searcher.companies(&self.request().select, saying).unwrap();
            assert_eq!(companies.of as usize, expected.len(), "{query} {filters:?}");
            let listed =
                expected.iter().filter(|company| (company.5 > 0) == (saying == Mentions::Required));
            let listed: Vec<_> = listed
                .map(|(name, policies, snapshots, first, last, clauses, said)| {
                    let (first, last) = (model::date(*first), model::date(*last));
                    (name.clone(), *policies, *snapshots, first, last, *clauses, *said)
                })
                .collect();
            let number = |number: u64| number as usize;
            let shown: Vec<_> = companies
                .companies
                .into_iter()
                .map(|entry| {
                    let (clauses, said) =
                        (number(entry.clauses.unwrap()), number(entry.saying.unwrap()));
                    let (policies, snapshots) = (number(entry.policies), number(entry.snapshots));
                    (
                        entry.company,
                        policies,
                        snapshots,
                        entry.first.date(),
                        entry.last.date(),
                        clauses,
                        said,
                    )
                })
                .collect();
            assert_eq!(shown, listed, "{query} {saying:?} {filters:?}");
        }
    }

    /// Compares the histories of the matching clauses.
    pub fn history(&self) {
        let Self { searcher, corpus, query, filters } = self;
        let history = searcher.history(&self.request().select).unwrap();
        let mut lives = BTreeMap::new();
        for policy in &history.policies {
            for thread in &policy.threads {
                check_thread(thread);
                for wording in thread.wordings.iter().filter(|wording| wording.is_match) {
                    let kind = model::Kind::named(wording.kind.name());
                    let told = wording_of(kind, wording.lead_in.as_deref(), &wording.text);
                    let key = (policy.company.clone(), policy.policy_type.clone(), told);
                    let runs = wording.life.runs.iter();
                    let runs: Vec<_> = runs
                        .map(|run| {
                            let gone_by = run.gone_by.map(ArchiveTime::date);
                            (run.first.date(), run.last.date(), gone_by, run.snapshots as usize)
                        })
                        .collect();
                    assert!(lives.insert(key, runs).is_none());
                }
            }
        }
        let expected: BTreeMap<_, _> = time::lives(corpus, query, filters, &wording_of)
            .into_iter()
            .map(|(key, runs)| {
                let date = model::date;
                let runs = runs.into_iter().map(|(a, b, c, n)| (date(a), date(b), c.map(date), n));
                (key, runs.collect::<Vec<_>>())
            })
            .collect();
        assert_eq!(lives, expected, "{query} {filters:?}");
    }
}

/// The wording of a clause: its identity. The sectioner has separated the number in front from it.
pub fn wording_of(kind: model::Kind, lead_in: Option<&str>, text: &str) -> model::Identity {
    model::identity_of(kind, lead_in, text)
}

/// Checks that the events of a thread say when each of its matching wordings enters and leaves, and
/// nothing else.
fn check_thread(thread: &ThreadHistory) {
    let of = |events: &[&HistoryEvent]| events.iter().map(|event| event.count).sum::<u64>();
    for (number, wording) in thread.wordings.iter().enumerate() {
        let here = |event: &&HistoryEvent| event.from == Some(number) || event.to == Some(number);
        let touching: Vec<&HistoryEvent> = thread.events.iter().filter(here).collect();
        assert!(!touching.is_empty(), "{wording:?}");
        if !wording.is_match {
            continue;
        }
        // Each period in force begins and ends once; only the last one may be open.
        let runs = &wording.life.runs;
        let turns = runs.len() + runs.iter().filter(|run| run.gone_by.is_some()).count();
        assert!(of(&touching) >= turns as u64, "{thread:#?}");
        let is_told = |time: ArchiveTime| {
            touching.iter().any(|event| {
                let last = event.last.as_ref().unwrap_or(&event.snapshot);
                (event.snapshot.archive_time..=last.archive_time).contains(&time)
            })
        };
        let times = runs.iter().flat_map(|run| [Some(run.first), run.gone_by]).flatten();
        times.for_each(|time| assert!(is_told(time), "{time}: {thread:#?}"));
    }
    for event in &thread.events {
        assert_eq!(event.last.is_some(), event.count > 1);
        let has_words = matches!(event.change, HistoryChange::Changed | HistoryChange::Renumbered);
        assert_eq!(event.words.is_some(), has_words);
        assert_eq!(event.previous.is_none(), event.change == HistoryChange::Initial);
        assert_eq!(
            (event.before.is_some(), event.after.is_some()),
            (event.from.is_some(), event.to.is_some())
        );
        let time = event.snapshot.archive_time;
        // A wording enters or leaves here. One of two wordings does, if the other occurs at a
        // second place.
        let leaves = event.from.is_some_and(|from| {
            thread.wordings[from].life.runs.iter().any(|run| run.gone_by == Some(time))
        });
        let enters = event
            .to
            .is_some_and(|to| thread.wordings[to].life.runs.iter().any(|run| run.first == time));
        assert!(leaves || enters, "{event:?}");
    }
}

/// A row of a timeline equals a search as of the end of its period.
#[test]
fn a_row_is_a_search_as_of_its_end() {
    let searcher = Searcher::open(crate::util::sample_index()).unwrap();
    let asked = TimelineRequest {
        queries: vec!["third parties".parse().unwrap(), "sell".parse().unwrap()],
        by: Interval::Quarter,
        ..TimelineRequest::default()
    };
    let timeline = searcher.timeline(&asked).unwrap();
    assert_eq!(timeline.series.len(), 2);
    for series in &timeline.series {
        assert!(series.points.len() > 20 && series.points.iter().any(|point| point.saying > 0));
        for point in series.points.iter().step_by(5) {
            let mut search = asking(&series.query);
            search.select.filters.dates =
                fineprint::search::SnapshotDates::AsOf(point.end.date().parse().unwrap());
            assert_eq!(
                run(&searcher, &search).unwrap().1.totals.policies,
                point.saying,
                "{}",
                point.period
            );
        }
    }
}
