//! Makes every call to the system of a build and of an update fail once, each in another run.
//!
//! `faults.c` is loaded into the program and lets one call fail, or kills the program before it.
//! Whatever fails, the index is as before or as after, the program ends by itself with status 0 or
//! 2, and a status of 0 means that the work was done.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::util::{Fixture, PROGRAM, Run, copy_folder, fptest, run};

/// A state of an index: what a search prints of it, or `None` if there is no index.
type State = Option<String>;

/// The index folder of a test.
const INDEX: &str = "index";

/// Compiles the library; `None` where there is no compiler of C.
fn library(fx: &Fixture) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reliability/faults.c");
    let library = fx.path("faults.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    match compiler.output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(library)
        }
        Err(error) => {
            println!("skipped: there is no compiler of C: {error}");
            None
        }
    }
}

/// Runs `fineprint index` with fault number `at` of this kind. Returns the run, and the number of
/// calls that it made.
fn index_with_fault(fx: &Fixture, library: &Path, kind: &str, at: u64) -> (Run, u64) {
    let mut command = fx.command(PROGRAM);
    command
        .env("LD_PRELOAD", library)
        .env("FAULT_ROOT", fx.path(INDEX))
        .env("FAULT_COUNT", fx.path("count"))
        .env("FAULT_KIND", kind)
        .env("FAULT_AT", at.to_string());
    let _ = fs::remove_file(fx.path("count"));
    let run = run(command, &["index", "corpus", "--index", INDEX, "--quiet", "--threads", "1"]);
    let count = fs::read_to_string(fx.path("count")).unwrap_or_default();
    (run, count.trim().parse().unwrap_or(0))
}

fn state(fx: &Fixture) -> State {
    if !fx.path(INDEX).join("fineprint.json").exists() {
        return None;
    }
    let search = ["search", "we", "--index", INDEX, "--format", "jsonl", "--limit", "all"];
    let run = fx.run(search);
    assert!(run.stderr().is_empty(), "{run}");
    Some(run.exits(0).stdout().to_owned())
}

/// Puts the index folder back to `saved`; `None` removes it.
fn restore(fx: &Fixture, saved: Option<&Path>) {
    let index = fx.path(INDEX);
    let _ = fs::remove_dir_all(&index);
    if let Some(saved) = saved {
        copy_folder(saved, &index);
    }
}

/// How many runs ended in which state.
#[derive(Debug, Default)]
struct Ends {
    old: u32,
    new: u32,
}

/// Lets every call of `fineprint index` fail once, from the index in `saved`.
fn fail_every_call(fx: &Fixture, library: &Path, saved: Option<&Path>, kind: &str) -> Ends {
    restore(fx, saved);
    let old = state(fx);
    let (run, calls) = index_with_fault(fx, library, kind, 0);
    run.exits(0);
    let new = state(fx);
    assert!(calls > 100 && old != new, "{calls} calls");
    let mut ends = Ends::default();
    for at in 1..=calls {
        restore(fx, saved);
        let (run, _) = index_with_fault(fx, library, kind, at);
        let status = run.output.status.code();
        let is_expected = match kind {
            "kill" => status.is_none() || status == Some(0),
            "short" | "eintr" => status == Some(0),
            _ => matches!(status, Some(0 | 2)),
        };
        let what = format!("{kind} at call {at} of {calls}");
        // A system that asks to repeat the synchronisation of a file is not repeated everywhere.
        assert!(is_expected || kind == "eintr" && status == Some(2), "{what}\n{run}");
        let after = state(fx);
        assert!(after == old || after == new, "{what}: another state\n{run}");
        assert!(status != Some(0) || after == new, "{what}: success without the work\n{run}");
        if after.is_some() {
            fx.run(["check", "--index", INDEX, "--quiet"]).exits(0);
        }
        match after == new {
            true => ends.new += 1,
            false => ends.old += 1,
        }
        // The next build gets over all that was left.
        if after.is_none() || at % 8 == 0 {
            fx.run(["index", "corpus", "--index", INDEX, "--quiet"]).exits(0);
            assert!(state(fx) == new, "{what}");
            fx.run(["check", "--index", INDEX]).exits(0).stdout_lacks("not part of the index");
        }
    }
    ends
}

/// The kinds of faults; the short form tries only `short`.
fn kinds(short: &'static [&'static str]) -> &'static [&'static str] {
    match std::env::var_os("FINEPRINT_LONG") {
        Some(_) => &["eio", "lost", "kill", "enospc", "short", "eintr"],
        None => short,
    }
}

fn corpus(fx: &Fixture) {
    for company in ["acme.example", "brick.example"] {
        for date in ["2001-01-01", "2003-01-01"] {
            let text = format!("# Privacy\n\nWe sell data of {date}.\n\nWe rent data.\n");
            fx.policy(company, date, &text);
        }
    }
}

fptest!(every_call_of_a_first_build_fails_once, |fx: Fixture| {
    let Some(library) = library(&fx) else { return };
    corpus(&fx);
    for kind in kinds(&["eio", "lost"]) {
        let ends = fail_every_call(&fx, &library, None, kind);
        println!("first build, {kind}: {ends:?}");
        assert!(ends.new > 0, "{ends:?}");
    }
});

fptest!(every_call_of_an_update_fails_once, |fx: Fixture| {
    let Some(library) = library(&fx) else { return };
    corpus(&fx);
    fx.run(["index", "corpus", "--index", INDEX]).exits(0);
    let saved = fx.path("saved");
    copy_folder(&fx.path(INDEX), &saved);
    fx.policy("acme.example", "2005-01-01", "# Privacy\n\nWe never sell data.\n");
    fx.policy("clay.example", "2005-01-01", "# Privacy\n\nWe never rent data.\n");
    for kind in kinds(&["eio"]) {
        let ends = fail_every_call(&fx, &library, Some(&saved), kind);
        println!("update, {kind}: {ends:?}");
        // A call that transfers less or asks to be repeated does no harm.
        let is_harmless = matches!(*kind, "short" | "eintr");
        assert!(ends.new > 0 && (ends.old > 0 || is_harmless), "{ends:?}");
    }
});
