//! `fineprint facets`: counts matching clauses by a field.

use clap::Args;
use fineprint::error::Result;
use fineprint::printer::{
    TableSeparator, counted, print_facets, print_facets_csv, print_json_line,
};
use fineprint::search::{FacetField, Searcher};

use super::{CountFormat, say_no_hits};
use crate::cli::args::values::{HitLimit, facet_field, limit};
use crate::cli::args::{GlobalArgs, QueryArgs, SpreadsheetArgs};
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::{Warning, say_warning};
use crate::cli::streams::{data, print};

/// `fineprint facets`.
#[derive(Debug, Args)]
#[command(after_help = "\
For each value, `clauses` is the number of distinct clauses that match, `policies` the number of \
policies with at least one, and `companies` the number of their companies. All counts are exact. \
With `--by year` and `--by meta:KEY` a clause counts for each value that its matching snapshots \
have, so the rows add up to more than the total. `section` is the nearest heading above a clause.

Examples:
  fineprint facets sell or rent --by company
  fineprint facets third parties --by year --type 'Privacy Policy'
  fineprint facets opt out --by section --latest --limit 5 --format csv")]
pub struct FacetsArgs {
    /// The query
    #[arg(required = true, value_name = "QUERY")]
    query: Vec<String>,
    /// The field to count by: company, type, collection, year, section, lang or meta:KEY
    #[arg(long, value_name = "FIELD", value_parser = facet_field)]
    by: FacetField,
    /// Print at most this many values: a number or `all`
    #[arg(
        long, value_name = "N", value_parser = limit, default_value = "all",
        allow_negative_numbers = true
    )]
    limit: HitLimit,
    /// The format of the counts
    #[arg(long, value_enum, default_value_t)]
    format: CountFormat,
    /// How csv is made for spreadsheets.
    #[command(flatten)]
    spreadsheet: SpreadsheetArgs,
    /// The index and the filters, and how the query is read.
    #[command(flatten)]
    shared: QueryArgs,
}

/// Runs the command.
pub fn run(args: &FacetsArgs, global: &GlobalArgs) -> Result<Outcome> {
    args.shared.filters.check_carry()?;
    args.spreadsheet.check(args.format == CountFormat::Csv)?;
    let select = args.shared.select(Some(args.query.join(" ")))?;
    let chosen = open(&args.shared.index, global)?;
    let searcher = Searcher::new(chosen.index)?;
    let mut facets = searcher.facets(&select, &args.by)?;
    let found = facets.facets.len();
    let shown = args.limit.0.map_or(found, |limit| limit.min(found));
    facets.facets.truncate(shown);
    match args.format {
        // People see no table if nothing matched.
        CountFormat::Human if found == 0 => {}
        CountFormat::Human => print(global.people(), |out| print_facets(out, &facets))?,
        CountFormat::Csv => {
            print(data(), |out| {
                args.spreadsheet.write_mark(out)?;
                print_facets_csv(out, &facets, args.spreadsheet.rows(TableSeparator::Comma))
            })?;
        }
        CountFormat::Json => print(data(), |out| print_json_line(out, &facets))?,
    }
    if found == 0 {
        say_no_hits(&searcher, &select, None, global)?;
    } else if shown < found {
        let found = counted(found as u64, "value", "values");
        let message = format!("{shown} of {found} shown, --limit all shows all");
        let hint = Some("--limit all".to_owned());
        say_warning(global, &Warning { kind: "truncated", message, hint });
    }
    Ok(finish(chosen.is_incomplete, found > 0))
}
