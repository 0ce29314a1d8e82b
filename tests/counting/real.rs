//! Compares the counts of fineprint on real corpora with an oracle that looks at every snapshot.
//!
//! The oracle is slow. So its corpus leaves out the clauses that cannot match any part of the query
//! in any of their wordings: they neither match nor have a life that the query asks for. The
//! clauses themselves come from the sectioner.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use fineprint::corpus::{self, CorpusReader, FoundSnapshot, ReadOptions, SeenInput};
use fineprint::search::Searcher;
use proptest::prelude::RngExt;
use proptest::test_runner::{RngAlgorithm, TestRng};
use rayon::prelude::*;

use crate::counting::time::{Asked, FACETS, MEASURES, SCOPES, wording_of};
use crate::library::{index_of, nanoseconds};
use crate::oracle::corpus::{Clause, Corpus, Filters, Identity, Kind, Snapshot, day};
use crate::oracle::query::{Field, Q};
use crate::oracle::tokens::folded;
use crate::util::{contrib_history, corpora, repository};

/// A corpus that keeps each distinct clause of a policy once.
struct Real {
    policies: Vec<RealPolicy>,
}

#[derive(Default)]
struct RealPolicy {
    company: String,
    policy_type: String,
    clauses: Vec<Clause>,
    /// For each clause, the hashes of its folded tokens.
    tokens: Vec<Vec<u64>>,
    /// For each clause, a number that all clauses of one wording share.
    wordings: Vec<usize>,
    snapshots: Vec<RealSnapshot>,
}

struct RealSnapshot {
    time: i64,
    order: usize,
    is_technical: bool,
    clauses: Vec<usize>,
}

fn hashed(text: &str) -> Vec<u64> {
    let hash = |token: String| {
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        hasher.finish()
    };
    folded(text).into_iter().map(hash).collect()
}

/// Everything about a clause that the oracle looks at. No part of a clause has a control character
/// but line ends.
fn parts(clause: &fineprint::model::Clause) -> String {
    let mut parts = format!("{}\0{}", clause.kind.name(), clause.is_furniture);
    let texts = [&clause.text].into_iter().map(String::as_str).chain(clause.lead_in.as_deref());
    let lists = clause.section.iter().map(|heading| ("\u{1}", heading));
    let lists = lists.chain(clause.links.iter().map(|link| ("\u{2}", link)));
    for (mark, text) in texts.map(|text| ("\0", text)).chain(lists.map(|(m, t)| (m, t.as_str()))) {
        parts.push_str(mark);
        parts.push_str(text);
    }
    parts
}

impl Real {
    fn read(path: &Path) -> Self {
        let reader = corpus::open(path, &ReadOptions::default()).unwrap();
        let mut found: BTreeMap<(String, String), Vec<FoundSnapshot>> = BTreeMap::new();
        reader
            .scan(&mut |seen| {
                if let SeenInput::Found { company, policy_type, found: one } = seen {
                    found.entry((company, policy_type)).or_default().push(*one);
                }
            })
            .unwrap();
        let read = |((company, policy_type), found)| {
            RealPolicy::read(reader.as_ref(), company, policy_type, found)
        };
        Self { policies: found.into_par_iter().map(read).collect() }
    }

    /// The part of the corpus that the oracle needs for a query; all of it for `None`.
    fn corpus(&self, query: Option<&Q>) -> Corpus {
        let needed = query.map_or(Needed::Nothing, Needed::of);
        let policies = self.policies.par_iter().flat_map_iter(|policy| policy.snapshots(&needed));
        Corpus { snapshots: policies.collect() }
    }
}

