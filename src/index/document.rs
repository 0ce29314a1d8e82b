//! Policies to tantivy documents and back: the only place that knows how clauses, snapshots and tables are laid out in fields.

use std::collections::{BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;

use super::schema::Fields;
use crate::collapse::{
    ClauseOccurrence, ClausePlace, CollapsedPolicy, CollapsedSnapshot, DistinctClause, OrdinalRun,
    PlaceChange, SourceRecord,
};
use crate::lang::Lang;
use crate::model::{ClauseKind, Ordinal, PlaceNumber, PolicyKey, SnapshotInfo};

/// Snapshots per chunk: the unit in which snapshot tables are read for a hit.
pub const CHUNK: usize = 4;

/// What a policy's own document stores.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyTables {
    /// Whose policy it is.
    pub key: PolicyKey,
    /// Distinct headings.
    pub headings: Vec<String>,
    /// Distinct places, their sections as numbers of headings.
    pub places: Vec<ClausePlace>,
}

/// A snapshot as a chunk stores it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredSnapshot {
    /// What is known of it; the name of its corpus is in the manifest.
    pub info: SnapshotInfo,
    /// What updates know it by.
    pub record: SourceRecord,
    /// Its title.
    pub title: Option<String>,
    /// Its language.
    pub lang: Option<Lang>,
}

/// What a chunk's document stores in `tables`: all that a hit needs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SnapshotChunk {
    /// The snapshots, oldest first.
    pub snapshots: Vec<StoredSnapshot>,
}

/// What a chunk's document stores in `clauses`: larger, and only needed to print a snapshot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClauseLists {
    /// Per snapshot of the chunk its clauses and places, as changes from the snapshot before.
    edits: Vec<Vec<Edit>>,
}

/// How the list of a snapshot's clauses comes from the list before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Edit {
    /// So many entries of the old list, from this one.
    Copy(u32, u32),
    /// New entries: numbers of clause and place.
    New(Vec<ClauseOccurrence>),
}

impl SnapshotChunk {
    fn of(snapshots: &[CollapsedSnapshot]) -> Self {
        let stored = |snapshot: &CollapsedSnapshot| {
            let mut info = snapshot.info.clone();
            // In every snapshot it would be a tenth of the table.
            info.source.corpus.clear();
            StoredSnapshot {
                info,
                record: snapshot.record,
                title: snapshot.title.clone(),
                lang: snapshot.lang,
            }
        };
        Self { snapshots: snapshots.iter().map(stored).collect() }
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

    /// The numbers of clause and place in the snapshot at `index` of the chunk, in reading order.
    pub fn of_snapshot(&self, index: usize) -> Vec<ClauseOccurrence> {
        self.edits.iter().take(index + 1).fold(Vec::new(), |before, edits| apply(&before, edits))
    }
}

/// What both lists begin and end with is copied, the rest is looked for. Most snapshots differ from the one before in a few entries, and
/// there are as many lists as snapshots.
fn edits(before: &[ClauseOccurrence], after: &[ClauseOccurrence]) -> Vec<Edit> {
    let prefix = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (old, new) = (&before[prefix..], &after[prefix..]);
    let suffix = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let mut edits = Vec::new();
    let copy = |edits: &mut Vec<Edit>, from: usize, len: usize| {
        edits.extend((len > 0).then_some(Edit::Copy(from as u32, len as u32)));
    };
    copy(&mut edits, 0, prefix);
    moved_or_new(&old[..old.len() - suffix], &new[..new.len() - suffix], prefix, &mut edits);
    copy(&mut edits, before.len() - suffix, suffix);
    edits
}

/// The edits that make `new` of `old`, which begins at `offset` in the list before.
fn moved_or_new(
    old: &[ClauseOccurrence],
    new: &[ClauseOccurrence],
    offset: usize,
    edits: &mut Vec<Edit>,
) {
    let mut positions: HashMap<ClauseOccurrence, usize, FxBuildHasher> = HashMap::default();
    if !new.is_empty() {
        for (i, entry) in old.iter().enumerate() {
            positions.entry(*entry).or_insert(i);
        }
    }
    let mut at = 0;
    // Where a copy would go on if nothing changed: the right one of several equal entries.
    let mut expected = 0;
    while let Some(entry) = new.get(at) {
        let goes_on = old.get(expected) == Some(entry);
        let from = if goes_on { Some(expected) } else { positions.get(entry).copied() };
        let Some(from) = from else {
            match edits.last_mut() {
                Some(Edit::New(entries)) => entries.push(*entry),
                _ => edits.push(Edit::New(vec![*entry])),
            }
            at += 1;
            continue;
        };
        let len = old[from..].iter().zip(&new[at..]).take_while(|(old, new)| old == new).count();
        edits.push(Edit::Copy((offset + from) as u32, len as u32));
        at += len;
        expected = from + len;
    }
}

fn apply(before: &[ClauseOccurrence], edits: &[Edit]) -> Vec<ClauseOccurrence> {
    let mut after = Vec::new();
    for edit in edits {
        match edit {
            Edit::Copy(from, len) => {
                let (from, len) = (*from as usize, *len as usize);
                // A damaged table yields less, not a panic; `check` finds it.
                after.extend_from_slice(
                    before.get(from..from.saturating_add(len)).unwrap_or_default(),
                );
            }
            Edit::New(entries) => after.extend_from_slice(entries),
        }
    }
    after
}

/// The documents of a policy, in their order: policy, chunks, clauses.
pub fn documents(
    fields: &Fields,
    key: &PolicyKey,
    policy: &CollapsedPolicy,
) -> Result<Vec<TantivyDocument>, postcard::Error> {
    let hash = key.hash();
    let mut documents =
        Vec::with_capacity(1 + policy.clauses.len() + policy.snapshots.len() / CHUNK + 1);
    documents.push(policy_document(fields, key, hash, policy)?);
    for (i, snapshots) in policy.snapshots.chunks(CHUNK).enumerate() {
        let mut document = TantivyDocument::default();
        document.add_u64(fields.policy_tables, hash);
        document.add_u64(fields.chunk, (i * CHUNK) as u64);
        document.add_bytes(fields.tables, &postcard::to_stdvec(&SnapshotChunk::of(snapshots))?);
        document.add_bytes(fields.clauses, &postcard::to_stdvec(&ClauseLists::of(snapshots))?);
        documents.push(document);
    }
    let languages = Languages::of(&policy.snapshots);
    for clause in &policy.clauses {
        let mut document = clause_document(fields, policy, clause);
        if !clause.earlier.is_empty() {
            document.add_bytes(fields.earlier, &postcard::to_stdvec(&clause.earlier)?);
        }
        document.add_u64(fields.policy, hash);
        document.add_u64(
            fields.clause_id,
            clause.identity.clause_id(&key.company, &key.policy_type).prefix(),
        );
        document.add_u64(fields.text_key, clause.identity.text_key());
        if let Some(lang) = languages.of_clause(&clause.runs) {
            document.add_u64(fields.lang, lang.number());
        }
        documents.push(document);
    }
    Ok(documents)
}

/// The languages of a policy's snapshots: nearly always one.
enum Languages {
    One(Option<Lang>),
    /// By ordinal.
    Several(Vec<Option<Lang>>),
}

impl Languages {
    fn of(snapshots: &[CollapsedSnapshot]) -> Self {
        let mut langs = snapshots.iter().map(|snapshot| snapshot.lang);
        let first = langs.next().flatten();
        if langs.all(|lang| lang == first) {
            return Self::One(first);
        }
        Self::Several(snapshots.iter().map(|snapshot| snapshot.lang).collect())
    }

