//! Aligns two lists of clauses, and compares two texts word by word, for `diff` and `history`.
//!
//! Two clauses are the same if they have one identity. The numbers in front of them are no part of
//! it. Headings whose number follows a word, as in `Article 5`, are the same if they differ only in
//! this number and it continues a sequence in both lists. An alignment is made in three steps:
//!
//! 1. The longest common subsequence of equal clauses stays in place.
//! 2. A clause that both lists contain outside that subsequence was *moved*.
//! 3. Between two clauses that stay in place, the remaining old and new clauses are paired in
//!    order. A pair that shares at least half of its words is one *changed* clause. What remains
//!    unpaired was *removed* or *added*.
//!
//! This file compares texts in memory. It knows neither snapshots nor the index.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

use super::compared_clause::ComparedClause;
use super::worded_numbers::without_worded_numbers;
use crate::section::{ClauseIdentity, identity_form};
use crate::token::terms;

/// The least likeness of an old and a new clause that count as one changed clause: the share of
/// their words that both contain, from 0 to 1.
const MIN_LIKENESS: f32 = 0.5;

/// The most pairs of an old and a new clause that are compared in one gap.
///
/// The table of pairs takes memory and time for each of them. A larger gap means that the whole
/// text was replaced, and then no clause of it counts as changed.
const MAX_PAIRS: usize = 4_000_000;

/// One difference between an old and a new list of clauses. The numbers are positions in the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlignedChange {
    /// The clause at this position of the old list is not in the new one.
    Removed(usize),
    /// The clause at this position of the new list is not in the old one.
    Added(usize),
    /// The clause at the first position, in the old list, was reworded to the clause at the second
    /// position, in the new list.
    Changed(usize, usize),
    /// The clause at the first position, in the old list, moved to the second position, in the
    /// new list.
    Moved(usize, usize),
}

impl AlignedChange {
    /// Returns the position in the new list, unless the clause was removed.
    fn new_position(self) -> Option<usize> {
        match self {
            AlignedChange::Removed(_) => None,
            AlignedChange::Added(new)
            | AlignedChange::Changed(_, new)
            | AlignedChange::Moved(_, new) => Some(new),
        }
    }
}

/// The alignment of two lists of clauses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClauseAlignment {
    /// The clauses that stay in place, as positions in the old and the new list. Both ascend.
    pub same: Vec<(usize, usize)>,
    /// Those of them whose texts differ in the number after their first word.
    pub renumbered: Vec<(usize, usize)>,
    /// The differences, in reading order.
    ///
    /// Between two clauses that stay in place, removed and changed clauses are in the order of the
    /// old list. Added clauses follow the clause that precedes them in the new list, and moved
    /// clauses are at their new position.
    pub changes: Vec<AlignedChange>,
}

/// Aligns two lists of clauses.
pub fn align(old: &[ComparedClause<'_>], new: &[ComparedClause<'_>]) -> ClauseAlignment {
    let mut numbers = WordingNumbers::default();
    let (old_wordings, new_wordings) = numbers.of_versions(old, new);
    let ops = capture_diff_slices(Algorithm::Myers, &old_wordings, &new_wordings);
    let same = ops.iter().filter(|op| is_equal(op));
    let same: Vec<(usize, usize)> =
        same.flat_map(|op| op.old_range().zip(op.new_range())).collect();
    let differing = same.iter().copied().filter(|&(from, to)| {
        old[from].text != new[to].text && old[from].wording() != new[to].wording()
    });
    let renumbered = differing.collect();
    let gaps = gaps(&ops);
    let moved = MovedClauses::find(&gaps, &old_wordings, &new_wordings);
    let bags = WordBags::new(old, new, &gaps);
    let changes = gaps.into_iter().flat_map(|gap| gap.changes(&moved, &bags)).collect();
    ClauseAlignment { same, renumbered, changes }
}

/// Numbers wordings, so that comparing two of them compares two integers.
#[derive(Default)]
pub(super) struct WordingNumbers(HashMap<Arc<ClauseIdentity>, u32>);

impl WordingNumbers {
    /// Returns the number of the wording of a clause. Equal wordings have one number.
    pub fn number(&mut self, clause: &ComparedClause<'_>) -> u32 {
        self.of_identity(clause.wording().clone())
    }

