//! The oracle: a slow, plain second opinion on what fineprint must answer. It shares no code with the program, so that
//! agreement between the two means something; where they differ, one of them has misread the design.
//!
//! - [`tokens`]: cutting and folding tokens (design, section 4)
//! - [`query`]: a query tree that prints itself in fineprint's syntax and is matched by scanning token positions
//! - [`corpus`]: a model of snapshots and clauses, search over it, and random corpora that print as Markdown files
//! - [`strip`]: a scan of raw Markdown that knows nothing of CommonMark
//!
//! No caching, no indexes, no cleverness: everything is looked for from the beginning each time.
#![allow(dead_code)]

pub mod corpus;
pub mod query;
pub mod strip;
pub mod time;
pub mod tokens;
