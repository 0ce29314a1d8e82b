//! Tells files of a folder, and files that are the corpus, that hold more or other than a text.

use std::path::Path;

use super::compression::is_compressed;
use super::refusal::{self, is_table_by_name};
use super::rows::record::FieldNames;
use super::shape::{StreamShape, TableShape};
use crate::corpus::forms::foreign::{self, is_document};
use crate::corpus::notices::SkipReason;
use crate::corpus::read_options::ReadOptions;
use crate::error::{Error, Result};

/// The extensions of files with one text each.
const TEXT_EXTENSIONS: [&str; 5] = [".md", ".txt", ".html", ".htm", ".xhtml"];

/// Recognises such files by their first bytes.
pub(in crate::corpus) struct LooseFiles {
    names: FieldNames,
}

impl LooseFiles {
    /// Returns what recognises them under these options.
    ///
    /// # Errors
    ///
    /// An option is invalid.
    pub fn new(options: &ReadOptions) -> Result<Self> {
        Ok(Self { names: FieldNames::new(options)? })
    }

    /// The reason for leaving out a file of a folder that is a corpus of its own: an archive, a
    /// table, or compressed. A file with the name of a text is none unless it is a table: if it
    /// holds other data, it is damaged or has a wrong name.
    pub fn corpus_kind(&self, path: &str, head: &[u8]) -> Option<SkipReason> {
        let is_text_by_name = TEXT_EXTENSIONS.iter().any(|end| path.ends_with(end));
        let kind = if TableShape::of_file(head, &self.names).is_some()
            || is_table_by_name(Path::new(path), head, &self.names)
        {
            foreign::TABLE
        } else if is_text_by_name || is_document(head) {
            return None;
        } else if StreamShape::of_archive(head).is_some() {
            foreign::ARCHIVE
        } else if is_compressed(head) {
            foreign::PACKED
        } else {
            return None;
        };
        Some(SkipReason::Unread(kind))
    }

    /// The reason for leaving out a file that could be a text of the given company, but is a table
    /// of snapshots.
    pub fn table_kind(&self, head: &[u8]) -> Option<SkipReason> {
        TableShape::is_of_given_company(head, &self.names)
            .then_some(SkipReason::Unread(foreign::TABLE))
    }

    /// The error for a file that is the corpus and holds no policy, if its first bytes say why.
    pub fn refusal(&self, path: &Path, head: &[u8]) -> Option<Error> {
        refusal::of(path, head, &self.names)
    }
}
