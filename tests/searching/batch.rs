//! Tests batches of queries: each query is answered as if it were alone, in the order of the lines.

use serde_json::Value;

use crate::output::golden::check;
use crate::util::{Fixture, Run, sample, sample_index};

const QUERIES: &str = "selling\tsell or rent\nthird parties\n\ncookies\tcookies AND \
    browser\n(broken\nempty\t\nnothing\tzebra crossing\n\"we may * your\"\n";

fn batch(fixture: &Fixture, args: &[&str]) -> Run {
    let index = sample_index().to_str().unwrap().to_owned();
    let common = ["search", "--index", &index, "--batch", "queries.tsv"].map(str::to_owned);
    fixture.run(common.into_iter().chain(args.iter().map(|arg| (*arg).to_owned())))
}

fn fixture(queries: &str) -> Fixture {
    let fixture = Fixture::new();
    fixture.file("queries.tsv", queries);
    fixture
}

#[test]
fn each_query_is_answered_as_if_alone() {
    let fixture = fixture(QUERIES);
    let run = batch(&fixture, &["--limit", "3", "--cite"]);
    run.exits(2).stderr_is(
        "error: 3 queries failed; line 3 of queries.tsv: empty query\n  give a word, a quoted \
         phrase or a group\n",
    );
    let lines = run.json_lines();
    lines.iter().for_each(|line| check("batch.schema.json", line));
    let ends: Vec<&Value> = lines.iter().filter(|line| line.get("rank").is_none()).collect();
    let ids: Vec<&str> = ends.iter().map(|line| line["query_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["selling", "2", "3", "cookies", "5", "empty", "nothing", "8"]);
    let failed: Vec<&str> = ends
        .iter()
        .filter(|line| line.get("error").is_some())
        .map(|line| line["query_id"].as_str().unwrap())
        .collect();
    assert_eq!(failed, ["3", "5", "empty"]);
    for (id, query) in [
        ("selling", "sell or rent"),
        ("2", "third parties"),
        ("cookies", "cookies AND browser"),
        ("nothing", "zebra crossing"),
    ] {
        let alone = sample(["search", query, "--limit", "3", "--format", "json", "--cite"]).json();
        let own: Vec<Value> = lines
            .iter()
            .filter(|line| line["query_id"] == id && line.get("rank").is_some())
            .map(|line| {
                let mut line = line.clone();
                line.as_object_mut().unwrap().remove("query_id");
                line
            })
            .collect();
        assert_eq!(Value::from(own), alone["hits"]);
        let end = ends.iter().find(|line| line["query_id"] == id).unwrap();
        assert_eq!((&end["totals"], &end["truncated"]), (&alone["totals"], &alone["truncated"]));
    }
}

#[test]
fn one_thread_and_many_print_the_same() {
    let mut queries = String::new();
    for word in [
        "sell",
        "cookies",
        "third parties",
        "we",
        "you NOT the",
        "company:*bank* AND we",
        "priv*",
        "share OR rent",
    ] {
        (0..20).for_each(|n| queries.push_str(&format!("{word} {n}\t{word}\n")));
    }
    let fixture = fixture(&queries);
    let one = batch(&fixture, &["--threads", "1"]);
    one.exits(0).stderr_is_empty();
    assert_eq!(one.stdout(), batch(&fixture, &["--threads", "7"]).stdout());
    assert_eq!(one.stdout(), batch(&fixture, &[]).stdout());
    assert_eq!(batch(&fixture, &["--count"]).lines().len(), 160);
}

#[test]
fn bad_batches_and_bad_lines_are_errors() {
    let refused = |queries: &str, args: &[&str], message: &str| {
        batch(&fixture(queries), args).exits(2).stderr_has(&format!("error: {message}"));
    };
    refused("", &[], "queries.tsv has no query; write one per line");
    refused("sell", &["--format", "csv"], "--batch prints JSON Lines; leave --format out");
    batch(&fixture("sell"), &["rent"]).exits(2).stderr_has("cannot be used with");
    sample(["search", "--batch", "nowhere.tsv"]).exits(2).stderr_has("nowhere.tsv");
    batch(&fixture("zebra crossing"), &[]).exits(1);
    batch(&fixture("\u{feff}x\tsell\r\n"), &[]).exits(0).stdout_has("{\"query_id\":\"x\",");
    let fixture = Fixture::new();
    fixture.file("queries.tsv", b"sell\n\xff\xfe\n");
    batch(&fixture, &[])
        .exits(2)
        .stdout_has("{\"query_id\":\"2\",\"error\":\"the line is not UTF-8\"}");
    // A query that is far too long does not disturb the others.
    let long = format!("sell\n{}\n{}\n", "sell ".repeat(200_000), "(".repeat(10_000));
    let fixture = Fixture::new();
    fixture.file("queries.tsv", long);
    let run = batch(&fixture, &["--limit", "1"]);
    run.exits(2);
    assert_eq!(run.lines().len(), 4);
}

#[test]
fn the_first_failure_is_told_as_of_a_single_query() {
    let error = |queries: &[u8]| -> Value {
        let fixture = Fixture::new();
        fixture.file("queries.tsv", queries);
        let run = batch(&fixture, &["--format", "jsonl"]);
        let mut message = serde_json::from_str(run.exits(2).stderr()).unwrap();
        check("error.schema.json", &message);
        message["error"].take()
    };
    let alone = sample(["search", "sell AND", "--format", "jsonl"]);
    let mut alone: Value = serde_json::from_str(alone.stderr()).unwrap();
    let message = alone["error"]["message"].as_str().unwrap();
    let place = "1 query failed; line 2 of queries.tsv: ";
    alone["error"]["message"] = format!("{place}{message}").into();
    assert_eq!(error(b"sell\nq7\tsell AND\n"), alone["error"]);
    let name = error(b"sell\ncompany:nobody sell\n");
    assert_eq!(name["kind"], "query");
    assert!(name["message"].as_str().unwrap().starts_with(place), "{name}");
    let line = error(b"sell\n\xff\n(a\n");
    let message = "2 queries failed; line 2 of queries.tsv: the line is not UTF-8";
    assert_eq!((&line["kind"], &line["message"]), (&"request".into(), &message.into()));
}
