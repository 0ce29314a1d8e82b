//! A folder of Markdown files, one for each snapshot, that can be indexed again.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

use super::leftovers;
use crate::error::{Error, Result};
use crate::printer::{is_deceptive, print_markdown};
use crate::search::{PolicyVersion, SnapshotCard};

/// The longest file name in bytes. Common file systems allow 255; the rest is room for an ending.
const MAX_NAME: usize = 200;

/// A folder of Markdown files `COMPANY/TYPE/TIME.md`, whose front matter names company, type and
/// date. Policies of another collection than `default` are in a folder of that name.
///
/// It is written under a temporary name beside its target and renamed at the end.
#[derive(Debug)]
pub struct MarkdownTree {
    target: PathBuf,
    folder: tempfile::TempDir,
    /// Holds the lock that tells other exports that this one is running, where folders have locks.
    _lock: Option<File>,
    /// The paths so far, each as [`alike`] writes it.
    paths: HashSet<String>,
}

impl MarkdownTree {
    /// A folder that will be `target`.
    ///
    /// # Errors
    ///
    /// `target` exists, or its parent folder cannot be written to.
    pub fn new(target: &Path) -> Result<Self> {
        Self::make(target).map_err(Error::io(target))
    }

    fn make(target: &Path) -> io::Result<Self> {
        if target.symlink_metadata().is_ok() {
            let message = "is there already; name a new folder";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        let (folder, lock) = leftovers::make_beside(target, 0o777, |builder, parent| {
            let folder = builder.tempdir_in(parent)?;
            // Windows cannot open a folder.
            let lock = File::open(folder.path()).ok();
            Ok((folder, lock))
        })?;
        Ok(Self { target: target.to_owned(), folder, _lock: lock, paths: HashSet::new() })
    }

    /// The path of the temporary folder.
    pub fn temporary_path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the file of a snapshot.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn add(&mut self, version: &PolicyVersion) -> Result<()> {
        self.write(version).map_err(Error::io(&self.target))
    }

    fn write(&mut self, version: &PolicyVersion) -> io::Result<()> {
        let relative = PathBuf::from(self.unused_path(&version.snapshot));
        if let Some(parent) = relative.parent() {
            self.make_folders(parent)?;
        }
        let mut text = front_matter(&version.snapshot).into_bytes();
        print_markdown(&mut text, version)?;
        fs::write(self.folder.path().join(relative), text)
    }

    /// Makes folders below the temporary one, but never that one: who interrupts an export has
    /// removed it.
    fn make_folders(&self, relative: &Path) -> io::Result<()> {
        let mut path = self.folder.path().to_owned();
        for part in relative {
            path.push(part);
            match fs::create_dir(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Gives the folder its name.
    ///
    /// # Errors
    ///
    /// The folder cannot be renamed.
    pub fn finish(self) -> Result<()> {
        fs::rename(self.folder.path(), &self.target).map_err(Error::io(&self.target))?;
        // From here on the folder is not temporary. If renaming fails, it is removed.
        let _ = self.folder.keep();
        Ok(())
    }

    /// A path below the folder that no other snapshot has.
    fn unused_path(&mut self, snapshot: &SnapshotCard) -> String {
        let SnapshotCard { collection, company, policy_type, archive_time, .. } = snapshot;
        let time = archive_time.rfc3339().replace(':', "-");
        let mut base = format!("{}/{}/{time}", file_name(company), file_name(policy_type));
        if collection != "default" {
            base = format!("{}/{base}", file_name(collection));
        }
        let mut path = format!("{base}.md");
        let mut number = 1;
        while !self.paths.insert(alike(&path)) {
            number += 1;
            path = format!("{base}-{number}.md");
        }
        path
    }
}

/// The same text for all paths that some file system takes for one: some ignore case, as of `ß`
/// and `SS`, and some how accents are composed.
fn alike(path: &str) -> String {
    let composed: String = path.nfc().collect();
    composed.to_uppercase().to_lowercase().nfc().collect()
}

/// Names that Windows takes for devices, with any extension.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The beginnings of such names that a digit follows.
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let is_numbered = |prefix: &&str| {
        let number = stem.strip_prefix(*prefix).map(|rest| rest.chars().collect::<Vec<_>>());
        number.is_some_and(|number| matches!(number[..], ['0'..='9' | '¹' | '²' | '³']))
    };
    DEVICES.contains(&&*stem) || NUMBERED_DEVICES.iter().any(is_numbered)
}

/// A name that every file system accepts, and that looks like no other name. Characters that some
/// refuse become `_`, and so do those that nobody sees or that turn the direction of the writing.
fn file_name(name: &str) -> String {
    let mut name: String = name.chars().map(file_name_character).collect();
    while name.len() > MAX_NAME {
        name.pop();
    }
    let trimmed = name.trim_end_matches(['.', ' ']);
    match trimmed.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None if trimmed.is_empty() => "_".to_owned(),
        None if is_device(trimmed) => format!("_{trimmed}"),
        None => trimmed.to_owned(),
    }
}

fn file_name_character(c: char) -> char {
    if is_deceptive(c) || r#"/\:*?"<>|"#.contains(c) { '_' } else { c }
}

/// The front matter of a snapshot, followed by an empty line.
fn front_matter(snapshot: &SnapshotCard) -> String {
    let SnapshotCard { company, policy_type, archive_time, url, archive_url, .. } = snapshot;
    let date = archive_time.rfc3339();
    let fields = [
        ("company", Some(company)),
        ("type", Some(policy_type)),
        ("date", Some(&date)),
        ("url", url.as_ref()),
        ("archive_url", archive_url.as_ref()),
    ];
    let mut lines = vec!["---".to_owned()];
    for (key, value) in fields {
        lines.extend(value.map(|value| format!("{key}: {}", quoted(value))));
    }
    if snapshot.is_technical {
        lines.push("technical: true".to_owned());
    }
    lines.push("---\n\n".to_owned());
    lines.join("\n")
}

/// A value as a double-quoted string of YAML on one line.
fn quoted(value: &str) -> String {
    let line = value.replace(char::is_control, " ");
    format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_accepted_everywhere() {
        assert_eq!(file_name("a/b:c"), "a_b_c");
        assert_eq!(file_name(".."), "_");
        assert_eq!(file_name(".hidden."), "_hidden");
        assert_eq!(file_name(" "), "_");
        assert_eq!(file_name("Café"), "Café");
        assert_eq!(file_name("a\u{202e}gpj.exe"), "a_gpj.exe");
        assert_eq!(file_name("a\u{1b}[2J\u{2066}b\u{200b}c\u{feff}"), "a_[2J_b_c_");
        assert!(file_name(&"個".repeat(100)).len() <= MAX_NAME);
        assert_eq!(file_name("Acme. . "), "Acme");
        assert_eq!(file_name(&("x".repeat(MAX_NAME - 1) + ".com")), "x".repeat(MAX_NAME - 1));
        for device in ["CON", "nul.example", "Aux .txt", "com1", "LPT².x", "conout$"] {
            assert_eq!(file_name(device), format!("_{device}"));
        }
        for other in ["con-sent", "com", "com10", "comx", "auxiliary.example", "xnul"] {
            assert_eq!(file_name(other), other);
        }
    }

    #[test]
    fn names_are_alike_that_some_file_system_takes_for_one() {
        for (one, other) in
            [("Acme", "aCME"), ("caf\u{e9}", "CAFE\u{301}"), ("Straße", "STRASSE"), ("ſ", "S")]
        {
            assert_eq!(alike(one), alike(other));
        }
        assert_ne!(alike("cafe"), alike("café"));
    }
}
