//! Tests tables: encodings, quotes, delimiters, line ends, layouts of JSON, and dates.

use encoding_rs::{GBK, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};
use fineprint::corpus::CorpusNotice;
use serde_json::json;

use crate::util::{Fixture, PROGRAM, Run, feed, fptest};

/// The company, the day, the text and the line of each clause of an index, in the order of lines.
pub fn rows(fx: &Fixture) -> Vec<String> {
    let run = fx.run(["search", "company:*", "--format", "jsonl", "--limit", "all"]);
    let mut rows: Vec<_> = run
        .json_lines()
        .iter()
        .map(|hit| {
            let text = |key: &str| hit[key].as_str().unwrap().to_owned();
            let row = [text("company"), text("archive_date"), text("text")].join(" | ");
            (hit["source"]["line"].as_u64().unwrap_or(0), row)
        })
        .collect();
    rows.sort();
    rows.into_iter().map(|(line, row)| format!("{line} {row}")).collect()
}

/// Indexes a file of these bytes.
fn index(fx: &Fixture, name: &str, bytes: impl AsRef<[u8]>) -> Run {
    fx.file(name, bytes);
    fx.run(["index", name, "--rebuild=force"])
}

/// Asserts that a file is read without an error as these rows, and the same from a pipe.
#[track_caller]
fn reads(name: &str, bytes: impl AsRef<[u8]>, expected: &[&str]) {
    let fx = Fixture::new();
    index(&fx, name, bytes.as_ref()).exits(0);
    assert_eq!(rows(&fx), expected, "{name}");
    let mut command = fx.command(PROGRAM);
    command.args(["index", "-", "--rebuild=force"]);
    let output = feed(command, bytes.as_ref());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(rows(&fx), expected, "{name} from a pipe");
}

/// Asserts that a file is read as these rows and that each of these messages is printed.
#[track_caller]
fn names(name: &str, bytes: impl AsRef<[u8]>, messages: &[&str], expected: &[&str]) {
    let fx = Fixture::new();
    let run = index(&fx, name, bytes);
    run.exits(2);
    for message in messages {
        run.stderr_has(&format!("error: {name}: {message}"));
    }
    let found = if fx.path(".fineprint").exists() { rows(&fx) } else { Vec::new() };
    assert_eq!(found, expected, "{name}");
}

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn one_encoding_holds_for_all_rows() {
    let fx = Fixture::new();
    // The names of companies and the short texts alone seem to be in other encodings.
    for (encoding, names, texts) in [
        (WINDOWS_1251, ["Яндекс", "Да"], ["Мы не продаём ваши личные данные никому.", "Ещё"]),
        (WINDOWS_1252, ["Société", "Été"], ["Nous gardons vos données privées.", "À bientôt"]),
        (GBK, ["公司", "模糊"], ["我们不会出售您的个人信息，也不会与第三方共享。", "是"]),
        (SHIFT_JIS, ["会社", "表示"], ["当社はお客様の個人情報を販売しません。", "表"]),
    ] {
        let mut csv = "date,company,text\n".to_owned();
        let mut json = String::new();
        let mut expected = Vec::new();
        for (name, text) in names.into_iter().zip(texts).rev() {
            csv += &format!("2020-01-02,{name},\"{text}\"\n");
            json += &format!("{}\n", json!({"company": name, "date": "2020-01-02", "text": text}));
            expected.push(format!("{name} | 2020-01-02 | {text}"));
        }
        let tabs = csv.replace(',', "\t");
        for (file, text, first) in [("a.csv", csv, 2), ("a.tsv", tabs, 2), ("a.jsonl", json, 1)] {
            let notice = format!("{}: 2", CorpusNotice::NotUtf8.text());
            index(&fx, file, encoding.encode(&text).0).exits(0).stderr_has(&notice);
            let lines = expected.iter().zip(first..).map(|(row, line)| format!("{line} {row}"));
            assert_eq!(rows(&fx), lines.collect::<Vec<_>>(), "{file} {}", encoding.name());
        }
    }
}

#[test]
fn rows_that_cannot_be_read_are_in_the_order_of_the_table() {
    let fx = Fixture::new();
    let rows = (1..12).map(|row| format!("a{row}.example,someday,We sell.\n"));
    let table = format!("company,date,text\na,2020-01-02,We.\n{}", rows.collect::<String>());
    let run = index(&fx, "a.csv", table);
    let line = |place: usize| run.exits(2).stderr().lines().nth(place).unwrap().to_owned();
    for place in 0..11 {
        let named = format!(": {}: ", place + 3);
        let named = [named, format!("row {}:", place + 3), format!("line {}:", place + 3)];
        assert!(named.iter().any(|named| line(place).contains(named)), "{run}");
    }
}

