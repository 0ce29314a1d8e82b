//! What a commit changed: its folders compared with those of its parents, folder by folder where their ids differ.

use std::collections::HashMap;

use gix_hash::ObjectId;

use super::objects::{Fault, Kind, ObjectError, ObjectReader};
use super::tree::{Entry, Mode, Tree};

/// How deep folders may be nested; git's own limit is 2,048. A forged tree may contain itself.
const MAX_DEPTH: usize = 2_048;

/// How many folders of one commit are compared. A forged tree may hold itself many times over, which without a limit never ends.
const MAX_FOLDERS: usize = 4_000_000;

/// How many of the last trees are kept as they were read: the parent of one commit is mostly the next commit.
const RECENT_TREES: usize = 8;

/// One thing that a commit did to a path.
#[derive(Debug)]
pub(super) enum Change {
    /// The commit has this text there and no parent has.
    Version {
        blob: ObjectId,
        /// A parent's folder is not known, so that the text may be older than the commit.
        is_uncertain: bool,
    },
    /// The only parent has a file there.
    Deleted,
    SymbolicLink,
    Submodule,
    /// The folder cannot be read.
    Unreadable(ObjectError),
}

/// A folder that is still to be compared.
struct Folder {
    path: Vec<u8>,
    depth: usize,
    ours: Option<ObjectId>,
    parents: Vec<Option<ObjectId>>,
    is_uncertain: bool,
}

/// Compares trees.
pub(super) struct Comparer<'r, 's> {
    pub reader: &'r mut ObjectReader<'s>,
    recent: Vec<(ObjectId, Tree)>,
}

impl<'r, 's> Comparer<'r, 's> {
    pub fn new(reader: &'r mut ObjectReader<'s>) -> Self {
        Self { reader, recent: Vec::new() }
    }

    /// Tells `sink` what a commit with the root folder `tree` changed, given those of its parents.
    pub fn changes(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
        is_uncertain: bool,
        sink: &mut dyn FnMut(&mut ObjectReader<'s>, &[u8], Change),
    ) {
        if parents.contains(&tree) {
            return;
        }
        let parents = parents.iter().copied().map(Some).collect();
        let mut folders =
            vec![Folder { path: Vec::new(), depth: 0, ours: Some(tree), parents, is_uncertain }];
        let mut compared = 0;
        while let Some(folder) = folders.pop() {
            compared += 1;
            if compared > MAX_FOLDERS {
                let fault = Fault::Corrupt(format!("more than {MAX_FOLDERS} folders"));
                return sink(self.reader, b"", Change::Unreadable(ObjectError { id: tree, fault }));
            }
            self.compare(&folder, &mut folders, sink);
        }
    }

    fn compare(
        &mut self,
        folder: &Folder,
        folders: &mut Vec<Folder>,
        sink: &mut dyn FnMut(&mut ObjectReader<'s>, &[u8], Change),
    ) {
        if folder.depth > MAX_DEPTH
            && let Some(id) = folder.ours
        {
            let fault = Fault::Corrupt(format!("folders nested deeper than {MAX_DEPTH}"));
            return sink(self.reader, &folder.path, Change::Unreadable(ObjectError { id, fault }));
        }
        let ours = match folder.ours.map(|id| self.tree(id, None)).transpose() {
            Ok(tree) => tree,
            Err(error) => return sink(self.reader, &folder.path, Change::Unreadable(error)),
        };
        let mut is_uncertain = folder.is_uncertain;
        let mut parents = Vec::with_capacity(folder.parents.len());
        for parent in &folder.parents {
            match parent.map(|id| self.tree(id, ours.as_ref())).transpose() {
                Ok(tree) => parents.push(tree),
                Err(_) => is_uncertain = true,
            }
        }
        let mut visit = Visit { folder, is_uncertain, folders, reader: self.reader, sink };
        match parents.as_slice() {
            [Some(parent)] => visit.with_parent(ours.as_ref(), parent),
            parents => visit.with_parents(ours.as_ref(), parents),
        }
    }

    fn tree(&mut self, id: ObjectId, like: Option<&Tree>) -> Result<Tree, ObjectError> {
        if let Some(position) = self.recent.iter().position(|(known, _)| *known == id) {
            return Ok(self.recent[position].1.clone());
        }
        let object = self.reader.read(id, Kind::Tree)?;
        let parsed = match like {
            Some(other) => Tree::parse_like(object, other),
            None => Tree::parse(object),
        };
        let fault =
            || ObjectError { id, fault: Fault::Corrupt("it is no list of files".to_owned()) };
        let tree = parsed.ok_or_else(fault)?;
        self.recent.truncate(RECENT_TREES - 1);
        self.recent.insert(0, (id, tree.clone()));
        Ok(tree)
    }
}

type Named<'t> = HashMap<&'t [u8], Entry<'t>>;

/// One folder of a commit beside those of its parents.
struct Visit<'v, 's> {
    folder: &'v Folder,
    is_uncertain: bool,
    folders: &'v mut Vec<Folder>,
    reader: &'v mut ObjectReader<'s>,
    sink: &'v mut dyn FnMut(&mut ObjectReader<'s>, &[u8], Change),
}

impl Visit<'_, '_> {
    fn with_parent(&mut self, ours: Option<&Tree>, parent: &Tree) {
        let (our_range, their_range) = match ours {
            Some(tree) => tree.differing(parent),
            None => (0..0, parent.all()),
        };
        let mut theirs: Named<'_> =
            parent.entries(their_range).map(|entry| (entry.name, entry)).collect();
        for entry in ours.into_iter().flat_map(|tree| tree.entries(our_range.clone())) {
            let other = theirs.remove(entry.name);
            self.entry(entry, &[other]);
        }
        let mut gone: Vec<_> = theirs.into_values().collect();
        gone.sort_unstable_by_key(|entry| entry.name);
        gone.into_iter().for_each(|entry| self.gone(entry));
    }

