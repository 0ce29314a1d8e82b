//! Versions: a policy as it stood in one snapshot, from the index alone.

use serde::Serialize;
use tantivy::DocAddress;

use crate::collapse::ClauseOccurrence;
use crate::diff::ComparedClause;
use crate::error::{Error, Result};
use crate::index::{CHUNK, OpenIndex, PolicyEntry, PolicyTables};
use crate::model::{ArchiveTime, ClauseKind, PolicyKey, SnapshotInfo, SnapshotSource};
use crate::search::plan::policies_named;
use crate::search::select::{PolicySnapshots, SnapshotSelection};
use crate::search::{Filters, SnapshotDates};

/// A policy in one snapshot.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// Which snapshot it is.
    #[serde(flatten)]
    pub snapshot: SnapshotCard,
    /// Its clauses in reading order, texts equal to those of the source up to the identity form.
    pub clauses: Vec<VersionClause>,
}

/// What is known of a snapshot besides its clauses.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SnapshotCard {
    /// The collection.
    pub collection: String,
    /// Whose policy it is.
    pub company: String,
    /// Which policy of theirs.
    #[serde(rename = "type")]
    pub policy_type: String,
    /// The UTC day of `archive_time`.
    pub archive_date: String,
    /// When it was archived, RFC 3339 in UTC.
    pub archive_time: String,
    /// Whether the archive made it for a technical change of its own.
    pub is_technical: bool,
    /// Its title.
    pub title: Option<String>,
    /// The address of the policy when it was archived.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// Where it comes from.
    pub source: SnapshotSource,
    /// What else is known of it: one JSON object as it was written, empty where nothing is.
    #[serde(skip)]
    pub metadata: String,
}

impl SnapshotCard {
    /// The card of a snapshot of this policy.
    pub(super) fn new(key: &PolicyKey, info: SnapshotInfo, title: Option<String>) -> Self {
        Self {
            collection: key.collection.clone(),
            company: key.company.clone(),
            policy_type: key.policy_type.clone(),
            archive_date: info.time.date(),
            archive_time: info.time.rfc3339(),
            is_technical: info.is_technical,
            title,
            url: info.url,
            archive_url: info.archive_url,
            source: info.source,
            metadata: info.metadata,
        }
    }
}

/// A clause where it stands in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionClause {
    /// Its stable id.
    pub id: String,
    /// What it is there.
    pub kind: ClauseKind,
    /// The headings above it.
    pub section: Vec<String>,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<String>,
    /// Its text.
    pub text: String,
}

impl VersionClause {
    /// The clause as it is compared.
    pub fn compared(&self) -> ComparedClause<'_> {
        ComparedClause { kind: self.kind, lead_in: self.lead_in.as_deref(), text: &self.text }
    }
}

/// The rank of the one policy that these filters of names leave. `asked` is what the user called it.
///
/// # Errors
///
/// A name that nothing has, and more than one policy: lists what there is to choose from.
pub fn one_policy(index: &OpenIndex, filters: &Filters, asked: &str) -> Result<u32> {
    let named = policies_named(index, filters)?;
    let is_named =
        |rank: &u32| named.as_ref().is_none_or(|named| named.get(*rank as usize) == Some(&true));
    let ranks: Vec<u32> = (0..index.policies().entries().len() as u32).filter(is_named).collect();
    if let [rank] = ranks[..] {
        return Ok(rank);
    }
    let keys: Vec<_> =
        ranks.iter().filter_map(|&rank| index.policies().get(rank)).map(|e| &e.key).collect();
    let distinct = |of: &dyn Fn(usize) -> String| {
        let mut names: Vec<String> = (0..keys.len()).map(of).collect();
        names.sort();
        names.dedup();
        names
    };
    let companies = distinct(&|i| keys[i].company.clone());
    let types = distinct(&|i| keys[i].policy_type.clone());
    let collections = distinct(&|i| keys[i].collection.clone());
    let message = match (companies.len(), types.len()) {
        (0, _) => format!("no policy of `{asked}` is left by --type and --collection"),
        (1, 1) => format!(
            "`{asked}` is in {} collections: {}; add --collection",
            collections.len(),
            listed(&collections)
        ),
        (1, count) => {
            format!("`{asked}` has {count} types of policies: {}; add --type", listed(&types))
        }
        (count, _) => format!("`{asked}` is {count} companies: {}; name one", listed(&companies)),
    };
    Err(Error::Usage(message))
}

