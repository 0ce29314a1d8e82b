//! Tests commands that count and compare over time: timeline, facets, companies, history, diff.

pub mod axis;
pub mod furniture;
pub mod numbers;
pub mod real;
pub mod renumbered;
pub mod sequences;
pub mod time;
