//! The folder of a generation as a tantivy directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::regular_file;
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    DirectoryLock, FileHandle, Lock, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

use super::files::NEW_FILE;
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
}

impl GenerationDirectory {
    /// Opens the folder of a generation.
    pub fn open(folder: &Path) -> tantivy::Result<Self> {
        Ok(Self { files: MmapDirectory::open(folder)?, folder: folder.to_owned() })
    }

    /// Refuses a FIFO, a socket or a device in place of a file of the index.
    fn refuse_special(&self, path: &Path) -> Result<(), OpenReadError> {
        let refused = regular_file::refuse_special(&self.folder.join(path));
        refused.map_err(|error| OpenReadError::wrap_io_error(error, path.to_owned()))
    }
}

impl Directory for GenerationDirectory {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.refuse_special(path)?;
        self.files.get_file_handle(path)
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
        self.files.atomic_read(path)
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
