//! Tests that stderr has JSON and nothing else where the results are JSON.

use std::fs;

use serde_json::Value;

use crate::output::golden::check;
use crate::util::{Fixture, PROGRAM, Run, feed, fptest, sample};

/// What each line of stderr is: `error` or `warning`, and its kind.
fn kinds(run: &Run) -> Vec<String> {
    let lines = run.stderr().lines().map(|line| {
        let message: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{run}"));
        check("error.schema.json", &message);
        let (name, content) = message.as_object().unwrap().iter().next().unwrap();
        format!("{name} {}", content["kind"].as_str().unwrap())
    });
    lines.collect()
}

/// Asserts how commands on the sample index end under a format, and what their messages are.
#[track_caller]
fn says(format: &str, cases: &[(&[&str], i32, &[&str])]) {
    for (args, status, messages) in cases {
        let run = sample([*args, &["--format", format]].concat());
        assert_eq!(kinds(run.exits(*status)), *messages, "{run}");
        let quiet = sample([*args, &["--format", format, "--quiet"]].concat());
        let kinds = kinds(&quiet);
        assert!(kinds.iter().all(|kind| kind.starts_with("error")), "{quiet}");
    }
}

const COMPANY: &str = "linden-bank.example";

#[test]
fn questions_answer_with_messages_in_json() {
    for format in ["json", "jsonl"] {
        says(
            format,
            &[
                (&["search", "sell", "--limit", "all"], 0, &[]),
                (&["search", "xyzzyqq"], 1, &["warning empty"]),
                (&["search", "sell AND"], 2, &["error query"]),
                (&["search", "sell", "--since", "soon"], 2, &["error request"]),
                (&["search", "sell", "--company", "nobody"], 2, &["error name"]),
                (&["search", "sell", "-rent"], 2, &["error request"]),
                (&["search"], 2, &["error request"]),
                (&["search", "sell", "--kind", "row", "--since", "2030"], 1, &["warning empty"]),
            ],
        );
    }
    says("jsonl", &[(&["search", "sell", "--limit", "2"], 0, &["warning truncated"])]);
    // The answer itself says that it is truncated.
    says("json", &[(&["search", "sell", "--limit", "2"], 0, &[])]);
    says(
        "jsonl",
        &[
            (&["export", "sell", "--latest"], 0, &[]),
            (&["export", "xyzzyqq"], 1, &["warning empty"]),
            (&["export", "xyzzyqq", "--what", "clauses"], 1, &["warning empty"]),
            (&["export", "sell AND"], 2, &["error query"]),
            (&["export", "sell", "--type", "nothing"], 2, &["error name"]),
        ],
    );
}

#[test]
fn counts_and_policies_answer_with_messages_in_json() {
    says(
        "json",
        &[
            (&["facets", "sell", "--by", "company"], 0, &[]),
            (&["facets", "sell", "--by", "company", "--limit", "1"], 0, &["warning truncated"]),
            (&["facets", "xyzzyqq", "--by", "company"], 1, &["warning empty"]),
            (&["facets", "sell AND", "--by", "company"], 2, &["error query"]),
            (&["facets", "sell", "--by", "year", "--since", "2030"], 1, &["warning empty"]),
            (&["companies", "--saying", "sell"], 0, &[]),
            (&["companies", "--saying", "xyzzyqq"], 1, &["warning empty"]),
            (&["companies", "--not-saying", "xyzzyqq"], 0, &["warning empty"]),
            (&["companies", "--since", "2035"], 1, &["warning empty"]),
            (&["companies", "--saying", "sell AND"], 2, &["error query"]),
            (&["companies", "--collection", "none"], 2, &["error name"]),
            (&["timeline", "sell"], 0, &[]),
            (&["timeline", "sell", "-e", "xyzzyqq", "-e", "qqq"], 0, &["warning empty"; 2]),
            (&["timeline", "xyzzyqq"], 1, &["warning empty"]),
            (&["timeline", "sell AND"], 2, &["error query"]),
            (&["timeline", "sell", "--company", "nobody"], 2, &["error name"]),
            (&["history", "sell", "--company", COMPANY], 0, &[]),
            (&["history", "xyzzyqq", "--company", COMPANY], 1, &["warning empty"]),
            (&["history", "sell AND", "--company", COMPANY], 2, &["error query"]),
            (&["history", "sell"], 2, &["error request"]),
            (&["show", COMPANY], 0, &[]),
            (&["show", "caaaaaaaaaaaaaaaa"], 1, &["warning empty"]),
            (&["show", "nobody"], 2, &["error name"]),
            (&["show", COMPANY, "--as-of", "1980"], 2, &["error name"]),
            (&["diff", COMPANY, "2009", "2012"], 0, &[]),
            (&["diff", COMPANY, "2035", "2036"], 1, &["warning empty"]),
            (&["diff", COMPANY, "2012", "2009"], 2, &["error request"]),
            (&["diff", COMPANY], 2, &["error request"]),
            (&["info"], 0, &[]),
            (&["info", "--nothing"], 2, &["error request"]),
        ],
    );
}

