//! Corpora of files.
//!
//! - `file_corpus`: the reader, which walks a folder.
//! - `name_order`: the order of the files in a folder.

mod file_corpus;
mod name_order;

pub use file_corpus::FileCorpus;
