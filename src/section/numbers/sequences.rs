//! Finds the sequences among the numbers of a snapshot: 1., 2., 3.; 4.1, 4.2; (a), (b).
//!
//! A number counts only if the number before it in its sequence precedes it in the text. So a
//! single number that changes leaves its sequence, becomes text, and is seen.

use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::candidate::NumberCandidate;
use crate::section::structure::enumerator::{NumberMarks, NumberStyle};

/// What the numbers of one sequence have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
struct SequenceKey {
    marks: NumberMarks,
    style: NumberStyle,
    parents: Arc<[u32]>,
}

/// Successive numbers, each one higher than the one before.
struct NumberSequence {
    /// The positions of its numbers among the candidates.
    members: Vec<usize>,
    first: u32,
    last: u32,
}

/// The most sequences with one key that are open at once, as lists in lists are.
const MAX_OPEN: usize = 16;

/// The fewest numbers of a sequence that does not begin with its first number, if nothing but the
/// sequence itself tells that they are numbers.
const MIN_OPEN_SEQUENCE: usize = 3;

/// What a candidate is in its snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum NumberRole {
    /// A part of the text.
    Text,
    /// The number of its clause, in a sequence.
    Number,
    /// The first number of a sequence that has no other.
    OnlyNumber,
}

/// For each candidate of a snapshot, in reading order, whether it is the number of its clause.
pub(crate) fn number_roles(candidates: &[&NumberCandidate]) -> Vec<NumberRole> {
    let mut finder = SequenceFinder::default();
    for (at, candidate) in candidates.iter().enumerate() {
        for reading in &candidate.number.readings {
            let key = SequenceKey {
                marks: candidate.number.marks,
                style: reading.style,
                parents: Arc::clone(&candidate.number.parents),
            };
            finder.add(key, reading.value, at);
        }
    }
    finder.roles(candidates)
}

#[derive(Default)]
struct SequenceFinder {
    sequences: Vec<NumberSequence>,
    /// The sequences that may continue, innermost last.
    open: HashMap<SequenceKey, Vec<usize>, FxBuildHasher>,
}

impl SequenceFinder {
    /// Adds the number of the candidate at position `at` to the sequence that it continues, or as
    /// the first one of another sequence.
    fn add(&mut self, key: SequenceKey, value: u32, at: usize) {
        let open = self.open.entry(key).or_default();
        let continued = open
            .iter()
            .rposition(|&sequence| self.sequences[sequence].last.checked_add(1) == Some(value));
        if let Some(depth) = continued {
            open.truncate(depth + 1);
            let sequence = &mut self.sequences[open[depth]];
            sequence.members.push(at);
            sequence.last = value;
            return;
        }
        if open.len() == MAX_OPEN {
            open.remove(0);
        }
        open.push(self.sequences.len());
        self.sequences.push(NumberSequence { members: vec![at], first: value, last: value });
    }

    /// For each candidate, whether a sequence makes it a number.
    ///
    /// Sequences of fewer levels are judged first, because they speak for those below them: `4.`
    /// speaks for `4.1`.
    fn roles(mut self, candidates: &[&NumberCandidate]) -> Vec<NumberRole> {
        let mut values: Vec<Option<u32>> = vec![None; candidates.len()];
        let mut roles = vec![NumberRole::Text; candidates.len()];
        self.sequences.sort_by_key(|sequence| candidates[sequence.members[0]].number.depth());
        for sequence in &self.sequences {
            if !sequence.is_of_numbers(candidates, &values) {
                continue;
            }
            let is_alone = sequence.members.len() == 1;
            for (&at, value) in sequence.members.iter().zip(sequence.first..) {
                values[at] = Some(value);
                if !is_alone {
                    roles[at] = NumberRole::Number;
                } else if roles[at] == NumberRole::Text {
                    roles[at] = NumberRole::OnlyNumber;
                }
            }
        }
        mark_countdowns(candidates, &mut roles);
        roles
    }
}

/// Finds the lists that count down to 1, as a browser shows `<ol reversed>`: successive entries
/// with the marks 3, 2 and 1. A mark that changes ends its list, and those above it become text.
fn mark_countdowns(candidates: &[&NumberCandidate], roles: &mut [NumberRole]) {
    let value = |at: usize| {
        let candidate = candidates[at];
        let number = &candidate.number;
        let readings = number.readings.iter().filter(|_| number.parents.is_empty());
        let decimal = readings.filter(|reading| reading.style == NumberStyle::Decimal);
        decimal.map(|reading| reading.value).next().filter(|_| candidate.is_of_list)
    };
    let mut is_counting = false;
    for at in (0..candidates.len()).rev() {
        let own = value(at);
        let next = if at + 1 < candidates.len() { value(at + 1) } else { None };
        let is_above = own.zip(next).is_some_and(|(own, next)| own == next + 1);
        is_counting = is_above && (is_counting || next == Some(1));
        if is_counting {
            roles[at] = NumberRole::Number;
        }
    }
}

