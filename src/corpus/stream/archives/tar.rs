//! tar archives, of every age.

use std::collections::HashMap;
use std::io::{self, Cursor, Read};

use super::is_hidden;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::encodings;
use crate::corpus::notices::{CorpusNotice, SkipReason};
use crate::corpus::source_text::MAX_BYTES;
use crate::corpus::stream::entries::{self, EntryFile, safe_name};
use crate::corpus::stream::scanning::StreamScan;

/// The hard links of an archive: the path of each by the path of its file.
pub(in crate::corpus::stream) type HardLinks = HashMap<String, Vec<String>>;

/// Reads the entries of an archive. Returns its hard links, whose files have gone by: they take
/// another pass.
pub(in crate::corpus::stream) fn read(
    source: impl Read,
    scan: &mut StreamScan<'_>,
) -> io::Result<HardLinks> {
    let mut archive = tar::Archive::new(source);
    let mut links = HardLinks::new();
    for entry in archive.entries()? {
        read_entry(entry?, &mut links, scan)?;
    }
    Ok(links)
}

/// Reads the files of hard links, each of them under the paths of its links.
pub(in crate::corpus::stream) fn read_links(
    source: impl Read,
    mut links: HardLinks,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(source);
    for entry in archive.entries()? {
        let entry = entry?;
        let (target, _) = entry_path(&entry);
        let kind = entry.header().entry_type();
        let Some(paths) = links.remove(&safe_name(&target)) else { continue };
        let paths = links_below(paths, &mut links);
        if !is_file(kind) {
            let skip = match kind.is_symlink() {
                true => SkipReason::SymbolicLink,
                false => SkipReason::NoFile,
            };
            for path in paths {
                scan.at = safe_name(&path);
                scan.report(|at| SeenInput::Skipped(at, skip));
            }
            continue;
        }
        let mut bytes = Vec::new();
        whole(entry).take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        for path in paths {
            let file = EntryFile { path: &path, stamp: &[], is_in_archive: true };
            entries::read(file, Cursor::new(&bytes), scan)?;
        }
    }
    for (target, paths) in links {
        for path in paths {
            scan.at = safe_name(&path);
            scan.fail(format!("is a hard link to `{target}`, which is no file of the archive"));
        }
    }
    Ok(())
}

/// Adds the links to these links, which some programs write, to their list.
fn links_below(mut paths: Vec<String>, links: &mut HardLinks) -> Vec<String> {
    let mut at = 0;
    while let Some(path) = paths.get(at) {
        if let Some(more) = links.remove(&safe_name(path)) {
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
    } else if !is_file(kind) && !kind.is_hard_link() {
        Some(SkipReason::NoFile)
    } else {
        is_hidden(&path).then_some(SkipReason::Hidden)
    };
    if let Some(skip) = skip {
        scan.report(|at| SeenInput::Skipped(at, skip));
        return Ok(());
    }
    if is_recoded {
        scan.report(|at| SeenInput::Noted(at, CorpusNotice::NotUtf8));
    }
    if is_link {
        let target = entry.link_name_bytes().unwrap_or_default().into_owned();
        let target = encodings::decode(target, |_| None).0;
        links.entry(safe_name(&target)).or_default().push(path);
        return Ok(());
    }
    // Without a time, the size alone tells whether the entry changed.
    let changed = entry.header().mtime().unwrap_or(0);
    let stamp = [changed.to_le_bytes(), size.to_le_bytes()].concat();
    let file = EntryFile { path: &path, stamp: &stamp, is_in_archive: true };
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
