//! Measures sectioning and comparing against labels that people wrote.

pub mod diffs;
pub mod rules;
pub mod second_half;
pub mod sections;
