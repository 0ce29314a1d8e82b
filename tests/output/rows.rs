//! Tests CSV and TSV rows, concordances, samples and contexts against the hits in JSON.

use serde_json::Value;

use crate::util::{Fixture, sample};

fn hits(args: &[&str]) -> Vec<Value> {
    sample(["search", "--format", "jsonl", "--limit", "all"].iter().chain(args)).json_lines()
}

fn table(format: &str, args: &[&str]) -> Vec<Vec<String>> {
    let run = sample(["search", "--format", format, "--limit", "all"].iter().chain(args));
    let separator = if format == "csv" { b',' } else { b'\t' };
    let mut reader = csv::ReaderBuilder::new();
    reader.has_headers(false).delimiter(separator).quoting(format == "csv");
    let rows = reader.from_reader(run.stdout().as_bytes()).into_records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The cell that a JSON value must give.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn rows_are_the_hits() {
    let query = ["we OR you OR the"];
    let hits = hits(&query);
    assert!(hits.len() > 400);
    for format in ["csv", "tsv"] {
        let rows = table(format, &query);
        assert_eq!(rows.len(), hits.len() + 1);
        let names = &rows[0];
        for (row, hit) in rows[1..].iter().zip(&hits) {
            for (name, value) in names.iter().zip(row) {
                let field = name.split('.').fold(hit, |value, part| &value[part]);
                let expected = match name.as_str() {
                    "score" => format!("{:.4}", field.as_f64().unwrap()),
                    "section" => {
                        field.as_array().unwrap().iter().map(cell).collect::<Vec<_>>().join(" > ")
                    }
                    "highlights" => {
                        let range = |range: &Value| format!("{}-{}", range[0], range[1]);
                        field.as_array().unwrap().iter().map(range).collect::<Vec<_>>().join(";")
                    }
                    _ if format == "tsv" => {
                        cell(field).replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n")
                    }
                    _ => cell(field),
                };
                assert_eq!(*value, expected, "{name} of {}", hit["id"]);
            }
        }
        // Every field of a hit has a column, except fields that appear on request only.
        for field in hits[0]
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| !["context", "explanation", "citation"].contains(&name.as_str()))
        {
            assert!(names.iter().any(|name| name.split('.').next() == Some(field)), "{field}");
        }
    }
    assert!(sample(["search", "sell or rent", "--format", "csv"]).stdout().contains("\r\n"));
}

#[test]
fn columns_are_chosen_by_name() {
    let rows = table("csv", &["sell or rent", "--fields", "text,company,citation"]);
    assert_eq!(rows[0], ["text", "company", "citation"]);
    let hits = hits(&["sell or rent", "--cite"]);
    for (row, hit) in rows[1..].iter().zip(hits) {
        assert_eq!(*row, [cell(&hit["text"]), cell(&hit["company"]), cell(&hit["citation"])]);
        let cited = hit["citation"].as_str().unwrap();
        for part in ["company", "type", "title", "archive_time", "archive_url"] {
            assert!(cited.contains(hit[part].as_str().unwrap()), "{cited}");
        }
        assert!(cited.contains(hit["source"]["path"].as_str().unwrap()));
    }
    let with = table("tsv", &["sell or rent", "--cite", "--context", "1"]);
    assert_eq!(
        with[0].iter().rev().take(3).rev().collect::<Vec<_>>(),
        ["context_before", "context_after", "citation"]
    );
    sample(["search", "sell or rent", "--format", "csv", "--fields", "nonsense"])
        .exits(2)
        .stderr_has("error: no field `nonsense`; fields: rank, score, ");
    sample(["search", "sell or rent", "--format", "csv", "--fields", "Compny"])
        .exits(2)
        .stderr_has("error: no field `Compny`; did you mean `company`?");
    for (args, message) in [
        (&["--fields", "text"][..], "--fields names columns of csv and tsv"),
        (&["--guard-formulas"], "--guard-formulas is for tables; add --format csv"),
        (&["--bom"], "--bom is for tables; add --format csv"),
        (&["--width", "90"], "--width is the width of a line of kwic"),
        (&["--kwic-sort", "L1"], "--kwic-sort orders lines of kwic"),
        (&["--format", "kwic", "--context", "1"], "--context has no room in kwic"),
        (&["--format", "kwic", "--cite"], "--cite has no room in kwic"),
        (&["--format", "kwic", "--width", "20"], "--width 20 is too narrow; 60 or more"),
        (&["--format", "kwic", "--width", "10001"], "--width 10001 is too wide; 10000 at most"),
        (
            &["--format", "csv", "--member", "newest"],
            "--member chooses which hit of a group is shown",
        ),
    ] {
        sample(["search", "sell"].iter().chain(args))
            .exits(2)
            .stderr_has(&format!("error: {message}"));
    }
    sample(["search", "sell", "--seed", "3"]).exits(2).stderr_has("--sample <N>");
    sample(["search", "sell", "--format", "kwic", "--kwic-sort", "X1"])
        .exits(2)
        .stderr_has("write L1 (the word before");
}

