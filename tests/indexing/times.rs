//! Tests archive times: fractions of a second in every format and output, and odd dates.

use super::records::{COMPANY, Format, json_lines};
use super::update::texts_in;
use crate::output::golden::check;
use crate::util::{Fixture, fptest};

/// Records within one second, not in their order.
const RECORDS: [(&str, &str); 4] = [
    ("2020-01-02T03:04:05.900Z", "We sell."),
    ("2020-01-02T03:04:05.000000001Z", "We never sell."),
    ("2020-01-02T03:04:05.5Z", "We rent."),
    ("2020-01-02T03:04:05Z", "We ask."),
];

const ORDERED: [&str; 4] = ["We ask.", "We never sell.", "We rent.", "We sell."];

fptest!(fractions_are_kept_in_every_format, |fx: Fixture| {
    for format in Format::ALL.into_iter().filter(|format| format.has_fractions()) {
        let corpus = format.write(&fx, &RECORDS);
        fx.run(["index", "--rebuild=force", "--index", "i"].iter().chain(&corpus)).exits(0);
        assert_eq!(texts_in(&fx.path("i")), ORDERED, "{format:?}");
        let newest = fx.run(["search", "we", "--latest", "--index", "i", "--format", "jsonl"]);
        let hit = &newest.exits(0).json_lines()[0];
        assert_eq!(hit["archive_time"], "2020-01-02T03:04:05.9Z", "{format:?}");
        check("hit.schema.json", hit);
        fx.run(["check", "--index", "i"]).exits(0);
    }
});

fptest!(fractions_are_in_every_output, |fx: Fixture| {
    fx.file("a.jsonl", json_lines(&RECORDS));
    fx.run(["index", "a.jsonl"]).exits(0);
    let time = "2020-01-02T03:04:05.000000001Z";
    let search = |format: &str| fx.run(["search", "never", "--format", format]);
    assert_eq!(search("json").json()["hits"][0]["archive_time"], time);
    assert_eq!(search("jsonl").json_lines()[0]["archive_time"], time);
    for format in ["csv", "tsv"] {
        let fields = ["search", "never", "--format", format, "--fields", "archive_time"];
        assert_eq!(fx.run(fields).lines(), ["archive_time", time]);
    }
    let show = fx.run(["show", COMPANY, "--format", "json"]);
    assert_eq!(show.json()["archive_time"], "2020-01-02T03:04:05.9Z");
    fx.run(["export", "--format", "jsonl"]).stdout_has(time);
    fx.run(["export", "--format", "csv"]).stdout_has(time);
    fx.run(["export", "--format", "markdown", "--to", "tree"]).exits(0);
    for end in ["", ".000000001", ".5", ".9"] {
        let path = format!("tree/{COMPANY}/Privacy Policy/2020-01-02T03-04-05{end}Z.md");
        assert!(fx.path(&path).is_file(), "{path}");
    }
});

fptest!(hits_are_sorted_by_fractions, |fx: Fixture| {
    let companies = RECORDS.iter().enumerate().map(|(at, (time, text))| {
        let line =
            serde_json::json!({"company": format!("{at}.example"), "date": time, "text": text});
        format!("{line}\n")
    });
    fx.file("a.jsonl", companies.collect::<String>());
    fx.run(["index", "a.jsonl"]).exits(0);
    let sorted = |sort: &str| -> Vec<String> {
        let run = fx.run(["search", "we", "--sort", sort, "--format", "jsonl"]);
        let texts =
            run.json_lines().into_iter().map(|hit| hit["text"].as_str().unwrap().to_owned());
        texts.collect()
    };
    assert_eq!(sorted("oldest"), ORDERED);
    assert_eq!(sorted("first-seen"), ORDERED);
    assert_eq!(sorted("newest"), ORDERED.into_iter().rev().collect::<Vec<_>>());
});

