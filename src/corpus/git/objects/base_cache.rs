//! Keeps the objects that were unpacked last: they are the bases of the deltas that follow.

use std::collections::HashMap;
use std::rc::Rc;

use super::object::GitObject;

/// The usual size of a generation, in bytes. Two generations fit the second-level cache of a
/// processor core and hold the chain of deltas of a policy; a larger cache is slower.
const GENERATION_BYTES: usize = 2 << 20;

/// The largest size of a generation, in bytes, for histories of large texts. Eight threads then
/// keep less than 200 MiB.
const MAX_GENERATION_BYTES: usize = 12 << 20;

/// The number of objects of one size that a generation has room for.
const GENERATION_OBJECTS: usize = 4;

/// The place of an entry: the number of its pack, and its offset there in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EntryPlace {
    pub pack: usize,
    pub offset: u64,
}

/// Keeps objects in two generations. An object that is used again moves to the young generation;
/// when that is full, the old one is dropped and the young one becomes old.
pub(super) struct BaseCache {
    young: HashMap<EntryPlace, Rc<GitObject>>,
    old: HashMap<EntryPlace, Rc<GitObject>>,
    /// The size of the young generation, in bytes.
    young_bytes: usize,
    /// The size at which the young generation is full, in bytes.
    generation_bytes: usize,
}

impl Default for BaseCache {
    fn default() -> Self {
        let generation_bytes = GENERATION_BYTES;
        Self { young: HashMap::new(), old: HashMap::new(), young_bytes: 0, generation_bytes }
    }
}

impl BaseCache {
    /// Returns the object at `place`, if it is still kept.
    pub fn get(&mut self, place: EntryPlace) -> Option<Rc<GitObject>> {
        if let Some(object) = self.young.get(&place) {
            return Some(Rc::clone(object));
        }
        let object = self.old.remove(&place)?;
        self.insert(place, &object);
        Some(object)
    }

    /// Keeps an object, unless it is too large, and returns it.
    pub fn keep(&mut self, place: EntryPlace, object: GitObject) -> Rc<GitObject> {
        let object = Rc::new(object);
        self.insert(place, &object);
        object
    }

    fn insert(&mut self, place: EntryPlace, object: &Rc<GitObject>) {
        let bytes = object.data.len() + size_of::<GitObject>();
        if bytes > MAX_GENERATION_BYTES {
            return;
        }
        let needed = (bytes * GENERATION_OBJECTS).min(MAX_GENERATION_BYTES);
        self.generation_bytes = self.generation_bytes.max(needed);
        if self.young_bytes + bytes > self.generation_bytes {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += bytes;
        self.young.insert(place, Rc::clone(object));
    }
}

#[cfg(test)]
mod tests {
    use super::super::object::ObjectKind;
    use super::*;

    fn object(bytes: usize) -> GitObject {
        GitObject { kind: ObjectKind::Blob, data: vec![0; bytes] }
    }

    fn place(pack: usize, offset: u64) -> EntryPlace {
        EntryPlace { pack, offset }
    }

    fn kept_bytes(cache: &BaseCache) -> usize {
        cache.young.values().chain(cache.old.values()).map(|object| object.data.len()).sum()
    }

    #[test]
    fn the_cache_keeps_what_is_used_and_no_more_than_it_may() {
        let mut cache = BaseCache::default();
        for offset in 0..100_000 {
            cache.keep(place(0, offset), object(1000));
            assert!(cache.get(place(0, 0)).is_some(), "what is used again stays: {offset}");
        }
        assert!(cache.get(place(0, 1)).is_none());
        assert!(kept_bytes(&cache) <= 2 * GENERATION_BYTES);
        for offset in 0..50 {
            cache.keep(place(1, offset), object(3 << 20));
            cache.keep(place(2, offset), object(MAX_GENERATION_BYTES));
            assert!(offset < 4 || cache.get(place(1, offset - 1)).is_some());
            assert!(kept_bytes(&cache) <= 2 * MAX_GENERATION_BYTES);
        }
    }
}
