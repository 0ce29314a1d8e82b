//! Snapshots out of the index: a tree of Markdown files, JSON Lines or CSV, each of which `fineprint index` reads again.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::printer::hits::table::{TableSeparator, row};
use crate::printer::json::print_json_line;
use crate::printer::version::markdown;
use crate::search::{SnapshotCard, Version};

/// A tree of Markdown files, `COMPANY/TYPE/TIME.md`, with front matter that says whose each is. It appears when it is complete.
pub struct MarkdownTree {
    target: PathBuf,
    folder: tempfile::TempDir,
    /// Paths in lower case: some file systems make no difference.
    known: HashSet<String>,
}

impl MarkdownTree {
    /// A tree that will be `target`.
    ///
    /// # Errors
    ///
    /// `target` is there already, or its parent cannot be written to.
    pub fn new(target: &Path) -> io::Result<Self> {
        if target.symlink_metadata().is_ok() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "is there already; name a new folder",
            ));
        }
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let mut builder = tempfile::Builder::new();
        // What is made as a temporary folder is for its owner alone, unless asked for.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let folder =
            builder.prefix(".fineprint-export").tempdir_in(parent.unwrap_or(Path::new(".")))?;
        Ok(Self { target: target.to_owned(), folder, known: HashSet::new() })
    }

    /// Writes a snapshot.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn add(&mut self, version: &Version) -> io::Result<()> {
        let path = self.path(&version.snapshot);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(
            path,
            format!("{}{}", front_matter(&version.snapshot), markdown(&version.clauses)),
        )
    }

    /// Gives the tree its name.
    ///
    /// # Errors
    ///
    /// Those of renaming a folder.
    pub fn finish(self) -> io::Result<()> {
        // Kept only under its name: where that fails, nothing is left behind.
        fs::rename(self.folder.path(), &self.target)?;
        let _ = self.folder.keep();
        Ok(())
    }

    /// A path that no other snapshot has.
    fn path(&mut self, snapshot: &SnapshotCard) -> PathBuf {
        let SnapshotCard { collection, company, policy_type, archive_time, .. } = snapshot;
        let time = archive_time.replace(':', "-");
        let mut parts = vec![file_name(company), file_name(policy_type)];
        if collection != "default" {
            parts.insert(0, file_name(collection));
        }
        let base = parts.join("/");
        let mut path = format!("{base}/{time}.md");
        let mut number = 1;
        while !self.known.insert(path.to_lowercase()) {
            number += 1;
            path = format!("{base}/{time}-{number}.md");
        }
        self.folder.path().join(path)
    }
}

/// So many bytes of a name are kept: file systems take 255.
const MAX_NAME: usize = 200;

/// A name that every file system takes: what some refuse is `_`.
fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c };
    let mut name: String = name.chars().map(safe).collect();
    while name.len() > MAX_NAME {
        name.pop();
    }
    let trimmed = name.trim_end_matches(['.', ' ']);
    match trimmed.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None if trimmed.is_empty() => "_".to_owned(),
        None => trimmed.to_owned(),
    }
}

fn front_matter(snapshot: &SnapshotCard) -> String {
    let SnapshotCard { company, policy_type, archive_time, url, archive_url, .. } = snapshot;
    let mut lines = vec!["---".to_owned()];
    let fields = [
        ("company", Some(company)),
        ("type", Some(policy_type)),
        ("date", Some(archive_time)),
        ("url", url.as_ref()),
        ("archive_url", archive_url.as_ref()),
    ];
    for (key, value) in fields {
        // A value is one line.
        let value = value.map(|value| {
            value.replace(char::is_control, " ").replace('\\', "\\\\").replace('"', "\\\"")
        });
        lines.extend(value.map(|value| format!("{key}: \"{value}\"")));
    }
    if snapshot.is_technical {
        lines.push("technical: true".to_owned());
    }
    lines.push("---\n\n".to_owned());
    lines.join("\n")
}

/// A snapshot as `schema/snapshot.schema.json` has it.
#[derive(Serialize)]
struct Line<'s> {
    company: &'s str,
    #[serde(rename = "type")]
    policy_type: &'s str,
    archive_time: &'s str,
    url: Option<&'s str>,
    archive_url: Option<&'s str>,
    technical: bool,
    /// As it was written.
    metadata: Option<&'s RawValue>,
    text: String,
}

/// Writes a snapshot as a line of JSON (`schema/snapshot.schema.json`), its text as Markdown.
///
/// # Errors
///
/// Those of writing.
pub fn print_snapshot_json(out: &mut impl Write, version: &Version) -> io::Result<()> {
    let SnapshotCard {
        company,
        policy_type,
        archive_time,
        is_technical,
        url,
        archive_url,
        metadata,
        ..
    } = &version.snapshot;
    print_json_line(
        out,
        &Line {
            company,
            policy_type,
            archive_time,
            url: url.as_deref(),
            archive_url: archive_url.as_deref(),
            technical: *is_technical,
            metadata: serde_json::from_str(metadata).ok(),
            text: markdown(&version.clauses),
        },
    )
}

/// Writes the row of names of [`print_snapshot_csv`].
///
/// # Errors
///
/// Those of writing.
pub fn print_snapshot_csv_names(out: &mut impl Write) -> io::Result<()> {
    let names = ["company", "type", "archive_time", "url", "archive_url", "technical", "text"];
    row(out, TableSeparator::Comma, names.into_iter().map(str::to_owned))
}

/// Writes a snapshot as a row (RFC 4180), its text as Markdown.
///
/// # Errors
///
/// Those of writing.
pub fn print_snapshot_csv(out: &mut impl Write, version: &Version) -> io::Result<()> {
    let card = &version.snapshot;
    let text = match markdown(&version.clauses) {
        // An empty cell would say that there is no text.
        text if text.is_empty() => "\n".to_owned(),
        text => text,
    };
    let cells = [
        card.company.clone(),
        card.policy_type.clone(),
        card.archive_time.clone(),
        card.url.clone().unwrap_or_default(),
        card.archive_url.clone().unwrap_or_default(),
        card.is_technical.to_string(),
        text,
    ];
    row(out, TableSeparator::Comma, cells.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files() {
        assert_eq!(file_name("a/b:c"), "a_b_c");
        assert_eq!(file_name(".."), "_");
        assert_eq!(file_name(".hidden."), "_hidden");
        assert_eq!(file_name(" "), "_");
        assert_eq!(file_name("Café"), "Café");
        assert!(file_name(&"個".repeat(100)).len() <= MAX_NAME);
    }
}
