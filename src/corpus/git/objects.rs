//! The objects of a repository: packed or loose, in its own folder or in alternates.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use gix_hash::{Kind as HashKind, ObjectId};
use gix_pack::data::entry::Header;
use gix_pack::{data, index};
use gix_zlib::{Inflate, Status};

use super::cache::Cache;
use super::delta;
use crate::corpus::source_text::MAX_BYTES;

/// How many objects may be deltas of each other. Git itself makes 50, and refuses to make more than 4,095.
const MAX_CHAIN: usize = 10_000;

/// How far alternates may have alternates; git's own limit is 5.
const MAX_ALTERNATES: usize = 64;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        }
    }
}

/// A whole object.
#[derive(Debug)]
pub(super) struct Object {
    pub kind: Kind,
    pub data: Vec<u8>,
}

/// Why an object cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    Missing,
    TooLarge,
    Corrupt(String),
    Other { wanted: Kind, is: Kind },
}

/// An object that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ObjectError {
    pub id: ObjectId,
    pub fault: Fault,
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "object {} ", self.id)?;
        match &self.fault {
            Fault::Missing => f.write_str("is missing"),
            Fault::TooLarge => {
                write!(f, "is larger than {} MiB, too much for one text", MAX_BYTES >> 20)
            }
            Fault::Corrupt(reason) => write!(f, "is corrupt: {reason}"),
            Fault::Other { wanted, is } => {
                write!(f, "is a {} where a {} should be", is.name(), wanted.name())
            }
        }
    }
}

/// A result with what is wrong with the object.
type FoundSnapshot<T> = std::result::Result<T, Fault>;

fn corrupt(reason: impl Into<String>) -> Fault {
    Fault::Corrupt(reason.into())
}

/// After so many bytes the packs are mapped anew. What was read of a mapped file counts as memory of the process until the mapping ends, and
/// a history can be larger than the memory that it may take.
const REMAP_BYTES: u64 = 32 << 20;

/// What reading an entry maps at least: the system brings in the pages around it as well.
const TOUCH_BYTES: u64 = 64 << 10;

/// Where objects are; shared by all threads.
pub(super) struct ObjectStore {
    packs: RwLock<Arc<Vec<Pack>>>,
    /// The object folder and its alternates.
    folders: Vec<PathBuf>,
    /// Bytes of entries that were read since the packs were mapped.
    touched: AtomicU64,
}

struct Pack {
    index: index::File,
    data: data::File,
}

impl ObjectStore {
    /// Opens the packs below `objects`. A pack that cannot be opened is left out: its objects are missing.
    pub fn open(objects: &Path) -> Self {
        let folders = with_alternates(objects);
        let packs = RwLock::new(Arc::new(open_packs(&folders)));
        Self { packs, folders, touched: AtomicU64::new(0) }
    }

