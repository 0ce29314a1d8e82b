//! Folders as git stores them, and where two of them differ.

use std::ops::Range;
use std::rc::Rc;

use gix_hash::ObjectId;

use super::objects::Object;

const ID_BYTES: usize = 20;

/// What an entry of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    File,
    Folder,
    SymbolicLink,
    Submodule,
}

/// One entry of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    pub mode: Mode,
    pub name: &'t [u8],
    pub id: ObjectId,
}

/// A folder: entries of `mode SPACE name NUL id`, sorted by name.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    object: Rc<Object>,
    /// Where its entries begin, and its end. Entries vary in length, so this cannot be seen from the middle.
    starts: Rc<[u32]>,
}

impl Tree {
    /// Reads a tree. `None`: the object is none.
    pub fn parse(object: Rc<Object>) -> Option<Self> {
        let data = &object.data;
        let mut starts = vec![0];
        let mut start = 0;
        while start < data.len() {
            let name = data[start..].iter().position(|byte| *byte == 0)?;
            start = (start + name + 1).checked_add(ID_BYTES).filter(|end| *end <= data.len())?;
            starts.push(u32::try_from(start).ok()?);
        }
        let tree = Self { object: Rc::clone(&object), starts: starts.into() };
        (0..tree.len()).all(|number| tree.get(number).is_some()).then_some(tree)
    }

    /// Reads a tree that mostly is like `other`, and says where they differ. Where only one id does, which is what most commits do to the
    /// large root folder, its entries begin where those of the other do.
    pub fn parse_like(object: Rc<Object>, other: &Tree) -> Option<Self> {
        let (ours, theirs) = (&object.data, &other.object.data);
        if ours.len() == theirs.len() {
            let start = common_prefix(ours, theirs);
            let end = ours.len() - common_suffix(&ours[start..], &theirs[start..]);
            let number = other.starts.partition_point(|s| *s as usize <= start);
            let entry_end = other.starts.get(number).map_or(0, |end| *end as usize);
            if end <= entry_end && start + ID_BYTES >= entry_end {
                return Some(Self { object, starts: Rc::clone(&other.starts) });
            }
        }
        Self::parse(object)
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn get(&self, number: usize) -> Option<Entry<'_>> {
        let (start, end) =
            (*self.starts.get(number)? as usize, *self.starts.get(number + 1)? as usize);
        let (head, id) = self.object.data.get(start..end)?.split_last_chunk::<ID_BYTES>()?;
        let head = head.strip_suffix(b"\0")?;
        let space = head.iter().position(|byte| *byte == b' ')?;
        let mode = match &head[..space] {
            b"40000" | b"040000" => Mode::Folder,
            b"120000" => Mode::SymbolicLink,
            b"160000" => Mode::Submodule,
            _ => Mode::File,
        };
        Some(Entry { mode, name: &head[space + 1..], id: ObjectId::Sha1(*id) })
    }

    /// The entries with these numbers.
    pub fn entries(&self, range: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        range.filter_map(|number| self.get(number))
    }

    /// Every entry.
    pub fn all(&self) -> Range<usize> {
        0..self.len()
    }

    /// The entries that the two do not have in common at their start and end. Bytes are compared, not entries: of the hundreds in a root
    /// folder mostly one differs.
    pub fn differing(&self, other: &Tree) -> (Range<usize>, Range<usize>) {
        let (ours, theirs) = (&self.object.data, &other.object.data);
        let prefix = common_prefix(ours, theirs);
        let first =
            self.starts.partition_point(|start| *start as usize <= prefix).saturating_sub(1);
        let start = self.starts.get(first).map_or(0, |start| *start as usize);
        let suffix = common_suffix(&ours[start..], &theirs[start..]);
        // What begins in the common end of both begins an entry of both, or the common end is taken as shorter.
        let mut end = self.starts.partition_point(|start| (*start as usize) < ours.len() - suffix);
        while let Some(start) = self.starts.get(end) {
            let tail = ours.len() - *start as usize;
            if let Ok(their_end) = other.starts.binary_search(&((theirs.len() - tail) as u32)) {
                return (first..end, first..their_end);
            }
            end += 1;
        }
        (first..self.len(), first..other.len())
    }
}

/// How much is compared at once: first as much as is fast, then ever less to find the place.
const BLOCKS: [usize; 3] = [1024, 32, 1];

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    BLOCKS.into_iter().fold(0, |len, block| {
        let pairs = a[len..].chunks_exact(block).zip(b[len..].chunks_exact(block));
        len + pairs.take_while(|(a, b)| a == b).count() * block
    })
}

fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    BLOCKS.into_iter().fold(0, |len, block| {
        let (a, b) = (&a[..a.len() - len], &b[..b.len() - len]);
        let pairs = a.rchunks_exact(block).zip(b.rchunks_exact(block));
        len + pairs.take_while(|(a, b)| a == b).count() * block
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::git::objects::Kind;

    fn bytes(entries: &[(&str, u8)]) -> Vec<u8> {
        let entry =
            |(name, id): &(&str, u8)| [b"100644 ", name.as_bytes(), b"\0", &[*id; 20]].concat();
        entries.iter().flat_map(entry).collect()
    }

    fn tree(entries: &[(&str, u8)]) -> Tree {
        Tree::parse(Rc::new(Object { kind: Kind::Tree, data: bytes(entries) })).unwrap()
    }

    fn names(tree: &Tree, range: Range<usize>) -> Vec<String> {
        tree.entries(range).map(|entry| String::from_utf8_lossy(entry.name).into_owned()).collect()
    }

    /// The entries of the two ranges differ, those outside are equal one by one.
    fn check(a: &[(&str, u8)], b: &[(&str, u8)]) -> (Vec<String>, Vec<String>) {
        let (left, right) = (tree(a), tree(b));
        let (x, y) = left.differing(&right);
        assert_eq!(a[..x.start], b[..y.start]);
        assert_eq!(a[x.end..], b[y.end..]);
        for (object, other) in [(&left, &right), (&right, &left)] {
            let like = Tree::parse_like(Rc::clone(&object.object), other).unwrap();
            assert_eq!(like.starts, object.starts);
        }
        (names(&left, x), names(&right, y))
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
        // Ids that contain what separates entries.
        check(&[("a", 0), ("b", 32), ("c", 0)], &[("a", 0), ("b", 0), ("c", 0)]);
        check(&[("a", b'a'), ("aa", b'a')], &[("a", b'a'), ("aaa", b'a')]);
    }

    #[test]
    fn broken_trees_are_refused() {
        let sound = bytes(&[("acme", 1)]);
        for end in 1..sound.len() {
            let data = sound[..end].to_vec();
            assert!(Tree::parse(Rc::new(Object { kind: Kind::Tree, data })).is_none(), "{end}");
        }
        let data = [b"100644\0", &[0; 20][..]].concat();
        assert!(Tree::parse(Rc::new(Object { kind: Kind::Tree, data })).is_none(), "no space");
    }
}
