//! Finds a git repository, and reads its references and settings.
//!
//! The layout of the folder is described in `gitrepository-layout(5)`. Neither the environment nor
//! the settings of the user are read. Objects are left to [`super::objects`].

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use gix_hash::ObjectId;
use walkdir::WalkDir;

use crate::error::{Error, Result, regular_file};

/// How many references may point to each other in a row; git has the same limit.
const MAX_SYMBOLIC: usize = 5;

/// The references that may be the main branch, the likeliest first. HEAD may name a branch that
/// was never made, as in a bare repository to which a branch of another name was pushed.
const MAIN_BRANCHES: [&str; 6] = [
    "HEAD",
    "refs/heads/main",
    "refs/heads/master",
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
];

/// The start of the names of all tags.
const TAGS: &str = "refs/tags/";

/// The folders of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repository {
    /// The folder of this work tree, with its HEAD.
    git: PathBuf,
    /// The folder that all work trees share, with objects, references and settings.
    common: PathBuf,
    /// Whether the folder that was named is the root of a work tree, with files of its own.
    pub is_work_tree: bool,
}

impl Repository {
    /// Finds the repository that `path` is (a bare one or a `.git` folder) or whose work tree has
    /// its root there.
    pub fn at(path: &Path) -> Option<Self> {
        if let Some(repository) = Self::in_folder(path, false) {
            return Some(repository);
        }
        let dot_git = path.join(".git");
        if dot_git.is_dir() {
            return Self::in_folder(&dot_git, true);
        }
        let link = regular_file::read_text(&dot_git).ok()?;
        let target = link.strip_prefix("gitdir:")?.trim();
        Self::in_folder(&path.join(target), true)
    }

    /// Tests whether a folder is a repository, as git does: it has a HEAD that names a reference or
    /// a commit, and folders of objects and references.
    fn in_folder(git: &Path, is_work_tree: bool) -> Option<Self> {
        if !git.join("HEAD").is_file() && !git.join("HEAD").is_symlink() {
            return None;
        }
        let common = match regular_file::read_text(&git.join("commondir")) {
            Ok(path) => git.join(path.trim()),
            Err(_) => git.to_owned(),
        };
        if !common.join("objects").is_dir() || !common.join("refs").is_dir() {
            return None;
        }
        let is_head = match Reference::read(&git.join("HEAD"))? {
            Reference::Commit(_) => true,
            Reference::Symbolic(name) => is_reference_name(&name),
        };
        is_head.then(|| Self { git: git.to_owned(), common, is_work_tree })
    }

    /// The folder of the objects.
    pub fn objects(&self) -> PathBuf {
        self.common.join("objects")
    }

    /// Checks that the repository has a format that is read.
    ///
    /// # Errors
    ///
    /// The repository names its objects by another hash than SHA-1, or keeps its references
    /// elsewhere than in files. One of its files is a FIFO, a socket or a device.
    pub fn check(&self, corpus: &Path) -> Result<()> {
        let files = ["config", "packed-refs", "shallow", "info/grafts", "objects/info/alternates"];
        for path in files.map(|file| self.common.join(file)) {
            regular_file::refuse_special(&path).map_err(Error::io(&path))?;
        }
        let settings = self.settings();
        match settings.get("extensions", "objectformat") {
            None | Some("sha1") => {}
            Some(format) => {
                return Err(unread_format(corpus, &format!("names its objects by {format}")));
            }
        }
        match settings.get("extensions", "refstorage") {
            None | Some("files") => Ok(()),
            Some(format) => {
                Err(unread_format(corpus, &format!("keeps its references as {format}")))
            }
        }
    }

    /// Whether the settings say that missing objects are fetched from a server when they are
    /// needed: the repository is a partial clone.
    pub fn is_partial(&self) -> bool {
        let settings = self.settings();
        settings.get("extensions", "partialclone").is_some()
            || settings.0.iter().any(|setting| {
                setting.section.starts_with("remote ")
                    && setting.key == "promisor"
                    && setting.value == "true"
            })
    }

    fn settings(&self) -> Settings {
        let file = regular_file::read(&self.common.join("config"));
        // Git, too, reads a repository without settings.
        file.map_or_else(|_| Settings::default(), |text| Settings::parse(&text))
    }

    /// The commits whose parents a shallow clone left out.
    pub fn shallow(&self) -> HashSet<ObjectId> {
        let Ok(list) = regular_file::read_text(&self.common.join("shallow")) else {
            return HashSet::new();
        };
        list.lines().filter_map(parse_id).collect()
    }

    /// The number of objects that others replace, and of commits that are given other parents.
    pub fn replacements(&self) -> usize {
        let replaced = self.names_below("refs/replace/").len();
        let Ok(grafts) = regular_file::read_text(&self.common.join("info/grafts")) else {
            return replaced;
        };
        replaced + grafts.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count()
    }

    /// The tag with the last name. It helps to name one where a repository has no branch.
    pub fn some_tag(&self) -> Option<String> {
        let last = self.names_below(TAGS).pop_last()?;
        last.strip_prefix(TAGS).map(str::to_owned)
    }

