//! Tests what an index build reads and leaves out: every input ends in exactly one counter, and
//! every snapshot comes back whole.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use fineprint::corpus::{CorpusNotice, SkipReason};
use fineprint::index::{BuildOptions, CorpusScan, IngestReport, Manifest, OpenIndex, build};
use fineprint::model::{ClauseKind, Ordinal, Rank};
use fineprint::progress::SilentProgress;
use fineprint::section::{ClauseIdentity, section};

use crate::util::{Fixture, fptest, header, listing, repository, sample_index};

fn index(fx: &Fixture, corpora: &[&str]) -> (Manifest, IngestReport) {
    let corpora: Vec<PathBuf> = corpora.iter().map(|corpus| fx.path(corpus)).collect();
    let scan = CorpusScan::new(&corpora, "default", &SilentProgress).unwrap();
    let options = BuildOptions { index: fx.path("index"), threads: 2, ..BuildOptions::default() };
    build(scan, &options, &SilentProgress).unwrap()
}

fptest!(every_input_ends_in_exactly_one_counter, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.policy("acme.example", "2002-01-01", "We sell data.\n");
    fx.policy("brick.example", "2001-01-01", "We sell bricks.\n");
    fx.policy("clay.example", "2001-13-01", "An impossible date.\n");
    fx.policy("clay.example", "2001-02-29", "No leap year.\n");
    fx.file("corpus/header-only.md", header("dune.example", "2001-01-01"));
    fx.file(
        "corpus/copy.md",
        fs::read(fx.path("corpus/a/ac/acm/acme.example/2001-01-01.md")).unwrap(),
    );
    fx.file(
        "corpus/windows.md",
        [header("elm.example", "2001-01-01").as_bytes(), b"\n\ncaf\xe9\n"].concat(),
    );
    fx.file("corpus/README.md", "# About\n");
    fx.file("corpus/image.png", [0x89, b'P', b'N', b'G', 0, 0]);
    fx.file("corpus/empty.md", "");
    fx.file("corpus/.hidden.md", header("hidden.example", "2001-01-01"));
    fx.file("corpus/.git/config", "[core]\n");
    symlink("README.md", fx.path("corpus/link.md")).unwrap();
    symlink("a", fx.path("corpus/folder-link")).unwrap();
    let has_pipe = Command::new("mkfifo")
        .arg(fx.path("corpus/pipe"))
        .status()
        .is_ok_and(|status| status.success());
    if !has_pipe {
        println!("not tested: no mkfifo");
    }
    fx.run(["index", "corpus/b", "--index", "corpus/nested"]).exits(0);

    let (manifest, report) = index(&fx, &["corpus"]);
    let skipped: BTreeMap<SkipReason, u64> = BTreeMap::from([
        (SkipReason::NoHeader, 1),
        (SkipReason::NoText, 1),
        (SkipReason::Empty, 1),
        (SkipReason::Hidden, 2),
        (SkipReason::SymbolicLink, 2),
        (SkipReason::NoFile, u64::from(has_pipe)),
        (SkipReason::Index, 1),
        (SkipReason::Duplicate, 1),
    ]);
    let skipped: BTreeMap<SkipReason, u64> =
        skipped.into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(crate::reading::skipped(&report), skipped);
    assert_eq!(
        (report.indexed, report.notices[&CorpusNotice::NotUtf8].count, report.failed.len()),
        (5, 1, 2)
    );
    assert!(report.adds_up(), "{report:?}");
    assert_eq!(report.seen, 5 + 2 + skipped.values().sum::<u64>());
    assert_eq!(manifest.counts.snapshots, report.indexed);
    let inputs = &manifest.inputs;
    assert_eq!(
        (inputs.seen, inputs.indexed, inputs.unreadable.count),
        (report.seen, 5, 2),
        "{inputs:?}"
    );
    let left_out: u64 = inputs.skipped.values().map(|tally| tally.count).sum();
    assert_eq!(inputs.indexed + inputs.unreadable.count + left_out, inputs.seen);

    // The program prints the same counts, each reason with an example.
    let run = fx.run(["index", "corpus", "--index", "index", "--rebuild=force"]);
    run.exits(2).stderr_has("indexed 5 snapshots of 4 policies of 4 companies");
    for (skip, count) in &skipped {
        run.stderr_has(&format!("skipped {count}: {} (such as corpus/", skip.reason()));
    }
    run.stderr_has("duplicate of another snapshot (such as corpus/copy.md)")
        .stderr_has("and read in the encoding that they declare or seem to have: 1");
    run.stderr_has("error: corpus/c/cl/cla/clay.example/2001-13-01.md: line 1, column ");
    let named: Vec<_> = run.stderr().lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(named.len(), 2);

    // If two corpora overlap, all of the second is a duplicate.
    let (_, twice) = index(&fx, &["corpus", "corpus/b"]);
    assert!(twice.adds_up(), "{twice:?}");
    assert_eq!(
        (twice.seen, twice.unchanged, twice.indexed),
        (report.seen + 1, report.indexed + 1, 0)
    );
});

