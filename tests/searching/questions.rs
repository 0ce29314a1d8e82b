//! Tests what a question means: phrases in capitals, parentheses that are punctuation, operators of
//! other languages, and the reasons of empty answers.

use serde_json::{Value, json};

use crate::output::golden::check;
use crate::util::{Fixture, PROGRAM, run};

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
        ("sell w/3 rent", "NEAR/3"),
        ("sell NEAR rent", "NEAR/5"),
        ("sell WITHIN rent", "WITHIN/5"),
        ("/sell or/", "one word"),
        ("sell AROUND(3) rent", "NEAR/3"),
        ("sell ADJ rent", "NEAR/5"),
        ("sell <-> rent", "NEAR/5"),
        ("we <3> you", "NEAR/3"),
        ("~sell", "like spelling"),
    ] {
        fixture.run(["search", "--", query]).exits(2).stderr_has(hint).stderr_has("^");
        fixture.run(["timeline", "--", query]).exits(2).stderr_has(hint);
    }
    fixture.run(["search", "\"sell && rent\""]).exits(1);
    fixture.run(["search", "~sell 30"]).exits(1).stderr_lacks("error");
}

#[test]
fn a_word_with_a_minus_is_no_flag() {
    let fixture = texts(&["We sell or rent."]);
    let hint = "write what is left out as `NOT rent`; to search for `-rent` itself, put it in \
                quotes and `--` in front of the query";
    for command in [
        &["search", "sell", "-rent"][..],
        &["search", "sell", "--limit", "5", "-rent"],
        &["timeline", "sell", "-rent"],
        &["facets", "sell", "-rent", "--by", "year"],
        &["companies", "--saying", "sell", "-rent"],
        &["history", "sell", "-rent", "--company", "0.example"],
        &["export", "sell", "-rent"],
    ] {
        let line = format!("error: `-rent` is no operator here; {hint}\n");
        fixture.run(command).exits(2).stdout_is("").stderr_is(&line);
    }
    let json = fixture.run(["search", "sell", "-rent", "--format", "json"]);
    let error: Value = serde_json::from_str(json.exits(2).stderr()).unwrap();
    assert_eq!(error["error"]["hint"], hint);
    for word in
        ["-hello", "-quota", "-Cookies", "-eu", "-租", "-2020", "-\"third party\"", "-(a OR b)"]
    {
        let not = format!("as `NOT {}`", &word[1..]);
        fixture.run(["search", "sell", word]).exits(2).stdout_is("").stderr_has(&not);
    }
    // A shell takes the quotes off.
    let phrase = fixture.run(["search", "sell", "-third parties"]);
    phrase.exits(2).stderr_has("as `NOT \"third parties\"`; to search for `-third parties` itself");
    for before in ["--color", "--color=never", "-q"] {
        let never = (before == "--color").then_some("never");
        let command = [before].into_iter().chain(never).chain(["search", "sell", "-rent"]);
        fixture.run(command).exits(2).stderr_has("`NOT rent`");
    }
    fixture.run(["search", "sell", "-h"]).exits(0).stdout_has("Usage");
    // The way that the hint names; a flag that is misspelt, and another command.
    fixture.run(["search", "--", "\"sell\" NOT \"-rent\""]).exits(1).stderr_lacks("error");
    fixture.run(["search", "sell", "--lat"]).exits(2).stderr_has("--lat");
    fixture.run(["info", "-rent"]).exits(2).stderr_lacks("NOT");
}

#[test]
fn a_flag_with_one_minus_is_no_word() {
    let fixture = texts(&["We sell or rent."]);
    for help in [
        &["-help"][..],
        &["-qhh"],
        &["-hq"],
        &["sell", "-h"],
        &["-h", "-hello"],
        &["--help", "-rent"],
    ] {
        fixture.run(["search"].iter().chain(help)).exits(0).stdout_has("Usage").stderr_is_empty();
    }
    for (flag, right) in [
        (&["-limit", "5"][..], "`--limit`, and a word left out as `NOT limit`\n"),
        (&["-limit=5"], "`--limit=5`\n"),
        (&["-index", "other"], "`--index`"),
        (&["-format", "csv"], "`--format`"),
        (&["-quiet"], "`--quiet`"),
    ] {
        let run = fixture.run(["search", "sell"].iter().chain(flag));
        run.exits(2).stdout_is("").stderr_has(&format!("write the flag as {right}"));
    }
    // Flags of other programs, and what follows a flag that lacks its value.
    for arguments in [&["-n20"][..], &["-z"], &["--index", "-rent"], &["-C", "-rent"]] {
        let run = fixture.run(["search", "sell"].iter().chain(arguments));
        run.exits(2).stdout_is("").stderr_has("unexpected argument").stderr_lacks("NOT");
    }
    fixture.run(["search", "--index", "-hdir"]).exits(2).stderr_has("a value is required");
    fixture.run(["search", "sell", "-C5"]).exits(0);
    fixture.run(["timeline", "sell", "-erent"]).exits(0);
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

#[test]
fn errors_are_json_if_the_results_are() {
    let fixture = texts(&["We sell data."]);
    for format in ["json", "jsonl"] {
        let answer = fixture.run(["search", "sell AND", "--format", format]);
        let error: Value = serde_json::from_str(answer.exits(2).stderr()).unwrap();
        let found = &error["error"];
        assert_eq!(found["kind"], "query");
        assert_eq!(found["span"], json!([5, 8]));
        assert_eq!(found["hint"], "the word is `and`, in lower case");
    }
    for (arguments, kind) in [
        (&["search", "x", "--format", "json", "--company", "nobody"][..], "name"),
        (&["search", "x", "--format=json", "--limit", "many"], "request"),
        (&["search", "x", "--format", "json", "--index", "none"], "index"),
        (&["info", "--format", "json", "--index", "none"], "index"),
    ] {
        let answer = fixture.run(arguments);
        let error: Value = serde_json::from_str(answer.exits(2).stdout_is("").stderr()).unwrap();
        check("error.schema.json", &error);
        assert_eq!(error["error"]["kind"], kind, "{error}");
    }
    fixture.run(["search", "x", "--format", "csv", "--limit", "y"]).stderr_has("error: ");
}

#[test]
fn dates_may_be_relative_and_names_may_be_in_a_file() {
    let fixture = texts(&["We sell data.", "We sell cars."]);
    let count = |arguments: &[&str]| -> String {
        let mut command = fixture.command(PROGRAM);
        command.args(["search", "sell", "--count"]).env("FINEPRINT_TODAY", "2020-01-31");
        run(command, arguments).stdout().trim().to_owned()
    };
    for (since, clauses) in [("30d", "2"), ("29d", "0"), ("1mo", "2"), ("4w", "0"), ("1y", "2")] {
        assert_eq!(count(&["--since", since]), clauses, "{since}");
    }
    assert_eq!(count(&["--as-of", "1d"]), "2");
    assert_eq!(count(&["--until", "31d"]), "0");
    fixture.file("names.txt", "\u{FEFF}1.example\r\n\n");
    assert_eq!(count(&["--company", "@names.txt"]), "1");
    fixture.file("names.txt", "1.example\n0.example");
    assert_eq!(count(&["--company", "@names.txt"]), "2");
    fixture.file("names.txt", "\n");
    for (list, message) in [("@names.txt", "contains no name"), ("@none", "cannot be read")] {
        fixture.run(["search", "sell", "--company", list]).exits(2).stderr_has(message);
    }
}
