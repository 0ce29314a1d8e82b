//! Answers many queries in parallel and writes the answers in the order of the queries.
//!
//! Each answer is a series of JSON Lines that [`BatchPrinter`] writes (`schema/batch.schema.json`):
//! the hits of a query, then its totals or its error. A query that fails does not stop the others.
//!
//! ```
//! use fineprint::batch::{BatchAnswers, BatchRunner, batch_queries};
//! use fineprint::index::{BuildOptions, CorpusScan, build};
//! use fineprint::progress::SilentProgress;
//! use fineprint::search::Searcher;
//!
//! # let folder = std::env::temp_dir().join(format!("fineprint-batch-{}", std::process::id()));
//! # let scan = CorpusScan::new(&["data/policies".into()], "default", &SilentProgress)?;
//! # let options = BuildOptions { index: folder.clone(), ..BuildOptions::default() };
//! # build(scan, &options, &SilentProgress)?;
//! let searcher = Searcher::open(&folder)?;
//! // A line is a query, or an id, a tab and a query.
//! let queries = batch_queries(b"sell or rent\ncookies\tcookie NOT banner\n");
//! let mut answers = BatchAnswers::default();
//! answers.request.ranking.limit = Some(3);
//! let runner = BatchRunner::new(&searcher, answers, 0)?;
//! let mut lines = Vec::new();
//! let report = runner.run(&queries, &mut lines, &SilentProgress)?;
//! assert_eq!((report.with_hits, report.failed), (2, 0));
//! assert!(lines.starts_with(b"{\"query_id\":\"1\","));
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), fineprint::Error>(())
//! ```

use std::io::{self, BufWriter, Seek, Write};
use std::str::Utf8Error;

use rayon::prelude::*;
use tempfile::SpooledTempFile;

use crate::error::{Error, Result};
use crate::printer::{BatchPrinter, HitExtras, print_failed_query};
use crate::progress::{Phase, Progress};
use crate::query::{Matching, Query};
use crate::search::{SearchRequest, Searcher};

/// The number of queries that are answered before their answers are written: enough to keep all
/// cores busy, and few enough for their answers to wait.
const QUERIES_AT_ONCE: usize = 64;

/// The bytes of an answer that wait in memory; a longer answer waits in a temporary file.
const ANSWER_IN_MEMORY: usize = 1 << 20;

/// One query of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchQuery<'b> {
    /// The id that every line of the answer has as `query_id`.
    pub id: String,
    /// The number of its line, from 1.
    pub line: u64,
    /// The query, or why its line is no text.
    pub text: std::result::Result<&'b str, Utf8Error>,
}

/// Reads a batch: on each line a query, or an id, a tab and a query.
///
/// The id of a line without one is its number, from 1. The result is empty if the file is. A byte
/// order mark and carriage returns are ignored.
pub fn batch_queries(bytes: &[u8]) -> Vec<BatchQuery<'_>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if matches!(bytes, b"" | b"\n") {
        return Vec::new();
    }
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let numbered = lines.split(|&byte| byte == b'\n').zip(1..);
    numbered.map(|(bytes, line)| batch_query(bytes, line)).collect()
}

fn batch_query(bytes: &[u8], line: u64) -> BatchQuery<'_> {
    let text = match std::str::from_utf8(bytes.strip_suffix(b"\r").unwrap_or(bytes)) {
        Ok(text) => text,
        Err(error) => return BatchQuery { id: line.to_string(), line, text: Err(error) },
    };
    let (id, text) = match text.split_once('\t') {
        Some((id, text)) if !id.trim().is_empty() => (id.to_owned(), text),
        Some((_, text)) => (line.to_string(), text),
        None => (line.to_string(), text),
    };
    BatchQuery { id, line, text: Ok(text) }
}

/// How a batch ended.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct BatchReport {
    /// The number of queries with at least one hit.
    pub with_hits: u64,
    /// The number of queries that failed.
    pub failed: u64,
    /// The first query that failed.
    pub first_failure: Option<FailedQuery>,
}

/// A query that failed.
#[derive(Debug)]
pub struct FailedQuery {
    /// The number of its line, from 1.
    pub line: u64,
    /// The error.
    pub error: Error,
}

/// What the answers to all queries of a batch have in common.
#[derive(Debug, Clone)]
pub struct BatchAnswers {
    /// The request. Its query is ignored; everything else applies to each query.
    pub request: SearchRequest,
    /// How the bare words of the queries are read.
    pub matching: Matching,
    /// The extras that are written with each hit.
    pub extras: HitExtras,
    /// Words the error of a query.
    pub word_error: fn(&Error) -> String,
}

