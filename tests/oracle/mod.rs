//! The oracle: a slow and plain second implementation of the answers that fineprint must give.
//!
//! It shares no code with the program, so agreement between the two means something. Where they
//! differ, one of them contradicts `docs/design.md`.
//!
//! - [`tokens`] cuts and folds tokens (section 4 of the design).
//! - [`query`] is a query tree that prints itself in the query language, and that matches by
//!   scanning token positions.
//! - [`corpus`] is a model of snapshots and clauses with a search over it, and makes random corpora
//!   that print as Markdown files.
//! - [`page`] lists the words that a page shows.
//! - [`stamps`] recognises date stamps.
//! - [`strip`] scans raw Markdown and knows nothing about CommonMark.
//! - [`time`] answers questions about time.
//!
//! There are no indexes: every answer starts from the beginning. Only [`memory`] remembers the
//! tokens, the identity form and the date stamp of a text.
#![allow(dead_code)]

pub mod corpus;
mod memory;
pub mod numbers;
pub mod page;
pub mod query;
pub mod stamps;
pub mod strip;
pub mod time;
pub mod tokens;
