//! Moves the numbers of a snapshot out of its texts and lead-ins.
//!
//! Clauses are cut with their numbers in the text, part by part, since parts repeat from snapshot
//! to snapshot. Which numbers are part of the text depends on all clauses of the snapshot. So the
//! clauses are settled afterwards: [`PartNumbers`] has all that matters of a part, and
//! [`TextNumbers`] walks through the parts of a text.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::candidate::NumberCandidate;
use super::sequences::{NumberRole, number_roles};
use crate::model::{Clause, ClauseKind};
use crate::section::section_name::section_name;
use crate::section::structure::enumerator::enumerator;

/// The numbers that a part of a text may have, before they are settled.
#[derive(Debug, Default)]
pub(crate) struct PartNumbers {
    marks: Vec<NumberMark>,
    /// Whether the part begins with an item; `None` if it has no clauses.
    begins_with_item: Option<bool>,
    /// The position of its last clause.
    last: usize,
}

/// A place in a part where a number may be.
#[derive(Debug)]
enum NumberMark {
    /// In front of the clause at this position of the part. `introducing` is its text, if it may
    /// introduce a list.
    Clause { at: usize, candidate: NumberCandidate, introducing: Option<Box<str>> },
    /// In a lead-in of the clause at this position. `shown` is the number of its bytes that show
    /// the number, `len` their number with the space after it.
    LeadIn { at: usize, lead_in: Arc<str>, shown: usize, len: usize },
}

impl PartNumbers {
    /// The numbers that these clauses may have.
    pub fn of(clauses: &[Clause]) -> Self {
        let mut marks = Vec::new();
        for (at, clause) in clauses.iter().enumerate() {
            if clause.kind == ClauseKind::Item
                && let Some(lead_in) = &clause.lead_in
                && let Some(number) = enumerator(lead_in)
            {
                let (shown, len) = (number.shown, number.len);
                marks.push(NumberMark::LeadIn { at, lead_in: Arc::clone(lead_in), shown, len });
            }
            if let Some(candidate) = NumberCandidate::of(clause) {
                // An item of the next part may be the one after it.
                let is_before_item =
                    clauses.get(at + 1).is_none_or(|next| next.kind == ClauseKind::Item);
                let may_introduce = is_before_item && candidate.is_typed;
                let introducing = may_introduce.then(|| clause.text.as_str().into());
                marks.push(NumberMark::Clause { at, candidate, introducing });
            }
        }
        Self {
            marks,
            begins_with_item: clauses.first().map(|clause| clause.kind == ClauseKind::Item),
            last: clauses.len().saturating_sub(1),
        }
    }

    /// The candidates, in reading order.
    pub fn candidates(&self) -> impl Iterator<Item = &NumberCandidate> {
        self.marks.iter().filter_map(|mark| match mark {
            NumberMark::Clause { candidate, .. } => Some(candidate),
            NumberMark::LeadIn { .. } => None,
        })
    }
}

/// For each mark of a part, whether its number is one.
pub(crate) type MarkedNumbers = Box<[NumberRole]>;

/// The numbers of one text, part by part.
pub(crate) struct TextNumbers<'p> {
    /// For each candidate of the text, whether it is a number.
    roles: std::vec::IntoIter<NumberRole>,
    /// For each number as it is shown, the clauses so far that begin with it and may introduce
    /// lists, and whether it is their number.
    introducing: HashMap<&'p str, Vec<(&'p str, NumberRole)>, FxBuildHasher>,
    /// The number of the clause before the next part, if it introduces the items of that part.
    pending: Option<&'p str>,
}

impl<'p> TextNumbers<'p> {
    /// Decides about the candidates of all parts of a text.
    pub fn of(parts: impl Iterator<Item = &'p PartNumbers>) -> Self {
        let candidates: Vec<&NumberCandidate> = parts.flat_map(PartNumbers::candidates).collect();
        let roles = number_roles(&candidates).into_iter();
        Self { roles, introducing: HashMap::default(), pending: None }
    }

    /// For each mark of the next part, whether its number is one.
    pub fn next_part(&mut self, part: &'p PartNumbers) -> MarkedNumbers {
        self.end_pending(part);
        let numbers = part.marks.iter().map(|mark| match mark {
            NumberMark::LeadIn { lead_in, shown, .. } => self.role_of(lead_in, *shown),
            NumberMark::Clause { at, candidate, introducing } => {
                let role = self.roles.next().expect("every candidate has a role");
                if let Some(text) = introducing {
                    self.introducing.entry(&candidate.shown).or_default().push((text, role));
                    self.pending = (*at == part.last).then_some(&*candidate.shown);
                }
                role
            }
        });
        numbers.collect()
    }
}

