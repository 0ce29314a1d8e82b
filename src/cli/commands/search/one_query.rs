//! `fineprint search QUERY`: finds the clauses that match one query.

use fineprint::error::{Error, Result};
use fineprint::printer::{HitPrinter, counted};
use fineprint::query::Query;
use fineprint::search::{HitGrouping, SearchRequest, SearchSummary, Searcher};

use super::search_args::SearchArgs;
use crate::cli::args::{FormatArg, GlobalArgs};
use crate::cli::commands::say_no_hits;
use crate::cli::no_hits::furniture_left_out;
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::{Warning, say_to_people, say_warning};
use crate::cli::streams::{results, text_of};

/// Finds clauses and prints them.
pub fn run(args: &SearchArgs, global: &GlobalArgs) -> Result<Outcome> {
    let request = request(args)?;
    let format = args.output.format(global)?;
    let chosen = open(&args.shared.index, global)?;
    let new = if args.output.count { HitPrinter::counting } else { HitPrinter::new };
    let is_for_people = matches!(args.output.format_arg(), FormatArg::Human | FormatArg::Kwic);
    let mut out = results(text_of(!is_for_people, global));
    args.output.spreadsheet.write_mark(&mut out).map_err(Error::Output)?;
    let mut printer = new(out, format).with(args.output.extras());
    let searcher = Searcher::new(chosen.index)?;
    let summary = searcher.search(&request, &mut printer)?;
    let printed = printer.printed();
    drop(printer);
    let found = summary.totals.clauses > 0;
    if !found {
        say_no_hits(&searcher, &request.select, None, global)?;
    } else if !args.output.count && is_reporting(args.output.format_arg(), &summary) {
        let message = totals(&summary, printed, &request);
        // No limit cuts a sample.
        let hint = request.ranking.sample.is_none().then(|| "--limit all".to_owned());
        match summary.truncated {
            true => say_warning(global, &Warning { kind: "truncated", message, hint }),
            false => say_to_people(global, &message),
        }
    }
    let is_doubtful = request.select.query.as_ref().is_some_and(Query::is_doubtful);
    if is_doubtful && is_for_people {
        let read = format!("read as {}; text is put in quotes", summary.interpreted);
        say_to_people(global, &read);
    }
    Ok(finish(chosen.is_incomplete, found))
}

fn request(args: &SearchArgs) -> Result<SearchRequest> {
    let mut request = args.request()?;
    request.select.query = Some(args.shared.reading.query(args.query.join(" "))?);
    Ok(request)
}

/// Whether the totals are printed: always for people, and for programs only if hits were left out
/// and the output does not say so itself.
fn is_reporting(format: FormatArg, summary: &SearchSummary) -> bool {
    match format {
        FormatArg::Human | FormatArg::Kwic => true,
        FormatArg::Jsonl | FormatArg::Csv | FormatArg::Tsv => summary.truncated,
        FormatArg::Json => false,
    }
}

/// The totals in one line, and what part of them was printed.
fn totals(summary: &SearchSummary, printed: u64, request: &SearchRequest) -> String {
    let totals = &summary.totals;
    let groups = totals.groups.filter(|&groups| groups < totals.clauses);
    let mut line = counted(totals.clauses, "clause", "clauses");
    if let (HitGrouping::Text, Some(groups)) = (request.ranking.group, groups) {
        line.push_str(&format!(" ({})", counted(groups, "wording", "wordings")));
    }
    line.push_str(&format!(
        " in {} of {}, {}",
        counted(totals.policies, "policy", "policies"),
        counted(totals.companies, "company", "companies"),
        counted(totals.snapshots, "snapshot", "snapshots"),
    ));
    if summary.truncated {
        let unit = match (request.ranking.group, groups) {
            (HitGrouping::None, _) | (_, None) => "clauses",
            (HitGrouping::Text, _) => "wordings",
            (HitGrouping::Policy, _) => "policies",
            (HitGrouping::Company, _) => "companies",
        };
        let all = totals.groups.unwrap_or(totals.clauses);
        let how = match request.ranking.sample {
            Some(sample) => format!("picked by chance, seed {}", sample.seed),
            None => "shown, --limit all shows all".to_owned(),
        };
        line.push_str(&format!("; {printed} of {all} {unit} {how}"));
    }
    if totals.furniture_left_out > 0 {
        line.push_str(&format!("; {}", furniture_left_out(totals.furniture_left_out)));
    }
    line
}
