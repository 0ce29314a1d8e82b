//! The parts that every walk over a segment has, whatever unit the query is judged on.

use tantivy::{DocId, SegmentOrdinal, SegmentReader};

use super::columns::Columns;
use super::context::SearchContext;
use super::cursors::SegmentCursors;
use super::policy_state::PolicyState;
use crate::error::Result;

/// A segment with the cursors of a plan, and the policy that the walk is in.
pub(super) struct SegmentWalk<'s> {
    /// What the search shares.
    pub context: SearchContext<'s>,
    /// The segment.
    pub reader: &'s SegmentReader,
    /// The columns of the segment.
    pub columns: &'s Columns,
    /// The cursors of the plan.
    pub cursors: SegmentCursors<'s>,
    /// The policy that the walk is in.
    pub policy: PolicyState,
}

impl<'s> SegmentWalk<'s> {
    /// Opens the cursors of the plan in a segment.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn new(
        context: SearchContext<'s>,
        segment: SegmentOrdinal,
        columns: &'s Columns,
    ) -> Result<Self> {
        Ok(Self {
            context,
            reader: context.index.searcher().segment_reader(segment),
            columns,
            cursors: SegmentCursors::new(context, segment, columns)?,
            policy: PolicyState::default(),
        })
    }

    /// Whether a document has not been deleted.
    pub fn is_alive(&self, doc: DocId) -> bool {
        self.reader.alive_bitset().is_none_or(|alive| alive.is_alive(doc))
    }
}