#[test]
fn rows_of_two_encodings_are_both_read() {
    let french = "Nous gardons vos données privées.";
    let row = format!("b.example,2020-01-02,{french}\n");
    let head = format!("company,date,text\na.example,2020-01-02,{french}\n");
    let bytes = [head.as_bytes(), &WINDOWS_1252.encode(&row).0].concat();
    let row = |line: u8, company: &str| format!("{line} {company}.example | 2020-01-02 | {french}");
    reads("a.csv", bytes, &[&row(2, "a"), &row(3, "b")]);
    // One wrong byte changes no other letter.
    let bytes = [b"company,date,text\na,2020-01-02,pers\xc3\xb6nlich caf\xe9".as_slice()].concat();
    reads("a.csv", bytes, &["2 a | 2020-01-02 | persönlich caf\u{FFFD}"]);
    // The encoding shows long after the beginning.
    let mut bytes = b"company,date,text\n".to_vec();
    bytes.extend("x,2020-01-02,We sell.\n".repeat(100_000).bytes());
    bytes.extend(b"y,2020-01-02,Donn\xe9es priv\xe9es\n");
    let fx = Fixture::new();
    index(&fx, "a.csv", bytes).exits(0);
    fx.run(["search", "données privées", "--count"]).stdout_is("1\n");
}

fptest!(names_of_columns_are_decoded_too, |fx: Fixture| {
    let csv = "société;date;texte\na.example;2020-01-02;We sell.\n";
    let wide = utf_16(csv, u16::to_le_bytes);
    for (bytes, notice) in [
        (WINDOWS_1252.encode(csv).0.into_owned(), CorpusNotice::NotUtf8.text()),
        (csv.as_bytes().to_vec(), ""),
        (wide, ""),
    ] {
        fx.file("a.csv", bytes);
        let map = ["--map", "company=société,text=texte"];
        fx.run(["index", "a.csv", "--rebuild=force"].iter().chain(&map))
            .exits(0)
            .stderr_has(notice);
        assert_eq!(rows(&fx), ["2 a.example | 2020-01-02 | We sell."]);
    }
});

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let csv = "company;date;text\nSociété;2020-01-02;\"Données, 個人情報\"\n";
    let json = "[\n{\"company\": \"Société\", \"date\": \"2020-01-02\", \"text\": \"Données, \
                個人情報\"}\n]";
    let row = "Société | 2020-01-02 | Données, 個人情報";
    for (text, name) in [(csv, "a.csv"), (&csv.replace(';', "\t"), "a.txt"), (json, "a.json")] {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            reads(name, utf_16(text, bytes), &[&format!("2 {row}")]);
            reads(name, utf_16(&format!("\u{FEFF}{text}"), bytes), &[&format!("2 {row}")]);
        }
        reads(name, format!("\u{FEFF}{text}"), &[&format!("2 {row}")]);
    }
}

#[test]
fn delimiters_and_line_ends_are_told_from_the_first_row() {
    let row = "a.example | 2020-01-02 | We sell, now.";
    for (name, bytes, line) in [
        ("sep", "sep=;\r\ncompany;date;text\r\na.example;2020-01-02;We sell, now.\r\n", 3),
        ("mark", "\u{FEFF}sep=|\r\ncompany|date|text\r\na.example|2020-01-02|We sell, now.", 3),
        ("bars", "company|date|text\na.example|2020-01-02|We sell, now.\n", 2),
        ("blank", "\n\r\n  \ncompany,date,text\na.example,2020-01-02,\"We sell, now.\"", 5),
        ("returns", "company,date,text\ra.example,2020-01-02,\"We sell, now.\"\r", 2),
        ("ends", "company,date,text\na.example,2020-01-02,\"We sell, now.\",,\n,,\n\n", 2),
        ("blanks", "company, date, text\na.example, 2020-01-02,\"We sell, now.\" \n", 2),
        ("list", "company;date;text;a,b,c,d\na.example;2020-01-02;We sell, now.;1\n", 2),
        ("nameless", ",company,date,text\n0,a.example,2020-01-02,\"We sell, now.\"\n", 2),
    ] {
        reads(name, bytes, &[&format!("{line} {row}")]);
    }
    reads(
        "cells",
        "company,date,text\r\na,2020-01-02,\"# One\r\n\r\nTwo \"\"2\"\"\"\r\nb,2020-01-02,5\" disk",
        &["2 a | 2020-01-02 | One", "2 a | 2020-01-02 | Two \"2\"", "5 b | 2020-01-02 | 5\" disk"],
    );
}

