//! Reduces rows to one per group, and to a random sample.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tantivy::columnar::Column;
use twox_hash::XxHash3_64;

use super::rows::Row;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::{ArchiveTime, Rank};
use crate::search::matching::Columns;
use crate::search::request::{GroupMember, HitGrouping, RandomSample};

/// Rows that represent groups, in the order of rows.
pub(crate) struct GroupedRows {
    /// One row per group; without grouping, all rows.
    pub rows: Vec<Row>,
    /// The sizes of the groups, by row; empty without grouping.
    pub sizes: Vec<u64>,
}

/// Groups rows, which are in order.
///
/// # Errors
///
/// A damaged index.
pub(crate) fn grouped(
    grouping: HitGrouping,
    member: GroupMember,
    rows: Vec<Row>,
    index: &OpenIndex,
    columns: &[Columns],
) -> Result<GroupedRows> {
    if grouping == HitGrouping::None {
        return Ok(GroupedRows { rows, sizes: Vec::new() });
    }
    let mut places: HashMap<u64, usize> = HashMap::new();
    let mut shown: Vec<(Row, u64)> = Vec::new();
    let mut times = RowTimes { index, by_policy: HashMap::new() };
    for row in rows {
        let key = group_key(grouping, &row, index, columns)?;
        let place = *places.entry(key).or_insert(shown.len());
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
    // A member that is not the best has another place in the order.
    shown.sort_by(|(a, _), (b, _)| a.compare(b));
    let (rows, sizes) = shown.into_iter().unzip();
    Ok(GroupedRows { rows, sizes })
}

/// The key that the rows of a group share.
fn group_key(
    grouping: HitGrouping,
    row: &Row,
    index: &OpenIndex,
    columns: &[Columns],
) -> Result<u64> {
    Ok(match grouping {
        HitGrouping::None => u64::from(row.doc),
        HitGrouping::Text => {
            let key = columns[row.segment as usize].text_key(row.doc);
            key.ok_or_else(|| index.damaged("a clause without the key of its text"))?
        }
        HitGrouping::Policy => u64::from(row.rank.get()),
        HitGrouping::Company => u64::from(index.policies().company(row.rank)?),
    })
}

/// Archive times of rows, read once per policy.
struct RowTimes<'i> {
    index: &'i OpenIndex,
    by_policy: HashMap<Rank, Vec<ArchiveTime>>,
}

impl RowTimes<'_> {
    /// The archive time of the snapshot in which a row is shown.
    fn of(&mut self, row: &Row) -> Result<ArchiveTime> {
        let index = self.index;
        let times = match self.by_policy.entry(row.rank) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let hash = index.policies().record(row.rank)?.hash;
                new.insert(index.times(index.policy_address(hash)?)?)
            }
        };
        let time = times.get(row.newest.index()).copied();
        time.ok_or_else(|| index.damaged("a snapshot without an archive time"))
    }
}

/// Keeps a random sample of rows, in their order, with their sizes.
///
/// The sample are the clauses whose ids have the smallest hashes. It does not depend on where a
/// clause is in the index, nor on what else the index contains.
///
/// # Errors
///
/// A damaged index.
pub(crate) fn sampled(
    sample: RandomSample,
    grouped: GroupedRows,
    index: &OpenIndex,
) -> Result<GroupedRows> {
    let segments = index.searcher().segment_readers().iter();
    let ids = segments.map(|segment| index.column(segment, "clause_id"));
    let ids: Vec<Column<u64>> = ids.collect::<Result<_>>()?;
    let GroupedRows { rows, sizes } = grouped;
    let mut drawn = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let id = ids[row.segment as usize].first(row.doc);
        let id = id.ok_or_else(|| index.damaged("a clause without an id"))?;
        let hash = XxHash3_64::oneshot_with_seed(sample.seed, &id.to_le_bytes());
        drawn.push((hash, row.rank, at));
    }
    if drawn.len() > sample.size {
        drawn.select_nth_unstable(sample.size);
        drawn.truncate(sample.size);
    }
    let mut picked: Vec<usize> = drawn.into_iter().map(|(.., at)| at).collect();
    picked.sort_unstable();
    Ok(GroupedRows {
        rows: picked.iter().map(|&at| rows[at]).collect(),
        sizes: picked.iter().filter_map(|&at| sizes.get(at).copied()).collect(),
    })
}
