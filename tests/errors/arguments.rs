//! Tests queries, names and flags that make no sense.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::{fails, indexed};
use crate::util::{self, Fixture, PROGRAM, Run, fptest, sample};

#[test]
fn bad_queries_are_errors_with_their_place() {
    let fx = Fixture::new();
    indexed(&fx);
    let cases = [
        ("", "empty query\n  give a word, a quoted phrase or a group"),
        (
            "\"\"",
            "nothing between the quotes\n  \"\"\n  ^^  give a word: only letters and digits are \
             searched",
        ),
        ("*", "`*` alone matches every clause: give a word to search for\n  *\n  ^"),
        ("sell \"or rent", "unclosed quote\n  sell \"or rent\n       ^  close it with `\"`"),
        (
            "secton:kids sell",
            "unknown field `secton`\n  secton:kids sell\n  ^^^^^^  did you mean `section`? fields: \
             company, type, section, link",
        ),
        ("(sell", "unclosed parenthesis\n  (sell\n  ^  close it with `)`"),
        (
            "\"a b\"~99999999999",
            "the distance `99999999999` is more than 1000 words\n  \"a b\"~99999999999\n        \
             ^^^^^^^^^^^  for words anywhere",
        ),
        (
            "a NEAR/5 (b AND c)",
            "AND has no distance from anything, as `NEAR/5` needs it\n  a NEAR/5 (b AND \
             c)\n           ^^^^^^^^^  it joins words, phrases",
        ),
        ("/(re/", "`/(re/` is no regular expression: unclosed group\n  /(re/\n  ^^^^^"),
        ("s*l", "the `*` in `s*l`\n  s*l\n  ^^^  a `*` ends a word (`part*`)"),
        (
            "company:akme.example sell",
            "no company `akme.example` in the index\n  company:akme.example sell\n          \
             ^^^^^^^^^^^^  did you mean `acme.example`",
        ),
    ];
    for (query, message) in cases {
        let run = fx.run(["search", query]);
        run.exits(2).stdout_is("");
        assert!(run.stderr().starts_with(&format!("error: {message}")), "{run}");
        assert!(run.stderr().lines().count() <= 3, "{run}");
        // The error comes before the program looks for an index, unless it depends on the index.
        if !query.starts_with("company:") {
            fx.run(["search", query, "--index", "nowhere"]).stderr_is(run.stderr());
            fx.run(["search", query, "--corpus", "nowhere"]).stderr_is(run.stderr());
        }
    }
    for query in [
        "NOT sell",
        "sell OR",
        "()",
        "sell)",
        "AND",
        "company:",
        "\"--\"",
        "WITHIN/3",
        "a NOT WITHIN/3",
    ] {
        let run = fx.run(["search", query]);
        run.exits(2).stdout_is("");
        assert!(run.stderr().starts_with("error: ") && run.stderr().contains('^'), "{run}");
    }
    fx.run(["search", "a\u{1b}[31mb\u{202e}"]).stderr_lacks_unsafe();
    fx.run(["search", "\"\u{1b}[31m"]).exits(2).stderr_lacks_unsafe();
}

impl Run {
    fn stderr_lacks_unsafe(&self) {
        let is_unsafe = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!self.stderr().contains(is_unsafe), "{self}");
    }
}

fptest!(unknown_names_are_errors, |fx: Fixture| {
    indexed(&fx);
    let near = fx.run(["search", "sell", "--company", "acmee.example"]);
    near.exits(2)
        .stdout_is("")
        .stderr_has("error: no company `acmee.example` in the index; did you mean `acme.example`");
    fails(
        &fx,
        &["search", "sell", "--type", "Privacy"],
        "no policy type `Privacy` in the index; did you mean `Privacy Policy`?",
    );
    fails(&fx, &["search", "sell", "--collection", "xyz"], "no collection `xyz` in the index");
    fails(&fx, &["search", "sell", "--company", "q*"], "no company `q*` in the index");
    fails(
        &fx,
        &["search", "sell", "--company", "acme.example", "--company", "qqq"],
        "no company `qqq` in the index",
    );
    fails(&fx, &["search", "sell", "--company", "[a"], "`[a` is no glob: invalid range pattern");
    fails(&fx, &["search", "sell", "--section", "!?"], "--section `!?`: no word to search for");
});

