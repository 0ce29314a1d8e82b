//! The parts of a clause by which versions are compared.

use std::sync::Arc;

use crate::model::ClauseKind;
use crate::section::ClauseIdentity;

/// The parts of a clause that decide whether two clauses are the same.
#[derive(Debug, Clone)]
pub struct ComparedClause<'c> {
    /// The kind of the clause in its snapshot.
    pub kind: ClauseKind,
    /// The sentence that introduces its list, or the header row of its table.
    pub lead_in: Option<&'c str>,
    /// The rendered text.
    pub text: &'c str,
    /// The identity of the clause. It is kept, since a clause is compared once for each snapshot.
    wording: Arc<ClauseIdentity>,
}

impl<'c> ComparedClause<'c> {
    /// Returns the clause with these parts.
    pub fn new(kind: ClauseKind, lead_in: Option<&'c str>, text: &'c str) -> Self {
        let wording = Arc::new(ClauseIdentity::new(kind, lead_in, text));
        Self { kind, lead_in, text, wording }
    }

    /// Returns the identity of the clause. Clauses with equal results are one wording.
    pub fn wording(&self) -> &Arc<ClauseIdentity> {
        &self.wording
    }
}
