//! What a search hands out.

use std::io;
use std::ops::ControlFlow;

use serde::Serialize;

use super::rank::ScoreExplanation;
use crate::model::{ClauseKind, SnapshotSource};

/// A clause that matched. Absent values are `None`, and `null` in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Its place in the whole result, from 1.
    pub rank: u64,
    /// Its score, rounded to 4 decimals; `None` unless hits are ranked.
    pub score: Option<f64>,
    /// The clause's stable id.
    pub id: String,
    /// The collection.
    pub collection: String,
    /// Whose policy it stands in.
    pub company: String,
    /// Which policy of theirs.
    #[serde(rename = "type")]
    pub policy_type: String,
    /// The UTC day of `archive_time`.
    pub archive_date: String,
    /// When the newest of the chosen snapshots that hold the match was archived, RFC 3339 in UTC.
    pub archive_time: String,
    /// The archive date of the first snapshot in which the clause ever stood.
    pub first_seen: String,
    /// The archive date of the last.
    pub last_seen: String,
    /// The archive date of the first snapshot without it after that.
    pub gone_by: Option<String>,
    /// In how many snapshots it ever stood.
    pub snapshots: u64,
    /// The headings above it in the snapshot of `archive_time`.
    pub section: Vec<String>,
    /// What it is there.
    pub kind: ClauseKind,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<String>,
    /// The rendered text of its newest occurrence.
    pub text: String,
    /// Byte ranges `[start, end)` of `text` that match, ascending.
    pub highlights: Vec<(usize, usize)>,
    /// The language (not detected by this version).
    pub lang: Option<String>,
    /// The title of the snapshot.
    pub title: Option<String>,
    /// The address of the policy when it was archived.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// Where the snapshot comes from.
    pub source: SnapshotSource,
    /// How many other companies in the index have an equal clause, at whatever time.
    pub same_text_companies: u64,
    /// How many hits its group has; `None` without grouping.
    pub group_size: Option<u64>,
    /// The clauses around it in the snapshot of `archive_time`; `None` unless asked for.
    pub context: Option<HitContext>,
    /// The parts of its score; `None` unless asked for.
    pub explanation: Option<ScoreExplanation>,
}

/// The clauses around a hit, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HitContext {
    /// Those before it.
    pub before: Vec<NeighbourClause>,
    /// Those after it.
    pub after: Vec<NeighbourClause>,
}

/// A clause beside a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeighbourClause {
    /// What it is there.
    pub kind: ClauseKind,
    /// Its text.
    pub text: String,
}

/// Sizes of the whole match set, before grouping and limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Distinct clauses that match.
    pub clauses: u64,
    /// Policies that have one.
    pub policies: u64,
    /// Companies that have one.
    pub companies: u64,
    /// Chosen snapshots that hold one.
    pub snapshots: u64,
    /// Groups, under grouping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<u64>,
}

/// What is known before the first hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchSummary {
    /// The query as it was given.
    pub query: String,
    /// Sizes of the match set.
    pub totals: Totals,
    /// Whether more hits follow after the last one handed out.
    pub truncated: bool,
}

/// Receives a result in its final order. Printers, counters and tests implement this.
pub trait HitSink {
    /// Before the first hit.
    fn begin(&mut self, _summary: &SearchSummary) -> io::Result<()> {
        Ok(())
    }

    /// The next hit. `Break` ends the search early.
    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>>;

    /// After the last hit.
    fn finish(&mut self, _summary: &SearchSummary) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps every hit.
impl HitSink for Vec<Hit> {
    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
        self.push(hit.clone());
        Ok(ControlFlow::Continue(()))
    }
}
