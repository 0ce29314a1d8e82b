//! The parts of a clause by which versions are compared.

use crate::model::ClauseKind;
use crate::section::ClauseIdentity;

/// The parts of a clause that decide whether two clauses are the same.
#[derive(Debug, Clone, Copy)]
pub struct ComparedClause<'c> {
    /// The kind of the clause in its snapshot.
    pub kind: ClauseKind,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<&'c str>,
    /// The rendered text.
    pub text: &'c str,
}

impl ComparedClause<'_> {
    /// Returns the identity of the clause. Clauses with equal results are one wording.
    pub fn wording(&self) -> ClauseIdentity {
        ClauseIdentity::new(self.kind, self.lead_in, self.text)
    }
}
