//! The flags of `fineprint search`.

use std::path::PathBuf;

use clap::Args;
use fineprint::error::Result;
use fineprint::search::SearchRequest;

use crate::cli::args::values::MAX_THREADS;
use crate::cli::args::{OutputArgs, QueryArgs};

/// `fineprint search`.
#[derive(Debug, Args)]
#[command(after_help = "\
All words together are one query. Words without quotes are a phrase; quotes mark further phrases; \
AND, OR, NOT and parentheses combine phrases within a clause. company:, type:, section: and link: \
match names, headings and links. docs/query.md explains the rest: \"sell data\"~3, a NEAR/5 b, \
a NOT WITHIN/3 b, part*, * and /regex/.

Examples:
  fineprint search sell or rent
  fineprint search '\"sell or rent\" OR \"rent or sell\"' --limit all
  fineprint search 'cookies NOT section:children' --company '*.example' --latest
  fineprint search opt out --since 2018-05 --sort newest --format jsonl
  fineprint search 'do they sell my location to advertisers?' --match any
  fineprint search 'sell NOT WITHIN/3 (not OR never)' --format kwic
  fineprint search third parties --format csv --fields company,archive_date,text
  fineprint search third parties --limit all --sample 100 --seed 7 --format csv
  fineprint search --batch queries.tsv --limit 5 > hits.jsonl")]
pub struct SearchArgs {
    /// The query
    #[arg(required_unless_present = "batch", conflicts_with = "batch", value_name = "QUERY")]
    pub query: Vec<String>,
    /// Answer every line of this file: a query, or an id, a tab and a query (`-`: standard input)
    ///
    /// Queries are answered in parallel and printed in the order of the lines, as JSON Lines: first
    /// the hits of a query, each with its `query_id`, then one line with its totals or its error.
    /// The `query_id` of a line without an id is the number of the line.
    #[arg(long, value_name = "FILE")]
    pub batch: Option<PathBuf>,
    /// The number of threads that answer a batch [default: all cores]
    #[arg(
        long, value_name = "N", requires = "batch",
        value_parser = clap::value_parser!(u16).range(1..=MAX_THREADS)
    )]
    pub threads: Option<u16>,
    /// The index and the filters, and how the query is read.
    #[command(flatten)]
    pub shared: QueryArgs,
    /// How hits are printed.
    #[command(flatten)]
    pub output: OutputArgs,
}

impl SearchArgs {
    /// The request without its query, for one query and for each query of a batch.
    ///
    /// # Errors
    ///
    /// Flags that have no meaning together.
    pub fn request(&self) -> Result<SearchRequest> {
        self.shared.filters.check_carry()?;
        self.output.request(self.shared.select(None)?)
    }
}
