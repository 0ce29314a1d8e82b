//! Finds the changes of a commit: compares its folders with the folders of its parents, wherever
//! their ids differ.

use std::collections::HashMap;
use std::ops::Range;

use gix_hash::ObjectId;

use super::commit_graph::{CommitGraph, CommitNode};
use super::objects::{ObjectError, ObjectKind, ObjectReader};
use super::tree::{DifferingEntries, EntryMode, GitTree, TreeEntry};

/// How deep folders may be nested; git has the same limit. A forged tree may contain itself.
const MAX_DEPTH: usize = 2_048;

/// The largest sum of the sizes of the paths that differ in one commit, in bytes. Each counts
/// [`PATH_BYTES`] more. Without this limit, a forged tree that contains itself several times, or
/// ten levels of ten folders that are one, would never end and take all memory. It is enough for
/// millions of files.
const MAX_PATHS_BYTES: usize = 256 << 20;

/// What a path takes besides its own bytes.
const PATH_BYTES: usize = 64;

/// The number of parsed trees that are kept: the parent of a commit is mostly the next commit.
const RECENT_TREES: usize = 8;

/// The parents with which a commit is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ComparedParents {
    /// All of them: a merge changes only what no parent has.
    All,
    /// The first one: a merge changes all that it brings to the branch it was made on.
    First,
}

/// A change of a commit at a path. The parents are those with which the commit is compared.
#[derive(Debug)]
pub(super) enum TreeChange {
    /// The commit has this text at the path, and no parent has it there.
    Version {
        blob: ObjectId,
        /// Whether a parent's folder is unknown, so that the text may be older than the commit.
        is_uncertain: bool,
    },
    /// The only parent has a file with this text at the path, and the commit has none.
    Deleted { blob: ObjectId },
    /// A symbolic link that no parent has.
    SymbolicLink,
    /// A submodule that no parent has.
    Submodule,
    /// The folder of the commit cannot be read.
    Unreadable(ObjectError),
}

/// Receives changes: a reader for what else is needed of the history, the path, and the change
/// there.
pub(super) type ChangeSink<'k, 's> = &'k mut dyn FnMut(&mut ObjectReader<'s>, &[u8], TreeChange);

/// A folder of a commit that is still to be compared.
struct PendingFolder {
    path: Vec<u8>,
    depth: usize,
    /// The folder in the commit; `None` if the commit has none at the path.
    ours: Option<ObjectId>,
    /// The folder in each parent; `None` where the parent has none at the path.
    parents: Vec<Option<ObjectId>>,
    /// Whether the folder of a parent is unknown.
    is_uncertain: bool,
}

/// The folders of a commit that are still to be compared.
struct PendingFolders {
    folders: Vec<PendingFolder>,
    /// The sum of the sizes that further paths may have. At 0, the commit is left.
    budget: usize,
}

/// Compares the trees of commits with the trees of their parents.
pub(super) struct TreeComparer<'r, 's> {
    reader: &'r mut ObjectReader<'s>,
    /// The last trees with their ids, the newest first.
    recent: Vec<(ObjectId, GitTree)>,
}

impl<'r, 's> TreeComparer<'r, 's> {
    pub fn new(reader: &'r mut ObjectReader<'s>) -> Self {
        Self { reader, recent: Vec::new() }
    }

    /// Reports every change of a commit to `sink`, compared with the `compared` parents, as far as
    /// they can be read.
    pub fn commit_changes(
        &mut self,
        graph: &CommitGraph,
        node: &CommitNode,
        compared: ComparedParents,
        sink: ChangeSink<'_, 's>,
    ) {
        let Some(tree) = node.tree else { return };
        let limit = if compared == ComparedParents::First { 1 } else { usize::MAX };
        let known = graph.parents(node).take(limit).map(|parent| parent.tree);
        let known: Vec<_> = known.collect();
        let parents: Vec<_> = known.iter().copied().flatten().collect();
        let is_uncertain = node.is_border || parents.len() < known.len();
        self.changes(tree, &parents, is_uncertain, sink);
    }