fptest!(a_day_ends_with_the_fractions_of_its_last_second, |fx: Fixture| {
    fx.file("a.jsonl", json_lines(&[("2020-12-31T23:59:59.999999999Z", "We sell.")]));
    fx.run(["index", "a.jsonl"]).exits(0);
    for (flag, day, count) in [
        ("--until", "2020", "1\n"),
        ("--until", "2020-12", "1\n"),
        ("--until", "2020-12-31", "1\n"),
        ("--until", "2020-12-30", "0\n"),
        ("--as-of", "2020-12-31", "1\n"),
        ("--since", "2020-12-31", "1\n"),
        ("--since", "2021-01-01", "0\n"),
        ("--added-since", "2021", "0\n"),
        ("--added-since", "2020-12-31", "1\n"),
    ] {
        fx.run(["search", "sell", flag, day, "--count"]).stdout_is(count);
    }
    let latest = ["search", "sell", "--latest", "--carry", "1d", "--count"];
    fx.run(latest).stdout_is("1\n");
    let timeline = fx.run(["timeline", "sell", "--by", "month", "--format", "json"]).json();
    let point = &timeline["series"][0]["points"][0];
    assert_eq!((&point["period"], &point["saying"]), (&"2020-12".into(), &1.into()));
    fx.run(["show", COMPANY, "--as-of", "2020-12-31"]).exits(0).stdout_has("We sell.");
});

/// Runs the program on a day.
fn on(day: &str, fx: &Fixture, args: &[&str]) -> crate::util::Run {
    let mut command = fx.command(crate::util::PROGRAM);
    command.env("FINEPRINT_TODAY", day);
    crate::util::run(command, args)
}

fptest!(odd_dates_are_noticed_in_every_format, |fx: Fixture| {
    let records = [
        ("1989-12-31T23:59:59Z", "One."),
        ("1990-01-01T00:00:00Z", "Two."),
        ("2026-05-01T23:59:59Z", "Three."),
        ("2026-05-02T00:00:00Z", "Four."),
        ("2062-01-01T00:00:00Z", "Five."),
    ];
    for format in Format::ALL {
        let corpus = format.write(&fx, &records);
        let index = ["index", "--rebuild=force", "--index", "i"];
        let args: Vec<&str> = index.iter().chain(&corpus).copied().collect();
        let run = on("2026-05-01", &fx, &args);
        let notice = "dated before 1990 or in the future, and indexed at that date";
        run.exits(0).stderr_has("indexed 5 snapshots");
        run.stderr_has(&format!("{notice}: 3 (such as {}", corpus[0]));
        fx.run(["info", "--index", "i"]).stdout_has(notice);
        on("2062-01-01", &fx, &args).exits(0).stderr_has(&format!("{notice}: 1 ("));
        let dry: Vec<&str> = args.iter().chain(&["--dry-run"]).copied().collect();
        on("2026-05-01", &fx, &dry).exits(0).stdout_has(&format!("{notice}: 3 ("));
    }
});

fptest!(the_future_does_not_end_what_is_carried, |fx: Fixture| {
    let companies = [("a", "2026-05-01"), ("b", "2026-06-01"), ("typo", "2062-01-01")];
    let lines = companies.map(|(company, date)| {
        format!("{{\"company\":\"{company}.example\",\"date\":\"{date}\",\"text\":\"We sell.\"}}\n")
    });
    fx.file("a.jsonl", lines.concat());
    let count = |day: &str, more: &[&str]| {
        let args = [&["search", "we sell", "--count"], more].concat();
        on(day, &fx, &args).stdout().trim().to_owned()
    };
    on("2026-07-01", &fx, &["index", "a.jsonl"]).exits(0);
    assert_eq!(count("2026-07-01", &["--latest", "--carry", "1y"]), "3");
    assert_eq!(count("2026-07-01", &["--latest", "--carry", "7d"]), "2");
    assert_eq!(count("2026-07-01", &["--as-of", "2026-06", "--carry", "1y"]), "2");
    // The day comes.
    assert_eq!(count("2062-01-01", &["--latest", "--carry", "1y"]), "1");
    assert_eq!(count("2062-01-02", &["--latest", "--carry", "40y"]), "3");
    // Where every date is in the future, the newest one counts.
    assert_eq!(count("2001-01-01", &["--latest", "--carry", "1y"]), "1");
    let timeline = ["timeline", "we sell", "--carry", "1y", "--format", "json"];
    let points = on("2026-07-01", &fx, &timeline).json()["series"][0]["points"].clone();
    let told = |at: usize| (points[at]["period"].clone(), points[at]["in_force"].clone());
    assert_eq!(told(0), ("2026".into(), 2.into()));
    assert_eq!(told(36), ("2062".into(), 3.into()));
    assert!(points.as_array().unwrap().iter().all(|point| point["is_partial"] == true));
    let wrong = on("soon", &fx, &["search", "we sell"]);
    wrong.exits(2).stderr_has("FINEPRINT_TODAY is not YYYY-MM-DD");
});
