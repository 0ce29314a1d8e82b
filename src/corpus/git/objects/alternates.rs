//! Finds the object folders of a repository: its own, and the alternates from which it borrows
//! objects (`objects/info/alternates`, see `gitrepository-layout(5)`).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::regular_file;

/// How many folders are followed. Git itself follows alternates of alternates five levels deep; a
/// limit on their number ends forged lists, too.
const MAX_ALTERNATES: usize = 64;

/// Returns the folder `objects`, then its alternates and their alternates, each folder once. A
/// folder that does not exist is left out.
pub(super) fn object_folders(objects: &Path) -> Vec<PathBuf> {
    let mut folders = vec![objects.to_owned()];
    let mut known: HashSet<PathBuf> = fs::canonicalize(objects).into_iter().collect();
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        for alternate in listed_alternates(&folder) {
            if folders.len() > MAX_ALTERNATES {
                return folders;
            }
            if fs::canonicalize(&alternate).is_ok_and(|path| known.insert(path)) {
                folders.push(alternate);
            }
        }
    }
    folders
}

/// Returns the alternates that one object folder lists. Relative paths start at that folder.
fn listed_alternates(folder: &Path) -> Vec<PathBuf> {
    let path = folder.join("info").join("alternates");
    let Ok(list) = regular_file::read(&path) else { return Vec::new() };
    String::from_utf8_lossy(&list)
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| folder.join(unquoted(line)))
        .collect()
}

/// Removes the quotes of a path with unusual characters, which git writes as a string literal. A
/// line that is not a literal is the path itself.
fn unquoted(line: &str) -> String {
    match serde_json::from_str(line) {
        Ok(path) if line.starts_with('"') => path,
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternates_may_be_quoted() {
        assert_eq!(unquoted(r#"../plain "path""#), r#"../plain "path""#);
        assert_eq!(unquoted(r#""/tab\tand \"quote""#), "/tab\tand \"quote");
    }
}
