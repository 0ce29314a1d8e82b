//! The search plan: a query and its filters, bound to an open index.
//!
//! [`Plan::new`] cuts the phrases of a query into tokens, turns names into sets of policies, and
//! adds the filters that are judged like parts of the query. User text never reaches the query
//! parser of the index library, which has silent traps (a bare query is an OR there, and
//! `a AND NOT b` matches nothing).
//!
//! - `bind`: the tree of a query to operands and patterns.
//! - `operands`: the plan as data.
//! - `pattern`: words to find in a text, and their order.
//! - `names`: names and globs to sets of policies.
//! - `questions`: weights and synonyms of the words of plain-language questions.
//! - `vocabulary`: which words of the index a word of a pattern matches.

mod bind;
mod names;
mod operands;
mod pattern;
mod questions;
mod vocabulary;

pub(crate) use names::{NameField, NamePattern};
pub(crate) use operands::{Operand, PlaceField, PlacePattern, Plan};
pub(crate) use pattern::{Pattern, PatternOrigin, Slot, Spans};
pub(crate) use vocabulary::{PatternWords, matching_words};

use super::request::{Filters, Select};
use crate::error::{Error, Result};
use crate::index::OpenIndex;
use crate::model::Rank;
use crate::token::has_token;

impl Plan {
    /// Plans the search for what `select` selects in `index`.
    ///
    /// # Errors
    ///
    /// A name that the index does not have, or a section filter without a word.
    pub fn new(index: &OpenIndex, select: &Select) -> Result<Self> {
        let filters = &select.filters;
        if let Some(section) = filters.sections.iter().find(|section| !has_token(section)) {
            return Err(Error::SectionWithoutWord { section: section.clone() });
        }
        let mut plan = bind::bind(select, index.policies())?;
        if let Some(set) = policies_named(index, filters)? {
            plan.policy_sets.push(set);
            plan.filters.push(Operand::Policies(plan.policy_sets.len() - 1));
        }
        Ok(plan)
    }
}

/// The ranks of the policies that the filters of names let through, ascending.
///
/// # Errors
///
/// A name or glob that no policy of the index has.
pub(crate) fn ranks_named(index: &OpenIndex, filters: &Filters) -> Result<Vec<Rank>> {
    let named = policies_named(index, filters)?;
    let ranks = index.policies().ranks();
    Ok(ranks.filter(|rank| named.as_ref().is_none_or(|named| named[rank.index()])).collect())
}

/// By rank, which policies the filters of names let through; `None` if there is no such filter.
fn policies_named(index: &OpenIndex, filters: &Filters) -> Result<Option<Vec<bool>>> {
    let names = [
        (NameField::Company, &filters.companies),
        (NameField::Type, &filters.types),
        (NameField::Collection, &filters.collections),
    ];
    let mut named: Option<Vec<bool>> = None;
    for (field, patterns) in names.into_iter().filter(|(_, patterns)| !patterns.is_empty()) {
        let set = policies_with_name(index, field, patterns)?;
        match &mut named {
            None => named = Some(set),
            Some(named) => named.iter_mut().zip(set).for_each(|(both, one)| *both &= one),
        }
    }
    Ok(named)
}

/// By rank, which policies have a name that one of the patterns matches.
///
/// # Errors
///
/// A name or glob that no policy of the index has.
pub(crate) fn policies_with_name(
    index: &OpenIndex,
    field: NameField,
    patterns: &[String],
) -> Result<Vec<bool>> {
    let names = field.names(index.policies())?;
    let mut union = vec![false; names.len()];
    for pattern in patterns {
        let set = NamePattern::new(pattern).policies(field, &names)?;
        union.iter_mut().zip(set).for_each(|(all, one)| *all |= one);
    }
    Ok(union)
}
