//! Which snapshots of each policy the filters select.
//!
//! - `snapshots`: the selection by date, language, metadata and technical changes.
//! - `metadata`: which snapshots have wanted metadata.
//! - `in_force`: which snapshot of a policy is in force at a time.
//! - `archive_span`: when the index begins and ends.

mod archive_span;
mod in_force;
mod metadata;
mod snapshots;

pub(crate) use archive_span::{first_moment, last_moment, last_past_moment};
pub(crate) use in_force::{PolicyInTime, each_policy};
pub(crate) use metadata::{check_key, metadata_of};
pub(crate) use snapshots::{PolicySnapshots, SnapshotSelection};
