//! `fineprint search`.

mod batch;

use std::io::{self, BufWriter};

use fineprint::error::Result;
use fineprint::printer::Printer;
use fineprint::search::{HitGrouping, SearchRequest, SearchSummary, Searcher};

use crate::cli::args::{Cli, FormatArg, SearchArgs};
use crate::cli::open::open;
use crate::cli::{Outcome, count, say};

/// Searches and prints.
pub fn run(args: &SearchArgs, cli: &Cli) -> Result<Outcome> {
    if let Some(batch) = &args.batch {
        return batch::run(batch, args, cli);
    }
    let request = SearchRequest { query: args.query.join(" "), ..request(args)? };
    // A query that cannot be read should not wait for an index to be built.
    fineprint::query::parse_as(&request.query, request.matching)?;
    let format = args.output.format(cli)?;
    let (index, is_incomplete) = open(&args.index, cli)?;
    let out = BufWriter::new(io::stdout().lock());
    let printer = if args.output.count { Printer::counting } else { Printer::new };
    let mut printer = printer(out, format).with(args.output.extras());
    let searcher = index.guard(|| Searcher::new(&index))?;
    let summary = index.guard(|| searcher.search(&request, &mut printer))?;
    let printed = printer.printed();
    drop(printer);
    if !cli.quiet {
        match summary.totals.clauses {
            0 => say(&format!("no hits: {}", index.guard(|| searcher.explain_nothing(&request))?)),
            _ if args.output.count => {}
            _ => say_totals(&summary, printed, &request, args.output.format_arg()),
        }
    }
    Ok(match (is_incomplete, summary.totals.clauses) {
        (true, _) => Outcome::Incomplete,
        (false, 0) => Outcome::Nothing,
        (false, _) => Outcome::Found,
    })
}

/// The request without its query.
///
/// # Errors
///
/// Options that have no meaning together.
pub(super) fn request(args: &SearchArgs) -> Result<SearchRequest> {
    args.filters.check_carry()?;
    let mut request = args.reading.request(&args.filters)?;
    args.output.apply(&mut request)?;
    Ok(request)
}

/// Totals for people; for programs only that there is more, unless the output says so itself.
fn say_totals(summary: &SearchSummary, printed: u64, request: &SearchRequest, format: FormatArg) {
    let group = request.group;
    let is_said = match format {
        FormatArg::Human | FormatArg::Kwic => true,
        FormatArg::Jsonl | FormatArg::Csv | FormatArg::Tsv => summary.truncated,
        FormatArg::Json => false,
    };
    if !is_said {
        return;
    }
    let totals = &summary.totals;
    let mut what = count(totals.clauses, "clause", "clauses");
    let groups = totals.groups.filter(|&groups| groups < totals.clauses);
    if let (HitGrouping::Text, Some(groups)) = (group, groups) {
        what.push_str(&format!(" ({})", count(groups, "wording", "wordings")));
    }
    let shown = match (group, groups) {
        (HitGrouping::None, _) | (_, None) => "clauses",
        (HitGrouping::Text, _) => "wordings",
        (HitGrouping::Policy, _) => "policies",
        (HitGrouping::Company, _) => "companies",
    };
    let rest = match summary.truncated {
        false => String::new(),
        true => {
            let all = totals.groups.unwrap_or(totals.clauses);
            match request.sample {
                Some(sample) => {
                    format!("; {printed} of {all} {shown} picked by chance, seed {}", sample.seed)
                }
                None => format!("; {printed} of {all} {shown} shown, --limit all shows all"),
            }
        }
    };
    say(&format!(
        "{what} in {} of {}, {}{rest}",
        count(totals.policies, "policy", "policies"),
        count(totals.companies, "company", "companies"),
        count(totals.snapshots, "snapshot", "snapshots"),
    ));
}
