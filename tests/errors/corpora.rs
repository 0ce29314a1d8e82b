//! Tests corpora that cannot be read, or only in part.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::{fails, indexed};
use crate::util::{Fixture, fptest, header, run};

const NO_HEADER: &str = "says whose policy it is and of when, by a Princeton-Leuven header \
                         or front matter; if their paths do, say how: --path '{company}/{date}.md'";

fptest!(empty_and_missing_corpora_are_errors, |fx: Fixture| {
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
    // With one bad corpus among good ones, nothing is built.
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fails(&fx, &["index", "corpus", "nowhere"], &cases[0].1);
});

fptest!(a_header_with_an_impossible_date_is_an_error, |fx: Fixture| {
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

    // Among other files the bad one is named, the rest is indexed, and the exit status is still 2.
    fx.policy("brick.example", "2001-02-28", "We sell data.\n");
    let named = format!("error: corpus/a/ac/acm/acme.example/2001-02-30.md: {reason}\n");
    fx.run(["index", "corpus"]).exits(2).stderr_has(&format!(
        "{named}indexed 1 snapshot of 1 policy of 1 company: 1 distinct clause (1 occurrence)\n"
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

fptest!(an_unreadable_file_is_named_and_the_rest_is_read, |fx: Fixture| {
    indexed(&fx);
    let locked = fx.policy("clay.example", "2001-01-01", "We sell or rent clay.\n");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    fx.file("corpus/d/deep.md", header("deep.example", "2001-01-01"));
    fs::set_permissions(fx.path("corpus/d"), fs::Permissions::from_mode(0o000)).unwrap();
    let named = "error: corpus/c/cl/cla/clay.example/2001-01-01.md: Permission denied (os error \
        13)\n\
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
        .stderr_has("skipped 1: symbolic link to nothing (such as corpus/dangling.md)")
        .stderr_has("skipped 1: symbolic link (such as corpus/loop)");
    symlink("nowhere", fx.path("dangling")).unwrap();
    fails(&fx, &["index", "dangling"], "dangling: there is no such file or folder");
    symlink("round", fx.path("round")).unwrap();
    let message = "round: Too many levels of symbolic links (os error 40)";
    if cfg!(target_os = "linux") {
        fails(&fx, &["index", "round"], message);
    }
});

fptest!(pipes_and_devices_are_named_and_not_opened, |fx: Fixture| {
    indexed(&fx);
    let is_made = Command::new("mkfifo").arg(fx.path("corpus/pipe.md")).status();
    if !is_made.is_ok_and(|status| status.success()) {
        println!("not tested: no mkfifo");
        return;
    }
    let _socket = UnixListener::bind(fx.path("corpus/socket.md")).unwrap();
    symlink("pipe.md", fx.path("corpus/link.md")).unwrap();
    symlink("corpus/pipe.md", fx.path("link")).unwrap();
    for options in [&[][..], &["--path", "{company}.md", "--date", "2001-01-01"]] {
        fx.run([&["index", "corpus", "--rebuild"], options].concat())
            .exits(0)
            .stderr_has("skipped 2: not a file (such as corpus/pipe.md)")
            .stderr_has("skipped 1: symbolic link (such as corpus/link.md)");
        for named in ["corpus/pipe.md", "corpus/socket.md", "link", "/dev/null"] {
            let message = format!(
                "{named}: is a pipe or a device; pipe its content into `fineprint index -`"
            );
            fails(&fx, &[&["index", named], options].concat(), &message);
        }
    }
});

fptest!(a_link_is_read_as_the_folder_that_it_leads_to, |fx: Fixture| {
    fx.file("corpus/a.md", format!("{}\n\nWe sell data.\n", header("acme.example", "2001-01-01")));
    symlink("corpus", fx.path("link")).unwrap();
    fx.run(["index", "link"]).exits(0).stderr_has("indexed 1 snapshot").stderr_lacks("skipped");
    fx.run(["index"]).exits(0).stderr_has("up to date: 1 snapshot");
});

fptest!(a_corpus_whose_path_is_not_utf_8_is_named_again, |fx: Fixture| {
    let corpus = OsStr::from_bytes(b"n\xff");
    if fs::create_dir(fx.path(corpus)).is_err() {
        println!("not tested: the file system has names in UTF-8 only");
        return;
    }
    let text = format!("{}\n\nWe sell data.\n", header("acme.example", "2001-01-01"));
    fx.file(Path::new(corpus).join("a.md"), text);
    fx.run([OsStr::new("index"), corpus]).exits(0);
    fx.run(["index"])
        .exits(2)
        .stderr_has("its path is not UTF-8, so the index does not know its place; name the corpus");
    fx.run([OsStr::new("index"), corpus]).exits(0).stderr_has("up to date: 1 snapshot");
});

fptest!(a_text_that_is_too_large_is_an_error, |fx: Fixture| {
    indexed(&fx);
    let path = fx.policy("clay.example", "2001-01-01", "We sell clay.\n");
    File::options().write(true).open(path).unwrap().set_len((1 << 30) + 1).unwrap();
    fx.run(["index", "corpus"])
        .exits(2)
        .stderr_has("clay.example/2001-01-01.md: is larger than 64 MiB");
});

fptest!(a_failed_build_leaves_the_old_index, |fx: Fixture| {
    indexed(&fx);
    fs::create_dir(fx.path("empty")).unwrap();
    fails(&fx, &["index", "empty"], "empty: nothing to index: the folder is empty");
    fx.run(["search", "sell", "--count"]).stdout_is("2\n");
    // A number of threads that is too large is refused, and the old index stays.
    fx.policy("clay.example", "2001-01-01", "We sell clay.\n");
    fx.run(["index", "corpus", "--threads", "100000"])
        .exits(2)
        .stderr_has("100000 is not in 0..=1024");
});

fptest!(foreign_bytes_are_read_and_counted, |fx: Fixture| {
    let mut bytes = header("acme.example", "2001-01-01").into_bytes();
    bytes.extend(b"\n\nOur caf\xe9 never sells \x93data\x94.\n");
    fx.file("corpus/acme.md", bytes);
    fx.policy("brick.example", "2001-01-01", "Our café never sells “data”.\n");
    fx.run(["index", "corpus"]).exits(0).stderr_has(
        "and read in the encoding that they declare or seem to have: 1 (such as corpus/acme.md)\n",
    );
    let run = fx.run(["search", "café never sells data", "--format", "jsonl"]);
    let texts: Vec<_> = run.exits(0).json_lines().iter().map(|hit| hit["text"].clone()).collect();
    assert_eq!(texts, ["Our café never sells “data”."; 2]);
    // Any bytes can be read as a text.
    let mut bytes = header("any.example", "2001-01-01").into_bytes();
    bytes.extend(b"\n\n");
    bytes.extend(0..=255);
    fx.file("corpus/any.md", bytes);
    fx.run(["index", "corpus"]).exits(0).stderr_has("(such as corpus/any.md)\n");
    fx.run(["index", "corpus", "--rebuild"]).exits(0).stderr_has(
        "and read in the encoding that they declare or seem to have: 2 (such as corpus/acme.md)\n",
    );
});
