//! Shows a clause in its section.

use std::ops::Range;

use tantivy::DocAddress;

use super::clause_reader::ClauseReader;
use crate::collapse::ClauseOccurrence;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::model::{ClauseKind, Ordinal, Rank};
use crate::search::hit::Hit;
use crate::search::policy_cache::PolicyFacts;
use crate::search::policy_tables::place;

/// A clause in its section: what `fineprint show CLAUSE-ID` prints.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownClause {
    /// The clause as a hit without a score, in the newest snapshot that contains it.
    pub clause: Hit,
    /// The clauses of its section in that snapshot, in reading order.
    pub context: Vec<ContextClause>,
    /// The metadata of that snapshot: one JSON object as it was written, empty if there is none.
    pub metadata: String,
}

/// A clause of the section that is shown.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ContextClause {
    /// Its text.
    pub text: String,
    /// The number in front of it, if it has one.
    pub number: Option<String>,
    /// Its kind.
    pub kind: ClauseKind,
    /// Whether it is furniture: text around the policy.
    pub is_furniture: bool,
    /// Whether it is the clause that was asked for.
    pub is_shown: bool,
}

/// Shows a clause in its section, in the newest snapshot that contains it.
///
/// # Errors
///
/// A damaged index.
pub(crate) fn show_clause(
    index: &OpenIndex,
    reader: &mut ClauseReader<'_>,
    rank: Rank,
    address: DocAddress,
) -> Result<ShownClause> {
    let location = reader.newest_location(rank, address)?;
    let clause = reader.clause(&location)?;
    let policy = reader.policy(rank)?;
    let context = context(index, address, &policy, location.ordinal)?;
    let metadata = reader.metadata(&location)?;
    Ok(ShownClause { clause, context, metadata })
}

/// A clause that a snapshot lists, with its place.
struct ListedClause<'t> {
    address: DocAddress,
    kind: ClauseKind,
    number: Option<&'t str>,
    is_furniture: bool,
    /// The numbers of the headings above it.
    section: &'t [u32],
}

/// The clauses of the section in which the clause first occurs in snapshot `ordinal`.
fn context(
    index: &OpenIndex,
    address: DocAddress,
    policy: &PolicyFacts,
    ordinal: Ordinal,
) -> Result<Vec<ContextClause>> {
    let mut listed = Vec::new();
    for ClauseOccurrence { clause, place: number } in index.clauses_of(policy.address, ordinal)? {
        let place = place(index, &policy.tables, number)?;
        let address = policy.clause_address(index, clause);
        listed.push(ListedClause {
            address,
            kind: place.kind,
            number: place.number.as_deref(),
            is_furniture: place.is_furniture,
            section: &place.section,
        });
    }
    let Some(own) = listed.iter().position(|listed| listed.address == address) else {
        return Err(index.damaged("a clause that its snapshot does not list"));
    };
    let mut context = Vec::new();
    for position in section_around(&listed, own) {
        let ListedClause { address, kind, number, is_furniture, .. } = listed[position];
        let (text, number) = (index.clause_at(address, ordinal)?.text, number.map(str::to_owned));
        let is_shown = position == own;
        context.push(ContextClause { text, number, kind, is_furniture, is_shown });
    }
    Ok(context)
}

/// The range of `listed` that is the section of entry `own`: a heading with everything below it, or
/// any other clause with its neighbours of the same path and the heading above them.
fn section_around(listed: &[ListedClause<'_>], own: usize) -> Range<usize> {
    let path = listed[own].section;
    if listed[own].kind == ClauseKind::Heading {
        let below = listed[own + 1..].iter();
        let below = below
            .take_while(|clause| {
                clause.section.len() > path.len() && clause.section.starts_with(path)
            })
            .count();
        return own..own + 1 + below;
    }
    let before = listed[..own].iter().rev().take_while(|clause| is_beside(clause, path)).count();
    let after = listed[own + 1..].iter().take_while(|clause| is_beside(clause, path)).count();
    let start = own - before;
    let has_heading = start > 0 && listed[start - 1].kind == ClauseKind::Heading;
    start - usize::from(has_heading)..own + 1 + after
}

/// Whether a clause is directly in the section with this path. A heading beside it has the path of
/// its parent, but begins a section of its own.
fn is_beside(clause: &ListedClause<'_>, path: &[u32]) -> bool {
    clause.section == path && clause.kind != ClauseKind::Heading
}
