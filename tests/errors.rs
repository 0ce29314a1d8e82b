//! What bad input gets: one line that says where and what to do, exit status 2, and nothing destroyed.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use fineprint::Error;
use serde_json::Value;

use crate::util::{Fixture, PROGRAM, Run, fptest, header, listing, run, sample, sample_index};

/// A fixture with a corpus of one policy and its index in `.fineprint`.
fn indexed(fx: &Fixture) {
    fx.policy("acme.example", "2001-01-01", "# Privacy\n\nWe sell or rent data.\n");
    fx.policy("brick.example", "2001-01-01", "# Privacy\n\nWe sell or rent bricks.\n");
    fx.run(["index", "corpus"]).exits(0);
}

/// Runs a command that must fail with this message and change nothing, not even a time.
#[track_caller]
fn fails<'f>(fx: &'f Fixture, args: &[&str], message: &str) -> &'f Fixture {
    let before = listing(&fx.root());
    fx.run(args).fails_with(message);
    assert!(listing(&fx.root()) == before, "{args:?} changed the folder");
    assert!(listing(&fx.cache()).len() == 1, "{args:?} left something in the cache folder");
    fx
}

const NO_HEADER: &str = "says whose policy it is and of when, by a Princeton-Leuven header \
                         or front matter; if their paths do, say how: --path '{company}/{date}.md'";

fptest!(corpora_that_are_none, |fx: Fixture| {
    fs::create_dir(fx.path("empty")).unwrap();
    fx.file("notes/README.md", "# Notes\n");
    fx.file("notes/.hidden", "");
    let cases = [
        ("nowhere", "nowhere: there is no such file or folder".to_owned()),
        ("empty", "empty: nothing to index: the folder is empty".to_owned()),
        ("notes", format!("notes: nothing to index: none of 2 inputs {NO_HEADER}")),
        (
            "notes/README.md",
            format!("notes/README.md: nothing to index: none of 1 inputs {NO_HEADER}"),
        ),
    ];
    for (corpus, message) in &cases {
        fails(&fx, &["index", corpus], message);
        fails(&fx, &["index", corpus, "--dry-run"], message);
        fails(&fx, &["search", "sell", "--corpus", corpus], message);
    }
    // One bad corpus among good ones: nothing is built.
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fails(&fx, &["index", "corpus", "nowhere"], &cases[0].1);
});

fptest!(a_header_with_an_impossible_date, |fx: Fixture| {
    let bad = fx.policy("acme.example", "2001-02-30", "We sell data.\n");
    let column = header("acme.example", "2001-02-30").find("2001-02-30").unwrap() + 1;
    let reason = format!("line 1, column {column}: `2001-02-30` is no date of the calendar");
    fails(
        &fx,
        &["index", "corpus"],
        &format!("corpus: nothing to index: a/ac/acm/acme.example/2001-02-30.md: {reason}"),
    );
    fails(
        &fx,
        &["index", bad.strip_prefix(fx.root()).unwrap().to_str().unwrap()],
        &format!("corpus/a/ac/acm/acme.example/2001-02-30.md: nothing to index: {reason}"),
    );

    // Among others: named, the rest indexed, and the exit status still says so.
    fx.policy("brick.example", "2001-02-28", "We sell data.\n");
    let named = format!("error: corpus/a/ac/acm/acme.example/2001-02-30.md: {reason}\n");
    fx.run(["index", "corpus"]).exits(2).stderr_is(&format!(
        "{named}indexed 1 snapshot of 1 policy of 1 company: 1 distinct clause, standing 1 time\n"
    ));
    fx.run(["index", "corpus", "--quiet"]).exits(2).stderr_is(&named);
    fx.run(["index", "corpus", "--dry-run"])
        .exits(2)
        .stderr_is(&named)
        .stdout_has("unreadable: 1\n");
    fx.run(["search", "sell data", "--count"]).exits(0).stdout_is("1\n").stderr_is_empty();
    for _ in ["built", "cached"] {
        fx.run(["search", "sell data", "--corpus", "corpus", "--count"])
            .exits(2)
            .stdout_is("1\n")
            .stderr_is(&named);
    }
});