    /// Returns the numbers of the clauses of two versions. Headings that differ only in the number
    /// after their first word have one number, if it continues a sequence in both versions.
    pub fn of_versions(
        &mut self,
        old: &[ComparedClause<'_>],
        new: &[ComparedClause<'_>],
    ) -> (Vec<u32>, Vec<u32>) {
        let [in_old, in_new] = [old, new].map(without_worded_numbers);
        let [old_set, new_set] =
            [&in_old, &in_new].map(|identities| identities.iter().flatten().collect());
        (self.of_version(old, &in_old, &new_set), self.of_version(new, &in_new, &old_set))
    }

    /// Returns the numbers of the clauses of a version. `unnumbered` has their identities without
    /// a number after the first word, which count if they are among `others`.
    fn of_version(
        &mut self,
        clauses: &[ComparedClause<'_>],
        unnumbered: &[Option<ClauseIdentity>],
        others: &HashSet<&ClauseIdentity>,
    ) -> Vec<u32> {
        let wordings = clauses.iter().zip(unnumbered).map(|(clause, identity)| {
            let unnumbered = identity.as_ref().filter(|identity| others.contains(identity));
            self.of_identity(match unnumbered {
                Some(identity) => Arc::new(identity.clone()),
                None => clause.wording().clone(),
            })
        });
        wordings.collect()
    }

    fn of_identity(&mut self, identity: Arc<ClauseIdentity>) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(identity).or_insert(next)
    }

    /// Returns the number of distinct wordings so far.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// The positions between two clauses that stay in place. At least one of the ranges is not empty.
struct Gap {
    old: Range<usize>,
    new: Range<usize>,
}

impl Gap {
    /// Returns the differences inside the gap, in reading order.
    fn changes(self, moved: &MovedClauses, bags: &WordBags) -> Vec<AlignedChange> {
        let removed: Vec<usize> =
            self.old.filter(|old| !moved.new_of_old.contains_key(old)).collect();
        let (arrived, added): (Vec<usize>, Vec<usize>) =
            self.new.partition(|new| moved.old_of_new.contains_key(new));
        let pairs = bags.pairs(&removed, &added);
        let mut changes = in_reading_order(&removed, &added, &pairs);
        for new in arrived {
            let next = changes
                .iter()
                .position(|change| change.new_position().is_some_and(|other| other > new));
            let moved = AlignedChange::Moved(moved.old_of_new[&new], new);
            changes.insert(next.unwrap_or(changes.len()), moved);
        }
        changes
    }
}

fn is_equal(op: &DiffOp) -> bool {
    op.tag() == DiffTag::Equal
}

/// Returns the gaps, in order. Adjacent operations that are no equalities are one gap.
fn gaps(ops: &[DiffOp]) -> Vec<Gap> {
    let runs = ops.chunk_by(|a, b| is_equal(a) == is_equal(b));
    runs.filter(|run| !run.iter().any(is_equal))
        .filter_map(|run| {
            let first = run.first()?;
            let old_end = run.iter().map(|op| op.old_range().end).max()?;
            let new_end = run.iter().map(|op| op.new_range().end).max()?;
            Some(Gap {
                old: first.old_range().start..old_end,
                new: first.new_range().start..new_end,
            })
        })
        .collect()
}

/// The clauses that both lists contain without staying in place.
#[derive(Default)]
struct MovedClauses {
    /// The new position by old position.
    new_of_old: HashMap<usize, usize>,
    /// The old position by new position.
    old_of_new: HashMap<usize, usize>,
}

impl MovedClauses {
    /// Matches equal wordings across all gaps. The first of several equal clauses is matched first.
    fn find(gaps: &[Gap], old_wordings: &[u32], new_wordings: &[u32]) -> Self {
        // The positions of each wording descend, so that `pop` returns the first one.
        let mut unmatched: HashMap<u32, Vec<usize>> = HashMap::new();
        for old in gaps.iter().rev().flat_map(|gap| gap.old.clone().rev()) {
            unmatched.entry(old_wordings[old]).or_default().push(old);
        }
        let mut moved = Self::default();
        for new in gaps.iter().flat_map(|gap| gap.new.clone()) {
            if let Some(old) = unmatched.get_mut(&new_wordings[new]).and_then(Vec::pop) {
                moved.new_of_old.insert(old, new);
                moved.old_of_new.insert(new, old);
            }
        }
        moved
    }
}

/// Merges the clauses of a gap, each list ascending, into one list of changes.
fn in_reading_order(
    removed: &[usize],
    added: &[usize],
    pairs: &[(usize, usize)],
) -> Vec<AlignedChange> {
    let mut changes = Vec::new();
    let mut removed = removed.iter().copied().peekable();
    let mut added = added.iter().copied().peekable();
    // The last pair is beyond both lists and lets the remaining clauses through.
    for &(old, new) in pairs.iter().chain([&(usize::MAX, usize::MAX)]) {
        while let Some(at) = removed.next_if(|&at| at < old) {
            changes.push(AlignedChange::Removed(at));
        }
        while let Some(at) = added.next_if(|&at| at < new) {
            changes.push(AlignedChange::Added(at));
        }
        if removed.next_if_eq(&old).is_some() && added.next_if_eq(&new).is_some() {
            changes.push(AlignedChange::Changed(old, new));
        }
    }
    changes
}

/// The words of each clause in a gap. A clause outside the gaps has none, since its words are never
/// compared.
struct WordBags {
    old: Vec<WordBag>,
    new: Vec<WordBag>,
}

impl WordBags {
    fn new(old: &[ComparedClause<'_>], new: &[ComparedClause<'_>], gaps: &[Gap]) -> Self {
        let mut numbers = WordNumbers::default();
        let empty = WordBag::default();
        let mut bags = Self { old: vec![empty.clone(); old.len()], new: vec![empty; new.len()] };
        for gap in gaps {
            for at in gap.old.clone() {
                bags.old[at] = numbers.bag(old[at].text);
            }
            for at in gap.new.clone() {
                bags.new[at] = numbers.bag(new[at].text);
            }
        }
        bags
    }

    /// Returns the likeness of an old and a new clause, or `None` below [`MIN_LIKENESS`].
    ///
    /// It is Dice's coefficient of the two bags of words: twice the number of shared words, divided
    /// by the number of words of both clauses.
    fn likeness(&self, old: usize, new: usize) -> Option<f32> {
        let (old, new) = (&self.old[old], &self.new[new]);
        let all = old.words.len() + new.words.len();
        // Most pairs have few words in common, and need not be compared word by word.
        enough_likeness(old.most_common(new), all)?;
        enough_likeness(count_common(&old.words, &new.words), all)
    }

    /// Pairs removed with added clauses, in order in both lists, so that the sum of the likenesses
    /// is as large as possible.
    fn pairs(&self, removed: &[usize], added: &[usize]) -> Vec<(usize, usize)> {
        if removed.len().saturating_mul(added.len()) > MAX_PAIRS {
            return Vec::new();
        }
        let table =
            PairTable::new(removed.len(), added.len(), |i, j| self.likeness(removed[i], added[j]));
        table.pairs().into_iter().map(|(i, j)| (removed[i], added[j])).collect()
    }
}

/// The likeness of two clauses with this many words in common and in all, or `None` below
/// [`MIN_LIKENESS`].
fn enough_likeness(common: usize, all: usize) -> Option<f32> {
    Some(2.0 * common as f32 / (all as f32).max(1.0)).filter(|likeness| *likeness >= MIN_LIKENESS)
}

/// Numbers words, so that a bag of words is a sorted list of integers.
#[derive(Default)]
struct WordNumbers(HashMap<String, u32>);

impl WordNumbers {
    /// Returns the folded words of a text.
    fn bag(&mut self, text: &str) -> WordBag {
        let mut words: Vec<u32> = terms(text)
            .map(|word| {
                let next = self.0.len() as u32;
                *self.0.entry(word.into_owned()).or_insert(next)
            })
            .collect();
        words.sort_unstable();
        let mut bits = [0; SIGNATURE_PARTS];
        for word in &words {
            let (part, bit) = (word / u64::BITS, word % u64::BITS);
            bits[part as usize % SIGNATURE_PARTS] |= 1_u64 << bit;
        }
        WordBag { words, bits }
    }
}

/// The 64-bit parts of the signature of a bag of words.
const SIGNATURE_PARTS: usize = 4;

/// The words of a clause.
#[derive(Clone, Default)]
struct WordBag {
    /// The numbers of the words, sorted.
    words: Vec<u32>,
    /// A bit for each word. Several words share a bit.
    bits: [u64; SIGNATURE_PARTS],
}

impl WordBag {
    /// An upper limit of the number of words that both bags contain.
    fn most_common(&self, other: &Self) -> usize {
        (self.words.len() - self.missing_in(other)).min(other.words.len() - other.missing_in(self))
    }

    /// A lower limit of the number of words that `other` does not contain: each bit that only this
    /// bag has is of at least one of them.
    fn missing_in(&self, other: &Self) -> usize {
        let bits = self.bits.iter().zip(&other.bits);
        bits.map(|(own, other)| (own & !other).count_ones() as usize).sum()
    }
}

/// Counts the entries that two sorted lists have in common. An entry counts as often as both lists
/// contain it.
fn count_common(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, count) = (i + 1, j + 1, count + 1),
        }
    }
    count
}

