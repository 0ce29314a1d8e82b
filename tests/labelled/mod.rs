//! Sectioning and comparing, measured by labels that people wrote.

pub mod diffs;
pub mod sections;
