//! Tests how corpora are read: which snapshots are found, and their texts and metadata.

pub mod corpora;
pub mod forms;
pub mod generator;
pub mod git;
pub mod ingest;
pub mod metadata;
pub mod streams;