impl NumberSequence {
    /// Whether the sequence makes numbers of its members. `values` has the values of those
    /// candidates that are known to be numbers.
    fn is_of_numbers(&self, candidates: &[&NumberCandidate], values: &[Option<u32>]) -> bool {
        let members: Vec<&NumberCandidate> =
            self.members.iter().map(|&at| candidates[at]).collect();
        let are_headings = members.iter().all(|member| member.is_heading);
        let are_of_list = members.iter().all(|member| member.is_of_list);
        if members.iter().all(|member| member.is_initial()) && !are_of_list {
            let least = if are_headings { 2 } else { MIN_OPEN_SEQUENCE };
            return self.first == 1 && members.len() >= least;
        }
        let is_of_law = members.iter().any(|member| member.number.marks.open == Some('§'));
        if is_of_law && !are_headings {
            // `§ 13` at the start of a sentence is a reference to a law.
            return self.first == 1 && members.len() >= 2;
        }
        let is_bare = members.iter().any(|member| member.is_bare());
        let are_certain = members
            .iter()
            .all(|member| member.is_of_list || member.is_heading || member.is_marked());
        match (self.first, members.len()) {
            (0 | 1, 2..) => !is_bare || are_headings,
            (1, 1) if members[0].number.parents.is_empty() => are_certain && !is_bare,
            (1, 1) => self.is_below_its_parent(candidates, values),
            (_, 2..) if are_certain || !members[0].number.parents.is_empty() => !is_bare,
            (_, count) => count >= MIN_OPEN_SEQUENCE && !is_bare,
        }
    }

    /// Whether a single `4.1` is in clause 4: of the numbers of fewer levels before it, the nearest
    /// one is 4. Without any, `1.1` is the first of all numbers.
    fn is_below_its_parent(&self, candidates: &[&NumberCandidate], values: &[Option<u32>]) -> bool {
        let at = self.members[0];
        let parents = &candidates[at].number.parents;
        let above = (0..at).rev().find_map(|before| {
            let number = &candidates[before].number;
            let is_above = number.is_decimal() && number.parents.len() < parents.len();
            values[before].filter(|_| is_above).map(|value| (number, value))
        });
        match above {
            Some((number, value)) => number.parents.iter().chain([&value]).eq(parents.iter()),
            None => parents.iter().all(|&parent| parent == 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clause, ClauseKind};

    fn clause(text: &str) -> Clause {
        let (kind, text) = match text.strip_prefix("# ") {
            Some(heading) => (ClauseKind::Heading, heading),
            None => (ClauseKind::Paragraph, text),
        };
        Clause {
            kind,
            section: std::sync::Arc::default(),
            lead_in: None,
            number: None,
            is_furniture: false,
            text: text.to_owned(),
            links: Vec::new(),
            source: 0..0,
        }
    }

    /// The texts whose number is a number of their clause.
    fn numbered<'t>(texts: &[&'t str]) -> Vec<&'t str> {
        let found: Vec<(&str, NumberCandidate)> = texts
            .iter()
            .filter_map(|text| Some((*text, NumberCandidate::of(&clause(text))?)))
            .collect();
        let candidates: Vec<&NumberCandidate> = found.iter().map(|(_, found)| found).collect();
        let roles = number_roles(&candidates);
        let numbered = found.iter().zip(roles).filter(|(_, role)| *role != NumberRole::Text);
        numbered.map(|((text, _), _)| *text).collect()
    }

    #[test]
    fn sequences_make_numbers() {
        for texts in [
            &["1. A law", "2. B law", "3. C law"][..],
            &["4.1 A", "4.2 B"],
            &["4.8 A", "4.9 B", "4.10 C"],
            &["(a) a", "(b) b"],
            &["(h) x", "(i) y", "(j) z", "(a) v", "(b) w"],
            &["I. One", "II. Two", "1. One", "2. Two", "III. Three"],
            &["# § 4 Haftung", "# § 5 Preise"],
            &["# 1 Price", "# 2 Terms"],
            &["1.1 You must not resell."],
            &["# 1. Price"],
            &["# 1. Price", "# 2. Terms", "2.1 You pay."],
            &["一、价格", "二、价格"],
            &["7. A", "8. B", "9. C"],
            &["A. Scope", "B. Terms", "C. End"],
        ] {
            assert_eq!(numbered(texts), texts);
        }
    }

    #[test]
    fn numbers_without_a_sequence_are_text() {
        for texts in [
            &["10.000 Euro Strafe"][..],
            &["4.99 USD per month", "9.99 USD per year"],
            &["30. Juni ist der letzte Tag", "31. Juli ist es nicht"],
            &["1. Januar 2024: Beginn", "2. Januar 2024: Ende"],
            &["18. Lebensjahr vollendet", "19. Lebensjahr"],
            &["A. Smith is the officer", "B. Jones is not"],
            &["2.5 GB of storage"],
            &["99.9 % uptime"],
            &["1. FC spielt hier"],
            &["5 Reasons", "6 Reasons"],
            &["2.1 Lautsprecher sind dabei"],
            &["# 3. Price"],
            &["1. 2 weeks", "2. 3 weeks"],
            &["§ 13 BDSG gilt", "§ 14 BDSG gilt", "§ 15 BDSG gilt"],
            &["J. R. Smith", "K. R. Smith", "L. R. Smith"],
        ] {
            assert_eq!(numbered(texts), [""; 0], "{texts:?}");
        }
        let texts = ["1. A", "2. B", "7. Liga", "3. C", "# 3. D"];
        assert_eq!(numbered(&texts), ["1. A", "2. B", "3. C"]);
    }
}