impl RealPolicy {
    fn read(
        reader: &dyn CorpusReader,
        company: String,
        policy_type: String,
        mut found: Vec<FoundSnapshot>,
    ) -> Self {
        let mut policy = Self { company, policy_type, ..Self::default() };
        let mut session = reader.session();
        // Histories store the newest texts first.
        found.sort_by_key(|found| std::cmp::Reverse((found.time, found.order)));
        let mut texts: HashMap<Vec<u8>, (u64, Vec<usize>)> = HashMap::new();
        let (mut clauses, mut wordings) = (HashMap::new(), BTreeMap::new());
        let mut hashes = HashMap::new();
        for found in &found {
            let name = found.text_name().map(<[u8]>::to_vec);
            let is_new = name.as_ref().is_none_or(|name| !texts.contains_key(name));
            let snapshot = session.read(found, is_new).unwrap();
            let (hash, cut) = match snapshot.text.filter(|_| is_new) {
                Some(text) => {
                    let cut = policy.cut(&text.body, &mut clauses, &mut wordings);
                    let mut hasher = DefaultHasher::new();
                    text.body.hash(&mut hasher);
                    let read = (hasher.finish(), cut);
                    texts.extend(name.map(|name| (name, read.clone())));
                    read
                }
                None => texts[&name.unwrap()].clone(),
            };
            hashes.insert(found.order as usize, hash);
            policy.snapshots.push(RealSnapshot {
                time: nanoseconds(found.time),
                order: found.order as usize,
                is_technical: snapshot.info.is_technical,
                clauses: cut,
            });
        }
        // A text that is equal to the one before it, at the same time, is no snapshot.
        policy.snapshots.reverse();
        policy.snapshots.dedup_by_key(|snapshot| (snapshot.time, hashes[&snapshot.order]));
        policy
    }

    fn cut(
        &mut self,
        text: &str,
        known: &mut HashMap<String, usize>,
        wordings: &mut BTreeMap<Identity, usize>,
    ) -> Vec<usize> {
        let clauses = fineprint::section::section(text);
        let number = |clause: fineprint::model::Clause| {
            *known.entry(parts(&clause)).or_insert_with(|| {
                let kind = Kind::named(clause.kind.name());
                let told = wording_of(kind, clause.lead_in.as_deref(), &clause.text);
                let next = wordings.len();
                self.wordings.push(*wordings.entry(told).or_insert(next));
                self.tokens.push(hashed(&clause.text));
                self.clauses.push(Clause {
                    kind,
                    section: clause.section.to_vec(),
                    lead_in: clause.lead_in.map(|text| text.to_string()),
                    links: clause.links,
                    text: clause.text,
                    is_furniture: clause.is_furniture,
                });
                self.clauses.len() - 1
            })
        };
        clauses.into_iter().map(number).collect()
    }

    fn snapshots(&self, needed: &Needed) -> Vec<Snapshot> {
        let may = |at: &usize| needed.may_be_in(&self.tokens[*at]);
        let wanted: HashSet<usize> =
            (0..self.clauses.len()).filter(may).map(|at| self.wordings[at]).collect();
        let snapshots = self.snapshots.iter().map(|snapshot| Snapshot {
            collection: "default".to_owned(),
            company: self.company.clone(),
            policy_type: self.policy_type.clone(),
            time: snapshot.time,
            order: snapshot.order,
            is_technical: snapshot.is_technical,
            lang: None,
            clauses: snapshot
                .clauses
                .iter()
                .filter(|&&at| wanted.contains(&self.wordings[at]))
                .map(|&at| self.clauses[at].clone())
                .collect(),
        });
        snapshots.collect()
    }
}

/// The part of a query that rules clauses out.
enum Needed {
    /// The hashes of these tokens, after each other.
    Tokens(Vec<u64>),
    Both(Box<Self>, Box<Self>),
    Either(Box<Self>, Box<Self>),
    Nothing,
}

impl Needed {
    fn of(query: &Q) -> Self {
        match query {
            Q::Phrase(words) => Self::Tokens(hashed(&words.join(" "))),
            Q::And(a, b) => Self::Both(Box::new(Self::of(a)), Box::new(Self::of(b))),
            Q::Or(a, b) => Self::Either(Box::new(Self::of(a)), Box::new(Self::of(b))),
            Q::AndNot(a, _) => Self::of(a),
            Q::Field(..) | Q::Spans(_) => Self::Nothing,
        }
    }

