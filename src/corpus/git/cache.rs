//! The last objects that were unpacked: bases of the deltas that come next.

use std::collections::HashMap;
use std::rc::Rc;

use super::objects::Object;

/// How much a generation of the cache holds: two of them fit the second-level cache of a processor core, and a policy's chain of deltas.
const GENERATION_BYTES: usize = 2 << 20;

/// How much it holds at most, where single texts are large: eight threads then keep less than 200 MiB.
const MAX_GENERATION_BYTES: usize = 12 << 20;

/// How many objects of one size a generation is to hold.
const GENERATION_OBJECTS: usize = 4;

/// Keeps objects in two generations: what is used again moves to the young one, and when that is full, the old one
/// is forgotten.
pub(super) struct Cache {
    young: HashMap<(usize, u64), Rc<Object>>,
    old: HashMap<(usize, u64), Rc<Object>>,
    young_bytes: usize,
    generation_bytes: usize,
}

impl Default for Cache {
    fn default() -> Self {
        let generation_bytes = GENERATION_BYTES;
        Self { young: HashMap::new(), old: HashMap::new(), young_bytes: 0, generation_bytes }
    }
}

impl Cache {
    pub fn get(&mut self, key: (usize, u64)) -> Option<Rc<Object>> {
        if let Some(object) = self.young.get(&key) {
            return Some(Rc::clone(object));
        }
        let object = self.old.remove(&key)?;
        self.insert(key, &object);
        Some(object)
    }

    pub fn keep(&mut self, key: (usize, u64), object: Object) -> Rc<Object> {
        let object = Rc::new(object);
        self.insert(key, &object);
        object
    }

    fn insert(&mut self, key: (usize, u64), object: &Rc<Object>) {
        let bytes = object.data.len() + size_of::<Object>();
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
        self.young.insert(key, Rc::clone(object));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::git::objects::Kind;

    fn object(bytes: usize) -> Object {
        Object { kind: Kind::Blob, data: vec![0; bytes] }
    }

    #[test]
    fn the_cache_keeps_what_is_used_and_no_more_than_it_may() {
        let mut cache = Cache::default();
        for offset in 0..100_000 {
            cache.keep((0, offset), object(1000));
            assert!(cache.get((0, 0)).is_some(), "what is used again stays: {offset}");
        }
        assert!(cache.get((0, 1)).is_none());
        let held = |cache: &Cache| {
            cache.young.values().chain(cache.old.values()).map(|o| o.data.len()).sum::<usize>()
        };
        assert!(held(&cache) <= 2 * GENERATION_BYTES);
        for offset in 0..50 {
            cache.keep((1, offset), object(3 << 20));
            cache.keep((2, offset), object(MAX_GENERATION_BYTES));
            assert!(offset < 4 || cache.get((1, offset - 1)).is_some());
            assert!(held(&cache) <= 2 * MAX_GENERATION_BYTES);
        }
    }
}