fptest!(many_unreadable_inputs_are_counted_not_listed, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    for day in 40..70 {
        fx.file(format!("corpus/{day}.md"), header("acme.example", &format!("2001-01-{day}")));
    }
    let run = fx.run(["index", "corpus", "--quiet"]);
    run.exits(2)
        .stderr_has("error: corpus/40.md: ")
        .stderr_has("error: 10 more inputs could not be read\n");
    assert_eq!(run.stderr().lines().count(), 21);
});

fptest!(the_fork_without_marks_is_read_line_by_line, |fx: Fixture| {
    let plain = "The following text is extracted and transformed from the acme.example privacy \
        policy that was archived on 2001-02-03. \
         Please check the original snapshot on the Wayback Machine for the most accurate \
         reproduction.";
    fx.file("corpus/acme.txt", format!("{plain}\nAcme Privacy\nWe sell data.\nWe rent data.\n"));
    fx.file(
        "corpus/windows.txt",
        format!("{plain}\r\nBrick Privacy\r\nWe sell bricks.\r\n").replace("acme", "brick"),
    );
    fx.run(["index", "corpus"]).exits(0);
    let hits = fx
        .run([
            "search",
            "section:privacy AND (sell OR rent)",
            "--sort",
            "company",
            "--format",
            "jsonl",
        ])
        .json_lines();
    let shown: Vec<_> = hits
        .iter()
        .map(|hit| {
            format!(
                "{} {} {} {}",
                hit["company"], hit["archive_date"], hit["text"], hit["archive_url"]
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            r#""acme.example" "2001-02-03" "We sell data." null"#,
            r#""acme.example" "2001-02-03" "We rent data." null"#,
            r#""brick.example" "2001-02-03" "We sell bricks." null"#
        ]
    );
    assert_eq!(hits[0]["title"], "Acme Privacy");
});

// The same policy with other line ends and byte order marks has the same clauses.
fptest!(line_ends_and_byte_order_marks_change_nothing, |fx: Fixture| {
    let text = format!(
        "{}\n\n# Privacy\n\nWe sell\nor rent data.\n\n  * one\n  * two\n",
        header("acme.example", "2001-01-01")
    );
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let files: [(&str, Vec<u8>); 6] = [
        ("lf", text.clone().into_bytes()),
        ("crlf", text.replace('\n', "\r\n").into_bytes()),
        ("cr", text.replace('\n', "\r").into_bytes()),
        ("bom", format!("\u{feff}{text}").into_bytes()),
        ("bom-crlf", format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes()),
        ("utf16", utf16),
    ];
    for (name, bytes) in files {
        fx.file(format!("{name}/policy.md"), bytes);
        fx.run(["index", name, "--index", "index", "--rebuild=force"]).exits(0).stderr_has(
            "indexed 1 snapshot of 1 policy of 1 company: 4 distinct clauses (4 occurrences)\n",
        );
        let hit = &fx
            .run(["search", "sell or rent", "--index", "index", "--format", "jsonl"])
            .json_lines()[0];
        assert_eq!(hit["text"], "We sell or rent data.", "{name}");
        assert_eq!(hit["archive_time"], "2001-01-01T12:00:00Z", "{name}");
        assert_eq!(hit["company"], "acme.example", "{name}");
    }
});

fptest!(a_header_is_read_whatever_follows_it, |fx: Fixture| {
    // An empty text is a snapshot without clauses.
    fx.file("corpus/bare.md", header("bare.example", "2001-01-01"));
    fx.file("corpus/line.md", format!("{}\n\n", header("line.example", "2001-01-01")));
    fx.run(["index", "corpus"])
        .exits(0)
        .stderr_has("indexed 2 snapshots of 2 policies of 2 companies: 0 distinct clauses");
    fx.run(["search", "anything"]).exits(1);
    // With a long text, the start of the file that is examined may end inside a letter; the name is
    // still read as UTF-8.
    for i in 0..4 {
        let body = format!("{}{}", "x".repeat(i), "個人情報".repeat(4000));
        fx.file(
            format!("corpus/long{i}.md"),
            format!("{}\n\n{body}\n", header("żółw.example", &format!("2001-01-0{}", i + 1))),
        );
    }
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["search", "個人情報", "--company", "żółw.example", "--count"])
        .exits(0)
        .stdout_is("4\n");
    // The date in the header may have fewer than ten characters.
    fx.file(
        "corpus/bad.md",
        "The following text is extracted and transformed from the a.example \
        privacy policy that was archived on 個人情報個人情報個人情報個人情報\n",
    );
    fx.run(["index", "corpus"])
        .exits(2)
        .stderr_has("`個人情報個人情報個人` is no date of the calendar");
});

