//! Full-text search over archived privacy policies and terms of service.
//!
//! fineprint sections policies into clauses, indexes each distinct clause of a policy once with all the snapshots in which it stood, and
//! returns ranked clause hits with company and archive date. The `fineprint` program is a thin layer over this library: what it does, a
//! program can do.
//!
//! ```
//! use fineprint::index::{BuildOptions, OpenIndex, Scan, build};
//! use fineprint::progress::Silent;
//! use fineprint::search::{Hit, SearchRequest, search};
//!
//! # let folder = std::env::temp_dir().join(format!("fineprint-doc-{}", std::process::id()));
//! // Corpus to index. `Scan` says what was found before anything is written.
//! let scan = Scan::new(&["data/policies".into()], "default", &Silent)?;
//! let options = BuildOptions { index: folder.clone(), threads: 0, ..BuildOptions::default() };
//! let (manifest, report) = build(scan, &options, &Silent)?;
//! assert!(report.adds_up());
//!
//! // Index to hits. Any `HitSink` can take them; a `Vec` keeps them.
//! let index = OpenIndex::open(&folder)?;
//! let request = SearchRequest { query: "sell or rent".into(), limit: Some(3), ..SearchRequest::default() };
//! let mut hits: Vec<Hit> = Vec::new();
//! let summary = search(&index, &request, &mut hits)?;
//! assert_eq!(hits.len(), 3);
//! assert!(summary.truncated && summary.totals.clauses > 3);
//! let (start, end) = hits[0].highlights[0];
//! assert_eq!(&hits[0].text[start..end], "sell or rent");
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), fineprint::Error>(())
//! ```
//!
//! # The way of the data
//!
//! [`corpus`] finds snapshots and reads their texts; [`section`] cuts a text into clauses; [`collapse`] makes one policy of its snapshots,
//! each distinct clause once; [`index`] stores policies and reads them back; [`query`] turns words into a tree and a plan; [`search`] finds,
//! orders, counts and hands out; [`diff`] compares versions of a policy; [`printer`] writes. [`model`] has the words that all of them use, [`token`] what a word of a text is.
//! Nothing here prints to the terminal or ends the process; long work tells a [`progress::Progress`].

pub mod collapse;
pub mod corpus;
pub mod diff;
pub mod error;
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
