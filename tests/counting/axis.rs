//! Tests the output of commands over time, in every format, on the sample corpus.

use fineprint::index::OpenIndex;
use fineprint::model::{ClauseKind, Ordinal, PolicyKey};
use fineprint::search::PolicyChoice;
use fineprint::section::{ClauseIdentity, section};

use crate::output::golden::check;
use crate::util::{Fixture, fptest, sample, sample_index};

#[test]
fn timelines_are_printed_in_every_format() {
    let asked = [
        "timeline",
        "third parties",
        "-e",
        "sell or rent",
        "--since",
        "2008",
        "--until",
        "2011-06",
    ];
    let with = |more: &[&str]| sample(asked.iter().copied().chain(more.iter().copied()));
    let json = with(&["--format", "json"]).exits(0).json();
    check("timeline.schema.json", &json);
    let points = json["series"][0]["points"].as_array().unwrap();
    let periods: Vec<_> = points.iter().map(|point| point["period"].as_str().unwrap()).collect();
    assert_eq!(periods, ["2008", "2009", "2010", "2011"]);
    let partial: Vec<_> =
        points.iter().map(|point| point["is_partial"].as_bool().unwrap()).collect();
    assert_eq!(partial, [false, false, false, true]);

    let csv = with(&["--format", "csv"]).exits(0).stdout().to_owned();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 8);
    for (row, point) in rows.iter().zip(
        json["series"].as_array().unwrap().iter().flat_map(|s| s["points"].as_array().unwrap()),
    ) {
        assert_eq!(&row[2], point["period"].as_str().unwrap());
        assert_eq!(
            [&row[6], &row[7]],
            [point["saying"].to_string(), point["in_force"].to_string()]
        );
        assert_eq!(row[8].parse::<f64>().unwrap(), point["share"].as_f64().unwrap());
    }

    let human = with(&[]);
    human.exits(0).stdout_has(
        "policies at the end of each year; the last snapshot of a policy counts until the next, \
         however old",
    );
    human
        .stdout_has("\nsell or rent\n2008 ")
        .stdout_has("2011* ")
        .stdout_lacks("█")
        .stdout_lacks("\u{1b}");
    with(&["--carry", "18mo"]).exits(0).stdout_has("up to 18mo\n");
    with(&["--measure", "snapshots"]).exits(0).stdout_has("snapshots archived in each year\n");

    let svg = with(&["--format", "svg"]).exits(0).stdout().to_owned();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    for part in
        ["sell or rent", "third parties", "2011", "share of policies in force that say it", "%"]
    {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    // Without any period, and for a query without hits.
    for nothing in [
        &["timeline", "zebra"][..],
        &["timeline", "zebra", "--until", "1990"],
        &["timeline", "zebra", "--since", "2090"],
    ] {
        for format in ["human", "csv", "json", "svg"] {
            sample(nothing.iter().copied().chain(["--format", format]))
                .exits(1)
                .stderr_has("no hits: no clause has the word `zebra`");
        }
    }
    // A query is foreign text, too.
    let svg =
        sample(["timeline", "\"sell\" OR <b>\u{1b}[2J</b>", "--match", "any", "--format", "svg"])
            .exits(0)
            .stdout()
            .to_owned();
    assert!(!svg.contains("<b>") && !svg.contains('\u{1b}'));
    sample(["timeline", "sell OR \u{1b}[2J x", "--match", "any"]).exits(0).stdout_lacks("\u{1b}");
}

fptest!(bars_fit_a_terminal, |fx: Fixture| {
    fx.policy("acme.example", "2010-05-01", "We sell.\n");
    fx.policy("acme.example", "2012-05-01", "We rent.\n");
    fx.policy("bell.example", "2011-05-01", "We sell.\n");
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["timeline", "sell"]).exits(0).stdout_is(
        "policies at the end of each year; the last snapshot of a policy counts until the next, \
         however old\n\n\
         sell\n2010* 1 of 1 100.0%\n2011  2 of 2 100.0%\n2012* 1 of 2  50.0%\n\n\
         * only a part of it: the index, --since or --until begin or end inside\n",
    );
    let Some(run) = fx.run_in_terminal(60, &["timeline", "sell", "--color", "never"]) else {
        return;
    };
    let bars: Vec<usize> =
        run.lines().iter().map(|line| line.matches('█').count()).filter(|&bar| bar > 0).collect();
    assert!(
        bars.len() == 3 && bars[0] == bars[1] && bars[0].abs_diff(2 * bars[2]) <= 1,
        "{bars:?}"
    );
    assert!(run.lines().iter().all(|line| line.chars().count() <= 100));
});