fptest!(an_unreadable_file_among_many, |fx: Fixture| {
    indexed(&fx);
    let locked = fx.policy("clay.example", "2001-01-01", "We sell or rent clay.\n");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    fx.file("corpus/d/deep.md", header("deep.example", "2001-01-01"));
    fs::set_permissions(fx.path("corpus/d"), fs::Permissions::from_mode(0o000)).unwrap();
    let named = "error: corpus/c/cl/cla/clay.example/2001-01-01.md: Permission denied (os error 13)\n\
                 error: corpus/d: Permission denied (os error 13)\n";
    if let Some(command) = fx.unprivileged() {
        fs::set_permissions(fx.cache(), fs::Permissions::from_mode(0o777)).unwrap();
        let run = run(command, &["search", "--corpus", "corpus", "sell or rent", "--count"]);
        run.exits(2).stdout_is("2\n").stderr_is(named);
    }
    fs::set_permissions(fx.path("corpus/d"), fs::Permissions::from_mode(0o700)).unwrap();
});

fptest!(broken_links_and_loops_are_no_errors, |fx: Fixture| {
    indexed(&fx);
    symlink("nowhere", fx.path("corpus/dangling.md")).unwrap();
    symlink(".", fx.path("corpus/loop")).unwrap();
    fx.run(["index", "corpus"])
        .exits(0)
        .stderr_has("skipped 2: symbolic link (such as corpus/dangling.md)");
    symlink("nowhere", fx.path("dangling")).unwrap();
    fails(&fx, &["index", "dangling"], "dangling: there is no such file or folder");
    symlink("round", fx.path("round")).unwrap();
    let message = "round: Too many levels of symbolic links (os error 40)";
    if cfg!(target_os = "linux") {
        fails(&fx, &["index", "round"], message);
    }
});

