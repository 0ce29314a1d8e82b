//! tar and zip: their entries, read as streams. Entries have names only: nothing is unpacked.

use std::fs::File;
use std::io::{self, Read};

use super::stream::Scanning;
use super::{SeenInput, SkipReason};

/// The entries of a tar archive.
pub(super) fn tar(source: impl Read, scan: &mut Scanning<'_>) -> io::Result<()> {
    let mut archive = tar::Archive::new(source);
    for entry in archive.entries()? {
        let entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let header = entry.header();
        let (kind, size) = (header.entry_type(), header.size()?);
        let changed = header.mtime().unwrap_or(0);
        scan.at.clone_from(&path);
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        if kind.is_symlink() || kind.is_hard_link() {
            scan.tell(|at| SeenInput::Skipped(at, SkipReason::SymbolicLink));
        } else if !kind.is_file() && !kind.is_contiguous() {
            scan.tell(|at| SeenInput::Skipped(at, SkipReason::NoFile));
        } else if is_hidden(&path) {
            scan.tell(|at| SeenInput::Skipped(at, SkipReason::Hidden));
        } else {
            let stamp = [changed.to_le_bytes(), size.to_le_bytes()].concat();
            scan.entry(&path, &stamp, Whole { entry, left: size })?;
        }
    }
    Ok(())
}

/// An entry that is all there, or an error: tar ends quietly where it was cut.
struct Whole<R> {
    entry: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.entry.read(buffer)?;
        if read == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the archive is cut off here",
            ));
        }
        self.left = self.left.saturating_sub(read as u64);
        Ok(read)
    }
}

/// The entries of a zip archive.
pub(super) fn zip(file: File, scan: &mut Scanning<'_>) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file)).map_err(io::Error::other)?;
    for number in 0..archive.len() {
        scan.at = archive.name_for_index(number).unwrap_or_default().to_owned();
        if let Err(error) = zip_entry(&mut archive, number, scan) {
            scan.tell(|at| SeenInput::Failed(at, error.to_string()));
        }
    }
    Ok(())
}

fn zip_entry(
    archive: &mut zip::ZipArchive<io::BufReader<File>>,
    number: usize,
    scan: &mut Scanning<'_>,
) -> io::Result<()> {
    let entry = archive.by_index(number).map_err(io::Error::other)?;
    let path = entry.name().to_owned();
    if entry.is_dir() {
        return Ok(());
    }
    if entry.is_symlink() {
        scan.tell(|at| SeenInput::Skipped(at, SkipReason::SymbolicLink));
        return Ok(());
    }
    if is_hidden(&path) {
        scan.tell(|at| SeenInput::Skipped(at, SkipReason::Hidden));
        return Ok(());
    }
    let mut stamp = entry.crc32().to_le_bytes().to_vec();
    stamp.extend(entry.size().to_le_bytes());
    scan.entry(&path, &stamp, entry)
}

fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') && !matches!(part, "." | ".."))
}
