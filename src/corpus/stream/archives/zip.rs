//! zip archives, read by their directories.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::ops::Range;

use zip::ZipArchive;
use zip::result::ZipError;

use super::{directory, is_left_out};
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::forms::foreign;
use crate::corpus::notices::SkipReason;
use crate::corpus::stream::entries::{self, EntryFile, safe_name};
use crate::corpus::stream::refusal;
use crate::corpus::stream::scanning::StreamScan;

/// Reads the entries of an archive.
pub(in crate::corpus::stream) fn read(file: File, scan: &mut StreamScan<'_>) -> io::Result<()> {
    let mut source = BufReader::new(file);
    let mut archive = ZipArchive::new(&mut source).map_err(io::Error::other)?;
    if let Some(reason) = foreign::kind_of_names(archive.file_names()) {
        scan.refusal = Some(refusal::because(reason, &scan.parts.path));
        return Ok(());
    }
    let is_wacz = is_wacz(&archive);
    let mut places = EntryPlaces::default();
    for number in 0..archive.len() {
        // Its other files are lists and indexes of the pages, which are no inputs.
        if is_wacz && !archive.name_for_index(number).is_some_and(is_web_archive) {
            continue;
        }
        match read_entry(&mut archive, number, &mut places, scan) {
            Ok(EntryEnd::Read) => {}
            Ok(EntryEnd::Overlap) => {
                scan.fail_rest(&io::Error::other(OVERLAP));
                break;
            }
            Err(error) => scan.fail(error.to_string()),
        }
    }
    let start = archive.central_directory_start();
    drop(archive);
    // The library keeps the last of several entries with one name, as unpacking does.
    for name in directory::replaced(&mut source, start)? {
        scan.at = safe_name(&decoded(&name));
        scan.report(|at| SeenInput::Skipped(at, SkipReason::Replaced));
    }
    Ok(())
}

/// Whether the archive is a collection of web archives in the form WACZ
/// (<https://specs.webrecorder.net/wacz/1.1.1/>).
fn is_wacz(archive: &ZipArchive<&mut BufReader<File>>) -> bool {
    let has_list = archive.index_for_name("datapackage.json").is_some();
    has_list && archive.file_names().any(is_web_archive)
}

/// Whether a file of a WACZ is a WARC file, by its name.
fn is_web_archive(name: &str) -> bool {
    name.starts_with("archive/") && (name.ends_with(".warc") || name.ends_with(".warc.gz"))
}

/// The error of an archive whose entries share bytes. Unpacking it could fill any disk.
const OVERLAP: &str =
    "the entry overlaps another one; unpack an archive that you trust and name the folder";

/// Where reading an entry has led.
enum EntryEnd {
    Read,
    /// Its bytes belong to another entry, too.
    Overlap,
}

/// The bytes of the entries of an archive so far, by their starts.
#[derive(Default)]
struct EntryPlaces(BTreeMap<u64, u64>);

impl EntryPlaces {
    /// Adds the bytes of an entry. Returns `false` if some of them belong to another one.
    fn add(&mut self, bytes: Range<u64>) -> bool {
        let before = self.0.range(..bytes.end).next_back();
        let is_free = before.is_none_or(|(_, &end)| end <= bytes.start);
        is_free && self.0.insert(bytes.start, bytes.end).is_none()
    }
}

fn read_entry(
    archive: &mut ZipArchive<&mut BufReader<File>>,
    number: usize,
    places: &mut EntryPlaces,
    scan: &mut StreamScan<'_>,
) -> io::Result<EntryEnd> {
    // The name of the directory, in case the entry itself is damaged.
    scan.at = safe_name(archive.name_for_index(number).unwrap_or_default());
    let entry = archive.by_index_raw(number).map_err(io::Error::other)?;
    // Many programs write UTF-8 without saying so. Otherwise the name is in code page 437.
    let utf_8 = std::str::from_utf8(entry.name_raw()).ok();
    let path = utf_8.unwrap_or(entry.name()).to_owned();
    let is_recoded = utf_8.is_none();
    scan.at = safe_name(&path);
    let end = entry.data_start().saturating_add(entry.compressed_size());
    if !places.add(entry.header_start()..end) {
        return Ok(EntryEnd::Overlap);
    }
    if entry.is_dir() {
        return Ok(EntryEnd::Read);
    }
    let kind = entry.is_symlink().then_some(SkipReason::SymbolicLink);
    drop(entry);
    if is_left_out(&path, kind, is_recoded, scan) {
        return Ok(EntryEnd::Read);
    }
    let entry = archive.by_index(number).map_err(|error| io::Error::other(advice(&error)))?;
    let mut stamp = entry.crc32().to_le_bytes().to_vec();
    stamp.extend(entry.size().to_le_bytes());
    let file = EntryFile { path: &path, stamp: &stamp, number: Some(number as u64) };
    entries::read(file, entry, scan)?;
    Ok(EntryEnd::Read)
}

/// The error of an entry, and what helps against it.
fn advice(error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            "is encrypted; unpack the archive with its password and name the folder".to_owned()
        }
        ZipError::UnsupportedArchive(reason) => {
            format!("{reason}; unpack the archive, such as with `7z x`, and name the folder")
        }
        error => error.to_string(),
    }
}

/// The name in an entry of the directory.
fn decoded(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}
