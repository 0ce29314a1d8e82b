//! Reads objects by their ids, on one thread.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use gix_hash::ObjectId;
use gix_pack::data::Entry;
use gix_zlib::Inflate;

use super::base_cache::{BaseCache, EntryPlace};
use super::delta::DeltaHeader;
use super::loose::{loose_path, read_loose};
use super::object::{GitObject, ObjectError, ObjectFault, ObjectKind, bounded_size};
use super::object_store::{ObjectStore, REMAP_BYTES};
use super::pack::{MappedPack, whole_kind};

/// The largest number of deltas between an object and one that is stored whole. Git itself makes
/// 50, and refuses to make more than 4,095.
const MAX_CHAIN: usize = 10_000;

/// The least number of bytes that reading an entry maps: the system also loads the pages around it.
const MIN_MAPPED_BYTES: u64 = 64 << 10;

/// Reads objects from packs and loose files. Objects that are deltas of each other are cheap to
/// read one after the other.
pub(crate) struct ObjectReader<'s> {
    store: &'s ObjectStore,
    packs: Arc<Vec<MappedPack>>,
    /// The number of bytes that were read and that the store does not know of yet.
    bytes_read: u64,
    cache: BaseCache,
    inflate: Inflate,
    /// The instructions of the delta that is applied; a field so that its memory is used again.
    instructions: Vec<u8>,
    /// The number of the pack in which the last object was found. The next one is mostly there,
    /// too.
    last_pack: usize,
}

/// A delta that leads from its base to the object that is wanted.
struct ChainedDelta {
    place: EntryPlace,
    entry: Entry,
}

impl<'s> ObjectReader<'s> {
    /// Makes a reader whose cache is empty.
    pub fn new(store: &'s ObjectStore) -> Self {
        Self {
            store,
            packs: store.packs(),
            bytes_read: 0,
            cache: BaseCache::default(),
            inflate: Inflate::default(),
            instructions: Vec::new(),
            last_pack: 0,
        }
    }

    /// Reads the object `id`, which must be of the kind `wanted`.
    ///
    /// # Errors
    ///
    /// The object is missing, damaged, too large, or of another kind.
    pub fn read(&mut self, id: ObjectId, wanted: ObjectKind) -> Result<Rc<GitObject>, ObjectError> {
        self.renew_mapping();
        let object = self.find(&id).map_err(|fault| ObjectError { id, fault })?;
        let found = object.kind;
        if found == wanted {
            Ok(object)
        } else {
            Err(ObjectError { id, fault: ObjectFault::OtherKind { wanted, found } })
        }
    }

    /// Whether the repository has the object.
    pub fn contains(&mut self, id: &ObjectId) -> bool {
        self.locate(id, 0).is_some()
            || self.store.folders().iter().any(|folder| loose_path(folder, id).is_file())
    }

    /// The size of an object in bytes, or `None` where that would take as long as reading it: for
    /// loose and damaged objects.
    pub fn packed_size(&mut self, id: &ObjectId) -> Option<u64> {
        let place = self.locate(id, 0)?;
        let entry = self.entry(place).ok()?;
        if whole_kind(&entry).is_some() {
            return Some(entry.decompressed_size);
        }
        let pack = &self.packs[place.pack];
        pack.inflate_entry(&entry, &mut self.inflate, &mut self.instructions).ok()?;
        DeltaHeader::parse(&self.instructions).map(|header| header.result_bytes)
    }

    /// Exchanges the mapping of the packs for a new one, once much was read through it.
    fn renew_mapping(&mut self) {
        if self.bytes_read < REMAP_BYTES {
            return;
        }
        self.store.add_bytes_read(std::mem::take(&mut self.bytes_read));
        let packs = self.store.packs();
        // The cache names objects by pack and offset. If git has packed the repository anew in the
        // meantime, the same place can hold another object.
        if !pack_paths(&packs).eq(pack_paths(&self.packs)) {
            self.cache = BaseCache::default();
            self.last_pack = 0;
        }
        self.packs = packs;
    }

