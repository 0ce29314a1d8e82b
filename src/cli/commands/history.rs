//! `fineprint history`.

use std::io::{self, BufWriter};

use fineprint::error::{Error, Result};
use fineprint::printer::{print_history, print_json_line};
use fineprint::search::{SearchRequest, Searcher};

use crate::cli::args::{Cli, HistoryArgs, HistoryFormat};
use crate::cli::open::{human_options, open};
use crate::cli::{Outcome, say};

/// Tells and prints.
pub fn run(args: &HistoryArgs, cli: &Cli) -> Result<Outcome> {
    args.filters.check_carry()?;
    let query = args.query.join(" ");
    if args.filters.company.is_empty() {
        let message = "a history is that of a company; add --company NAME (`fineprint companies --saying QUERY` lists who says it)";
        return Err(Error::Usage(message.to_owned()));
    }
    let request = SearchRequest { query, ..args.reading.request(&args.filters)? };
    fineprint::query::parse_as(&request.query, request.matching)?;
    let (index, is_incomplete) = open(&args.index, cli)?;
    let searcher = index.guard(|| Searcher::new(&index))?;
    let history = index.guard(|| searcher.history(&request))?;
    let is_empty = history.policies.is_empty();
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match args.format {
        HistoryFormat::Human => print_history(&mut out, &history, human_options(cli.color)),
        HistoryFormat::Json => print_json_line(&mut out, &history),
    };
    printed.and_then(|()| io::Write::flush(&mut out)).map_err(Error::Output)?;
    drop(out);
    if is_empty && !cli.quiet {
        say(&format!("no hits: {}", index.guard(|| searcher.explain_nothing(&request))?));
    }
    Ok(match (is_incomplete, is_empty) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Nothing,
        (false, false) => Outcome::Found,
    })
}