#[test]
fn tables_begin_with_a_byte_order_mark_on_request() {
    let fx = Fixture::new();
    fx.policy("acme.example", "2020-01-01", "We sell your data.");
    fx.run(["index", "corpus"]).exits(0);
    for command in [
        &["search", "sell"][..],
        &["facets", "sell", "--by", "company"],
        &["companies"],
        &["timeline", "sell"],
        &["export"],
        &["export", "--what", "clauses", "sell"],
    ] {
        let bare = fx.run(command.iter().chain(&["--format", "csv"]));
        let marked = fx.run(command.iter().chain(&["--format", "csv", "--bom"]));
        assert_eq!(marked.stdout(), format!("\u{FEFF}{}", bare.stdout()), "{command:?}");
        fx.run(command.iter().chain(&["--format", "json", "--bom"])).exits(2);
    }
    // What is read again has the same snapshots.
    let arguments = ["export", "--format", "csv", "--bom", "--to", "again.csv", "--quiet"];
    fx.run(arguments).exits(0);
    fx.run(["index", "again.csv", "--index", "again"]).exits(0).stderr_has("indexed 1 snapshot");
}

#[test]
fn formulas_are_guarded_on_request() {
    let fixture = Fixture::new();
    fixture.policy(
        "acme.example",
        "2020-01-01",
        "=SUM(A1:A9) is what our prize draw pays you.\n\n@home we say that we pay it too.",
    );
    let texts = |args: &[&str]| {
        let common =
            ["search", "--corpus", "corpus", "--fields", "text", "--format", "csv", "pay OR pays"];
        fixture.run(common.iter().chain(args)).stdout().to_owned()
    };
    assert_eq!(
        texts(&["--sort", "company"]).lines().filter(|line| line.starts_with(['=', '@'])).count(),
        2
    );
    assert_eq!(
        texts(&["--guard-formulas"]).lines().filter(|line| line.starts_with(['=', '@'])).count(),
        0
    );
    assert_eq!(
        texts(&["--guard-formulas"]).lines().filter(|line| line.starts_with('\'')).count(),
        2
    );
}

