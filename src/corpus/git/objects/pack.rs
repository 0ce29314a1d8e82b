//! A pack and its index, mapped into memory. Reads single entries; following deltas is left to the
//! object reader. The format is described in `gitformat-pack(5)`.

use std::path::Path;

use gix_hash::{Kind as HashKind, ObjectId};
use gix_pack::data::Entry;
use gix_pack::data::entry::Header;
use gix_pack::{data, index};
use gix_zlib::Inflate;

use super::object::{ObjectFault, ObjectKind, bounded_size};
use crate::error::regular_file;

/// A pack with its index.
pub(super) struct MappedPack {
    index: index::File,
    data: data::File,
}

impl MappedPack {
    /// Maps the pack that belongs to the index file `index`, or returns `None` if either of the two
    /// files cannot be opened.
    pub fn open(index: &Path) -> Option<Self> {
        let pack = index.with_extension("pack");
        if regular_file::is_special(index) || regular_file::is_special(&pack) {
            return None;
        }
        let data = data::File::at(pack, HashKind::Sha1).ok()?;
        Some(Self { index: index::File::at(index, HashKind::Sha1).ok()?, data })
    }

    /// The file of the pack.
    pub fn path(&self) -> &Path {
        self.data.path()
    }

    /// The offset of an object in the pack, in bytes, if the pack has the object.
    pub fn offset_of(&self, id: &ObjectId) -> Option<u64> {
        Some(self.index.pack_offset_at_index(self.index.lookup(id)?))
    }

    /// Reads the header of the entry at `offset`.
    pub fn entry(&self, offset: u64) -> Result<Entry, ObjectFault> {
        self.data.entry(offset).map_err(|error| ObjectFault::from_library(&error))
    }

    /// Inflates an entry into `out`, whose earlier content is dropped: an object, or the
    /// instructions of a delta.
    pub fn inflate_entry(
        &self,
        entry: &Entry,
        inflate: &mut Inflate,
        out: &mut Vec<u8>,
    ) -> Result<(), ObjectFault> {
        let size = bounded_size(entry.decompressed_size)?;
        out.clear();
        out.resize(size, 0);
        let inflated = self.data.decompress_entry(entry, inflate, out);
        inflated.map(drop).map_err(|error| ObjectFault::from_library(&error))
    }

    /// The offset of the object from which the delta `entry`, itself at `offset`, is made.
    pub fn base_offset(&self, offset: u64, entry: &Entry) -> Result<u64, ObjectFault> {
        match &entry.header {
            Header::OfsDelta { base_distance: 0 } => Err(ObjectFault::corrupt("a delta of itself")),
            Header::OfsDelta { base_distance } => offset
                .checked_sub(*base_distance)
                .ok_or_else(|| ObjectFault::corrupt("its delta base is outside of the pack")),
            Header::RefDelta { base_id } => self.offset_of(base_id).ok_or_else(|| {
                ObjectFault::corrupt(format!("its delta base {base_id} is missing"))
            }),
            _ => Err(ObjectFault::corrupt("no delta")),
        }
    }
}

/// The kind of the object that an entry stores whole, or `None` if the entry is a delta.
pub(super) fn whole_kind(entry: &Entry) -> Option<ObjectKind> {
    match entry.header {
        Header::Commit => Some(ObjectKind::Commit),
        Header::Tree => Some(ObjectKind::Tree),
        Header::Blob => Some(ObjectKind::Blob),
        Header::Tag => Some(ObjectKind::Tag),
        Header::OfsDelta { .. } | Header::RefDelta { .. } => None,
    }
}
