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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// The number of documents of a policy with this many snapshots and clauses.
pub(crate) fn document_count(snapshots: usize, clauses: usize) -> usize {
    1 + snapshots.div_ceil(CHUNK) + clauses
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
    let count = document_count(policy.snapshots.len(), policy.clauses.len());
    let mut documents = Vec::with_capacity(count);
    documents.push(policy_document(fields, key, hash, policy)?);
    for (number, snapshots) in chunks.enumerate() {
        documents.push(chunk_document(fields, hash, number, snapshots)?);
    }
    for clause in &policy.clauses {
        let mut document = clause_document(fields, key, policy, clause);
        document.add_u64(fields.policy, hash);
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
        let time = snapshot.info.time;
        document.add_i64(fields.times, time.seconds());
        if time.nanoseconds() > 0 {
            document.add_u64(fields.fractions, pack(ordinal as u32, time.nanoseconds()));
        }
        if snapshot.info.is_technical {
            document.add_u64(fields.technical, ordinal as u64);
        }
    }
    for end in &policy.ends {
        document.add_u64(fields.ended, u64::from(end.ordinal.get()));
        document.add_i64(fields.ends, end.time.seconds());
    }
    for change in LangChange::all(&policy.snapshots) {
        document.add_u64(fields.langs, change.packed());
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
    if let Some(extent) = FurnitureExtent::of(policy, clause) {
        document.add_u64(fields.furniture, extent as u64);
    }
    for change in &clause.places {
        let place = &policy.places[change.place.index()];
        document.add_u64(fields.places, pack_place(*change, place.kind, place.is_furniture));
    }
    document
}

/// At which of its places a clause is furniture, if it is at any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FurnitureExtent {
    /// At some.
    Part,
    /// At all.
    Whole,
}

impl FurnitureExtent {
    /// The extent of a clause of a policy; `None` if it is furniture nowhere.
    fn of(policy: &CollapsedPolicy, clause: &DistinctClause) -> Option<Self> {
        let mut places = clause.places.iter();
        let is_furniture = |change: &PlaceChange| policy.places[change.place.index()].is_furniture;
        match (places.clone().any(is_furniture), places.all(is_furniture)) {
            (false, _) => None,
            (true, false) => Some(Self::Part),
            (true, true) => Some(Self::Whole),
        }
    }

    /// The extent with this value in the column `furniture`.
    pub fn of_number(number: u64) -> Self {
        if number == Self::Whole as u64 { Self::Whole } else { Self::Part }
    }
}

/// The language of the snapshots of a policy from an ordinal on, until the next change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LangChange {
    /// The first ordinal.
    pub ordinal: Ordinal,
    /// The language; `None` where it could not be told.
    pub lang: Option<Lang>,
}

impl LangChange {
    /// The changes of these snapshots, which are by ordinal. Nearly all policies have one.
    pub fn all(snapshots: &[CollapsedSnapshot]) -> Vec<Self> {
        let mut changes: Vec<Self> = Vec::new();
        for (ordinal, snapshot) in snapshots.iter().enumerate() {
            if changes.last().is_none_or(|last| last.lang != snapshot.lang) {
                let ordinal = Ordinal::from_index(ordinal);
                changes.push(Self { ordinal, lang: snapshot.lang });
            }
        }
        changes
    }

    /// Its value in the column `langs`.
    fn packed(self) -> u64 {
        pack(self.ordinal.get(), self.lang.map_or(0, |lang| lang.number() as u32))
    }

    /// The change with this value in the column `langs`.
    pub fn unpacked(value: u64) -> Self {
        let (ordinal, number) = unpack(value);
        let lang = (number > 0).then(|| Lang::of_number(u64::from(number)));
        Self { ordinal: Ordinal::new(ordinal), lang }
    }
}

/// The ordinal of a snapshot and the nanoseconds of its archive time, from a value of the column
/// `fractions`.
pub(crate) fn fraction(value: u64) -> (Ordinal, u32) {
    let (ordinal, nanoseconds) = unpack(value);
    (Ordinal::new(ordinal), nanoseconds)
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

/// A change of places as the column `places` has it: with what the clause is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StoredPlace {
    /// The change.
    pub change: PlaceChange,
    /// The kind of the clause there.
    pub kind: ClauseKind,
    /// Whether it is furniture there.
    pub is_furniture: bool,
}

/// A change of places, from a value of the column `places`. `None`: no kind has the number in this
/// value.
pub(crate) fn checked_place_change(value: u64) -> Option<StoredPlace> {
    let (ordinal, low) = unpack(value);
    let kind = *ClauseKind::ALL.get((low & 7) as usize)?;
    let (ordinal, place) = (Ordinal::new(ordinal), PlaceNumber::new(low >> PLACE_SHIFT));
    let is_furniture = low & FURNITURE_BIT != 0;
    Some(StoredPlace { change: PlaceChange { ordinal, place }, kind, is_furniture })
}

/// A change of places, from a value of the column `places`.
///
/// # Panics
///
/// No kind has the number in this value. Only a damaged file contains one, and the public functions
/// that read an index turn the panic into [`Error::Damaged`](crate::Error::Damaged).
pub(crate) fn place_change(value: u64) -> StoredPlace {
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
    fn languages_are_kept_as_changes() {
        let [english, german] = ["en", "de"].map(|code| code.parse::<Lang>().ok());
        assert!(english.is_some() && german.is_some());
        for lang in [None, english, german] {
            let change = LangChange { ordinal: Ordinal::new(7), lang };
            assert_eq!(LangChange::unpacked(change.packed()), change);
        }
        let mut snapshots = CollapsedPolicy::of_texts(&["A.", "B.", "C.", "D."]).snapshots;
        for (snapshot, lang) in snapshots.iter_mut().zip([english, english, None, german]) {
            snapshot.lang = lang;
        }
        let changes = LangChange::all(&snapshots);
        let told: Vec<_> =
            changes.iter().map(|change| (change.ordinal.get(), change.lang)).collect();
        assert_eq!(told, [(0, english), (2, None), (3, german)]);
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
                assert_eq!(place_change(value), StoredPlace { change, kind, is_furniture });
            }
        }
    }
}
