//! Where a repository is, and what its references and settings say. Neither the environment nor the user's settings matter.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use gix_hash::ObjectId;
use walkdir::WalkDir;

use super::commit::id;
use crate::error::{Error, Result};

/// How many references may point to references: git's own limit.
const MAX_SYMBOLIC: usize = 5;

/// The folders of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    /// What belongs to this work tree: its HEAD.
    git: PathBuf,
    /// What all work trees share: objects, references, settings.
    common: PathBuf,
    /// Whether the folder that was named is the root of its work tree, with files of its own.
    pub is_work_tree: bool,
}

impl Repository {
    /// The repository that `path` is (bare, or a `.git` folder) or whose work tree begins there.
    pub fn at(path: &Path) -> Option<Self> {
        if let Some(repository) = Self::of(path, false) {
            return Some(repository);
        }
        let dot_git = path.join(".git");
        if dot_git.is_dir() {
            return Self::of(&dot_git, true);
        }
        let link = fs::read_to_string(&dot_git).ok()?;
        let target = link.strip_prefix("gitdir:")?.trim();
        Self::of(&path.join(target), true)
    }

    /// As git itself decides it: a HEAD that names a reference or commit, and folders of objects and references.
    fn of(git: &Path, is_work_tree: bool) -> Option<Self> {
        if !git.join("HEAD").is_file() && !git.join("HEAD").is_symlink() {
            return None;
        }
        let common = match fs::read_to_string(git.join("commondir")) {
            Ok(path) => git.join(path.trim()),
            Err(_) => git.to_owned(),
        };
        if !common.join("objects").is_dir() || !common.join("refs").is_dir() {
            return None;
        }
        let head = read_reference(&git.join("HEAD"))?;
        let is_head = matches!(head, Reference::Commit(_))
            || matches!(&head, Reference::To(name) if is_name(name));
        is_head.then(|| Self { git: git.to_owned(), common, is_work_tree })
    }

    /// The folder of the objects.
    pub fn objects(&self) -> PathBuf {
        self.common.join("objects")
    }

    /// Refuses repositories whose format is another.
    pub fn check(&self, corpus: &Path) -> Result<()> {
        let refuse = |what: &str| {
            let message = format!(
                "this git repository {what}, which is not read; index a clone in the default format, or its files"
            );
            Err(Error::Corpus { path: corpus.to_owned(), message })
        };
        let settings = Settings::read(&self.common.join("config"));
        match settings.get("extensions", "objectformat") {
            None | Some("sha1") => {}
            Some(format) => return refuse(&format!("names its objects by {format}")),
        }
        match settings.get("extensions", "refstorage") {
            None | Some("files") => Ok(()),
            Some(format) => refuse(&format!("keeps its references as {format}")),
        }
    }

    /// Whether the settings say that objects are fetched when they are needed.
    pub fn is_partial(&self) -> bool {
        let settings = Settings::read(&self.common.join("config"));
        settings.get("extensions", "partialclone").is_some()
            || settings.0.iter().any(|(section, key, value)| {
                section.starts_with("remote ") && key == "promisor" && value == "true"
            })
    }

    /// The commits whose parents a shallow clone left out.
    pub fn shallow(&self) -> HashSet<ObjectId> {
        let listed = fs::read_to_string(self.common.join("shallow")).unwrap_or_default();
        listed.lines().filter_map(|line| id(line.trim().as_bytes())).collect()
    }

    /// The commits from which the history is read: that of HEAD; if it has none, those of the branches; if there are none, those of the
    /// remote branches.
    pub fn tips(&self) -> Vec<ObjectId> {
        if let Some(head) = self.resolve("HEAD") {
            return vec![head];
        }
        ["refs/heads/", "refs/remotes/"]
            .into_iter()
            .map(|prefix| self.all(prefix))
            .find(|tips| !tips.is_empty())
            .unwrap_or_default()
    }

    fn resolve(&self, name: &str) -> Option<ObjectId> {
        let mut name = name.to_owned();
        for _ in 0..=MAX_SYMBOLIC {
            let own = read_reference(&self.git.join(&name));
            match own.or_else(|| read_reference(&self.common.join(&name))) {
                Some(Reference::Commit(id)) => return Some(id),
                Some(Reference::To(target)) if is_name(&target) => name = target,
                Some(Reference::To(_)) => return None,
                None => return self.packed().remove(&name),
            }
        }
        None
    }

    fn all(&self, prefix: &str) -> Vec<ObjectId> {
        let mut names: Vec<String> = self.packed().into_keys().collect();
        for entry in WalkDir::new(self.common.join(prefix)).into_iter().flatten() {
            let name = entry.path().strip_prefix(&self.common).ok().and_then(Path::to_str);
            names.extend(
                name.filter(|_| entry.file_type().is_file()).map(|name| name.replace('\\', "/")),
            );
        }
        names.retain(|name| name.starts_with(prefix));
        let mut tips: Vec<_> = names.iter().filter_map(|name| self.resolve(name)).collect();
        tips.sort_unstable();
        tips.dedup();
        tips
    }

    fn packed(&self) -> BTreeMap<String, ObjectId> {
        let listed = fs::read(self.common.join("packed-refs")).unwrap_or_default();
        let listed = String::from_utf8_lossy(&listed);
        let pairs = listed.lines().filter_map(|line| line.split_once(' '));
        pairs
            .filter_map(|(hex, name)| Some((name.trim().to_owned(), id(hex.as_bytes())?)))
            .collect()
    }
}

enum Reference {
    Commit(ObjectId),
    To(String),
}

fn read_reference(path: &Path) -> Option<Reference> {
    // Long ago HEAD was a symbolic link to the branch, which may not exist yet.
    if let Ok(target) = fs::read_link(path)
        && let Some(target) = target.to_str().filter(|target| target.starts_with("refs/"))
    {
        return Some(Reference::To(target.to_owned()));
    }
    let text = fs::read_to_string(path).ok()?;
    match text.strip_prefix("ref:") {
        Some(name) => Some(Reference::To(name.trim().to_owned())),
        None => id(text.trim().as_bytes()).map(Reference::Commit),
    }
}

/// A reference must not lead out of the repository.
fn is_name(name: &str) -> bool {
    name.starts_with("refs/")
        && !name.split('/').any(|part| part.is_empty() || part == "." || part == "..")
}

/// The settings of a repository as (section, key, value), names in lower case. Only plain values are needed, so quotes, escapes and
/// includes are not understood.
struct Settings(Vec<(String, String, String)>);

impl Settings {
    fn read(path: &Path) -> Self {
        let text = fs::read(path).unwrap_or_default();
        let mut section = String::new();
        let mut settings = Vec::new();
        for line in String::from_utf8_lossy(&text).lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.split(']').next().unwrap_or_default().to_ascii_lowercase();
            } else if let Some((key, value)) = line.split_once('=') {
                let (key, value) =
                    (key.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
                settings.push((section.clone(), key, value));
            }
        }
        Self(settings)
    }

    fn get(&self, section: &str, key: &str) -> Option<&str> {
        let mut found = self.0.iter().rev().filter(|(s, k, _)| s == section && k == key);
        found.next().map(|(_, _, value)| value.as_str())
    }
}
