//! Tests the operators of the query language against their definitions in the oracle. Random
//! queries are asked of every clause through the index, not only through the matcher.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};

use crate::library::{asking, index_of, run};
use crate::oracle::corpus::SENTENCES;
use crate::oracle::query::{self as oracle, S};
use crate::oracle::tokens::folded;
use crate::util::{header, repository, sample};

/// The least number of pairs of a query and a clause that are compared.
const PAIRS: usize = 100_000;

/// Words with special rules for folding or joining; none is a mark of Markdown.
const PIECES: &[&str] = &[
    "sell",
    "sells",
    "selling",
    "or",
    "rent",
    "renting",
    "not",
    "never",
    "we",
    "your",
    "data",
    "Data,",
    "third-party",
    "parties",
    "opt-out",
    "don't",
    "don’t",
    "CAFE\u{301}",
    "café",
    "👍🏽",
    "❤\u{fe0f}",
    "個人",
    "情報",
    "販売",
    "اتصال",
    "פרטי",
    "ｆｕｌｌ",
    "pri\u{ad}vacy",
    "zero\u{200b}width",
    "정보",
    "İstanbul",
    "ﬁne",
    "advertisers",
    "2018",
    "a",
    "cookies;",
    "(EU)",
];

fn clauses() -> impl Strategy<Value = String> {
    let sentence = select(SENTENCES).prop_map(str::to_owned);
    let words = prop::collection::vec(select(PIECES), 1..14)
        .prop_map(|words| format!("We {}.", words.join(" ")));
    prop_oneof![1 => sentence, 3 => words]
}

/// Phrases of the pieces above and of the oracle's corpora.
fn spans() -> impl Strategy<Value = S> {
    let phrase = prop::collection::vec(select(PIECES), 1..4).prop_filter_map("no word", |words| {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        let plain = oracle::plain(&words);
        matches!(&plain, S::Phrase(words, _) if !words.is_empty()).then_some(plain)
    });
    let near =
        (phrase.clone(), phrase.clone(), 0..5_usize, 0..3_u8).prop_map(|(a, b, distance, how)| {
            let (a, b) = (Box::new(a), Box::new(b));
            match how {
                0 => S::Near(distance, a, b),
                how => S::Within(distance, how == 1, a, b),
            }
        });
    prop_oneof![2 => oracle::spans(), 1 => phrase, 1 => near, 2 => alternatives()]
}

/// Alternatives that share words with each other and with their neighbours.
fn alternatives() -> impl Strategy<Value = S> {
    let phrase = || {
        let words = prop::collection::vec(select(&PIECES[..9]), 1..3);
        words.prop_map(|words| {
            oracle::plain(&words.into_iter().map(str::to_owned).collect::<Vec<_>>())
        })
    };
    let or = || (phrase(), phrase()).prop_map(|(a, b)| S::Or(Box::new(a), Box::new(b)));
    (or(), prop_oneof![or().boxed(), phrase().boxed()], 0..6_usize, 0..4_u8).prop_map(
        |(a, b, distance, how)| {
            let (a, b) = (Box::new(a), Box::new(b));
            match how {
                0 => S::Within(distance, false, b, a),
                1 => S::Within(distance, true, a, b),
                2 => S::Near(distance, b, a),
                _ => S::Near(distance, a, b),
            }
        },
    )
}

