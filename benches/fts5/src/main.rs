//! Measures phrases per CPU second of fineprint and of SQLite's FTS5 on the same clauses: `cargo
//! run --release -- INDEX [PHRASES]`.
//!
//! Both answer the same phrases, one after the other on one thread: the ten best hits with their
//! texts, and the exact count. Both times include opening. FTS5 gets prepared statements, a memory
//! map and a merged index. The counts are compared; a difference that the different cutting of
//! words does not explain fails the program.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, not a tool")]

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use cpu_time::ProcessTime;
use fineprint::printer::{BatchPrinter, HitExtras};
use fineprint::query::Query;
use fineprint::search::{Hit, HitOrder, HitSink, SearchRequest, Searcher};
use fineprint::token::terms;
use rusqlite::Connection;
use twox_hash::XxHash3_64;

const ROUNDS: usize = 5;
const LIMIT: usize = 10;

fn main() {
    let mut args = std::env::args().skip(1);
    let index = PathBuf::from(args.next().expect("give the folder of an index"));
    let number = args.next().map_or(1000, |number| number.parse().unwrap());
    let clauses = clauses(&index);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("clauses.sqlite");
    fill(&database, &clauses);
    let phrases = phrases(&clauses, number);
    let (clause_count, phrase_count) = (clauses.len(), phrases.len());
    println!("{clause_count} clauses, {phrase_count} phrases, SQLite {}", rusqlite::version());
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let (ours, our_time) = timed(|| fineprint(&index, &phrases));
        let (theirs, their_time) = timed(|| sqlite(&database, &phrases));
        let ratio = their_time / our_time;
        println!("fineprint {our_time:.2} CPU s, FTS5 {their_time:.2} CPU s, ratio {ratio:.1}");
        ratios.push(ratio);
        if round == 0 {
            explain(&database, &clauses, &phrases, &ours, &theirs);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.1}", ratios[ROUNDS / 2]);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = ProcessTime::now();
    let done = work();
    (done, start.elapsed().as_secs_f64())
}

/// The texts of all clauses of an index.
fn clauses(index: &Path) -> Vec<String> {
    struct Texts(Vec<String>);
    impl HitSink for Texts {
        fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
            self.0.push(hit.text.clone());
            Ok(ControlFlow::Continue(()))
        }
    }
    let mut all = SearchRequest::default();
    all.ranking.sort = HitOrder::Company;
    let mut texts = Texts(Vec::new());
    Searcher::open(index).unwrap().search(&all, &mut texts).unwrap();
    texts.0
}

fn fill(path: &Path, clauses: &[String]) {
    let mut database = Connection::open(path).unwrap();
    database
        .execute_batch(
            "CREATE VIRTUAL TABLE clauses USING \
             fts5(text, tokenize = \"unicode61 remove_diacritics 2\")",
        )
        .unwrap();
    let transaction = database.transaction().unwrap();
    {
        let insert = "INSERT INTO clauses(rowid, text) VALUES (?1, ?2)";
        let mut insert = transaction.prepare(insert).unwrap();
        for (text, number) in clauses.iter().zip(1_i64..) {
            insert.execute((number, text)).unwrap();
        }
    }
    transaction.commit().unwrap();
    database.execute_batch("INSERT INTO clauses(clauses) VALUES ('optimize')").unwrap();
}

/// Phrases of two to four words that occur in the clauses, from random places of random clauses.
fn phrases(clauses: &[String], number: usize) -> Vec<String> {
    let chance =
        |n: usize, seed: u64| XxHash3_64::oneshot_with_seed(seed, &n.to_le_bytes()) as usize;
    let phrase = |n: usize| {
        let words: Vec<_> =
            terms(&clauses[chance(n, 1) % clauses.len()]).map(|word| word.into_owned()).collect();
        let length = 2 + chance(n, 2) % 3;
        let places = words.len().checked_sub(length)? + 1;
        let start = chance(n, 3) % places;
        Some(words[start..start + length].join(" "))
    };
    (0..).filter_map(phrase).take(number).collect()
}

