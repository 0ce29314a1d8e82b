//! Tests the scores of questions: they equal a slow computation, and their explanations add up.

use std::collections::BTreeMap;

use crate::oracle::tokens::folded;
use crate::util::{Fixture, sample};

/// Words without other forms or synonyms, so that each counts .3 as typed and .7 in any form.
const WORDS: [&str; 5] = ["zorp", "quixol", "blint", "varn", "mofu"];

/// BM25 of single words with k1 = 1.2 and b = .3.
fn bm25(clauses: &[Vec<String>], question: &[&str], clause: &[String]) -> f64 {
    let average = clauses.iter().map(Vec::len).sum::<usize>() as f64 / clauses.len() as f64;
    let score = |word: &&str| {
        let having =
            clauses.iter().filter(|clause| clause.iter().any(|own| own == word)).count() as f64;
        let idf = (1.0 + (clauses.len() as f64 - having + 0.5) / (having + 0.5)).ln();
        let count = clause.iter().filter(|own| own == word).count() as f64;
        idf * count * 2.2 / (count + 1.2 * (0.7 + 0.3 * clause.len() as f64 / average))
    };
    question.iter().map(score).sum()
}

#[test]
fn neighbours_add_to_scores_and_make_no_hit() {
    let fixture = Fixture::new();
    // The words that each paragraph contains, as bits. A paragraph without any of them is not a
    // hit, whatever its neighbours contain.
    let bits = [1, 0, 3, 0, 0, 16, 31, 0, 4, 4, 0, 8, 1, 0, 0, 0, 2, 9, 0, 6];
    let paragraph = |(number, bits): (usize, &usize)| {
        let words =
            WORDS.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, word)| *word);
        let words: Vec<&str> = words.collect();
        format!("Paragraph {number} is about {} and nothing else at all.", words.join(" and "))
    };
    let paragraphs: Vec<String> = bits.iter().enumerate().map(paragraph).collect();
    fixture.policy("acme.example", "2020-01-01", &paragraphs.join("\n\n"));
    // A clause that was added later has no neighbours among the clauses before it.
    let later = "Later we say zorp and blint in one more paragraph.".to_owned();
    let mut second = paragraphs.clone();
    second.insert(7, later.clone());
    fixture.policy("acme.example", "2021-01-01", &second.join("\n\n"));
    let all: Vec<&String> = paragraphs.iter().chain([&later]).collect();
    let clauses: Vec<Vec<String>> = all.iter().map(|text| folded(text)).collect();
    let question = ["zorp", "blint", "mofu"];
    let own: Vec<f64> = clauses.iter().map(|clause| bm25(&clauses, &question, clause)).collect();
    let score = |at: usize| {
        let last = paragraphs.len();
        let before = if at == 0 || at == last { 0.0 } else { own[at - 1] };
        let after = if at + 1 >= last { 0.0 } else { own[at + 1] };
        own[at] + 0.2 * (before + after)
    };
    let expected: BTreeMap<String, f64> =
        (0..all.len()).filter(|&at| own[at] > 0.0).map(|at| (all[at].clone(), score(at))).collect();
    let ask = |query: &str, more: &[&str]| {
        let common = [
            "search", "--corpus", "corpus", "--match", "any", "--format", "jsonl", "--limit",
            "all", query,
        ];
        fixture.run(common.iter().chain(more)).json_lines()
    };
    let found = ask("zorp blint mofu?", &[]);
    assert_eq!(found.len(), expected.len());
    for hit in &found {
        let (text, score) = (hit["text"].as_str().unwrap(), hit["score"].as_f64().unwrap());
        assert!(
            (score - expected[text]).abs() < 2e-4,
            "{text}: {score}, by hand {}",
            expected[text]
        );
    }
    assert!(found.windows(2).all(|pair| pair[0]["score"].as_f64() >= pair[1]["score"].as_f64()));
    // A clause that a filter leaves out still counts as a neighbour: scores belong to the index,
    // not to the filter.
    for hit in ask("zorp blint mofu?", &["--until", "2020"]) {
        assert!(
            (hit["score"].as_f64().unwrap() - expected[hit["text"].as_str().unwrap()]).abs() < 2e-4
        );
    }
}

