//! Matches before they become hits: 32 bytes each, in the total order.

use std::cmp::Ordering;

/// A match: what orders it and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    /// What is sorted by, smallest first: the negative score, or a time in seconds (exact in an f64).
    pub key: f64,
    /// The clause order in its policy.
    pub order: u64,
    /// The rank of its policy, which orders by company, type and collection.
    pub rank: u32,
    pub segment: u32,
    pub doc: u32,
    /// The newest chosen snapshot in which it matches.
    pub newest: u32,
}

impl Row {
    pub fn compare(&self, other: &Row) -> Ordering {
        self.key
            .total_cmp(&other.key)
            .then(self.rank.cmp(&other.rank))
            .then(self.order.cmp(&other.order))
            // Never reached in a sound index: no two clauses of a policy have one order.
            .then((self.segment, self.doc).cmp(&(other.segment, other.doc)))
    }
}

/// Keeps the first `limit` rows, or all.
pub(crate) struct Rows {
    rows: Vec<Row>,
    limit: Option<usize>,
    /// What is above this key is not among the first.
    worst: f64,
}

impl Rows {
    pub fn new(limit: Option<usize>) -> Self {
        Self {
            rows: Vec::new(),
            limit,
            worst: if limit == Some(0) { f64::NEG_INFINITY } else { f64::INFINITY },
        }
    }

    /// Whether a row with this key may be among the first.
    pub fn may_hold(&self, key: f64) -> bool {
        key <= self.worst
    }

    pub fn push(&mut self, row: Row) {
        self.rows.push(row);
        // Cut in batches: each cut is linear in the batch, so a row costs a constant.
        if let Some(limit) = self.limit
            && self.rows.len() >= limit.saturating_mul(2).saturating_add(64)
        {
            self.rows.select_nth_unstable_by(limit, Row::compare);
            self.rows.truncate(limit);
            self.worst = self.rows.iter().map(|row| row.key).fold(f64::NEG_INFINITY, f64::max);
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
    fn the_first_rows_are_kept_whatever_the_order_of_arrival() {
        assert_eq!(std::mem::size_of::<Row>(), 32);
        let row = |i: u32| Row {
            key: -f64::from(i % 7),
            order: u64::from(i),
            rank: i % 5,
            segment: 0,
            doc: i,
            newest: 0,
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
