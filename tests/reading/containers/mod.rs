//! Tests files that hold many snapshots in a format of their own: web archives and databases.

pub mod release_database;
pub mod release_tables;
pub mod warc_files;
pub mod web_archives;
