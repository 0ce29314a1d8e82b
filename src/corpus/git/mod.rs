//! Reads git histories from the object database, in process: every version of every path, with the
//! author time of the commit that brought it.
//!
//! A *version* is a text that a commit has at a path where its parent has another text or none. In
//! an archive whose commits are records, a merge has a version where every parent has another text
//! or none, so a history that forks and joins is read whole, and each version once. In any other
//! history only the line of first parents counts ([`snapshot_commits`]). Neither the settings of
//! the user nor the environment change the result, nor does the owner of the folder; replacements
//! and grafts are not applied.
//!
//! A scan ([`history_scan`]) walks the commits ([`commit_graph`]), compares the trees of each with
//! the folders of its parents ([`tree_changes`]), and asks the layout of the archive for the policy
//! of each changed path. A session ([`git_history`]) reads texts and commit messages afterwards,
//! policy by policy. Which paths are policies, and what commit messages mean, is left to the
//! layouts.

mod commit;
mod commit_graph;
mod git_history;
mod history_scan;
mod history_source;
mod layout_detection;
mod objects;
mod policy_lives;
mod repository;
mod snapshot_commits;
mod tree;
mod tree_changes;

pub use git_history::GitHistory;
#[cfg(any(test, fuzzing))]
pub(crate) use objects::fuzzed_objects;
