//! Tests that a damaged index is never a silent one: after any damage to any of its files, an
//! answer is the same as before, or it is an error that names the damage.

use std::fs;
use std::path::PathBuf;

use crate::util::{Fixture, fptest, listing, random};

/// Commands that together read every file of an index.
const COMMANDS: [&[&str]; 6] = [
    &["search", "data OR section:sharing", "--limit", "all", "--format", "jsonl"],
    &["search", "we sell", "--sort", "newest", "--context", "1"],
    &["timeline", "data", "--by", "year", "--format", "csv"],
    &["facets", "we OR data", "--by", "company"],
    &["history", "we sell", "--company", "a*", "--format", "json"],
    &["show", "a1.example"],
];

/// An index of two updates, with a file of each sort that an index can have.
fn index(fx: &Fixture) {
    for number in 0..12 {
        let company = format!("a{}.example", number % 4);
        let date = format!("20{:02}-01-01", number / 4);
        let text = format!(
            "# Policy\n\n## Sharing\n\nWe sell data {number}.\n\nWe may:\n\n* sell data\n* [rent \
             data](https://b.example/{number})\n\nWe sell data of everyone.\n"
        );
        fx.policy(&company, &date, &text);
    }
    let row = |time: &str, text: &str| {
        format!(r#"{{"company": "b.example", "archive_time": "{time}", "text": "{text}"}}"#)
    };
    let rows = [row("2001-01-01T00:00:00.25Z", "We sell data."), row("2002-01-01", "We do not.")];
    fx.file("rows.jsonl", rows.join("\n"));
    fx.run(["index", "corpus", "rows.jsonl"]).exits(0);
    fx.policy("a0.example", "2009-01-01", "# Policy\n\nWe rent data.\n\nWe sell data 9.\n");
    fx.run(["index"]).exits(0);
}

/// What each command prints.
fn answers(fx: &Fixture) -> Vec<String> {
    COMMANDS.iter().map(|command| fx.run(*command).exits(0).stdout().to_owned()).collect()
}

/// The files of the index, apart from locks, with their contents.
fn files(fx: &Fixture) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = fx.path(".fineprint");
    let paths = listing(&folder).into_keys().map(|name| folder.join(name));
    let is_content =
        |path: &PathBuf| path.is_file() && path.extension().is_none_or(|e| e != "lock");
    paths.filter(is_content).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// How the commands answered from damaged files.
#[derive(Debug, Default)]
struct Tally {
    same: u32,
    errors: u32,
}

impl Tally {
    /// Runs all commands over an index that has this damage.
    fn count(&mut self, fx: &Fixture, right: &[String], damage: &str) {
        for (command, right) in COMMANDS.iter().zip(right) {
            let run = fx.run(*command);
            match run.output.status.code() {
                Some(0) => {
                    assert_eq!(run.stdout(), right, "{damage}: a silent wrong answer\n{run}");
                    self.same += 1;
                }
                Some(2) => {
                    run.stderr_has(".fineprint").stderr_has("build it again");
                    assert_eq!(run.stderr().lines().count(), 1, "{damage}\n{run}");
                    self.errors += 1;
                }
                code => panic!("{damage}: exit status {code:?}\n{run}"),
            }
        }
    }
}

/// The damaged contents of a file, each with its name: `flips` flipped bits at random places, cuts,
/// blocks of zeros, and additions.
fn damages(content: &[u8], flips: u64) -> Vec<(String, Vec<u8>)> {
    let mut damaged = Vec::new();
    for flip in 0..flips {
        let at = random(flip ^ (content.len() as u64) << 20) as usize % (content.len() * 8);
        let mut bytes = content.to_vec();
        bytes[at / 8] ^= 1 << (at % 8);
        damaged.push((format!("bit {at}"), bytes));
    }
    for cut in [0, content.len() / 2, content.len() - 1] {
        damaged.push((format!("cut to {cut} bytes"), content[..cut].to_vec()));
    }
    damaged.push(("zeros".to_owned(), vec![0; content.len()]));
    damaged.push(("one more byte".to_owned(), [content, b" "].concat()));
    damaged
}

fptest!(no_damage_gives_a_wrong_answer, |fx: Fixture| {
    let flips = if std::env::var_os("FINEPRINT_LONG").is_some() { 1000 } else { 3 };
    index(&fx);
    let right = answers(&fx);
    let mut tally = Tally::default();
    for (path, content) in files(&fx) {
        for (damage, bytes) in damages(&content, flips) {
            fs::write(&path, bytes).unwrap();
            tally.count(&fx, &right, &format!("{}: {damage}", path.display()));
        }
        fs::write(&path, content).unwrap();
    }
    println!("{tally:?}");
    assert!(tally.errors > 300, "{tally:?}");
    assert_eq!(answers(&fx), right);
    for (command, right) in COMMANDS.iter().zip(&right) {
        fx.run(command.iter().copied().chain(["--verify"])).exits(0).stdout_is(right);
    }
});

fptest!(files_that_stand_for_each_other_give_no_wrong_answer, |fx: Fixture| {
    index(&fx);
    let right = answers(&fx);
    let mut tally = Tally::default();
    let files = files(&fx);
    for (at, (one, content)) in files.iter().enumerate() {
        // With another file of the same sort if there is one.
        let same = files[at + 1..].iter().find(|(other, _)| other.extension() == one.extension());
        let Some((other, others)) = same.or(files.get(at + 1)) else { continue };
        fs::write(one, others).unwrap();
        fs::write(other, content).unwrap();
        tally.count(&fx, &right, &format!("{} and {}", one.display(), other.display()));
        fs::write(one, content).unwrap();
        fs::write(other, others).unwrap();
    }
    assert!(tally.errors > 50, "{tally:?}");
    assert_eq!(answers(&fx), right);
});

fptest!(an_update_takes_no_damage_over, |fx: Fixture| {
    index(&fx);
    fx.policy("a1.example", "2010-01-01", "# Policy\n\nWe rent data.\n");
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut refused = 0;
    for (path, content) in files(&fx) {
        let name = name(&path);
        // Which files may be removed is written anew, and the texts of companies are counted anew.
        if [".managed.json", "texts.bin", "sums.bin"].contains(&name.as_str()) {
            continue;
        }
        for at in [content.len() / 3, content.len() / 2, content.len() - 2] {
            let mut bytes = content.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
            let before = listing(&fx.path(".fineprint"));
            let run = fx.run(["index"]);
            run.exits(2).stderr_has(&name).stderr_has("build it again");
            assert!(listing(&fx.path(".fineprint")) == before, "{name}\n{run}");
            refused += 1;
        }
        fs::write(&path, content).unwrap();
    }
    assert!(refused > 30, "{refused}");
    fx.run(["index"]).exits(0);
    fx.run(["check"]).exits(0);
});

fptest!(a_damaged_cache_is_never_asked, |fx: Fixture| {
    for number in 0..3 {
        fx.policy(&format!("a{number}.example"), "2001-01-01", "We sell data.\n\nWe rent data.\n");
    }
    let search = ["search", "--corpus", "corpus", "we", "--format", "jsonl"];
    let right = fx.run(search).exits(0).stdout().to_owned();
    let names = listing(&fx.cache()).into_keys().map(|name| fx.cache().join(name));
    for path in names.filter(|path| path.is_file() && path.parent() != Some(&fx.cache())) {
        let Ok(mut bytes) = fs::read(&path) else { continue };
        if let Some(byte) = bytes.get_mut(7) {
            *byte ^= 2;
            fs::write(&path, bytes).unwrap();
            fx.run(search).exits(0).stdout_is(&right).stderr_is_empty();
        }
    }
});