fn fineprint(index: &Path, phrases: &[String]) -> Vec<u64> {
    let searcher = Searcher::open(index).unwrap();
    let count = |phrase: &String| {
        let query: Query = format!("\"{phrase}\"").parse().unwrap();
        let mut request = SearchRequest::new(query.into());
        request.ranking.limit = Some(LIMIT);
        let mut printed = Vec::new();
        let mut printer = BatchPrinter::new(&mut printed, "1", HitExtras::default());
        searcher.search(&request, &mut printer).unwrap().totals.clauses
    };
    phrases.iter().map(count).collect()
}

fn sqlite(path: &Path, phrases: &[String]) -> Vec<u64> {
    let database = Connection::open(path).unwrap();
    database.execute_batch("PRAGMA mmap_size = 4000000000; PRAGMA cache_size = -200000").unwrap();
    let mut best = database
        .prepare(
            "SELECT rowid, rank, text FROM clauses WHERE clauses MATCH ?1 \
             ORDER BY rank LIMIT ?2",
        )
        .unwrap();
    let mut all = database.prepare("SELECT count(*) FROM clauses WHERE clauses MATCH ?1").unwrap();
    let count = |phrase: &String| {
        let query = format!("\"{phrase}\"");
        let rows = best
            .query_map((&query, LIMIT as i64), |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?, row.get::<_, String>(2)?))
            })
            .unwrap();
        let printed: usize = rows.map(|row| row.unwrap().2.len()).sum();
        std::hint::black_box(printed);
        all.query_row([&query], |row| row.get::<_, i64>(0)).unwrap() as u64
    };
    phrases.iter().map(count).collect()
}

/// Explains why counts differ: for each clause that only one of the two found, the characters at
/// which it cuts words differently.
fn explain(path: &Path, clauses: &[String], phrases: &[String], ours: &[u64], theirs: &[u64]) {
    let database = Connection::open(path).unwrap();
    let mut rows = database.prepare("SELECT rowid FROM clauses WHERE clauses MATCH ?1").unwrap();
    let mut reasons: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut differing = 0;
    for ((phrase, ours), theirs) in phrases.iter().zip(ours).zip(theirs) {
        if ours == theirs {
            continue;
        }
        differing += 1;
        let words: Vec<_> = terms(phrase).map(|word| word.into_owned()).collect();
        let found = rows.query_map([format!("\"{phrase}\"")], |row| row.get::<_, i64>(0)).unwrap();
        let found: std::collections::BTreeSet<usize> =
            found.map(|row| row.unwrap() as usize - 1).collect();
        for (number, text) in clauses.iter().enumerate() {
            let cut: Vec<_> = terms(text).map(|word| word.into_owned()).collect();
            let is_ours = cut.windows(words.len()).any(|window| window == words);
            if is_ours != found.contains(&number) {
                let (only_ours, only_theirs) = reasons.entry(reason(phrase, text)).or_default();
                *(if is_ours { only_ours } else { only_theirs }) += 1;
            }
        }
    }
    println!("{differing} phrases have other counts:");
    for (reason, (only_ours, only_theirs)) in &reasons {
        println!(
            "  {reason}: {only_ours} clauses found by fineprint alone, \
             {only_theirs} by FTS5 alone"
        );
    }
    assert!(!reasons.contains_key(UNKNOWN), "a difference without an explanation");
}

const UNKNOWN: &str = "unexplained";

fn reason(phrase: &str, text: &str) -> &'static str {
    let all = || phrase.chars().chain(text.chars());
    let has = |is: &dyn Fn(char) -> bool| all().any(is);
    if has(&|c| matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')) {
        "invisible characters inside words"
    } else if has(&|c| {
        matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1100}'..='\u{11FF}'
                | '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}')
    }) {
        "letters that are words of their own (Han, Kana, Hangul, Thai)"
    } else if has(&|c| {
        matches!(c, '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05C7}'
                | '\u{0610}'..='\u{065F}' | '\u{0900}'..='\u{0DFF}')
    }) {
        "combining marks"
    } else if has(&|c| !c.is_ascii() && c.is_alphanumeric()) {
        "compatibility forms and other letters that fold (ﬁ, ª, ², ß, İ)"
    } else {
        UNKNOWN
    }
}
