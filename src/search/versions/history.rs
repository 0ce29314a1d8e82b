//! The history of what matches a query: when each matching clause appeared, how it was reworded and
//! when it disappeared, policy by policy.
//!
//! This file has the result types. `history_builder` finds the matches and fills the types.

use serde::Serialize;

use super::align::WordChange;
use super::version::SnapshotCard;
use crate::model::{ArchiveTime, ClauseId, ClauseKind, as_text};

/// The history of what matches a query (`schema/history.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct History {
    /// The query as it was given.
    pub query: String,
    /// The policies that have a match, in the order of company, type and collection.
    pub policies: Vec<PolicyHistory>,
}

/// The history of the matching clauses of one policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PolicyHistory {
    /// The collection of the policy.
    pub collection: String,
    /// The company of the policy.
    pub company: String,
    /// The type of the policy.
    #[serde(rename = "type")]
    pub policy_type: String,
    /// The number of snapshots that were compared: all, or all except the technical ones.
    pub snapshots: u64,
    /// The archive time of the oldest of them. JSON has its date.
    #[serde(serialize_with = "as_text::date")]
    pub first: ArchiveTime,
    /// The archive time of the newest of them. JSON has its date.
    #[serde(serialize_with = "as_text::date")]
    pub last: ArchiveTime,
    /// The matching clauses, each with the wordings that it replaced or that replaced it.
    pub threads: Vec<ThreadHistory>,
}

/// A thread: the wordings that replaced each other, of which at least one matches.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ThreadHistory {
    /// The snapshots that contain at least one of the matching wordings.
    pub life: ClauseLife,
    /// All wordings, in the order in which the policy first contained them.
    pub wordings: Vec<Wording>,
    /// The changes between them, oldest first.
    pub events: Vec<HistoryEvent>,
}

/// One wording of a clause, whatever number is in front of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Wording {
    /// Whether the wording matches. A wording that does not is listed because it replaced one that
    /// does, or was replaced by it.
    pub is_match: bool,
    /// The id of the clause in the newest snapshot with this wording.
    pub id: ClauseId,
    /// The number in front of that clause, if it has one.
    pub number: Option<String>,
    /// The kind of that clause.
    pub kind: ClauseKind,
    /// The headings above that clause, outermost first.
    pub section: Vec<String>,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<String>,
    /// The rendered text of that clause.
    pub text: String,
    /// The snapshots that contain the wording.
    pub life: ClauseLife,
}

/// The snapshots that contain something. JSON has the dates of all times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClauseLife {
    /// The archive time of the first snapshot that contains it.
    #[serde(serialize_with = "as_text::date")]
    pub first_seen: ArchiveTime,
    /// The archive time of the last snapshot that contains it.
    #[serde(serialize_with = "as_text::date")]
    pub last_seen: ArchiveTime,
    /// The archive time of the snapshot after the last one that contains it, or `None` if the
    /// newest snapshot contains it.
    #[serde(serialize_with = "as_text::optional_date")]
    pub gone_by: Option<ArchiveTime>,
    /// When the corpus removed the policy, if the newest snapshot contains it and was the last.
    #[serde(serialize_with = "as_text::optional_date")]
    pub ended: Option<ArchiveTime>,
    /// The number of snapshots that contain it.
    pub snapshots: u64,
    /// The runs of successive snapshots that contain it, oldest first. There is at least one.
    #[serde(rename = "stands")]
    pub runs: Vec<LifeRun>,
}

/// Successive snapshots that all contain something, without a time between them in which the
/// corpus did not have the policy. JSON has the dates of all times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LifeRun {
    /// The archive time of the first snapshot.
    #[serde(serialize_with = "as_text::date")]
    pub first: ArchiveTime,
    /// The archive time of the last snapshot.
    #[serde(serialize_with = "as_text::date")]
    pub last: ArchiveTime,
    /// The archive time of the following snapshot, or `None` if the run ends with the newest one
    /// or the following one contains it, too.
    #[serde(serialize_with = "as_text::optional_date")]
    pub gone_by: Option<ArchiveTime>,
    /// When the corpus removed the policy, if the run ended with that.
    #[serde(serialize_with = "as_text::optional_date")]
    pub ended: Option<ArchiveTime>,
    /// The number of snapshots.
    pub snapshots: u64,
}

/// A change between two successive snapshots, or a change that alternates with its reverse.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HistoryEvent {
    /// What happened.
    pub change: HistoryChange,
    /// The wording before, as an index of [`ThreadHistory::wordings`], or `None` if the wording
    /// after it replaced none.
    pub from: Option<usize>,
    /// The wording after, or `None` if the wording before it was removed.
    pub to: Option<usize>,
    /// The text of `from` in the snapshot before.
    pub before: Option<String>,
    /// The text of `to` in this snapshot.
    pub after: Option<String>,
    /// The words that were kept, removed and added, or `None` unless the clause was reworded.
    pub words: Option<Vec<WordChange>>,
    /// The number of changes: 1, or how often the change and its reverse alternate.
    pub count: u64,
    /// The number of those changes that came with a technical snapshot.
    pub technical: u64,
    /// The number of technical snapshots that were ignored between the changes and the snapshots
    /// before them.
    pub left_out: u64,
    /// The snapshot before the change, or `None` in the oldest snapshot.
    pub previous: Option<SnapshotCard>,
    /// The snapshot with the change, or with the first change of an alternation.
    pub snapshot: SnapshotCard,
    /// The snapshot with the last change of an alternation, or `None` for a single change.
    pub last: Option<SnapshotCard>,
}

/// What happened to a clause in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryChange {
    /// The oldest snapshot contains it. When it was written is unknown.
    #[serde(rename = "standing")]
    Initial,
    /// The snapshot before does not contain it.
    Added,
    /// Only the snapshot before contains it.
    Removed,
    /// It was reworded.
    Changed,
    /// It is a heading, and only the number after its first word differs.
    Renumbered,
}