    /// A commit with any other number of parents. What it lacks is no deletion: some parent lacks it too, or it has none.
    fn with_parents(&mut self, ours: Option<&Tree>, parents: &[Option<Tree>]) {
        let named = |tree: &'_ Option<Tree>| -> Vec<_> {
            tree.iter()
                .flat_map(|tree| tree.entries(tree.all()))
                .map(|e| (e.name.to_vec(), e.mode, e.id))
                .collect()
        };
        let parents: Vec<HashMap<Vec<u8>, (Mode, ObjectId)>> = parents
            .iter()
            .map(|tree| {
                named(tree).into_iter().map(|(name, mode, id)| (name, (mode, id))).collect()
            })
            .collect();
        let Some(ours) = ours else { return };
        for entry in ours.entries(ours.all()) {
            let others: Vec<_> = parents
                .iter()
                .map(|names| {
                    names.get(entry.name).map(|(mode, id)| Entry {
                        mode: *mode,
                        name: entry.name,
                        id: *id,
                    })
                })
                .collect();
            self.entry(entry, &others);
        }
    }

    /// An entry of the commit, and what its parents have by that name.
    fn entry(&mut self, entry: Entry<'_>, others: &[Option<Entry<'_>>]) {
        if others.iter().flatten().any(|other| (other.mode, other.id) == (entry.mode, entry.id)) {
            return;
        }
        let change = match entry.mode {
            Mode::Folder => {
                let folder_of = |e: Entry<'_>| (e.mode == Mode::Folder).then_some(e.id);
                self.push(
                    entry.name,
                    Some(entry.id),
                    others.iter().map(|e| e.and_then(folder_of)).collect(),
                );
                None
            }
            Mode::File => Some(Change::Version { blob: entry.id, is_uncertain: self.is_uncertain }),
            Mode::SymbolicLink => Some(Change::SymbolicLink),
            Mode::Submodule => Some(Change::Submodule),
        };
        if let Some(change) = change {
            self.tell(entry.name, change);
        }
        // A file where the only parent has a folder: what was in it is gone; and the other way round.
        if let [Some(other)] = others
            && (other.mode == Mode::Folder) != (entry.mode == Mode::Folder)
        {
            self.gone(*other);
        }
    }

    fn gone(&mut self, entry: Entry<'_>) {
        if self.is_uncertain {
            return;
        }
        match entry.mode {
            Mode::Folder => self.push(entry.name, None, vec![Some(entry.id)]),
            Mode::File => self.tell(entry.name, Change::Deleted),
            Mode::SymbolicLink | Mode::Submodule => {}
        }
    }

    fn push(&mut self, name: &[u8], ours: Option<ObjectId>, parents: Vec<Option<ObjectId>>) {
        let (depth, is_uncertain) = (self.folder.depth + 1, self.is_uncertain);
        self.folders.push(Folder { path: self.path(name), depth, ours, parents, is_uncertain });
    }

    fn tell(&mut self, name: &[u8], change: Change) {
        let path = self.path(name);
        (self.sink)(self.reader, &path, change);
    }

    fn path(&self, name: &[u8]) -> Vec<u8> {
        let folder = &self.folder.path;
        let separator: &[u8] = if folder.is_empty() { b"" } else { b"/" };
        [folder, separator, name].concat()
    }
}
