//! Lays a policy out in tantivy documents, and decodes the values that they store.
//!
//! No other file knows which field contains what. A policy becomes one document of its own, then
//! one document per chunk of snapshots, then one per clause. `schema/index.json` describes the
//! fields.

use std::collections::{BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;

use super::schema::Fields;
use crate::collapse::{
    ClauseOccurrence, ClausePlace, CollapsedPolicy, CollapsedSnapshot, DistinctClause,
    FirstOccurrence, OrdinalRun, PlaceChange, SourceRecord,
};
use crate::lang::Lang;
use crate::model::{ClauseKind, Ordinal, PlaceNumber, PolicyKey, SnapshotInfo};

/// Snapshots per chunk. A hit reads the one chunk that contains its snapshot.
pub(crate) const CHUNK: usize = 4;

/// The table in the field `tables` of a policy's own document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PolicyTables {
    /// Company, policy type and collection.
    pub key: PolicyKey,
    /// Distinct headings.
    pub headings: Vec<String>,
    /// Distinct places. Their sections are paths of positions in `headings`.
    pub places: Vec<ClausePlace>,
}

/// A snapshot as a chunk stores it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredSnapshot {
    /// Metadata. The name of the corpus is empty here; the manifest has it.
    pub info: SnapshotInfo,
    /// The data by which an update recognises the snapshot.
    pub record: SourceRecord,
    /// Its title.
    pub title: Option<String>,
    /// Its language.
    pub lang: Option<Lang>,
}

impl StoredSnapshot {
    fn of(snapshot: &CollapsedSnapshot) -> Self {
        let mut info = snapshot.info.clone();
        // Repeated in every snapshot, the name would be a tenth of the table.
        info.source.corpus.clear();
        let title = snapshot.title.clone();
        Self { info, record: snapshot.record, title, lang: snapshot.lang }
    }
}

/// The table in the field `tables` of a chunk: the part of its snapshots that a hit shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SnapshotChunk {
    /// The snapshots, oldest first.
    pub snapshots: Vec<StoredSnapshot>,
}

/// The table in the field `clauses` of a chunk: which clauses each of its snapshots contains.
///
/// It is larger than [`SnapshotChunk`], and only reading a whole snapshot needs it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ClauseLists {
    /// For each snapshot, the edits that turn the list of the snapshot before it into its own. The
    /// list before the first snapshot of a chunk is empty.
    edits: Vec<Vec<Edit>>,
}

/// One piece of a list of clauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Edit {
    /// Entries of the list before: the position of the first one, and their number.
    Copy(u32, u32),
    /// New entries.
    New(Vec<ClauseOccurrence>),
}

impl SnapshotChunk {
    fn of(snapshots: &[CollapsedSnapshot]) -> Self {
        Self { snapshots: snapshots.iter().map(StoredSnapshot::of).collect() }
    }
}

impl ClauseLists {
    fn of(snapshots: &[CollapsedSnapshot]) -> Self {
        let mut before: &[ClauseOccurrence] = &[];
        let mut all = Vec::with_capacity(snapshots.len());
        for snapshot in snapshots {
            all.push(edits(before, &snapshot.clauses));
            before = &snapshot.clauses;
        }
        Self { edits: all }
    }

    /// The clauses in the snapshot at `index` of the chunk with their places, in reading order.
    ///
    /// `None`: the chunk has no snapshot `index`, or its edits do not fit together.
    pub fn of_snapshot(&self, index: usize) -> Option<Vec<ClauseOccurrence>> {
        let edits = self.edits.get(..=index)?;
        edits.iter().try_fold(Vec::new(), |before, edits| apply(&before, edits))
    }
}

/// The edits that turn the list `before` into the list `after`.
///
/// Most snapshots differ from the one before in a few entries, so the common start and the common
/// end are copied first, and only the middle is compared.
fn edits(before: &[ClauseOccurrence], after: &[ClauseOccurrence]) -> Vec<Edit> {
    let prefix = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (old, new) = (&before[prefix..], &after[prefix..]);
    let suffix = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let mut edits = Vec::new();
    push_copy(&mut edits, 0, prefix);
    push_middle(&mut edits, prefix, &old[..old.len() - suffix], &new[..new.len() - suffix]);
    push_copy(&mut edits, before.len() - suffix, suffix);
    edits
}