    fn packs(&self) -> Arc<Vec<Pack>> {
        Arc::clone(&self.packs.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes note of what a reader has read, now that it is done. The old mapping ends with the last reader that has it.
    fn note_touched(&self, bytes: u64) {
        let before = self.touched.fetch_add(bytes, Ordering::Relaxed);
        if before < REMAP_BYTES && before.saturating_add(bytes) >= REMAP_BYTES {
            let mapped = open_packs(&self.folders);
            *self.packs.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(mapped);
            self.touched.store(0, Ordering::Relaxed);
        }
    }

    /// Whether objects came from a server that promised to have the others too: a partial clone.
    pub fn has_promises(&self) -> bool {
        self.folders
            .iter()
            .flat_map(|folder| files(&folder.join("pack")))
            .any(|path| path.extension().is_some_and(|extension| extension == "promisor"))
    }

    fn loose_path(folder: &Path, id: &ObjectId) -> PathBuf {
        let hex = id.to_string();
        folder.join(&hex[..2]).join(&hex[2..])
    }
}

impl fmt::Debug for ObjectStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStore")
            .field("packs", &self.packs().len())
            .field("folders", &self.folders)
            .finish()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn pack_names(folder: &Path) -> Vec<PathBuf> {
    let mut names = files(&folder.join("pack"));
    names.retain(|path| path.extension().is_some_and(|extension| extension == "idx"));
    names
}

fn open_packs(folders: &[PathBuf]) -> Vec<Pack> {
    folders
        .iter()
        .flat_map(|folder| pack_names(folder))
        .filter_map(|path| open_pack(&path))
        .collect()
}

fn open_pack(index: &Path) -> Option<Pack> {
    let data = data::File::at(index.with_extension("pack"), HashKind::Sha1).ok()?;
    Some(Pack { index: index::File::at(index, HashKind::Sha1).ok()?, data })
}

/// The object folder, then its alternates and theirs, each once.
fn with_alternates(objects: &Path) -> Vec<PathBuf> {
    let mut folders = vec![objects.to_owned()];
    let mut known: HashSet<PathBuf> = fs::canonicalize(objects).into_iter().collect();
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        let listed = fs::read(folder.join("info").join("alternates")).unwrap_or_default();
        for line in String::from_utf8_lossy(&listed).lines() {
            let line = line.trim_end_matches('\r');
            if line.is_empty() || line.starts_with('#') || folders.len() > MAX_ALTERNATES {
                continue;
            }
            let alternate = folder.join(unquoted(line));
            if fs::canonicalize(&alternate).is_ok_and(|path| known.insert(path)) {
                folders.push(alternate);
            }
        }
    }
    folders
}

/// Paths with odd characters are written as string literals.
fn unquoted(line: &str) -> String {
    let literal = serde_json::from_str::<String>(line).ok().filter(|_| line.starts_with('"'));
    literal.unwrap_or_else(|| line.to_owned())
}

/// Reads objects, on one thread.
pub(super) struct ObjectReader<'s> {
    store: &'s ObjectStore,
    packs: Arc<Vec<Pack>>,
    /// Bytes of entries that were read.
    touched: u64,
    cache: Cache,
    inflate: Inflate,
    /// The instructions of one delta.
    scratch: Vec<u8>,
    /// The pack in which the last object was found: the next one mostly is there too.
    last_pack: usize,
}

impl<'s> ObjectReader<'s> {
    /// A reader that keeps the last objects as bases for deltas.
    pub fn new(store: &'s ObjectStore) -> Self {
        Self {
            store,
            packs: store.packs(),
            touched: 0,
            cache: Cache::default(),
            inflate: Inflate::default(),
            scratch: Vec::new(),
            last_pack: 0,
        }
    }

    /// Gives up the mapping that it has for a new one, once it has read much.
    fn refresh(&mut self) {
        if self.touched < REMAP_BYTES {
            return;
        }
        self.store.note_touched(std::mem::take(&mut self.touched));
        let packs = self.store.packs();
        let paths = |packs: &[Pack]| {
            packs.iter().map(|pack| pack.data.path().to_owned()).collect::<Vec<_>>()
        };
        // Bases are known by pack and place, which are others where the repository was packed anew meanwhile.
        if paths(&packs) != paths(&self.packs) {
            self.cache = Cache::default();
            self.last_pack = 0;
        }
        self.packs = packs;
    }

    /// An object of this kind.
    pub fn read(&mut self, id: ObjectId, wanted: Kind) -> Result<Rc<Object>, ObjectError> {
        self.refresh();
        let object = self.find(&id).map_err(|fault| ObjectError { id, fault })?;
        let is = object.kind;
        if is == wanted {
            Ok(object)
        } else {
            Err(ObjectError { id, fault: Fault::Other { wanted, is } })
        }
    }

    /// Whether the object is here.
    pub fn contains(&mut self, id: &ObjectId) -> bool {
        self.locate(id, 0).is_some()
            || self.store.folders.iter().any(|folder| ObjectStore::loose_path(folder, id).is_file())
    }

