//! `fineprint timeline`.

use std::io::{self, BufWriter};

use fineprint::error::{Error, Result};
use fineprint::model::Interval;
use fineprint::printer::{print_json_line, print_timeline, print_timeline_csv, print_timeline_svg};
use fineprint::search::{Searcher, TimelineMeasure, TimelineRequest};

use crate::cli::Outcome;
use crate::cli::args::{ByArg, Cli, MeasureArg, TimelineArgs, TimelineFormat};
use crate::cli::open::{human_options, open};

/// Counts and prints.
pub fn run(args: &TimelineArgs, cli: &Cli) -> Result<Outcome> {
    let request = request(args)?;
    for query in &request.queries {
        fineprint::query::parse_as(query, request.search.matching)?;
    }
    let (index, is_incomplete) = open(&args.index, cli)?;
    let timeline = index.guard(|| Searcher::new(&index)?.timeline(&request))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match args.format {
        TimelineFormat::Human => print_timeline(&mut out, &timeline, human_options(cli.color)),
        TimelineFormat::Csv => print_timeline_csv(&mut out, &timeline),
        TimelineFormat::Json => print_json_line(&mut out, &timeline),
        TimelineFormat::Svg => print_timeline_svg(&mut out, &timeline),
    };
    printed.and_then(|()| io::Write::flush(&mut out)).map_err(Error::Output)?;
    let mut points = timeline.series.iter().flat_map(|series| &series.points);
    Ok(match (is_incomplete, points.any(|point| point.saying > 0)) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Nothing,
    })
}

fn request(args: &TimelineArgs) -> Result<TimelineRequest> {
    let first = (!args.query.is_empty()).then(|| args.query.join(" "));
    Ok(TimelineRequest {
        queries: first.into_iter().chain(args.queries.iter().cloned()).collect(),
        search: args.reading.request(&args.filters)?,
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
