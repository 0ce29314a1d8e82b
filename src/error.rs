//! What can go wrong, and whose matter it is.

use std::io;
use std::path::{Path, PathBuf};

use crate::query::QueryError;

/// An error of the library. Every message is one line that names the place and, where something helps, what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A query that cannot be read; its message has a second and third line with a caret.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A request that makes no sense: options that exclude each other, a name that the index does not have.
    #[error("{0}")]
    Usage(String),
    /// A corpus that is missing, empty or holds no policy.
    #[error("{}: {message}", path.display())]
    Corpus {
        /// The corpus as it was named.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// An index folder that cannot be used.
    #[error("{}: {message}", path.display())]
    Index {
        /// The index folder.
        path: PathBuf,
        /// What is wrong with it, and what helps.
        message: String,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The index library failed.
    #[error("{}: {source}", path.display())]
    Tantivy {
        /// The index folder.
        path: PathBuf,
        /// The library's reason.
        source: tantivy::TantivyError,
    },
    /// Writing results failed, for instance into a closed pipe.
    #[error("cannot write the results: {0}")]
    Output(#[source] io::Error),
}

/// A result of the library.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Adds a path to an I/O error.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { path: path.to_owned(), source }
    }

    /// Adds the index folder to an error of the index library.
    pub(crate) fn tantivy<E: Into<tantivy::TantivyError>>(path: &Path) -> impl Fn(E) -> Error {
        move |source| Error::Tantivy { path: path.to_owned(), source: source.into() }
    }

    /// An index folder that cannot be used.
    pub(crate) fn index(path: &Path, message: impl Into<String>) -> Error {
        Error::Index { path: path.to_owned(), message: message.into() }
    }
}
