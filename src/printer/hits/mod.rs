//! Hits, a file for each format.

pub(super) mod batch;
pub(super) mod citation;
pub(super) mod human;
pub(super) mod kwic;
pub(super) mod offsets;
pub(super) mod table;
