//! Rows that stand for groups of rows, and rows that chance picks.

use std::collections::HashMap;

use super::request::{GroupMember, HitGrouping, RandomSample};
use super::rows::Row;
use super::segment::Columns;
use crate::error::Result;
use crate::index::OpenIndex;

/// One row of each group, in the order of rows, and the sizes of the groups; without grouping the rows as they are, no sizes.
pub(super) fn grouped(
    (group, member): (HitGrouping, GroupMember),
    rows: Vec<Row>,
    index: &OpenIndex,
    columns: &[Columns],
) -> Result<(Vec<Row>, Vec<u64>)> {
    let key = |row: &Row| match group {
        HitGrouping::None => 0,
        HitGrouping::Text => {
            columns.get(row.segment as usize).and_then(|c| c.text_key.first(row.doc)).unwrap_or(0)
        }
        HitGrouping::Policy => u64::from(row.rank),
        HitGrouping::Company => u64::from(index.policies().company(row.rank)),
    };
    if group == HitGrouping::None {
        return Ok((rows, Vec::new()));
    }
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut shown: Vec<(Row, u64)> = Vec::new();
    let mut times = Times { index, of_policy: HashMap::new() };
    for row in rows {
        let place = *places.entry(key(&row)).or_insert(shown.len());
        let Some((best, size)) = shown.get_mut(place) else {
            shown.push((row, 1));
            continue;
        };
        *size += 1;
        let is_better = match member {
            GroupMember::Best => false,
            GroupMember::Newest => times.of(&row)? > times.of(best)?,
            GroupMember::Oldest => times.of(&row)? < times.of(best)?,
        };
        if is_better {
            *best = row;
        }
    }
    // Other members than the best have another place in the order.
    shown.sort_by(|(a, _), (b, _)| a.compare(b));
    Ok(shown.into_iter().unzip())
}

/// Archive times of rows, read once for each policy.
struct Times<'i> {
    index: &'i OpenIndex,
    of_policy: HashMap<u32, Vec<i64>>,
}

impl Times<'_> {
    fn of(&mut self, row: &Row) -> Result<Option<i64>> {
        if !self.of_policy.contains_key(&row.rank) {
            let index = self.index;
            let entry =
                index.policies().get(row.rank).ok_or_else(|| index.damaged("an unknown policy"))?;
            self.of_policy.insert(row.rank, index.times(index.policy_address(entry.hash)?)?);
        }
        Ok(self.of_policy.get(&row.rank).and_then(|times| times.get(row.newest as usize)).copied())
    }
}

/// Keeps the rows that chance picks, in their order, with their sizes.
///
/// Those with the smallest hashes of their clauses' ids: where a clause stands in the index, and what else is in it, makes no difference.
pub(super) fn sampled(
    sample: RandomSample,
    (rows, sizes): (Vec<Row>, Vec<u64>),
    ids: &[tantivy::columnar::Column<u64>],
) -> (Vec<Row>, Vec<u64>) {
    let chance = |row: &Row| {
        let id = ids.get(row.segment as usize).and_then(|ids| ids.first(row.doc)).unwrap_or(0);
        (twox_hash::XxHash3_64::oneshot_with_seed(sample.seed, &id.to_le_bytes()), row.rank)
    };
    let mut chances: Vec<_> =
        rows.iter().zip(0..).map(|(row, at): (&Row, usize)| (chance(row), at)).collect();
    if chances.len() > sample.size {
        chances.select_nth_unstable(sample.size);
        chances.truncate(sample.size);
    }
    let mut picked: Vec<usize> = chances.into_iter().map(|(_, at)| at).collect();
    picked.sort_unstable();
    let of_sizes = |at: &usize| sizes.get(*at).copied();
    (picked.iter().map(|&at| rows[at]).collect(), picked.iter().filter_map(of_sizes).collect())
}
