//! Targets that read streams: tables and archives.

use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

use crate::corpus::{self, ReadOptions, SeenInput};

/// A stream that was read.
#[derive(Debug, Default, PartialEq, Eq)]
struct ReadStream {
    /// The snapshots in the order in which they were reported.
    found: Vec<FoundText>,
    /// Whether an input could not be read.
    has_failed: bool,
}

/// A snapshot of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundText {
    company: String,
    /// The archive date.
    date: String,
    text: String,
}

/// Reads a file as a corpus; `None` if it is refused. Checks that every snapshot that was reported
/// can be read.
fn read(name: &str, bytes: &[u8]) -> Option<ReadStream> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a temporary file can be written");
    let temporary = Some(folder.path().to_owned());
    let options = ReadOptions { temporary, ..ReadOptions::default() };
    let reader = corpus::open(&path, &options).ok()?;
    let (mut snapshots, mut has_failed) = (Vec::new(), false);
    let scanned = reader.scan(&mut |seen| match seen {
        SeenInput::Found { company, found, .. } => snapshots.push((company, found)),
        SeenInput::Failed(..) => has_failed = true,
        SeenInput::Ended(..) | SeenInput::Skipped(..) | SeenInput::Noted(..) => {}
    });
    scanned.ok()?;
    let mut session = reader.session();
    let mut found = Vec::new();
    for (company, snapshot) in snapshots {
        assert!(!reader.at(&snapshot).is_empty(), "a snapshot has a place");
        let loaded = session.read(&snapshot, true).expect("a snapshot that was found is read");
        let text = loaded.text.expect("a snapshot of a stream has a text").body;
        found.push(FoundText { company, date: snapshot.time.date(), text });
    }
    Some(ReadStream { found, has_failed })
}

/// A row that leaves no choice: a company, a day, and a text of plain words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlainRow {
    company: String,
    date: String,
    text: String,
}

impl PlainRow {
    fn is_plain(&self) -> bool {
        is_word(&self.company)
            && self.date.is_ascii()
            && crate::model::ArchiveTime::from_date(&self.date).is_some()
            && self.text.split(' ').all(is_word)
    }

    fn into_text(self) -> FoundText {
        FoundText { company: self.company, date: self.date, text: self.text }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Whether the bytes are ASCII without signs that choose an encoding.
fn is_plain_ascii(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b'\n' | b'\r' | b'\t' | b' '..=b'~'))
}

/// Checks that these snapshots are among those that were found, in this order.
fn check_order(expected: &[FoundText], found: &[FoundText]) {
    let mut found = found.iter();
    for text in expected {
        assert!(found.any(|other| other == text), "{text:?} was not found in its place");
    }
}

/// Reads JSON Lines. Of lines that are read at all, those with a company, a day and a text of plain
/// words are snapshots, whatever the other lines are. Compressed, the file has the same snapshots.
pub fn json_lines(bytes: &[u8]) {
    let read = read("rows.jsonl", bytes);
    check_compressed("rows.jsonl.gz", bytes, read.as_ref());
    if let Some(read) = read.filter(|read| !read.found.is_empty()) {
        check_order(&plain_rows_of_json(bytes), &read.found);
    }
}

/// The rows of plain words in a file of JSON Lines; none if it may be read in another way.
pub(super) fn plain_rows_of_json(bytes: &[u8]) -> Vec<FoundText> {
    // Objects that take several lines, or are in an array, are told apart otherwise.
    let are_lines = bytes.starts_with(b"{") && bytes.split(|byte| *byte == b'\n').all(is_object);
    if !are_lines || !is_plain_ascii(bytes) {
        return Vec::new();
    }
    let rows = bytes.split(|byte| matches!(byte, b'\n' | b'\r'));
    let rows = rows.filter_map(|row| serde_json::from_slice::<PlainRow>(row).ok());
    rows.filter(PlainRow::is_plain).map(PlainRow::into_text).collect()
}

fn is_object(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.is_empty() || line.starts_with(b"{") && line.ends_with(b"}")
}

/// Reads CSV. If no row failed, those with a company, a day and a text of plain words are the rows
/// that the library for CSV reads from the whole file. Compressed, the file has the same snapshots.
pub fn csv(bytes: &[u8]) {
    let read = read("rows.csv", bytes);
    check_compressed("rows.csv.gz", bytes, read.as_ref());
    if let Some(read) = read.filter(|read| !read.has_failed && !read.found.is_empty()) {
        check_order(&plain_rows_of_csv(bytes), &read.found);
    }
}

/// The rows of plain words in a CSV file; none if it may be read in another way.
pub(super) fn plain_rows_of_csv(bytes: &[u8]) -> Vec<FoundText> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let is_known = reader.headers().is_ok_and(|names| names.iter().eq(["company", "date", "text"]));
    if !is_known || !is_plain_ascii(bytes) {
        return Vec::new();
    }
    let rows = reader.deserialize::<PlainRow>().filter_map(Result::ok);
    rows.filter(PlainRow::is_plain).map(PlainRow::into_text).collect()
}

/// Checks that a file has the same snapshots when it is compressed.
fn check_compressed(name: &str, bytes: &[u8], plain: Option<&ReadStream>) {
    let Some(plain) = plain.filter(|plain| !plain.found.is_empty()) else { return };
    let packed = read(name, &gzipped(bytes)).expect("a compressed stream is a stream");
    assert_eq!(&packed.found, &plain.found);
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory can be written")
}

/// Reads archives and compressed streams. The first byte says how the others are wrapped before:
/// not at all, with right checksums in the headers of tar, or compressed. A compressed tar archive
/// has the same snapshots as the archive.
pub fn archives(bytes: &[u8]) {
    let Some((&mode, bytes)) = bytes.split_first() else { return };
    match mode % 4 {
        0 => drop(read("stream", bytes)),
        1 => drop(read("stream", &with_tar_sums(bytes))),
        2 => {
            let tar = with_tar_sums(bytes);
            let plain = read("stream.tar", &tar).filter(|_| is_tar(&tar));
            check_compressed("stream.tar.gz", &tar, plain.as_ref());
        }
        _ => {
            let level = ruzstd::encoding::CompressionLevel::Fastest;
            let packed = ruzstd::encoding::compress_to_vec(bytes, level);
            let packed = read("stream.zst", &packed);
            if let Some(plain) = read("stream", bytes).filter(|_| is_tar(bytes)) {
                assert_eq!(packed.map(|packed| packed.found), Some(plain.found));
            }
        }
    }
}

/// Bytes of a block of tar, and where the header has its checksum and its magic number.
const TAR_BLOCK: usize = 512;
const TAR_SUM: std::ops::Range<usize> = 148..156;
const TAR_MAGIC: std::ops::Range<usize> = 257..262;

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(TAR_MAGIC) == Some(b"ustar")
}

/// The archive with the right checksum in every block that looks like a header.
fn with_tar_sums(bytes: &[u8]) -> Vec<u8> {
    let mut archive = bytes.to_vec();
    for block in archive.chunks_exact_mut(TAR_BLOCK).filter(|block| is_tar(block)) {
        block[TAR_SUM].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[TAR_SUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    archive
}
