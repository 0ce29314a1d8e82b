//! Builds and updates an index.
//!
//! [`scan`] finds the snapshots of the corpora, [`plan`] compares them with the index that
//! there is, [`policy_reader`] reads the policies that differ, [`segments`] writes their documents,
//! and [`finish`] writes the tables and the manifest. [`update`] runs these steps.

mod budget;
mod finish;
mod known_snapshot;
pub(super) mod options;
mod plan;
mod policy_reader;
pub(super) mod previous;
mod queue;
pub(super) mod scan;
mod segments;
mod semaphore;
pub(super) mod update;
