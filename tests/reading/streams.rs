//! Tests JSON Lines, CSV and archives: they give the same snapshots as files do, and damaged input
//! does not stop a run.

use std::io::Write;

use crate::util::{Fixture, PROGRAM, feed, fptest, gzip, header, repository, zstd};

const POLICIES: [(&str, &str, &str); 3] = [
    ("acme.example", "2001-01-01", "# Sharing\n\nWe never sell \"your\" data,\nnot to anyone.\n"),
    (
        "acme.example",
        "2003-05-06",
        "# Sharing\n\nWe may sell your data.\n\n- to friends; or others\n- to foes\n",
    ),
    ("birch.example", "2002-02-02", "We sell birches. No data.\n"),
];

/// Company, archive time and text of every clause in the index.
fn triples(fx: &Fixture, index: &str) -> Vec<String> {
    let query = "sell OR data OR sharing OR friends OR foes OR birches";
    let run = fx.run(["search", query, "--index", index, "--format", "jsonl", "--limit", "all"]);
    run.exits(0);
    let text = |hit: &serde_json::Value, key: &str| hit[key].as_str().unwrap().to_owned();
    let triple = |hit: &serde_json::Value| {
        ["company", "archive_time", "text"].map(|key| text(hit, key)).join(" | ")
    };
    let mut triples: Vec<_> = run.json_lines().iter().map(triple).collect();
    triples.sort();
    triples
}

fn expected(fx: &Fixture) -> Vec<String> {
    for (site, date, body) in POLICIES {
        fx.policy(site, date, body);
    }
    fx.run(["index", "corpus", "--index", "expected"]).exits(0);
    triples(fx, "expected")
}

fn json_lines() -> String {
    let line = |(site, date, body): (&str, &str, &str)| {
        serde_json::json!({
            "company": site, "archive_time": format!("{date}T12:00:00Z"), "text": body
        })
        .to_string()
    };
    POLICIES.map(line).join("\n") + "\n"
}

fn csv(delimiter: &str) -> String {
    let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let row = |(site, date, body): (&str, &str, &str)| {
        [site.to_owned(), format!("{}120000", date.replace('-', "")), quote(body)].join(delimiter)
    };
    let header = ["company", "date", "text"].join(delimiter);
    format!("{header}\n{}\n", POLICIES.map(row).join("\n"))
}

fn file(policy: (&str, &str, &str)) -> String {
    format!("{}\n\n{}", header(policy.0, policy.1), policy.2)
}

fn tar() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (number, policy) in POLICIES.into_iter().enumerate() {
        let bytes = file(policy);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, format!("some/{number}.md"), bytes.as_bytes()).unwrap();
    }
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    tar.append_link(&mut header, "link.md", "/etc/hostname").unwrap();
    tar.into_inner().unwrap()
}

