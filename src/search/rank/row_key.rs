//! The sort key of a row: 64 bits that order scores or times.

use crate::model::ArchiveTime;

/// A sort key, smallest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey(i64);

impl RowKey {
    /// The key before all others.
    pub const FIRST: Self = Self(i64::MIN);
    /// The key after all others, or equal to the last.
    pub const LAST: Self = Self(i64::MAX);

    /// A key by which the best score comes first.
    pub fn of_score(score: f64) -> Self {
        Self(ordered_bits((-score).to_bits() as i64))
    }

    /// The score of a key that was made of one.
    pub fn score(self) -> f64 {
        -f64::from_bits(ordered_bits(self.0) as u64)
    }

    /// A key by which the oldest time comes first. Times outside the years 1678 to 2261 of one
    /// second have one key, since 64 bits have no room for more nanoseconds.
    pub fn of_time(time: ArchiveTime) -> Self {
        /// The seconds of the calendar fit into the numbers beyond the nanoseconds.
        const NANOSECONDS: i128 = i64::MAX as i128 - (1 << 40);
        let exact = i128::from(time.seconds()) * 1_000_000_000 + i128::from(time.nanoseconds());
        let near = exact.clamp(-NANOSECONDS, NANOSECONDS);
        Self((near + (exact - near).div_euclid(1_000_000_000)) as i64)
    }

    /// The key that reverses the order.
    pub fn reversed(self) -> Self {
        Self(!self.0)
    }
}

/// Turns the bits of a number with a fraction into a whole number of the same order, and back.
fn ordered_bits(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_score_comes_first() {
        let scores = [f64::INFINITY, 12.5, 12.499_999, 1e-300, 0.0, -0.0, -3.25, f64::NEG_INFINITY];
        let keys = scores.map(RowKey::of_score);
        assert!(keys.is_sorted_by(|a, b| a < b));
        for (key, score) in keys.into_iter().zip(scores) {
            assert_eq!(key.score().to_bits(), score.to_bits());
            assert!((RowKey::FIRST..=RowKey::LAST).contains(&key));
        }
    }

    #[test]
    fn the_oldest_time_comes_first() {
        let time = |seconds, nanoseconds| ArchiveTime::new(seconds, nanoseconds).unwrap();
        let times = [
            ArchiveTime::from_seconds(i64::MIN),
            time(-62_135_596_800, 0),
            time(-9_000_000_000, 999_999_999),
            time(-1, 0),
            time(-1, 999_999_999),
            time(0, 0),
            time(1_577_934_245, 0),
            time(1_577_934_245, 1),
            time(1_577_934_245, 2),
            time(9_000_000_000, 5),
            time(9_300_000_000, 0),
            ArchiveTime::from_seconds(i64::MAX),
        ];
        assert!(times.map(RowKey::of_time).is_sorted_by(|a, b| a < b));
        let newest = times.map(|time| RowKey::of_time(time).reversed());
        assert!(newest.is_sorted_by(|a, b| a > b));
    }
}
