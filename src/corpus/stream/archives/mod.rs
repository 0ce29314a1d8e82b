//! Archives: one snapshot in each file.
//!
//! Entries are read as streams. Their names are only names: nothing is unpacked to disk.

mod directory;
pub(super) mod tar;
pub(super) mod zip;

/// Whether a part of the path begins with a dot.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') && !matches!(part, "." | ".."))
}
