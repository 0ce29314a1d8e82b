//! An unpacked git object, and the reasons why an object cannot be read.

use std::fmt;

use gix_hash::ObjectId;

use crate::corpus::source_text::{MAX_BYTES, too_large};

/// The sorts of git objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Commit, Self::Tree, Self::Blob, Self::Tag];

    /// The name of the kind in the header of a loose object, and in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }
}

/// A whole object, with all deltas applied.
#[derive(Debug)]
pub(crate) struct GitObject {
    pub kind: ObjectKind,
    pub data: Vec<u8>,
}

/// Why an object cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ObjectFault {
    /// No pack and no loose file has it.
    Missing,
    /// It has more than [`MAX_BYTES`] bytes.
    TooLarge,
    /// Its bytes are not an object. The reason fits one line.
    Corrupt(String),
    /// It is an object of another kind than the one that names it says.
    OtherKind { wanted: ObjectKind, found: ObjectKind },
}

impl ObjectFault {
    /// A fault in the bytes of the object.
    pub fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt(reason.into())
    }

    /// A fault that the pack library reports. Its reasons can have several lines.
    pub fn from_library(error: &impl fmt::Display) -> Self {
        Self::Corrupt(error.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// An object that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectError {
    pub id: ObjectId,
    pub fault: ObjectFault,
}

impl ObjectError {
    /// The error for an object whose bytes are not what its kind asks for.
    pub fn corrupt(id: ObjectId, reason: impl Into<String>) -> Self {
        Self { id, fault: ObjectFault::corrupt(reason) }
    }
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "object {} ", self.id)?;
        match &self.fault {
            ObjectFault::Missing => f.write_str("is missing"),
            ObjectFault::TooLarge => f.write_str(&too_large()),
            ObjectFault::Corrupt(reason) => write!(f, "is corrupt: {reason}"),
            ObjectFault::OtherKind { wanted, found } => {
                write!(f, "is a {} where a {} should be", found.name(), wanted.name())
            }
        }
    }
}

/// Converts the size that a header promises to a length in memory. An object larger than a text may
/// be is refused here, before any of it is unpacked.
///
/// # Errors
///
/// The size is larger than [`MAX_BYTES`].
pub(super) fn bounded_size(bytes: u64) -> Result<usize, ObjectFault> {
    let within_limit = usize::try_from(bytes).ok().filter(|_| bytes <= MAX_BYTES);
    within_limit.ok_or(ObjectFault::TooLarge)
}