fptest!(builds_answer_with_messages_in_json, |fx: Fixture| {
    let index = |args: &[&str]| fx.run([&["index", "--format", "json"], args].concat());
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.file("corpus/README.md", "About");
    fx.file("rows.csv", "company,date,text\nb.example,2001-02-03,We rent data.\n");
    assert!(kinds(index(&["corpus", "rows.csv"]).exits(0)).is_empty());
    for (args, kind) in [
        (&["none"][..], "error corpus"),
        (&["corpus", "--rebuild"], "error index"),
        (&["corpus", "--date", "soon"], "error request"),
        (&["--remove", "none"], "error request"),
    ] {
        assert_eq!(kinds(index(args).exits(2)), [kind]);
    }
    fx.policy("bad.example", "2001-02-30", "We sell data.\n");
    assert_eq!(kinds(index(&[]).exits(2)), ["error corpus"]);
    fs::remove_file(fx.path("rows.csv")).unwrap();
    assert_eq!(kinds(index(&[]).exits(2)), ["error corpus"]);
    // An index of the cache is built without a line of text, too.
    let args = ["search", "sell", "--corpus", "corpus", "--format", "json"];
    assert_eq!(kinds(fx.run(args).exits(2)), ["error corpus"]);
    let mut batch = fx.command(PROGRAM);
    batch.args(["search", "--batch", "-", "--format", "jsonl"]);
    let output = feed(batch, b"sell AND\nsell\n");
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "query");
});

fptest!(a_terminal_shows_neither_progress_nor_text_beside_json, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let args = ["search", "xyzzyqq", "--corpus", "corpus", "--format", "json"];
    let Some(run) = fx.run_in_terminal(80, &args) else { return };
    for line in run.stdout().lines().filter(|line| !line.trim().is_empty()) {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{run}");
    }
});

#[test]
fn hints_name_what_helps() {
    let hint = |args: &[&str]| -> Value {
        let run = sample(args);
        let mut message: Value = serde_json::from_str(run.stderr()).unwrap();
        let name = message.as_object().unwrap().keys().next().unwrap().clone();
        message[name]["hint"].take()
    };
    let json = ["--format", "json"];
    for (args, expected) in [
        (&["search", "sell information personal"][..], "--match all"),
        (&["search", "personel"], "words of the index: `personal`, `person`, `persons`"),
        (&["facets", "sell", "--by", "company", "--limit", "1"], "--limit all"),
        (&["search", "sell AND"], "the word is `and`, in lower case"),
        (
            &["search", "sell", "--index", "none"],
            "make one with `fineprint index CORPUS --index none`",
        ),
    ] {
        assert_eq!(hint(&[args, &json].concat()), expected, "{args:?}");
    }
    assert_eq!(hint(&["search", "xyzzyqq", "--format", "json"]), Value::Null);
    let hits = ["search", "sell", "--format", "jsonl"];
    assert_eq!(hint(&[&hits[..], &["--limit", "1"]].concat()), "--limit all");
    // No limit cuts a sample.
    assert_eq!(hint(&[&hits[..], &["--sample", "2", "--limit", "all"]].concat()), Value::Null);
}
