//! Searching: on random corpora every answer equals the oracle's.

use std::collections::{BTreeMap, BTreeSet};

use fineprint::model::{ArchiveTime, ClauseId};
use fineprint::search::{Hit, HitGrouping, HitOrder, Scope, Searcher};
use fineprint::section::ClauseIdentity;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;
use crate::library::{index_of, request, run, single_spaced};
use crate::oracle::corpus as model;
use crate::oracle::query::{self as oracle, Field, Q, S, W};
use crate::oracle::tokens::folded;

/// An index of random snapshots, in a folder that is removed with it.
struct Indexed {
    index: Searcher,
    _folder: tempfile::TempDir,
}

fn indexed(corpus: &model::Corpus, broken: Option<usize>) -> Indexed {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    for snapshot in &corpus.snapshots {
        let path = files.join(model::path(snapshot));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = broken.map_or_else(
            || model::markdown(snapshot),
            |seed| model::markdown_broken(snapshot, seed),
        );
        std::fs::write(path, text).unwrap();
    }
    let index = index_of(&files, &folder.path().join("index"));
    Indexed { index, _folder: folder }
}

/// The company names and policy types in a query that match no policy.
fn unknown_names(query: &Q, corpus: &model::Corpus) -> Vec<String> {
    let is_known = |field: Field, name: &str| {
        corpus.snapshots.iter().any(|s| {
            oracle::names(name, if field == Field::Company { &s.company } else { &s.policy_type })
        })
    };
    match query {
        Q::Phrase(_) | Q::Spans(_) => Vec::new(),
        Q::And(a, b) | Q::Or(a, b) | Q::AndNot(a, b) => {
            [unknown_names(a, corpus), unknown_names(b, corpus)].concat()
        }
        Q::Field(field @ (Field::Company | Field::Type), name) if !is_known(*field, name) => {
            vec![name.clone()]
        }
        Q::Field(..) => Vec::new(),
    }
}

/// The part of a hit that the oracle knows, too.
#[derive(Debug, PartialEq)]
struct Seen {
    names: [String; 3],
    texts: (String, Option<String>, Vec<(usize, usize)>),
    place: (String, Vec<String>),
    dates: [Option<String>; 5],
    counts: (u64, u64),
    origin: (String, String, Option<String>, Option<String>),
}

fn seen(hit: &Hit) -> Seen {
    Seen {
        names: [hit.company.clone(), hit.policy_type.clone(), hit.collection.clone()],
        texts: (
            hit.text.clone(),
            hit.lead_in.clone(),
            hit.highlights.iter().map(|range| (range.start, range.end)).collect(),
        ),
        place: (hit.kind.name().to_owned(), hit.section.clone()),
        dates: [
            Some(hit.archive_time.date()),
            Some(hit.archive_time.rfc3339()),
            Some(hit.first_seen.date()),
            Some(hit.last_seen.date()),
            hit.gone_by.map(ArchiveTime::date),
        ],
        counts: (hit.snapshots, hit.same_text_companies),
        origin: (
            hit.source.path.clone(),
            hit.title.clone().unwrap(),
            hit.url.clone(),
            hit.archive_url.clone(),
        ),
    }
}

fn expected(corpus: &model::Corpus, found: &model::Found) -> Seen {
    let text = single_spaced(&found.text);
    let policy = (found.company.clone(), found.policy_type.clone(), found.collection.clone());
    let life = model::life_of(corpus, &policy);
    let newest = life[found.newest_ordinal];
    let address = format!("http://{}/privacy", found.company);
    let archived = format!(
        "https://web.archive.org/web/{}id_/http%3A//{}/privacy",
        model::stamp(found.newest),
        found.company
    );
    Seen {
        names: [policy.0, policy.1, policy.2],
        place: (
            found.kind.name().to_owned(),
            found.section.iter().map(|heading| single_spaced(heading)).collect(),
        ),
        dates: [
            Some(model::date(found.newest)),
            Some(model::rfc3339(found.newest)),
            Some(model::date(found.first_seen)),
            Some(model::date(found.last_seen)),
            found.gone_by.map(model::date),
        ],
        counts: (
            found.snapshots as u64,
            model::same_text_companies(corpus, &found.identity, &found.company) as u64,
        ),
        origin: (
            model::path(newest),
            single_spaced(&newest.clauses[0].text),
            Some(address),
            Some(archived),
        ),
        texts: (
            text.clone(),
            found.lead_in.as_deref().map(single_spaced),
            oracle::covered(&found.matched, &text),
        ),
    }
}