fn push_copy(edits: &mut Vec<Edit>, from: usize, len: usize) {
    if len > 0 {
        edits.push(Edit::Copy(from as u32, len as u32));
    }
}

/// Adds the edits that turn `old`, which begins at `offset` in the list before, into `new`.
fn push_middle(
    edits: &mut Vec<Edit>,
    offset: usize,
    old: &[ClauseOccurrence],
    new: &[ClauseOccurrence],
) {
    let mut positions: HashMap<ClauseOccurrence, usize, FxBuildHasher> = HashMap::default();
    if !new.is_empty() {
        for (i, entry) in old.iter().enumerate() {
            positions.entry(*entry).or_insert(i);
        }
    }
    let mut at = 0;
    // The position where a copy continues if nothing changes. Of several equal entries in `old`, it
    // is the right one.
    let mut expected = 0;
    while let Some(entry) = new.get(at) {
        let continues = old.get(expected) == Some(entry);
        let from = if continues { Some(expected) } else { positions.get(entry).copied() };
        let Some(from) = from else {
            push_new(edits, *entry);
            at += 1;
            continue;
        };
        let len = old[from..].iter().zip(&new[at..]).take_while(|(old, new)| old == new).count();
        push_copy(edits, offset + from, len);
        at += len;
        expected = from + len;
    }
}

fn push_new(edits: &mut Vec<Edit>, entry: ClauseOccurrence) {
    match edits.last_mut() {
        Some(Edit::New(entries)) => entries.push(entry),
        _ => edits.push(Edit::New(vec![entry])),
    }
}

/// The list that `edits` make of the list `before`. `None`: an edit copies entries that `before`
/// does not have.
fn apply(before: &[ClauseOccurrence], edits: &[Edit]) -> Option<Vec<ClauseOccurrence>> {
    let mut after = Vec::new();
    for edit in edits {
        match edit {
            Edit::Copy(from, len) => {
                let (from, len) = (*from as usize, *len as usize);
                after.extend_from_slice(before.get(from..from.checked_add(len)?)?);
            }
            Edit::New(entries) => after.extend_from_slice(entries),
        }
    }
    Some(after)
}

/// The documents of a policy, in their order: the policy, its chunks, its clauses.
///
/// # Errors
///
/// A table cannot be encoded.
pub(crate) fn documents(
    fields: &Fields,
    key: &PolicyKey,
    policy: &CollapsedPolicy,
) -> Result<Vec<TantivyDocument>, postcard::Error> {
    // There can be thousands of clauses, so the key is hashed once.
    let hash = key.hash();
    let chunks = policy.snapshots.chunks(CHUNK);
    let mut documents = Vec::with_capacity(1 + chunks.len() + policy.clauses.len());
    documents.push(policy_document(fields, key, hash, policy)?);
    for (number, snapshots) in chunks.enumerate() {
        documents.push(chunk_document(fields, hash, number, snapshots)?);
    }
    let languages = Languages::of(&policy.snapshots);
    for clause in &policy.clauses {
        let mut document = clause_document(fields, key, policy, clause);
        document.add_u64(fields.policy, hash);
        if let Some(lang) = languages.of_clause(&clause.runs) {
            document.add_u64(fields.lang, lang.number());
        }
        if !clause.earlier.is_empty() {
            document.add_bytes(fields.earlier, &postcard::to_stdvec(&clause.earlier)?);
        }
        documents.push(document);
    }
    Ok(documents)
}

fn policy_document(
    fields: &Fields,
    key: &PolicyKey,
    hash: u64,
    policy: &CollapsedPolicy,
) -> Result<TantivyDocument, postcard::Error> {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.policy_tables, hash);
    for (ordinal, snapshot) in policy.snapshots.iter().enumerate() {
        document.add_i64(fields.times, snapshot.info.time.seconds());
        if snapshot.info.is_technical {
            document.add_u64(fields.technical, ordinal as u64);
        }
    }
    for heading in &policy.headings {
        document.add_text(fields.section, heading);
    }
    let links: BTreeSet<&str> =
        policy.places.iter().flat_map(|place| &place.links).map(String::as_str).collect();
    for link in links {
        document.add_text(fields.link, link);
    }
    let tables = PolicyTables {
        key: key.clone(),
        headings: policy.headings.clone(),
        places: policy.places.clone(),
    };
    document.add_bytes(fields.tables, &postcard::to_stdvec(&tables)?);
    Ok(document)
}

