//! Tests that no text of strangers controls a terminal or looks like a message of the program: not
//! in names, types, metadata, titles, addresses, headings, texts, file names and arguments, in no
//! command, in a pipe and on a terminal.

use std::fs;

use serde_json::json;

use crate::util::{Fixture, Run};

/// All characters that a terminal would obey or that turn the direction of writing, then sequences
/// of them.
fn hostile_parts() -> Vec<String> {
    let controls = (1..=0x1F).chain(0x7F..=0x9F).filter_map(char::from_u32);
    let directions = ('\u{200E}'..='\u{200F}').chain('\u{2028}'..='\u{202E}');
    let isolates = ('\u{2066}'..='\u{206F}').chain(['\u{061C}']);
    let mut parts: Vec<String> =
        controls.chain(directions).chain(isolates).map(String::from).collect();
    let sequences = [
        "\u{1b}[2J",
        "\u{1b}[31m",
        "\u{1b}]0;title\u{7}",
        "\u{9b}31m",
        "\u{1b}]8;;x\u{1b}\\",
        "\nerror: forged",
        "\r\nerror: forged",
        "\u{85}error: forged",
        "\u{2028}error: forged",
        "\u{b}error: forged",
        "\rerror: forged",
        "\u{1b}P1$r0m\u{1b}\\",
        "\u{1b}c",
        "\u{8}\u{8}",
    ];
    parts.extend(sequences.map(str::to_owned));
    parts
}

/// Whether a terminal would obey the character, or it turns the direction of writing.
fn is_hostile(c: char) -> bool {
    let code = u32::from(c);
    c.is_control() || matches!(code, 0x61C | 0x200E | 0x200F | 0x2028..=0x202E | 0x2066..=0x206F)
}

/// The text without the styles of the program.
fn without_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut bare = parts.next().unwrap().to_owned();
    for part in parts {
        match part.split_once('m') {
            Some((codes, rest)) if codes.bytes().all(|b| b.is_ascii_digit() || b == b';') => {
                bare.push_str(rest);
            }
            _ => bare.push_str(&format!("\u{1b}[{part}")),
        }
    }
    bare
}

/// Asserts that a stream of a run is safe to look at.
#[track_caller]
fn assert_safe(run: &Run, stream: &[u8]) {
    let text = String::from_utf8_lossy(stream);
    for line in text.split('\n') {
        let found = line.chars().find(|&c| is_hostile(c) && c != '\t');
        assert!(found.is_none(), "{found:?} in {line:?}\n{run}");
        assert!(!line.starts_with("error: forged"), "{run}");
    }
}

/// Hostile snapshots, 100 in a table and 100 as files whose names are hostile too.
fn hostile_corpus(fx: &Fixture) {
    let parts = hostile_parts();
    let mut lines = String::new();
    for (number, part) in (0..100).zip(parts.iter().cycle()) {
        let company = format!("co{part}{number}.example");
        for year in [2001, 2002] {
            let line = json!({
                "company": company, "type": format!("Policy{part}type"),
                "date": format!("{year}-01-01"), "url": format!("https://x.example/{part}"),
                "title": format!("A{part}title"), "tag": format!("tag{part}"),
                "text": format!(
                    "# Title{part}one\n\n## Sec{part}tion\n\nWe sell {part} data{number} in \
                     {year}.\n\nWe may:\n\n* rent {part} it\n\n| a{part} | b |\n| - | - |\n\
                     | c{part} | d |\n"
                ),
            });
            lines.push_str(&format!("{line}\n"));
        }
    }
    fx.file("table.jsonl", lines);
    for (number, part) in (0..100).zip(parts.iter().cycle()) {
        let name = part.replace('/', "_");
        let text = format!("# Files\n\nWe sell {part} files{number}.\n");
        fx.file(format!("files/f{name}{number}/2001-01-01.md"), text);
        fx.file(format!("files/bad{name}{number}/2001-13-45.md"), "Bad date.");
    }
    fx.file("files/cut\nerror: forged/2001-01-01.md", [0x1f, 0x8b, 8, 0, 0, 0, 0]);
    fs::create_dir(fx.path("odd\u{1b}[2J")).unwrap();
}