    /// Reads an object from the first pack or folder that has a sound copy of it.
    fn find(&mut self, id: &ObjectId) -> Result<Rc<GitObject>, ObjectFault> {
        let mut first_fault = None;
        let mut tried = 0;
        while let Some(place) = self.locate(id, tried) {
            match self.unpack(place) {
                Ok(object) => return Ok(object),
                Err(fault) => drop(first_fault.get_or_insert(fault)),
            }
            tried += 1;
        }
        for folder in self.store.folders() {
            match read_loose(&loose_path(folder, id), &mut self.inflate) {
                Ok(object) => return Ok(Rc::new(object)),
                Err(ObjectFault::Missing) => {}
                Err(fault) => drop(first_fault.get_or_insert(fault)),
            }
        }
        Err(first_fault.unwrap_or(ObjectFault::Missing))
    }

    /// Returns the place of an object in the packs that have it, after the first `skipped` of them.
    fn locate(&mut self, id: &ObjectId, skipped: usize) -> Option<EntryPlace> {
        let others = (0..self.packs.len()).filter(|number| *number != self.last_pack);
        let place = std::iter::once(self.last_pack)
            .chain(others)
            .filter_map(|pack| {
                let offset = self.packs.get(pack)?.offset_of(id)?;
                Some(EntryPlace { pack, offset })
            })
            .nth(skipped)?;
        if skipped == 0 {
            self.last_pack = place.pack;
        }
        Some(place)
    }

    /// Reads the header of an entry, and counts the bytes that it maps.
    fn entry(&mut self, place: EntryPlace) -> Result<Entry, ObjectFault> {
        let entry = self.packs[place.pack].entry(place.offset)?;
        let mapped = entry.decompressed_size.max(MIN_MAPPED_BYTES);
        self.bytes_read = self.bytes_read.saturating_add(mapped);
        Ok(entry)
    }

    /// Unpacks an object: its nearest base that is known, then every delta from there to the
    /// object.
    fn unpack(&mut self, place: EntryPlace) -> Result<Rc<GitObject>, ObjectFault> {
        let mut deltas = Vec::new();
        let mut object = self.nearest_base(place, &mut deltas)?;
        for delta in deltas.into_iter().rev() {
            object = self.apply(&object, &delta)?;
        }
        Ok(object)
    }

    /// Follows the bases of deltas from `place` to the first object that is cached or stored whole.
    /// Adds the deltas on the way to `deltas`, the nearest to `place` first.
    fn nearest_base(
        &mut self,
        mut place: EntryPlace,
        deltas: &mut Vec<ChainedDelta>,
    ) -> Result<Rc<GitObject>, ObjectFault> {
        loop {
            if let Some(known) = self.cache.get(place) {
                return Ok(known);
            }
            let entry = self.entry(place)?;
            let pack = &self.packs[place.pack];
            if let Some(kind) = whole_kind(&entry) {
                let mut data = Vec::new();
                pack.inflate_entry(&entry, &mut self.inflate, &mut data)?;
                return Ok(self.cache.keep(place, GitObject { kind, data }));
            }
            let base = pack.base_offset(place.offset, &entry)?;
            deltas.push(ChainedDelta { place, entry });
            if deltas.len() > MAX_CHAIN {
                return Err(ObjectFault::corrupt("too many deltas of deltas"));
            }
            place.offset = base;
        }
    }

    /// Makes an object from its base.
    fn apply(
        &mut self,
        base: &GitObject,
        delta: &ChainedDelta,
    ) -> Result<Rc<GitObject>, ObjectFault> {
        let pack = &self.packs[delta.place.pack];
        pack.inflate_entry(&delta.entry, &mut self.inflate, &mut self.instructions)?;
        let header = DeltaHeader::parse(&self.instructions);
        let header = header.ok_or_else(|| ObjectFault::corrupt("a delta without sizes"))?;
        let result_bytes = bounded_size(header.result_bytes)?;
        let data = header.apply(&base.data, result_bytes);
        let data =
            data.ok_or_else(|| ObjectFault::corrupt("a delta that does not fit its base"))?;
        Ok(self.cache.keep(delta.place, GitObject { kind: base.kind, data }))
    }
}

impl Drop for ObjectReader<'_> {
    fn drop(&mut self) {
        self.store.add_bytes_read(self.bytes_read);
    }
}

fn pack_paths(packs: &[MappedPack]) -> impl Iterator<Item = &Path> {
    packs.iter().map(MappedPack::path)
}