/// All hits of phrases, with errors in the words of the library.
impl Default for BatchAnswers {
    fn default() -> Self {
        Self {
            request: SearchRequest::default(),
            matching: Matching::default(),
            extras: HitExtras::default(),
            word_error: ToString::to_string,
        }
    }
}

/// Answers batches of queries.
pub struct BatchRunner<'s> {
    searcher: &'s Searcher,
    answers: BatchAnswers,
    pool: rayon::ThreadPool,
}

/// The answer to one query, before it is written.
struct BatchAnswer {
    lines: SpooledTempFile,
    has_hits: bool,
    error: Option<Error>,
}

impl<'s> BatchRunner<'s> {
    /// A runner with this many threads; 0 means one for each core.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if the system cannot start that many threads.
    pub fn new(searcher: &'s Searcher, answers: BatchAnswers, threads: usize) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| Error::Usage(format!("{threads} threads: {error}")))?;
        Ok(Self { searcher, answers, pool })
    }

    /// Answers the queries and writes the answers to `out` in the order of the queries.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] if writing fails. The failure of a query is part of the report.
    pub fn run(
        &self,
        queries: &[BatchQuery<'_>],
        out: &mut impl Write,
        progress: &dyn Progress,
    ) -> Result<BatchReport> {
        let mut report = BatchReport::default();
        progress.begin(Phase::Searching, Some(queries.len() as u64));
        for chunk in queries.chunks(QUERIES_AT_ONCE) {
            let answers: Vec<BatchAnswer> = self.pool.install(|| {
                chunk.par_iter().map(|query| self.answer(query)).collect::<Result<_>>()
            })?;
            for (query, mut answer) in chunk.iter().zip(answers) {
                copy_lines(&mut answer.lines, out).map_err(Error::Output)?;
                report.add(query, answer);
            }
            out.flush().map_err(Error::Output)?;
            progress.advance(chunk.len() as u64);
        }
        Ok(report)
    }

    fn answer(&self, query: &BatchQuery<'_>) -> Result<BatchAnswer> {
        match self.search(query) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                // Hits found before the failure are dropped, because they would look complete.
                let mut lines = SpooledTempFile::new(ANSWER_IN_MEMORY);
                let words = (self.answers.word_error)(&error);
                print_failed_query(&mut lines, &query.id, &words).map_err(Error::Output)?;
                Ok(BatchAnswer { lines, has_hits: false, error: Some(error) })
            }
        }
    }

    fn search(&self, query: &BatchQuery<'_>) -> Result<BatchAnswer> {
        let BatchAnswers { request, matching, extras, .. } = &self.answers;
        let text = query.text.map_err(|_| Error::Usage("the line is not UTF-8".to_owned()))?;
        let mut request = request.clone();
        request.select.query = Some(Query::parse(text, *matching)?);
        let mut lines = SpooledTempFile::new(ANSWER_IN_MEMORY);
        let out = BufWriter::new(&mut lines);
        let mut printer = BatchPrinter::new(out, &query.id, *extras);
        let summary = self.searcher.search(&request, &mut printer)?;
        drop(printer);
        Ok(BatchAnswer { lines, has_hits: summary.totals.clauses > 0, error: None })
    }
}

impl BatchReport {
    fn add(&mut self, query: &BatchQuery<'_>, answer: BatchAnswer) {
        self.with_hits += u64::from(answer.has_hits);
        if let Some(error) = answer.error {
            self.failed += 1;
            self.first_failure.get_or_insert(FailedQuery { line: query.line, error });
        }
    }
}

fn copy_lines(lines: &mut SpooledTempFile, out: &mut impl Write) -> io::Result<()> {
    lines.rewind()?;
    io::copy(lines, out)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_ids_or_numbers() {
        let queries = batch_queries(b"\xef\xbb\xbfsell\r\nq7\trent it\n\tlease\n");
        let ids: Vec<_> = queries.iter().map(|query| query.id.as_str()).collect();
        let texts: Vec<_> = queries.iter().filter_map(|query| query.text.ok()).collect();
        assert_eq!(ids, ["1", "q7", "3"]);
        assert_eq!(texts, ["sell", "rent it", "lease"]);
        assert!(batch_queries(b"").is_empty());
        assert!(batch_queries(b"\n").is_empty());
    }

    #[test]
    fn lines_that_are_no_text_are_kept() {
        let queries = batch_queries(b"a\n\n\xff\n");
        let lines: Vec<_> = queries.iter().map(|query| (query.line, query.text.ok())).collect();
        assert_eq!(lines, [(1, Some("a")), (2, Some("")), (3, None)]);
    }
}
