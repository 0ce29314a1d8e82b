//! Calls the library in the ways that several tests need: build an index, run a request.

use std::path::Path;

use fineprint::error::Error;
use fineprint::index::{BuildOptions, CorpusScan, build};
use fineprint::model::{ArchiveTime, Period};
use fineprint::progress::SilentProgress;
use fineprint::query::Query;
use fineprint::search::{
    Filters, Hit, LifeFilter, SearchRequest, SearchSummary, Searcher, Select, SnapshotDates,
};

use crate::oracle::corpus as model;
use crate::oracle::query::Q;

/// Builds an index of the corpus `files` in `folder` and opens it.
pub fn index_of(files: &Path, folder: &Path) -> Searcher {
    let scan = CorpusScan::new(&[files.to_owned()], "default", &SilentProgress).unwrap();
    let options = BuildOptions { index: folder.to_owned(), threads: 2, ..BuildOptions::default() };
    let (_, report) = build(scan, &options, &SilentProgress).unwrap();
    assert!(report.adds_up() && report.failed.is_empty(), "{report:?}");
    Searcher::open(folder).unwrap()
}

/// All hits of a request, and its summary.
pub fn run(
    searcher: &Searcher,
    request: &SearchRequest,
) -> Result<(Vec<Hit>, SearchSummary), Error> {
    let mut hits = Vec::new();
    let summary = searcher.search(request, &mut hits)?;
    Ok((hits, summary))
}

pub fn request(query: &Q, filters: &model::Filters) -> SearchRequest {
    let period = |time: i64| -> Period { model::date(time).parse().unwrap() };
    let dates = match filters {
        model::Filters { latest: true, .. } => SnapshotDates::Latest,
        model::Filters { as_of: Some(time), .. } => SnapshotDates::AsOf(period(*time)),
        model::Filters { since: None, until: None, .. } => SnapshotDates::All,
        model::Filters { since, until, .. } => {
            SnapshotDates::Between { since: since.map(period), until: until.map(period) }
        }
    };
    let filters = Filters {
        companies: filters.companies.clone(),
        types: filters.types.clone(),
        collections: filters.collections.clone(),
        sections: filters.section.iter().map(|words| words.join(" ")).collect(),
        kinds: filters.kinds.iter().map(|kind| kind.name().parse().unwrap()).collect(),
        dates,
        carry: filters.carry.map(|days| format!("{days}d").parse().unwrap()),
        company_changes_only: filters.company_changes_only,
        langs: filters.langs.iter().map(|lang| lang.parse().unwrap()).collect(),
        life: LifeFilter {
            gone: filters.gone,
            added_since: filters.added_since.map(period),
            removed_since: filters.removed_since.map(period),
        },
        furniture: filters.furniture,
        ..Filters::default()
    };
    let query = query.to_string().parse().unwrap();
    SearchRequest::new(Select { query: Some(query), filters, ..Select::default() })
}

/// A time as the oracle counts it.
pub fn nanoseconds(time: ArchiveTime) -> i64 {
    time.seconds() * model::SECOND + i64::from(time.nanoseconds())
}

/// A request for all hits of a query whose bare words are a phrase.
pub fn asking(query: &str) -> SearchRequest {
    SearchRequest::new(query.parse::<Query>().unwrap().into())
}

/// A text with single spaces, as the sectioner renders a text whose lines were broken.
pub fn single_spaced(text: &str) -> String {
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A file without its header line.
pub fn body(file: &str) -> String {
    file[file.find('\n').unwrap_or(file.len())..].to_owned()
}
