//! Tests the forms of files. The same policies make the same clauses at the same times, whether
//! they are text with a header, HTML, text with front matter, a dataset, or files that a path
//! pattern describes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fineprint::corpus::{ReadOptions, SkipReason};
use fineprint::index::{BuildOptions, CorpusScan, IngestReport, OpenIndex, ScanContext, build};
use fineprint::model::{Ordinal, Rank, SnapshotInfo};
use fineprint::progress::SilentProgress;

use crate::reading::skipped;
use crate::util::{Fixture, fptest, header, repository, run};

/// A snapshot of an index: company, policy type, time, and its clauses in order, each as kind,
/// lead-in and text.
type Row = (String, String, String, Vec<String>);

fn index(
    fx: &Fixture,
    corpus: &str,
    options: &ReadOptions,
) -> (Vec<(Row, SnapshotInfo)>, IngestReport) {
    let scan = CorpusScan::with_options(
        &[fx.path(corpus)],
        "default",
        options,
        ScanContext::new(&SilentProgress),
    )
    .unwrap();
    let folder = fx.path(format!("{corpus}.index"));
    let to = BuildOptions {
        index: folder.clone(),
        threads: 2,
        rebuild: true,
        ..BuildOptions::default()
    };
    let (_, report) = build(scan, &to, &SilentProgress).unwrap();
    assert!(report.adds_up(), "{report:?}");
    let index = OpenIndex::open(&folder).unwrap();
    let mut rows = Vec::new();
    for (entry, rank) in index.policies().entries().unwrap().iter().zip(0..) {
        for ordinal in 0..entry.snapshots {
            let (info, clauses) = index.snapshot(Rank::new(rank), Ordinal::new(ordinal)).unwrap();
            let clauses = clauses
                .iter()
                .map(|(kind, clause)| format!("{kind} {:?} {}", clause.lead_in, clause.text));
            let (company, policy_type) = (entry.key.company.clone(), entry.key.policy_type.clone());
            rows.push(((company, policy_type, info.time.rfc3339(), clauses.collect()), info));
        }
    }
    (rows, report)
}

fn rows(fx: &Fixture, corpus: &str, options: &ReadOptions) -> Vec<Row> {
    index(fx, corpus, options).0.into_iter().map(|(row, _)| row).collect()
}

fn by_path(pattern: &str) -> ReadOptions {
    ReadOptions { path: Some(pattern.to_owned()), ..ReadOptions::default() }
}

/// A file of the sample corpus: site, the 14 digits of its time, and the text below its header.
struct Sample {
    site: String,
    stamp: String,
    body: Vec<u8>,
}

impl Sample {
    fn all() -> Vec<Sample> {
        let files = walkdir::WalkDir::new(repository().join("data/policies")).sort_by_file_name();
        let files =
            files.into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
        let sample = |entry: walkdir::DirEntry| {
            let site =
                entry.path().parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
            let bytes = fs::read(entry.path()).unwrap();
            let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let (_, rest) = head.split_once("/web/")?;
            Some(Sample { site, stamp: rest[..14].to_owned(), body: bytes[end..].to_vec() })
        };
        // Some files have no archive address, and so no time of day.
        files.filter_map(sample).collect()
    }

    fn dashed(&self) -> String {
        let s = &self.stamp;
        format!("{}-{}-{}T{}-{}-{}Z", &s[..4], &s[4..6], &s[6..8], &s[8..10], &s[10..12], &s[12..])
    }
}

