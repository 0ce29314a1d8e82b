//! Tests what happens when several processes use one index at the same time.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::util::{Fixture, PROGRAM, fptest};

/// Whether the long form of the tests is asked for.
fn is_long() -> bool {
    std::env::var_os("FINEPRINT_LONG").is_some()
}

/// Starts the program with these arguments and waits for nothing.
fn start(fx: &Fixture, args: &[&str]) -> Child {
    let mut command = fx.command(PROGRAM);
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// The collections of the index in the folder `index`.
fn collections(fx: &Fixture, index: &str) -> BTreeSet<String> {
    let info = fx.run(["info", "--index", index, "--format", "json"]);
    let info: serde_json::Value = serde_json::from_str(info.exits(0).stdout()).unwrap();
    let corpora = info["corpora"].as_array().unwrap().iter();
    corpora.map(|corpus| corpus["collection"].as_str().unwrap().to_owned()).collect()
}

fptest!(first_builds_at_once_lose_nothing, |fx: Fixture| {
    let (builds, rounds) = if is_long() { (60, 50) } else { (12, 4) };
    for number in 0..builds {
        let text = format!("---\ncompany: c{number}.example\ndate: 2001-01-01\n---\n\nWe sell.\n");
        fx.file(format!("corpora/{number}.md"), text);
    }
    let mut refused = 0;
    for round in 0..rounds {
        let index = format!("index{round}");
        // Every third build fails, and what it has begun is removed while the others begin.
        let children: Vec<(usize, Child)> = (0..builds)
            .map(|number| {
                let corpus = match number % 3 {
                    0 => "corpora/none.md".to_owned(),
                    _ => format!("corpora/{number}.md"),
                };
                let collection = format!("n{number}");
                let args = ["index", &corpus, "--collection", &collection, "--index", &index];
                (number, start(&fx, &args))
            })
            .collect();
        let mut done = BTreeSet::new();
        for (number, child) in children {
            let output = child.wait_with_output().unwrap();
            let message = String::from_utf8_lossy(&output.stderr).into_owned();
            match output.status.code() {
                Some(0) => assert!(done.insert(format!("n{number}"))),
                Some(2) if number % 3 == 0 => {}
                Some(2) => {
                    let is_writing = message.contains("is writing this index");
                    assert!(is_writing || message.contains("has changed this index"), "{message}");
                    refused += 1;
                }
                code => panic!("exit status {code:?}: {message}"),
            }
        }
        assert!(!done.is_empty());
        assert_eq!(collections(&fx, &index), done);
        fx.run(["check", "--index", &index]).exits(0).stdout_lacks("not part of the index");
    }
    println!("{refused} of {} builds were refused", rounds * builds * 2 / 3);
    assert!(refused > 0);
});

fptest!(first_uses_of_a_cache_at_once_all_answer, |fx: Fixture| {
    for number in 0..40 {
        fx.policy(&format!("a{number}.example"), "2001-01-01", "We sell data.\n");
    }
    let search = ["search", "--corpus", "corpus", "sell", "--format", "jsonl", "--limit", "all"];
    for _ in 0..if is_long() { 50 } else { 3 } {
        let _ = fs::remove_dir_all(fx.cache());
        let children: Vec<Child> = (0..8).map(|_| start(&fx, &search)).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            let (out, message) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert_eq!(output.status.code(), Some(0), "{message}");
            assert_eq!(out.lines().count(), 40);
        }
    }
});

fptest!(readers_beside_a_writer_see_no_false_alarm, |fx: Fixture| {
    let (readers, seconds) = if is_long() { (8, 300) } else { (3, 3) };
    let write = |state: usize| {
        for number in 0..10 {
            let text = format!("We sell data.\n\nWe rent data {}.\n", state * number);
            fx.policy(&format!("a{number}.example"), "2001-01-01", &text);
        }
    };
    write(0);
    fx.run(["index", "corpus"]).exits(0);
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut builds, mut reads) = (0, 0);
    std::thread::scope(|scope| {
        let read = |reader: usize| {
            let mut reads = 0;
            while Instant::now() < end {
                match (reader + reads) % 4 {
                    0 => fx.run(["check"]).exits(0),
                    1 => fx.run(["info"]).exits(0),
                    2 => fx.run(["search", "we sell data", "--count"]).exits(0).stdout_is("10\n"),
                    _ => fx.run(["search", "sell OR rent", "--count"]).exits(0).stdout_is("20\n"),
                };
                reads += 1;
            }
            reads
        };
        let readers: Vec<_> = (0..readers).map(|n| scope.spawn(move || read(n))).collect();
        while Instant::now() < end {
            builds += 1;
            write(builds);
            fx.run(["index", "corpus", "--quiet"]).exits(0);
        }
        reads = readers.into_iter().map(|reader| reader.join().unwrap()).sum();
    });
    println!("{reads} reads beside {builds} builds");
    assert!(reads > 20 && builds > 5);
});
