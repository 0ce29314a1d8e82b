//! Versions of a policy: its clauses in one snapshot, read from the index alone.

use serde::Serialize;
use tantivy::DocAddress;

use super::compared_clause::ComparedClause;
use crate::collapse::ClauseOccurrence;
use crate::error::Result;
use crate::index::{CHUNK, OpenIndex, PolicyRecord, PolicyTables};
use crate::model::{
    ArchiveTime, Clause, ClauseId, ClauseKind, Ordinal, PolicyKey, Rank, SnapshotInfo,
    SnapshotSource, as_text,
};
use crate::search::policy_tables::{place, section};

/// A policy in one snapshot (`schema/version.schema.json`).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PolicyVersion {
    /// The snapshot.
    #[serde(flatten)]
    pub snapshot: SnapshotCard,
    /// The clauses in reading order, as they were spelt in this snapshot.
    pub clauses: Vec<VersionClause>,
}

impl PolicyVersion {
    /// The version without furniture: only what belongs to the policy. `diff` compares this.
    pub fn without_furniture(mut self) -> Self {
        self.clauses.retain(|clause| !clause.is_furniture);
        self
    }
}

/// A snapshot without its clauses: the policy it belongs to, its time and its origin.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SnapshotCard {
    /// The collection of the policy.
    pub collection: String,
    /// The company of the policy.
    pub company: String,
    /// The type of the policy.
    #[serde(rename = "type")]
    pub policy_type: String,
    /// The time at which the snapshot was archived. JSON has its UTC day as well.
    #[serde(flatten, serialize_with = "as_text::archive_date_and_time")]
    pub archive_time: ArchiveTime,
    /// When the corpus removed the policy, whose newest snapshot this was until then.
    #[serde(serialize_with = "as_text::optional_date")]
    pub ended: Option<ArchiveTime>,
    /// Whether the archive made the snapshot because of a technical change of its own.
    pub is_technical: bool,
    /// The text of the first top-level heading.
    pub title: Option<String>,
    /// The address of the policy when it was archived.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// The file from which the snapshot was read.
    pub source: SnapshotSource,
    /// Further metadata: one JSON object as the corpus wrote it, or empty.
    #[serde(skip)]
    pub metadata: String,
}

impl SnapshotCard {
    /// Returns the card of a snapshot of the policy with this key.
    /// `ended` is the end of the snapshot, if it has one.
    pub(super) fn new(
        key: &PolicyKey,
        info: SnapshotInfo,
        title: Option<String>,
        ended: Option<ArchiveTime>,
    ) -> Self {
        Self {
            collection: key.collection.clone(),
            company: key.company.clone(),
            policy_type: key.policy_type.clone(),
            archive_time: info.time,
            ended,
            is_technical: info.is_technical,
            title,
            url: info.url,
            archive_url: info.archive_url,
            source: info.source,
            metadata: info.metadata,
        }
    }
}

/// A clause at its place in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VersionClause {
    /// The stable id of the clause.
    pub id: ClauseId,
    /// The number in front of the clause in this snapshot, if it has one.
    pub number: Option<String>,
    /// Whether the clause is furniture in this snapshot: text around the policy.
    pub is_furniture: bool,
    /// The kind of the clause in this snapshot.
    pub kind: ClauseKind,
    /// The headings above it, outermost first.
    pub section: Vec<String>,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<String>,
    /// The rendered text.
    pub text: String,
}

impl VersionClause {
    /// Returns the parts of the clause by which versions are compared.
    pub fn compared(&self) -> ComparedClause<'_> {
        ComparedClause::new(self.kind, self.lead_in.as_deref(), &self.text)
    }
}

/// Reads the versions of one policy.
pub(super) struct VersionReader<'i> {
    index: &'i OpenIndex,
    snapshots: u32,
    address: DocAddress,
    tables: PolicyTables,
}

impl<'i> VersionReader<'i> {
    /// Reads the tables of the policy of this rank.
    ///
    /// # Errors
    ///
    /// The index has no policy of this rank, or is damaged.
    pub fn new(index: &'i OpenIndex, rank: Rank) -> Result<Self> {
        let PolicyRecord { hash, snapshots, .. } = index.policies().record(rank)?;
        let address = index.policy_address(hash)?;
        Ok(Self { index, snapshots, address, tables: index.policy_tables(address)? })
    }

    /// Returns the company, the type and the collection of the policy.
    pub fn key(&self) -> &PolicyKey {
        &self.tables.key
    }

    /// Returns the number of snapshots of the policy.
    pub fn snapshot_count(&self) -> u32 {
        self.snapshots
    }

    /// Returns the document of the policy.
    pub fn address(&self) -> DocAddress {
        self.address
    }

    /// Reads the policy in the snapshot with this ordinal.
    ///
    /// # Errors
    ///
    /// The policy has no such snapshot, or the index is damaged.
    pub fn version(&self, ordinal: Ordinal) -> Result<PolicyVersion> {
        let occurrences = self.index.clauses_of(self.address, ordinal)?.into_iter();
        let clauses = occurrences
            .map(|occurrence| self.clause(occurrence, ordinal))
            .collect::<Result<_>>()?;
        Ok(PolicyVersion { snapshot: self.card(ordinal)?, clauses })
    }

    /// Reads one clause at its place in a snapshot.
    fn clause(&self, occurrence: ClauseOccurrence, ordinal: Ordinal) -> Result<VersionClause> {
        let Self { index, snapshots, address, tables } = self;
        let place = place(index, tables, occurrence.place)?;
        let address = index.clause_address(*address, *snapshots, occurrence.clause);
        let stored = index.clause_at(address, ordinal)?;
        Ok(VersionClause {
            id: stored.id(place.kind, &tables.key),
            number: place.number.clone(),
            is_furniture: place.is_furniture,
            kind: place.kind,
            section: section(index, tables, place)?,
            lead_in: stored.lead_in,
            text: stored.text,
        })
    }

    /// Reads the card of the snapshot with this ordinal.
    fn card(&self, ordinal: Ordinal) -> Result<SnapshotCard> {
        let mut chunk = self.index.chunk(self.address, ordinal)?.snapshots;
        let inside = ordinal.index() % CHUNK;
        if inside >= chunk.len() {
            return Err(self.index.damaged("a snapshot is missing"));
        }
        let stored = chunk.swap_remove(inside);
        let ends = self.index.ends(self.address)?;
        let ended = ends.iter().find(|end| end.ordinal == ordinal).map(|end| end.time);
        Ok(SnapshotCard::new(&self.tables.key, stored.info, stored.title, ended))
    }
}

/// Whether Markdown reads back into exactly these clauses.
pub(crate) fn reads_back(markdown: &str, clauses: &[VersionClause]) -> bool {
    let read = crate::section::section(markdown);
    let is_same = |read: &Clause, clause: &VersionClause| {
        (read.kind, &read.lead_in.as_deref(), &read.number, &read.text)
            == (clause.kind, &clause.lead_in.as_deref(), &clause.number, &clause.text)
    };
    read.len() == clauses.len()
        && read.iter().zip(clauses).all(|(read, clause)| is_same(read, clause))
}
