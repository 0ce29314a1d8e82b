//! `fineprint companies`: lists companies by what their policies say.

use clap::Args;
use fineprint::error::Result;
use fineprint::printer::{
    TableSeparator, counted, print_companies, print_companies_csv, print_json_line,
};
use fineprint::search::{CompanyList, Mentions, Searcher, Select};

use super::{CountFormat, say_no_hits};
use crate::cli::args::{GlobalArgs, QueryArgs, SpreadsheetArgs};
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::{Warning, say_to_people, say_warning};
use crate::cli::streams::{data, print};

/// `fineprint companies`.
#[derive(Debug, Args)]
#[command(after_help = "\
Only companies with at least one snapshot that passes the filters are listed, and only those \
snapshots are counted and dated. With `--latest --not-saying QUERY` these are the companies whose \
newest texts do not contain QUERY.

Examples:
  fineprint companies
  fineprint companies --saying sell or rent --latest
  fineprint companies --not-saying 'opt out' --as-of 2018-05 --format csv
  fineprint companies --not-saying sell or rent --latest --lang en")]
pub struct CompaniesArgs {
    /// Only companies with a clause that matches this query
    #[arg(long, value_name = "QUERY", num_args = 1.., conflicts_with = "not_saying")]
    saying: Option<Vec<String>>,
    /// Only companies without a clause that matches this query
    #[arg(long, value_name = "QUERY", num_args = 1..)]
    not_saying: Option<Vec<String>>,
    /// The format of the list
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
pub fn run(args: &CompaniesArgs, global: &GlobalArgs) -> Result<Outcome> {
    args.shared.filters.check_carry()?;
    args.spreadsheet.check(args.format == CountFormat::Csv)?;
    let (select, mentions) = select(args)?;
    let chosen = open(&args.shared.index, global)?;
    let searcher = Searcher::new(chosen.index)?;
    let companies = searcher.companies(&select, mentions)?;
    let is_empty = companies.companies.is_empty();
    match args.format {
        CountFormat::Human if is_empty => {}
        CountFormat::Human => print(global.people(), |out| print_companies(out, &companies))?,
        CountFormat::Csv => print(data(), |out| {
            args.spreadsheet.write_mark(out)?;
            print_companies_csv(out, &companies, args.spreadsheet.rows(TableSeparator::Comma))
        })?,
        CountFormat::Json => print(data(), |out| print_json_line(out, &companies))?,
    }
    let is_unsaid = match mentions {
        Mentions::Required => is_empty,
        // If nobody says it, the reason may be a misspelt word.
        Mentions::Excluded => companies.companies.len() as u64 == companies.of,
        Mentions::Ignored => is_empty && companies.of == 0,
    };
    let totals = totals(&companies, mentions);
    if is_empty && !is_unsaid {
        say_warning(global, &Warning { kind: "empty", message: totals, hint: None });
    } else if is_empty || args.format == CountFormat::Human {
        say_to_people(global, &totals);
    }
    if is_unsaid {
        say_no_hits(&searcher, &select, None, global)?;
    }
    Ok(finish(chosen.is_incomplete, !is_empty))
}

fn select(args: &CompaniesArgs) -> Result<(Select, Mentions)> {
    let (mentions, query) = match (&args.saying, &args.not_saying) {
        (Some(query), _) => (Mentions::Required, query),
        (_, Some(query)) => (Mentions::Excluded, query),
        (None, None) => return Ok((args.shared.select(None)?, Mentions::Ignored)),
    };
    Ok((args.shared.select(Some(query.join(" ")))?, mentions))
}

/// How many of the companies are listed.
fn totals(companies: &CompanyList, mentions: Mentions) -> String {
    let listed = companies.companies.len() as u64;
    let all = counted(companies.of, "company", "companies");
    let (one, several) = match mentions {
        Mentions::Ignored if listed == companies.of => return all,
        Mentions::Ignored => {
            ("has a clause that passes the filters", "have a clause that passes the filters")
        }
        Mentions::Required => ("says it", "say it"),
        Mentions::Excluded => ("does not say it", "do not say it"),
    };
    let says = if listed == 1 || companies.of == 1 { one } else { several };
    format!("{listed} of {all} {says}")
}
