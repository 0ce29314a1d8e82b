//! The words of fineprint as types: a *company* has *policies*, a policy has *snapshots*, a snapshot has *clauses*.
//!
//! Nothing here reads files, knows Markdown or touches the index; every other module may use it.

mod clause;
mod date;
mod interval;
mod metadata;
mod policy;
mod snapshot;

pub use clause::{Clause, ClauseId, ClauseKind};
pub use date::{Age, AgeError, ArchiveTime, DateError, Period};
pub use interval::{CalendarPeriod, Interval};
pub use metadata::{metadata_keys, metadata_values};
pub use policy::{PRIVACY_POLICY, PolicyKey};
pub use snapshot::{SnapshotInfo, SnapshotSource};