    /// The language of most snapshots in which a clause stood, as far as they have one; of several, the one that it had last.
    fn of_clause(&self, runs: &[OrdinalRun]) -> Option<Lang> {
        let langs = match self {
            Self::One(lang) => return *lang,
            Self::Several(langs) => langs,
        };
        // By language: in how many snapshots, and in which last.
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

/// What a clause is by itself; what joins it to others is added by [`documents`].
fn clause_document(
    fields: &Fields,
    policy: &CollapsedPolicy,
    clause: &DistinctClause,
) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_text(fields.text, &clause.text);
    document.add_u64(fields.order, pack(clause.first.ordinal.get(), clause.first.position));
    if let Some(lead_in) = &clause.lead_in {
        document.add_text(fields.lead_in, lead_in);
    }
    for run in &clause.runs {
        document.add_u64(fields.runs, pack(run.start.get(), run.last.get()));
    }
    for change in &clause.places {
        if let Some(place) = policy.places.get(change.place.index()) {
            document.add_u64(fields.places, pack_place(*change, place.kind));
        }
    }
    document
}

/// Two numbers in one column value, the first above the second.
fn pack(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The first snapshot in which a clause stood, from its value in the column `order`.
pub fn first_ordinal(order: u64) -> u32 {
    unpack(order).0
}

fn unpack(value: u64) -> (u32, u32) {
    ((value >> 32) as u32, value as u32)
}

fn pack_place(change: PlaceChange, kind: ClauseKind) -> u64 {
    pack(change.ordinal.get(), change.place.get() << 3 | kind as u32)
}

/// A run from its column value.
pub fn run(value: u64) -> OrdinalRun {
    let (start, last) = unpack(value);
    OrdinalRun { start: Ordinal::new(start), last: Ordinal::new(last) }
}

/// A change of places and the kind there, from its column value.
pub fn place_change(value: u64) -> (PlaceChange, ClauseKind) {
    let (ordinal, low) = unpack(value);
    let kind = ClauseKind::ALL.get((low & 7) as usize).copied().unwrap_or(ClauseKind::Paragraph);
    let (ordinal, place) = (Ordinal::new(ordinal), PlaceNumber::new(low >> 3));
    (PlaceChange { ordinal, place }, kind)
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
            assert_eq!(apply(&before, &changed), *list);
            before.clone_from(list);
        }
        assert_eq!(edits(&lists[0], &lists[1]), [Edit::Copy(0, 4)]);
        // A change in the middle, and two stretches that change places.
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
    fn places_keep_their_kind() {
        for kind in ClauseKind::ALL {
            let change = PlaceChange { ordinal: Ordinal::new(7), place: PlaceNumber::new(123_456) };
            assert_eq!(place_change(pack_place(change, kind)), (change, kind));
        }
    }
}
