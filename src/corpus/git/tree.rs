//! Parses trees, the folders of git, and finds the entries in which two of them differ.
//!
//! Most commits change one file. The root folder of a history has hundreds of entries, so two trees
//! are compared as bytes: only the entries between their common start and end are looked at.

use std::ops::Range;
use std::rc::Rc;

use gix_hash::ObjectId;

use super::objects::GitObject;

/// The length of an object id, in bytes.
const ID_BYTES: usize = 20;

/// The sorts of entries of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryMode {
    File,
    Folder,
    SymbolicLink,
    Submodule,
}

/// One entry of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TreeEntry<'t> {
    pub mode: EntryMode,
    pub name: &'t [u8],
    pub id: ObjectId,
}

impl<'t> TreeEntry<'t> {
    /// Parses `mode SPACE name NUL id`, or returns `None` if the bytes have another form.
    fn parse(bytes: &'t [u8]) -> Option<Self> {
        let (head, id) = bytes.split_last_chunk::<ID_BYTES>()?;
        let head = head.strip_suffix(b"\0")?;
        let space = head.iter().position(|byte| *byte == b' ')?;
        let mode = match &head[..space] {
            b"40000" | b"040000" => EntryMode::Folder,
            b"120000" => EntryMode::SymbolicLink,
            b"160000" => EntryMode::Submodule,
            _ => EntryMode::File,
        };
        Some(Self { mode, name: &head[space + 1..], id: ObjectId::Sha1(*id) })
    }
}

/// The entries of two trees that are left after their common start and end, as ranges of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DifferingEntries {
    pub ours: Range<usize>,
    pub theirs: Range<usize>,
}

/// A folder: a list of entries, sorted by name.
#[derive(Debug, Clone)]
pub(super) struct GitTree {
    object: Rc<GitObject>,
    /// The offset of every entry, then the length of the object, in bytes. Entries differ in
    /// length, so their borders cannot be found from the middle of the object.
    starts: Rc<[u32]>,
}

impl GitTree {
    /// Parses a tree object. Returns `None` if it is not a list of entries.
    pub fn parse(object: Rc<GitObject>) -> Option<Self> {
        let data = &object.data;
        let mut starts = vec![0];
        let mut start = 0;
        while start < data.len() {
            let name_end = start + data[start..].iter().position(|byte| *byte == 0)?;
            let end = name_end + 1 + ID_BYTES;
            TreeEntry::parse(data.get(start..end)?)?;
            starts.push(u32::try_from(end).ok()?);
            start = end;
        }
        Some(Self { starts: starts.into(), object })
    }

    /// Parses a tree object that is mostly equal to `other`, with the result of [`Self::parse`].
    /// Where the two differ in a single id, the common case, the borders of the entries are those
    /// of `other`.
    pub fn parse_like(object: Rc<GitObject>, other: &Self) -> Option<Self> {
        let (ours, theirs) = (&object.data, &other.object.data);
        if ours.len() == theirs.len() {
            let start = common_prefix(ours, theirs);
            let end = ours.len() - common_suffix(&ours[start..], &theirs[start..]);
            let number = other.starts.partition_point(|offset| *offset as usize <= start);
            if let Some(&entry_end) = other.starts.get(number)
                && end <= entry_end as usize
                && start + ID_BYTES >= entry_end as usize
            {
                return Some(Self { object, starts: Rc::clone(&other.starts) });
            }
        }
        Self::parse(object)
    }

    /// The number of entries.
    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn entry(&self, number: usize) -> TreeEntry<'_> {
        let (start, end) = (self.starts[number] as usize, self.starts[number + 1] as usize);
        TreeEntry::parse(&self.object.data[start..end]).expect("every entry was parsed before")
    }

    /// The entries with these numbers.
    pub fn entries(&self, range: Range<usize>) -> impl Iterator<Item = TreeEntry<'_>> {
        range.map(|number| self.entry(number))
    }

    /// The numbers of all entries.
    pub fn all(&self) -> Range<usize> {
        0..self.len()
    }

    /// Finds the entries that the two trees do not have in common at their start and end.
    pub fn differing(&self, other: &Self) -> DifferingEntries {
        let (ours, theirs) = (&self.object.data, &other.object.data);
        let prefix = common_prefix(ours, theirs);
        let first =
            self.starts.partition_point(|start| *start as usize <= prefix).saturating_sub(1);
        let start = self.starts[first] as usize;
        let suffix = common_suffix(&ours[start..], &theirs[start..]);
        // The common end may begin inside an entry of either tree. It is shortened to the first
        // place at which an entry begins in both.
        let mut end = self.starts.partition_point(|start| (*start as usize) < ours.len() - suffix);
        while let Some(start) = self.starts.get(end) {
            let tail = ours.len() - *start as usize;
            if let Ok(their_end) = other.starts.binary_search(&((theirs.len() - tail) as u32)) {
                return DifferingEntries { ours: first..end, theirs: first..their_end };
            }
            end += 1;
        }
        DifferingEntries { ours: first..self.len(), theirs: first..other.len() }
    }
}

