//! The index that a query command asks: the one named, or that of a corpus in the cache folder.

use std::io::{self, IsTerminal};
use std::path::Path;

use fineprint::error::{Error, Result};
use fineprint::index::{OpenIndex, open_cached};
use fineprint::printer::HumanOptions;

use super::args::{Cli, Color, IndexChoice};
use super::bar::Bar;
use super::commands::index::report_problems;

/// Opens the index, and says whether some input of its corpus could not be read.
pub fn open(choice: &IndexChoice, cli: &Cli) -> Result<(OpenIndex, bool)> {
    match &choice.corpus {
        None => Ok((OpenIndex::open(&choice.folder.index)?, false)),
        Some(corpus) => open_corpus(corpus, cli),
    }
}

fn open_corpus(corpus: &Path, cli: &Cli) -> Result<(OpenIndex, bool)> {
    let cache = dirs::cache_dir().ok_or_else(|| {
        Error::Usage(
            "this system names no cache folder; use `fineprint index` and --index instead of --corpus"
                .to_owned(),
        )
    })?;
    let bar = Bar::new(cli.quiet);
    let (index, report) = open_cached(corpus, &cache.join("fineprint"), &bar)?;
    drop(bar);
    Ok((index, report_problems(&report)))
}

/// How to draw for whoever reads stdout.
pub fn human_options(color: Color) -> HumanOptions {
    let is_terminal = io::stdout().is_terminal();
    let has_colour = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            is_terminal
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let width =
        terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    // Who asks for colours in a pipe has a terminal at its end: `| less -R`.
    HumanOptions {
        has_colour,
        width: width.filter(|_| is_terminal),
        is_terminal: is_terminal || has_colour,
        ..HumanOptions::default()
    }
}