/// The commands, each with an argument that is hostile where it has one.
fn hostile_commands(id: &str) -> Vec<Vec<String>> {
    let lines = "\
        search we sell\n\
        search we sell --limit all --cite --context 2 --explain\n\
        search we sell --group company --limit all\n\
        search we sell --format kwic --limit all\n\
        search we sell \u{1b}[31m\u{7} nowhere\n\
        search \"a\u{7}\n\
        search /[\u{9b}/\n\
        search we sell --since \u{7}\n\
        search we sell --format \u{7}\u{1b}[31m\n\
        search we sell --\u{202e}flag\n\
        search we sell --kwic-sort \u{7}\n\
        search we sell --company co\u{1b}]0;x\u{7}1\n\
        search we sell --company @\u{7}names\n\
        search we sell --meta tag\u{7}=x\n\
        search we sell --meta \u{202e}\n\
        search we sell --index no\u{1b}[2J\n\
        search we sell --index odd\u{1b}[2J\n\
        search we sell --corpus no\u{1b}[2J\n\
        search we sell --section sec\u{7} --lang \u{7}\n\
        search --batch \u{7}queries\n\
        search --batch queries\n\
        \u{7}command\n\
        facets we sell --by company\n\
        facets we sell --by type\n\
        facets we sell --by section\n\
        facets we sell --by meta:tag\n\
        facets we sell --by meta:\u{7}\n\
        companies\n\
        companies --saying we sell\n\
        companies --saying \u{9b}31m nowhere\n\
        timeline we \u{1b}[31m sell -e \u{7}rent\n\
        show ID\n\
        show c\u{7}aaaa\n\
        show co\u{1b}[2J3.example\n\
        show co\u{1}0.example --as-of 2001\n\
        history we sell --company *\n\
        history we sell --company co\u{7}\n\
        diff co\u{1}0.example 2001 2002\n\
        diff co\u{1}0.example 2001 2002 --format unified\n\
        diff co\u{7}x 2001 2002\n\
        info\n\
        info --index no\u{7}\n\
        check\n\
        check --against no\u{7}\n\
        index table.jsonl --dry-run\n\
        index files --path {company}/{date}.md --dry-run\n\
        index files --path {company}/{date}.md --index files.index\n\
        index files --path {\u{7}}\n\
        index table.jsonl --map \u{7}=x\n\
        index no\u{1b}[2J\n\
        index table.jsonl --date \u{7} --index d\n\
        index --remove \u{7}\n\
        export we sell --to no/\u{7}\n\
        export we sell --to odd\u{1b}[2J\n\
        man \u{7}\n\
        completions \u{7}";
    lines.lines().map(|line| words(line, id)).collect()
}

fn words(line: &str, id: &str) -> Vec<String> {
    line.split(' ').map(|word| if word == "ID" { id } else { word }.to_owned()).collect()
}

/// Data for programs, which only a terminal gets without such characters.
const DATA: &str = "\
    search we sell --format csv --limit all\n\
    search we sell --format tsv --limit all\n\
    search we sell --format json --limit all\n\
    search we sell --format jsonl --limit all\n\
    search we sell --since \u{7} --format json\n\
    companies --format csv\n\
    companies --format json\n\
    facets we sell --by company --format csv\n\
    timeline \u{1b}[31m sell --format csv\n\
    timeline \u{1b}[31m sell --format svg\n\
    show co\u{1}0.example --format markdown\n\
    show co\u{1}0.example --format json\n\
    show ID --format json\n\
    export we sell --format csv\n\
    export we sell --format jsonl\n\
    export we sell --format csv --to /dev/stdout\n\
    export we sell --what clauses --format csv\n\
    info --format json";

fn hostile_fixture() -> (Fixture, String) {
    let fx = Fixture::new();
    hostile_corpus(&fx);
    fx.file("queries", "we sell\n\u{7}\"\n/[\u{9b}/\n");
    fx.run(["index", "table.jsonl"]).exits(0).stderr_has("200 snapshots");
    let hits = fx.run(["search", "we sell", "--format", "jsonl", "--limit", "1"]).json_lines();
    (fx, hits[0]["id"].as_str().unwrap().to_owned())
}

#[test]
fn no_command_prints_control_characters_in_a_pipe() {
    let (fx, id) = hostile_fixture();
    for args in hostile_commands(&id) {
        let run = fx.run(&args);
        assert!(!run.output.stdout.is_empty() || !run.output.stderr.is_empty(), "{run}");
        assert_safe(&run, &run.output.stdout);
        assert_safe(&run, &run.output.stderr);
    }
    // Data are data in a pipe, but messages about them are messages.
    for line in DATA.lines() {
        let run = fx.run(words(line, &id));
        assert_safe(&run, &run.output.stderr);
    }
}

#[test]
fn no_command_prints_control_characters_on_a_terminal() {
    let (fx, id) = hostile_fixture();
    let data = DATA.lines().map(|line| words(line, &id));
    for args in hostile_commands(&id).into_iter().chain(data) {
        let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
        if matches!(args[0], "index" | "check" | "export") || args.contains(&"--batch") {
            // A progress bar moves the cursor itself.
            args.push("--quiet");
        }
        let Some(run) = fx.run_in_terminal(100, &args) else { return };
        let shown = String::from_utf8_lossy(&run.output.stdout).into_owned();
        assert_safe(&run, without_styles(&shown.replace("\r\n", "\n")).as_bytes());
    }
}
