//! `fineprint search --batch`: reads the queries of a file and prints the answers to all of them.

use std::path::Path;

use fineprint::batch::{
    BatchAnswers, BatchQuery, BatchReport, BatchRunner, FailedQuery, batch_queries,
};
use fineprint::error::{Error, Result};
use fineprint::index::OpenIndex;
use fineprint::printer::counted;
use fineprint::search::{HitGrouping, SearchRequest, Searcher};

use super::search_args::SearchArgs;
use crate::cli::advice;
use crate::cli::args::{FormatArg, GlobalArgs};
use crate::cli::bar::Bar;
use crate::cli::open::open_verified;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::say_library_error;
use crate::cli::streams::{data, read_whole, results};

/// Answers every line of the file.
pub fn run(batch: &Path, args: &SearchArgs, global: &GlobalArgs) -> Result<Outcome> {
    let request = request(args)?;
    let failed = |source| Error::Io { path: batch.to_owned(), source };
    let bytes = read_whole(batch).map_err(failed)?;
    let queries = batch_queries(&bytes);
    if queries.is_empty() {
        return Err(Error::Usage(format!("{} has no query; write one per line", batch.display())));
    }
    let chosen = open_verified(&args.shared.index, global)?;
    let report = answer(chosen.index, request, &queries, args, global)?;
    if let Some(FailedQuery { line, error }) = &report.first_failure {
        let failed = counted(report.failed, "query failed", "queries failed");
        let place = format!("{failed}; line {line} of {}: ", batch.display());
        say_library_error(global.has_json_messages, &place, error);
    }
    Ok(finish(chosen.is_incomplete || report.failed > 0, report.with_hits > 0))
}

/// The request that all queries share.
fn request(args: &SearchArgs) -> Result<SearchRequest> {
    if args.output.format.is_some_and(|format| format != FormatArg::Jsonl) {
        return Err(Error::Usage("--batch prints JSON Lines; leave --format out".to_owned()));
    }
    let mut request = args.request()?;
    if args.output.group.is_none() {
        request.ranking.group = HitGrouping::None;
    }
    Ok(request)
}

fn answer(
    index: OpenIndex,
    request: SearchRequest,
    queries: &[BatchQuery<'_>],
    args: &SearchArgs,
    global: &GlobalArgs,
) -> Result<BatchReport> {
    let searcher = Searcher::new(index)?;
    let threads = args.threads.map_or(0, usize::from);
    let answers = BatchAnswers {
        request,
        matching: args.shared.reading.matching(),
        extras: args.output.extras(),
        word_error: advice::message,
    };
    let runner = BatchRunner::new(&searcher, answers, threads)?;
    let bar = Bar::new(!global.is_for_people());
    runner.run(queries, &mut results(data()), &bar)
}
