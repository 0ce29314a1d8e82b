//! Corpora that are one stream: JSON, CSV, tar, zip and WARC, plain or compressed, from a file or
//! from standard input.
//!
//! A stream is read once, by the scan. The scan writes every snapshot to a temporary file, and
//! sessions read from that file. Nothing is ever unpacked to disk under the name of an entry.

mod archives;
mod compression;
mod entries;
mod loose_files;
mod refusal;
mod rows;
mod scanning;
mod shape;
mod spill;
mod stream_corpus;
mod tables;
mod web_archives;

pub(super) use loose_files::LooseFiles;
pub(super) use stream_corpus::StreamCorpus;
#[cfg(feature = "sqlite")]
pub(super) use stream_corpus::file_state;
