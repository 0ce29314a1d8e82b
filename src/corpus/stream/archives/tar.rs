//! tar archives, of every age.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read, Seek};

use super::is_left_out;
use super::tar_headers::LimitedHeaders;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::encodings;
use crate::corpus::found_snapshot::fingerprint;
use crate::corpus::notices::SkipReason;
use crate::corpus::stream::entries::{self, EntryFile, safe_name};
use crate::corpus::stream::scanning::StreamScan;

/// The hard links of an archive, by path. The last entry of a name counts.
pub(in crate::corpus::stream) type HardLinks = BTreeMap<String, HardLink>;

/// A hard link of an archive.
pub(in crate::corpus::stream) struct HardLink {
    /// The number of its entry.
    number: u64,
    /// The path of its file.
    target: String,
    /// The number of the entry with its file: the last one of that path before the link. `None` if
    /// no entry before the link has it; then the first one after it counts.
    file: Option<u64>,
}

/// Reads the entries of an archive. Adds its hard links, whose files have gone by: they take a
/// second pass.
pub(in crate::corpus::stream) fn read(
    source: impl Read,
    links: &mut HardLinks,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(LimitedHeaders::new(source));
    let mut pass = FirstPass { files: HashMap::new(), links, scan };
    for (number, entry) in (1..).zip(archive.entries()?) {
        pass.read_entry(number, entry?)?;
    }
    Ok(())
}

/// The state of the pass that reads all entries but links.
struct FirstPass<'p, 's> {
    /// The number of the entry with the file of each path so far, by a hash of the path. A link has
    /// the file of its target.
    files: HashMap<u64, u64>,
    links: &'p mut HardLinks,
    scan: &'p mut StreamScan<'s>,
}

impl FirstPass<'_, '_> {
    fn read_entry<R: Read>(&mut self, number: u64, entry: tar::Entry<'_, R>) -> io::Result<()> {
        let (path, is_recoded) = entry_path(&entry);
        let (kind, size) = (entry.header().entry_type(), entry.size());
        self.scan.at = safe_name(&path);
        let link = is_link(&entry).then(|| self.link(number, &entry));
        self.note_file(link.as_ref().map_or(Some(number), |link| link.file));
        // The first archives mark a folder by its name alone.
        if kind.is_dir() || kind.is_pax_global_extensions() || path.ends_with('/') {
            return Ok(());
        }
        let skip = skip_of(kind);
        if is_left_out(&path, skip, is_recoded, self.scan) {
            return Ok(());
        }
        if self.links.remove(&self.scan.at).is_some() {
            self.scan.report(|at| SeenInput::Skipped(at, SkipReason::Replaced));
        }
        if let Some(link) = link {
            self.links.insert(self.scan.at.clone(), link);
            return Ok(());
        }
        // Without a time, the size alone tells whether the entry changed.
        let changed = entry.header().mtime().unwrap_or(0);
        let stamp = [changed.to_le_bytes(), size.to_le_bytes()].concat();
        let file = EntryFile { path: &path, stamp: &stamp, number: Some(number) };
        entries::read(file, whole(entry), self.scan)
    }

    fn link<R: Read>(&self, number: u64, entry: &tar::Entry<'_, R>) -> HardLink {
        let target = entry.link_name_bytes().unwrap_or_default().into_owned();
        let target = safe_name(&encodings::decode(target, |_| None).0);
        let file = self.files.get(&hash(&target)).copied();
        HardLink { number, target, file }
    }

    /// Notes which entry has the file of the path that is being read.
    fn note_file(&mut self, file: Option<u64>) {
        let path = hash(&self.scan.at);
        match file {
            Some(file) => self.files.insert(path, file),
            None => self.files.remove(&path),
        };
    }
}

fn hash(path: &str) -> u64 {
    fingerprint(&[path.as_bytes()])
}

/// Links with the paths of their entries.
type NamedLinks = Vec<(String, HardLink)>;

