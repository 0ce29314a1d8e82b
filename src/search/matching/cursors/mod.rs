//! The cursors of a plan in one segment: the clauses that may match, in document order.
//!
//! Each cursor walks the clauses that satisfy one leaf of the query; [`SegmentCursors`] combines
//! them as the query does. Targets of all cursors ascend.

mod heading_cursor;
mod pattern_cursor;
mod policy_cursor;
mod slot_cursor;

pub(crate) use pattern_cursor::PatternCursor;

use tantivy::{DocId, SegmentOrdinal, TERMINATED};

use super::columns::Columns;
use super::context::SearchContext;
use crate::error::Result;
use crate::search::plan::Operand;
use heading_cursor::HeadingCursor;
use policy_cursor::PolicyCursor;

/// The cursors of a plan, by the numbers of its lists.
pub(super) struct SegmentCursors<'s> {
    pub patterns: Vec<PatternCursor<'s>>,
    headings: Vec<HeadingCursor<'s>>,
    policies: Vec<PolicyCursor>,
}

impl<'s> SegmentCursors<'s> {
    /// Opens the cursors.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn new(
        context: SearchContext<'s>,
        segment: SegmentOrdinal,
        columns: &'s Columns,
    ) -> Result<Self> {
        let SearchContext { index, plan, words, .. } = context;
        let patterns = PatternCursor::open_all(index, segment, &plan.patterns, words)?;
        let mut headings = Vec::with_capacity(plan.place_patterns.len());
        for pattern in &plan.place_patterns {
            headings.push(HeadingCursor::new(index, segment, columns, pattern)?);
        }
        let mut policies = Vec::with_capacity(plan.policy_sets.len());
        for set in &plan.policy_sets {
            policies.push(PolicyCursor::new(index, segment, set)?);
        }
        Ok(Self { patterns, headings, policies })
    }

    /// The first clause from `target` on of a policy in a set of the plan.
    pub fn in_policies(&mut self, policy_set: usize, target: DocId) -> DocId {
        self.policies[policy_set].seek(target)
    }

    /// The first document from `target` on for which all operands may be true. What a NOT excludes
    /// is still among the candidates.
    pub fn candidate_of_all<'o>(
        &mut self,
        operands: impl Iterator<Item = &'o Operand> + Clone,
        mut target: DocId,
    ) -> DocId {
        let count = operands.clone().count();
        // How many operands in a row have accepted `target`: in the end all of them. A single
        // operand is asked only once.
        let mut agreeing = 0;
        for operand in operands.cycle() {
            let reached = self.candidate(operand, target);
            if reached >= TERMINATED {
                return TERMINATED;
            }
            agreeing = if reached == target { agreeing + 1 } else { 1 };
            target = reached;
            if agreeing == count {
                break;
            }
        }
        target
    }

    /// The first document from `target` on for which the operand may be true.
    fn candidate(&mut self, operand: &Operand, target: DocId) -> DocId {
        match operand {
            Operand::Pattern(i) => self.patterns[*i].candidate(target),
            Operand::Place(i) => self.headings[*i].seek(target),
            Operand::Policies(i) => self.in_policies(*i, target),
            Operand::Not(_) => target,
            Operand::Or(operands) => {
                let reached = operands.iter().map(|operand| self.candidate(operand, target));
                reached.min().unwrap_or(TERMINATED)
            }
            Operand::And(operands) => self.candidate_of_all(operands.iter(), target),
        }
    }
}
