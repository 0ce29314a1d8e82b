//! Archives: one snapshot in each file.
//!
//! Entries are read as streams. Their names are only names: nothing is unpacked to disk.

mod directory;
pub(super) mod tar;
mod tar_headers;
pub(super) mod zip;

use super::scanning::StreamScan;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::notices::{CorpusNotice, SkipReason};

/// Reports an entry that is left out, for its kind or since it is hidden, and otherwise a name that
/// is not UTF-8. Returns whether the entry is left out.
fn is_left_out(
    path: &str,
    kind: Option<SkipReason>,
    is_recoded: bool,
    scan: &mut StreamScan<'_>,
) -> bool {
    let skip = kind.or_else(|| is_hidden(path).then_some(SkipReason::Hidden));
    if let Some(skip) = skip {
        scan.report(|at| SeenInput::Skipped(at, skip));
    } else if is_recoded {
        scan.report(|at| SeenInput::Noted(at, CorpusNotice::NotUtf8));
    }
    skip.is_some()
}

/// Whether a part of the path begins with a dot.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') && !matches!(part, "." | ".."))
}