#[test]
fn furniture_is_no_neighbour_of_the_policy() {
    let fixture = Fixture::new();
    let filler = "<p>Here is a long paragraph of the policy about nothing in particular.</p>";
    let page = |policy: &str| {
        format!(
            "<nav>Read about varn</nav><main><p>We sell zorp.</p>{policy}</main>\
             <footer>A blint is a zorp</footer>{}",
            filler.repeat(3)
        )
    };
    let mut lines = String::new();
    for (company, policy) in
        [("alone.example", String::new()), ("beside.example", "<p>We rent varn.</p>".to_owned())]
    {
        let line = serde_json::json!({
            "company": company, "date": "2020-01-01", "html": page(&policy)
        });
        lines.push_str(&format!("{line}\n"));
    }
    fixture.file("pages.jsonl", lines);
    let ask = |more: &[&str]| {
        let common = [
            "search",
            "zorp blint varn?",
            "--corpus",
            "pages.jsonl",
            "--match",
            "any",
            "--explain",
            "--format",
            "jsonl",
        ];
        fixture.run(common.iter().chain(more)).exits(0).json_lines()
    };
    for more in [&[][..], &["--furniture"]] {
        let mut seen = 0;
        for hit in ask(more).iter().filter(|hit| hit["text"] == "We sell zorp.") {
            let parts = hit["explanation"]["parts"].as_array().unwrap();
            let has_neighbours = parts.iter().any(|part| part["reason"] == "neighbours");
            assert_eq!(has_neighbours, hit["company"] == "beside.example", "{hit}");
            seen += 1;
        }
        assert_eq!(seen, 2);
    }
}

#[test]
fn explanations_add_up() {
    for (query, more) in [
        ("sell or rent", &[][..]),
        ("(sell NEAR/4 rent*) OR \"personal information\"", &[]),
        ("do they sell my location to advertisers?", &["--match", "any"]),
        ("cookies browser delete", &["--match", "all", "--stem"]),
        ("cookies AND \"third parties\"", &["--scope", "snapshot"]),
        ("privacy", &["--kind", "heading"]),
        ("company:linden-bank.example", &[]),
    ] {
        let common = ["search", "--explain", "--format", "jsonl", "--limit", "40", query];
        for hit in sample(common.iter().chain(more)).json_lines() {
            let explanation = &hit["explanation"];
            let parts = explanation["parts"].as_array().unwrap();
            let sum: f64 = parts.iter().map(|part| part["score"].as_f64().unwrap()).sum();
            let factor = explanation["factor"].as_f64().unwrap();
            assert_eq!(factor < 1.0, hit["kind"] == "heading", "{hit}");
            let score = hit["score"].as_f64().unwrap();
            assert!(
                (sum * factor - score).abs() < 1e-3,
                "{query}: {sum} times {factor} is not {score}"
            );
            for part in parts.iter().filter(|part| part["reason"] != "neighbours") {
                assert!(part["count"].as_u64() > Some(0) && part["text"] != "");
            }
        }
    }
    sample(["search", "sell or rent", "--explain", "--limit", "1"])
        .stdout_has("\n  score 10.8102, of 10 words\n     10.8102  \"sell or rent\", once\n");
    sample(["search", "privacy", "--kind", "heading", "--explain"])
        .stdout_has("  all of it times 0.5: it is a heading\n");
    for (args, message) in [
        (["--format", "csv"], "--explain has no column"),
        (["--sort", "newest"], "--explain explains scores"),
    ] {
        sample(["search", "sell", "--explain"].iter().chain(&args)).exits(2).stderr_has(message);
    }
    assert!(
        sample(["search", "sell", "--format", "jsonl"]).json_lines()[0]["explanation"].is_null()
    );
}
