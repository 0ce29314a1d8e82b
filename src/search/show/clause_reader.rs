//! Reads a clause as it occurs at one place in one snapshot.

use std::sync::Arc;

use tantivy::{DocAddress, DocId, SegmentOrdinal};

use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::{FurnitureExtent, OpenIndex, StoredSnapshot};
use crate::lang::Lang;
use crate::model::{ArchiveTime, Ordinal, PlaceNumber, Rank, SnapshotSource};
use crate::search::hit::Hit;
use crate::search::matching::{Columns, Match, first_place};
use crate::search::policy_cache::{PolicyCache, PolicyFacts};
use crate::search::policy_tables::{place, section};
use crate::section::is_date_stamp;

/// A clause at one place in one snapshot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClauseLocation {
    /// The rank of its policy.
    pub rank: Rank,
    /// The segment of its document.
    pub segment: SegmentOrdinal,
    /// Its document.
    pub doc: DocId,
    /// The snapshot.
    pub ordinal: Ordinal,
    /// The number of the place in the tables of the policy.
    pub place: PlaceNumber,
}

impl ClauseLocation {
    /// The address of the clause's document.
    pub fn address(&self) -> DocAddress {
        DocAddress::new(self.segment, self.doc)
    }
}

/// Reads clauses. Keeps the last policy, since clauses of one policy often follow each other.
pub(crate) struct ClauseReader<'r> {
    index: &'r OpenIndex,
    columns: &'r [Columns],
    policies: &'r PolicyCache,
    without_furniture: bool,
    last: Option<(Rank, Arc<PolicyFacts>)>,
}

impl<'r> ClauseReader<'r> {
    /// A reader of the clauses of an index.
    pub fn new(index: &'r OpenIndex, columns: &'r [Columns], policies: &'r PolicyCache) -> Self {
        Self { index, columns, policies, without_furniture: false, last: None }
    }

    /// The same reader, for which clauses do not occur where they are furniture.
    pub fn without_furniture(self) -> Self {
        Self { without_furniture: true, ..self }
    }

    /// Whether clauses do not occur where they are furniture.
    pub fn leaves_out_furniture(&self) -> bool {
        self.without_furniture
    }