fn chunk_document(
    fields: &Fields,
    hash: u64,
    number: usize,
    snapshots: &[CollapsedSnapshot],
) -> Result<TantivyDocument, postcard::Error> {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.policy_tables, hash);
    document.add_u64(fields.chunk, (number * CHUNK) as u64);
    document.add_bytes(fields.tables, &postcard::to_stdvec(&SnapshotChunk::of(snapshots))?);
    document.add_bytes(fields.clauses, &postcard::to_stdvec(&ClauseLists::of(snapshots))?);
    Ok(document)
}

fn clause_document(
    fields: &Fields,
    key: &PolicyKey,
    policy: &CollapsedPolicy,
    clause: &DistinctClause,
) -> TantivyDocument {
    let id = clause.identity.clause_id(&key.company, &key.policy_type);
    let mut document = TantivyDocument::default();
    document.add_text(fields.text, &clause.text);
    if let Some(lead_in) = &clause.lead_in {
        document.add_text(fields.lead_in, lead_in);
    }
    document.add_u64(fields.clause_id, id.prefix());
    document.add_u64(fields.text_key, clause.identity.text_key());
    document.add_u64(fields.order, pack(clause.first.ordinal.get(), clause.first.position));
    for run in &clause.runs {
        document.add_u64(fields.runs, pack(run.start.get(), run.last.get()));
    }
    for change in &clause.places {
        let place = &policy.places[change.place.index()];
        document.add_u64(fields.places, pack_place(*change, place.kind, place.is_furniture));
    }
    document
}

/// The languages of a policy's snapshots.
enum Languages {
    /// All snapshots have the same language, or none has one. Nearly all policies are like this.
    One(Option<Lang>),
    /// The language of each snapshot, by ordinal.
    Several(Vec<Option<Lang>>),
}

impl Languages {
    fn of(snapshots: &[CollapsedSnapshot]) -> Self {
        let langs: Vec<Option<Lang>> = snapshots.iter().map(|snapshot| snapshot.lang).collect();
        match langs.first() {
            None => Self::One(None),
            Some(first) if langs.iter().all(|lang| lang == first) => Self::One(*first),
            Some(_) => Self::Several(langs),
        }
    }

    /// The language of most snapshots in which a clause occurs. Snapshots without a language do not
    /// count; of languages in equally many snapshots, this is the one that occurs last.
    fn of_clause(&self, runs: &[OrdinalRun]) -> Option<Lang> {
        let langs = match self {
            Self::One(lang) => return *lang,
            Self::Several(langs) => langs,
        };
        // For each language, the number of snapshots and the ordinal of the last one.
        let mut counts: Vec<(u32, Ordinal, Lang)> = Vec::new();
        for ordinal in runs.iter().flat_map(|run| run.ordinals()) {
            let Some(lang) = langs.get(ordinal.index()).copied().flatten() else { continue };
            match counts.iter_mut().find(|(.., known)| *known == lang) {
                Some(count) => (count.0, count.1) = (count.0 + 1, ordinal),
                None => counts.push((1, ordinal, lang)),
            }
        }
        counts.into_iter().max().map(|(.., lang)| lang)
    }
}

