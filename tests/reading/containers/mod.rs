//! Tests files that hold many snapshots in a format of their own: web archives.

pub mod warc_files;
pub mod web_archives;