fn zip(extra: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (number, policy) in POLICIES.into_iter().enumerate() {
        zip.start_file(format!("some/{number}.md"), options).unwrap();
        zip.write_all(file(policy).as_bytes()).unwrap();
    }
    for (name, text) in extra {
        zip.start_file(*name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Compresses a text as two members or frames, one after the other.
fn in_two(bytes: &[u8], compress: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let (one, two) = bytes.split_at(bytes.len() / 2);
    [compress(one), compress(two)].concat()
}

fptest!(every_form_of_stream_gives_the_same_clauses, |fx: Fixture| {
    let expected = expected(&fx);
    assert!(expected.len() > 5, "{expected:?}");
    let (lines, rows) = (json_lines().into_bytes(), csv(",").into_bytes());
    let streams = [
        ("lines", lines.clone()),
        ("lines.gz", in_two(&lines, gzip)),
        ("lines.zst", in_two(&lines, zstd)),
        ("rows", rows.clone()),
        ("rows.gz", gzip(&rows)),
        ("rows.zst", zstd(&rows)),
        ("tabs", csv("\t").into_bytes()),
        ("semicolons", csv(";").into_bytes()),
        ("tar", tar()),
        ("tar.gz", gzip(&tar())),
        ("tar.zst", zstd(&tar())),
        ("zip", zip(&[])),
    ];
    for (name, bytes) in streams {
        // The file has no extension that names its form.
        let path = name.replace('.', "-");
        fx.file(&path, bytes);
        let index = format!("{path}.index");
        fx.run(["index", path.as_str(), "--index", index.as_str()]).exits(0);
        assert_eq!(triples(&fx, &index), expected, "{name}");
    }
});

/// Builds an index of standard input.
fn index_stdin(fx: &Fixture, bytes: &[u8]) -> std::process::Output {
    let mut command = fx.command(PROGRAM);
    command.args(["index", "-", "--index", "index"]);
    feed(command, bytes)
}

fptest!(standard_input_is_read_like_a_file, |fx: Fixture| {
    let expected = expected(&fx);
    for bytes in [json_lines().into_bytes(), gzip(csv(",").as_bytes()), zstd(&tar())] {
        let output = index_stdin(&fx, &bytes);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(triples(&fx, "index"), expected);
    }
    let output = index_stdin(&fx, &zip(&[]));
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("a zip archive can be read from a file only")
    );
});

fptest!(bad_lines_are_failures_with_their_place, |fx: Fixture| {
    let lines = format!(
        "{}{}",
        json_lines(),
        concat!(
            "{\"company\": \"x\", \"date\": \n",
            "\n",
            "{\"company\": \"x\", \"date\": \"2001-02-30\", \"text\": \"x\"}\n",
            "{\"company\": \"page.example\", \"date\": \"2001-02-03\", \"html\": \"<p>page \
             <b>clauses</b>\"}\n",
            "{\"date\": \"2001-02-03\", \"text\": \"x\"}\n",
            "{\"company\": \"last.example\", \"date\": \"2001-02-03\", \"text\": \"the last \
             sell\"}",
        )
    );
    fx.file("lines", lines);
    let run = fx.run(["index", "lines"]);
    run.exits(2).stderr_has("lines: line 4: column 25: EOF while parsing");
    run.stderr_has("lines: line 6: `2001-02-30` is no date");
    fx.run(["search", "page clauses"]).exits(0).stdout_has("page.example");
    run.stderr_has("lines: line 8: has no `company`");
    let hit = &fx.run(["search", "the last sell", "--format", "jsonl"]).json_lines()[0];
    assert_eq!(hit["source"]["line"], 9);
    assert_eq!(hit["source"]["path"], "lines");
});

fptest!(fields_are_renamed, |fx: Fixture| {
    fx.file("lines", r#"{"site": "acme.example", "date": "2001-02-03", "body": "We sell."}"#);
    fx.run(["index", "lines", "--map", "company=site,text=body"]).exits(0);
    fx.run(["search", "we sell"]).exits(0).stdout_has("acme.example");
    let run = fx.run(["index", "lines", "--map", "firm=site"]);
    run.exits(2).stderr_has("--map: there is no field `firm`; fields: company, type");
});

fptest!(a_line_of_100_mb_is_one_failure, |fx: Fixture| {
    let mut lines = json_lines().into_bytes();
    lines.extend(b"{\"company\": \"x\", \"text\": \"");
    lines.resize(lines.len() + 100_000_000, b'x');
    lines.extend(
        b"\"}\n{\"company\": \"last.example\", \"date\": \"2001-02-03\", \"text\": \"the last \
            sell\"}\n",
    );
    fx.file("lines.gz", gzip(&lines));
    fx.run(["index", "lines.gz"]).exits(2).stderr_has("line 4: is longer than 80 MiB");
    fx.run(["search", "the last sell"]).exits(0).stdout_has("last.example");
});

fptest!(entries_before_a_cut_are_indexed, |fx: Fixture| {
    let whole = tar();
    // The cut is in the third entry: each entry has a block for its header and one for its bytes.
    fx.file("cut", &whole[..2 * 1024 + 512 + 20]);
    fx.run(["index", "cut"]).exits(2).stderr_has("cut: some/2.md: the rest cannot be read");
    fx.run(["search", "friends"]).exits(0);
    let packed = in_two(json_lines().as_bytes(), gzip);
    fx.file("lines.gz", &packed[..packed.len() - 12]);
    fx.run(["index", "lines.gz"]).exits(2).stderr_has("the rest cannot be read");
});

fptest!(entries_are_never_written_to_their_paths, |fx: Fixture| {
    let bomb = format!("{}\n\n{}", header("bomb.example", "2001-01-01"), "x".repeat(70 << 20));
    let evil = file(("evil.example", "2001-01-01", "Evil clauses.\n"));
    fx.file(
        "zip",
        zip(&[("../../evil.md", &evil), ("/bomb.md", &bomb), ("README.md", "# Read me\n")]),
    );
    let run = fx.run(["index", "zip"]);
    run.exits(2).stderr_has("zip: bomb.md: is larger than 64 MiB").stderr_has("skipped 1:");
    let hit = &fx.run(["search", "evil clauses", "--format", "jsonl"]).json_lines()[0];
    assert_eq!(hit["source"]["entry"], "evil.md");
    assert!(!fx.path("../evil.md").exists() && !fx.path("../../evil.md").exists());
});

#[test]
fn the_sample_lines_fit_their_schema() {
    let schema = std::fs::read_to_string(repository().join("schema/snapshot.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for line in json_lines().lines() {
        assert!(schema.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
    assert!(!schema.is_valid(&serde_json::json!({"company": "x", "text": "y"})), "no date");
}
