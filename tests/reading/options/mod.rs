//! Tests the options that say whose policies a corpus contains.

mod company;
mod paths;

use crate::reading::git::{START, Stream};
use crate::util::{Fixture, header};

/// One page at `https://www.acme.example/legal/terms`, as a WARC file.
const CRAWL: &str = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Date: 2001-02-03T04:05:06Z\r\n\
                     WARC-Target-URI: https://www.acme.example/legal/terms\r\n\
                     Content-Type: text/html\r\nContent-Length: 26\r\n\r\n\
                     <p>We never sell data.</p>\r\n\r\n";

/// Writes the file `legal/en/2001-02-03.md` in a folder, a tar archive and a bare repository.
fn write_legal(fx: &Fixture) {
    let (path, text) = ("legal/en/2001-02-03.md", "We never sell data.\n");
    fx.file(format!("folder/{path}"), text);
    let mut archive = tar::Builder::new(Vec::new());
    let mut entry = tar::Header::new_gnu();
    entry.set_size(text.len() as u64);
    archive.append_data(&mut entry, path, text.as_bytes()).unwrap();
    fx.file("files.tar", archive.into_inner().unwrap());
    Stream::default().commit(START, "Add", &[(path, Some(text))]).bare(fx, "bare.git");
}

/// Indexes with these arguments and lists the policies: company, type and archive date.
#[track_caller]
fn policies(fx: &Fixture, args: &[&str]) -> Vec<String> {
    let args = [&["index", "--rebuild=force", "--quiet"], args].concat();
    fx.run(args).exits(0).stderr_is_empty();
    listed(fx)
}

/// The policies of the index: company, type and archive date of each clause about data.
fn listed(fx: &Fixture) -> Vec<String> {
    let run = fx.run(["search", "data", "--format", "jsonl", "--limit", "all"]);
    let text = |hit: &serde_json::Value, key: &str| hit[key].as_str().unwrap().to_owned();
    let mut found: Vec<String> = run
        .json_lines()
        .iter()
        .map(|hit| ["company", "type", "archive_date"].map(|key| text(hit, key)).join(" | "))
        .collect();
    found.sort();
    found
}

/// Writes a file with the header of the Princeton-Leuven corpus.
fn write_headed(fx: &Fixture, path: &str, site: &str) {
    fx.file(path, header(site, "2001-02-03") + "\nWe sell data.\n");
}