/// The dynamic program that pairs removed with added clauses.
struct PairTable {
    rows: usize,
    columns: usize,
    /// The likeness of removed clause `i` and added clause `j`, where they may be paired.
    likeness: HashMap<(usize, usize), f32>,
    /// The largest sum of likenesses among the clauses from `i` and from `j`, row by row. There is
    /// one more row and one more column than clauses; both hold zeros.
    best: Vec<f32>,
}

impl PairTable {
    fn new(rows: usize, columns: usize, likeness_of: impl Fn(usize, usize) -> Option<f32>) -> Self {
        let best = vec![0.0; (rows + 1) * (columns + 1)];
        let mut table = Self { rows, columns, likeness: HashMap::new(), best };
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                let mut best = table.best(i + 1, j).max(table.best(i, j + 1));
                if let Some(likeness) = likeness_of(i, j) {
                    table.likeness.insert((i, j), likeness);
                    best = best.max(likeness + table.best(i + 1, j + 1));
                }
                table.best[i * (columns + 1) + j] = best;
            }
        }
        table
    }

    fn best(&self, i: usize, j: usize) -> f32 {
        self.best[i * (self.columns + 1) + j]
    }

    /// Returns the largest sum if `i` and `j` are paired, or `None` if they are too different.
    fn paired(&self, i: usize, j: usize) -> Option<f32> {
        Some(self.likeness.get(&(i, j))? + self.best(i + 1, j + 1))
    }

    /// Reads the pairs of the largest sum from the table.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
        while i < self.rows && j < self.columns {
            let best = self.best(i, j);
            if self.paired(i, j) == Some(best) {
                pairs.push((i, j));
                (i, j) = (i + 1, j + 1);
            } else if self.best(i + 1, j) == best {
                i += 1;
            } else {
                j += 1;
            }
        }
        pairs
    }
}

