//! The files of an index: their names, their layout, and how each is read and written.
//!
//! This module knows neither how an index is built nor how it is searched.

pub(crate) mod derived;
pub(crate) mod directory;
pub(crate) mod document;
pub(crate) mod files;
pub(crate) mod generation;
pub(crate) mod integrity;
pub(crate) mod manifest;
pub(crate) mod policies;
pub(crate) mod schema;
pub(crate) mod shared_texts;
pub(crate) mod sources;
mod table_file;
