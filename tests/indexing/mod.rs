//! Index folders: updates, crashes, formats, and what `info` says of one.

pub mod compat;
pub mod info;
pub mod safety;
pub mod update;
