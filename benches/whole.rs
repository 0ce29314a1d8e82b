//! Checks every text of a whole corpus, which takes too long for the tests: `cargo bench --bench
//! whole -- CORPUS`.
//!
//! - Sectioning the texts of a policy one after the other, with known paragraphs reused, gives the
//!   clauses of each text sectioned alone.
//! - For 100 phrases, the index finds the same snapshots and lives as a scan over all clauses of
//!   all snapshots. The scan has its own tokens and shares no code with the index.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code)]
#[path = "../tests/oracle/tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Instant;

use fineprint::corpus::{self, FoundSnapshot, ReadOptions, SeenInput};
use fineprint::index::{BuildOptions, CorpusScan, build};
use fineprint::model::Clause;
use fineprint::progress::SilentProgress;
use fineprint::query::Query;
use fineprint::search::{Hit, SearchRequest, Searcher};
use fineprint::section::{ClauseIdentity, Sectioner, section};

const PHRASES: usize = 100;

/// A policy as the scan reads it.
struct Policy {
    name: (String, String),
    /// Archive date and text of each snapshot, in order.
    snapshots: Vec<(String, usize)>,
    /// The clauses of each text, by number.
    texts: Vec<Vec<u32>>,
    /// Id and words of each clause.
    clauses: Vec<(String, Vec<u32>)>,
}

/// The words by number, and the number of each word.
#[derive(Default)]
struct Words {
    numbers: HashMap<String, u32>,
    words: Vec<String>,
}

