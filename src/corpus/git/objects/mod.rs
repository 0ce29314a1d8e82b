//! Reads the objects of a git repository (commits, trees, blobs) from its packs and loose files.
//!
//! Packs are opened and inflated by `gix-pack`. The rest is a page of code each: finding an object
//! in packs, loose files and alternates, applying deltas, and keeping the bases of deltas for the
//! next object. `benches/README.md` has what `gix-odb`, the library that does all of this, costs
//! beside it: it inflates the base of a chain of deltas again for every object of the chain, which
//! doubles the time that the texts of a policy take.

mod alternates;
mod base_cache;
mod delta;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzed_objects;
mod loose;
mod object;
mod object_reader;
mod object_store;
mod pack;

pub(super) use object::{GitObject, ObjectError, ObjectFault, ObjectKind};
pub(super) use object_reader::ObjectReader;
pub(super) use object_store::ObjectStore;
