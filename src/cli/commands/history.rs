//! `fineprint history`: shows the life of matching clauses, through all their wordings.

use clap::Args;
use fineprint::error::{Error, Result};
use fineprint::printer::{print_history, print_json_line};
use fineprint::search::Searcher;

use super::{TextFormat, say_no_hits};
use crate::cli::args::{GlobalArgs, QueryArgs};
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::streams::{print, text_of};

/// `fineprint history`.
#[derive(Debug, Args)]
#[command(after_help = "\
A clause that matches is followed through all snapshots of its policy, including wordings that do \
not match. Three or more changes back and forth between the same texts are one line. \
Filters choose which clauses match; their whole life is shown, except that --company-changes-only \
leaves snapshots out.

Marks of clauses: = in the oldest snapshot, + added, - removed, ~ changed, # renumbered
Marks of words in changed clauses: [-removed-], {+added+}

Examples:
  fineprint history sell or rent --company linden-bank.example
  fineprint history arbitration --company Airbnb --company-changes-only")]
pub struct HistoryArgs {
    /// The query that finds the clauses to follow
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,
    /// The format of the history
    #[arg(long, value_enum, default_value_t)]
    format: TextFormat,
    /// The index and the filters, and how the query is read.
    #[command(flatten)]
    shared: QueryArgs,
}

/// Runs the command.
pub fn run(args: &HistoryArgs, global: &GlobalArgs) -> Result<Outcome> {
    args.shared.filters.check_carry()?;
    if args.shared.filters.company.is_empty() {
        let message = "history needs a company; add --company NAME \
                       (`fineprint companies --saying QUERY` lists companies)";
        return Err(Error::Usage(message.to_owned()));
    }
    let select = args.shared.select(Some(args.query.join(" ")))?;
    let chosen = open(&args.shared.index, global)?;
    let searcher = Searcher::new(chosen.index)?;
    let history = searcher.history(&select)?;
    let found = !history.policies.is_empty();
    let text = text_of(args.format == TextFormat::Json, global);
    print(text, |out| match args.format {
        TextFormat::Human => print_history(out, &history, global.human_options()),
        TextFormat::Json => print_json_line(out, &history),
    })?;
    if !found {
        say_no_hits(&searcher, &select, None, global)?;
    }
    Ok(finish(chosen.is_incomplete, found))
}
