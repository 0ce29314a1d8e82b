//! The commits and objects of a repository, before its layout is known.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use gix_hash::ObjectId;

use super::commit::ParsedCommit;
use super::objects::{ObjectError, ObjectKind, ObjectReader, ObjectStore};
use super::repository::Repository;
use super::tree::{EntryMode, GitTree};

/// The number of digits with which messages show the id of a commit: enough to be unique in any
/// history.
const SHOWN_DIGITS: usize = 12;

/// The history of a git repository.
#[derive(Debug)]
pub(super) struct HistorySource {
    /// The path of the repository as the user named it.
    pub corpus: PathBuf,
    pub store: ObjectStore,
    /// The commits from which the history is read back.
    pub tips: Vec<ObjectId>,
    /// The commits whose parents a shallow clone left out.
    pub shallow: HashSet<ObjectId>,
    /// Whether the repository is a partial clone, which may lack objects of the commits that it
    /// has.
    pub is_partial: bool,
    /// The number of objects that others replace, and of commits that are given other parents.
    pub replacements: usize,
}

impl HistorySource {
    /// Opens the history of a repository, which the user named as `corpus`.
    pub fn open(repository: &Repository, corpus: &Path) -> Self {
        let store = ObjectStore::open(&repository.objects());
        Self {
            corpus: corpus.to_owned(),
            tips: repository.tips(),
            shallow: repository.shallow(),
            replacements: repository.replacements(),
            is_partial: repository.is_partial() || store.has_promisor_packs(),
            store,
        }
    }

    /// Names a file of a commit in messages, as git does: `corpus: commit:path`.
    pub fn place(&self, commit: &ObjectId, path: &str) -> String {
        let commit = commit.to_hex_with_len(SHOWN_DIGITS);
        let separator = if path.is_empty() { "" } else { ":" };
        format!("{}: {commit}{separator}{path}", self.corpus.display())
    }

    /// Whether a newest commit lists submodules, which have repositories of their own.
    pub fn has_submodules(&self) -> bool {
        let mut reader = ObjectReader::new(&self.store);
        self.tips.iter().any(|tip| has_file(&mut reader, *tip, ".gitmodules"))
    }
}

/// Whether a commit has a file at a path. What cannot be read is not there.
pub(super) fn has_file(reader: &mut ObjectReader<'_>, commit: ObjectId, path: &str) -> bool {
    let mut mode = || {
        let commit = reader.read(commit, ObjectKind::Commit).ok()?;
        let mut folder = ParsedCommit::parse(&commit.data)?.tree;
        let mut mode = None;
        for name in path.split('/') {
            let tree = GitTree::parse(reader.read(folder, ObjectKind::Tree).ok()?)?;
            let entry = tree.entries(tree.all()).find(|entry| entry.name == name.as_bytes())?;
            (folder, mode) = (entry.id, Some(entry.mode));
        }
        mode
    };
    mode() == Some(EntryMode::File)
}

/// Reads the message of a commit.
///
/// # Errors
///
/// The commit cannot be read.
pub(super) fn read_message(
    reader: &mut ObjectReader<'_>,
    commit: ObjectId,
) -> Result<String, ObjectError> {
    let object = reader.read(commit, ObjectKind::Commit)?;
    let parsed = ParsedCommit::parse(&object.data);
    parsed
        .map(|parsed| parsed.message())
        .ok_or_else(|| ObjectError::corrupt(commit, "it is no commit"))
}
