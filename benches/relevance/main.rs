//! Measures how well questions in plain language find the clauses that answer them: `cargo bench
//! --bench relevance -- SET... [--runs FOLDER]`.
//!
//! A set is a folder with `corpus/*.md` (files with the Princeton-Leuven header, one paragraph per
//! block), `queries.tsv` (id, question, company) and `qrels.tsv` (id, text of a clause that answers
//! the question, grade). The bench prints nDCG@10, MRR@10 and Recall@100 of `--match any` and of
//! plain BM25 (k1 1.2, b 0.75, words as typed) over the same clauses, for both halves of the
//! questions: parameters are chosen on the first ("a") and judged on the second ("b"). `--runs`
//! writes the hits, one line per question: `{"qid": ..., "hits": [{"text": ...}]}`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement, not a tool"
)]

mod measures;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use fineprint::index::{BuildOptions, CorpusScan, build};
use fineprint::progress::SilentProgress;
use fineprint::query::{Matching, Query};
use fineprint::search::{Filters, Hit, HitOrder, SearchRequest, Searcher, Select};
use fineprint::token::terms;
use measures::{Judged, Measures};

/// The number of hits of each question that are judged.
const DEPTH: usize = 100;

struct Question {
    id: String,
    text: String,
    company: String,
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let (mut sets, mut runs) = (Vec::new(), None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--runs" => runs = args.next().map(PathBuf::from),
            _ => sets.push(PathBuf::from(arg)),
        }
    }
    if sets.is_empty() {
        println!(
            "give the folder of a set of judged questions: cargo bench --bench relevance -- SET..."
        );
    }
    for set in sets {
        judge(&set, runs.as_deref());
    }
}

fn judge(set: &Path, runs: Option<&Path>) {
    let questions: Vec<Question> = rows(&set.join("queries.tsv"))
        .map(|[id, text, company]| Question { id, text, company })
        .collect();
    let judged = Judged::read(rows(&set.join("qrels.tsv")));
    let folder = tempfile::tempdir().unwrap();
    let options = BuildOptions { index: folder.path().join("index"), ..BuildOptions::default() };
    build(
        CorpusScan::new(&[set.join("corpus")], "default", &SilentProgress).unwrap(),
        &options,
        &SilentProgress,
    )
    .unwrap();
    let searcher = Searcher::open(&options.index).unwrap();
    let plain = Plain::new(&searcher);
    let name = set.file_name().unwrap_or_default().to_string_lossy().into_owned();
    println!("{name}: {} questions, {} clauses", questions.len(), plain.clauses.len());
    println!("  system      half  questions  nDCG@10  MRR@10  Recall@100");
    type System<'s> = (&'s str, Box<dyn Fn(&Question) -> Vec<String> + 's>);
    let systems: [System<'_>; 2] = [
        ("plain BM25", Box::new(|question| plain.search(question))),
        ("fineprint", Box::new(|question| fineprint(&searcher, question))),
    ];
    for (system, search) in systems {
        let found: Vec<Vec<String>> = questions.iter().map(search).collect();
        if let Some(runs) = runs {
            write_run(
                &runs.join(format!("{name}-{}.jsonl", system.replace(' ', "-"))),
                &questions,
                &found,
            );
        }
        for half in ["a", "b", "all"] {
            let mut sum = Measures::default();
            for (number, (question, hits)) in questions.iter().zip(&found).enumerate() {
                if half == "all" || (half == "a") == (number % 2 == 0) {
                    sum.add(judged.measure(&question.id, hits));
                }
            }
            let Measures { questions, .. } = sum;
            let [ndcg, mrr, recall] = sum.means();
            println!(
                "  {system:<10}  {half:<4}  {questions:>9}  {ndcg:>7.4}  {mrr:>6.4}  {recall:>10.4}"
            );
        }
    }
}

fn rows(path: &Path) -> impl Iterator<Item = [String; 3]> {
    let table = std::fs::read_to_string(path).unwrap();
    let rows: Vec<[String; 3]> = table
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            std::array::from_fn(|_| cells.next().unwrap_or_default())
        })
        .collect();
    rows.into_iter()
}

fn write_run(path: &Path, questions: &[Question], found: &[Vec<String>]) {
    let line = |(question, hits): (&Question, &Vec<String>)| {
        let hits: Vec<_> = hits.iter().map(|text| serde_json::json!({ "text": text })).collect();
        serde_json::json!({ "qid": question.id, "hits": hits }).to_string()
    };
    let lines: Vec<String> = questions.iter().zip(found).map(line).collect();
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, lines.join("\n") + "\n").unwrap();
}

fn fineprint(searcher: &Searcher, question: &Question) -> Vec<String> {
    let filters = Filters { companies: vec![question.company.clone()], ..Filters::default() };
    let query = Query::parse(&question.text, Matching::Any).unwrap();
    let select = Select { query: Some(query), filters, ..Select::default() };
    let mut request = SearchRequest::new(select);
    request.ranking.limit = Some(DEPTH);
    let mut hits: Vec<Hit> = Vec::new();
    searcher.search(&request, &mut hits).unwrap();
    hits.into_iter().map(|hit| hit.text).collect()
}

/// BM25 as in textbooks, over the words of all clauses, for comparison.
struct Plain {
    /// Company, text and word counts of each clause.
    clauses: Vec<(String, String, HashMap<String, f64>)>,
    having: HashMap<String, f64>,
    average: f64,
}

impl Plain {
    fn new(searcher: &Searcher) -> Self {
        let mut all = SearchRequest::default();
        all.ranking.sort = HitOrder::Company;
        let mut hits: Vec<Hit> = Vec::new();
        searcher.search(&all, &mut hits).unwrap();
        let clause = |hit: Hit| {
            let mut counts = HashMap::new();
            terms(&hit.text).for_each(|word| *counts.entry(word.into_owned()).or_default() += 1.0);
            (hit.company, hit.text, counts)
        };
        let clauses: Vec<_> = hits.into_iter().map(clause).collect();
        let mut having: HashMap<String, f64> = HashMap::new();
        for word in clauses.iter().flat_map(|(.., counts)| counts.keys()) {
            *having.entry(word.clone()).or_default() += 1.0;
        }
        let lengths = clauses.iter().flat_map(|(.., counts)| counts.values()).sum::<f64>();
        let average = lengths / clauses.len().max(1) as f64;
        Self { clauses, having, average }
    }

    fn search(&self, question: &Question) -> Vec<String> {
        let mut words: Vec<String> = terms(&question.text).map(|word| word.into_owned()).collect();
        words.sort();
        words.dedup();
        let score = |counts: &HashMap<String, f64>| -> f64 {
            let norm = 1.2 * (0.25 + 0.75 * counts.values().sum::<f64>() / self.average);
            let of_word = |word: &String| {
                let (count, having) = (counts.get(word).copied()?, self.having.get(word).copied()?);
                let all = self.clauses.len() as f64;
                let idf = (1.0 + (all - having + 0.5) / (having + 0.5)).ln();
                Some(idf * count * 2.2 / (count + norm))
            };
            words.iter().filter_map(of_word).sum()
        };
        let own = self.clauses.iter().filter(|(company, ..)| *company == question.company);
        let mut scored: Vec<(f64, &String)> = own
            .map(|(_, text, counts)| (score(counts), text))
            .filter(|(score, _)| *score > 0.0)
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(DEPTH).map(|(_, text)| text.clone()).collect()
    }
}
