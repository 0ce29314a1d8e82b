//! Tests index folders: updates, crashes, formats, and the output of `info`.

pub mod compat;
pub mod info;
pub mod order;
pub mod records;
pub mod safety;
pub mod strays;
pub mod times;
pub mod update;