/// The fate of some words between an old and a new text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WordFate {
    /// Both texts contain the words.
    Same,
    /// Only the old text contains the words.
    Removed,
    /// Only the new text contains the words.
    Added,
}

/// Consecutive words that have one fate between an old and a new text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WordChange {
    /// The fate of the words.
    pub fate: WordFate,
    /// The words, with one space between them.
    pub text: String,
}

/// Compares two texts word by word.
///
/// Without the words that are [`WordFate::Added`], the result is the old text; without the words
/// that are [`WordFate::Removed`], it is the new text. White space and the styles of quotation
/// marks and dashes do not count, and words that differ only in these are quoted from the new text.
///
/// ```
/// use fineprint::search::{WordFate, compare_words};
///
/// let changes = compare_words("We never sell data.", "We may sell  data.");
/// let changes: Vec<_> = changes.iter().map(|change| (change.fate, &*change.text)).collect();
/// assert_eq!(
///     changes,
///     [
///         (WordFate::Same, "We"),
///         (WordFate::Removed, "never"),
///         (WordFate::Added, "may"),
///         (WordFate::Same, "sell data."),
///     ]
/// );
/// ```
pub fn compare_words(old: &str, new: &str) -> Vec<WordChange> {
    let old: Vec<&str> = old.split_whitespace().collect();
    let new: Vec<&str> = new.split_whitespace().collect();
    let mut changes = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &identity_forms(&old), &identity_forms(&new)) {
        let (tag, old_range, new_range) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            changes.push(WordChange::new(WordFate::Same, &new[new_range]));
        } else {
            changes.push(WordChange::new(WordFate::Removed, &old[old_range]));
            changes.push(WordChange::new(WordFate::Added, &new[new_range]));
        }
    }
    changes.retain(|change| !change.text.is_empty());
    changes
}