#[test]
fn every_command_that_prints_tables_guards_formulas() {
    let fx = Fixture::new();
    let line = serde_json::json!({
        "company": "=cmd|' /C calc'!A0", "type": "+type", "date": "2020-01-01",
        "url": "@SUM(A1)", "text": "# -Title\n\n=1+1 we sell data.\n",
    });
    fx.file("bad.jsonl", format!("{line}\n"));
    fx.run(["index", "bad.jsonl"]).exits(0);
    for (command, cells) in [
        (&["search", "we sell", "--format", "csv"][..], 6),
        (&["search", "we sell", "--format", "tsv"], 6),
        (&["facets", "we sell", "--by", "company", "--format", "csv"], 1),
        (&["facets", "we sell", "--by", "type", "--format", "csv"], 1),
        (&["companies", "--format", "csv"], 1),
        (&["timeline", "@we sell", "--format", "csv"], 1),
        (&["export", "--format", "csv"], 3),
        (&["export", "we sell", "--what", "clauses", "--format", "csv"], 6),
    ] {
        let guarded = fx.run(command.iter().chain(&["--guard-formulas"]));
        let separator = if command.ends_with(&["tsv"]) { b'\t' } else { b',' };
        let mut reader = csv::ReaderBuilder::new();
        let rows = reader.delimiter(separator).from_reader(guarded.stdout().as_bytes());
        let rows: Vec<_> = rows.into_records().map(Result::unwrap).collect();
        let all = || rows.iter().flatten();
        assert!(all().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{guarded}");
        assert_eq!(all().filter(|cell| cell.starts_with('\'')).count(), cells, "{guarded}");
    }
    for command in [&["facets", "we", "--by", "company"][..], &["companies"], &["export"]] {
        fx.run(command.iter().chain(&["--guard-formulas"]))
            .fails_with("--guard-formulas is for tables; add --format csv");
    }
}

#[test]
fn totals_fit_every_format() {
    sample(["search", "sell or rent", "--count", "--format", "csv"])
        .stdout_is("clauses,policies,companies,snapshots\r\n13,11,11,43\r\n");
    sample(["search", "sell or rent", "--count", "--format", "tsv", "--group", "text"])
        .stdout_is("clauses\tpolicies\tcompanies\tsnapshots\tgroups\n13\t11\t11\t43\t13\n");
    sample(["search", "sell or rent", "--count", "--format", "kwic"]).stdout_is("13\n");
    sample(["search", "zebra crossing", "--format", "csv", "--fields", "id,text"])
        .exits(1)
        .stdout_is("id,text\r\n");
}

#[test]
fn concordances_align_their_matches() {
    let lines = |args: &[&str]| -> Vec<String> {
        let common =
            ["search", "sell* OR 個人", "--format", "kwic", "--limit", "all", "--width", "100"];
        sample(common.iter().chain(args)).lines().into_iter().map(str::to_owned).collect()
    };
    let matches: usize = hits(&["sell* OR 個人"])
        .iter()
        .map(|hit| hit["highlights"].as_array().unwrap().len())
        .sum();
    let plain = lines(&[]);
    assert_eq!(plain.len(), matches, "a line for each match");
    let columns = |text: &str| unicode_width::UnicodeWidthStr::width(text);
    let mut starts = std::collections::BTreeSet::new();
    for line in &plain {
        assert_eq!(columns(line.trim_end()), 100, "{line}");
        let start = ["sell", "Sell", "SELL", "個人"]
            .iter()
            .filter_map(|word| line.find(&format!("  {word}")))
            .min();
        starts.insert(columns(&line[..start.unwrap()]));
    }
    assert_eq!(starts.len(), 1, "{starts:?}");
    // The first word after the match, in lines without wide letters, where columns are bytes.
    let start = starts.into_iter().next().unwrap() + 2;
    let word_after = |line: &String| {
        let after = line.get(start..)?.split_once("  ")?.1.to_lowercase();
        let word =
            after.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty())?.to_owned();
        (line.is_ascii() && !after.starts_with(' ')).then_some(word)
    };
    let words: Vec<String> = lines(&["--kwic-sort", "R1"]).iter().filter_map(word_after).collect();
    assert!(words.len() > 8 && words.is_sorted(), "{words:?}");
    let mut same = lines(&["--kwic-sort", "L1,N"]);
    same.sort();
    let mut all = plain;
    all.sort();
    assert_eq!(same, all, "an order takes no line away");
}

