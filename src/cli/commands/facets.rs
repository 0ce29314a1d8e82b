//! `fineprint facets`.

use std::io::{self, BufWriter};

use fineprint::error::{Error, Result};
use fineprint::printer::{print_facets, print_facets_csv, print_json_line};
use fineprint::search::{SearchRequest, Searcher};

use crate::cli::args::{Cli, CountFormat, FacetsArgs};
use crate::cli::open::open;
use crate::cli::{Outcome, count, say};

/// Counts and prints.
pub fn run(args: &FacetsArgs, cli: &Cli) -> Result<Outcome> {
    args.filters.check_carry()?;
    let query = args.query.join(" ");
    let request = SearchRequest { query, ..args.reading.request(&args.filters)? };
    fineprint::query::parse_as(&request.query, request.matching)?;
    let (index, is_incomplete) = open(&args.index, cli)?;
    let searcher = index.guard(|| Searcher::new(&index))?;
    let mut facets = index.guard(|| searcher.facets(&request, &args.by))?;
    let all = facets.facets.len();
    let limit = args.limit.0.unwrap_or(all);
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match args.format {
        // Without hits there is no table, as with search.
        CountFormat::Human if all == 0 => Ok(()),
        CountFormat::Human => print_facets(&mut out, &facets, limit),
        CountFormat::Csv => print_facets_csv(&mut out, &facets, limit),
        CountFormat::Json => {
            facets.facets.truncate(limit);
            print_json_line(&mut out, &facets)
        }
    };
    printed.and_then(|()| io::Write::flush(&mut out)).map_err(Error::Output)?;
    drop(out);
    if !cli.quiet {
        if all == 0 {
            say(&format!("no hits: {}", index.guard(|| searcher.explain_nothing(&request))?));
        } else if limit < all {
            say(&format!(
                "{limit} of {} shown, --limit all shows all",
                count(all as u64, "value", "values")
            ));
        }
    }
    Ok(match (is_incomplete, all) {
        (true, _) => Outcome::Incomplete,
        (false, 0) => Outcome::Nothing,
        (false, _) => Outcome::Found,
    })
}