impl WordChange {
    fn new(fate: WordFate, words: &[&str]) -> Self {
        Self { fate, text: words.join(" ") }
    }
}

fn identity_forms(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| identity_form(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ClauseKind;

    fn paragraphs<'t>(texts: &[&'t str]) -> Vec<ComparedClause<'t>> {
        texts.iter().map(|text| ComparedClause::new(ClauseKind::Paragraph, None, text)).collect()
    }

    fn headings<'t>(texts: &[&'t str]) -> Vec<ComparedClause<'t>> {
        texts.iter().map(|text| ComparedClause::new(ClauseKind::Heading, None, text)).collect()
    }

    fn changes(old: &[&str], new: &[&str]) -> Vec<AlignedChange> {
        align(&paragraphs(old), &paragraphs(new)).changes
    }

    #[test]
    fn every_change_is_recognised() {
        use AlignedChange::{Added, Changed, Moved, Removed};
        assert_eq!(changes(&["a", "b"], &["a", "b"]), []);
        assert_eq!(changes(&["a", "b"], &["a", "x", "b"]), [Added(1)]);
        assert_eq!(changes(&["a", "x", "b"], &["a", "b"]), [Removed(1)]);
        assert_eq!(changes(&["a", "b", "c d e"], &["c d e", "a", "b"]), [Moved(2, 0)]);
        assert_eq!(
            changes(&["a", "one two three", "b"], &["a", "one two four", "b"]),
            [Changed(1, 1)]
        );
        assert_eq!(
            changes(&["a", "one two three", "b"], &["a", "four five", "b"]),
            [Removed(1), Added(1)]
        );
        // The pairs are in order, and the sum of their likenesses is the largest.
        assert_eq!(
            changes(&["p q r s", "t u v w"], &["p q r x", "new one", "t u v y"]),
            [Changed(0, 0), Added(1), Changed(1, 2)]
        );
    }

    #[test]
    fn styles_are_ignored_and_amounts_count() {
        assert_eq!(changes(&["Cookies", "We  “may”"], &["Cookies", "We \"may\""]), []);
        for (old, new) in [
            ("30 days", "60 days"),
            ("3.5 million people", "4.5 million people"),
            ("10.000 Euro Strafe zahlt", "50.000 Euro Strafe zahlt"),
            ("4.99 USD per month", "9.99 USD per month"),
            ("30. Juni ist der letzte Tag", "15. Juni ist der letzte Tag"),
            ("A. Smith is the officer", "B. Smith is the officer"),
            ("2.1 Sharing it all", "2.2 Sharing it all"),
        ] {
            assert_eq!(changes(&[old], &[new]), [AlignedChange::Changed(0, 0)], "{old}");
        }
    }

    #[test]
    fn numbers_after_a_word_are_renumbered() {
        let old = headings(&["Article 1 Objet", "Article 2 Prix"]);
        let new = headings(&["Article 1 Objet", "Article 2 Durée", "Article 3 Prix"]);
        let aligned = align(&old, &new);
        assert_eq!(aligned.changes, [AlignedChange::Added(1)]);
        assert_eq!((aligned.same.len(), aligned.renumbered), (2, vec![(1, 2)]));
        let alone = align(&headings(&["Article 2 Prix"]), &headings(&["Article 3 Prix"]));
        assert_eq!(alone.changes, [AlignedChange::Changed(0, 0)]);
    }

    fn item(lead_in: &str) -> ComparedClause<'_> {
        ComparedClause::new(ClauseKind::Item, Some(lead_in), "show ads")
    }

    #[test]
    fn another_lead_in_is_a_change() {
        assert_eq!(
            align(&[item("We may:")], &[item("We never:")]).changes,
            [AlignedChange::Changed(0, 0)]
        );
    }

    #[test]
    fn the_first_of_equal_clauses_is_moved_first() {
        use AlignedChange::{Moved, Removed};
        let old = ["x y", "a b", "a b", "keep one", "keep two"];
        let new = ["keep one", "keep two", "a b"];
        assert_eq!(changes(&old, &new), [Removed(0), Removed(2), Moved(1, 2)]);
    }

    #[test]
    fn repeated_words_count_as_often_as_both_texts_contain_them() {
        assert_eq!(count_common(&[1, 1, 2, 5], &[1, 1, 1, 3, 5]), 3);
        assert_eq!(count_common(&[], &[1]), 0);
    }
}
