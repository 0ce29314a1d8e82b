//! File forms: how one file holds one snapshot, whether it is in a folder, an archive or a history.
//!
//! Each form is a file here and implements [`FileForm`](form::FileForm). The
//! [`FormRegistry`](registry::FormRegistry) tries the forms in order. Company, policy type and date
//! may come from the content of a file, from its path, or from the options of the user.

pub(super) mod dataset;
mod field_lines;
pub(super) mod foreign;
pub(super) mod form;
pub(super) mod front_matter;
pub(super) mod given_company;
pub(super) mod header;
pub(super) mod html;
pub(super) mod path_pattern;
pub(super) mod plain;
pub(super) mod registry;
mod yaml;
