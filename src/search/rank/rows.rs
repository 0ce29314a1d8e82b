//! Matches before they become hits: 32 bytes each, in the total order.

use std::cmp::Ordering;

use tantivy::{DocId, SegmentOrdinal};

use super::row_key::RowKey;
use crate::model::{Ordinal, PlaceNumber, Rank};

/// A match that may become a hit: its sort key, its clause, and the decision about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    /// The sort key, smallest first.
    pub key: RowKey,
    /// The rank of its policy, which orders by company, type and collection.
    pub rank: Rank,
    /// Its segment.
    pub segment: SegmentOrdinal,
    /// Its document. The clauses of a policy are documents in clause order.
    pub doc: DocId,
    /// The newest selected snapshot in which it matches.
    pub newest: Ordinal,
    /// The place at which it is shown there.
    pub place: PlaceNumber,
    /// The patterns that are part of the match: a number of [`super::MatchedSets`].
    pub matched: u32,
}

impl Row {
    /// The total order: by key, then by policy, then by clause order.
    pub fn compare(&self, other: &Row) -> Ordering {
        self.key
            .cmp(&other.key)
            .then(self.rank.cmp(&other.rank))
            // All clauses of a policy are in one segment.
            .then((self.segment, self.doc).cmp(&(other.segment, other.doc)))
    }
}

/// Keeps the first `limit` rows, or all.
pub(crate) struct Rows {
    rows: Vec<Row>,
    limit: Option<usize>,
    /// A row with a larger key is not among the first.
    worst: RowKey,
}

impl Rows {
    /// Keeps the first `limit` rows; `None` keeps all.
    pub fn new(limit: Option<usize>) -> Self {
        let worst = if limit == Some(0) { RowKey::FIRST } else { RowKey::LAST };
        Self { rows: Vec::new(), limit, worst }
    }

    /// Whether a row with this key may be among the first.
    pub fn may_hold(&self, key: RowKey) -> bool {
        key <= self.worst
    }

    /// Adds a row.
    pub fn push(&mut self, row: Row) {
        self.rows.push(row);
        // The rows are cut in batches: each cut is linear in the batch, so a row costs a constant.
        if let Some(limit) = self.limit
            && self.rows.len() >= limit.saturating_mul(2).saturating_add(64)
        {
            self.rows.select_nth_unstable_by(limit, Row::compare);
            self.rows.truncate(limit);
            self.worst = self.rows.iter().map(|row| row.key).max().unwrap_or(RowKey::FIRST);
        }
    }

    /// The rows in order.
    pub fn into_sorted(mut self) -> Vec<Row> {
        self.rows.sort_unstable_by(Row::compare);
        if let Some(limit) = self.limit {
            self.rows.truncate(limit);
        }
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_32_bytes() {
        assert_eq!(std::mem::size_of::<Row>(), 32);
    }

    #[test]
    fn the_first_rows_are_kept_whatever_the_order_of_arrival() {
        let row = |i: u32| Row {
            key: RowKey::of_score(f64::from(i % 7)),
            rank: Rank::new(i % 5),
            segment: 0,
            doc: i,
            newest: Ordinal::new(0),
            place: PlaceNumber::new(0),
            matched: 0,
        };
        let all: Vec<Row> = (0..5000).map(|i| row(i * 2741 % 5000)).collect();
        let sorted = |limit| {
            let mut rows = Rows::new(limit);
            all.iter().for_each(|row| rows.push(*row));
            rows.into_sorted()
        };
        assert_eq!(sorted(Some(10)), sorted(None)[..10]);
        assert!(sorted(Some(0)).is_empty());
    }
}
