//! The index on disk: building it, updating it, opening it, and reading policies, snapshots and
//! clauses back.
//!
//! An index folder contains a manifest and the folder of the current generation; `store/files.rs`
//! lists every file. A generation is a tantivy index with three tables beside it. The documents
//! of a policy follow each other in one segment: the policy, its chunks of snapshots, its
//! clauses. So the number of a clause is the distance of its document from the first clause of
//! its policy.
//!
//! - `store/` defines the files and tables, and how a policy is laid out in documents.
//! - `build/` scans corpora and writes generations.
//! - `open.rs` opens a generation; `lookup.rs`, `records.rs` and `collapsed.rs` read from it.
//! - `corpus_names.rs` finds the corpora again, and `forgotten.rs` what a new build would lose.
//! - `check/`, `info.rs`, `strays.rs` and `cached.rs` serve the commands and options of these
//!   names.
//!
//! ```
//! use fineprint::index::{BuildOptions, CorpusScan, build};
//! use fineprint::progress::SilentProgress;
//!
//! # let folder = std::env::temp_dir().join(format!("fineprint-index-{}", std::process::id()));
//! // A scan says what a corpus contains before anything is written.
//! let scan = CorpusScan::new(&["data/policies".into()], "default", &SilentProgress)?;
//! let options = BuildOptions { index: folder.clone(), threads: 0, ..BuildOptions::default() };
//! let (manifest, report) = build(scan, &options, &SilentProgress)?;
//! assert!(report.adds_up());
//! assert_eq!(manifest.counts.snapshots, report.indexed);
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), fineprint::Error>(())
//! ```

mod build;
mod cached;
mod check;
mod collapsed;
mod corpus_names;
mod forgotten;
mod guard;
mod info;
mod lookup;
mod open;
mod records;
mod report;
pub(crate) mod store;
mod strays;

pub use build::options::{BuildOptions, PruneMode};
pub use build::scan::{CorpusScan, SampleClause, ScanContext};
pub use build::update::build;
pub use cached::open_cached;
pub use check::{CheckReport, check, check_against};
pub use forgotten::{RebuildCheck, check_rebuild};
pub use info::{BuildInputs, BuildSummary, IndexInfo, InfoCorpus, LikelyRename};
pub use open::OpenIndex;
pub use records::StoredClause;
pub use report::{IncompleteCorpus, IngestReport, ReadFailure, Tally};
pub(crate) use store::document::{
    CHUNK, FurnitureExtent, LangChange, PolicyTables, StoredPlace, StoredSnapshot, first_ordinal,
    place_change, run,
};
pub use store::integrity::checked_file::Verification;
pub use store::manifest::{
    DateRange, FormatVersions, IndexCounts, IndexedCorpus, InputCounts, Manifest,
};
pub(crate) use store::policies::PolicyRecord;
pub use store::policies::{PolicyEntry, PolicyTable};
pub use strays::StrayFile;