/// BM25 with k1 = 1.2 and b = 0.3 over the distinct clauses of the corpus. A phrase weighs as much
/// as all its words together, and a clause that was first a heading half as much.
struct Ranking {
    clauses: Vec<Vec<String>>,
}

impl Ranking {
    fn new(corpus: &model::Corpus) -> Self {
        let mut clauses = Vec::new();
        for policy in model::policies(corpus) {
            let mut known = BTreeMap::new();
            for clause in model::life_of(corpus, &policy).iter().flat_map(|s| &s.clauses) {
                known.insert(model::identity(clause), folded(&clause.text));
            }
            clauses.extend(known.into_values());
        }
        Self { clauses }
    }

    /// A word that matches several words counts the clauses of each of them.
    fn idf(&self, spans: &S) -> f64 {
        let vocabulary: BTreeSet<&String> = self.clauses.iter().flatten().collect();
        let having =
            |term: &String| self.clauses.iter().filter(|clause| clause.contains(term)).count();
        let of_word = |word: &W| {
            if *word == W::Any {
                return 0.0;
            }
            let terms = vocabulary.iter().filter(|term| oracle::stands_for(word, term, false));
            let having =
                terms.map(|term| having(term)).sum::<usize>().min(self.clauses.len()) as f64;
            (1.0 + (self.clauses.len() as f64 - having + 0.5) / (having + 0.5)).ln()
        };
        match spans {
            S::Phrase(words, _) => words.iter().map(of_word).sum(),
            S::Or(a, b) => self.idf(a).min(self.idf(b)),
            S::Near(_, a, b) => self.idf(a) + self.idf(b),
            S::Within(_, _, a, _) => self.idf(a),
        }
    }

    fn score(&self, found: &model::Found) -> f64 {
        let text = found.text.as_str();
        let length = folded(text).len() as f64;
        let average =
            self.clauses.iter().map(Vec::len).sum::<usize>() as f64 / self.clauses.len() as f64;
        let score = |spans: S| {
            let frequency = oracle::stretches(&spans, &folded(text), false).len() as f64;
            self.idf(&spans) * 2.2 * frequency / (frequency + 1.2 * (0.7 + 0.3 * length / average))
        };
        let sum: f64 = found.matched.iter().cloned().map(score).sum();
        if found.first_kind == model::Kind::Heading { sum / 2.0 } else { sum }
    }
}

/// A query with its scope, filters, and a number of hits to leave out and to show.
type Asked = ((Q, model::Scope), model::Filters, (usize, usize));

/// Compares the answers of an index of the corpus with the oracle. The error names the question.
fn compare_all(
    corpus: &model::Corpus,
    broken: Option<usize>,
    asked: Vec<Asked>,
) -> Result<(), TestCaseError> {
    let indexed = indexed(corpus, broken);
    let ranking = Ranking::new(corpus);
    for ((query, scope), filters, cut) in asked {
        let compared = compare(&indexed, corpus, &ranking, (&query, scope), &filters, cut);
        compared.map_err(|error| {
            TestCaseError::fail(format!("{query} in {scope:?}\n{filters:?}\n{error}"))
        })?;
    }
    Ok(())
}