#[test]
fn bad_arguments_are_errors() {
    let first = |args: &[&str]| {
        let run = sample(args);
        run.exits(2).stdout_is("");
        run.stderr().lines().next().unwrap().to_owned()
    };
    let cases: [(&[&str], &str); 34] = [
        (
            &["search", "x", "--since", "2019", "--until", "2018"],
            "error: --since 2019-01-01 is after --until 2018-12-31: no date is between them",
        ),
        (
            &["search", "(x", "--fields", "company"],
            "error: --fields names columns of csv and tsv; add --format csv",
        ),
        (
            &["search", "x", "--since", "2019", "--latest"],
            "error: the argument '--since <DATE>' cannot be used with '--latest'",
        ),
        (
            &["search", "x", "--until", "2019", "--as-of", "2019"],
            "error: the argument '--until <DATE>' cannot be used with '--as-of <DATE>'",
        ),
        (
            &["search", "x", "--as-of", "2019", "--latest"],
            "error: the argument '--as-of <DATE>' cannot be used with '--latest'",
        ),
        (
            &["search", "x", "--since", "2019-13"],
            "error: invalid value '2019-13' for '--since <DATE>': no such date; write YYYY, \
             YYYY-MM or YYYY-MM-DD, or 30d, 8w, 6mo or 1y before today",
        ),
        (
            &["search", "x", "--until", "2019-02-30"],
            "error: invalid value '2019-02-30' for '--until <DATE>': no such date; write YYYY, \
             YYYY-MM or YYYY-MM-DD, or 30d, 8w, 6mo or 1y before today",
        ),
        (
            &["search", "x", "--as-of", "soon"],
            "error: invalid value 'soon' for '--as-of <DATE>': no such date; write YYYY, YYYY-MM \
             or YYYY-MM-DD, or 30d, 8w, 6mo or 1y before today",
        ),
        (
            &["search", "x", "--limit", "x"],
            "error: invalid value 'x' for '--limit <N>': neither a number nor `all`",
        ),
        (
            &["search", "x", "--limit", "-1"],
            "error: invalid value '-1' for '--limit <N>': neither a number nor `all`",
        ),
        (
            &["search", "x", "--offset", "-1"],
            "error: invalid value '-1' for '--offset <N>': not a whole number",
        ),
        (&["search", "x", "--kind", "x"], "error: invalid value 'x' for '--kind <KIND>'"),
        (&["search", "x", "--sort", "best"], "error: invalid value 'best' for '--sort <SORT>'"),
        (&["search", "x", "--colour", "never"], "error: unexpected argument '--colour' found"),
        (&["search"], "error: the following required arguments were not provided:"),
        (&["show", "nonsense"], "error: no company `nonsense` in the index"),
        (&["find", "x"], "error: unrecognized subcommand 'find'"),
        (
            &["search", "x", "--since", "2019", "--until", "2018"],
            "error: --since 2019-01-01 is after --until 2018-12-31: no date is between them",
        ),
        (
            &["timeline", "x", "--added-since", "2019", "--as-of", "2018"],
            "error: --added-since 2019-01-01 is after --as-of 2018-12-31: \
            no clause can be added between them",
        ),
        (
            &["search", "x", "--gone", "--latest"],
            "error: the argument '--gone' cannot be used with '--latest'",
        ),
        (
            &["search", "x", "--removed-since", "2019", "--latest"],
            "error: the argument '--removed-since <DATE>' cannot be used with '--latest'",
        ),
        (
            &["facets", "x", "--by", "company", "--carry", "1y"],
            "error: --carry says how old the snapshot of --as-of or --latest may be; add one of \
             them",
        ),
        (
            &["search", "x", "--latest", "--carry", "6m"],
            "error: invalid value '6m' for '--carry <AGE>': not a length of time; write 90d, 8w, \
             6mo or 1y",
        ),
        (
            &["facets", "x", "--by", "colour"],
            "error: invalid value 'colour' for '--by <FIELD>': write company, type, collection, \
             year, section, lang or meta:KEY",
        ),
        (
            &["facets", "sell", "--by", "meta:colour"],
            "error: --by meta: `colour`: no snapshot has this key; there are title",
        ),
        (
            &["diff", "linden-bank.example", "2012", "2009"],
            "error: 2012-01-01 is after 2009-12-31; give the older date first",
        ),
        (
            &["diff", "linden-bank.example", "2001", "2009"],
            "error: linden-bank.example, Privacy Policy: no snapshot up to 2001-12-31; its history \
             begins on 2004-05-06",
        ),
        (
            &["diff", "lindenbank.example", "2001", "2009"],
            "error: no company `lindenbank.example` in the index; did you mean \
             `linden-bank.example`?",
        ),
        (
            &["history", "sell"],
            "error: history needs a company; add --company NAME (`fineprint companies \
             --saying QUERY` lists companies)",
        ),
        (
            &["history", "sell", "--company", "lindenbank.example"],
            "error: no company `lindenbank.example` in the index; did you mean \
             `linden-bank.example`?",
        ),
        (
            &[
                "history",
                "sell",
                "--company",
                "linden-bank.example",
                "--since",
                "2012",
                "--until",
                "2009",
            ],
            "error: --since 2012-01-01 is after --until 2009-12-31: no date is between them",
        ),
        (
            &["show", "linden-bank.example", "--as-of", "1999"],
            "error: linden-bank.example, Privacy Policy: no snapshot up to 1999-12-31; its history \
             begins on 2004-05-06",
        ),
        (
            &["show", "p*", "--as-of", "2009"],
            "error: `p*` is 3 companies: `papercrane-cards.example`, `pennywhistle-toys.example`, \
             `pocketledger.example`; name one",
        ),
        (
            &["show", "caaaaaaaaaaaaaaaa", "--as-of", "2009"],
            "error: --as-of is for policies; `caaaaaaaaaaaaaaaa` is a clause",
        ),
    ];
    for (args, message) in cases {
        assert_eq!(first(args), message, "{args:?}");
    }
    sample(["search", "x", "--kind", "x"])
        .stderr_has("[possible values: heading, paragraph, item, row, quote]");
    sample(["show", "caaaaaaaaaaaaaaaa", "--quiet"]).exits(1).stdout_is("").stderr_is_empty();
    sample(["show", "caaaaaaaaaaaaaaaa"])
        .exits(1)
        .stdout_is("")
        .stderr_has("no clause `caaaaaaaaaaaaaaaa` in ");
}

#[test]
fn arguments_that_are_no_text_are_no_panic() {
    let fx = Fixture::new();
    indexed(&fx);
    let foreign = OsStr::from_bytes(b"x\xff");
    let run = |before: &[&str], after: &[&str]| {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        fx.run([words(before), vec![foreign.to_owned()], words(after)].concat())
    };
    let json = run(&["search", "sell"], &["-foo", "--format", "json"]);
    json.exits(2).stdout_is("").stderr_has("{\"error\":{");
    run(&["search", "-h", "--index"], &[]).exits(0).stdout_has("Usage");
    run(&["search"], &[]).exits(2).stdout_is("").stderr_has("UTF-8");
    // A day that is no text must not be read as today.
    let mut command = fx.command(PROGRAM);
    command.args(["search", "sell", "--since", "30d"]).env("FINEPRINT_TODAY", foreign);
    util::run(command, &[]).exits(2).stdout_is("").stderr_has("FINEPRINT_TODAY");
}
