//! Tells files of a folder, and files that are the corpus, that hold more or other than a text.

use std::path::Path;

use super::compression::is_compressed;
use super::refusal;
use super::rows::record::FieldNames;
use super::shape::{StreamShape, TableShape};
use crate::corpus::forms::foreign::{is_document, is_sqlite};
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

    /// Whether a file of a folder is a corpus of its own: an archive, a table, a database, or
    /// compressed. A file with the name of a text is none unless it is a table: if it holds other
    /// data, it is damaged or has a wrong name.
    pub fn is_corpus(&self, path: &str, head: &[u8]) -> bool {
        let is_archive = StreamShape::of_archive(head).is_some();
        let is_text_by_name = TEXT_EXTENSIONS.iter().any(|end| path.ends_with(end));
        let is_stream = !is_text_by_name && (is_archive || is_compressed(head) || is_sqlite(head));
        is_stream && !is_document(head) || TableShape::of_file(head, &self.names).is_some()
    }

    /// Whether a file that could be a text of the given company is a table of snapshots.
    pub fn is_table(&self, head: &[u8]) -> bool {
        TableShape::is_of_given_company(head, &self.names)
    }

    /// The error for a file that is the corpus and holds no policy, if its first bytes say why.
    pub fn refusal(&self, path: &Path, head: &[u8]) -> Option<Error> {
        refusal::of(path, head, &self.names)
    }
}