/// The numbers of bytes that are compared at once: large blocks, since they are fast, then smaller
/// ones to find the exact place.
const BLOCK_BYTES: [usize; 3] = [1024, 32, 1];

/// The length of the longest common start, in bytes.
fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    BLOCK_BYTES.into_iter().fold(0, |len, block| {
        let pairs = a[len..].chunks_exact(block).zip(b[len..].chunks_exact(block));
        len + pairs.take_while(|(a, b)| a == b).count() * block
    })
}

/// The length of the longest common end, in bytes.
fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    BLOCK_BYTES.into_iter().fold(0, |len, block| {
        let (a, b) = (&a[..a.len() - len], &b[..b.len() - len]);
        let pairs = a.rchunks_exact(block).zip(b.rchunks_exact(block));
        len + pairs.take_while(|(a, b)| a == b).count() * block
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::git::objects::ObjectKind;

    /// A file of the tests: its name, and the byte that its id is made of.
    type NamedFile = (&'static str, u8);

    fn bytes(files: &[NamedFile]) -> Vec<u8> {
        let entries = files
            .iter()
            .map(|(name, id)| [b"100644 ", name.as_bytes(), b"\0", &[*id; ID_BYTES]].concat());
        entries.flatten().collect()
    }

    fn parse(data: Vec<u8>) -> Option<GitTree> {
        GitTree::parse(Rc::new(GitObject { kind: ObjectKind::Tree, data }))
    }

    fn names(tree: &GitTree, range: Range<usize>) -> Vec<String> {
        tree.entries(range).map(|entry| String::from_utf8_lossy(entry.name).into_owned()).collect()
    }

    /// Checks that the entries outside of the two ranges are equal one by one, and returns the
    /// names of the entries inside.
    fn check(a: &[NamedFile], b: &[NamedFile]) -> (Vec<String>, Vec<String>) {
        let (left, right) = (parse(bytes(a)).unwrap(), parse(bytes(b)).unwrap());
        let DifferingEntries { ours, theirs } = left.differing(&right);
        assert_eq!(a[..ours.start], b[..theirs.start]);
        assert_eq!(a[ours.end..], b[theirs.end..]);
        for (tree, other) in [(&left, &right), (&right, &left)] {
            let like = GitTree::parse_like(Rc::clone(&tree.object), other).unwrap();
            assert_eq!(like.starts, tree.starts);
        }
        (names(&left, ours), names(&right, theirs))
    }

    #[test]
    fn only_differing_entries_remain() {
        let none: Vec<String> = Vec::new();
        let all = [("acme", 1), ("birch", 2), ("cedar", 3)];
        assert_eq!(check(&all, &all).0, none);
        assert_eq!(check(&all, &[]).0, ["acme", "birch", "cedar"]);
        assert_eq!(check(&all, &[("acme", 1), ("birch", 9), ("cedar", 3)]).1, ["birch"]);
        assert_eq!(
            check(&all, &[("acme", 1), ("cedar", 3)]),
            (vec!["birch".to_owned()], none.clone())
        );
        assert_eq!(check(&all, &[("acme", 1), ("birch", 2)]).0, ["cedar"]);
        assert_eq!(check(&[("acme", 1)], &[("acme", 1), ("acme2", 1)]).1, ["acme2"]);
        // Ids that contain the bytes that separate entries.
        check(&[("a", 0), ("b", 32), ("c", 0)], &[("a", 0), ("b", 0), ("c", 0)]);
        check(&[("a", b'a'), ("aa", b'a')], &[("a", b'a'), ("aaa", b'a')]);
    }

    #[test]
    fn broken_trees_are_refused() {
        let sound = bytes(&[("acme", 1)]);
        for end in 1..sound.len() {
            assert!(parse(sound[..end].to_vec()).is_none(), "{end}");
        }
        assert!(parse([b"100644\0", &[0; ID_BYTES][..]].concat()).is_none(), "no space");
    }
}
