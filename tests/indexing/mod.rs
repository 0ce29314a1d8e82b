//! Tests index folders: updates, crashes, formats, and the output of `info`.

pub mod compat;
pub mod info;
pub mod known_corpora;
pub mod order;
pub mod pruning;
pub mod rebuild;
pub mod records;
pub mod safety;
pub mod strays;
pub mod summaries;
pub mod times;
pub mod update;
