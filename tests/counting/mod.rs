//! Tests commands that count and compare over time: timeline, facets, companies, history, diff.

pub mod axis;
pub mod real;
pub mod time;
