//! The columns of a segment that searches read, and the places of a clause over its ordinals.

use std::ops::Range;

use tantivy::columnar::Column;
use tantivy::{DocId, SegmentReader};

use crate::collapse::OrdinalRun;
use crate::error::Result;
use crate::index::{FurnitureExtent, OpenIndex, StoredPlace, first_ordinal, place_change, run};
use crate::model::{ClauseKind, Ordinal, PlaceNumber};

/// The columns of a segment that searches read. Documents that are not clauses have no values.
pub(crate) struct Columns {
    policy: Column<u64>,
    runs: Column<u64>,
    places: Column<u64>,
    furniture: Column<u64>,
    order: Column<u64>,
    text_key: Column<u64>,
}

impl Columns {
    /// Opens the columns of `segment`.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn open(index: &OpenIndex, segment: &SegmentReader) -> Result<Self> {
        Ok(Self {
            policy: index.column(segment, "policy")?,
            runs: index.column(segment, "runs")?,
            places: index.column(segment, "places")?,
            furniture: index.column(segment, "furniture")?,
            order: index.column(segment, "order")?,
            text_key: index.column(segment, "text_key")?,
        })
    }

    /// The hash of the policy of a clause; `None` for a document that is not a clause.
    pub fn policy(&self, doc: DocId) -> Option<u64> {
        self.policy.first(doc)
    }

    /// The runs of snapshots in which a clause occurs, ascending.
    pub fn runs(&self, doc: DocId) -> impl Iterator<Item = OrdinalRun> + '_ {
        self.runs.values_for_doc(doc).map(run)
    }

    /// The runs of snapshots in which a clause occurs at a place where it is no furniture,
    /// ascending.
    pub fn runs_without_furniture(&self, doc: DocId) -> Vec<OrdinalRun> {
        let runs: Vec<OrdinalRun> = self.runs(doc).collect();
        if self.furniture(doc).is_none() {
            return runs;
        }
        let places: Vec<StoredPlace> = self.places(doc).collect();
        let mut visible = Vec::new();
        for range in place_ranges(&places) {
            if range.places.iter().any(|place| !place.is_furniture) {
                intersect(&runs, &range.ordinals, &mut visible);
            }
        }
        visible.sort_by_key(|run| run.start);
        visible
    }

    /// At which of its places a clause is furniture; `None` if it is nowhere.
    pub fn furniture(&self, doc: DocId) -> Option<FurnitureExtent> {
        self.furniture.first(doc).map(FurnitureExtent::of_number)
    }

    /// The places of a clause, ascending by their first ordinal.
    pub fn places(&self, doc: DocId) -> impl Iterator<Item = StoredPlace> + '_ {
        self.places.values_for_doc(doc).map(place_change)
    }

    /// The kind of a clause where it first occurred.
    pub fn first_kind(&self, doc: DocId) -> Option<ClauseKind> {
        self.places.first(doc).map(|value| place_change(value).kind)
    }

    /// The ordinal of the first snapshot with a clause.
    pub fn first_ordinal(&self, doc: DocId) -> Option<Ordinal> {
        self.order.first(doc).map(|order| Ordinal::new(first_ordinal(order)))
    }

    /// The key that clauses of equal text share.
    pub fn text_key(&self, doc: DocId) -> Option<u64> {
        self.text_key.first(doc)
    }
}

/// A range of ordinals over which the places of a clause stay the same.
pub(super) struct PlaceRange<'c> {
    /// The ordinals.
    pub ordinals: Range<Ordinal>,
    /// The places of the clause there, in order.
    pub places: &'c [StoredPlace],
}

/// Splits the places of a clause into ranges over which they stay the same; the newest range first.
pub(super) fn place_ranges(changes: &[StoredPlace]) -> impl Iterator<Item = PlaceRange<'_>> {
    let groups = changes.chunk_by(|a, b| a.change.ordinal == b.change.ordinal).rev();
    groups.scan(Ordinal::new(u32::MAX), |until, places| {
        let from = places[0].change.ordinal;
        Some(PlaceRange { ordinals: from..std::mem::replace(until, from), places })
    })
}

/// The number of the first place of a clause in the snapshot with this ordinal.
pub(crate) fn first_place(columns: &Columns, doc: DocId, ordinal: Ordinal) -> Option<PlaceNumber> {
    let mut first = None;
    let mut since = None;
    let changes = columns.places(doc).map(|place| place.change);
    for change in changes.take_while(|change| change.ordinal <= ordinal) {
        if since != Some(change.ordinal) {
            (since, first) = (Some(change.ordinal), Some(change.place));
        }
    }
    first
}

/// Appends the parts of `runs` inside `range` to `out`.
pub(super) fn intersect(runs: &[OrdinalRun], range: &Range<Ordinal>, out: &mut Vec<OrdinalRun>) {
    for run in runs {
        let (start, end) = (run.start.max(range.start), run.last.next().min(range.end));
        if let Some(last) = end.previous().filter(|last| start <= *last) {
            out.push(OrdinalRun { start, last });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collapse::PlaceChange;

    fn ordinals(range: Range<u32>) -> Range<Ordinal> {
        Ordinal::new(range.start)..Ordinal::new(range.end)
    }

    fn run(start: u32, last: u32) -> OrdinalRun {
        OrdinalRun { start: Ordinal::new(start), last: Ordinal::new(last) }
    }

    fn change(ordinal: u32, place: u32) -> StoredPlace {
        let (ordinal, place) = (Ordinal::new(ordinal), PlaceNumber::new(place));
        let change = PlaceChange { ordinal, place };
        StoredPlace { change, kind: ClauseKind::Paragraph, is_furniture: false }
    }

    #[test]
    fn places_split_at_their_ordinals_newest_first() {
        let changes = [change(0, 4), change(0, 5), change(3, 6)];
        let ranges: Vec<(Range<Ordinal>, usize)> =
            place_ranges(&changes).map(|range| (range.ordinals, range.places.len())).collect();
        assert_eq!(ranges, [(ordinals(3..u32::MAX), 1), (ordinals(0..3), 2)]);
    }

    #[test]
    fn runs_are_cut_to_a_range() {
        let runs = [run(0, 2), run(5, 9)];
        for (range, expected) in
            [(1..6, &[run(1, 2), run(5, 5)][..]), (3..5, &[]), (4..4, &[]), (0..1, &[run(0, 0)])]
        {
            let mut out = Vec::new();
            intersect(&runs, &ordinals(range), &mut out);
            assert_eq!(out, expected);
        }
    }
}