/// The links of an archive that are still to be read.
#[derive(Default)]
struct PendingLinks {
    /// Those whose file comes before them, by the number of its entry.
    by_number: BTreeMap<u64, NamedLinks>,
    /// The other ones, by the path of their file.
    by_path: BTreeMap<String, NamedLinks>,
}

impl PendingLinks {
    fn of(links: HardLinks) -> Self {
        let mut pending = Self::default();
        for (path, link) in links {
            let links = match link.file {
                Some(file) => pending.by_number.entry(file).or_default(),
                None => pending.by_path.entry(link.target.clone()).or_default(),
            };
            links.push((path, link));
        }
        pending
    }

    /// Whether the entry with this number and path is the file of a link.
    fn has(&self, number: u64, path: &str) -> bool {
        self.by_number.contains_key(&number) || self.by_path.contains_key(path)
    }

    /// Removes the links to a file, and the links to these links, which some programs write.
    fn take(&mut self, number: u64, path: &str) -> NamedLinks {
        let mut links = self.by_number.remove(&number).unwrap_or_default();
        links.extend(self.by_path.remove(path).unwrap_or_default());
        let mut at = 0;
        while let Some((path, _)) = links.get(at) {
            links.extend(self.by_path.remove(path).unwrap_or_default());
            at += 1;
        }
        links
    }
}

/// Reads the files of hard links, each of them under the paths of its links. Reports each link
/// whose file cannot be read.
pub(in crate::corpus::stream) fn read_links(
    source: io::Result<impl Read>,
    links: HardLinks,
    scan: &mut StreamScan<'_>,
) {
    let mut pending = PendingLinks::of(links);
    let end = source.and_then(|source| read_files(source, &mut pending, scan));
    let reason = match end {
        Ok(()) => "which is no file of the archive".to_owned(),
        Err(error) => format!("which cannot be read: {error}"),
    };
    for (path, link) in
        pending.by_number.into_values().chain(pending.by_path.into_values()).flatten()
    {
        scan.at = path;
        scan.fail(format!("is a hard link to `{}`, {reason}", link.target));
    }
}

/// Reads those files of an archive that have hard links, and removes the links from `pending`.
fn read_files(
    source: impl Read,
    pending: &mut PendingLinks,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let mut archive = tar::Archive::new(LimitedHeaders::new(source));
    for (number, entry) in (1..).zip(archive.entries()?) {
        let entry = entry?;
        let target = safe_name(&entry_path(&entry).0);
        if is_link(&entry) || !pending.has(number, &target) {
            continue;
        }
        if let Some(skip) = skip_of(entry.header().entry_type()) {
            for (path, _) in pending.take(number, &target) {
                scan.at = path;
                scan.report(|at| SeenInput::Skipped(at, skip));
            }
            continue;
        }
        // A table may be larger than memory, so that its file is copied to disk.
        let mut file = tempfile::tempfile()?;
        io::copy(&mut whole(entry), &mut file)?;
        for (path, link) in pending.take(number, &target) {
            file.rewind()?;
            let entry = EntryFile { path: &path, stamp: &[], number: Some(link.number) };
            // The file may be damaged, which leaves other files readable.
            if let Err(error) = entries::read(entry, &file, scan) {
                scan.fail_rest(&error);
            }
        }
    }
    Ok(())
}

/// Whether an entry is a hard link without bytes. One of the newer kind may bring them along.
fn is_link<R: Read>(entry: &tar::Entry<'_, R>) -> bool {
    entry.header().entry_type().is_hard_link() && entry.size() == 0
}

/// Why entries of this kind are left out.
fn skip_of(kind: tar::EntryType) -> Option<SkipReason> {
    let is_file =
        kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse() || kind.is_hard_link();
    match kind {
        kind if kind.is_symlink() => Some(SkipReason::SymbolicLink),
        _ => (!is_file).then_some(SkipReason::NoFile),
    }
}

/// The path of an entry, and whether its bytes were not UTF-8.
fn entry_path<R: Read>(entry: &tar::Entry<'_, R>) -> (String, bool) {
    encodings::decode(entry.path_bytes().into_owned(), |_| None)
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