#[test]
fn quotes_and_rows_without_an_end_are_named() {
    let head = "company,date,text\na,2020-01-02,We sell.\n";
    let first = "2 a | 2020-01-02 | We sell.";
    let never = "the quote that opens in line";
    for (rest, message, after) in [
        ("b,2020-01-02,\"We\nc,2020-01-02,We\n", format!("line 3: {never} 3 is never"), None),
        ("b,2020-01-02,\"We\n", format!("line 3: {never} 3 is never closed"), None),
        ("b,\"2020\n\",\"We\nc", format!("line 3: {never} 4 is never closed"), None),
        ("b,x,\"We\nc,x,\"We\"\n", format!("line 3: {never} 3 closes in line 4, but not"), Some(5)),
        ("b,x,\"We \"sell\" it\"\n", format!("line 3: {never} 3 closes in line 3"), Some(4)),
        ("b,x,\"We \\\"sell\\\" it\"\n", format!("line 3: {never} 3 closes in line 3"), Some(4)),
        ("b,2020-01-02\n", "line 3: has 2 fields, the header 3".to_owned(), Some(4)),
        ("b,2020-01-02,We,too\n", "line 3: has 4 fields, the header 3".to_owned(), Some(4)),
        ("b,2020-01-02,We\rsell\n", "line 4: has 1 fields, the header 3".to_owned(), Some(5)),
    ] {
        let last = after.map(|line| format!("{line} z | 2020-01-02 | Last."));
        let csv = format!("{head}{rest}{}", last.as_ref().map_or("", |_| "z,2020-01-02,Last.\n"));
        let fx = Fixture::new();
        index(&fx, "a.csv", csv).exits(2).stderr_has(&format!("error: a.csv: {message}"));
        let found = rows(&fx);
        assert_eq!(
            (found.first().map(String::as_str), found.last()),
            (Some(first), last.as_ref().or(Some(&first.to_owned())))
        );
    }
    names("a.csv", "company,date,text\na,2020-01-02,\"We", &["nothing to index: line 2: the"], &[]);
}

#[test]
fn columns_of_one_name_are_an_error() {
    for (head, name) in [
        ("company,date,text,text", "text"),
        ("company,date,text,a,a", "a"),
        ("company,date,\"text\", text ", "text"),
    ] {
        let csv = format!("{head}\na,2020-01-02,We sell.,x,y\n");
        let message = format!("nothing to index: line 1: two columns are named `{name}`; rename");
        names("a.csv", csv, &[&message], &[]);
    }
    let fx = Fixture::new();
    fx.file("a.csv", "\ncompany,date,body,body\na,2020-01-02,We,x\n");
    fx.run(["index", "a.csv", "--map", "text=body"])
        .exits(2)
        .stderr_has("line 2: two columns are named `body`");
    fx.run(["index", "a.csv", "--map", "text=body,html=body"])
        .exits(2)
        .stderr_has("--map: `body` is named twice");
    // A column without a name is no problem until two have values.
    names(
        "a.csv",
        "company,date,text,,\na,2020-01-02,We.,,\na,2020-01-03,Us.,x,\na,2020-01-04,I.,x,y\n",
        &["line 4: has values in two columns without a name"],
        &["2 a | 2020-01-02 | We.", "3 a | 2020-01-03 | Us."],
    );
    names(
        "a.jsonl",
        r#"{"company": "a", "date": "2020-01-02", "text": "a", "text": "b"}"#,
        &["nothing to index: line 1: has two members named `text`"],
        &[],
    );
}

#[test]
fn json_has_several_layouts() {
    let (one, two) = (
        json!({"company": "a", "date": "2020-01-02", "text": "We } ] sell."}),
        json!({"company": "b", "date": "2020-01-02", "text": "We \"{ sell.", "n": [1, {"x": 2}]}),
    );
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap();
    let expected = |lines: [u8; 2]| {
        let [one, two] = lines;
        [
            format!("{one} a | 2020-01-02 | We }} ] sell."),
            format!("{two} b | 2020-01-02 | We \"{{ sell."),
        ]
    };
    for (text, lines) in [
        (format!("[{one}, {two}]"), [1, 1]),
        (format!("\n[\n{one},\r\n{two}\n]\n"), [3, 4]),
        (pretty(&json!([one, two])), [2, 7]),
        (format!("{}\n{}", pretty(&one), pretty(&two)), [1, 6]),
        (format!("{one}\r{two}\r"), [1, 2]),
        (format!("\u{FEFF}{one}\n\u{FEFF}{two}\n"), [1, 2]),
        (format!("[{one}][{two}]"), [1, 1]),
    ] {
        let [one, two] = expected(lines);
        reads("a.json", &text, &[&one, &two]);
        reads("a.jsonl", &text, &[&one, &two]);
    }
    reads("a.json", pretty(&one), &["1 a | 2020-01-02 | We } ] sell."]);
    let [first, _] = expected([1, 1]);
    let array = "the array that begins in line 1 is never closed; is the file cut off?";
    names("a.json", format!("[{one},"), &[&format!("line 1: {array}")], &[&first]);
    names("a.json", format!("[{one},\n5,\n7]"), &["line 2: column 1: invalid type"], &[&first]);
    names(
        "a.json",
        format!("[{one},\n{{\"company\": \"b"),
        &["line 1: the object that begins in line 2 is never closed"],
        &[&first],
    );
}