fptest!(files_of_one_second_are_ordered_by_their_names, |fx: Fixture| {
    let texts = ["Alpha stands here.", "Beta stands here.", "Gamma stands here."];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let _ = fs::remove_dir_all(fx.path("corpus"));
        for (name, text) in [9, 10, 11].into_iter().zip(order) {
            fx.file(
                format!("corpus/{name}.md"),
                format!("{}\n\n{}\n", header("acme.example", "2001-01-01"), texts[text]),
            );
        }
        fx.run(["index", "corpus"]).exits(0).stderr_has("3 snapshots of 1 policy");
        let newest =
            fx.run(["search", "stands here", "--latest", "--format", "jsonl"]).json_lines();
        assert_eq!(newest.len(), 1, "one of them is the newest");
        assert_eq!(newest[0]["text"], texts[order[2]], "{order:?}");
    }
});

fptest!(the_second_of_an_archive_address_orders_snapshots_of_a_day, |fx: Fixture| {
    let at = |stamp: &str| header("acme.example", "2001-01-01").replace("20010101120000", stamp);
    fx.file("corpus/1.md", format!("{}\n\nThe later text.\n", at("20010101235959")));
    fx.file("corpus/2.md", format!("{}\n\nThe earlier text.\n", at("20010101000001")));
    fx.file("corpus/3.md", format!("{}\n\nOf a stamp of another day.\n", at("20010102000001")));
    fx.run(["index", "corpus"]).exits(0);
    let hits =
        fx.run(["search", "text OR stamp", "--sort", "oldest", "--format", "jsonl"]).json_lines();
    let times: Vec<_> = hits.iter().map(|hit| hit["archive_time"].as_str().unwrap()).collect();
    // The day in the header counts. A time stamp that contradicts it is ignored.
    assert_eq!(times, ["2001-01-01T00:00:00Z", "2001-01-01T00:00:01Z", "2001-01-01T23:59:59Z"]);
    fx.run(["search", "text", "--latest", "--format", "jsonl"]).stdout_has("The later text.");
});

/// Identity, kind and section of each clause, in order.
type Clauses = Vec<(ClauseKind, ClauseIdentity)>;

fn sectioned(path: &Path) -> Clauses {
    let text = fineprint::corpus::SourceText::decode(fs::read(path).unwrap()).body;
    let end = text.find('\n').unwrap();
    let (head, body) = text.split_at(end);
    // The fork of the corpus has no Markdown marks: the first line is the title, each other line a
    // paragraph.
    let body = if head.starts_with('>') {
        body.to_owned()
    } else {
        let lines: Vec<_> = body.lines().filter(|line| !line.trim().is_empty()).collect();
        format!("# {}", lines.join("\n\n"))
    };
    section(&body).iter().map(|clause| (clause.kind, ClauseIdentity::of(clause))).collect()
}

#[test]
fn every_snapshot_comes_back_whole_from_the_index() {
    let index = OpenIndex::open(sample_index()).unwrap();
    let (mut snapshots, mut clauses) = (0, 0);
    for (entry, rank) in index.policies().entries().unwrap().iter().zip(0..) {
        let mut before = None;
        for ordinal in 0..entry.snapshots {
            let (info, stored) = index.snapshot(Rank::new(rank), Ordinal::new(ordinal)).unwrap();
            let path = repository().join(&info.source.corpus).join(&info.source.path);
            let stored: Clauses = stored
                .iter()
                .map(|(kind, clause)| {
                    (*kind, ClauseIdentity::new(*kind, clause.lead_in.as_deref(), &clause.text))
                })
                .collect();
            let expected = sectioned(&path);
            assert_eq!(stored, expected, "{}", path.display());
            assert!(before <= Some(info.time), "ordinals are in order of time");
            before = Some(info.time);
            snapshots += 1;
            clauses += stored.len() as u64;
        }
        let beyond = index.snapshot(Rank::new(rank), Ordinal::new(entry.snapshots));
        assert!(matches!(beyond, Err(fineprint::Error::Usage(_))), "{:?}", beyond.err());
    }
    let counts = &index.manifest().counts;
    assert_eq!((snapshots, clauses), (counts.snapshots, counts.occurrences));
    assert_eq!(snapshots, 115);
}