    /// The commits from which the history is read back: the commit of HEAD; if HEAD has none, the
    /// commits of all branches; if there are no branches, the commits of all remote branches. Empty
    /// if there are no commits.
    pub fn tips(&self) -> Vec<ObjectId> {
        if let Some(head) = self.resolve("HEAD") {
            return vec![head];
        }
        let branches = self.commits_below("refs/heads/");
        if branches.is_empty() { self.commits_below("refs/remotes/") } else { branches }
    }

    /// The commits from which the published line is read back: the commit of HEAD; if HEAD has
    /// none, the commit of the branch that has the name of a main branch; else [`Self::tips`].
    /// Other branches may be drafts.
    pub fn published_tips(&self) -> Vec<ObjectId> {
        let main = MAIN_BRANCHES.iter().find_map(|name| self.resolve(name));
        main.map_or_else(|| self.tips(), |tip| vec![tip])
    }

    /// Follows a reference to its commit.
    fn resolve(&self, name: &str) -> Option<ObjectId> {
        let mut name = name.to_owned();
        for _ in 0..=MAX_SYMBOLIC {
            let own = Reference::read(&self.git.join(&name));
            match own.or_else(|| Reference::read(&self.common.join(&name))) {
                Some(Reference::Commit(id)) => return Some(id),
                Some(Reference::Symbolic(target)) if is_reference_name(&target) => name = target,
                Some(Reference::Symbolic(_)) => return None,
                None => return self.packed_references().remove(&name),
            }
        }
        None
    }

    /// The commits of all references whose names begin with `prefix`, sorted by id.
    fn commits_below(&self, prefix: &str) -> Vec<ObjectId> {
        let names = self.names_below(prefix);
        let mut tips: Vec<_> = names.iter().filter_map(|name| self.resolve(name)).collect();
        tips.sort_unstable();
        tips.dedup();
        tips
    }

    /// The names of all references that begin with `prefix`.
    fn names_below(&self, prefix: &str) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.packed_references().into_keys().collect();
        for entry in WalkDir::new(self.common.join(prefix)).into_iter().flatten() {
            let name = entry.path().strip_prefix(&self.common).ok().and_then(Path::to_str);
            let name = name.filter(|_| entry.file_type().is_file());
            names.extend(name.map(|name| name.replace('\\', "/")));
        }
        names.retain(|name| name.starts_with(prefix));
        names
    }

    /// The references that are kept together in one file.
    fn packed_references(&self) -> BTreeMap<String, ObjectId> {
        let Ok(list) = regular_file::read(&self.common.join("packed-refs")) else {
            return BTreeMap::new();
        };
        String::from_utf8_lossy(&list)
            .lines()
            .filter_map(|line| {
                let (id, name) = line.split_once(' ')?;
                Some((name.trim().to_owned(), ObjectId::from_hex(id.as_bytes()).ok()?))
            })
            .collect()
    }
}

fn unread_format(corpus: &Path, what: &str) -> Error {
    let message = format!(
        "this git repository {what}, which is not read; index a clone in the default format, or \
         its files"
    );
    Error::Corpus { path: corpus.to_owned(), message }
}

/// The content of a reference.
enum Reference {
    Commit(ObjectId),
    /// The name of another reference.
    Symbolic(String),
}

impl Reference {
    /// Reads the reference in a file, or returns `None` if there is none.
    fn read(path: &Path) -> Option<Self> {
        // Old versions of git made HEAD a symbolic link to the branch, which may not exist yet.
        if let Ok(target) = fs::read_link(path)
            && let Some(target) = target.to_str().filter(|target| target.starts_with("refs/"))
        {
            return Some(Self::Symbolic(target.to_owned()));
        }
        let text = regular_file::read_text(path).ok()?;
        match text.strip_prefix("ref:") {
            Some(name) => Some(Self::Symbolic(name.trim().to_owned())),
            None => parse_id(&text).map(Self::Commit),
        }
    }
}

/// Parses an object id with white space around it.
fn parse_id(text: &str) -> Option<ObjectId> {
    ObjectId::from_hex(text.trim().as_bytes()).ok()
}

/// Whether a name can belong to a reference below `refs/`. A name with `..` could lead out of the
/// repository.
fn is_reference_name(name: &str) -> bool {
    name.starts_with("refs/")
        && !name.split('/').any(|part| part.is_empty() || part == "." || part == "..")
}

/// The settings of a repository. The few that are read have plain values, so quotes, escapes and
/// includes are not understood.
#[derive(Debug, Default)]
struct Settings(Vec<Setting>);

/// One setting, in lower case.
#[derive(Debug)]
struct Setting {
    section: String,
    key: String,
    value: String,
}

impl Settings {
    fn parse(text: &[u8]) -> Self {
        let mut section = String::new();
        let mut settings = Vec::new();
        for line in String::from_utf8_lossy(text).lines().map(str::trim) {
            if let Some(header) = line.strip_prefix('[') {
                let end = header.find(']').unwrap_or(header.len());
                section = header[..end].to_ascii_lowercase();
            } else if let Some((key, value)) = line.split_once('=') {
                let key = key.trim().to_ascii_lowercase();
                let value = value.trim().to_ascii_lowercase();
                settings.push(Setting { section: section.clone(), key, value });
            }
        }
        Self(settings)
    }

    /// The last value of a setting.
    fn get(&self, section: &str, key: &str) -> Option<&str> {
        let mut found = self.0.iter().rev();
        let setting = found.find(|setting| setting.section == section && setting.key == key)?;
        Some(&setting.value)
    }
}
