//! `fineprint companies`.

use std::io::{self, BufWriter};

use fineprint::error::{Error, Result};
use fineprint::printer::{print_companies, print_companies_csv, print_json_line};
use fineprint::search::{CompanyList, Mentions, SearchRequest, Searcher};

use crate::cli::args::{Cli, CompaniesArgs, CountFormat};
use crate::cli::open::open;
use crate::cli::{Outcome, count, say};

/// Lists companies.
pub fn run(args: &CompaniesArgs, cli: &Cli) -> Result<Outcome> {
    args.filters.check_carry()?;
    let (saying, query) = match (&args.saying, &args.not_saying) {
        (Some(query), _) => (Mentions::It, query.join(" ")),
        (_, Some(query)) => (Mentions::NotIt, query.join(" ")),
        (None, None) => (Mentions::Whatever, String::new()),
    };
    let request = SearchRequest { query, ..args.reading.request(&args.filters)? };
    if saying != Mentions::Whatever {
        fineprint::query::parse_as(&request.query, request.matching)?;
    }
    let (index, is_incomplete) = open(&args.index, cli)?;
    let companies = index.guard(|| Searcher::new(&index)?.companies(&request, saying))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let is_empty = companies.companies.is_empty();
    let printed = match args.format {
        CountFormat::Human if is_empty => Ok(()),
        CountFormat::Human => print_companies(&mut out, &companies),
        CountFormat::Csv => print_companies_csv(&mut out, &companies),
        CountFormat::Json => print_json_line(&mut out, &companies),
    };
    printed.and_then(|()| io::Write::flush(&mut out)).map_err(Error::Output)?;
    drop(out);
    if !cli.quiet && (is_empty || args.format == CountFormat::Human) {
        say(&totals(&companies, saying));
    }
    Ok(match (is_incomplete, is_empty) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Nothing,
        (false, false) => Outcome::Found,
    })
}

fn totals(companies: &CompanyList, saying: Mentions) -> String {
    let listed = companies.companies.len() as u64;
    let of = count(companies.of, "company", "companies");
    match saying {
        Mentions::Whatever if listed == companies.of => of,
        Mentions::Whatever => format!("{listed} of {of} have such a clause"),
        Mentions::It => format!("{listed} of {of} say it"),
        Mentions::NotIt => format!("{listed} of {of} do not say it"),
    }
}
