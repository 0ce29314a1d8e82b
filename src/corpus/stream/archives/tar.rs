//! tar archives, of every age.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};

use super::is_left_out;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::encodings;
use crate::corpus::notices::SkipReason;
use crate::corpus::stream::entries::{self, EntryFile, safe_name};
use crate::corpus::stream::scanning::StreamScan;

/// The hard links of an archive, by path: the number of the entry and the path of the file. The
/// last entry of a name counts.
pub(in crate::corpus::stream) type HardLinks = BTreeMap<String, (u64, String)>;

/// The numbers and paths of hard links by the path of their file.
type LinksByFile = BTreeMap<String, Vec<(u64, String)>>;

/// Reads the entries of an archive. Adds its hard links, whose files have gone by: they take a
/// second pass.
pub(in crate::corpus::stream) fn read(
    source: impl Read,
    links: &mut HardLinks,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(source);
    for entry in archive.entries()? {
        read_entry(entry?, links, scan)?;
    }
    Ok(())
}

/// Reads the files of hard links, each of them under the paths of its links. Reports each link
/// whose file cannot be read.
pub(in crate::corpus::stream) fn read_links(
    source: io::Result<impl Read>,
    links: HardLinks,
    scan: &mut StreamScan<'_>,
) {
    let mut by_file = LinksByFile::new();
    for (path, (number, target)) in links {
        by_file.entry(target).or_default().push((number, path));
    }
    let end = source.and_then(|source| read_files(source, &mut by_file, scan));
    let reason = match end {
        Ok(()) => "which is no file of the archive".to_owned(),
        Err(error) => format!("which cannot be read: {error}"),
    };
    for (target, paths) in by_file {
        for (_, path) in paths {
            scan.at = path;
            scan.fail(format!("is a hard link to `{target}`, {reason}"));
        }
    }
}

/// Reads those files of an archive that have hard links, and removes the links from the list.
fn read_files(
    source: impl Read,
    links: &mut LinksByFile,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(source);
    for entry in archive.entries()? {
        let entry = entry?;
        let kind = entry.header().entry_type();
        let target = safe_name(&entry_path(&entry).0);
        if !links.contains_key(&target) {
            continue;
        }
        let skip = match kind {
            kind if is_file(kind) => None,
            kind if kind.is_symlink() => Some(SkipReason::SymbolicLink),
            _ => Some(SkipReason::NoFile),
        };
        // A table may be larger than memory, so that its file is copied to disk.
        let mut file = tempfile::tempfile()?;
        if skip.is_none() {
            io::copy(&mut whole(entry), &mut file)?;
        }
        for (number, path) in links_to(&target, links) {
            if let Some(skip) = skip {
                scan.at = path;
                scan.report(|at| SeenInput::Skipped(at, skip));
                continue;
            }
            file.rewind()?;
            let entry = EntryFile { path: &path, stamp: &[], number: Some(number) };
            entries::read(entry, &file, scan)?;
        }
    }
    Ok(())
}

/// Removes the links to a file from the list, and the links to these links, which some programs
/// write.
fn links_to(target: &str, links: &mut LinksByFile) -> Vec<(u64, String)> {
    let mut paths = links.remove(target).unwrap_or_default();
    let mut at = 0;
    while let Some((_, path)) = paths.get(at) {
        if let Some(more) = links.remove(path) {
            paths.extend(more);
        }
        at += 1;
    }
    paths
}

fn read_entry<R: Read>(
    entry: tar::Entry<'_, R>,
    links: &mut HardLinks,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let (path, is_recoded) = entry_path(&entry);
    let (kind, size) = (entry.header().entry_type(), entry.size());
    scan.at = safe_name(&path);
    // The first archives mark a folder by its name alone.
    if kind.is_dir() || kind.is_pax_global_extensions() || path.ends_with('/') {
        return Ok(());
    }
    // A hard link of the newer kind may bring its bytes along.
    let is_link = kind.is_hard_link() && size == 0;
    let skip = if kind.is_symlink() {
        Some(SkipReason::SymbolicLink)
    } else {
        (!is_file(kind) && !kind.is_hard_link()).then_some(SkipReason::NoFile)
    };
    if is_left_out(&path, skip, is_recoded, scan) {
        return Ok(());
    }
    if links.remove(&scan.at).is_some() {
        scan.report(|at| SeenInput::Skipped(at, SkipReason::Replaced));
    }
    if is_link {
        let target = entry.link_name_bytes().unwrap_or_default().into_owned();
        let target = encodings::decode(target, |_| None).0;
        links.insert(scan.at.clone(), (scan.next_entry(), safe_name(&target)));
        return Ok(());
    }
    // Without a time, the size alone tells whether the entry changed.
    let changed = entry.header().mtime().unwrap_or(0);
    let stamp = [changed.to_le_bytes(), size.to_le_bytes()].concat();
    let file = EntryFile { path: &path, stamp: &stamp, number: Some(scan.next_entry()) };
    entries::read(file, whole(entry), scan)
}

/// The path of an entry, and whether its bytes were not UTF-8.
fn entry_path<R: Read>(entry: &tar::Entry<'_, R>) -> (String, bool) {
    encodings::decode(entry.path_bytes().into_owned(), |_| None)
}

fn is_file(kind: tar::EntryType) -> bool {
    kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()
}

fn whole<R: Read>(entry: tar::Entry<'_, R>) -> WholeEntry<tar::Entry<'_, R>> {
    WholeEntry { remaining: entry.size(), entry }
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