fptest!(every_form_of_the_sample_corpus_has_the_same_clauses, |fx: Fixture| {
    let samples = Sample::all();
    assert!(samples.len() > 80, "{}", samples.len());
    for (number, sample) in samples.iter().enumerate() {
        let Sample { site, stamp, body } = sample;
        let day = format!("{}-{}-{}", &stamp[..4], &stamp[4..6], &stamp[6..8]);
        let line = header(site, &day).replace(&format!("{}120000", &stamp[..8]), stamp);
        fx.file(format!("header/{number}.md"), [line.as_bytes(), body].concat());
        let time = sample.dashed().replacen('T', " ", 1).replace(['-', ' '], "");
        assert_eq!(time.trim_end_matches('Z'), stamp);
        let matter = format!(
            "---\ncompany: \"{site}\"\ndate: {stamp}\nurl: http://www.{site}/privacy\nnumber: \
             {number}\n---\n"
        );
        fx.file(format!("matter/{number}.md"), [matter.as_bytes(), body].concat());
        fx.file(format!("path/by/{site}_{stamp}.txt"), body);
        fx.file(format!("dataset/set-1/{site}/Privacy Policy/{}.md", sample.dashed()), body);
    }
    fx.file("dataset/set-1/README.md", "# About\n");
    fx.file("dataset/set-1/metadata.json", "{}\n");
    fx.file("path/README.md", "# About\n");
    let (expected, _) = index(&fx, "header", &ReadOptions::default());
    assert!(expected.len() > 80);
    let (matter, _) = index(&fx, "matter", &ReadOptions::default());
    for ((row, _), (other, info)) in expected.iter().zip(&matter) {
        assert_eq!(row, other);
        assert_eq!(info.url.as_deref(), Some(&*format!("http://www.{}/privacy", row.0)));
        let metadata: serde_json::Value = serde_json::from_str(&info.metadata).unwrap();
        assert!(metadata["number"].is_u64(), "{}", info.metadata);
    }
    let expected: Vec<Row> = expected.into_iter().map(|(row, _)| row).collect();
    assert_eq!(matter.len(), expected.len());
    assert!(rows(&fx, "path", &by_path("by/{company}_{date}.txt")) == expected, "by path");
    assert!(rows(&fx, "dataset", &ReadOptions::default()) == expected, "dataset");
    let (_, report) = index(&fx, "dataset", &ReadOptions::default());
    assert_eq!(skipped(&report), BTreeMap::from([(SkipReason::NoHeader, 2)]));
    let (_, report) = index(&fx, "path", &by_path("by/{company}_{date}.txt"));
    assert_eq!(skipped(&report), BTreeMap::from([(SkipReason::NoPolicy, 1)]));
});

const MARKDOWN: &str = "# Privacy at Acme\n\nWe sell *bricks*, and we **never** sell or\n\
    rent [your data](https://acme.example/data).\n\n\
    ## 1. Sharing\n\nWe may share:\n\n  * your name & address\n  * your café\n    * and its \
    menu\n\nThe end of sharing.\n\n\
    | Data | Use |\n|---|---|\n| Name | Letters |\n| Age | Ads |\n\n> A \
    quotation.\n\n**Cookies**\n\nWe use cookies.  \nMany of them.\n";

