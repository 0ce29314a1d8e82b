//! `fineprint search --batch`: many queries, answered in parallel, printed in their order.

use std::fs;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;

use fineprint::error::{Error, Result};
use fineprint::index::OpenIndex;
use fineprint::printer::{BatchPrinter, HitExtras, print_failed_query};
use fineprint::progress::{Phase, Progress};
use fineprint::search::{SearchRequest, Searcher};
use rayon::prelude::*;
use tempfile::SpooledTempFile;

use super::request;
use crate::cli::args::{Cli, FormatArg, SearchArgs};
use crate::cli::bar::Bar;
use crate::cli::open::open;
use crate::cli::{Outcome, count, say};

/// So many queries are answered before their answers are printed: enough for all cores, and few enough to wait for in memory.
const AT_ONCE: usize = 64;

/// A line of the batch.
struct Query<'b> {
    id: String,
    /// The query, or what is wrong with the line.
    text: std::result::Result<&'b str, String>,
}

/// So much of an answer waits in memory; more waits in a temporary file.
const IN_MEMORY: usize = 1 << 20;

/// What became of a query.
struct Answer {
    printed: SpooledTempFile,
    has_hits: bool,
    error: Option<String>,
}

/// Answers every line.
pub fn run(batch: &Path, args: &SearchArgs, cli: &Cli) -> Result<Outcome> {
    if args.output.format.is_some_and(|format| format != FormatArg::Jsonl) {
        return Err(Error::Usage("--batch prints JSON Lines; leave --format out".to_owned()));
    }
    let mut request = request(args)?;
    if args.output.group.is_none() {
        request.group = fineprint::search::HitGrouping::None;
    }
    let bytes = read(batch)?;
    let queries = queries(&bytes, batch);
    if queries.is_empty() {
        return Err(Error::Usage(format!("{} has no query; write one per line", batch.display())));
    }
    let (index, is_incomplete) = open(&args.index, cli)?;
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(args.threads.map_or(0, usize::from)).build();
    let pool = pool.map_err(|error| Error::Usage(format!("--threads: {error}")))?;
    let bar = Bar::new(cli.quiet);
    let mut errors = Vec::new();
    let mut has_hits = false;
    let answered = Batch { index: &index, request, extras: args.output.extras() };
    answered.run(&pool, &queries, &bar, |query, answer| {
        has_hits |= answer.has_hits;
        errors.extend(answer.error.map(|error| format!("{}: {error}", query.id)));
    })?;
    drop(bar);
    if let Some(first) = errors.first() {
        say(&format!(
            "error: {}; query {first}",
            count(errors.len() as u64, "query failed", "queries failed")
        ));
        return Ok(Outcome::Incomplete);
    }
    Ok(match (is_incomplete, has_hits) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Nothing,
    })
}

fn read(batch: &Path) -> Result<Vec<u8>> {
    let unreadable = |source| Error::Io { path: batch.to_owned(), source };
    if batch == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(unreadable)?;
        return Ok(bytes);
    }
    fs::read(batch).map_err(unreadable)
}

/// The lines as queries; a line without an id of its own has its number.
fn queries<'b>(bytes: &'b [u8], batch: &Path) -> Vec<Query<'b>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if whole.is_empty() && bytes.len() < 2 {
        return Vec::new();
    }
    let query = |(line, number): (&'b [u8], u64)| {
        let at = format!("line {number} of {}", batch.display());
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line) = std::str::from_utf8(line) else {
            return Query { id: number.to_string(), text: Err(format!("{at} is not UTF-8")) };
        };
        let (id, text) = match line.split_once('\t') {
            Some((id, text)) if !id.trim().is_empty() => (id.to_owned(), text),
            Some((_, text)) => (number.to_string(), text),
            None => (number.to_string(), line),
        };
        let empty = || format!("{at} is empty; write a query, or its id, a tab and the query");
        Query { id, text: if text.trim().is_empty() { Err(empty()) } else { Ok(text) } }
    };
    whole.split(|&byte| byte == b'\n').zip(1..).map(query).collect()
}

/// What all queries of a batch have in common.
struct Batch<'b> {
    index: &'b OpenIndex,
    request: SearchRequest,
    extras: HitExtras,
}

impl Batch<'_> {
    /// Prints the answers in the order of the queries, and tells `done` about each.
    fn run(
        &self,
        pool: &rayon::ThreadPool,
        queries: &[Query<'_>],
        progress: &dyn Progress,
        mut done: impl FnMut(&Query<'_>, Answer),
    ) -> Result<()> {
        let searcher = self.index.guard(|| Searcher::new(self.index))?;
        let mut out = BufWriter::new(io::stdout().lock());
        progress.begin(Phase::Searching, Some(queries.len() as u64));
        for some in queries.chunks(AT_ONCE) {
            let answers: Vec<Answer> = pool.install(|| {
                some.par_iter().map(|query| self.answer(&searcher, query)).collect::<Result<_>>()
            })?;
            for (query, mut answer) in some.iter().zip(answers) {
                let rewound = answer.printed.rewind();
                let copied = rewound.and_then(|()| io::copy(&mut answer.printed, &mut out));
                copied.map_err(Error::Output)?;
                done(query, answer);
            }
            out.flush().map_err(Error::Output)?;
            progress.advance(some.len() as u64);
        }
        Ok(())
    }

    fn answer(&self, searcher: &Searcher<'_>, query: &Query<'_>) -> Result<Answer> {
        let mut printed = SpooledTempFile::new(IN_MEMORY);
        let found = match &query.text {
            Err(error) => Err(error.clone()),
            Ok(text) => {
                let request = SearchRequest { query: (*text).to_owned(), ..self.request.clone() };
                let mut printer =
                    BatchPrinter::new(BufWriter::new(&mut printed), &query.id, self.extras);
                let found = self.index.guard(|| searcher.search(&request, &mut printer));
                found.map_err(|error| error.to_string())
            }
        };
        let (has_hits, error) = match found {
            Ok(summary) => (summary.totals.clauses > 0, None),
            Err(error) => {
                // What was printed before the failure would look whole.
                printed = SpooledTempFile::new(IN_MEMORY);
                print_failed_query(&mut printed, &query.id, &error).map_err(Error::Output)?;
                (false, Some(error))
            }
        };
        Ok(Answer { printed, has_hits, error })
    }
}