/// Two numbers in one column value, the first one in the high half.
fn pack(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

fn unpack(value: u64) -> (u32, u32) {
    ((value >> 32) as u32, value as u32)
}

/// The number of low bits in a value of the column `places` that hold the kind and the furniture
/// bit. The number of the place is above them.
const PLACE_SHIFT: u32 = 4;

/// The bit in a value of the column `places` that is set where the clause is furniture.
const FURNITURE_BIT: u32 = 8;

fn pack_place(change: PlaceChange, kind: ClauseKind, is_furniture: bool) -> u64 {
    let furniture = if is_furniture { FURNITURE_BIT } else { 0 };
    let place = change.place.get() << PLACE_SHIFT | furniture | kind as u32;
    pack(change.ordinal.get(), place)
}

/// The first occurrence of a clause, from its value in the column `order`: the ordinal of the
/// snapshot, and the position of the clause there.
pub(crate) fn first_occurrence(order: u64) -> FirstOccurrence {
    let (ordinal, position) = unpack(order);
    FirstOccurrence { ordinal: Ordinal::new(ordinal), position }
}

/// The ordinal of the first snapshot in which a clause occurs, from its value in the column
/// `order`.
pub(crate) fn first_ordinal(order: u64) -> u32 {
    unpack(order).0
}

/// A run, from a value of the column `runs`.
pub(crate) fn run(value: u64) -> OrdinalRun {
    let (start, last) = unpack(value);
    OrdinalRun { start: Ordinal::new(start), last: Ordinal::new(last) }
}

/// A change of places and the kind of the clause there, from a value of the column `places`.
/// `None`: no kind has the number in this value.
pub(crate) fn checked_place_change(value: u64) -> Option<(PlaceChange, ClauseKind)> {
    let (ordinal, low) = unpack(value);
    let kind = ClauseKind::ALL.get((low & 7) as usize)?;
    let (ordinal, place) = (Ordinal::new(ordinal), PlaceNumber::new(low >> PLACE_SHIFT));
    Some((PlaceChange { ordinal, place }, *kind))
}

/// A change of places and the kind of the clause there, from a value of the column `places`.
///
/// # Panics
///
/// No kind has the number in this value. Only a damaged file contains one, and the public functions
/// that read an index turn the panic into [`Error::Damaged`](crate::Error::Damaged).
pub(crate) fn place_change(value: u64) -> (PlaceChange, ClauseKind) {
    checked_place_change(value).expect("the column `places` contains kinds that exist")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ClauseNumber;

    fn occurrences(numbers: &[(u32, u32)]) -> Vec<ClauseOccurrence> {
        let numbers = numbers.iter().map(|&(clause, place)| ClauseOccurrence {
            clause: ClauseNumber::new(clause),
            place: PlaceNumber::new(place),
        });
        numbers.collect()
    }

    #[test]
    fn snapshot_lists_come_back_whole() {
        let lists: [&[(u32, u32)]; 6] = [
            &[(0, 0), (1, 0), (2, 1), (1, 0)],
            &[(0, 0), (1, 0), (2, 1), (1, 0)],
            &[(2, 1), (3, 1), (0, 0), (1, 0), (1, 0)],
            &[],
            &[(1, 0), (1, 0), (1, 0)],
            &[(1, 0), (1, 0), (1, 2), (1, 0)],
        ];
        let lists = lists.map(occurrences);
        let mut before: Vec<ClauseOccurrence> = Vec::new();
        for list in &lists {
            let changed = edits(&before, list);
            assert_eq!(apply(&before, &changed).as_ref(), Some(list));
            before.clone_from(list);
        }
        assert_eq!(edits(&lists[0], &lists[1]), [Edit::Copy(0, 4)]);
        // A change in the middle, and two ranges that are exchanged.
        let list = occurrences(&(0..9).map(|i| (i, 0)).collect::<Vec<_>>());
        let new = occurrences(&[(9, 9)]);
        let changed = [&list[..4], &new, &list[5..]].concat();
        assert_eq!(edits(&list, &changed), [Edit::Copy(0, 4), Edit::New(new), Edit::Copy(5, 4)]);
        let turned = [&list[..1], &list[4..8], &list[1..4], &list[8..]].concat();
        assert_eq!(
            edits(&list, &turned),
            [Edit::Copy(0, 1), Edit::Copy(4, 4), Edit::Copy(1, 3), Edit::Copy(8, 1)]
        );
    }

    #[test]
    fn edits_that_do_not_fit_give_no_list() {
        let before = occurrences(&[(0, 0)]);
        assert_eq!(apply(&before, &[Edit::Copy(0, 2)]), None);
        assert_eq!(apply(&before, &[Edit::Copy(2, 0)]), None);
        let list = occurrences(&[(3, 1)]);
        let lists = ClauseLists { edits: vec![vec![Edit::New(list.clone())]] };
        assert_eq!(lists.of_snapshot(0), Some(list));
        assert_eq!(lists.of_snapshot(1), None);
    }

    #[test]
    fn an_unknown_kind_is_no_place() {
        assert_eq!(checked_place_change(pack(7, 123 << PLACE_SHIFT | 5)), None);
    }

    #[test]
    fn places_keep_their_kind() {
        for kind in ClauseKind::ALL {
            let change = PlaceChange { ordinal: Ordinal::new(7), place: PlaceNumber::new(123_456) };
            for is_furniture in [false, true] {
                let value = pack_place(change, kind, is_furniture);
                assert_eq!(place_change(value), (change, kind));
                assert_eq!(value as u32 & FURNITURE_BIT != 0, is_furniture);
            }
        }
    }
}
