//! Reads git objects from bytes, for fuzzing.

use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use gix_hash::ObjectId;

use super::delta::DeltaHeader;
use super::object::{GitObject, ObjectKind, bounded_size};
use super::object_reader::ObjectReader;
use super::object_store::ObjectStore;
use crate::corpus::git::commit::ParsedCommit;
use crate::corpus::git::tree::{EntryMode, GitTree};

/// Bytes of an id.
pub(crate) type IdBytes = [u8; 20];

/// The object that a delta makes of its base; `None` if the delta is invalid.
pub(crate) fn apply_delta(delta: &[u8], base: &[u8]) -> Option<Vec<u8>> {
    let header = DeltaHeader::parse(delta)?;
    header.apply(base, bounded_size(header.result_bytes).ok()?)
}

/// The parts of a commit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CommitParts {
    pub tree: String,
    pub parents: Vec<String>,
    pub author_time: Option<i64>,
    pub message: String,
}

/// Parses a commit; `None` if the bytes are none.
pub(crate) fn parse_commit(bytes: &[u8]) -> Option<CommitParts> {
    let commit = ParsedCommit::parse(bytes)?;
    Some(CommitParts {
        tree: commit.tree.to_string(),
        parents: commit.parents.iter().map(ToString::to_string).collect(),
        author_time: commit.author_time,
        message: commit.message(),
    })
}

/// An entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntryParts {
    pub is_folder: bool,
    pub name: Vec<u8>,
    pub id: IdBytes,
}

/// Two trees: their entries, and the ranges in which they differ.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TreePair {
    pub ours: Vec<EntryParts>,
    pub theirs: Vec<EntryParts>,
    pub differing: [Range<usize>; 2],
}

/// Parses two trees, the second one like the first; `None` if one of them is no tree.
pub(crate) fn parse_trees(ours: &[u8], theirs: &[u8]) -> Option<TreePair> {
    let [ours, theirs] = [ours, theirs].map(tree_object);
    let ours = GitTree::parse(ours)?;
    let theirs = GitTree::parse_like(theirs, &ours)?;
    let differing = ours.differing(&theirs);
    Some(TreePair {
        ours: entries(&ours),
        theirs: entries(&theirs),
        differing: [differing.ours, differing.theirs],
    })
}

fn tree_object(bytes: &[u8]) -> Rc<GitObject> {
    Rc::new(GitObject { kind: ObjectKind::Tree, data: bytes.to_vec() })
}

fn entries(tree: &GitTree) -> Vec<EntryParts> {
    let parts = tree.entries(tree.all()).map(|entry| EntryParts {
        is_folder: entry.mode == EntryMode::Folder,
        name: entry.name.to_vec(),
        id: entry.id.as_slice().try_into().expect("an id has 20 bytes"),
    });
    parts.collect()
}

/// Reads objects, one after the other, from the object folder of a repository: the name of the kind
/// and the data of each; `None` if it cannot be read.
pub(crate) fn read_objects(folder: &Path, ids: &[IdBytes]) -> Vec<Option<(&'static str, Vec<u8>)>> {
    let store = ObjectStore::open(folder);
    let mut reader = ObjectReader::new(&store);
    ids.iter().map(|id| read_object(&mut reader, ObjectId::Sha1(*id))).collect()
}

/// Reads an object of any kind.
fn read_object(reader: &mut ObjectReader<'_>, id: ObjectId) -> Option<(&'static str, Vec<u8>)> {
    reader.packed_size(&id);
    ObjectKind::ALL.into_iter().find_map(|kind| {
        let object = reader.read(id, kind).ok()?;
        Some((kind.name(), object.data.clone()))
    })
}