#[test]
fn facets_and_companies_are_printed_in_every_format() {
    let json = sample(["facets", "sell", "--by", "company", "--format", "json"]).exits(0).json();
    check("facets.schema.json", &json);
    let facets = json["facets"].as_array().unwrap();
    let sum: u64 = facets.iter().map(|facet| facet["clauses"].as_u64().unwrap()).sum();
    assert_eq!(sum, json["totals"]["clauses"].as_u64().unwrap());
    assert_eq!(facets.len() as u64, json["totals"]["companies"].as_u64().unwrap());
    let csv = sample(["facets", "sell", "--by", "company", "--format", "csv"])
        .exits(0)
        .stdout()
        .to_owned();
    assert_eq!(csv.lines().count(), facets.len() + 1);
    let first = &facets[0];
    assert!(csv.lines().nth(1).unwrap().starts_with(&format!(
        "{},{}",
        first["value"].as_str().unwrap(),
        first["clauses"]
    )));
    let human = sample(["facets", "sell", "--by", "company", "--limit", "2"]);
    assert_eq!(human.exits(0).lines().len(), 3);
    human.stderr_is(&format!("2 of {} values shown, --limit all shows all\n", facets.len()));
    sample(["facets", "zebra", "--by", "year"]).exits(1).stdout_is("").stderr_has("no hits: ");
    for by in ["type", "collection", "year", "section", "lang", "meta:title"] {
        check(
            "facets.schema.json",
            &sample(["facets", "sell", "--by", by, "--format", "json"]).exits(0).json(),
        );
    }

    let all = sample(["companies", "--format", "json"]).exits(0).json();
    let names = |json: &serde_json::Value| -> Vec<String> {
        check("companies.schema.json", json);
        json["companies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["company"].as_str().unwrap().to_owned())
            .collect()
    };
    let saying =
        sample(["companies", "--saying", "sell", "or", "rent", "--format", "json"]).exits(0).json();
    let silent =
        sample(["companies", "--not-saying", "sell or rent", "--format", "json"]).exits(0).json();
    let mut both = [names(&saying), names(&silent)].concat();
    both.sort();
    assert_eq!(both, names(&all));
    let human = sample(["companies", "--saying", "sell or rent"]);
    assert_eq!(human.exits(0).lines().len(), names(&saying).len() + 1);
    human.stderr_is(&format!(
        "{} of {} companies say it\n",
        names(&saying).len(),
        names(&all).len()
    ));
    sample(["companies", "--saying", "zebra"])
        .exits(1)
        .stdout_is("")
        .stderr_is("0 of 28 companies say it\nno hits: no clause has the word `zebra`\n");
    let csv = sample(["companies", "--format", "csv"]).exits(0).stdout().to_owned();
    assert_eq!(csv.lines().count(), names(&all).len() + 1);
    // With filters of clauses and no query, companies are listed that have such a clause.
    let rows = sample(["companies", "--kind", "row", "--format", "json"]).exits(0).json();
    let found = sample([
        "facets",
        "we OR you OR the OR no",
        "--kind",
        "row",
        "--by",
        "company",
        "--format",
        "json",
    ])
    .json();
    assert!(names(&rows).len() >= found["facets"].as_array().unwrap().len());
    assert!(names(&rows).len() < names(&all).len());
}

#[test]
fn differences_are_printed_in_every_format() {
    let asked = ["diff", "linden-bank.example", "2005", "2012"];
    let with = |more: &[&str]| sample(asked.iter().copied().chain(more.iter().copied()));
    let json = with(&["--format", "json"]).exits(0).json();
    check("diff.schema.json", &json);
    for kind in ["added", "removed", "changed", "moved"] {
        let told = json["changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|change| change["change"] == kind)
            .count();
        assert_eq!(json["summary"][kind], told, "{kind}");
    }
    let human = with(&[]);
    let summary = "11 added, 2 removed, 3 changed, 1 moved; 20 clauses the same\n\
                   - linden-bank.example, Privacy Policy, archived 2005-11-17T03:09:44Z\n\
                   + linden-bank.example, Privacy Policy, archived 2011-09-14T09:07:33Z\n";
    assert!(human.exits(0).stdout().starts_with(summary), "{human}");
    human.stdout_has(
        "~ We do not sell or rent customer lists to [-anyone.-] {+anyone, and that stays true",
    );
    human
        .stdout_has("\n+ | Everyday business")
        .stdout_has("\n- Rev. 10/2005\n+ Rev. 09/2011\n")
        .stdout_lacks("\u{1b}");
    with(&["--color", "always"]).exits(0).stdout_has("\u{1b}[32m");
    let unified = with(&["--format", "unified"]);
    unified.exits(0).stdout_has(
        "--- linden-bank.example/Privacy Policy\t2005-11-17T03:09:44Z\n+++ linden-bank.example",
    );
    // The lines of a unified diff give both texts, as far as they reach.
    let count = |mark: char| {
        unified
            .lines()
            .iter()
            .filter(|line| line.starts_with(mark) && !line.starts_with(&mark.to_string().repeat(3)))
            .count()
    };
    let (header, _) = unified.stdout().split_once(" @@\n").unwrap();
    let numbers: Vec<usize> = header
        .rsplit_once("@@ ")
        .unwrap()
        .1
        .split([' ', ','])
        .map(|n| n.trim_start_matches(['-', '+']).parse().unwrap())
        .collect();
    if unified.stdout().matches("@@ -").count() == 1 {
        assert_eq!([numbers[1], numbers[3]], [count('-') + count(' '), count('+') + count(' ')]);
    }
    sample(["diff", "linden-bank.example", "2012", "2012-12"])
        .exits(1)
        .stdout_has("0 added, 0 removed, 0 changed, 0 moved")
        .stderr_is("both dates select the snapshot of 2011-09-14; there is none between them\n");
}

#[test]
fn histories_are_printed_in_every_format() {
    let asked = ["history", "sell", "or", "rent", "--company", "linden-bank.example"];
    let with = |more: &[&str]| sample(asked.iter().copied().chain(more.iter().copied()));
    with(&[])
        .exits(0)
        .stdout_is(
            "linden-bank.example  Privacy Policy  5 snapshots, 2004-05-06 to 2015-06-02\n\n\
             Linden Savings Bank - Privacy Notice > Our promise\n\
             seen 2004-05-06 to 2015-06-02, 5 snapshots\n\
             2004-05-06  = We do not sell or rent customer lists to anyone.\n\
             \x20             in the oldest snapshot\n\
             \x20             https://web.archive.org/web/20040506141522\
             id_/http%3A//www.linden-bank.example/privacy.html\n\
             2011-09-14  ~ We do not sell or rent customer lists to [-anyone.-] {+anyone, and that \
             stays true after you close your account.+}\n\
             \x20             the snapshot before: 2008-03-22\n\
             \x20             https://web.archive.org/web/20110914090733\
             id_/http%3A//www.linden-bank.example/privacy.html\n",
        )
        .stderr_is_empty();
    let mut all = 0;
    for query in ["sell", "we", "cookies", "personal information"] {
        let json = sample(["history", query, "--company", "*", "--format", "json"]).exits(0).json();
        check("history.schema.json", &json);
        all += json["policies"].as_array().unwrap().len();
    }
    assert!(all > 60, "{all}");
    sample(["history", "zebra", "--company", "linden-bank.example"])
        .exits(1)
        .stdout_is("")
        .stderr_has("no hits: ");
}

fptest!(histories_show_flapping_and_technical_changes, |fx: Fixture| {
    let lines: String = (0..8)
        .map(|month| {
            let line = serde_json::json!({
                "company": "acme",
                "archive_time": format!("2020-0{}-01", month + 1),
                "technical": (month == 2 || month == 5),
                "text": match month {
                    0 => "Hello.\n\nWe sell nothing of yours to anybody.",
                    1 => "Hello.\n\n1. We sell nothing of yours to anybody.",
                    2 | 4 | 6 => "Hello.",
                    _ => "Hello.\n\nWe sell nothing of yours to anybody, ever.",
                },
            });
            format!("{line}\n")
        })
        .collect();
    fx.file("flap.jsonl", lines);
    fx.run(["index", "flap.jsonl", "--index", "i"]).exits(0);
    fx.run(["history", "sell nothing", "--company", "acme", "--index", "i"]).exits(0).stdout_is(
        "acme  Privacy Policy  8 snapshots, 2020-01-01 to 2020-08-01\n\n\
         seen 2020-01-01 to 2020-02-01, gone by 2020-03-01, 2 snapshots\n\
         2020-01-01  = We sell nothing of yours to anybody.\n\
         \x20             in the oldest snapshot\n\
         \x20             flap.jsonl: line 1\n\
         2020-02-01  ~ We sell nothing of yours to anybody.\n\
         \x20             the snapshot before: 2020-01-01; now of kind item (before: paragraph)\n\
         \x20             flap.jsonl: line 2\n\
         2020-03-01  - We sell nothing of yours to anybody.\n\
         \x20             last seen 2020-02-01; a technical change of the archive\n\
         \x20             flap.jsonl: line 3\n\n\
         seen 2020-04-01 to 2020-08-01, 3 snapshots, 2 gaps\n\
         2020-04-01  + We sell nothing of yours to anybody, ever.\n\
         \x20             the snapshot before: 2020-03-01\n\
         \x20             flap.jsonl: line 4\n\
         2020-05-01  - We sell nothing of yours to anybody, ever.\n\
         \x20             last seen 2020-04-01; 4 times back and forth until 2020-08-01, then as \
         it was before; 1 of them technical changes of the archive\n\
         \x20             flap.jsonl: line 5\n",
    );
    let company = fx.run([
        "history",
        "sell nothing",
        "--company",
        "acme",
        "--company-changes-only",
        "--index",
        "i",
    ]);
    company
        .exits(0)
        .stdout_has("  6 snapshots, ")
        .stdout_has("seen 2020-01-01 to 2020-08-01, 4 snapshots, 1 gap\n");
    company
        .stdout_has("[-anybody.-] {+anybody, ever.+}\n")
        .stdout_has("; 1 technical snapshot left out between\n");
    company.stdout_lacks("technical change of");
    let args = ["history", "sell nothing", "--company", "acme", "--index", "i", "--format", "json"];
    let json = fx.run(args).exits(0).json();
    check("history.schema.json", &json);
    let event = &json["policies"][0]["threads"][1]["events"][1];
    let told =
        ["change", "count", "technical", "left_out", "from", "to"].map(|name| event[name].clone());
    assert_eq!(serde_json::json!(told), serde_json::json!(["removed", 4, 1, 0, 0, null]));
    assert_eq!(
        [&event["snapshot"]["archive_date"], &event["last"]["archive_date"]],
        ["2020-05-01", "2020-08-01"]
    );
});

#[test]
fn policies_are_shown_as_of_a_date() {
    let json = sample(["show", "linden-bank.example", "--as-of", "2009", "--format", "json"])
        .exits(0)
        .json();
    check("version.schema.json", &json);
    assert_eq!(json["archive_date"], "2008-03-22");
    let human = sample(["show", "linden-bank.example", "--as-of", "2009"]);
    human
        .exits(0)
        .stdout_has("linden-bank.example  Privacy Policy  2008-03-22T22:18:01Z\n")
        .stderr_is_empty();
    human.stdout_has("\n- consumer reporting agencies, such as your credit score.\n");
    sample(["show", "linden-bank.example", "--format", "markdown"])
        .exits(0)
        .stdout_has("\n## Our promise\n");
}

/// The choice of exactly this policy.
fn choice(key: &PolicyKey) -> PolicyChoice {
    PolicyChoice {
        types: vec![key.policy_type.clone()],
        collections: vec![key.collection.clone()],
        ..PolicyChoice::from(&*key.company)
    }
}

/// Checks that the Markdown printed for every snapshot of the samples reads back into the same
/// clauses.
#[test]
fn printed_markdown_reads_back() {
    let index = OpenIndex::open(sample_index()).unwrap();
    let (mut same, mut all) = (0, 0);
    for entry in index.policies().entries().unwrap() {
        let policy = index.policy(choice(&entry.key)).unwrap();
        assert_eq!(policy.key(), &entry.key);
        for ordinal in 0..policy.snapshot_count() {
            let version = policy.snapshot(Ordinal::new(ordinal)).unwrap();
            let mut printed = Vec::new();
            fineprint::printer::print_markdown(&mut printed, &version).unwrap();
            let printed = String::from_utf8(printed).unwrap();
            let clauses = section(&printed);
            let name = format!("{} {}", entry.key.company, version.snapshot.archive_time.date());
            let told = |kind: ClauseKind, lead_in: Option<&str>, text: &str| {
                (kind, ClauseIdentity::new(kind, lead_in, text))
            };
            let expected: Vec<_> = version
                .clauses
                .iter()
                .map(|c| told(c.kind, c.lead_in.as_deref(), &c.text))
                .collect();
            let read: Vec<_> =
                clauses.iter().map(|c| told(c.kind, c.lead_in.as_deref(), &c.text)).collect();
            all += expected.len();
            same += expected.iter().filter(|clause| read.contains(clause)).count();
            if read != expected {
                let first = expected.iter().zip(&read).position(|(a, b)| a != b);
                println!(
                    "{name}: {} clauses, {} read back; from {first:?}: {:?}",
                    expected.len(),
                    read.len(),
                    first.map(|at| (&expected[at], &read[at]))
                );
            }
        }
    }
    println!("{same} of {all} clauses read back");
    assert_eq!(same, all);
}

fptest!(exports_are_read_again, |fx: Fixture| {
    let folder = fx.path("data");
    std::fs::create_dir_all(&folder).unwrap();
    let index = sample_index().display().to_string();
    let export = |more: &[&str]| {
        let args = ["export", "--index", &index];
        fx.run(args.iter().copied().chain(more.iter().copied()))
    };
    export(&["--format", "markdown", "--to", "tree"])
        .exits(0)
        .stderr_is("115 snapshots of 28 policies written to tree\n");
    export(&["--to", "all.jsonl"])
        .exits(0)
        .stderr_is("115 snapshots of 28 policies written to all.jsonl\n");
    export(&["--format", "csv", "--to", "all.csv"]).exits(0).stdout_is("");
    let files = crate::util::listing(&fx.path("tree")).into_keys();
    assert_eq!(files.filter(|path| path.extension().is_some_and(|ext| ext == "md")).count(), 115);
    let lines = std::fs::read_to_string(fx.path("all.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 115);
    for line in lines.lines() {
        check("snapshot.schema.json", &serde_json::from_str(line).unwrap());
    }
    let counts = |corpus: &str| {
        fx.run(["index", corpus, "--index", "again", "--rebuild=force"]).exits(0);
        let info = fx.run(["info", "--index", "again", "--format", "json"]).json();
        ["companies", "policies", "snapshots", "clauses", "occurrences"]
            .map(|name| info["counts"][name].as_u64().unwrap())
    };
    let expected = fx.run(["info", "--index", &index, "--format", "json"]).json();
    let expected = ["companies", "policies", "snapshots", "clauses", "occurrences"]
        .map(|name| expected["counts"][name].as_u64().unwrap());
    for corpus in ["tree", "all.jsonl", "all.csv"] {
        assert_eq!(counts(corpus), expected, "{corpus}");
    }

    // The number printed is the number of files written.
    let totals = fx
        .run(["search", "sell or rent", "--index", &index, "--count", "--format", "json"])
        .json()["totals"]
        .clone();
    let some = export(&["sell or rent"]);
    assert_eq!(some.exits(0).lines().len() as u64, totals["snapshots"].as_u64().unwrap());
    some.stderr_is(&format!(
        "{} snapshots of {} policies\n",
        totals["snapshots"], totals["policies"]
    ));
    let some = export(&["sell or rent", "--what", "clauses"]);
    assert_eq!(some.exits(0).lines().len() as u64, totals["clauses"].as_u64().unwrap());
    some.json_lines().iter().for_each(|hit| check("hit.schema.json", hit));
    let every = export(&["--what", "clauses", "--latest", "--kind", "heading"]);
    assert!(
        every
            .exits(0)
            .json_lines()
            .iter()
            .all(|hit| hit["kind"] == "heading" && hit["score"].is_null())
    );
    assert_eq!(export(&["--latest"]).exits(0).lines().len(), 28);
    export(&["zebra"])
        .exits(1)
        .stdout_is("")
        .stderr_is("0 snapshots of 0 policies\nno hits: no clause has the word `zebra`\n");

    export(&["--format", "markdown", "--to", "tree"])
        .fails_with("tree: is there already; name a new folder");
    export(&["--format", "markdown"])
        .fails_with("a Markdown tree needs a folder; add --to FOLDER, or --format jsonl");
    export(&["--format", "markdown", "--what", "clauses", "--to", "x"])
        .fails_with("--what clauses has no Markdown tree; add --format jsonl or csv");
    export(&["--to", "nowhere/x.jsonl"]).exits(2).stderr_has("nowhere/x.jsonl");
    let left: Vec<_> = std::fs::read_dir(fx.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
});

fptest!(histories_quote_the_texts_of_the_time, |fx: Fixture| {
    let line = |date: &str, text: &str| {
        serde_json::json!({"company": "acme", "archive_time": date, "text": text}).to_string()
            + "\n"
    };
    fx.file(
        "numbers.jsonl",
        line("2020-01-01", "# 1. Selling\n\nOf data.\n")
            + &line("2020-02-01", "# 1. Preface\n\nTo all.\n\n# 2. Selling\n\nOf data.\n")
            + &line("2020-03-01", "# 1. Preface\n\nTo all.\n"),
    );
    fx.run(["index", "numbers.jsonl", "--index", "i"]).exits(0);
    fx.run(["index", "numbers.jsonl", "--index", "i", "--collection", "other"]).exits(0);
    let history = fx.run(["history", "selling", "--company", "acme", "--index", "i"]);
    history.exits(0).stdout_has("seen 2020-01-01 to 2020-02-01, gone by 2020-03-01, 2 snapshots\n");
    // The number in front is no part of the text; a new number is no event.
    history.stdout_has("2020-01-01  = Selling\n").stdout_has("2020-03-01  - Selling\n");
    history.stdout_lacks("2020-02-01  ");
    history
        .stdout_has(", 2020-01-01 to 2020-03-01, collection default\n")
        .stdout_has(", collection other\n");
});

/// The words of clauses and their numbers, or of Markdown, in order.
fn printed_words(text: &str) -> Vec<String> {
    let text = text.replace("<br>", " ").replace("<!-- furniture -->", " ");
    let text = text.replace("<!-- end of furniture -->", " ");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fptest!(interrupted_tables_print_each_word_once, |fx: Fixture| {
    let head = "| Data | Use |\n| --- | --- |\n| Name | ads |\n";
    // Each text, and whether its Markdown reads back into the same clauses.
    let texts = [
        (format!("{head}| We never: | |\n| • sell it | |\n| • rent it | |\n| Age | b |\n"), true),
        (format!("{head}| Some text. | |\n| And more. | |\n| A third. | |\n| Age | b |\n"), true),
        (
            format!("{head}| a | |\n| b | |\n| c | |\n| Age | b |\n| d | |\n| e | |\n| f | |\n"),
            true,
        ),
        (
            format!("{head}| **Title** | |\n| b<br>c | |\n| c | |\n| d | |\n| Age | b |\n\nEnd."),
            true,
        ),
        (format!("{head}\nBetween.\n\n* one\n* two\n\n{head}"), true),
        (format!("{head}\n* one\n* two\n\n| Age | b |\n| Size | c |\n"), true),
        (
            format!("We may:\n\n* keep\n\n{head}| x\\|y | |\n| \\* z | |\n| 1. w | |\n| v | u |\n"),
            true,
        ),
    ];
    let rows = |between: &str| {
        format!(
            "<p>We sell all of your data to everyone who pays us well for it.\
             <table><tr><th>Data<th>Use<tr><td>Name<td>ads{between}<tr><td>Age<td>b</table>"
        )
    };
    let pages = [
        (rows("<tr><td colspan=2>We never:<ul><li>sell<li>rent it</ul>"), true),
        (rows("<tr hidden><td>Size<td>c"), false),
        (rows("<tr><td colspan=2 hidden>c"), false),
    ];
    let texts = texts.iter().map(|(text, reads)| ("text", text.as_str(), *reads));
    let pages = pages.iter().map(|(page, reads)| ("html", page.as_str(), *reads));
    let all: Vec<_> = texts.chain(pages).collect();
    let mut lines = String::new();
    for (at, (field, text, _)) in all.iter().enumerate() {
        let company = format!("a{at}.example");
        let line = serde_json::json!({"company": company, "date": "2001-01-01", *field: text});
        lines.push_str(&format!("{line}\n"));
    }
    fx.file("tables.jsonl", lines);
    fx.run(["index", "tables.jsonl", "--index", "i"]).exits(0);
    fx.run(["export", "--index", "i", "--to", "again.jsonl"]).exits(0);
    fx.run(["index", "again.jsonl", "--index", "again"]).exits(0);
    for (at, (_, text, reads_back)) in all.iter().enumerate() {
        let company = format!("a{at}.example");
        let show = |index: &str, format: &str| {
            fx.run(["show", &company, "--index", index, "--format", format])
        };
        let clauses = |index: &str| -> Vec<[String; 4]> {
            let clauses = show(index, "json").json()["clauses"].as_array().unwrap().clone();
            let told = |clause: &serde_json::Value| {
                ["kind", "number", "lead_in", "text"]
                    .map(|name| clause[name].as_str().unwrap_or_default().to_owned())
            };
            clauses.iter().map(told).collect()
        };
        let told = clauses("i");
        let words: String = told.iter().map(|c| format!("{} {}\n", c[1], c[3])).collect();
        let printed = show("i", "markdown").stdout().to_owned();
        assert_eq!(printed_words(&printed), printed_words(&words), "{text}\n{printed}");
        if *reads_back {
            assert_eq!(clauses("again"), told, "{text}\n{printed}");
        }
    }
});

fptest!(odd_tables_and_empty_pages_are_exported, |fx: Fixture| {
    let texts = [
        "",
        "| | |\n| --- | --- |\n| We sell | nothing |\n| We rent | less |\n\nBetween.\n\n| What | \
         Why |\n| --- | --- |\n",
        "| What | Why |\n| --- | --- |\n| Data \\| Facts | Ads |\n| Names |\n\n| | |\n| --- | --- \
         |\n| What | Why |\n| Not | so |\n",
    ];
    let line = |(year, text): (usize, &&str)| {
        let date = (2001 + year).to_string() + "-01-01";
        let is_technical = year == 1;
        let line = serde_json::json!({
            "company": "acme", "date": date, "technical": is_technical, "text": text
        });
        line.to_string() + "\n"
    };
    fx.file("odd.jsonl", texts.iter().enumerate().map(line).collect::<String>());
    let clauses = |index: &str| {
        let run = fx.run([
            "search",
            "we OR what OR data OR between OR names OR not",
            "--index",
            index,
            "--format",
            "jsonl",
        ]);
        let told = run.exits(0).json_lines().into_iter().map(|hit| {
            ["kind", "lead_in", "text", "first_seen", "snapshots"].map(|name| hit[name].to_string())
        });
        told.collect::<std::collections::BTreeSet<_>>()
    };
    fx.run(["index", "odd.jsonl", "--index", "i"]).exits(0);
    assert_eq!(clauses("i").len(), 7, "{:?}", clauses("i"));
    for (format, to) in [("jsonl", "x.jsonl"), ("csv", "x.csv"), ("markdown", "tree")] {
        let run = fx.run(["export", "--index", "i", "--format", format, "--to", to]);
        match format {
            "jsonl" => run.exits(0).stderr_is_empty(),
            _ => run.exits(0).stderr_is(&format!("3 snapshots of 1 policy written to {to}\n")),
        };
        let again = format!("{format}.idx");
        fx.run(["index", to, "--index", &again]).exits(0);
        assert_eq!(clauses(&again), clauses("i"), "{format}");
        let info = fx.run(["info", "--index", &again, "--format", "json"]).json();
        assert_eq!(info["counts"]["snapshots"], 3, "{format}");
        let json = fx
            .run(["show", "acme", "--as-of", "2002", "--index", &again, "--format", "json"])
            .json();
        assert_eq!(json["is_technical"], true, "{format}");
    }
});

fptest!(a_period_in_which_the_archive_begins_is_partial, |fx: Fixture| {
    let partial = |more: &[&str]| -> Vec<bool> {
        let args = [&["timeline", "sell", "--format", "json"], more].concat();
        let json = fx.run(args).json();
        let points = json["series"][0]["points"].as_array().unwrap().clone();
        points.iter().map(|point| point["is_partial"].as_bool().unwrap()).collect()
    };
    fx.policy("acme.example", "2001-06-15", "We sell data.\n");
    fx.policy("acme.example", "2003-12-31", "We sell data.\n");
    fx.policy("birch.example", "2002-03-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    assert_eq!(partial(&[]), [true, false, false]);
    // The archive has begun before this company has.
    assert_eq!(partial(&["--company", "birch.example"]), [false, false]);
    assert_eq!(partial(&["--since", "2000"]), [false, true, false, false]);
    assert_eq!(partial(&["--since", "2002"]), [false, false]);
    assert_eq!(partial(&["--measure", "snapshots"]), [true, false, false]);
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    assert_eq!(partial(&[]), [false, false, false]);
});