const HTML: &str = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Privacy at \
    Acme</title><style>p { color: red }</style>\n\
    <script>document.write(\"<p>no</p>\");</script></head>\n<body><div id=main>\n<p>We sell \
    <em>bricks</em>, and we <strong>never</strong> sell or\n\
    rent <a href='https://acme.example/data'>your data</a>.</p>\n<h2>1. Sharing</h2>\n\
    <div>We may share:</div>\n<ul>\n<li>your name &amp; address</li>\n\
    <li>your caf&eacute;\n<ul><li>and its menu</li></ul>\n</li></ul><p>The end of \
    sharing.\n<table><tr><th>Data<th>Use<tr><td>Name<td>Letters<tr><td>Age<td>Ads</table>\n\
    <blockquote><p>A quotation.</p></blockquote><p><b>Cookies</b></p>We use cookies.<br>Many of \
    them.</div><noscript>no</noscript></body></html>\n";

fn comment(site: &str, date: &str) -> String {
    let stamp = format!("{}120000", date.replace('-', ""));
    format!(
        "<!--The following is the downloaded HTML source of the {site} privacy policy that was \
         archived on {date}.\n \
         Please check the original snapshot on the Wayback Machine \
         (https://web.archive.org/web/{stamp}id_/http%3A//www.{site}/privacy) \
         for the most accurate reproduction.-->\n"
    )
}

fptest!(html_has_the_clauses_of_the_markdown, |fx: Fixture| {
    for (site, date) in [("acme.example", "2001-02-03"), ("brick.example", "2001-02-04")] {
        fx.file(format!("header/{site}"), format!("{}\n\n{MARKDOWN}", header(site, date)));
        fx.file(format!("html/{site}"), format!("{}{HTML}", comment(site, date)));
        fx.file(format!("path/{site}/{date}.html"), HTML);
        fx.file(format!("dataset/{site}/Privacy Policy/{date}T12-00-00Z.html"), HTML);
    }
    let windows = HTML.replace("<meta charset=\"utf-8\">", "").replace("caf&eacute;", "caf\u{1}");
    let windows: Vec<u8> =
        windows.bytes().map(|byte| if byte == 1 { 0xE9 } else { byte }).collect();
    fx.file("html/clay", [comment("clay.example", "2001-02-05").as_bytes(), &windows].concat());
    fx.file("header/clay", format!("{}\n\n{MARKDOWN}", header("clay.example", "2001-02-05")));

    let (expected, _) = index(&fx, "header", &ReadOptions::default());
    let (found, report) = index(&fx, "html", &ReadOptions::default());
    assert_eq!(report.notices.len(), 1, "one was read as windows-1252: {report:?}");
    for ((row, info), (other, other_info)) in expected.iter().zip(&found) {
        assert_eq!(row, other);
        assert_eq!((&info.url, &info.archive_url), (&other_info.url, &other_info.archive_url));
    }
    assert_eq!((expected.len(), found.len()), (3, 3));
    let two: Vec<Row> = expected.into_iter().take(2).map(|(row, _)| row).collect();
    assert_eq!(rows(&fx, "dataset", &ReadOptions::default()), two);
    let midnight = |(company, policy_type, time, clauses): Row| {
        (company, policy_type, time.replace("T12", "T00"), clauses)
    };
    let two: Vec<Row> = two.into_iter().map(midnight).collect();
    assert_eq!(rows(&fx, "path", &by_path("{company}/{date}.html")), two);
    // The program gives the same result.
    fx.run(["index", "path", "--path", "{company}/{date}.html"])
        .exits(0)
        .stderr_has("indexed 2 snapshots of 2 policies");
    let hit = &fx
        .run(["search", "sell or rent your data", "--company", "acme.example", "--format", "jsonl"])
        .json_lines()[0];
    assert_eq!(hit["archive_time"], "2001-02-03T00:00:00Z");
    fx.run(["search", "link:acme.example", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(the_file_wins_over_its_path_and_that_over_the_date, |fx: Fixture| {
    let options =
        ReadOptions { date: Some("1999-01-01".to_owned()), ..by_path("{company}/{type}.md") };
    fx.file("corpus/Acme/Terms.md", "We sell data.\n");
    fx.file(
        "corpus/Brick/Terms.md",
        "---\ncompany: Birch\ndate: 2001-02-03T04:05:06Z\n---\nWe sell data.\n",
    );
    fx.file(
        "corpus/Clay/Terms.md",
        format!("{}\n\nWe sell data.\n", header("clay.example", "2002-01-01")),
    );
    fx.file("corpus/Dune/Terms.md", "---\ntitle: Dune\n---\nWe sell data.\n");
    fx.file("corpus/elsewhere.md", "---\ncompany: Elm\ntype: Rules\n---\nWe sell data.\n");
    fx.file("corpus/a/b/c.md", "We sell data.\n");
    fx.file("corpus/Fern/image.md", [0x89, b'P', 0, 0]);
    fx.file("corpus/Gorse/Terms.md", "---\ncompany: Gorse\ndate: soon\n---\nWe sell data.\n");
    let (found, report) = index(&fx, "corpus", &options);
    let found: Vec<_> = found
        .iter()
        .map(|((company, policy_type, time, _), _)| format!("{company} {policy_type} {time}"))
        .collect();
    assert_eq!(
        found,
        [
            "Acme Terms 1999-01-01T00:00:00Z",
            "Birch Terms 2001-02-03T04:05:06Z",
            "Dune Terms 1999-01-01T00:00:00Z",
            "Elm Rules 1999-01-01T00:00:00Z",
            "clay.example Privacy Policy 2002-01-01T12:00:00Z",
        ]
    );
    assert_eq!(
        skipped(&report),
        BTreeMap::from([(SkipReason::NoPolicy, 1), (SkipReason::NoText, 1)])
    );
    assert_eq!(report.failed.len(), 1);
    assert!(
        report.failed[0].reason.starts_with("line 3: `soon` is no date; write YYYY-MM-DD"),
        "{report:?}"
    );
    // Without a date in the path, the time of the snapshot is unknown.
    let (found, report) = index(&fx, "corpus", &by_path("{company}/{type}.md"));
    assert_eq!((found.len(), &skipped(&report)[&SkipReason::NoDate]), (2, &3));
    fx.run(["index", "corpus", "--path", "{company}/{type}.md"])
        .exits(2)
        .stderr_has("skipped 3: no archive date (such as corpus/Acme/Terms.md)");
});

fptest!(doubt_in_front_matter_loses_no_policy, |fx: Fixture| {
    for (company, lines) in [
        ("Acme", "twitter: @acme\ndescription: >\n  How we use it\n"),
        ("Birch", "title: Privacy: long\nurl:\n  https://birch.example/privacy\n"),
        ("Clay", "title: '90s terms: a view\nwords: 100\nwords: 120\n"),
        ("Dune", "title: a: b\ncompany:\ndate: 2018-05-25T00:00:00Z\n"),
        ("Elm", "q: *must\nnote: &c; all rights\ntags: [\n  privacy\n]\nSome words\n"),
    ] {
        let matter = format!("---\ncompany: {company}\ndate: 2018-05-25\n{lines}---\n\n");
        fx.file(format!("matter/{company}.md"), matter + "We sell zebras.\n");
    }
    let (found, report) = index(&fx, "matter", &ReadOptions::default());
    assert!(report.failed.is_empty(), "{report:?}");
    let clauses = vec!["paragraph None We sell zebras.".to_owned()];
    let expected = ["Acme", "Birch", "Clay", "Dune", "Elm"].map(|company| {
        let time = "2018-05-25T00:00:00Z".to_owned();
        (company.to_owned(), "Privacy Policy".to_owned(), time, clauses.clone())
    });
    assert_eq!(found.iter().map(|(row, _)| row.clone()).collect::<Vec<_>>(), expected);
    assert_eq!(found[1].1.url.as_deref(), Some("https://birch.example/privacy"));
    assert_eq!(found[2].1.metadata, r#"{"title":"'90s terms: a view","words":["100","120"]}"#);

    // A dataset has its facts in its paths. These rules begin its texts.
    let bodies = [
        "---\n\nWe log:\n\n- url: the page\n- date: when you visit it\n\n---\n\nWe sell.\n",
        "---\nQ: Do you sell?\nA: No.\n\nQ: Do you share?\nA: We sell.\n---\n",
        "---\n\nOur notice.\n\ncompany: Brick Inc.\naddress: 1 Street\n\n---\n\nWe sell.\n",
        "---\ntype: we log the type of your device\n\nWe sell.\n",
        "---\n- type: the type of your device\n- url: the page\n\nWe sell.\n",
    ];
    for (body, year) in bodies.iter().zip(2001..) {
        fx.file(format!("dataset/Acme/Privacy Policy/{year}-01-01T00-00-00Z.md"), body);
    }
    let (found, report) = index(&fx, "dataset", &ReadOptions::default());
    assert!(report.failed.is_empty(), "{report:?}");
    for (((company, policy_type, time, clauses), _), year) in found.iter().zip(2001..) {
        assert_eq!((company.as_str(), policy_type.as_str()), ("Acme", "Privacy Policy"));
        assert!(time.starts_with(&year.to_string()), "{time}");
        let words = |word: &str| clauses.iter().any(|clause| clause.contains(word));
        assert!(words("We sell.") && clauses.len() > 1, "{clauses:?}");
    }
    assert_eq!(found.len(), bodies.len());
});

fptest!(malformed_options_are_errors, |fx: Fixture| {
    fx.file("corpus/Acme/Terms.md", "We sell data.\n");
    fx.run(["index", "corpus", "--path", "{service}/{type}.md"]).fails_with(
        "--path '{service}/{type}.md': `{service}` is not a known name (column 1); write a \
         pattern such as '{company}/{type}/{date}.md', \
         in which a path names {company}, {type} and {date}",
    );
    fx.run(["index", "corpus", "--path", "{type}.md"])
        .exits(2)
        .stderr_has("`{company}` is missing");
    fx.run(["index", "corpus", "--path", "{company}/{type}.md", "--date", "2001-02-30"])
        .fails_with(
            "--date '2001-02-30': no such date; write YYYY-MM-DD, YYYYMMDD, RFC 3339, \
         YYYY-MM-DDThh-mm-ssZ or the 14 digits of a Wayback \
         Machine address",
        );
});

fptest!(hostile_inputs_are_counted_and_the_rest_is_indexed, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let deep = format!(
        "{}{}We rent data.",
        comment("brick.example", "2001-01-01"),
        "<div><ul><li><b>".repeat(100_000)
    );
    fx.file("corpus/deep.html", deep);
    let wide = format!(
        "{}<p>We keep data.</p><table>{}</table>",
        comment("clay.example", "2001-01-01"),
        format!("<tr><td>{}<td>x", "y".repeat(900)).repeat(5000)
    );
    fx.file("corpus/wide.html", wide);
    let attributes: String = (0..100_000).map(|number| format!(" a{number}")).collect();
    fx.file(
        "corpus/attributes.html",
        format!("{}<p{attributes}>x", comment("iris.example", "2001-01-01")),
    );
    fx.file("corpus/bad.html", comment("dune.example", "2001-02-30"));
    let large = fs::File::create(fx.path("corpus/large.html")).unwrap();
    large.set_len(100 << 20).unwrap();
    fx.file("corpus/large.md", format!("{}\n", header("elm.example", "2001-01-01")));
    fs::File::options()
        .write(true)
        .open(fx.path("corpus/large.md"))
        .unwrap()
        .set_len(100 << 20)
        .unwrap();
    fx.file(
        "corpus/large-page.html",
        format!(
            "{}<p>{}We lend data.",
            comment("fern.example", "2001-01-01"),
            " ".repeat(20 << 20)
        ),
    );
    fx.file(
        "corpus/tags.html",
        format!("{}{}", comment("juniper.example", "2001-01-01"), "<p>a".repeat(1 << 20)),
    );
    let odd = Path::new("corpus").join(std::ffi::OsStr::from_bytes(b"odd-\xff.md"));
    fx.file(odd, format!("{}\n\nWe swap data.\n", header("gorse.example", "2001-01-01")));
    fx.file(
        "corpus/secret/policy.md",
        format!("{}\n\nWe hide data.\n", header("hazel.example", "2001-01-01")),
    );
    fs::set_permissions(fx.path("corpus/secret"), fs::Permissions::from_mode(0o000)).unwrap();
    if let Some(command) = fx.unprivileged() {
        fs::set_permissions(fx.root(), fs::Permissions::from_mode(0o777)).unwrap();
        let done = run(command, &["index", "corpus"]);
        done.exits(2).stderr_has("indexed 5 snapshots of 5 policies");
        done.stderr_has("error: corpus/secret: Permission denied")
            .stderr_has("error: corpus/bad.html: line 1, column ");
        done.stderr_has("error: corpus/large.md: is larger than 64 MiB");
        done.stderr_has("skipped 1: not a text")
            .stderr_has("binary data (such as corpus/large.html)");
        done.stderr_has("error: corpus/attributes.html: has tags that are none of a page");
        done.stderr_has("error: corpus/tags.html: has more than 1,000,000 tags");
    }
    fs::set_permissions(fx.path("corpus/secret"), fs::Permissions::from_mode(0o755)).unwrap();
    let (found, _) = index(&fx, "corpus", &ReadOptions::default());
    let texts: Vec<_> = found
        .iter()
        .map(|(row, _)| (row.0.as_str(), row.3.first().unwrap().split(' ').next_back().unwrap()))
        .collect();
    assert_eq!(
        texts,
        ["acme", "brick", "clay", "fern", "gorse", "hazel"].map(|name| (name, "data.")).map(
            |(name, word)| {
                (Box::leak(format!("{name}.example").into_boxed_str()) as &str, word)
            }
        )
    );
});
