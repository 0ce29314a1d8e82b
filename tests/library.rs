//! Calls the library in the ways that several tests need: build an index, run a request.

use std::path::Path;

use fineprint::error::Error;
use fineprint::index::{BuildOptions, CorpusScan, OpenIndex, build};
use fineprint::model::Period;
use fineprint::progress::SilentProgress;
use fineprint::search::{
    Filters, Hit, LifeFilter, SearchRequest, SearchSummary, SnapshotDates, search,
};

use crate::oracle::corpus as model;
use crate::oracle::query::Q;

/// Builds an index of the corpus `files` in `folder` and opens it.
pub fn index_of(files: &Path, folder: &Path) -> OpenIndex {
    let scan = CorpusScan::new(&[files.to_owned()], "default", &SilentProgress).unwrap();
    let options = BuildOptions { index: folder.to_owned(), threads: 2, ..BuildOptions::default() };
    let (_, report) = build(scan, &options, &SilentProgress).unwrap();
    assert!(report.adds_up() && report.failed.is_empty(), "{report:?}");
    OpenIndex::open(folder).unwrap()
}

/// All hits of a request, and its summary.
pub fn run(index: &OpenIndex, request: &SearchRequest) -> Result<(Vec<Hit>, SearchSummary), Error> {
    let mut hits = Vec::new();
    let summary = search(index, request, &mut hits)?;
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
        has_company_changes_only: filters.company_changes_only,
        life: LifeFilter {
            is_gone: filters.gone,
            added_since: filters.added_since.map(period),
            removed_since: filters.removed_since.map(period),
        },
        ..Filters::default()
    };
    SearchRequest { query: query.to_string(), filters, ..SearchRequest::default() }
}

/// A text with single spaces, as the sectioner renders a text whose lines were broken.
pub fn single_spaced(text: &str) -> String {
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A file without its header line.
pub fn body(file: &str) -> String {
    file[file.find('\n').unwrap_or(file.len())..].to_owned()
}