    /// Reports the changes of a commit, given the root folders of the commit and of its known
    /// parents. `is_uncertain`: whether the commit has parents that are unknown.
    pub fn changes(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
        is_uncertain: bool,
        sink: ChangeSink<'_, 's>,
    ) {
        if parents.contains(&tree) {
            return;
        }
        let parents = parents.iter().copied().map(Some).collect();
        let root =
            PendingFolder { path: Vec::new(), depth: 0, ours: Some(tree), parents, is_uncertain };
        let mut pending = PendingFolders { folders: vec![root], budget: MAX_PATHS_BYTES };
        while let Some(folder) = pending.folders.pop() {
            if folder.depth > MAX_DEPTH {
                let id = folder.ours.unwrap_or(tree);
                let reason = format!(
                    "folders nested deeper than {MAX_DEPTH}, so the tree may contain itself; the \
                     other folders of the commit are not read"
                );
                let error = ObjectError::corrupt(id, reason);
                // The path has thousands of names.
                return sink(self.reader, b"", TreeChange::Unreadable(error));
            }
            if let Err(error) = self.compare(&folder, &mut pending, sink) {
                sink(self.reader, &folder.path, TreeChange::Unreadable(error));
            }
            if pending.budget == 0 {
                let reason = format!(
                    "the paths in it have more than {MAX_PATHS_BYTES} bytes; those after them are \
                     not read"
                );
                let error = ObjectError::corrupt(tree, reason);
                return sink(self.reader, b"", TreeChange::Unreadable(error));
            }
        }
    }

    /// Compares one folder, without the folders in it: those that differ are added to `pending`.
    ///
    /// # Errors
    ///
    /// The folder of the commit cannot be read.
    fn compare(
        &mut self,
        folder: &PendingFolder,
        pending: &mut PendingFolders,
        sink: ChangeSink<'_, 's>,
    ) -> Result<(), ObjectError> {
        let ours = folder.ours.map(|id| self.tree(id, None)).transpose()?;
        let mut is_uncertain = folder.is_uncertain;
        let mut parents = Vec::with_capacity(folder.parents.len());
        for parent in &folder.parents {
            match parent.map(|id| self.tree(id, ours.as_ref())).transpose() {
                Ok(tree) => parents.push(tree),
                Err(_) => is_uncertain = true,
            }
        }
        let mut visit = FolderVisit { folder, is_uncertain, pending, reader: self.reader, sink };
        match parents.as_slice() {
            [Some(parent)] => visit.with_parent(ours.as_ref(), parent),
            parents => visit.with_parents(ours.as_ref(), parents),
        }
        Ok(())
    }

    /// Reads a tree, which is mostly equal to the tree `like`.
    fn tree(&mut self, id: ObjectId, like: Option<&GitTree>) -> Result<GitTree, ObjectError> {
        if let Some((_, tree)) = self.recent.iter().find(|(known, _)| *known == id) {
            return Ok(tree.clone());
        }
        let object = self.reader.read(id, ObjectKind::Tree)?;
        let parsed = match like {
            Some(other) => GitTree::parse_like(object, other),
            None => GitTree::parse(object),
        };
        let tree = parsed.ok_or_else(|| ObjectError::corrupt(id, "it is no list of files"))?;
        self.recent.truncate(RECENT_TREES - 1);
        self.recent.insert(0, (id, tree.clone()));
        Ok(tree)
    }
}

/// Entries by their names.
type EntriesByName<'t> = HashMap<&'t [u8], TreeEntry<'t>>;

fn by_name(tree: &GitTree, range: Range<usize>) -> EntriesByName<'_> {
    tree.entries(range).map(|entry| (entry.name, entry)).collect()
}

/// The comparison of one folder of a commit with the same folders of its parents.
struct FolderVisit<'v, 's> {
    folder: &'v PendingFolder,
    is_uncertain: bool,
    pending: &'v mut PendingFolders,
    reader: &'v mut ObjectReader<'s>,
    sink: ChangeSink<'v, 's>,
}

