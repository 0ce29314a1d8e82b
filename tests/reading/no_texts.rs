//! Tests that files which are no texts are skipped with a reason of their own, whatever their
//! names.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

use fineprint::corpus::SkipReason;

use crate::reading::git::Stream;
use crate::util::{Fixture, fptest, gzip};

const LFS: &str = "version https://git-lfs.github.com/spec/v1\n\
    oid sha256:4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d\nsize 12345\n";
const ANNEX: &str = "/annex/objects/SHA256E-s123--4d4d4d4d.md\n";
const PDF: &[u8] = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Length 5>> stream\nhello\nendstream\n";

/// Bytes without a signature, as of compressed data whose name lies.
fn noise() -> Vec<u8> {
    let byte = |i: u32| (i.wrapping_mul(2_654_435_761) >> 23) as u8;
    (0..4000).map(byte).filter(|byte| *byte != 0).collect()
}

fptest!(files_that_are_no_texts_are_skipped, |fx: Fixture| {
    let names = ["acme", "brick", "clay", "dune", "elm", "fern", "gorse"];
    let bytes: [Vec<u8>; 7] = [
        gzip(b"<html><p>We never sell.</p></html>"),
        PDF.to_vec(),
        b"\x89PNG\r\n\x1a\nIHDR".to_vec(),
        LFS.into(),
        ANNEX.into(),
        noise(),
        b"<html><frameset cols='20%,80%'><frame src=a.html><noframes>no</noframes></frameset>"
            .into(),
    ];
    for end in ["html", "md", "txt"] {
        for (name, bytes) in names.iter().zip(&bytes) {
            fx.file(format!("{end}/{name}.example/2020-01-02.{end}"), bytes);
        }
        fx.file(format!("{end}/hazel.example/2020-01-02.{end}"), "We never sell.\n");
        symlink(
            "../../.git/annex/objects/Kj/0x/SHA256E-s1--4d.md/SHA256E-s1--4d.md",
            fx.path(format!("{end}/hazel.example/2021-01-02.{end}")),
        )
        .unwrap();
        let path = format!("{{company}}/{{date}}.{end}");
        let run = fx.run(["index", end, "--path", &path, "--rebuild=force"]);
        run.exits(0).stderr_has("indexed 1 snapshot of 1 policy");
        for (count, reason) in
            [(3, SkipReason::NoText), (3, SkipReason::ContentNotFetched), (1, SkipReason::FrameSet)]
        {
            run.stderr_has(&format!("skipped {count}: {} (such as {end}/", reason.reason()));
        }
        run.stderr_has("skipped 1: a PDF; convert it to text with `pdftotext` (such as ");
        let info = fx.run(["info", "--format", "json"]).json();
        let skipped = &info["inputs"]["skipped"];
        assert_eq!(skipped[SkipReason::ContentNotFetched.reason()]["count"], 3, "{info}");
        fx.run(["search", "we never sell", "--count"]).exits(0).stdout_is("1\n");
    }
});

fptest!(versions_that_are_no_texts_are_skipped, |fx: Fixture| {
    let mut history = Stream::default();
    let texts = ["We never sell data.\n", LFS, "We may sell data.\n", "%PDF-1.4\nhello\n", ANNEX];
    for (text, seconds) in texts.into_iter().zip((1_577_836_800..).step_by(86_400)) {
        history = history.commit(seconds, "change", &[("acme/privacy.md", Some(text))]);
    }
    history.bare(&fx, "history.git");
    let index = ["index", "history.git", "--path", "{company}/{type}.md"];
    let run = fx.run(index);
    run.exits(0).stderr_has("indexed 2 snapshots of 1 policy");
    run.stderr_has(&format!("skipped 2: {}", SkipReason::ContentNotFetched.reason()));
    // All inputs are counted in the index, too.
    let info = fx.run(["info", "--format", "json"]).exits(0).json();
    let skipped = &info["inputs"]["skipped"];
    assert_eq!(skipped[SkipReason::ContentNotFetched.reason()]["count"], 2, "{info}");
    let counts = skipped.as_object().unwrap().values();
    let left_out: u64 = counts.map(|tally| tally["count"].as_u64().unwrap()).sum();
    let indexed = info["inputs"]["indexed"].as_u64().unwrap();
    assert_eq!(info["inputs"]["seen"], indexed + left_out, "{info}");
    run.stderr_has("skipped 1: a PDF; convert it to text with `pdftotext`");
    fx.run(["search", "sell data", "--count"]).exits(0).stdout_is("2\n");
    fx.run(index).exits(0);
    fx.run(["check"]).exits(0);
});

#[test]
fn reasons_differ() {
    let mut by_text: BTreeMap<&str, SkipReason> = BTreeMap::new();
    for skip in SkipReason::all() {
        assert_eq!(*by_text.entry(skip.reason()).or_insert(skip), skip);
    }
    assert!(by_text.len() > 20);
}
