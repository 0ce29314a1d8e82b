//! Tests searching: the hits, their order and their number.

pub mod batch;
pub mod language;
pub mod names;
pub mod phrases;
pub mod questions;
pub mod ranking;
pub mod search;
pub mod spellings;
