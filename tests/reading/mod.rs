//! Reading corpora: which snapshots are found, and what is read of each.

pub mod corpora;
pub mod forms;
pub mod generator;
pub mod git;
pub mod ingest;
pub mod metadata;
pub mod streams;
