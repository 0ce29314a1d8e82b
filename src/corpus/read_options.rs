//! The options for reading a corpus.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How to read the corpora of an index. An index stores these options and uses them to update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReadOptions {
    /// In a git work tree, read the files instead of the history.
    pub worktree: bool,
    /// The pattern by which paths name company, policy type and date: `{company}/{type}/{date}.md`.
    pub path: Option<String>,
    /// The company of all snapshots. An input that names another one cannot be read.
    pub company: Option<String>,
    /// The archive date of snapshots that name none, as `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Names of fields in JSON Lines and CSV, as pairs of our name and the corpus's name.
    pub map: Vec<(String, String)>,
    /// The folder of the temporary file for texts of streams; `None` is the system's folder.
    #[serde(skip)]
    pub temporary: Option<PathBuf>,
}