impl FolderVisit<'_, '_> {
    /// Compares with the only parent, which has a folder at the path.
    fn with_parent(&mut self, ours: Option<&GitTree>, parent: &GitTree) {
        let differing = match ours {
            Some(tree) => tree.differing(parent),
            None => DifferingEntries { ours: 0..0, theirs: parent.all() },
        };
        let mut theirs = by_name(parent, differing.theirs);
        if let Some(tree) = ours {
            for entry in tree.entries(differing.ours) {
                let other = theirs.remove(entry.name);
                self.entry(entry, &[other]);
            }
        }
        let mut removed: Vec<_> = theirs.into_values().collect();
        removed.sort_unstable_by_key(|entry| entry.name);
        removed.into_iter().for_each(|entry| self.removed(entry));
    }

    /// Compares with any other number of parents. An entry that the commit does not have was not
    /// deleted by it: some parent does not have it either, or the commit has no parents.
    fn with_parents(&mut self, ours: Option<&GitTree>, parents: &[Option<GitTree>]) {
        let Some(ours) = ours else { return };
        let parents: Vec<EntriesByName<'_>> = parents
            .iter()
            .map(|tree| match tree {
                Some(tree) => by_name(tree, tree.all()),
                None => EntriesByName::new(),
            })
            .collect();
        for entry in ours.entries(ours.all()) {
            let others: Vec<_> =
                parents.iter().map(|names| names.get(entry.name).copied()).collect();
            self.entry(entry, &others);
        }
    }

    /// Compares an entry of the commit with the entries of that name in its parents.
    fn entry(&mut self, entry: TreeEntry<'_>, others: &[Option<TreeEntry<'_>>]) {
        if others.iter().flatten().any(|other| (other.mode, other.id) == (entry.mode, entry.id)) {
            return;
        }
        match entry.mode {
            EntryMode::Folder => {
                let parents = others.iter().map(|other| folder_id(other.as_ref())).collect();
                self.push(entry.name, Some(entry.id), parents);
            }
            EntryMode::File => {
                let is_uncertain = self.is_uncertain;
                self.report(entry.name, TreeChange::Version { blob: entry.id, is_uncertain });
            }
            EntryMode::SymbolicLink => self.report(entry.name, TreeChange::SymbolicLink),
            EntryMode::Submodule => self.report(entry.name, TreeChange::Submodule),
        }
        // Where anything else replaces a folder of the only parent, all in the folder was deleted;
        // where anything else replaces a file, the file was.
        if let [Some(other)] = others
            && other.mode != entry.mode
        {
            self.removed(*other);
        }
    }

    /// Handles an entry of the only parent that the commit does not have.
    fn removed(&mut self, entry: TreeEntry<'_>) {
        if self.is_uncertain {
            return;
        }
        match entry.mode {
            EntryMode::Folder => self.push(entry.name, None, vec![Some(entry.id)]),
            EntryMode::File => self.report(entry.name, TreeChange::Deleted { blob: entry.id }),
            EntryMode::SymbolicLink | EntryMode::Submodule => {}
        }
    }

    /// Adds a folder inside this one to the folders that are to be compared.
    fn push(&mut self, name: &[u8], ours: Option<ObjectId>, parents: Vec<Option<ObjectId>>) {
        let (depth, is_uncertain) = (self.folder.depth + 1, self.is_uncertain);
        if let Some(path) = self.path(name) {
            let folder = PendingFolder { path, depth, ours, parents, is_uncertain };
            self.pending.folders.push(folder);
        }
    }

    fn report(&mut self, name: &[u8], change: TreeChange) {
        if let Some(path) = self.path(name) {
            (self.sink)(self.reader, &path, change);
        }
    }

    /// The path of an entry of this folder, unless the paths have too many bytes already.
    fn path(&mut self, name: &[u8]) -> Option<Vec<u8>> {
        let folder = &self.folder.path;
        let bytes = folder.len() + name.len() + PATH_BYTES;
        self.pending.budget = self.pending.budget.saturating_sub(bytes);
        let separator: &[u8] = if folder.is_empty() { b"" } else { b"/" };
        (self.pending.budget > 0).then(|| [folder, separator, name].concat())
    }
}

/// The id of an entry that is a folder.
fn folder_id(entry: Option<&TreeEntry<'_>>) -> Option<ObjectId> {
    entry.filter(|entry| entry.mode == EntryMode::Folder).map(|entry| entry.id)
}
