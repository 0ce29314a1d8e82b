//! `fineprint search`: finds clauses, ranked, for one query or for a batch of queries.

mod batch;
mod one_query;
mod search_args;

use fineprint::error::Result;

pub use search_args::SearchArgs;

use crate::cli::args::GlobalArgs;
use crate::cli::outcome::Outcome;

/// Runs the command.
pub fn run(args: &SearchArgs, global: &GlobalArgs) -> Result<Outcome> {
    match &args.batch {
        Some(batch) => batch::run(batch, args, global),
        None => one_query::run(args, global),
    }
}