#[test]
fn queries_that_cannot_be_read() {
    let fx = Fixture::new();
    indexed(&fx);
    let cases = [
        ("", "empty query\n  give a word, a quoted phrase or a group"),
        (
            "\"\"",
            "nothing between the quotes\n  \"\"\n  ^^  give a word: only letters and digits are searched",
        ),
        ("*", "`*` alone matches every clause: give a word to search for\n  *\n  ^"),
        ("sell \"or rent", "unclosed quote\n  sell \"or rent\n       ^  close it with `\"`"),
        (
            "secton:kids sell",
            "unknown field `secton`\n  secton:kids sell\n  ^^^^^^  did you mean `section`? fields: company, type, section, link",
        ),
        ("(sell", "unclosed parenthesis\n  (sell\n  ^  close it with `)`"),
        (
            "\"a b\"~99999999999",
            "the distance `99999999999` is more than 1000 words\n  \"a b\"~99999999999\n        ^^^^^^^^^^^  for words anywhere",
        ),
        (
            "a NEAR/5 (b AND c)",
            "AND has no distance from anything, as `NEAR/5` needs it\n  a NEAR/5 (b AND c)\n           ^^^^^^^^^  it joins words, phrases",
        ),
        ("/(re/", "`/(re/` is no regular expression: unclosed group\n  /(re/\n  ^^^^^"),
        ("s*l", "the `*` in `s*l`\n  s*l\n  ^^^  a `*` ends a word (`part*`)"),
        (
            "company:akme.example sell",
            "no company `akme.example` in the index\n  company:akme.example sell\n          ^^^^^^^^^^^^  did you mean `acme.example`",
        ),
    ];
    for (query, message) in cases {
        let run = fx.run(["search", query]);
        run.exits(2).stdout_is("");
        assert!(run.stderr().starts_with(&format!("error: {message}")), "{run}");
        assert!(run.stderr().lines().count() <= 3, "{run}");
        // Before any index is looked for, unless the index decides.
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

fptest!(names_that_nothing_has, |fx: Fixture| {
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

fptest!(index_folders_that_are_none, |fx: Fixture| {
    indexed(&fx);
    fx.file("notes/README.md", "# Notes\n");
    fs::create_dir(fx.path("empty")).unwrap();
    let other = "is no fineprint index; name one with --index, or search a corpus with --corpus";
    let none = |dir: &str| {
        format!(
            "{dir}: there is no index here; make one with `fineprint index CORPUS --index {dir}`"
        )
    };
    for command in [&["search", "sell"][..], &["show", "caaaaaaaaaaaaaaaa"]] {
        let fails_in = |dir: &str, message: &str| {
            let args: Vec<&str> = command.iter().copied().chain(["--index", dir]).collect();
            fails(&fx, &args, message);
        };
        fails_in("nowhere", &none("nowhere"));
        fails_in("empty", &none("empty"));
        fails_in("notes", &format!("notes: {other}"));
        fails_in("notes/README.md", &format!("notes/README.md: {other}"));
        fails_in("corpus", &format!("corpus: {other}"));
    }
    fx.run(["search", "sell", "--index", "nowhere"]).exits(2);
    // The environment names one as well.
    let mut command = fx.command(PROGRAM);
    command.env("FINEPRINT_INDEX", "nowhere");
    run(command, &["search", "sell"]).fails_with(&none("nowhere"));

    // Building among somebody's files is refused.
    let refused = "holds other files (`README.md`) and no index; name an empty or new folder";
    fails(&fx, &["index", "corpus", "--index", "notes"], &format!("notes: {refused}"));
    fails(
        &fx,
        &["index", "corpus", "--index", "notes/README.md"],
        "notes/README.md: is a file; name an empty or new folder",
    );
    fx.run(["index", "corpus", "--index", "empty"]).exits(0);
    fx.run(["index", "corpus", "--index", "new/and/deep"]).exits(0);
    fx.run(["search", "sell", "--index", "new/and/deep", "--count"]).stdout_is("2\n");
});

fptest!(folders_of_others_are_left_alone, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    for file in ["generation-photos/a.txt", "generation-1/a.txt", "fineprint.json"] {
        let _ = fs::remove_dir_all(fx.path("theirs"));
        fx.file(format!("theirs/{file}"), "hi");
        let before = listing(&fx.path("theirs"));
        fx.run(["index", "corpus", "--index", "theirs"]).exits(2).stderr_has("name a");
        assert!(listing(&fx.path("theirs")) == before, "{file}");
    }
    // Beside an index as well.
    fx.run(["index", "corpus"]).exits(0);
    fx.file(".fineprint/generation-photos/a.txt", "precious");
    fx.run(["index", "corpus"]).exits(0);
    assert!(fx.path(".fineprint/generation-photos/a.txt").is_file());
});

fptest!(a_damaged_cache_is_built_again, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let search = ["search", "--corpus", "corpus", "sell", "--count"];
    fx.run(search).exits(0);
    for path in listing(&fx.cache()).into_keys().filter(|path| path.ends_with("fineprint.json")) {
        fs::write(fx.cache().join(path), "{").unwrap();
    }
    fx.run(search).exits(0).stdout_is("1\n").stderr_is_empty();
    fx.run(["search", "--corpus", "corpus", "--index", "x", "sell"])
        .exits(2)
        .stderr_has("the argument '--index <DIR>' cannot be used with '--corpus <PATH>'");
});

fptest!(a_text_that_is_too_large, |fx: Fixture| {
    indexed(&fx);
    let path = fx.policy("clay.example", "2001-01-01", "We sell clay.\n");
    File::options().write(true).open(path).unwrap().set_len((1 << 30) + 1).unwrap();
    fx.run(["index", "corpus"])
        .exits(2)
        .stderr_has("clay.example/2001-01-01.md: is larger than 64 MiB");
});

fptest!(an_index_of_another_version, |fx: Fixture| {
    indexed(&fx);
    let manifest = fx.path(".fineprint/fineprint.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    let written: Value = serde_json::from_str(&whole).unwrap();
    let current = written["versions"].clone();
    for (key, other) in [
        ("format", Value::from(999)),
        ("identity", 999.into()),
        ("section", 999.into()),
        ("token", 999.into()),
        ("tantivy", "0.1".into()),
    ] {
        let mut changed = written.clone();
        changed["versions"][key] = other.clone();
        fs::write(&manifest, changed.to_string()).unwrap();
        let before = listing(&fx.path(".fineprint"));
        let run = fx.run(["search", "sell"]);
        run.exits(2).stdout_is("");
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        run.stderr_has(&format!("{key} {}", plain(&other)))
            .stderr_has(&format!("{key} {}", plain(&current[key])))
            .stderr_has(
                "build it again with `fineprint index --rebuild CORPUS --index .fineprint`",
            );
        assert!(listing(&fx.path(".fineprint")) == before);
    }
    // Of versions that this program knows nothing of.
    fs::write(&manifest, r#"{"versions": {"format": "next"}, "anything": 1}"#).unwrap();
    fx.run(["search", "sell"])
        .exits(2)
        .stderr_has("{\"format\":\"next\"}")
        .stderr_has("build it again");
    fx.run(["index", "corpus"])
        .exits(2)
        .stderr_has("{\"format\":\"next\"}")
        .stderr_has("build it again");
    fx.run(["index", "corpus", "--rebuild"]).exits(0);
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(a_damaged_index, |fx: Fixture| {
    indexed(&fx);
    let manifest = fx.path(".fineprint/fineprint.json");
    let whole = fs::read(&manifest).unwrap();
    let rebuilds = || {
        fx.run(["index", "corpus", "--rebuild"]).exits(0);
        fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
    };
    for cut in [0, 1, whole.len() / 2, whole.len() - 3] {
        fs::write(&manifest, &whole[..cut]).unwrap();
        let before = listing(&fx.path(".fineprint"));
        let run = fx.run(["search", "sell"]);
        run.exits(2)
            .stdout_is("")
            .stderr_has("error: .fineprint/fineprint.json: is no manifest of an index (");
        run.stderr_has("; remove the folder if it was an index, and build it again with `fineprint index --rebuild CORPUS --index .fineprint`\n");
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
        let refused = "holds a `fineprint.json` that is no manifest of an index; name another folder, or remove this one if it was an index";
        fx.run(["index", "corpus"]).fails_with(&format!(".fineprint: {refused}"));
        assert!(listing(&fx.path(".fineprint")) == before);
    }
    fs::remove_dir_all(fx.path(".fineprint")).unwrap();
    rebuilds();
    let generation = |fx: &Fixture| {
        let manifest: Value =
            serde_json::from_slice(&fs::read(fx.path(".fineprint/fineprint.json")).unwrap())
                .unwrap();
        manifest["generation"].as_str().unwrap().to_owned()
    };
    let name = generation(&fx);
    fs::remove_dir_all(fx.path(".fineprint").join(&name)).unwrap();
    fails(
        &fx,
        &["search", "sell"],
        &format!(
            ".fineprint: is damaged (`{name}` is missing); build it again with `fineprint index --rebuild CORPUS --index .fineprint`"
        ),
    );
    rebuilds();
    for file in ["policies.bin", "texts.bin", "meta.json"] {
        fs::remove_file(fx.path(".fineprint").join(generation(&fx)).join(file)).unwrap();
        let run = fx.run(["search", "sell"]);
        run.exits(2).stdout_is("").stderr_has("error: .fineprint");
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
        rebuilds();
    }
    // Every file of a segment, cut in half: an error or an answer, never a crash.
    let folder = fx.path(".fineprint").join(generation(&fx));
    for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        let run =
            fx.run(["search", "sell OR section:privacy", "--sort", "newest", "--format", "jsonl"]);
        assert!(
            run.output.status.code().is_some_and(|code| code != 101),
            "{}\n{run}",
            file.display()
        );
        assert!(run.stderr().lines().count() <= 1, "{}\n{run}", file.display());
        fs::write(&file, bytes).unwrap();
    }
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(a_damaged_table_of_texts, |fx: Fixture| {
    for company in ["acme.example", "bolt.example"] {
        fx.policy(company, "2001-01-01", "We sell data.\n");
    }
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["search", "sell", "--format", "jsonl"])
        .exits(0)
        .stdout_has("\"same_text_companies\":1");
    let path = fx.path(".fineprint/generation-1/texts.bin");
    let mut bytes = fs::read(&path).unwrap();
    // The number of companies of its only entry.
    bytes[16] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let damaged = "(`texts.bin` does not fit its checksum); build it again";
    fx.run(["search", "sell", "--format", "jsonl"]).exits(2).stderr_has(damaged);
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(a_build_that_was_killed_does_not_block_the_next, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell or rent data.\n");
    fx.file(".fineprint/fineprint.lock", "process 1\n");
    fx.file(".fineprint/fineprint.json.new", "{");
    fx.file(".fineprint/generation-1/meta.json", "{");
    fails(
        &fx,
        &["search", "sell"],
        ".fineprint: there is no index here; make one with `fineprint index CORPUS --index .fineprint`",
    );
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["search", "sell", "--count"]).stdout_is("1\n");
    assert!(
        !fx.path(".fineprint/generation-1").exists()
            && !fx.path(".fineprint/fineprint.json.new").exists()
    );
});

fptest!(a_failed_build_leaves_the_old_index, |fx: Fixture| {
    indexed(&fx);
    fs::create_dir(fx.path("empty")).unwrap();
    fails(&fx, &["index", "empty"], "empty: nothing to index: the folder is empty");
    fx.run(["search", "sell", "--count"]).stdout_is("2\n");
    // The texts turn out to be unreadable only when they are read: the folder that was made for them goes again.
    fx.policy("clay.example", "2001-01-01", "We sell clay.\n");
    fx.run(["index", "corpus", "--threads", "100000"])
        .exits(2)
        .stderr_has("100000 is not in 0..=1024");
});

#[test]
fn arguments_that_make_no_sense() {
    let first = |args: &[&str]| {
        let run = sample(args);
        run.exits(2).stdout_is("");
        run.stderr().lines().next().unwrap().to_owned()
    };
    let cases: [(&[&str], &str); 33] = [
        (
            &["search", "x", "--since", "2019", "--until", "2018"],
            "error: --since 2019-01-01 is after --until 2018-12-31: no date is inside",
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
            "error: invalid value '2019-13' for '--since <DATE>': no such date; write YYYY, YYYY-MM or YYYY-MM-DD",
        ),
        (
            &["search", "x", "--until", "2019-02-30"],
            "error: invalid value '2019-02-30' for '--until <DATE>': no such date; write YYYY, YYYY-MM or YYYY-MM-DD",
        ),
        (
            &["search", "x", "--as-of", "soon"],
            "error: invalid value 'soon' for '--as-of <DATE>': no such date; write YYYY, YYYY-MM or YYYY-MM-DD",
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
            "error: invalid value '-1' for '--offset <N>': no number of hits",
        ),
        (&["search", "x", "--kind", "x"], "error: invalid value 'x' for '--kind <KIND>'"),
        (&["search", "x", "--sort", "best"], "error: invalid value 'best' for '--sort <SORT>'"),
        (&["search", "x", "--colour", "never"], "error: unexpected argument '--colour' found"),
        (&["search"], "error: the following required arguments were not provided:"),
        (&["show", "nonsense"], "error: no company `nonsense` in the index"),
        (&["find", "x"], "error: unrecognized subcommand 'find'"),
        (
            &["search", "x", "--since", "2019", "--until", "2018"],
            "error: --since 2019-01-01 is after --until 2018-12-31: no date is inside",
        ),
        (
            &["timeline", "x", "--added-since", "2019", "--as-of", "2018"],
            "error: --added-since 2019-01-01 is after --as-of 2018-12-31: no clause is of then",
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
            "error: --carry says how old the snapshot of --as-of or --latest may be; add one of them",
        ),
        (
            &["search", "x", "--latest", "--carry", "6m"],
            "error: invalid value '6m' for '--carry <AGE>': no length of time; write 90d, 8w, 6mo or 1y",
        ),
        (
            &["facets", "x", "--by", "colour"],
            "error: invalid value 'colour' for '--by <FIELD>': write company, type, collection, year, section, lang or meta:KEY",
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
            "error: linden-bank.example, Privacy Policy: no snapshot up to 2001-12-31; its history begins on 2004-05-06",
        ),
        (
            &["diff", "lindenbank.example", "2001", "2009"],
            "error: no company `lindenbank.example` in the index; did you mean `linden-bank.example`?",
        ),
        (
            &["history", "sell"],
            "error: a history is that of a company; add --company NAME (`fineprint companies --saying QUERY` lists who says it)",
        ),
        (
            &["history", "sell", "--company", "lindenbank.example"],
            "error: no company `lindenbank.example` in the index; did you mean `linden-bank.example`?",
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
            "error: --since 2012-01-01 is after --until 2009-12-31: no date is inside",
        ),
        (
            &["show", "linden-bank.example", "--as-of", "1999"],
            "error: linden-bank.example, Privacy Policy: no snapshot up to 1999-12-31; its history begins on 2004-05-06",
        ),
        (
            &["show", "p*", "--as-of", "2009"],
            "error: `p*` is 3 companies: `papercrane-cards.example`, `pennywhistle-toys.example`, `pocketledger.example`; name one",
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

fptest!(searching_writes_nothing_into_the_index, |fx: Fixture| {
    indexed(&fx);
    let before = listing(&fx.path(".fineprint"));
    fx.run(["search", "sell or rent"]).exits(0);
    let id = fx.run(["search", "sell or rent", "--format", "jsonl"]).json_lines()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    fx.run(["show", &id]).exits(0);
    fx.run(["search", "nothing at all"]).exits(1);
    assert!(listing(&fx.path(".fineprint")) == before);
});

fptest!(a_read_only_index_opens, |fx: Fixture| {
    indexed(&fx);
    // As it comes from an archive or a medium: without lock files, and nobody may write.
    let index = fx.path(".fineprint");
    for entry in walkdir::WalkDir::new(&index).contents_first(true) {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|extension| extension == "lock") {
            fs::remove_file(entry.path()).unwrap();
            continue;
        }
        let mode = if entry.file_type().is_dir() { 0o555 } else { 0o444 };
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
    }
    if let Some(command) = fx.unprivileged() {
        let before = listing(&index);
        run(command, &["search", "sell or rent", "--count"])
            .exits(0)
            .stdout_is("2\n")
            .stderr_is_empty();
        assert!(listing(&index) == before);
        run(fx.unprivileged().unwrap(), &["index", "corpus"]).exits(0).stderr_has("up to date");
        assert!(listing(&index) == before);
        let refused = run(fx.unprivileged().unwrap(), &["index", "corpus", "--rebuild"]);
        refused
            .exits(2)
            .stdout_is("")
            .stderr_has("error: .fineprint/fineprint.lock: Permission denied (os error 13)\n");
        assert!(listing(&index) == before);
    }
    for entry in walkdir::WalkDir::new(&index) {
        fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(0o755)).unwrap();
    }
});

fptest!(an_index_can_be_moved, |fx: Fixture| {
    indexed(&fx);
    let before = fx.run(["search", "sell or rent", "--format", "jsonl"]);
    fs::rename(fx.path(".fineprint"), fx.path("moved")).unwrap();
    fx.run(["search", "sell or rent", "--format", "jsonl", "--index", "moved"])
        .exits(0)
        .stdout_is(before.stdout());
});

#[test]
fn a_closed_pipe_is_quiet() {
    for args in [&["--format", "jsonl"][..], &["--format", "json"], &["--group", "none"]] {
        let mut child = Command::new(PROGRAM)
            .args(["search", "we OR you OR the", "--limit", "all"])
            .args(args)
            .env("FINEPRINT_INDEX", sample_index())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        drop(reader);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{args:?}");
    }
    let whole = sample(["search", "we OR you OR the", "--limit", "all", "--format", "jsonl"]);
    assert!(whole.stdout().len() > 1 << 18, "more than a pipe holds, or nothing was tested");
}

#[test]
fn a_full_disk_is_an_error() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("skipped: no /dev/full");
        return;
    };
    for args in [&["search", "sell or rent"][..], &["search", "sell or rent", "--format", "json"]] {
        let output = Command::new(PROGRAM)
            .args(args)
            .env("FINEPRINT_INDEX", sample_index())
            .stdout(full.try_clone().unwrap())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            stderr,
            "error: cannot write the results: No space left on device (os error 28)\n"
        );
    }
}

fptest!(a_second_writer_is_told_who_holds_the_lock, |fx: Fixture| {
    indexed(&fx);
    let path = fx.file(".fineprint/fineprint.lock", "process 4711\n");
    let lock = File::options().read(true).write(true).open(&path).unwrap();
    lock.try_lock().unwrap();
    fx.policy("clay.example", "2001-01-01", "We keep data.\n");
    fails(
        &fx,
        &["index", "corpus"],
        ".fineprint: process 4711 is writing this index; try again when it is done",
    );
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
    drop(lock);
    fx.run(["index", "corpus"]).exits(0);
});

fptest!(foreign_bytes_are_read_and_counted, |fx: Fixture| {
    let mut bytes = header("acme.example", "2001-01-01").into_bytes();
    bytes.extend(b"\n\nOur caf\xe9 never sells \x93data\x94.\n");
    fx.file("corpus/acme.md", bytes);
    fx.policy("brick.example", "2001-01-01", "Our café never sells “data”.\n");
    fx.run(["index", "corpus"])
        .exits(0)
        .stderr_has("read as windows-1252, being no UTF-8: 1 (such as corpus/acme.md)\n");
    let run = fx.run(["search", "café never sells data", "--format", "jsonl"]);
    let texts: Vec<_> = run.exits(0).json_lines().iter().map(|hit| hit["text"].clone()).collect();
    assert_eq!(texts, ["Our café never sells “data”."; 2]);
    // Any bytes at all are a text.
    let mut bytes = header("any.example", "2001-01-01").into_bytes();
    bytes.extend(b"\n\n");
    bytes.extend(0..=255);
    fx.file("corpus/any.md", bytes);
    fx.run(["index", "corpus"]).exits(0).stderr_has("(such as corpus/any.md)\n");
    fx.run(["index", "corpus", "--rebuild"])
        .exits(0)
        .stderr_has("read as windows-1252, being no UTF-8: 2 (such as corpus/acme.md)\n");
});

#[test]
fn every_error_says_where_and_what_in_one_line() {
    let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let path = || Path::new("some/place").to_owned();
    let query = fineprint::query::parse("sell \"or").unwrap_err();
    let every = [
        (Error::Query(query), "unclosed quote\n  sell \"or\n       ^  close it with `\"`"),
        (Error::Usage("no date is inside".into()), "no date is inside"),
        (Error::Corpus { path: path(), message: "is empty".into() }, "some/place: is empty"),
        (Error::Index { path: path(), message: "is damaged".into() }, "some/place: is damaged"),
        (Error::Io { path: path(), source: denied() }, "some/place: permission denied"),
        (
            Error::Tantivy {
                path: path(),
                source: tantivy::TantivyError::SystemError("no more memory".into()),
            },
            "some/place: System error.'no more memory'",
        ),
        (Error::Output(denied()), "cannot write the results: permission denied"),
    ];
    for (error, message) in every {
        assert_eq!(error.to_string(), message);
        let is_query = matches!(error, Error::Query(_));
        assert!(is_query || !error.to_string().contains('\n'));
        let has_cause =
            matches!(error, Error::Io { .. } | Error::Tantivy { .. } | Error::Output(_));
        assert_eq!(std::error::Error::source(&error).is_some(), has_cause, "{error}");
    }
}
