//! The folder of a generation as a tantivy directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::regular_file;
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, OwnedBytes, WatchCallback, WatchHandle,
    WritePtr,
};

use super::files::{BLOCK_SUMS, MANAGED, META, NEW_FILE, is_segment_file};
use super::integrity::block_sums::BlockSums;
use super::integrity::checked_bytes::CheckedBytes;
use super::integrity::checked_file::{CheckedFile, Verification};
use super::integrity::checksums::{self, Checksums};
use super::integrity::damage::FirstDamage;
use super::table_file::create_synced;

/// A memory-mapped folder.
///
/// It can be opened without permission to write to it. A reader takes a lock, so that no file is
/// removed while it opens them. In a folder that cannot be written the lock file cannot be created,
/// but nothing is removed there either, so the reader goes on without a lock.
///
/// Every file that is written has the permissions that the system gives to new files. The library
/// would make some that only their owner can read.
#[derive(Debug, Clone)]
pub(crate) struct GenerationDirectory {
    files: MmapDirectory,
    folder: PathBuf,
    /// What the files are compared with when they are read; `None` while they are written.
    written: Option<Arc<WrittenFiles>>,
}

/// What the files of a complete generation were when they were written.
#[derive(Debug)]
struct WrittenFiles {
    sums: Checksums,
    blocks: Arc<BlockSums>,
    verification: Verification,
    damage: FirstDamage,
}

impl GenerationDirectory {
    /// Opens the folder of a generation that is being written.
    pub fn open(folder: &Path) -> tantivy::Result<Self> {
        Ok(Self { files: MmapDirectory::open(folder)?, folder: folder.to_owned(), written: None })
    }

    /// Opens the folder of a complete generation, whose files have the checksums `sums`. The
    /// damage that is met is kept in `damage`.
    ///
    /// # Errors
    ///
    /// The folder or the checksums of the blocks cannot be read.
    pub fn open_checked(
        folder: &Path,
        sums: &Checksums,
        verification: Verification,
        damage: &FirstDamage,
    ) -> tantivy::Result<Self> {
        let unchecked = Self::open(folder)?;
        let file = unchecked.open_read(Path::new(BLOCK_SUMS)).inspect_err(|error| {
            if matches!(error, OpenReadError::FileDoesNotExist(_)) {
                damage.met(format!("`{BLOCK_SUMS}` is missing"));
            }
        })?;
        let blocks = BlockSums::open(file.read_bytes()?)
            .ok_or_else(|| damage.met(format!("`{BLOCK_SUMS}` is not as it was written")))?;
        let (sums, blocks, damage) = (sums.clone(), Arc::new(blocks), damage.clone());
        let written = WrittenFiles { sums, blocks, verification, damage };
        Ok(Self { written: Some(Arc::new(written)), ..unchecked })
    }

    /// Maps a table that lies beside the segments into memory. A rebuild may remove its file later.
    ///
    /// # Errors
    ///
    /// The file is missing, or it has another length than it was written with.
    pub fn table(&self, name: &str) -> tantivy::Result<CheckedBytes> {
        let file = self.get_file_handle(Path::new(name))?;
        let bytes = file.read_bytes(0..file.len())?;
        Ok(match &self.written {
            Some(written) => written.checked_bytes(name, bytes)?,
            None => CheckedBytes::unchecked(name, bytes),
        })
    }

    /// Refuses a FIFO, a socket or a device in place of a file of the index.
    fn refuse_special(&self, path: &Path) -> Result<(), OpenReadError> {
        let refused = regular_file::refuse_special(&self.folder.join(path));
        refused.map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))
    }
}

impl WrittenFiles {
    fn has(&self, name: &str) -> bool {
        self.sums.contains_key(name)
    }

    /// The file of this name; the blocks of a segment's file are checked when they are read.
    fn checked(&self, name: &str, file: Arc<dyn FileHandle>) -> io::Result<Arc<dyn FileHandle>> {
        if !is_segment_file(name) {
            return Ok(file);
        }
        let bytes = self.checked_bytes(name, file.read_bytes(0..file.len())?)?;
        Ok(Arc::new(CheckedFile::new(name, bytes, self.verification)))
    }

    fn checked_bytes(&self, name: &str, bytes: OwnedBytes) -> io::Result<CheckedBytes> {
        CheckedBytes::new(name, bytes, Arc::clone(&self.blocks), self.damage.clone())
    }

    /// Compares the whole content of a file with its checksum.
    fn check_whole(&self, name: &str, content: &[u8]) -> io::Result<()> {
        if self.sums.get(name) == Some(&checksums::of_bytes(content)) {
            return Ok(());
        }
        Err(self.damage.met(format!("`{name}` is not as it was written")))
    }
}

impl Directory for GenerationDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.refuse_special(path)?;
        let file = self.files.get_file_handle(path);
        let (Some(written), Some(name)) = (&self.written, path.to_str()) else { return file };
        // The library takes some files for ones that were never written.
        if matches!(file, Err(OpenReadError::FileDoesNotExist(_))) && written.has(name) {
            written.damage.met(format!("`{name}` is missing"));
        }
        written
            .checked(name, file?)
            .map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.files.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.refuse_special(path)?;
        let Some(written) = &self.written else { return self.files.atomic_read(path) };
        // Only a writer needs the list of files that it may remove.
        if path == Path::new(MANAGED) {
            return Err(OpenReadError::FileDoesNotExist(path.to_owned()));
        }
        let content = self.files.atomic_read(path)?;
        if path == Path::new(META) {
            written
                .check_whole(META, &content)
                .map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))?;
        }
        Ok(content)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let path = self.folder.join(path);
        let mut new = path.clone().into_os_string();
        new.push(NEW_FILE);
        create_synced(new.as_ref(), data)?;
        fs::rename(&new, path)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.files.acquire_lock(lock) {
            Err(LockError::IoError(_)) => Ok(DirectoryLock::from(Box::new(()))),
            other => other,
        }
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}
