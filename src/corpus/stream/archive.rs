//! tar and zip archives: one snapshot in each file.
//!
//! Entries are read as streams. Their names are only names: nothing is unpacked to disk.

use std::fs::File;
use std::io::{self, Read};

use super::scanning::StreamScan;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::notices::SkipReason;

/// Reads the entries of a tar archive.
pub(super) fn tar(source: impl Read, scan: &mut StreamScan<'_>) -> io::Result<()> {
    let mut archive = tar::Archive::new(source);
    for entry in archive.entries()? {
        tar_entry(entry?, scan)?;
    }
    Ok(())
}

fn tar_entry<R: Read>(entry: tar::Entry<'_, R>, scan: &mut StreamScan<'_>) -> io::Result<()> {
    let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let header = entry.header();
    let (kind, size) = (header.entry_type(), header.size()?);
    scan.at.clone_from(&path);
    if kind.is_dir() || kind.is_pax_global_extensions() {
        return Ok(());
    }
    let skip = if kind.is_symlink() || kind.is_hard_link() {
        Some(SkipReason::SymbolicLink)
    } else if !kind.is_file() && !kind.is_contiguous() {
        Some(SkipReason::NoFile)
    } else {
        is_hidden(&path).then_some(SkipReason::Hidden)
    };
    if let Some(skip) = skip {
        scan.report(|at| SeenInput::Skipped(at, skip));
        return Ok(());
    }
    // Without a time, the size alone tells whether the entry changed.
    let changed = header.mtime().unwrap_or(0);
    let stamp = [changed.to_le_bytes(), size.to_le_bytes()].concat();
    scan.entry(&path, &stamp, WholeEntry { entry, remaining: size })
}

/// Reads an entry of a tar archive, or fails if the archive ends within it. The tar library reports
/// the end of a truncated entry like the end of a whole one.
struct WholeEntry<R> {
    entry: R,
    /// How many bytes of the entry have not been read.
    remaining: u64,
}

impl<R: Read> Read for WholeEntry<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(buffer)?;
        if read == 0 && self.remaining > 0 && !buffer.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the archive is cut off here",
            ));
        }
        self.remaining = self.remaining.saturating_sub(read as u64);
        Ok(read)
    }
}

/// Reads the entries of a zip archive.
pub(super) fn zip(file: File, scan: &mut StreamScan<'_>) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(io::Error::other)?;
    for number in 0..archive.len() {
        scan.at = archive.name_for_index(number).unwrap_or_default().to_owned();
        if let Err(error) = zip_entry(&mut archive, number, scan) {
            scan.fail(error.to_string());
        }
    }
    Ok(())
}

fn zip_entry(
    archive: &mut zip::ZipArchive<io::BufReader<File>>,
    number: usize,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let entry = archive.by_index(number).map_err(io::Error::other)?;
    let path = entry.name().to_owned();
    if entry.is_dir() {
        return Ok(());
    }
    if entry.is_symlink() {
        scan.report(|at| SeenInput::Skipped(at, SkipReason::SymbolicLink));
        return Ok(());
    }
    if is_hidden(&path) {
        scan.report(|at| SeenInput::Skipped(at, SkipReason::Hidden));
        return Ok(());
    }
    let mut stamp = entry.crc32().to_le_bytes().to_vec();
    stamp.extend(entry.size().to_le_bytes());
    scan.entry(&path, &stamp, entry)
}

/// Whether a part of the path begins with a dot.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') && !matches!(part, "." | ".."))
}
