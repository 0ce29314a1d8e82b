//! Opens the index that a command reads: a named folder, or the cached index of a corpus.

use std::path::Path;

use fineprint::error::{Error, Result};
use fineprint::index::{OpenIndex, Verification, open_cached};

use super::args::{GlobalArgs, IndexChoice};
use super::bar::Bar;
use super::problems::report_problems;

/// An open index.
pub struct ChosenIndex {
    /// The index.
    pub index: OpenIndex,
    /// Whether some input of its corpus could not be read just now.
    pub is_incomplete: bool,
}

/// Opens the index that --index names, or brings the index of --corpus up to date and opens it.
///
/// # Errors
///
/// The index cannot be opened, or the index of the corpus cannot be built.
pub fn open(choice: &IndexChoice, global: &GlobalArgs) -> Result<ChosenIndex> {
    let verification = if choice.verify { Verification::All } else { Verification::Needed };
    open_with(choice, verification, global)
}

/// The same for a command that reads most of the index: all that it reads is verified.
///
/// # Errors
///
/// As [`open`].
pub fn open_verified(choice: &IndexChoice, global: &GlobalArgs) -> Result<ChosenIndex> {
    open_with(choice, Verification::All, global)
}

fn open_with(
    choice: &IndexChoice,
    verification: Verification,
    global: &GlobalArgs,
) -> Result<ChosenIndex> {
    match &choice.corpus {
        None => {
            let index = OpenIndex::open_verifying(&choice.folder.index, verification)?;
            Ok(ChosenIndex { index, is_incomplete: false })
        }
        Some(corpus) => open_corpus(corpus, global),
    }
}

fn open_corpus(corpus: &Path, global: &GlobalArgs) -> Result<ChosenIndex> {
    let Some(cache) = dirs::cache_dir() else {
        let message = "this system names no cache folder; \
                       use `fineprint index` and --index instead of --corpus";
        return Err(Error::Usage(message.to_owned()));
    };
    let bar = Bar::new(!global.is_for_people());
    let (index, report) = open_cached(corpus, &cache.join("fineprint"), &bar)?;
    drop(bar);
    Ok(ChosenIndex { index, is_incomplete: report_problems(&report, global) })
}