#[test]
fn a_sample_depends_on_its_seed_alone() {
    let ids = |args: &[&str]| -> Vec<String> {
        let run = sample(["search", "we", "--format", "jsonl", "--quiet"].iter().chain(args));
        run.json_lines().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(&["--limit", "all"]);
    let one = ids(&["--sample", "20", "--seed", "1"]);
    assert_eq!(one.len(), 20);
    assert_eq!(one, ids(&["--sample", "20", "--seed", "1"]));
    assert_ne!(one, ids(&["--sample", "20", "--seed", "2"]));
    // A sample is in the order of the whole result, and a larger sample contains a smaller one.
    let in_order: Vec<_> = all.iter().filter(|id| one.contains(id)).cloned().collect();
    assert_eq!(one, in_order);
    let larger = ids(&["--sample", "40", "--seed", "1"]);
    assert!(one.iter().all(|id| larger.contains(id)));
    assert_eq!(ids(&["--sample", "100000"]), all);
    // Every clause is equally likely: 60 samples of a tenth find most of them.
    let mut seen = std::collections::BTreeSet::new();
    let tenth = (all.len() / 10).to_string();
    (0..60).for_each(|seed| seen.extend(ids(&["--sample", &tenth, "--seed", &seed.to_string()])));
    assert!(seen.len() * 100 > all.len() * 97, "{} of {}", seen.len(), all.len());
    sample(["search", "we", "--sample", "3", "--seed", "9"]).stderr_has("picked by chance, seed 9");
    let result = sample(["search", "we", "--sample", "3", "--format", "json"]).json();
    assert_eq!(
        (result["truncated"].clone(), result["hits"].as_array().unwrap().len()),
        (true.into(), 3)
    );
}

#[test]
fn any_member_can_be_shown_for_its_group() {
    let all = hits(&["privacy"]);
    for (member, is_better) in
        [("newest", (|a: &str, b: &str| a > b) as fn(&str, &str) -> bool), ("oldest", |a, b| a < b)]
    {
        let groups = hits(&["privacy", "--group", "company", "--member", member]);
        for hit in &groups {
            let time = |hit: &Value| hit["archive_time"].as_str().unwrap().to_owned();
            let of_company: Vec<_> =
                all.iter().filter(|other| other["company"] == hit["company"]).collect();
            assert_eq!(hit["group_size"], of_company.len());
            assert!(!of_company.iter().any(|other| is_better(&time(other), &time(hit))), "{hit}");
            // Among equal members, the first one is shown.
            let first = of_company.iter().find(|other| time(other) == time(hit)).unwrap();
            assert_eq!(first["id"], hit["id"]);
        }
        let scores: Vec<f64> = groups.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]));
        sample(["search", "privacy", "--group", "company", "--member", member, "--limit", "all"])
            .stdout_has(&format!("{member} of "));
    }
}

#[test]
fn context_shows_the_neighbouring_clauses() {
    for hit in hits(&["we OR you", "--context", "2"]) {
        let id = hit["id"].as_str().unwrap();
        let context = &hit["context"];
        let texts = |side: &str| -> Vec<String> {
            context[side].as_array().unwrap().iter().map(|clause| cell(&clause["text"])).collect()
        };
        let (before, after) = (texts("before"), texts("after"));
        assert!(before.len() <= 2 && after.len() <= 2 && before.len() + after.len() > 0, "{id}");
        // The context is part of the section that `show` prints.
        if hit["archive_date"] == hit["last_seen"] && before.len() == 2 && hit["kind"] != "heading"
        {
            let shown = sample(["show", id, "--format", "json"]).json_lines().remove(0);
            let section: Vec<&Value> = shown["context"].as_array().unwrap().iter().collect();
            let own = section.iter().position(|clause| clause["is_shown"] == true).unwrap();
            if own > 0 {
                assert_eq!(cell(&section[own - 1]["text"]), before[1], "{id}");
            }
        }
    }
    let human = sample(["search", "sell or rent", "-C", "1", "--limit", "1"]);
    assert_eq!(human.lines().iter().filter(|line| line.starts_with("  | ")).count(), 2);
    assert!(
        hits(&["sell or rent"])
            .iter()
            .all(|hit| hit["context"].is_null() && hit["citation"].is_null())
    );
}

#[test]
fn offsets_count_characters_on_request() {
    let query = "sell OR 個人 OR café OR données OR für";
    let (bytes, chars) = (hits(&[query]), hits(&[query, "--offsets", "chars"]));
    let mut differ = 0;
    for (hit, other) in bytes.iter().zip(&chars) {
        let text = hit["text"].as_str().unwrap();
        let scalars: Vec<char> = text.chars().collect();
        let ranges = |hit: &Value| -> Vec<(usize, usize)> {
            serde_json::from_value(hit["highlights"].clone()).unwrap()
        };
        assert_eq!(ranges(hit).len(), ranges(other).len());
        for ((start, end), (first, last)) in ranges(hit).into_iter().zip(ranges(other)) {
            assert_eq!(text[start..end], scalars[first..last].iter().collect::<String>());
            differ += usize::from(start != first);
        }
    }
    assert!(differ > 0);
}
