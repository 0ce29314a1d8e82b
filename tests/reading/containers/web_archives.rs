//! Tests WARC files and WACZ: which records are snapshots, and how all others are counted.

use std::collections::BTreeMap;

use fineprint::corpus::{CorpusNotice, SkipReason};
use fineprint::index::{BuildOptions, CorpusScan, IngestReport, build};
use fineprint::progress::SilentProgress;

use super::warc_files::{gzip, page, record, response, wacz};
use crate::reading::skipped;
use crate::util::{self, Fixture, PROGRAM, feed, fptest};

const DATE: &str = "2001-02-03T04:05:06Z";

/// Indexes a file and reports how its inputs ended.
fn report(fx: &Fixture, name: &str, bytes: &[u8]) -> IngestReport {
    fx.file(name, bytes);
    let scan = CorpusScan::new(&[fx.path(name)], "default", &SilentProgress).unwrap();
    let options =
        BuildOptions { index: fx.path(".fineprint"), rebuild: true, ..BuildOptions::default() };
    let (_, report) = build(scan, &options, &SilentProgress).unwrap();
    assert!(report.adds_up(), "{report:?}");
    report
}

/// Company, type, archive time, address and text of the clauses with this word.
fn clauses(fx: &Fixture, word: &str) -> Vec<String> {
    let run = fx.run(["search", word, "--format", "jsonl", "--limit", "all", "--furniture"]);
    let mut clauses: Vec<String> = run
        .json_lines()
        .iter()
        .map(|hit| {
            ["company", "type", "archive_time", "url", "text"]
                .map(|key| hit[key].as_str().unwrap_or_default().to_owned())
                .join(" | ")
        })
        .collect();
    clauses.sort();
    clauses
}

fn crawl() -> Vec<Vec<u8>> {
    let about = b"software: Crawler 1.0\r\n";
    vec![
        record("warcinfo", "", DATE, "Content-Type: application/warc-fields\r\n", about),
        page("https://www.acme.example/privacy", DATE, "<h1>Privacy</h1><p>We sell no data.</p>"),
        record("request", "https://www.acme.example/privacy", DATE, "", b"GET / HTTP/1.1\r\n\r\n"),
        page("http://birch.example/", "2002-03-04T05:06:07.89Z", "<p>We sell birches.</p>"),
    ]
}

const CRAWLED: [&str; 2] = [
    "acme.example | Privacy Policy | 2001-02-03T04:05:06Z | https://www.acme.example/privacy | \
     We sell no data.",
    "birch.example | Privacy Policy | 2002-03-04T05:06:07.89Z | http://birch.example/ | \
     We sell birches.",
];

fptest!(pages_are_read_from_every_form_of_web_archive, |fx: Fixture| {
    let crawl = crawl();
    let (plain, packed) = (crawl.concat(), gzip(&crawl));
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in [("a/x.warc", &plain[..]), ("y.warc.gz", b"no gzip"), ("x.md", b"Hi")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes).unwrap();
    }
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    for (name, bytes, inputs) in [
        ("crawl.warc", plain.clone(), 2),
        ("other-name", plain.clone(), 2),
        ("crawl.warc.gz", packed.clone(), 2),
        ("crawl.warc.zst", ruzstd::encoding::compress_to_vec(plain.as_slice(), level), 2),
        ("crawl.wacz", wacz(&crawl), 2),
        ("crawl.tar", tar.into_inner().unwrap(), 4),
    ] {
        let report = report(&fx, name, &bytes);
        assert_eq!((report.seen, report.indexed), (inputs, 2), "{name}: {report:?}");
        assert_eq!(clauses(&fx, "sell"), CRAWLED, "{name}");
    }
    let mut command = fx.command(PROGRAM);
    command.args(["index", "-", "--rebuild=force"]);
    let output = feed(command, &packed);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(clauses(&fx, "sell"), CRAWLED);
});

fptest!(every_record_ends_in_one_counter, |fx: Fixture| {
    let url = "http://acme.example/x";
    let other = |kind: &str, url: &str| record(kind, url, DATE, "", b"HTTP/1.1 200 OK\r\n\r\n<p>a");
    let sent = |head: &str, body: &[u8]| response(url, DATE, head, body);
    let html = "Content-Type: text/html";
    let text = "Content-Type: text/plain\r\n";
    let records = [
        crawl().concat(),
        other("metadata", url),
        other("response", "dns:acme.example"),
        other("revisit", url),
        other("continuation", url),
        other("response", "urn:thumbnail:http://acme.example/"),
        other("invented", url),
        sent(&format!("404 Not Found\r\n{html}"), b"<p>No"),
        sent(&format!("301 Moved\r\n{html}\r\nLocation: /y"), b""),
        sent("200 OK\r\nContent-Type: image/png", b"\x89PNG\r\n\x1A\n"),
        sent("200 OK\r\nContent-Type: text/css", b"p { color: red }"),
        sent(&format!("200 OK\r\n{html}"), b"%PDF-1.4"),
        sent(&format!("200 OK\r\n{html}"), b""),
        sent(&format!("200 OK\r\n{html}\r\nContent-Encoding: exi"), b"\x80\x99"),
        sent("200 OK", b"We sell plain texts."),
        record("resource", "http://cedar.example/", DATE, text, b"We sell cedars."),
        record("response", url, "yesterday", "", b"HTTP/1.1 200 OK\r\n\r\na"),
        record("response", url, DATE, "", b"<p>no message"),
        record("response", url, DATE, "WARC-Truncated: length\r\n", b"HTTP/1.1 200 OK\r\n\r\nWe"),
    ];
    let report = report(&fx, "crawl.warc", &records.concat());
    let expected = BTreeMap::from([
        (SkipReason::Revisit, 1),
        (SkipReason::NoPage, 4),
        (SkipReason::NotOk, 2),
        (SkipReason::Unread("is a PDF; convert it to text with `pdftotext`"), 1),
        (SkipReason::Empty, 1),
    ]);
    assert_eq!(skipped(&report), expected);
    let notice = &report.notices[&CorpusNotice::CutOff];
    assert_eq!((report.indexed, notice.count), (5, 1), "{report:?}");
    let failed: Vec<String> = report
        .failed
        .iter()
        .map(|failure| {
            let (_, place) = failure.at.rsplit_once("crawl.warc: ").unwrap();
            format!("{place}: {}", failure.reason)
        })
        .collect();
    assert_eq!(failed.len(), 4, "{failed:?}");
    for (failed, (place, reason)) in failed.iter().zip([
        (8, "is a part of a record that was cut into several"),
        (17, "is compressed as `exi`, which is not read"),
        (20, "`yesterday` is no date"),
        (21, "is no response of HTTP"),
    ]) {
        let expected = format!("record {place} ({url}): {reason}");
        assert!(failed.starts_with(&expected), "{failed}");
    }
    assert_eq!(clauses(&fx, "cedars OR plain").len(), 2);
});