// The policy has more snapshots than one stored table holds, and clauses that leave, return, occur
// twice and move.
fptest!(long_histories_come_back_whole, |fx: Fixture| {
    let mut bodies = Vec::new();
    for i in 0_u32..75 {
        let mut body = String::from("# Privacy\n\nWe may:\n\n");
        for (word, step) in [("sell", 2), ("rent", 3), ("trade", 5), ("keep", 7)] {
            if i % step != 1 {
                body.push_str(&format!("  * {word} your data\n"));
            }
        }
        body.push_str(if i % 4 < 2 {
            "\nThe end.\n\nThe end.\n"
        } else {
            "\nThe end.\n\n## Last\n\nNumber "
        });
        body.push_str(&format!("{}\n", i / 10));
        fx.policy("acme.example", &format!("20{:02}-01-01", i), &body);
        bodies.push(body);
    }
    let (manifest, _) = index(&fx, &["corpus"]);
    assert_eq!(manifest.counts.snapshots, 75);
    let index = OpenIndex::open(&fx.path("index")).unwrap();
    for (body, ordinal) in bodies.iter().zip(0..) {
        let (info, stored) = index.snapshot(Rank::new(0), Ordinal::new(ordinal)).unwrap();
        assert_eq!(info.time.date(), format!("20{ordinal:02}-01-01"));
        let stored: Vec<_> =
            stored.iter().map(|(kind, clause)| (*kind, clause.text.clone())).collect();
        let expected: Vec<_> =
            section(body).into_iter().map(|clause| (clause.kind, clause.text)).collect();
        assert_eq!(stored, expected, "snapshot {ordinal}");
    }
    let hits =
        fx.run(["search", "sell your data", "--index", "index", "--format", "jsonl"]).json_lines();
    assert_eq!((hits.len(), &hits[0]["snapshots"]), (1, &38.into()), "every other snapshot");
});

fptest!(a_dry_run_says_what_there_is_and_writes_nothing, |fx: Fixture| {
    for site in ["acme.example", "brick.example", "clay.example", "dune.example"] {
        fx.policy(
            site,
            "2001-01-01",
            &format!("# {site}\n\nWe sell \u{1b}[31mdata.\n\nThe end.\n"),
        );
    }
    fx.file("corpus/README.md", "# About\n");
    fx.file("corpus/empty.md", "");
    let before = listing(&fx.root());
    let run = fx.run(["index", "corpus", "--dry-run"]);
    run.exits(0).stderr_is_empty();
    assert!(listing(&fx.root()) == before);
    let expected = "\
6 inputs seen
files: 4 snapshots of 4 policies
skipped 1: names no company (such as corpus/README.md)
skipped 1: empty file (such as corpus/empty.md)
unreadable: 0

acme.example  2001-01-01  paragraph
  We sell \u{fffd}[31mdata.

brick.example  2001-01-01  paragraph
  We sell \u{fffd}[31mdata.

clay.example  2001-01-01  paragraph
  We sell \u{fffd}[31mdata.
";
    run.stdout_is(expected);
    // A dry run leaves an existing index as it is and takes no lock.
    fx.run(["index", "corpus"]).exits(0);
    let before = listing(&fx.root());
    fx.run(["index", "corpus", "--dry-run"]).exits(0);
    assert!(listing(&fx.root()) == before);
});

fptest!(progress_is_for_terminals, |fx: Fixture| {
    for day in 10..30 {
        fx.policy(
            "acme.example",
            &format!("2001-01-{day}"),
            &format!("We sell data on day {day}.\n"),
        );
    }
    let summary =
        "indexed 20 snapshots of 1 policy of 1 company: 20 distinct clauses (20 occurrences)\n";
    fx.run(["index", "corpus"]).exits(0).stdout_is("").stderr_has(summary);
    fx.run(["index", "corpus", "--quiet"]).exits(0).stdout_is("").stderr_is_empty();
    fx.run(["search", "sell data", "--corpus", "corpus", "--quiet", "--limit", "1"])
        .exits(0)
        .stderr_is_empty();
    let Some(shown) = fx.run_in_terminal(80, &["index", "corpus", "--rebuild=force"]) else {
        return;
    };
    shown
        .exits(0)
        .stdout_has("scanning")
        .stdout_has("reading")
        .stdout_has("indexing")
        .stdout_has("merging");
    shown.stdout_has("20/20 snapshots").stdout_has(" left");
    // The progress bar is removed at the end; the summary remains.
    let last = shown.stdout().rsplit("\u{1b}[2K").next().unwrap();
    let last = last.trim_start_matches('\r');
    assert!(last.starts_with(&summary.replace('\n', "\r\n")), "{shown}");
    assert_eq!(last.lines().count(), 3, "{shown}");
    let quiet = fx.run_in_terminal(80, &["index", "corpus", "--rebuild=force", "--quiet"]).unwrap();
    quiet.exits(0).stdout_is("");
});
