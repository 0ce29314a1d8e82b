//! Writes WARC files for tests.

use std::io::Write;

use crate::util;

/// A record with this block. `fields` are more lines of its header.
pub fn record(kind: &str, url: &str, date: &str, fields: &str, block: &[u8]) -> Vec<u8> {
    let header = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{kind}>\r\n\
         WARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n{fields}Content-Length: {}\r\n\r\n",
        block.len()
    );
    [header.as_bytes(), block, b"\r\n\r\n"].concat()
}

/// A record with a response of a server: its first line and other fields, and its body.
pub fn response(url: &str, date: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let block = [format!("HTTP/1.1 {head}\r\n\r\n").as_bytes(), body].concat();
    record("response", url, date, "Content-Type: application/http;msgtype=response\r\n", &block)
}

/// A record with a page that was sent without more ado.
pub fn page(url: &str, date: &str, body: &str) -> Vec<u8> {
    response(url, date, "200 OK\r\nContent-Type: text/html; charset=utf-8", body.as_bytes())
}

/// A file in which each record is a member of gzip of its own, as the standard recommends.
pub fn gzip(records: &[Vec<u8>]) -> Vec<u8> {
    records.iter().flat_map(|record| util::gzip(record)).collect()
}

/// A WACZ whose pages are in one WARC file.
pub fn wacz(records: &[Vec<u8>]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let pages = b"{\"format\": \"json-pages-1.0\", \"id\": \"pages\", \"title\": \"All\"}\n";
    for (name, bytes) in [
        ("archive/data.warc.gz", gzip(records).as_slice()),
        ("indexes/index.cdx", b"example,acme)/ 20010203040506"),
        ("pages/pages.jsonl", pages),
        ("datapackage.json", b"{\"profile\": \"data-package\", \"wacz_version\": \"1.1.1\"}"),
    ] {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
