//! `fineprint info`: describes the contents of an index.

use std::path::PathBuf;

use clap::Args;
use fineprint::error::Result;
use fineprint::index::IndexInfo;
use fineprint::printer::{print_info, print_json_line};

use super::TextFormat;
use crate::cli::args::{GlobalArgs, IndexChoice};
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::streams::{print, text_of};

/// `fineprint info`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints the corpora, the numbers of companies, policies, snapshots, texts and clauses, the first \
and last date, sizes and format versions, and why inputs were skipped, with examples.

Examples:
  fineprint info
  fineprint info --index /tmp/policies.index --format json")]
pub struct InfoArgs {
    /// The index.
    #[command(flatten)]
    index: IndexChoice,
    /// The format of the description
    #[arg(long, value_enum, default_value_t)]
    format: TextFormat,
}

/// The folder of an index.
struct IndexPlace {
    dir: PathBuf,
    is_incomplete: bool,
}

/// Runs the command.
pub fn run(args: &InfoArgs, global: &GlobalArgs) -> Result<Outcome> {
    let place = place(args, global)?;
    let info = IndexInfo::read(&place.dir)?;
    let text = text_of(args.format == TextFormat::Json, global);
    print(text, |out| match args.format {
        TextFormat::Human => print_info(out, &info),
        TextFormat::Json => print_json_line(out, &info),
    })?;
    Ok(finish(place.is_incomplete, true))
}

/// The folder of the index. A named index is not opened, so that one that this version cannot
/// search can still be described.
fn place(args: &InfoArgs, global: &GlobalArgs) -> Result<IndexPlace> {
    if args.index.corpus.is_none() {
        return Ok(IndexPlace { dir: args.index.folder.index.clone(), is_incomplete: false });
    }
    let chosen = open(&args.index, global)?;
    Ok(IndexPlace { dir: chosen.index.dir().to_owned(), is_incomplete: chosen.is_incomplete })
}
