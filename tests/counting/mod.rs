//! Commands over time and counts: timeline, facets, companies, history, diff.

pub mod axis;
pub mod real;
pub mod time;
