//! Reads loose objects: files that hold one zlib stream of `kind SPACE size NUL data`.

use std::cmp::Ordering;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use gix_hash::ObjectId;
use gix_zlib::{Inflate, Status};

use super::object::{GitObject, ObjectFault, ObjectKind, bounded_size};
use crate::corpus::source_text::MAX_BYTES;
use crate::error::regular_file;

/// The longest header that is looked for, in bytes. Git writes at most 28 bytes.
const HEADER_BYTES: usize = 64;

/// The place of a loose object in an object folder: the first two digits of its id name a folder.
pub(super) fn loose_path(folder: &Path, id: &ObjectId) -> PathBuf {
    let hex = id.to_string();
    folder.join(&hex[..2]).join(&hex[2..])
}

/// Reads the loose object at `path`.
///
/// # Errors
///
/// There is no file ([`ObjectFault::Missing`]), it cannot be read, or it is not an object.
pub(super) fn read_loose(path: &Path, inflate: &mut Inflate) -> Result<GitObject, ObjectFault> {
    let bytes = read_file(path)?;
    let mut head = [0; HEADER_BYTES];
    inflate.reset();
    let (status, consumed, written) =
        inflate.prefix(&bytes, &mut head).map_err(|error| ObjectFault::from_library(&error))?;
    let head = &head[..written];
    let end = head.iter().position(|byte| *byte == 0);
    let end = end.ok_or_else(|| ObjectFault::corrupt("no header"))?;
    let header = LooseHeader::parse(&head[..end]);
    let header = header.ok_or_else(|| ObjectFault::corrupt("an unknown header"))?;
    let size = bounded_size(header.bytes)?;
    let start = end + 1;
    if written - start > size {
        return Err(ObjectFault::corrupt("longer than its header says"));
    }
    let mut data = Vec::new();
    if matches!(status, Status::StreamEnd) {
        data.extend_from_slice(&head[start..]);
    } else {
        // One byte more shows whether the stream ends where it should.
        inflate
            .rest(&bytes[consumed..], head, start, &mut data, size + 1)
            .map_err(|error| ObjectFault::from_library(&error))?;
    }
    match data.len().cmp(&size) {
        Ordering::Equal => Ok(GitObject { kind: header.kind, data }),
        Ordering::Greater => Err(ObjectFault::corrupt("longer than its header says")),
        Ordering::Less => Err(ObjectFault::corrupt("shorter than its header says")),
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, ObjectFault> {
    read_bounded(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ObjectFault::Missing,
        _ => ObjectFault::corrupt(error.to_string()),
    })
}

/// Reads a file up to a limit that no compressed text of allowed size exceeds: zlib adds at most a
/// few bytes to what it cannot compress.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    regular_file::open(path)?.take(2 * MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The header of a loose object.
#[derive(Debug, PartialEq, Eq)]
struct LooseHeader {
    kind: ObjectKind,
    /// The number of bytes that follow the header.
    bytes: u64,
}

impl LooseHeader {
    /// Parses a header without its NUL, or returns `None` if it has another form.
    fn parse(head: &[u8]) -> Option<Self> {
        let (name, bytes) = std::str::from_utf8(head).ok()?.split_once(' ')?;
        let kind = ObjectKind::ALL.into_iter().find(|kind| kind.name() == name)?;
        Some(Self { kind, bytes: bytes.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_loose_objects() {
        let expected = LooseHeader { kind: ObjectKind::Blob, bytes: 12 };
        assert_eq!(LooseHeader::parse(b"blob 12"), Some(expected));
        for other in
            [&b"blob"[..], b"blob -1", b"blub 1", b"", b"blob 99999999999999999999", b"\xff 1"]
        {
            assert_eq!(LooseHeader::parse(other), None);
        }
    }
}
