//! Tells when an index begins and ends.

use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::{ArchiveTime, Period};

/// The first moment of the first day of the index; the beginning of time for an index without
/// snapshots.
pub(crate) fn first_moment(index: &OpenIndex) -> ArchiveTime {
    let dates = index.manifest().dates.as_ref();
    let first = dates.and_then(|dates| dates.first.parse::<Period>().ok());
    first.map_or(ArchiveTime::from_seconds(i64::MIN), Period::start)
}

/// The last moment of the last day of the index; the end of time for an index without snapshots.
pub(crate) fn last_moment(index: &OpenIndex) -> ArchiveTime {
    let dates = index.manifest().dates.as_ref();
    let last = dates.and_then(|dates| dates.last.parse::<Period>().ok());
    last.map_or(ArchiveTime::from_seconds(i64::MAX), Period::last)
}

/// The last moment of the newest day of the index that is not after the day of `today`, by default
/// the present: a date in the future is a mistake of its corpus. If all dates are in the future,
/// the newest one counts.
///
/// # Errors
///
/// A damaged index.
pub(crate) fn last_past_moment(
    index: &OpenIndex,
    today: Option<ArchiveTime>,
) -> Result<ArchiveTime> {
    let last = last_moment(index);
    let today = Period::day_of(today.unwrap_or_else(ArchiveTime::now));
    let Some(limit) = today.map(Period::last).filter(|limit| *limit < last) else {
        return Ok(last);
    };
    let newest = index.newest_time(limit)?.and_then(Period::day_of);
    Ok(newest.map_or(last, Period::last))
}
