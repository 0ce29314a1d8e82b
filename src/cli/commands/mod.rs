//! The commands, one file each: its flags, and `run`, which turns them into a request to the
//! library and prints the result.

pub mod check;
pub mod companies;
pub mod diff;
pub mod export;
pub mod facets;
pub mod generate;
pub mod history;
pub mod index;
pub mod info;
pub mod search;
pub mod show;
pub mod timeline;

use clap::ValueEnum;
use fineprint::error::Result;
use fineprint::search::{Searcher, Select};

use super::args::GlobalArgs;
use super::no_hits;
use super::problems::{Warning, say_warning};

/// The formats of commands that print tables of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CountFormat {
    /// Aligned columns.
    #[default]
    Human,
    /// One row for each value or company, separated by commas (RFC 4180).
    Csv,
    /// One JSON object.
    Json,
}

/// The formats of commands that print text or JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TextFormat {
    /// For reading.
    #[default]
    Human,
    /// One JSON object.
    Json,
}

/// Prints why a request found nothing. `about` is its query, if it is one of several.
///
/// # Errors
///
/// The index is damaged.
fn say_no_hits(
    searcher: &Searcher,
    select: &Select,
    about: Option<&str>,
    global: &GlobalArgs,
) -> Result<()> {
    if global.quiet {
        return Ok(());
    }
    let about = about.map(|query| format!(" for `{query}`")).unwrap_or_default();
    let reason = searcher.explain_no_hits(select)?;
    let message = format!("no hits{about}: {}", no_hits::message(&reason));
    say_warning(global, &Warning { kind: "empty", message, hint: no_hits::hint(&reason) });
    Ok(())
}
