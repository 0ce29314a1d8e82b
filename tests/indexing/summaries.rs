//! Tests what `fineprint index` says at its end.

use serde_json::Value;

use crate::output::golden::check;
use crate::util::{Fixture, Run, fptest};

/// The lines on stderr, without the size and the time.
fn lines(run: &Run) -> Vec<String> {
    let lines = run.stderr().lines();
    lines.map(|line| line.split(" has ").next().unwrap_or_default().to_owned()).collect()
}

fptest!(a_build_ends_with_what_to_do_next, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let run = fx.run(["index", "corpus"]);
    let indexed = "indexed 1 snapshot of 1 policy of 1 company: 1 distinct clause (1 occurrence)";
    let next = "next: fineprint search WORDS";
    assert_eq!(lines(run.exits(0)), [indexed, ".fineprint", next]);
    let size = run.stderr().lines().nth(1).unwrap();
    assert!(size.contains(" kB; the build took ") && size.ends_with(" s"), "{size}");
    let run = fx.run(["index", "corpus", "--index", "my index"]);
    assert_eq!(
        lines(&run),
        [indexed, "my index", "next: fineprint search WORDS --index 'my index'"]
    );
    fx.run(["index", "corpus", "--quiet"]).stderr_is_empty();
});

fptest!(numbers_have_separators, |fx: Fixture| {
    let rows = (0..1234).map(|row| format!("a{row}.example,2001-01-01,We sell {row}.\n"));
    fx.file("rows.csv", format!("company,date,text\n{}", rows.collect::<String>()));
    fx.run(["index", "rows.csv"])
        .stderr_has("indexed 1,234 snapshots of 1,234 policies of 1,234 companies: 1,234 distinct");
    fx.run(["index", "rows.csv", "--dry-run"]).stdout_has("1,234 inputs seen");
    fx.run(["check"]).stdout_has("1,234 policies, 1,234 snapshots, 1,234 clauses");
    let more = (0..2000).map(|row| format!("b{row}.example,2001-01-01,We sell {row}.\n"));
    fx.file("rows.csv", format!("company,date,text\n{}", more.collect::<String>()));
    fx.run(["index", "rows.csv", "--prune"]).stderr_has("2,000 new, 0 as before, 1,234 removed\n");
});

fptest!(skipped_inputs_are_told_once, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.file("corpus/README.md", "About");
    fx.file("corpus/a/.hidden", "x");
    let first = fx.run(["index", "corpus"]);
    first.stderr_has("skipped 1: names no company").stderr_has("skipped 1: hidden");
    fx.run(["index", "corpus"]).exits(0).stderr_lacks("skipped");
    fx.policy("acme.example", "2002-01-01", "We rent data.\n");
    fx.run(["index", "corpus"]).exits(0).stderr_lacks("skipped").stderr_has("1 new");
    // The new one is counted and named, among those that are known.
    fx.file("corpus/z/NOTES.md", "About");
    fx.run(["index", "corpus"])
        .exits(0)
        .stderr_has("skipped 1: names no company")
        .stderr_has("(such as corpus/z/NOTES.md)");
    fx.run(["index", "corpus", "--rebuild"]).stderr_has("skipped 2: names no company");
    // A second corpus has its own.
    fx.file("more/acme.md", "---\ncompany: a\ndate: 2001-01-01\n---\nData.\n");
    fx.file("more/README.md", "About");
    fx.run(["index", "more"]).stderr_has("skipped 1: names no company");
});

/// Runs `fineprint index` with JSON and checks the summary.
fn summary(fx: &Fixture, args: &[&str], status: i32) -> Value {
    let run = fx.run([&["index", "--format", "json"], args].concat());
    let value = run.exits(status).json();
    check("build.schema.json", &value);
    let inputs = &value["inputs"];
    let count = |key: &str| inputs[key].as_u64().unwrap();
    let skipped: u64 = inputs["skipped"]
        .as_object()
        .unwrap()
        .values()
        .map(|tally| tally["count"].as_u64().unwrap())
        .sum();
    let unread = inputs["unreadable"]["count"].as_u64().unwrap();
    assert_eq!(count("seen"), count("indexed") + count("unchanged") + skipped + unread, "{value}");
    value
}

fptest!(a_summary_in_json_has_all_counts, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.policy("acme.example", "2002-01-01", "We rent data.\n");
    fx.file("corpus/README.md", "About");
    let new = summary(&fx, &["corpus"], 0);
    assert_eq!((&new["changed"], &new["inputs"]["indexed"]), (&true.into(), &2.into()));
    assert_eq!((&new["index"], &new["counts"]["clauses"]), (&".fineprint".into(), &2.into()));
    assert!(new["bytes"].as_u64().unwrap() > 1000 && new["seconds"].as_f64().unwrap() > 0.0);
    let same = summary(&fx, &[], 0);
    assert_eq!((&same["changed"], &same["inputs"]["unchanged"]), (&false.into(), &2.into()));
    assert_eq!(same["inputs"]["skipped"], new["inputs"]["skipped"]);
    std::fs::remove_file(fx.path("corpus/a/ac/acm/acme.example/2001-01-01.md")).unwrap();
    let kept = summary(&fx, &["corpus"], 0);
    assert_eq!((&kept["changed"], &kept["inputs"]["vanished"]), (&false.into(), &1.into()));
    let pruned = summary(&fx, &["corpus", "--prune"], 0);
    assert_eq!((&pruned["changed"], &pruned["inputs"]["removed"]), (&true.into(), &1.into()));
    fx.policy("bad.example", "2001-02-30", "We sell data.\n");
    let unread = summary(&fx, &["corpus"], 2);
    assert_eq!(unread["inputs"]["unreadable"]["count"], 1);
    fx.run(["index", "--format", "json", "--dry-run", "corpus"]).exits(2);
});

fptest!(an_export_does_not_fill_a_terminal, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    for args in [&["export"][..], &["export", "--what", "clauses", "--format", "csv"]] {
        let Some(run) = fx.run_in_terminal(80, args) else { return };
        run.exits(2).stdout_has("add --to PATH, a query or a filter").stdout_lacks("We sell");
        fx.run(args).exits(0).stdout_has("We sell data.");
    }
    for args in
        [&["export", "sell"][..], &["export", "--latest"], &["export", "--company", "acme*"]]
    {
        fx.run_in_terminal(80, args).unwrap().exits(0).stdout_has("We sell data.");
    }
    fx.run_in_terminal(80, &["export", "--to", "all.jsonl"]).unwrap().exits(0);
});