fptest!(lone_surrogates_become_replacements, |fx: Fixture| {
    let lines = concat!(
        r#"{"company":"a","date":"2020-01-02","text":"We sell \ud83d it."}"#,
        "\n",
        r#"{"company":"b","date":"2020-01-02","text":"\ud83d\ude00 \\ud83d We","\udc00":"\udfff"}"#,
    );
    let run = index(&fx, "a.jsonl", lines);
    let notice = CorpusNotice::LoneSurrogate.text();
    run.exits(0)
        .stderr_has(&format!("{notice}: 2 (such as a.jsonl: line 1)"))
        .stderr_lacks(CorpusNotice::NotUtf8.text());
    fx.run(["index", "a.jsonl", "--dry-run"]).exits(0).stdout_has(&format!("{notice}: 2"));
    assert_eq!(rows(&fx)[0], "1 a | 2020-01-02 | We sell \u{FFFD} it.");
    fx.run(["search", "we company:b", "--format", "jsonl"]).exits(0).stdout_has("😀");
    index(&fx, "b.jsonl", lines.lines().next().unwrap().replace("d83d", "d83d\\ude00"))
        .exits(0)
        .stderr_has("1 distinct clause (1 occurrence)\n")
        .stderr_lacks(notice);
});

#[test]
fn empty_rows_above_the_names_of_columns_count_for_nothing() {
    for comma in [",", ";", "|", "\t"] {
        for above in [",,", " , ,", "\"\",\"\",\"\"", ",", ",,,,", ",,\r\n,,", "\n,,"] {
            let table = format!("{above}\ncompany,date,text\na,2020-01-02,We sell.\n");
            let lines = above.lines().count() + 2;
            let expected = format!("{lines} a | 2020-01-02 | We sell.");
            reads("a.csv", table.replace(',', comma), &[&expected]);
        }
    }
    let named = "sep=;\n;;\ncompany;date;text\na;2020-01-02;We sell.\n";
    reads("a.csv", named, &["4 a | 2020-01-02 | We sell."]);
}

fptest!(dates_are_read_as_databases_print_them, |fx: Fixture| {
    let times = [
        ("2020-01-02 03:04:05", "2020-01-02T03:04:05Z"),
        ("2020-01-02 03:04:05+00:00", "2020-01-02T03:04:05Z"),
        ("2020-01-02T03:04:05.123456", "2020-01-02T03:04:05.123456Z"),
        ("2020-01-02 03:04:05.5-0130", "2020-01-02T04:34:05.5Z"),
        ("2020-01-02 03:04:05 UTC", "2020-01-02T03:04:05Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
    ];
    for (number, (time, _)) in times.iter().enumerate() {
        fx.file(
            format!("in/{number}.md"),
            format!("---\ncompany: c{number}\ndate: {time}\n---\nWe sell.\n"),
        );
    }
    let row = |row: (usize, &(&str, &str))| format!("c{},{},We sell.\n", row.0, row.1.0);
    let csv: String = times.iter().enumerate().map(row).collect();
    fx.file("a.csv", format!("company,date,text\n{csv}"));
    for corpus in ["a.csv", "in"] {
        fx.run(["index", corpus, "--rebuild=force"]).exits(0);
        for (number, (time, expected)) in times.iter().enumerate() {
            let query = format!("sell company:c{number}");
            let hits = fx.run(["search", query.as_str(), "--format", "jsonl"]).json_lines();
            assert_eq!(hits[0]["archive_time"], *expected, "{time} in {corpus}");
        }
    }
    let head = "company,date,text\n";
    for (date, message) in [
        ("9999-12-31", "`9999-12-31` is after the last day that can be kept, 9999-12-30"),
        ("0000-00-00", "`0000-00-00` is no date; write YYYY-MM-DD,"),
        ("43832", "`43832` is no date, but perhaps the number of a day in a spreadsheet"),
        ("02/01/2020", "`02/01/2020` does not say which number is the day"),
        ("1577934245", "`1577934245` is no date, but perhaps seconds since 1970"),
    ] {
        let run = index(&fx, "b.csv", format!("{head}a,{date},We\nb,2020-01-02,We\n"));
        run.exits(2).stderr_has(&format!("error: b.csv: line 2: {message}"));
        let json = format!("{{\"company\":\"a\",\"date\":\"{date}\",\"text\":\"We\"}}");
        index(&fx, "b.jsonl", json).exits(2).stderr_has(&format!("line 1: {message}"));
    }
});
