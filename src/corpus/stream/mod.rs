//! Corpora that are one stream: JSON Lines, CSV, tar and zip, plain or compressed, from a file or
//! from standard input.
//!
//! A stream is read once, by the scan. The scan writes every snapshot to a temporary file, and
//! sessions read from that file. Nothing is ever unpacked to disk under the name of an entry.

mod archive;
mod compression;
mod csv;
mod jsonl;
mod lines;
mod record;
mod scanning;
mod shape;
mod spill;
mod stream_corpus;

pub(super) use stream_corpus::StreamCorpus;