fptest!(bodies_are_decoded_as_their_headers_say, |fx: Fixture| {
    let zipped = util::gzip("<p>We sell caf\u{e9}s.".as_bytes());
    let chunked =
        [format!("{:X}\r\n", zipped.len()).as_bytes(), &zipped, b"\r\n0\r\n\r\n"].concat();
    let html = "200 OK\r\nContent-Type: text/html";
    let url = |number: u8| format!("http://acme.example/{number}");
    let records = [
        response(
            &url(1),
            DATE,
            &format!("{html}\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked"),
            &chunked,
        ),
        // The page declares another encoding than the server, which wins.
        response(
            &url(2),
            "2002-01-01T00:00:00Z",
            &format!("{html}; charset=windows-1251"),
            b"<meta charset=iso-8859-1><p>We sell \xEF\xF0\xE8\xE2\xE5\xF2.",
        ),
        response(
            &url(3),
            "2003-01-01T00:00:00Z",
            &format!("{html}; charset=utf-8"),
            b"<meta charset=iso-8859-2><p>We sell \xB3.",
        ),
    ];
    let report = report(&fx, "crawl.warc.gz", &gzip(&records));
    assert_eq!(report.notices[&CorpusNotice::NotUtf8].count, 2, "{report:?}");
    let texts = clauses(&fx, "sell");
    let texts: Vec<&str> = texts.iter().map(|line| line.rsplit(" | ").next().unwrap()).collect();
    assert_eq!(texts, ["We sell cafés.", "We sell привет.", "We sell ł."]);
});

fptest!(patterns_are_matched_with_addresses, |fx: Fixture| {
    let records = [
        page("https://www.acme.example:8443/Privacy%20Policy?lang=en#top", DATE, "<p>We sell."),
        page("https://www.acme.example/Terms/", DATE, "<p>We sell and rent."),
        page("https://www.acme.example/", DATE, "<p>We sell anything."),
    ];
    fx.file("crawl.wacz", wacz(&records));
    fx.run(["index", "crawl.wacz", "--path", "www.{company}/{type}"])
        .exits(0)
        .stderr_has("skipped 1: not a policy in this layout (such as crawl.wacz: ")
        .stderr_has("archive/data.warc.gz: record 3 (https://www.acme.example/)");
    let types: Vec<String> = clauses(&fx, "sell")
        .iter()
        .map(|line| line.split(" | ").take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(types, ["acme.example Privacy Policy", "acme.example Terms"]);
});

fptest!(damage_keeps_the_pages_before_it, |fx: Fixture| {
    let crawl = crawl();
    let (plain, packed) = (crawl.concat(), gzip(&crawl));
    let ends_early = format!("at byte {}", plain.len() - 20);
    let stray = [crawl[1].as_slice(), b"<html>no record</html>\r\n"].concat();
    let stray_at = format!("byte {} does not begin a record of a WARC file", crawl[1].len());
    for (name, bytes, place, reason) in [
        ("cut.warc", &plain[..plain.len() - 20], "record 4 (http://birch.example/)", &*ends_early),
        (
            "cut.warc.gz",
            &packed[..packed.len() - 20],
            "record 4 (http://birch.example/)",
            ", after byte",
        ),
        ("stray.warc", &stray, "record 2", &stray_at),
    ] {
        fx.file(name, bytes);
        fx.run(["index", "--rebuild=force", name])
            .exits(2)
            .stderr_has(&format!("{name}: {place}: the rest cannot be read: "))
            .stderr_has(reason);
        assert_eq!(clauses(&fx, "sell"), CRAWLED[..1], "{name}");
    }
    fx.file("empty.warc", &crawl[0]);
    fx.run(["index", "empty.warc"])
        .fails_with("empty.warc: nothing to index: the web archive has no responses of servers");
});

fptest!(an_update_reads_only_new_records, |fx: Fixture| {
    let mut crawl = crawl();
    fx.file("crawl.warc", crawl.concat());
    fx.run(["index", "crawl.warc"]).exits(0);
    crawl.insert(1, page("http://cedar.example/", DATE, "<p>We sell cedars."));
    fx.file("crawl.warc", crawl.concat());
    fx.run(["index", "crawl.warc"]).exits(0).stderr_has("1 new, 2 as before, 0 removed");
    assert_eq!(clauses(&fx, "sell").len(), 3);
    fx.run(["check", "--against", "crawl.warc"]).exits(0);
});
