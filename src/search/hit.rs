//! The results of a search, and the trait that receives them.

use std::io;
use std::ops::{ControlFlow, Range};

use serde::Serialize;

use super::rank::ScoreExplanation;
use crate::lang::Lang;
use crate::model::{ArchiveTime, ClauseId, ClauseKind, SnapshotSource, as_text};

/// A clause that matched. Absent values are `None`, and `null` in JSON (`schema/hit.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hit {
    /// Its position in the whole result, from 1.
    pub rank: u64,
    /// Its score, rounded to 4 decimals; `None` unless hits are ranked.
    pub score: Option<f64>,
    /// The stable id of the clause.
    pub id: ClauseId,
    /// The collection of its policy.
    pub collection: String,
    /// The company whose policy contains it.
    pub company: String,
    /// The policy type.
    #[serde(rename = "type")]
    pub policy_type: String,
    /// The archive time of the newest selected snapshot that contains the match. JSON has its UTC
    /// day as `archive_date` and the time itself as `archive_time`.
    #[serde(flatten, serialize_with = "as_text::archive_date_and_time")]
    pub archive_time: ArchiveTime,
    /// The archive time of the first snapshot that contains the clause, whatever the selection.
    #[serde(serialize_with = "as_text::date")]
    pub first_seen: ArchiveTime,
    /// The archive time of the last snapshot that contains the clause.
    #[serde(serialize_with = "as_text::date")]
    pub last_seen: ArchiveTime,
    /// The archive time of the first snapshot after that; `None` if there is none.
    #[serde(serialize_with = "as_text::optional_date")]
    pub gone_by: Option<ArchiveTime>,
    /// When the corpus removed the policy, which had the clause until then; `None` if the policy is
    /// still there, or lost the clause before. It says nothing about the company.
    #[serde(serialize_with = "as_text::optional_date")]
    pub ended: Option<ArchiveTime>,
    /// The number of snapshots that contain the clause.
    pub snapshots: u64,
    /// The headings above it in the snapshot of `archive_time`, outermost first.
    pub section: Vec<String>,
    /// The number in front of it in that snapshot, if it has one: `1.`, `4.9`, `(b)`.
    pub number: Option<String>,
    /// Its kind in that snapshot.
    pub kind: ClauseKind,
    /// Whether it is furniture there: text around the policy. `None`, and absent in JSON, unless
    /// furniture was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_furniture: Option<bool>,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<String>,
    /// The rendered text of its newest occurrence.
    pub text: String,
    /// The byte ranges of `text` that match, ascending. JSON has pairs of start and end.
    #[serde(serialize_with = "as_text::ranges")]
    pub highlights: Vec<Range<usize>>,
    /// The language of the snapshot of `archive_time`, if it was detected.
    #[serde(serialize_with = "as_text::optional_text")]
    pub lang: Option<Lang>,
    /// The title of the snapshot.
    pub title: Option<String>,
    /// The address of the policy when it was archived.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// The place in the corpus that the snapshot comes from.
    pub source: SnapshotSource,
    /// The number of other companies in the index with an equal clause, at any time.
    pub same_text_companies: u64,
    /// The number of hits in its group; `None` without grouping.
    pub group_size: Option<u64>,
    /// The clauses around it in the snapshot of `archive_time`; `None` unless asked for.
    pub context: Option<HitContext>,
    /// The parts of its score; `None` unless asked for.
    pub explanation: Option<ScoreExplanation>,
}

/// The clauses around a hit, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HitContext {
    /// The clauses before it.
    pub before: Vec<NeighbourClause>,
    /// The clauses after it.
    pub after: Vec<NeighbourClause>,
}

/// A clause beside a hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeighbourClause {
    /// The number in front of it in the snapshot of the hit, if it has one.
    pub number: Option<String>,
    /// Its kind in the snapshot of the hit.
    pub kind: ClauseKind,
    /// Its text.
    pub text: String,
}

/// The size of a whole match set, before grouping and limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Totals {
    /// Distinct clauses that match.
    pub clauses: u64,
    /// Policies with a match.
    pub policies: u64,
    /// Companies with a match.
    pub companies: u64,
    /// Selected snapshots that contain a match.
    pub snapshots: u64,
    /// Groups of matches; `None` without grouping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<u64>,
    /// Further clauses that match if furniture counts. JSON leaves out 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub furniture_left_out: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A result before its first hit: the query, and the size of the match set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchSummary {
    /// The query as it was given, empty without one.
    pub query: String,
    /// The query as it was understood, in its canonical form: `"sell" AND "rent"`. Empty without a
    /// query. If a query in capitals matches nothing as a phrase, it also says what matches with
    /// operators.
    pub interpreted: String,
    /// The size of the match set.
    pub totals: Totals,
    /// Whether more hits follow after the last one that is returned.
    pub truncated: bool,
}

/// Receives a result in its final order. Printers, counters and tests implement this.
pub trait HitSink {
    /// Is called before the first hit.
    fn begin(&mut self, _summary: &SearchSummary) -> io::Result<()> {
        Ok(())
    }

    /// Receives the next hit. `Break` ends the search early.
    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>>;

    /// Is called after the last hit.
    fn finish(&mut self, _summary: &SearchSummary) -> io::Result<()> {
        Ok(())
    }
}

/// A vector keeps every hit.
impl HitSink for Vec<Hit> {
    fn hit(&mut self, hit: &Hit) -> io::Result<ControlFlow<()>> {
        self.push(hit.clone());
        Ok(ControlFlow::Continue(()))
    }
}