    /// The policy with this rank.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn policy(&mut self, rank: Rank) -> Result<Arc<PolicyFacts>> {
        if let Some((_, policy)) = self.last.as_ref().filter(|(last, _)| *last == rank) {
            return Ok(Arc::clone(policy));
        }
        let policy = self.policies.policy(self.index, rank)?;
        self.last = Some((rank, Arc::clone(&policy)));
        Ok(policy)
    }

    /// The location of a clause at its first place in a snapshot.
    ///
    /// # Errors
    ///
    /// The clause has no place there: the index is damaged.
    pub fn first_location(
        &self,
        rank: Rank,
        address: DocAddress,
        ordinal: Ordinal,
    ) -> Result<ClauseLocation> {
        let DocAddress { segment_ord: segment, doc_id: doc } = address;
        let place = first_place(self.columns(segment)?, doc, ordinal);
        let place = place.ok_or_else(|| self.index.damaged("a clause without a place"))?;
        Ok(ClauseLocation { rank, segment, doc, ordinal, place })
    }

    /// The location of a clause at its first place in the newest snapshot that contains it.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn newest_location(&self, rank: Rank, address: DocAddress) -> Result<ClauseLocation> {
        let newest = self.columns(address.segment_ord)?.runs(address.doc_id).last();
        let newest = newest.ok_or_else(|| self.index.damaged("a clause that is in no snapshot"))?;
        self.first_location(rank, address, newest.last)
    }

    /// The metadata of the snapshot of a clause: one JSON object as it was written, empty if there
    /// is none.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn metadata(&mut self, location: &ClauseLocation) -> Result<String> {
        let policy = self.policy(location.rank)?;
        let (rank, ordinal) = (location.rank, location.ordinal);
        self.policies.with_snapshot(self.index, rank, &policy, ordinal, |snapshot| {
            snapshot.info.metadata.clone()
        })
    }

    /// The location at which a match is shown.
    ///
    /// # Errors
    ///
    /// The clause has no place there: the index is damaged.
    pub fn location(&self, segment: SegmentOrdinal, found: &Match<'_>) -> Result<ClauseLocation> {
        let (rank, doc, ordinal) = (found.rank, found.doc, found.newest());
        match found.decision.place {
            Some(place) => Ok(ClauseLocation { rank, segment, doc, ordinal, place }),
            None => self.first_location(rank, DocAddress::new(segment, doc), ordinal),
        }
    }

    /// The headings above a clause, outermost first.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn section(&mut self, location: &ClauseLocation) -> Result<Vec<String>> {
        let policy = self.policy(location.rank)?;
        section(self.index, &policy.tables, place(self.index, &policy.tables, location.place)?)
    }

    /// A clause as a hit of rank 1 without a score, highlights, context or explanation.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn clause(&mut self, location: &ClauseLocation) -> Result<Hit> {
        let index = self.index;
        let mut clause = index.clause(location.address())?;
        if is_date_stamp(&clause.text) {
            // Its dates differ from snapshot to snapshot.
            clause = index.clause_at(location.address(), location.ordinal)?;
        }
        let policy = self.policy(location.rank)?;
        let place = place(index, &policy.tables, location.place)?;
        let columns = self.columns(location.segment)?;
        let runs: Vec<OrdinalRun> = match self.without_furniture {
            true => columns.runs_without_furniture(location.doc),
            false => columns.runs(location.doc).collect(),
        };
        let life = Lifetime::new(index, &runs, &policy)?;
        let archived = time(index, &policy, location.ordinal)?;
        let (rank, ordinal) = (location.rank, location.ordinal);
        let snapshot =
            self.policies.with_snapshot(index, rank, &policy, ordinal, SnapshotOrigin::of)?;
        let is_furniture = columns.furniture(location.doc) == Some(FurnitureExtent::Whole);
        let same_text_companies = match columns.text_key(location.doc) {
            Some(key) => index.companies_of_text(key, is_furniture)?.saturating_sub(1),
            None => return Err(index.damaged("a clause without the key of its text")),
        };
        let key = &policy.tables.key;
        Ok(Hit {
            rank: 1,
            score: None,
            id: clause.id(place.kind, key),
            collection: key.collection.clone(),
            company: key.company.clone(),
            policy_type: key.policy_type.clone(),
            archive_time: archived,
            first_seen: life.first_seen,
            last_seen: life.last_seen,
            gone_by: life.gone_by,
            ended: life.ended,
            snapshots: life.snapshots,
            section: section(index, &policy.tables, place)?,
            number: place.number.clone(),
            kind: place.kind,
            is_furniture: None,
            lead_in: clause.lead_in,
            text: clause.text,
            highlights: Vec::new(),
            lang: snapshot.lang,
            title: snapshot.title,
            url: snapshot.url,
            archive_url: snapshot.archive_url,
            source: snapshot.source,
            same_text_companies,
            group_size: None,
            context: None,
            explanation: None,
        })
    }

    fn columns(&self, segment: SegmentOrdinal) -> Result<&'r Columns> {
        let columns = self.columns.get(segment as usize);
        columns.ok_or_else(|| self.index.damaged("a missing segment"))
    }
}

/// The fields of a hit that come from its snapshot. Its metadata can be long and is not copied.
struct SnapshotOrigin {
    lang: Option<Lang>,
    title: Option<String>,
    url: Option<String>,
    archive_url: Option<String>,
    source: SnapshotSource,
}

impl SnapshotOrigin {
    fn of(snapshot: &StoredSnapshot) -> Self {
        let StoredSnapshot { info, title, lang, .. } = snapshot;
        Self {
            lang: *lang,
            title: title.clone(),
            url: info.url.clone(),
            archive_url: info.archive_url.clone(),
            source: info.source.clone(),
        }
    }
}

/// The archive time of a snapshot.
fn time(index: &OpenIndex, policy: &PolicyFacts, ordinal: Ordinal) -> Result<ArchiveTime> {
    let time = policy.times.get(ordinal.index());
    let time = time.ok_or_else(|| index.damaged("a snapshot without an archive time"))?;
    Ok(*time)
}

/// When a clause was in its policy.
struct Lifetime {
    first_seen: ArchiveTime,
    last_seen: ArchiveTime,
    /// The time of the first snapshot without it after the last with it.
    gone_by: Option<ArchiveTime>,
    /// When the corpus removed the policy, if the newest snapshot still had the clause.
    ended: Option<ArchiveTime>,
    snapshots: u64,
}

impl Lifetime {
    fn new(index: &OpenIndex, runs: &[OrdinalRun], policy: &PolicyFacts) -> Result<Self> {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
            return Err(index.damaged("a clause that is in no snapshot"));
        };
        // Without a later snapshot, the clause is still there.
        let after = policy.times.get(last.last.next().index());
        let end = policy.ends.iter().find(|end| after.is_none() && end.ordinal == last.last);
        Ok(Self {
            first_seen: time(index, policy, first.start)?,
            last_seen: time(index, policy, last.last)?,
            gone_by: after.copied(),
            ended: end.map(|end| end.time),
            snapshots: runs.iter().map(|run| run.snapshot_count()).sum(),
        })
    }
}