/// Compares the answers to one query with the oracle: in every order, grouped, and in part.
fn compare(
    indexed: &Indexed,
    corpus: &model::Corpus,
    ranking: &Ranking,
    (query, scope): (&Q, model::Scope),
    filters: &model::Filters,
    cut: (usize, usize),
) -> Result<(), TestCaseError> {
    let scopes = [Scope::Clause, Scope::Section, Scope::Snapshot];
    let mut request = request(query, filters);
    request.select.scope = scopes[scope as usize];
    let any = |names: &[String], of: fn(&model::Snapshot) -> &str| {
        names.iter().all(|name| corpus.snapshots.iter().any(|s| oracle::names(name, of(s))))
    };
    let is_known = unknown_names(query, corpus).is_empty()
        && any(&filters.companies, |s| &s.company)
        && any(&filters.types, |s| &s.policy_type)
        && any(&filters.collections, |s| &s.collection);
    let ranked = match run(&indexed.index, &request) {
        Ok(ranked) => ranked,
        Err(error) => {
            prop_assert!(
                !is_known && error.to_string().contains("in the index"),
                "refused: {}",
                error
            );
            return Ok(());
        }
    };
    prop_assert!(is_known, "not refused: {}", query);
    let answer = model::search_in(corpus, query, scope, filters);
    let totals = ranked.1.totals;
    prop_assert_eq!(
        [totals.clauses, totals.policies, totals.companies, totals.snapshots],
        [
            answer.totals.clauses,
            answer.totals.policies,
            answer.totals.companies,
            answer.totals.snapshots
        ]
        .map(|n| n as u64)
    );

    // By relevance, the hits are the same, ordered by score, then by name and place.
    let base: Vec<Seen> = answer.clauses.iter().map(|found| expected(corpus, found)).collect();
    let place_of = |hit: &Hit| {
        let seen = seen(hit);
        base.iter().position(|found| *found == seen && found.counts == seen.counts)
    };
    let key =
        |hit: &Hit| (hit.company.clone(), hit.text.clone(), hit.lead_in.clone(), hit.kind.name());
    let mut by_name: Vec<Seen> = Vec::new();
    for hit in &ranked.0 {
        let place = place_of(hit);
        prop_assert!(place.is_some(), "not expected: {:#?}\nexpected: {:#?}", seen(hit), base);
        let found = &answer.clauses[place.unwrap()];
        by_name.push(seen(hit));
        let (score, mine) = (hit.score.unwrap(), ranking.score(found));
        prop_assert!(
            (score - mine).abs() < 2e-4 * (1.0 + mine),
            "score {score}, by hand {mine}, of {:?}",
            key(hit)
        );
    }
    prop_assert_eq!(by_name.len(), base.len());
    for (i, pair) in ranked.0.windows(2).enumerate() {
        prop_assert!(pair[0].score >= pair[1].score, "hit {} scores less than the next", i);
        // Hits with equal texts may differ in their matched words, which depend on the place that
        // is shown.
        if pair[0].score == pair[1].score && folded(&pair[0].text) == folded(&pair[1].text) {
            prop_assert!(
                place_of(&pair[0]) < place_of(&pair[1]),
                "equal hits {} and the next are not in order",
                i
            );
        }
    }
    let ids: BTreeSet<ClauseId> = ranked.0.iter().map(|hit| hit.id).collect();
    prop_assert_eq!(ids.len(), ranked.0.len(), "ids are distinct");

    // The other orders must be equal exactly.
    for sort in [HitOrder::Company, HitOrder::Newest, HitOrder::Oldest, HitOrder::FirstSeen] {
        request.ranking.sort = sort;
        let mut order: Vec<&model::Found> = answer.clauses.iter().collect();
        match sort {
            HitOrder::Newest => order.sort_by_key(|found| -found.newest),
            HitOrder::Oldest => order.sort_by_key(|found| found.newest),
            HitOrder::FirstSeen => order.sort_by_key(|found| found.first_seen),
            _ => {}
        }
        let hits = run(&indexed.index, &request).unwrap().0;
        prop_assert!(hits.iter().all(|hit| hit.score.is_none()));
        let shown: Vec<Seen> = hits.iter().map(seen).collect();
        let order: Vec<Seen> = order.into_iter().map(|found| expected(corpus, found)).collect();
        prop_assert_eq!(shown, order, "by {:?}", sort);
    }

    // Offset and limit cut a part out of the hits, and each grouping keeps the best hit of each
    // group.
    request.ranking.sort = HitOrder::Relevance;
    let (offset, limit) = cut;
    let mut part = request.clone();
    (part.ranking.offset, part.ranking.limit) = (offset, Some(limit));
    let (hits, summary) = run(&indexed.index, &part).unwrap();
    let end = (offset + limit).min(ranked.0.len());
    prop_assert_eq!(&hits, &ranked.0[offset.min(end)..end]);
    prop_assert_eq!((summary.totals, summary.truncated), (totals, end < ranked.0.len()));
    for group in [HitGrouping::Text, HitGrouping::Policy, HitGrouping::Company] {
        let mut groups: Vec<(String, Hit, u64)> = Vec::new();
        for hit in &ranked.0 {
            let name = match group {
                HitGrouping::Text => format!(
                    "{:?}",
                    ClauseIdentity::new(hit.kind, hit.lead_in.as_deref(), &hit.text)
                ),
                HitGrouping::Policy => {
                    format!("{} {} {}", hit.company, hit.policy_type, hit.collection)
                }
                _ => hit.company.clone(),
            };
            match groups.iter_mut().find(|known| known.0 == name) {
                Some(known) => known.2 += 1,
                None => groups.push((name, hit.clone(), 1)),
            }
        }
        let mut grouped = request.clone();
        grouped.ranking.group = group;
        let (hits, summary) = run(&indexed.index, &grouped).unwrap();
        prop_assert_eq!(summary.totals.groups, Some(groups.len() as u64));
        let shown: Vec<(ClauseId, u64)> =
            hits.iter().map(|hit| (hit.id, hit.group_size.unwrap())).collect();
        let best: Vec<(ClauseId, u64)> =
            groups.into_iter().map(|(_, hit, size)| (hit.id, size)).collect();
        prop_assert_eq!(shown, best, "grouped by {:?}", group);
    }
    Ok(())
}