#[test]
fn every_operator_matches_and_highlights_by_its_definition() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(prop::test_runner::RngAlgorithm::ChaCha, &[7; 32]),
    );
    let folder = tempfile::tempdir().unwrap();
    let mut texts: Vec<String> = Vec::new();
    while texts.len() < 250 {
        let text = clauses().new_tree(&mut runner).unwrap().current();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let files = folder.path().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let body = format!("{}\n\n{}\n", header("a.example", "2018-05-25"), texts.join("\n\n"));
    std::fs::write(files.join("a.md"), body).unwrap();
    let index = index_of(&files, &folder.path().join("index"));
    let everything = asking("company:*");
    let clauses: Vec<String> =
        run(&index, &everything).unwrap().0.into_iter().map(|hit| hit.text).collect();
    assert!(clauses.len() > 200, "{}", clauses.len());
    let cut: Vec<Vec<String>> = clauses.iter().map(|text| folded(text)).collect();
    let (mut pairs, mut found) = (0, 0);
    while pairs < PAIRS {
        let query = spans().new_tree(&mut runner).unwrap().current();
        let has_forms = pairs % 3 == 0;
        let mut request = asking(&query.to_string());
        request.select.stem = has_forms;
        let (hits, summary) = run(&index, &request).unwrap();
        let answer: BTreeMap<_, _> =
            hits.into_iter().map(|hit| (hit.text, as_pairs(hit.highlights))).collect();
        let matches = |cut: &[String]| !oracle::stretches(&query, cut, has_forms).is_empty();
        let matching =
            clauses.iter().zip(&cut).filter(|(_, cut)| matches(cut)).map(|(text, _)| text);
        let expected: BTreeMap<_, _> =
            matching.map(|text| (text.clone(), oracle::marks(&query, text, has_forms))).collect();
        assert_eq!(answer, expected, "{query} (forms: {has_forms})");
        assert_eq!(summary.totals.clauses as usize, expected.len(), "{query}");
        pairs += clauses.len();
        found += expected.len();
    }
    // Enough of the answers have hits.
    assert!(found > pairs / 50, "{found} of {pairs}");
}

/// Each example in the reference for users finds something in the sample corpus.
#[test]
fn every_example_of_the_reference_finds_something() {
    let reference = std::fs::read_to_string(repository().join("docs/query.md")).unwrap();
    let rows = reference.lines().filter(|line| line.starts_with("| ") && line.ends_with("` |"));
    let example =
        |row: &str| row.rsplit_once(" | `").unwrap().1.trim_end_matches("` |").replace("\\|", "|");
    let examples: Vec<String> = rows.map(example).collect();
    assert_eq!(examples.len(), 19);
    for example in examples {
        sample(["search", &example]).exits(0);
    }
}

/// Ranges as pairs of start and end, as the oracle has them.
fn as_pairs(ranges: Vec<std::ops::Range<usize>>) -> Vec<(usize, usize)> {
    ranges.into_iter().map(|range| (range.start, range.end)).collect()
}

#[test]
fn sets_of_words_and_other_forms_are_matched() {
    let count = |args: &[&str]| -> u64 {
        let run = sample(["search", "--count"].iter().chain(args));
        run.stdout().trim().parse().unwrap()
    };
    let both = count(&["sell AND cookies"]);
    assert_eq!(count(&["--match", "all", "cookies", "sell"]), both);
    assert_eq!(count(&["--match", "any", "cookies", "sell"]), count(&["sell OR cookies"]));
    assert_eq!(
        count(&["--match", "any", "do you (ever): sell?"]),
        count(&["do OR you OR ever OR sell"])
    );
    assert_eq!(count(&["--match", "any", "note: sell"]), count(&["note OR sell"]));
    assert_eq!(
        count(&["--match", "any", "(sell OR rent) NOT never"]),
        count(&["(sell OR rent) NOT never"])
    );
    let forms = count(&["--stem", "share"]);
    assert!(forms > count(&["share"]));
    assert_eq!(forms, count(&["/share[sd]?|sharing/"]));
    // The words that carry the question decide, not the words that every question contains.
    let first = sample([
        "search",
        "--match",
        "any",
        "--format",
        "jsonl",
        "Do they sell it to anyone at all?",
    ]);
    assert!(
        first.json_lines()[0]["text"].as_str().unwrap().to_lowercase().contains("sell"),
        "{first}"
    );
}

#[test]
fn too_many_words_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    std::fs::create_dir_all(&files).unwrap();
    let words: Vec<String> = (0..10_001).map(|number| format!("w{number}")).collect();
    let body = format!("{}\n\n{}\n", header("a.example", "2018-05-25"), words.join(" "));
    std::fs::write(files.join("a.md"), body).unwrap();
    let index = index_of(&files, &folder.path().join("index"));
    for (query, name) in [("w*", "`w*`"), ("\"w1 /w.+/\"", "`/w.+/`")] {
        let request = asking(query);
        let error = run(&index, &request).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{name} stands for more than 10000 words of the index")),
            "{error}"
        );
    }
    // These are more words than the search follows side by side.
    let request = asking("\"w1 w2*\"");
    let highlights = &run(&index, &request).unwrap().0[0].highlights;
    assert_eq!(highlights.as_slice(), std::slice::from_ref(&(3..8)));
}