impl Words {
    fn of(&mut self, text: &str) -> Vec<u32> {
        let number = |token: tokens::Token| match self.numbers.get(&token.folded) {
            Some(&number) => number,
            None => {
                self.words.push(token.folded.clone());
                self.numbers.insert(token.folded, self.words.len() as u32 - 1);
                self.words.len() as u32 - 1
            }
        };
        tokens::tokens(text).into_iter().map(number).collect()
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let corpus = PathBuf::from(arguments.next().unwrap_or_else(|| "data/policies".to_owned()));
    let mut words = Words::default();
    let policies = policies(&corpus, &mut words);
    let folder = std::env::temp_dir().join(format!("fineprint-whole-{}", std::process::id()));
    let options = BuildOptions { index: folder.clone(), threads: 0, ..BuildOptions::default() };
    let scan = CorpusScan::new(&[corpus], "default", &SilentProgress).unwrap();
    let (manifest, _) = build(scan, &options, &SilentProgress).unwrap();
    println!("indexed: {:?}", manifest.counts);
    let index = Searcher::open(&folder).unwrap();
    let mut snapshots = 0;
    for phrase in phrases(&policies) {
        snapshots += compare(&index, &policies, &phrase, &words).0;
    }
    println!("{PHRASES} phrases, in {snapshots} snapshots: no difference between index and scan");
    let planted: Vec<u32> = ["sell", "or", "rent"]
        .iter()
        .filter_map(|&word| words.numbers.get(word).copied())
        .collect();
    let (snapshots, texts) = compare(&index, &policies, &planted, &words);
    println!("\"sell or rent\": {snapshots} snapshots, {texts} distinct texts");
    std::fs::remove_dir_all(folder).unwrap();
}

fn policies(corpus: &std::path::Path, words: &mut Words) -> Vec<Policy> {
    let reader = corpus::open(corpus, &ReadOptions::default()).unwrap();
    let mut found: BTreeMap<(String, String), Vec<FoundSnapshot>> = BTreeMap::new();
    reader
        .scan(&mut |seen| {
            if let SeenInput::Found { company, policy_type, found: one } = seen {
                found.entry((company, policy_type)).or_default().push(*one);
            }
        })
        .unwrap();
    let (mut texts, mut clauses, mut parts, mut new) = (0, 0, 0, 0);
    let (mut alone, mut together) = (0.0, 0.0);
    let mut policies = Vec::new();
    for (name, mut found) in found {
        found.sort_by_key(|one| (one.time, one.order));
        let mut session = reader.session();
        let (mut by_text, mut seen) = (HashMap::new(), BTreeSet::new());
        let mut policy =
            Policy { name, snapshots: Vec::new(), texts: Vec::new(), clauses: Vec::new() };
        let mut known: HashMap<ClauseIdentity, u32> = HashMap::new();
        let mut sectioner = Sectioner::default();
        let mut known_parts: Vec<Vec<Clause>> = Vec::new();
        for one in &found {
            let text = session.read(one, true).unwrap().text.unwrap().body;
            if !seen.insert((one.time, text.clone())) {
                continue;
            }
            let next = by_text.len();
            let number = *by_text.entry(text.clone()).or_insert(next);
            policy.snapshots.push((one.time.date(), number));
            if number < next {
                continue;
            }
            let started = Instant::now();
            let whole = section(&text);
            alone += started.elapsed().as_secs_f64();
            let started = Instant::now();
            let repeated = sectioner.section(text);
            together += started.elapsed().as_secs_f64();
            parts += repeated.len();
            let mut clauses_of_parts = Vec::new();
            for part in repeated {
                if let Some(clauses) = part.clauses {
                    assert_eq!(part.number, known_parts.len());
                    known_parts.push(clauses);
                    new += 1;
                }
                clauses_of_parts.extend(known_parts[part.number].iter().cloned());
            }
            let bare = |clauses: &[Clause]| -> Vec<Clause> {
                clauses.iter().cloned().map(|clause| Clause { source: 0..0, ..clause }).collect()
            };
            assert_eq!(bare(&whole), bare(&clauses_of_parts), "{:?} {}", policy.name, one.time);
            texts += 1;
            clauses += whole.len();
            let standing = whole.iter().map(|clause| {
                let identity = ClauseIdentity::of(clause);
                let id = identity.clause_id(&policy.name.0, &policy.name.1).to_string();
                *known.entry(identity).or_insert_with(|| {
                    policy.clauses.push((id, words.of(&clause.text)));
                    policy.clauses.len() as u32 - 1
                })
            });
            policy.texts.push(standing.collect());
        }
        policies.push(policy);
    }
    println!(
        "{texts} distinct texts, {clauses} clauses: in {parts} parts, {new} of them sectioned; \
         equal to each text sectioned alone"
    );
    println!(
        "sectioned alone {alone:.2} s, one after the other {together:.2} s: {:.3}",
        together / alone
    );
    policies
}

/// Phrases of two to six words from anywhere in the corpus.
fn phrases(policies: &[Policy]) -> BTreeSet<Vec<u32>> {
    let mut state = 7u64;
    // A linear congruential generator (Knuth, MMIX) is random enough to choose.
    let mut roll = |end: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    let mut phrases = BTreeSet::new();
    while phrases.len() < PHRASES {
        let policy = &policies[roll(policies.len())];
        let words = &policy.clauses[roll(policy.clauses.len())].1;
        let length = 2 + roll(5);
        if words.len() >= length {
            let start = roll(words.len() - length + 1);
            phrases.insert(words[start..start + length].to_vec());
        }
    }
    phrases
}

/// First date, last date and number of snapshots by company, policy type and clause id.
type Lives = BTreeMap<(String, String, String), (String, String, u64)>;

/// Compares index and scan for one phrase. Returns the numbers of snapshots and distinct texts that
/// contain it.
fn compare(index: &Searcher, policies: &[Policy], phrase: &[u32], words: &Words) -> (u64, u64) {
    let (mut lives, mut snapshots, mut texts) = (Lives::new(), 0, 0);
    for policy in policies {
        let holds: Vec<bool> = policy
            .clauses
            .iter()
            .map(|(_, words)| words.windows(phrase.len()).any(|w| w == phrase))
            .collect();
        let has = |text: &Vec<u32>| text.iter().any(|&clause| holds[clause as usize]);
        texts += policy.texts.iter().filter(|text| has(text)).count() as u64;
        for (date, text) in &policy.snapshots {
            let text = &policy.texts[*text];
            snapshots += u64::from(has(text));
            for clause in
                text.iter().filter(|&&clause| holds[clause as usize]).collect::<BTreeSet<_>>()
            {
                let id = policy.clauses[*clause as usize].0.clone();
                let key = (policy.name.0.clone(), policy.name.1.clone(), id);
                let life = lives.entry(key).or_insert((date.clone(), date.clone(), 0));
                life.1.clone_from(date);
                life.2 += 1;
            }
        }
    }
    let query: Vec<&str> = phrase.iter().map(|&word| words.words[word as usize].as_str()).collect();
    let query = format!("\"{}\"", query.join(" "));
    let request = SearchRequest::new(query.parse::<Query>().unwrap().into());
    let mut hits: Vec<Hit> = Vec::new();
    let summary = index.search(&request, &mut hits).unwrap();
    let found: Lives = hits
        .into_iter()
        .map(|hit| {
            (
                (hit.company, hit.policy_type, hit.id.to_string()),
                (hit.first_seen.date(), hit.last_seen.date(), hit.snapshots),
            )
        })
        .collect();
    assert_eq!(found, lives, "{query}");
    assert_eq!(summary.totals.snapshots, snapshots, "{query}");
    (snapshots, texts)
}