    /// Whether the query may match a clause with these tokens. `false` only if it certainly cannot.
    fn may_be_in(&self, tokens: &[u64]) -> bool {
        match self {
            Self::Tokens(words) => tokens.windows(words.len()).any(|window| window == words),
            Self::Both(a, b) => a.may_be_in(tokens) && b.may_be_in(tokens),
            Self::Either(a, b) => a.may_be_in(tokens) || b.may_be_in(tokens),
            Self::Nothing => true,
        }
    }
}

/// Random filters: names of the corpus, and days within its time.
fn filters(random: &mut TestRng, corpus: &Corpus) -> Filters {
    let (first, last) =
        corpus.snapshots.iter().fold((i64::MAX, i64::MIN), |(first, last), snapshot| {
            (first.min(snapshot.time), last.max(snapshot.time))
        });
    let mut bound = || random.random_range(first..=last);
    let (one, other, third) = (bound(), bound(), bound());
    let (since, until) = (day(one.min(other)).0, day(one.max(other)).1);
    let choice = random.random_range(0..6);
    let mut names = |of: fn(&Snapshot) -> &String| -> Vec<String> {
        if random.random_bool(0.85) {
            return Vec::new();
        }
        let names: BTreeSet<&String> = corpus.snapshots.iter().map(of).collect();
        let plain: Vec<_> =
            names.into_iter().filter(|name| !name.contains(['*', '?', '['])).collect();
        (0..8).map(|_| plain[random.random_range(0..plain.len())].clone()).collect()
    };
    Filters {
        companies: names(|snapshot| &snapshot.company),
        types: names(|snapshot| &snapshot.policy_type),
        since: [1, 3].contains(&choice).then_some(since),
        until: [2, 3].contains(&choice).then_some(until),
        as_of: (choice == 4).then_some(until),
        latest: choice == 5,
        carry: (choice >= 4 && random.random_bool(0.5)).then(|| random.random_range(30..900)),
        company_changes_only: random.random_bool(0.3),
        gone: random.random_bool(0.1),
        added_since: random.random_bool(0.1).then(|| day(third).0),
        removed_since: random.random_bool(0.1).then(|| day(third).0),
        ..Filters::default()
    }
}

/// Compares the answers of every command to these queries. `has_all`: every fifth query is asked of
/// the whole corpus, which scopes and shares of all clauses need. Returns how many clauses matched
/// in all.
fn compare(searcher: &Searcher, real: &Real, queries: &[Q], has_all: bool, seed: u8) -> usize {
    let ask = |(number, query): (usize, &Q)| {
        let mut random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed + number as u8; 32]);
        let has_all = has_all && number % 5 == 0;
        let corpus = real.corpus((!has_all).then_some(query));
        let filters = filters(&mut random, &corpus);
        let asked = Asked { searcher, corpus: &corpus, query, filters: &filters };
        let found = asked.search();
        let pick = |random: &mut TestRng| random.random_range(0..4_usize);
        let scope = if has_all { SCOPES[pick(&mut random) % 3] } else { SCOPES[0] };
        asked.timeline(
            [1, 3, 6, 12][pick(&mut random)],
            MEASURES[pick(&mut random)],
            scope,
            has_all,
        );
        asked.facets(FACETS[pick(&mut random)]);
        asked.companies();
        asked.history();
        found
    };
    queries.par_iter().enumerate().map(ask).sum()
}

fn phrase(words: &str) -> Q {
    Q::Phrase(words.split(' ').map(str::to_owned).collect())
}

