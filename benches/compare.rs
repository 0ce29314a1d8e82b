//! Measures where the time goes, as ratios to something that runs beside it: `cargo bench --bench
//! compare -- [CORPUS | --index INDEX]`.
//!
//! Prints medians of five rounds on one thread. Sectioning is compared with reading and CommonMark
//! parsing of the same texts, and a search with the index library's own count of the same phrase.
//! The counts of both must be equal: a wrong answer fails the bench.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::path::PathBuf;
use std::time::Instant;

use fineprint::corpus::{self, FoundSnapshot, ReadOptions, SeenInput};
use fineprint::index::{BuildOptions, CorpusScan, OpenIndex, build};
use fineprint::progress::SilentProgress;
use fineprint::query::Query;
use fineprint::search::{Hit, SearchRequest, Searcher, TimelineRequest};
use tantivy::collector::Count;
use tantivy::query::PhraseQuery;
use tantivy::{Index, Term};

const ROUNDS: usize = 5;
const PHRASES: [&str; 5] =
    ["sell or rent", "personal information", "third parties", "of the", "to the"];

fn main() {
    let mut args = std::env::args().skip(1);
    if args.any(|arg| arg == "--index") {
        return phrases(&PathBuf::from(args.next().unwrap()));
    }
    // cargo passes the flag `--bench` itself.
    let corpus = std::env::args().skip(1).find(|arg| !arg.starts_with("--"));
    let corpus = PathBuf::from(
        corpus.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/data/policies").to_owned()),
    );
    let texts = ingest(&corpus);
    sectioning(&texts);
    searching(&corpus);
}

/// Reads all texts and prints how long that takes.
fn ingest(corpus: &std::path::Path) -> Vec<String> {
    let reader = corpus::open(corpus, &ReadOptions::default()).unwrap();
    let mut found: Vec<FoundSnapshot> = Vec::new();
    reader
        .scan(&mut |seen| {
            if let SeenInput::Found { found: one, .. } = seen {
                found.push(*one);
            }
        })
        .unwrap();
    let mut texts = Vec::new();
    let mut session = reader.session();
    let mut text = |one: &FoundSnapshot| session.read(one, true).unwrap().text.unwrap().body;
    let read = median(|| texts = found.iter().map(&mut text).collect());
    let bytes: usize = texts.iter().map(String::len).sum();
    println!(
        "{} snapshots, {:.1} MB; read and decoded in {:.3} s",
        texts.len(),
        bytes as f64 / 1e6,
        read
    );
    texts
}

fn sectioning(texts: &[String]) {
    let parse = median(|| {
        let options = pulldown_cmark::Options::ENABLE_TABLES;
        let events: usize =
            texts.iter().map(|text| pulldown_cmark::Parser::new_ext(text, options).count()).sum();
        assert!(events > 0);
    });
    let section = median(|| {
        let clauses: usize = texts.iter().map(|text| fineprint::section::section(text).len()).sum();
        assert!(clauses > 0);
    });
    println!(
        "sectioning {section:.3} s, CommonMark events alone {parse:.3} s: {:.1} times",
        section / parse
    );
}

fn searching(corpus: &std::path::Path) {
    let folder = std::env::temp_dir().join(format!("fineprint-bench-{}", std::process::id()));
    let options = BuildOptions { index: folder.clone(), threads: 1, ..BuildOptions::default() };
    let started = Instant::now();
    let scan = CorpusScan::new(&[corpus.to_owned()], "default", &SilentProgress).unwrap();
    build(scan, &options, &SilentProgress).unwrap();
    println!("index built in {:.3} s with one thread", started.elapsed().as_secs_f64());
    phrases(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
}

fn phrases(folder: &std::path::Path) {
    let index = OpenIndex::open(folder).unwrap();
    let ready = Searcher::new(index).unwrap();
    let index = ready.index();
    let library = Index::open_in_dir(folder.join(&index.manifest().generation)).unwrap();
    let searcher = library.reader().unwrap().searcher();
    let field = library.schema().get_field("text").unwrap();
    for phrase in PHRASES {
        let terms: Vec<Term> =
            phrase.split(' ').map(|word| Term::from_field_text(field, word)).collect();
        let query = PhraseQuery::new(terms);
        let mut counted = 0;
        let library = median(|| counted = searcher.search(&query, &Count).unwrap());
        let timed = |limit| {
            let mut request = SearchRequest::new(phrase.parse::<Query>().unwrap().into());
            request.ranking.limit = Some(limit);
            let mut clauses = 0;
            let time = median(|| {
                let mut hits: Vec<Hit> = Vec::new();
                clauses = ready.search(&request, &mut hits).unwrap().totals.clauses;
            });
            assert_eq!(clauses, counted as u64, "{phrase}");
            time
        };
        let (totals, hits) = (timed(0), timed(10));
        let by_year = TimelineRequest {
            queries: vec![phrase.parse().unwrap()],
            ..TimelineRequest::default()
        };
        let timeline = median(|| drop(ready.timeline(&by_year).unwrap()));
        println!(
            "\"{phrase}\": {counted} clauses; exact totals {:.2} ms, ten hits too {:.2} ms, the \
             library's count {:.2} ms: {:.1} and {:.1} times",
            totals * 1e3,
            hits * 1e3,
            library * 1e3,
            totals / library,
            hits / library
        );
        println!(
            "    its timeline by year {:.2} ms: {:.1} times the totals",
            timeline * 1e3,
            timeline / totals
        );
    }
}

/// The median time of some rounds, in seconds.
fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