    /// How many bytes a packed object has, without reading it whole; `None` if that is not cheap to know.
    pub fn size(&mut self, id: &ObjectId) -> Option<u64> {
        let (pack, offset) = self.locate(id, 0)?;
        let data = &self.packs[pack].data;
        let entry = data.entry(offset).ok()?;
        self.touched = self.touched.saturating_add(entry.decompressed_size.max(TOUCH_BYTES));
        if !entry.header.is_delta() {
            return Some(entry.decompressed_size);
        }
        inflate_entry(data, &entry, &mut self.inflate, &mut self.scratch).ok()?;
        delta::header(&self.scratch).map(|(_, result, _)| result)
    }

    fn find(&mut self, id: &ObjectId) -> FoundSnapshot<Rc<Object>> {
        // A damaged object may have a sound copy elsewhere.
        let mut first_fault = None;
        let mut tried = 0;
        while let Some((pack, offset)) = self.locate(id, tried) {
            match self.unpack(pack, offset) {
                Ok(object) => return Ok(object),
                Err(fault) => drop(first_fault.get_or_insert(fault)),
            }
            tried += 1;
        }
        for folder in &self.store.folders {
            match read_loose(&ObjectStore::loose_path(folder, id), &mut self.inflate) {
                Ok(object) => return Ok(Rc::new(object)),
                Err(Fault::Missing) => {}
                Err(fault) => drop(first_fault.get_or_insert(fault)),
            }
        }
        Err(first_fault.unwrap_or(Fault::Missing))
    }

    /// The `skip`-th pack that has the object, and where in it.
    fn locate(&mut self, id: &ObjectId, skip: usize) -> Option<(usize, u64)> {
        let packs = &self.packs;
        let lookup = |number: usize| {
            let index = &packs.get(number)?.index;
            Some((number, index.pack_offset_at_index(index.lookup(id)?)))
        };
        let others = (0..packs.len()).filter(|number| *number != self.last_pack);
        let found = std::iter::once(self.last_pack).chain(others).filter_map(lookup).nth(skip)?;
        if skip == 0 {
            self.last_pack = found.0;
        }
        Some(found)
    }

    /// The object at `offset`: the nearest base that is no delta or is still known, then delta by delta back.
    fn unpack(&mut self, number: usize, offset: u64) -> FoundSnapshot<Rc<Object>> {
        let pack = &self.packs[number];
        let mut chain = Vec::new();
        let mut at = offset;
        let mut object = loop {
            if let Some(known) = self.cache.get((number, at)) {
                break known;
            }
            let entry = pack.data.entry(at).map_err(|error| corrupt(one_line(&error)))?;
            self.touched = self.touched.saturating_add(entry.decompressed_size.max(TOUCH_BYTES));
            let kind = match entry.header {
                Header::Commit => Kind::Commit,
                Header::Tree => Kind::Tree,
                Header::Blob => Kind::Blob,
                Header::Tag => Kind::Tag,
                _ => {
                    let base = base_offset(pack, at, &entry)?;
                    chain.push((at, entry));
                    at = base;
                    if chain.len() > MAX_CHAIN {
                        return Err(corrupt("too many deltas of deltas"));
                    }
                    continue;
                }
            };
            let mut data = Vec::new();
            inflate_entry(&pack.data, &entry, &mut self.inflate, &mut data)?;
            break self.cache.keep((number, at), Object { kind, data });
        };
        for (at, entry) in chain.into_iter().rev() {
            inflate_entry(&pack.data, &entry, &mut self.inflate, &mut self.scratch)?;
            let data = patched(&object.data, &self.scratch)?;
            object = self.cache.keep((number, at), Object { kind: object.kind, data });
        }
        Ok(object)
    }
}

impl Drop for ObjectReader<'_> {
    fn drop(&mut self) {
        self.store.note_touched(self.touched);
    }
}

fn base_offset(pack: &Pack, at: u64, entry: &data::Entry) -> FoundSnapshot<u64> {
    match &entry.header {
        Header::OfsDelta { base_distance: 0 } => Err(corrupt("a delta of itself")),
        Header::OfsDelta { base_distance } => at
            .checked_sub(*base_distance)
            .ok_or_else(|| corrupt("its delta base is outside of the pack")),
        Header::RefDelta { base_id } => {
            let position = pack.index.lookup(base_id);
            let position =
                position.ok_or_else(|| corrupt(format!("its delta base {base_id} is missing")))?;
            Ok(pack.index.pack_offset_at_index(position))
        }
        _ => Err(corrupt("no delta")),
    }
}

