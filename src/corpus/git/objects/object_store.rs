//! The packs and object folders of a repository, shared by the readers of all threads.
//!
//! Pages of a mapped file count as memory of the process until the mapping ends, and a history can
//! be larger than the memory that the program may use. The store therefore maps its packs again
//! after every [`REMAP_BYTES`] that its readers have read.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};

use super::alternates::object_folders;
use super::pack::MappedPack;

/// The number of bytes after which packs are mapped again.
pub(super) const REMAP_BYTES: u64 = 32 << 20;

/// Why the lock of the packs is never poisoned.
const NO_PANIC: &str = "nothing panics while it holds the lock of the packs";

/// The objects of a repository.
pub(crate) struct ObjectStore {
    packs: RwLock<Arc<Vec<MappedPack>>>,
    /// The object folder of the repository, then its alternates.
    folders: Vec<PathBuf>,
    /// The number of bytes that readers have read since the packs were mapped.
    bytes_read: AtomicU64,
}

impl ObjectStore {
    /// Opens the object folder `objects` with its alternates. A pack that cannot be opened is left
    /// out, so that its objects are missing.
    pub fn open(objects: &Path) -> Self {
        let folders = object_folders(objects);
        let packs = RwLock::new(Arc::new(map_packs(&folders)));
        Self { packs, folders, bytes_read: AtomicU64::new(0) }
    }

    /// The packs as they are mapped now.
    pub(super) fn packs(&self) -> Arc<Vec<MappedPack>> {
        Arc::clone(&self.packs.read().expect(NO_PANIC))
    }

    /// The object folders, in the order in which they are searched.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Adds to the number of bytes that were read, and maps the packs again if that is due. An old
    /// mapping ends when the last reader has dropped it.
    pub(super) fn add_bytes_read(&self, bytes: u64) {
        let before = self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
        // Only the reader whose bytes pass the limit maps the packs again.
        if before < REMAP_BYTES && before.saturating_add(bytes) >= REMAP_BYTES {
            let packs = Arc::new(map_packs(&self.folders));
            *self.packs.write().expect(NO_PANIC) = packs;
            self.bytes_read.store(0, Ordering::Relaxed);
        }
    }

    /// Whether a pack came from a server that promised to have the missing objects: the repository
    /// is a partial clone.
    pub fn has_promisor_packs(&self) -> bool {
        let mut files = self.folders.iter().flat_map(|folder| pack_files(folder, "promisor"));
        files.next().is_some()
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

/// The files beside packs that have this extension, sorted by name.
fn pack_files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join("pack")) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

fn map_packs(folders: &[PathBuf]) -> Vec<MappedPack> {
    let indexes = folders.iter().flat_map(|folder| pack_files(folder, "idx"));
    indexes.filter_map(|index| MappedPack::open(&index)).collect()
}
