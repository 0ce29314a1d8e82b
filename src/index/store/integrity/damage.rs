//! Keeps the first damage that was met in an index that is open.

use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::error::{Error, Result};

/// The first damage that was met in an index that is open. The index library may answer with an
/// error of its own, or not at all, so it is kept here.
#[derive(Debug, Clone, Default)]
pub(crate) struct FirstDamage(Arc<OnceLock<String>>);

impl FirstDamage {
    /// The file and its defect; `None` if no damage was met.
    pub fn get(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// What came of reading the index folder `dir`. If damage was met, it is the error: what the
    /// index library says of a file that cannot be read is not always the cause.
    ///
    /// # Errors
    ///
    /// Damage was met, or reading failed otherwise.
    pub fn outcome<T>(&self, dir: &Path, read: Result<T>) -> Result<T> {
        match self.get() {
            Some(what) => Err(Error::damaged(dir, what)),
            None => read,
        }
    }

    /// Keeps this damage, if it is the first one, and makes an error of it.
    pub fn met(&self, what: String) -> io::Error {
        let first = self.0.get_or_init(|| what);
        io::Error::new(io::ErrorKind::InvalidData, first.clone())
    }
}
