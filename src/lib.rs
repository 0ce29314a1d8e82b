//! Full-text search over archived privacy policies and terms of service.
//!
//! fineprint cuts policies into clauses, indexes each distinct clause of a policy once together
//! with all snapshots in which it occurs, and returns ranked clauses with company and archive date.
//! The `fineprint` program is a thin layer over this library: a program can do everything that it
//! does.
//!
//! ```
//! use fineprint::query::Query;
//! use fineprint::search::{Hit, SearchRequest, Searcher};
//! # use fineprint::index::{BuildOptions, CorpusScan, build};
//! # use fineprint::progress::SilentProgress;
//! # let folder = std::env::temp_dir().join(format!("fineprint-doc-{}", std::process::id()));
//! # let scan = CorpusScan::new(&["data/policies".into()], "default", &SilentProgress)?;
//! # let options = BuildOptions { index: folder.clone(), threads: 0, ..BuildOptions::default() };
//! # build(scan, &options, &SilentProgress)?;
//!
//! // Any `HitSink` takes hits as they are found; a `Vec` keeps them.
//! let searcher = Searcher::open(&folder)?;
//! let mut request = SearchRequest::new("sell or rent".parse::<Query>()?.into());
//! request.ranking.limit = Some(3);
//! let mut hits: Vec<Hit> = Vec::new();
//! let summary = searcher.search(&request, &mut hits)?;
//! assert_eq!(hits.len(), 3);
//! assert!(summary.truncated && summary.totals.clauses > 3);
//! assert_eq!(&hits[0].text[hits[0].highlights[0].clone()], "sell or rent");
//!
//! // The policy of the first hit, as it was at the end of 2009.
//! let version = searcher.policy(&*hits[0].company)?.at("2009".parse()?)?;
//! for clause in &version.clauses {
//!     println!("{}", clause.text);
//! }
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`index::build`] makes an index; its page has an example.
//!
//! # How the data flows
//!
//! - [`corpus`] finds snapshots in folders, git histories, archives and tables, and reads texts.
//! - [`section`] cuts a text into clauses.
//! - [`collapse`] merges the snapshots of one policy, so that each distinct clause occurs once.
//! - [`index`] stores policies, updates them and reads them back.
//! - [`query`] parses what a person types.
//! - [`search`] finds clauses, orders and counts them, and answers questions about time.
//! - [`printer`] writes results in each format.
//! - [`batch`] answers many queries in parallel.
//! - [`export`] writes snapshots to files that can be indexed again.
//!
//! All of them use the words of [`model`], and [`token`] decides what a word of a text is.
//!
//! The library never prints to the terminal and never ends the process. Long work reports to a
//! [`progress::Progress`].
//!
//! # Features
//!
//! - `cli` (default) builds the program. Without it, the library builds without the program's
//!   dependencies.
//! - `plot` (part of `cli`) adds timelines as SVG pictures.

pub mod batch;
pub mod collapse;
pub mod corpus;
pub mod error;
pub mod export;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod index;
pub mod lang;
pub mod model;
pub mod printer;
pub mod progress;
pub mod query;
pub mod search;
pub mod section;
mod stem;
pub mod token;

pub use error::{Error, Result};
