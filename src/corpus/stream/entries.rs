//! Reads the files of an archive, and a stream that is one file.

use std::io::{self, Read};
use std::path::Path;

use super::compression::{self, is_compressed, peek};
use super::refusal::{self, is_table_by_name};
use super::scanning::{RecordPlace, StreamScan};
use super::shape::{StreamShape, TableShape};
use super::tables;
use super::web_archives::warc;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::forms::foreign::{self, is_warc};
use crate::corpus::forms::form::HEAD_BYTES;
use crate::corpus::forms::registry::RecognisedFile;
use crate::corpus::found_snapshot::fingerprint;
use crate::corpus::notices::SkipReason;
use crate::corpus::source_text::{MAX_BYTES, too_large};

/// A file that a stream contains.
#[derive(Clone, Copy)]
pub(super) struct EntryFile<'e> {
    /// Its path in the archive.
    pub path: &'e str,
    /// Metadata that changes with the file; if it is empty, the content is hashed instead.
    pub stamp: &'e [u8],
    /// Its number among the entries of its archive; `None` if it is the whole stream.
    pub number: Option<u64>,
}

/// Reads a file.
pub(super) fn read<'r>(
    file: EntryFile<'_>,
    source: impl Read + 'r,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    scan.at = safe_name(file.path);
    if let Some(number) = file.number {
        scan.begin_entry(number);
    }
    let (head, source) = peek(Box::new(source), HEAD_BYTES)?;
    let name = scan.at.clone();
    let Some((skip, source)) = read_text(file, &name, &head, source, scan)? else { return Ok(()) };
    if file.number.is_some() && is_compressed(&head) {
        // An error in the compressed data leaves the other files of the archive readable.
        if let Err(error) = read_compressed(file, &name, source, scan) {
            scan.fail_rest(&error);
        }
        return Ok(());
    }
    read_other(file, skip, &head, source, scan)
}

/// A stream, and the reason why it is no text with a policy.
type Leftover<'r> = (SkipReason, Box<dyn Read + 'r>);

/// Reads a file as a text. `name` tells its form, and `head` is its start. Returns the leftover if
/// the file is no text, or does not say whose it is.
fn read_text<'r>(
    file: EntryFile<'_>,
    name: &str,
    head: &[u8],
    source: Box<dyn Read + 'r>,
    scan: &mut StreamScan<'_>,
) -> io::Result<Option<Leftover<'r>>> {
    let parts = scan.parts;
    if TableShape::is_of_given_company(head, &parts.names) {
        return Ok(Some((SkipReason::Unread(foreign::INNER_TABLE), source)));
    }
    match parts.forms.recognise(name, head) {
        RecognisedFile::Skipped(skip) => return Ok(Some((skip, source))),
        RecognisedFile::Failed(reason) => scan.fail(reason),
        RecognisedFile::Found(_) => {
            // The bytes are counted while they are read: sizes in headers are not trusted.
            let mut bytes = Vec::new();
            source.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
            keep(file.stamp, name, bytes, scan)?;
        }
    }
    Ok(None)
}

/// Reads a compressed file of an archive.
fn read_compressed(
    file: EntryFile<'_>,
    name: &str,
    source: Box<dyn Read + '_>,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let (head, source) = peek(compression::decompress(source)?, HEAD_BYTES)?;
    // Without the extension of the compression, the name tells the form of the file.
    match read_text(file, compression::plain_name(name), &head, source, scan)? {
        Some((skip, source)) => read_other(file, skip, &head, source, scan),
        None => Ok(()),
    }
}

/// Reads a file that is no text with a policy: a table, or an input that is skipped.
fn read_other(
    file: EntryFile<'_>,
    skip: SkipReason,
    head: &[u8],
    source: Box<dyn Read + '_>,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    if file.number.is_some() && is_warc(head) {
        let entry = scan.at.clone();
        // Damage in the file leaves the other files of the archive readable.
        if let Err(error) = warc::read(source, Some(&entry), scan) {
            scan.fail_rest(&error);
        }
        return Ok(());
    }
    if file.number.is_some()
        && let Some(shape) = TableShape::of_file(head, &scan.parts.names)
    {
        let entry = scan.at.clone();
        return tables::read(shape, head, source, Some(entry), scan);
    }
    let skip = match skip {
        SkipReason::NoText | SkipReason::NoHeader | SkipReason::NoDate => {
            inner_kind(head, scan).map_or(skip, SkipReason::Unread)
        }
        skip => skip,
    };
    if file.number.is_none() {
        scan.refusal = refusal::of(&scan.parts.path, head, &scan.parts.names);
    }
    scan.report(|at| SeenInput::Skipped(at, skip));
    Ok(())
}

/// What a file of an archive is that takes another command to be read.
fn inner_kind(head: &[u8], scan: &StreamScan<'_>) -> Option<&'static str> {
    if StreamShape::of_archive(head).is_some() || is_compressed(head) {
        return Some(foreign::INNER_ARCHIVE);
    }
    let is_table = is_table_by_name(Path::new(&scan.at), head, &scan.parts.names);
    is_table.then_some(foreign::INNER_TABLE)
}

/// Keeps a file that is a text. `name` tells its form.
fn keep(stamp: &[u8], name: &str, bytes: Vec<u8>, scan: &mut StreamScan<'_>) -> io::Result<()> {
    if bytes.len() as u64 > MAX_BYTES {
        scan.fail(too_large());
        return Ok(());
    }
    let stamp = if stamp.is_empty() { &fingerprint(&[&bytes]).to_le_bytes() } else { stamp };
    let print = fingerprint(&[scan.at.as_bytes(), stamp]);
    match scan.parts.forms.read(name, bytes) {
        Ok(Some(record)) => {
            let print = scan.numbered(print);
            let place = RecordPlace { entry: Some(scan.at.clone()), line: None, number: None };
            scan.keep(record, print, place)?;
        }
        Ok(None) => scan.fail("has no form that is known"),
        Err(unread) => scan.leave_out(unread),
    }
    Ok(())
}

/// The path of an entry without parts that lead out of the archive.
pub(super) fn safe_name(path: &str) -> String {
    let parts: Vec<&str> =
        path.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).collect();
    parts.join("/")
}