/// Random queries, some of which contain a name that no policy has.
fn queries() -> BoxedStrategy<Q> {
    let name = select(
        &[(Field::Company, "nobody.example"), (Field::Company, "g*"), (Field::Type, "terms*")][..],
    );
    (oracle::queries(), prop::option::weighted(0.1, name))
        .prop_map(|(query, name)| match name {
            Some((field, name)) => {
                Q::Or(Box::new(query), Box::new(Q::Field(field, name.to_owned())))
            }
            None => query,
        })
        .boxed()
}

fn scopes() -> BoxedStrategy<model::Scope> {
    let of = |scope| Just(scope).boxed();
    prop_oneof![
        3 => of(model::Scope::Clause),
        2 => of(model::Scope::Section),
        1 => of(model::Scope::Snapshot),
    ]
    .boxed()
}

/// The number of queries per random corpus.
const QUERIES: usize = 16;

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn searches_find_what_the_oracle_finds(
        corpus in model::corpora(),
        broken in prop::option::of(0..20_usize),
        asked in vec(((queries(), scopes()), model::filters(), (0..4_usize, 0..6_usize)), QUERIES),
    ) {
        compare_all(&corpus, broken, asked)?;
    }
}

#[test]
fn names_with_special_letters_are_names() {
    let policy = |company: &str| model::Snapshot {
        collection: "default".to_owned(),
        company: company.to_owned(),
        policy_type: "Privacy Policy".to_owned(),
        time: 1_400_000_000,
        order: 0,
        is_technical: false,
        lang: None,
        clauses: vec![model::Clause {
            kind: model::Kind::Paragraph,
            section: Vec::new(),
            lead_in: None,
            links: Vec::new(),
            text: "We sell what we know of you to nobody at all.".to_owned(),
            is_furniture: false,
        }],
    };
    let names = [
        "{acme}.example",
        "acme.example",
        "a,b.example",
        "a\\b.example",
        "axb.example",
        "été.example",
        "b}.example",
    ];
    let corpus = model::Corpus { snapshots: names.map(policy).to_vec() };
    let indexed = indexed(&corpus, None);
    for pattern in [
        "{acme}.example",
        "{acme}*",
        "{acme,axb}*",
        "*}.example",
        "a?b.example",
        "a[,x]b.example",
        "a[!x]b*",
        "a[^x]b*",
        "a\\b*",
        "a\\*",
        "ÉT?.EXAMPLE",
        "[{a]*",
        "[]}a]*",
        "[é]*",
        "[!é]t?.*",
        "*[!a-z.]*",
        "a[x-]*",
        "*?*?*?*",
        "*[}]*",
        "a*e",
        "?",
        "**",
        "a**b*",
    ] {
        let filters =
            model::Filters { companies: vec![pattern.to_owned()], ..model::Filters::default() };
        let query = Q::Phrase(vec!["sell".to_owned()]);
        let expected: Vec<String> = model::search(&corpus, &query, &filters)
            .clauses
            .into_iter()
            .map(|found| found.company)
            .collect();
        let mut request = request(&query, &filters);
        request.ranking.sort = HitOrder::Company;
        match run(&indexed.index, &request) {
            Ok((hits, _)) => {
                assert_eq!(
                    hits.into_iter().map(|hit| hit.company).collect::<Vec<_>>(),
                    expected,
                    "{pattern}"
                )
            }
            Err(error) => {
                assert!(
                    expected.is_empty(),
                    "{pattern}: {error}, but the oracle finds {expected:?}"
                )
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(2))]

    /// Policies with more snapshots than the index keeps in one table, which return to earlier
    /// texts again and again.
    #[test]
    fn clauses_of_long_histories_are_found_too(
        texts in model::corpora(),
        picks in vec((0..4_usize, 3_600..900_000_i64), 70..100),
        asked in vec(((queries(), scopes()), model::filters(), (0..4_usize, 0..6_usize)), 6),
    ) {
        let mut time = 1_400_000_000 * model::SECOND;
        let mut snapshots = Vec::new();
        for (order, (pick, pause)) in picks.into_iter().enumerate() {
            time += pause * model::SECOND;
            let company = model::COMPANIES[usize::from(order % 9 == 0)].to_owned();
            let text = &texts.snapshots[pick % texts.snapshots.len()];
            snapshots.push(model::Snapshot { company, time, order, ..text.clone() });
        }
        compare_all(&model::Corpus { snapshots }, None, asked)?;
    }
}