fn inflate_entry(
    pack: &data::File,
    entry: &data::Entry,
    inflate: &mut Inflate,
    out: &mut Vec<u8>,
) -> FoundSnapshot<()> {
    let size = bounded(entry.decompressed_size)?;
    out.clear();
    out.resize(size, 0);
    pack.decompress_entry(entry, inflate, out).map_err(|error| corrupt(one_line(&error)))?;
    Ok(())
}

fn patched(base: &[u8], delta: &[u8]) -> FoundSnapshot<Vec<u8>> {
    let (from, to, instructions) =
        delta::header(delta).ok_or_else(|| corrupt("a delta without sizes"))?;
    let to = bounded(to)?;
    let out = (from == base.len() as u64).then(|| delta::apply(base, instructions, to)).flatten();
    out.ok_or_else(|| corrupt("a delta that does not fit its base"))
}

/// The library's reasons can have several lines.
fn one_line(error: &impl fmt::Display) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// No object is read that is larger than a text may be: it is refused by the size it has by its header.
fn bounded(size: u64) -> FoundSnapshot<usize> {
    usize::try_from(size).ok().filter(|_| size <= MAX_BYTES).ok_or(Fault::TooLarge)
}

/// An object that is a file of its own: `kind size NUL data`, compressed.
fn read_loose(path: &Path, inflate: &mut Inflate) -> FoundSnapshot<Object> {
    let bytes = read_file(path)?;
    let broken = |error| corrupt(one_line(&error));
    let mut head = [0; 64];
    inflate.reset();
    let (status, consumed, written) = inflate.prefix(&bytes, &mut head).map_err(broken)?;
    let end =
        head[..written].iter().position(|byte| *byte == 0).ok_or_else(|| corrupt("no header"))?;
    let (kind, size) = loose_header(&head[..end]).ok_or_else(|| corrupt("an unknown header"))?;
    let size = bounded(size)?;
    let skip = end + 1;
    let mut data = Vec::new();
    if written - skip > size {
        return Err(corrupt("longer than its header says"));
    }
    if matches!(status, Status::StreamEnd) {
        data.extend_from_slice(&head[skip..written]);
    } else {
        inflate
            .rest(&bytes[consumed..], &head[..written], skip, &mut data, size)
            .map_err(broken)?;
    }
    if data.len() == size {
        Ok(Object { kind, data })
    } else {
        Err(corrupt("shorter than its header says"))
    }
}

fn read_file(path: &Path) -> FoundSnapshot<Vec<u8>> {
    let read = || {
        let mut bytes = Vec::new();
        // What is compressed is smaller than what it holds, but for a few bytes.
        fs::File::open(path)?.take(2 * MAX_BYTES).read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes)
    };
    read().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Fault::Missing,
        _ => corrupt(error.to_string()),
    })
}

fn loose_header(head: &[u8]) -> Option<(Kind, u64)> {
    let (kind, size) = std::str::from_utf8(head).ok()?.split_once(' ')?;
    let kind =
        [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag].into_iter().find(|k| k.name() == kind)?;
    Some((kind, size.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_loose_objects() {
        assert_eq!(loose_header(b"blob 12"), Some((Kind::Blob, 12)));
        for other in
            [&b"blob"[..], b"blob -1", b"blub 1", b"", b"blob 99999999999999999999", b"\xff 1"]
        {
            assert_eq!(loose_header(other), None);
        }
    }

    #[test]
    fn alternates_may_be_quoted() {
        assert_eq!(unquoted(r#"../plain "path""#), r#"../plain "path""#);
        assert_eq!(unquoted(r#""/tab\tand \"quote""#), "/tab\tand \"quote");
    }
}