impl TextNumbers<'_> {
    /// Forgets the last clause before a part, if the part begins with something that it cannot
    /// introduce.
    fn end_pending(&mut self, part: &PartNumbers) {
        let Some(begins_with_item) = part.begins_with_item else { return };
        if let Some(shown) = self.pending.take().filter(|_| !begins_with_item)
            && let Some(clauses) = self.introducing.get_mut(shown)
        {
            clauses.pop();
        }
    }

    /// Whether the number of a lead-in is the number of the clause that the lead-in begins. The
    /// nearest one before it is meant.
    fn role_of(&self, lead_in: &str, shown: usize) -> NumberRole {
        let clauses = self.introducing.get(&lead_in[..shown]).into_iter().flatten();
        let clause = clauses.rev().find(|(text, _)| text.starts_with(lead_in));
        clause.map_or(NumberRole::Text, |&(_, role)| role)
    }
}

/// A path of headings as they are shown, as an index of [`SettledPaths`]. The root is 0.
pub(crate) type PathNumber = u32;

/// The paths of headings of the texts of a policy. A path shows the numbers of its headings.
#[derive(Debug)]
pub(crate) struct SettledPaths {
    paths: Vec<SettledPath>,
    by_heading: HashMap<(PathNumber, Box<str>), PathNumber, FxBuildHasher>,
}

#[derive(Debug)]
struct SettledPath {
    parent: PathNumber,
    headings: Arc<[String]>,
}

impl Default for SettledPaths {
    fn default() -> Self {
        let root = SettledPath { parent: 0, headings: Arc::default() };
        Self { paths: vec![root], by_heading: HashMap::default() }
    }
}

impl SettledPaths {
    /// The first `length` headings of a path.
    fn ancestor(&self, mut path: PathNumber, length: usize) -> PathNumber {
        while self.paths[path as usize].headings.len() > length {
            path = self.paths[path as usize].parent;
        }
        path
    }

    /// A path with one more heading.
    fn child(&mut self, parent: PathNumber, heading: &str) -> PathNumber {
        let heading = section_name(heading);
        let key = (parent, Box::from(&*heading));
        if let Some(&known) = self.by_heading.get(&key) {
            return known;
        }
        let number = self.paths.len() as PathNumber;
        let above = self.paths[parent as usize].headings.iter().cloned();
        let headings = above.chain([heading.into_owned()]).collect();
        self.paths.push(SettledPath { parent, headings });
        self.by_heading.insert(key, number);
        number
    }

    /// Settles the clauses of a part. `path` is the path before it, and becomes the path after it.
    pub fn settle(
        &mut self,
        clauses: &mut [Clause],
        part: &PartNumbers,
        roles: &[NumberRole],
        path: &mut PathNumber,
    ) {
        let mut marks = part.marks.iter().zip(roles).peekable();
        for (position, clause) in clauses.iter_mut().enumerate() {
            let mut is_number = false;
            while let Some((mark, &role)) = marks.next_if(|(mark, _)| mark.at() == position) {
                if role == NumberRole::Text {
                    continue;
                }
                match mark {
                    NumberMark::LeadIn { lead_in, len, .. } => {
                        clause.lead_in = Some(lead_in[*len..].into());
                    }
                    NumberMark::Clause { candidate, .. } => {
                        is_number = true;
                        take_number(clause, candidate);
                        // It is an item of a list of one, as it is in a list of several.
                        if role == NumberRole::OnlyNumber && clause.kind == ClauseKind::Paragraph {
                            clause.kind = ClauseKind::Item;
                        }
                    }
                }
            }
            if !is_number {
                put_number_back(clause);
            }
            *path = self.ancestor(*path, clause.section.len());
            clause.section = Arc::clone(&self.paths[*path as usize].headings);
            if clause.kind == ClauseKind::Heading {
                *path = match &clause.number {
                    Some(number) => self.child(*path, &format!("{number} {}", clause.text)),
                    None => self.child(*path, &clause.text),
                };
            }
        }
    }
}

impl NumberMark {
    /// The position of the clause in its part.
    fn at(&self) -> usize {
        match self {
            NumberMark::Clause { at, .. } | NumberMark::LeadIn { at, .. } => *at,
        }
    }
}

/// Moves the number of a clause out of its text.
fn take_number(clause: &mut Clause, candidate: &NumberCandidate) {
    if candidate.is_typed {
        clause.text.drain(..candidate.number.len);
    }
    clause.number = Some(candidate.shown.to_string());
}

/// Makes the mark of an ordered list part of the text again: `30. Juni` is a date.
fn put_number_back(clause: &mut Clause) {
    if let Some(number) = clause.number.take() {
        clause.text.insert_str(0, &format!("{number} "));
    }
}

/// Settles the numbers of all clauses of a text.
pub(crate) fn settle_numbers(mut clauses: Vec<Clause>) -> Vec<Clause> {
    let part = PartNumbers::of(&clauses);
    let roles = TextNumbers::of(std::iter::once(&part)).next_part(&part);
    SettledPaths::default().settle(&mut clauses, &part, &roles, &mut 0);
    clauses
}
