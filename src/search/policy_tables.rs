//! Looks up places and sections in the tables of a policy.

use crate::collapse::ClausePlace;
use crate::error::Result;
use crate::index::{OpenIndex, PolicyTables};
use crate::model::PlaceNumber;

/// The place with this number in the tables of a policy.
///
/// # Errors
///
/// The policy has no such place: the index is damaged.
pub(crate) fn place<'t>(
    index: &OpenIndex,
    tables: &'t PolicyTables,
    number: PlaceNumber,
) -> Result<&'t ClausePlace> {
    let place = tables.places.get(number.index());
    place.ok_or_else(|| index.damaged("a place that its policy does not have"))
}

/// The headings of a place, outermost first.
///
/// # Errors
///
/// The policy does not have one of the headings: the index is damaged.
pub(crate) fn section(
    index: &OpenIndex,
    tables: &PolicyTables,
    place: &ClausePlace,
) -> Result<Vec<String>> {
    let headings = place.section.iter().map(|&number| {
        let heading = tables.headings.get(number as usize);
        heading.cloned().ok_or_else(|| index.damaged("a heading is missing"))
    });
    headings.collect()
}