/// So many names are listed.
const MAX_NAMES: usize = 12;

fn listed(names: &[String]) -> String {
    let mut list: Vec<String> =
        names.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_NAMES {
        list.push(format!("and {} more", names.len() - MAX_NAMES));
    }
    list.join(", ")
}

/// The ordinal of the snapshot of a policy that the filters choose last.
///
/// # Errors
///
/// There is none: says when the history of the policy begins.
pub fn chosen_ordinal(index: &OpenIndex, rank: u32, filters: &Filters) -> Result<u32> {
    let entry = index.policies().get(rank).ok_or_else(|| index.damaged("an unknown policy"))?;
    let address = index.policy_address(entry.hash)?;
    let times = index.times(address)?;
    let snapshots =
        PolicySnapshots { count: entry.snapshots, address: Some(address), times: &times };
    let chosen = SnapshotSelection::new(index, filters)?.ordinals(index, snapshots)?;
    if let Some(range) = chosen.last() {
        return Ok(range.end.get() - 1);
    }
    let name = format!("{}, {}", entry.key.company, entry.key.policy_type);
    let first = times.first().copied().unwrap_or(0);
    Err(Error::Usage(match filters.dates {
        SnapshotDates::AsOf(period) if period.last().seconds() < first => {
            let (begins, asked) = (ArchiveTime::from_seconds(first).date(), period.last().date());
            format!("{name}: no snapshot up to {asked}; its history begins on {begins}")
        }
        _ => format!("{name}: the filters leave no snapshot"),
    }))
}

/// A policy as it stood in the snapshot with this ordinal.
///
/// # Errors
///
/// There is no such snapshot, or the index is damaged.
pub fn version(index: &OpenIndex, rank: u32, ordinal: u32) -> Result<Version> {
    VersionReader::new(index, rank)?.version(ordinal)
}

/// Reads the versions of one policy.
pub(super) struct VersionReader<'i> {
    index: &'i OpenIndex,
    rank: u32,
    entry: &'i PolicyEntry,
    address: DocAddress,
    tables: PolicyTables,
}

impl<'i> VersionReader<'i> {
    pub fn new(index: &'i OpenIndex, rank: u32) -> Result<Self> {
        let entry = index.policies().get(rank).ok_or_else(|| index.damaged("an unknown policy"))?;
        let address = index.policy_address(entry.hash)?;
        Ok(Self { index, rank, entry, address, tables: index.policy_tables(address)? })
    }

    /// The policy as it stood in the snapshot with this ordinal.
    pub fn version(&self, ordinal: u32) -> Result<Version> {
        let clauses = self.index.clauses_of(self.address, ordinal)?.into_iter();
        let clauses = clauses.map(|occurrence| self.clause(occurrence)).collect::<Result<_>>()?;
        Ok(Version { clauses, snapshot: self.card(ordinal)? })
    }

    /// The clause with this number where it stands at this place.
    fn clause(&self, occurrence: ClauseOccurrence) -> Result<VersionClause> {
        let Self { index, rank, entry, address, tables } = self;
        let place = tables
            .places
            .get(occurrence.place.index())
            .ok_or_else(|| index.damaged("a place is missing"))?;
        let clause = occurrence.clause.get();
        let stored = index.clause(index.clause_address(*address, entry.snapshots, clause))?;
        let id = index.clause_id(*rank, place.kind, &stored);
        let heading =
            |&number: &u32| tables.headings.get(number as usize).cloned().unwrap_or_default();
        Ok(VersionClause {
            id: id.ok_or_else(|| index.damaged("an unknown policy"))?.to_string(),
            kind: place.kind,
            section: place.section.iter().map(heading).collect(),
            lead_in: stored.lead_in,
            text: stored.text,
        })
    }

    /// What is known of a snapshot.
    fn card(&self, ordinal: u32) -> Result<SnapshotCard> {
        let mut chunk = self.index.chunk(self.address, ordinal)?.snapshots;
        let inside = ordinal as usize % CHUNK;
        if inside >= chunk.len() {
            return Err(self.index.damaged("a snapshot is missing"));
        }
        let stored = chunk.swap_remove(inside);
        Ok(SnapshotCard::new(&self.entry.key, stored.info, stored.title))
    }
}
