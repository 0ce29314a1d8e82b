//! Measures sectioning and comparing against labels that people wrote.

pub mod diffs;
pub mod second_half;
pub mod sections;
