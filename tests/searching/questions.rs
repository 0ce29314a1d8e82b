//! Tests what a question means: phrases in capitals, parentheses that are punctuation, operators of
//! other languages, and the reasons of empty answers.

use serde_json::{Value, json};

use crate::util::Fixture;

/// An index of these texts, each of the company `NUMBER.example` in 2020.
fn texts(texts: &[&str]) -> Fixture {
    let fixture = Fixture::new();
    let lines: String = texts
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let company = format!("{number}.example");
            format!("{}\n", json!({"company": company, "date": "2020-01-01", "text": text}))
        })
        .collect();
    fixture.file("texts.jsonl", lines);
    fixture.run(["index", "texts.jsonl"]).exits(0);
    fixture
}

fn answer(fixture: &Fixture, query: &str) -> Value {
    fixture.run(["search", query, "--format", "json"]).json()
}

#[test]
fn a_question_in_capitals_is_a_phrase() {
    let fixture =
        texts(&["Do not sell my personal information.", "We do many things.", "GDPR, CCPA"]);
    for query in ["DO NOT SELL MY PERSONAL INFORMATION", "DO NOT SELL"] {
        let found = answer(&fixture, query);
        assert_eq!(found["totals"]["clauses"], 1, "{query}");
        assert_eq!(found["interpreted"], format!("\"{query}\""));
    }
    let found = answer(&fixture, "GDPR AND CCPA");
    assert_eq!(found["totals"]["clauses"], 0);
    let interpreted =
        r#""GDPR AND CCPA"; with operators, "GDPR" AND "CCPA", which matches clauses: 1"#;
    assert_eq!(found["interpreted"], interpreted);
    fixture
        .run(["search", "GDPR AND CCPA"])
        .exits(1)
        .stderr_has(r#"with operators, 1 clause matches: "GDPR" AND "CCPA""#);
    for (query, clauses) in
        [(r#""GDPR" AND "CCPA""#, 1), ("gdpr AND CCPA", 1), ("GDPR OR x", 1), ("gdpr ccpa", 1)]
    {
        assert_eq!(answer(&fixture, query)["totals"]["clauses"], clauses, "{query}");
    }
}

#[test]
fn parentheses_beside_a_word_are_punctuation() {
    let fixture = texts(&["Our basis is Art. 6(1)(f) GDPR.", "Art. 6 GDPR applies; see f. and 1."]);
    for (query, clauses) in [
        ("Art. 6(1)(f) GDPR", 1),
        ("6(1)(f)", 1),
        ("art. 6 (1) (f) gdpr", 2),
        ("gdpr(basis OR applies)", 2),
    ] {
        assert_eq!(answer(&fixture, query)["totals"]["clauses"], clauses, "{query}");
    }
    let said = r#"read as "art. 6" AND "1" AND "f" AND "gdpr"; text is put in quotes"#;
    fixture.run(["search", "art. 6 (1) (f) gdpr"]).exits(0).stderr_has(said);
    fixture.run(["search", "(basis OR applies) gdpr"]).exits(0).stderr_lacks("read as");
}

#[test]
fn operators_of_other_languages_are_explained() {
    let fixture = texts(&["We sell or rent."]);
    for (query, hint) in [
        ("sell -rent", "NOT word"),
        ("sell !rent", "NOT word"),
        ("sell && rent", "write `AND`"),
        ("sell || rent", "write `OR`"),
        ("sell w/3 rent", "NEAR/5"),
        ("sell NEAR rent", "NEAR/5"),
        ("sell WITHIN rent", "WITHIN/5"),
        ("/sell or/", "one word"),
    ] {
        fixture.run(["search", "--", query]).exits(2).stderr_has(hint).stderr_has("^");
        fixture.run(["timeline", "--", query]).exits(2).stderr_has(hint);
    }
    fixture.run(["search", "\"sell && rent\""]).exits(1);
}

#[test]
fn every_command_says_why_it_found_nothing() {
    let fixture = texts(&["We sell data."]);
    let reason = "no clause has the word `zebra`";
    for command in [
        &["timeline", "zebra"][..],
        &["timeline", "sell", "-e", "zebra"],
        &["companies", "--saying", "zebra"],
        &["companies", "--not-saying", "zebra"],
        &["export", "zebra"],
        &["facets", "zebra", "--by", "type"],
        &["history", "zebra", "--company", "0.example"],
    ] {
        fixture.run(command).stderr_has(reason);
    }
    let filters = ["--kind", "heading", "--section", "x"];
    fixture
        .run(["search", "sell"].iter().chain(&filters))
        .exits(1)
        .stderr_has("--section and --kind together leave none; 1 clause matches without filters");
    fixture.run(["timeline", "/sell.data/"]).exits(1).stderr_has("no word of the index fits");
}
