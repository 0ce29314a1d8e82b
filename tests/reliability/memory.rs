//! Tests that inputs which need too much memory are refused with their places, and that the rest is
//! indexed.

use std::fmt::Write as _;

use crate::util::{Fixture, fptest};

/// A text of this many clauses; two texts with different names have none in common.
fn text(name: &str, clauses: usize) -> String {
    (0..clauses).fold(String::new(), |mut text, clause| {
        write!(text, "We sell {name}{clause}.\n\n").unwrap();
        text
    })
}

/// How the inputs of the index ended: seen, indexed, vanished, unreadable.
fn inputs(fx: &Fixture) -> [u64; 4] {
    let info = fx.run(["info", "--format", "json"]);
    let info: serde_json::Value = serde_json::from_str(info.exits(0).stdout()).unwrap();
    let inputs = &info["inputs"];
    [&inputs["seen"], &inputs["indexed"], &inputs["vanished"], &inputs["unreadable"]["count"]]
        .map(|count| count.as_u64().unwrap())
}

fptest!(a_text_of_too_many_lines_is_refused, |fx: Fixture| {
    let index = ["index", "corpus", "--memory", "256M"];
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.policy("big.example", "2001-01-01", &text("a", 400_000));
    let run = fx.run(index);
    run.exits(2)
        .stderr_has("big.example/2001-01-01.md: needs more memory than the limit of 256 MiB");
    run.stderr_has("lines and tags); raise the limit");
    fx.run(["search", "sell", "--count"]).stdout_is("1\n");
    assert_eq!(inputs(&fx), [2, 1, 0, 1]);
});

fptest!(a_policy_of_too_many_clauses_is_refused_and_keeps_what_it_has, |fx: Fixture| {
    let index = ["index", "corpus", "--memory", "256M"];
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.policy("big.example", "2001-01-01", &text("a", 500));
    fx.run(index).exits(0);
    assert_eq!(inputs(&fx), [2, 2, 0, 0]);
    // Each text fits, and all of them do not.
    for (year, name) in [(2002, "b"), (2003, "c")] {
        fx.policy("big.example", &format!("{year}-01-01"), &text(name, 45_000));
    }
    let run = fx.run(index);
    run.exits(2).stderr_has("big.example, Privacy Policy would take more than 115 MiB");
    fx.run(["search", "sell", "--count"]).stdout_is("501\n");
    assert_eq!(inputs(&fx), [4, 2, 0, 2]);
    fx.run(["check"]).exits(0);
    fx.run(["index", "corpus", "--memory", "1G"]).exits(0);
    fx.run(["search", "sell", "--count"]).stdout_is("90501\n");
    assert_eq!(inputs(&fx), [4, 4, 0, 0]);
});