/// Fifty queries of one word and of many, in several languages and scripts, alone and combined.
fn fifty() -> Vec<Q> {
    let both = |a: &str, b: &str| Q::And(Box::new(phrase(a)), Box::new(phrase(b)));
    let either = |a: &str, b: &str| Q::Or(Box::new(phrase(a)), Box::new(phrase(b)));
    let without = |a: &str, b: &str| Q::AndNot(Box::new(phrase(a)), Box::new(phrase(b)));
    let under = |a: &str, heading: &str| {
        Q::And(Box::new(phrase(a)), Box::new(Q::Field(Field::Section, heading.to_owned())))
    };
    let phrases = [
        "sell or rent",
        "do not sell",
        "legitimate interest",
        "arbitration agreement",
        "class action waiver",
        "artificial intelligence",
        "machine learning",
        "third-party cookies",
        "do not track",
        "global privacy control",
        "data protection officer",
        "standard contractual clauses",
        "privacy shield",
        "safe harbor",
        "right to be forgotten",
        "children under 13",
        "biometric",
        "fingerprint",
        "geolocation",
        "we may share your",
        "law enforcement requests",
        "in connection with a merger",
        "retain your personal data",
        "opt out by",
        "clear gifs",
        "pixel tags",
        "without notice",
        "at our sole discretion",
        "governing law",
        "limitation of liability",
        "données personnelles",
        "protección de datos",
        "Datenschutz",
        "個人情報",
        "article 6 gdpr",
        "ccpa",
        "cross-border transfers",
        "automated decision-making",
        "profiling",
        "shadow ban",
    ];
    phrases
        .into_iter()
        .map(phrase)
        .chain([
            both("sell", "household"),
            both("consent", "withdraw"),
            either("jury trial", "class arbitration"),
            either("facial recognition", "voiceprint"),
            without("sell your", "do not"),
            without("delete your account", "may"),
            under("advertising partners", "cookies"),
            under("children", "privacy"),
            under("trusted third parties", "sharing"),
            without("retention", "days"),
        ])
        .collect()
}

/// Queries that have hits in small corpora, too.
fn common() -> Vec<Q> {
    let phrases = [
        "we",
        "information",
        "cookies",
        "your",
        "third parties",
        "you may",
        "privacy policy",
        "collect",
        "share",
        "email",
        "sell",
        "we do not",
    ];
    phrases.into_iter().map(phrase).collect()
}

/// Compares the answers to all queries on a small corpus, with scopes and shares of all clauses.
fn compare_small(searcher: &Searcher, corpus: &Path) {
    let queries = [fifty(), common()].concat();
    let found = compare(searcher, &Real::read(corpus), &queries, true, 0);
    println!("{} questions of each sort, {found} clauses", queries.len());
    assert!(found > 100);
}

#[test]
fn the_samples_are_counted_as_the_oracle_counts() {
    let searcher = Searcher::open(crate::util::sample_index()).unwrap();
    compare_small(&searcher, &repository().join("data/policies"));
}

#[test]
fn the_princeton_sample_is_counted_as_the_oracle_counts() {
    let Some(corpora) = corpora() else { return };
    let files = corpora.join("princeton-leuven/files");
    let folder = tempfile::tempdir().unwrap();
    compare_small(&index_of(&files, &folder.path().join("index")), &files);
}

#[test]
fn the_contrib_history_is_counted_as_the_oracle_counts() {
    let Some(corpora) = corpora() else { return };
    let history = contrib_history(&corpora);
    let folder = tempfile::tempdir().unwrap();
    let index = index_of(&history, &folder.path().join("index"));
    let real = Real::read(&history);
    let read: usize = real.policies.iter().map(|policy| policy.snapshots.len()).sum();
    let entries = index.index().policies().entries().unwrap();
    assert_eq!(read, entries.iter().map(|entry| entry.snapshots as usize).sum::<usize>());
    let queries = fifty();
    let found = compare(&index, &real, &queries, false, 7);
    println!("{} questions of each sort, {found} clauses", queries.len());
    assert!(found > 1000);
}
