//! `fineprint timeline`: counts the policies that match queries, period by period.

use clap::{Args, ValueEnum};
use fineprint::error::Result;
use fineprint::model::Interval;
use fineprint::printer::{
    TableSeparator, print_json_line, print_timeline, print_timeline_csv, print_timeline_svg,
};
use fineprint::search::{Searcher, Select, TimelineMeasure, TimelineRequest};

use super::say_no_hits;
use crate::cli::args::{GlobalArgs, QueryArgs, SpreadsheetArgs};
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::streams::{data, print};

/// `fineprint timeline`.
#[derive(Debug, Args)]
#[command(after_help = "\
A policy is in force from its first snapshot on. At the end of each period its newest snapshot \
decides whether it matches, as with `search --as-of`, however old that snapshot is; --carry limits \
its age. --since and --until are the ends of the axis; earlier snapshots still carry forward. A \
period marked * lies only partly within them, or within the index. With `--measure snapshots`, \
nothing carries forward: each snapshot counts in the period in which it was archived.

Examples:
  fineprint timeline sell or rent
  fineprint timeline -e 'legitimate interest' -e arbitration --by half-year
  fineprint timeline third parties --measure companies --carry 2y --format csv
  fineprint timeline cookies -e 'opt out' --since 2008 --format svg > time.svg")]
pub struct TimelineArgs {
    /// The query of the first series
    #[arg(required_unless_present = "queries", value_name = "QUERY")]
    query: Vec<String>,
    /// Add a series for this query (repeatable)
    #[arg(short = 'e', long = "query", value_name = "QUERY")]
    queries: Vec<String>,
    /// The length of a period
    #[arg(long, value_enum, default_value_t)]
    by: ByArg,
    /// What to count
    #[arg(long, value_enum, default_value_t)]
    measure: MeasureArg,
    /// The format of the timeline
    #[arg(long, value_enum, default_value_t)]
    format: TimelineFormat,
    /// How csv is made for spreadsheets.
    #[command(flatten)]
    spreadsheet: SpreadsheetArgs,
    /// The index and the filters, and how the queries are read.
    #[command(flatten)]
    shared: QueryArgs,
}

/// The values of --by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ByArg {
    /// Calendar years.
    #[default]
    Year,
    /// Halves of a year.
    HalfYear,
    /// Quarters of a year.
    Quarter,
    /// Months.
    Month,
}

/// The values of --measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum MeasureArg {
    /// Policies in force at the end of a period.
    #[default]
    Policies,
    /// Companies with a policy in force at the end of a period.
    Companies,
    /// Snapshots archived in a period.
    Snapshots,
    /// Distinct clauses of policies in force at the end of a period.
    Clauses,
}

/// The values of --format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum TimelineFormat {
    /// A table; in a terminal with bars.
    #[default]
    Human,
    /// One row for each query and period (RFC 4180).
    Csv,
    /// One JSON object.
    Json,
    /// A picture as SVG.
    Svg,
}

/// Why a period of a timeline is marked as partial.
const PARTIAL_NOTE: &str = "only a part of it: the index, --since or --until begin or end inside";

/// Runs the command.
pub fn run(args: &TimelineArgs, global: &GlobalArgs) -> Result<Outcome> {
    args.spreadsheet.check(args.format == TimelineFormat::Csv)?;
    let request = request(args)?;
    let chosen = open(&args.shared.index, global)?;
    let searcher = Searcher::new(chosen.index)?;
    let timeline = searcher.timeline(&request)?;
    match args.format {
        TimelineFormat::Human => {
            print(global.people(), |out| {
                print_timeline(out, &timeline, PARTIAL_NOTE, global.human_options())
            })?;
        }
        TimelineFormat::Csv => print(data(), |out| {
            args.spreadsheet.write_mark(out)?;
            print_timeline_csv(out, &timeline, args.spreadsheet.rows(TableSeparator::Comma))
        })?,
        TimelineFormat::Json => print(data(), |out| print_json_line(out, &timeline))?,
        TimelineFormat::Svg => print(data(), |out| print_timeline_svg(out, &timeline))?,
    }
    let mut found = false;
    for (series, query) in timeline.series.iter().zip(&request.queries) {
        if series.points.iter().any(|point| point.saying > 0) {
            found = true;
        } else {
            let select = Select { query: Some(query.clone()), ..request.select.clone() };
            let about = (request.queries.len() > 1).then(|| query.text());
            say_no_hits(&searcher, &select, about, global)?;
        }
    }
    Ok(finish(chosen.is_incomplete, found))
}

fn request(args: &TimelineArgs) -> Result<TimelineRequest> {
    let select = args.shared.select(None)?;
    let first = (!args.query.is_empty()).then(|| args.query.join(" "));
    let queries = first.into_iter().chain(args.queries.iter().cloned());
    let queries = queries.map(|query| args.shared.reading.query(query)).collect::<Result<_>>()?;
    Ok(TimelineRequest {
        queries,
        select,
        by: match args.by {
            ByArg::Year => Interval::Year,
            ByArg::HalfYear => Interval::HalfYear,
            ByArg::Quarter => Interval::Quarter,
            ByArg::Month => Interval::Month,
        },
        measure: match args.measure {
            MeasureArg::Policies => TimelineMeasure::Policies,
            MeasureArg::Companies => TimelineMeasure::Companies,
            MeasureArg::Snapshots => TimelineMeasure::Snapshots,
            MeasureArg::Clauses => TimelineMeasure::Clauses,
        },
    })
}
