//! What differs between two lists of clauses: the same alignment for `diff` and for `history`.
//!
//! Clauses are the same if their identity is, numbers before them left out. What is the same stays in place along the longest common
//! subsequence; what is the same elsewhere was *moved*. Between two clauses that stay, removed and added ones are paired, in order, if at
//! least half of their words are the same: those were *changed*.

use std::collections::HashMap;
use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

use crate::model::ClauseKind;
use crate::section::{ClauseIdentity, identity_form, without_number};
use crate::token::terms;

/// How alike two clauses must be to be one that was changed: the part of their words that both have.
const ALIKE: f32 = 0.5;

/// So many pairs of removed and added clauses between two that stay are compared at most; where there are more, the text was replaced.
const MAX_PAIRS: usize = 4_000_000;

/// A clause as it is compared.
#[derive(Debug, Clone, Copy)]
pub struct ComparedClause<'c> {
    /// What it is.
    pub kind: ClauseKind,
    /// Its lead-in or header row.
    pub lead_in: Option<&'c str>,
    /// Its text.
    pub text: &'c str,
}

impl ComparedClause<'_> {
    /// What makes two clauses the same for comparing: their identity without the numbers before them.
    pub fn wording(&self) -> ClauseIdentity {
        ClauseIdentity::new(self.kind, self.lead_in.map(without_number), without_number(self.text))
    }
}

/// A difference; numbers are places in the old and the new list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlignedChange {
    /// In the old list only.
    Removed(usize),
    /// In the new list only.
    Added(usize),
    /// Reworded.
    Changed(usize, usize),
    /// The same elsewhere.
    Moved(usize, usize),
}

/// How two lists of clauses belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClauseAlignment {
    /// Clauses that stay: old and new place, both ascending.
    pub same: Vec<(usize, usize)>,
    /// What differs, in reading order: between the same two clauses that stay, what was removed and changed as the old list has it, added
    /// ones after what they follow in the new one, moved ones where they went.
    pub changes: Vec<AlignedChange>,
}

/// Compares two lists of clauses.
pub fn align(old: &[ComparedClause<'_>], new: &[ComparedClause<'_>]) -> ClauseAlignment {
    let (old_keys, new_keys) = keys(old, new);
    let ops = capture_diff_slices(Algorithm::Myers, &old_keys, &new_keys);
    let mut alignment = ClauseAlignment::default();
    let gaps = gaps(&ops, &mut alignment.same);
    let moved = moved(&gaps, &old_keys, &new_keys);
    let words = Words::of((old, new), &gaps);
    for (removed, added) in gaps {
        let removed: Vec<usize> = removed.filter(|at| !moved.from.contains_key(at)).collect();
        let (went, added): (Vec<usize>, Vec<usize>) =
            added.partition(|at| moved.to.contains_key(at));
        let pairs = words.pairs(&removed, &added);
        let mut changes = in_order(&removed, &added, &pairs);
        for new in went {
            let at = changes
                .iter()
                .position(|change| new_place(*change).is_some_and(|other| other > new));
            changes.insert(at.unwrap_or(changes.len()), AlignedChange::Moved(moved.to[&new], new));
        }
        alignment.changes.extend(changes);
    }
    alignment
}

/// What makes clauses the same, as numbers: equal for equal ones.
fn keys(old: &[ComparedClause<'_>], new: &[ComparedClause<'_>]) -> (Vec<u32>, Vec<u32>) {
    let mut known: HashMap<ClauseIdentity, u32> = HashMap::new();
    let mut key = |clause: &ComparedClause<'_>| {
        let next = known.len() as u32;
        *known.entry(clause.wording()).or_insert(next)
    };
    (old.iter().map(&mut key).collect(), new.iter().map(&mut key).collect())
}

/// The stretches between clauses that stay.
fn gaps(ops: &[DiffOp], same: &mut Vec<(usize, usize)>) -> Vec<(Range<usize>, Range<usize>)> {
    let mut gaps: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let mut is_open = false;
    for op in ops {
        let (tag, old, new) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            same.extend(old.zip(new));
            is_open = false;
            continue;
        }
        match gaps.last_mut().filter(|_| is_open) {
            Some(gap) => (gap.0.end, gap.1.end) = (old.end.max(gap.0.end), new.end.max(gap.1.end)),
            None => gaps.push((old, new)),
        }
        is_open = true;
    }
    gaps
}

/// Clauses that do not stay but are in both lists.
#[derive(Default)]
struct Moved {
    /// New place by old place.
    from: HashMap<usize, usize>,
    /// Old place by new place.
    to: HashMap<usize, usize>,
}

fn moved(gaps: &[(Range<usize>, Range<usize>)], old: &[u32], new: &[u32]) -> Moved {
    let mut waiting: HashMap<u32, Vec<usize>> = HashMap::new();
    // From the end, so that the first of equal ones is taken first.
    for at in gaps.iter().rev().flat_map(|(removed, _)| removed.clone().rev()) {
        waiting.entry(old[at]).or_default().push(at);
    }
    let mut moved = Moved::default();
    for at in gaps.iter().flat_map(|(_, added)| added.clone()) {
        if let Some(from) = waiting.get_mut(&new[at]).and_then(Vec::pop) {
            moved.from.insert(from, at);
            moved.to.insert(at, from);
        }
    }
    moved
}

/// Removed, changed and added clauses of a gap in reading order.
fn in_order(removed: &[usize], added: &[usize], pairs: &[(usize, usize)]) -> Vec<AlignedChange> {
    let mut changes = Vec::new();
    let (mut old, mut new) = (removed.iter().copied().peekable(), added.iter().copied().peekable());
    for &(from, to) in pairs.iter().chain([&(usize::MAX, usize::MAX)]) {
        while let Some(at) = old.next_if(|&at| at < from) {
            changes.push(AlignedChange::Removed(at));
        }
        while let Some(at) = new.next_if(|&at| at < to) {
            changes.push(AlignedChange::Added(at));
        }
        if old.next_if_eq(&from).is_some() && new.next_if_eq(&to).is_some() {
            changes.push(AlignedChange::Changed(from, to));
        }
    }
    changes
}

fn new_place(change: AlignedChange) -> Option<usize> {
    match change {
        AlignedChange::Removed(_) => None,
        AlignedChange::Added(new)
        | AlignedChange::Changed(_, new)
        | AlignedChange::Moved(_, new) => Some(new),
    }
}

/// The words of the clauses in gaps as numbers, sorted; of all others none.
struct Words {
    old: Vec<Vec<u32>>,
    new: Vec<Vec<u32>>,
}

impl Words {
    fn of(
        (old, new): (&[ComparedClause<'_>], &[ComparedClause<'_>]),
        gaps: &[(Range<usize>, Range<usize>)],
    ) -> Self {
        let mut known: HashMap<String, u32> = HashMap::new();
        let mut words = Self { old: vec![Vec::new(); old.len()], new: vec![Vec::new(); new.len()] };
        let mut bag = |clause: &ComparedClause<'_>| {
            let number = |term: std::borrow::Cow<'_, str>| {
                let next = known.len() as u32;
                *known.entry(term.into_owned()).or_insert(next)
            };
            let mut words: Vec<u32> = terms(without_number(clause.text)).map(number).collect();
            words.sort_unstable();
            words
        };
        for (removed, added) in gaps {
            removed.clone().for_each(|at| words.old[at] = bag(&old[at]));
            added.clone().for_each(|at| words.new[at] = bag(&new[at]));
        }
        words
    }

    /// How alike two clauses are, if they are alike enough: twice the words that both have, of the words of both (Dice's coefficient of
    /// the two bags of words).
    fn likeness(&self, old: usize, new: usize) -> Option<f32> {
        let (old, new) = (&self.old[old], &self.new[new]);
        let all = (old.len() + new.len()) as f32;
        let ratio = 2.0 * common(old, new) as f32 / all.max(1.0);
        (ratio >= ALIKE).then_some(ratio)
    }

    /// The pairs, in order in both lists, that are most alike in all.
    fn pairs(&self, removed: &[usize], added: &[usize]) -> Vec<(usize, usize)> {
        let width = added.len() + 1;
        if removed.is_empty()
            || added.is_empty()
            || removed.len().saturating_mul(added.len()) > MAX_PAIRS
        {
            return Vec::new();
        }
        let mut alike: HashMap<(usize, usize), f32> = HashMap::new();
        // By numbers of removed and added clauses left: the best sum.
        let mut best = vec![0.0_f32; (removed.len() + 1) * width];
        for i in (0..removed.len()).rev() {
            for j in (0..added.len()).rev() {
                let apart = best[(i + 1) * width + j].max(best[i * width + j + 1]);
                let likeness = self.likeness(removed[i], added[j]);
                alike.extend(likeness.map(|likeness| ((i, j), likeness)));
                let paired = likeness.map(|likeness| likeness + best[(i + 1) * width + j + 1]);
                best[i * width + j] = paired.map_or(apart, |paired| paired.max(apart));
            }
        }
        let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
        while i < removed.len() && j < added.len() {
            let here = best[i * width + j];
            let paired =
                alike.get(&(i, j)).map(|likeness| likeness + best[(i + 1) * width + j + 1]);
            if paired == Some(here) {
                pairs.push((removed[i], added[j]));
                (i, j) = (i + 1, j + 1);
            } else if best[(i + 1) * width + j] == here {
                i += 1;
            } else {
                j += 1;
            }
        }
        pairs
    }
}

/// How many entries two sorted lists have in common.
fn common(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, count) = (i + 1, j + 1, count + 1),
        }
    }
    count
}

/// What became of a stretch of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ClauseFate {
    /// It stayed.
    Same,
    /// It is in the old text only.
    Removed,
    /// It is in the new text only.
    Added,
}

/// The stretches of two texts, word by word: their texts in order make the old text without [`ClauseFate::Added`], and the new one without
/// [`ClauseFate::Removed`], up to white space and styles of quotes and dashes.
///
/// ```
/// use fineprint::diff::{Fate, words};
/// let told: Vec<_> = words("We never sell data.", "We may sell  data.").into_iter().collect();
/// let told: Vec<_> = told.iter().map(|(fate, text)| (*fate, text.as_str())).collect();
/// assert_eq!(told, [(Fate::Same, "We"), (Fate::Removed, "never"), (Fate::Added, "may"), (Fate::Same, "sell data.")]);
/// ```
pub fn words(old: &str, new: &str) -> Vec<(ClauseFate, String)> {
    let (old, new) = (split(old), split(new));
    let forms = |words: &[&str]| words.iter().map(|word| identity_form(word)).collect::<Vec<_>>();
    let mut stretches = Vec::new();
    let mut push = |fate, words: &[&str]| {
        if !words.is_empty() {
            stretches.push((fate, words.join(" ")));
        }
    };
    for op in capture_diff_slices(Algorithm::Myers, &forms(&old), &forms(&new)) {
        let (tag, from, to) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            push(ClauseFate::Same, &new[to]);
        } else {
            push(ClauseFate::Removed, &old[from]);
            push(ClauseFate::Added, &new[to]);
        }
    }
    stretches
}

fn split(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraphs<'t>(texts: &[&'t str]) -> Vec<ComparedClause<'t>> {
        texts
            .iter()
            .map(|text| ComparedClause { kind: ClauseKind::Paragraph, lead_in: None, text })
            .collect()
    }

    fn changes(old: &[&str], new: &[&str]) -> Vec<AlignedChange> {
        align(&paragraphs(old), &paragraphs(new)).changes
    }

    #[test]
    fn each_sort_of_difference_is_told() {
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
        // In order, and together the most alike.
        assert_eq!(
            changes(&["p q r s", "t u v w"], &["p q r x", "new one", "t u v y"]),
            [Changed(0, 0), Added(1), Changed(1, 2)]
        );
    }

    #[test]
    fn numbers_and_styles_are_no_difference() {
        assert_eq!(
            changes(&["1. Cookies", "(a) We  “may”"], &["2. Cookies", "(b) We \"may\""]),
            []
        );
        assert_eq!(changes(&["2.1 Sharing"], &["2.2 Sharing"]), []);
        assert_eq!(changes(&["30 days"], &["60 days"]), [AlignedChange::Changed(0, 0)]);
        assert_eq!(
            changes(&["3.5 million people"], &["4.5 million people"]),
            [AlignedChange::Changed(0, 0)]
        );
    }

    #[test]
    fn an_item_under_another_lead_in_was_changed() {
        let item = |lead_in| ComparedClause {
            kind: ClauseKind::Item,
            lead_in: Some(lead_in),
            text: "show ads",
        };
        assert_eq!(
            align(&[item("We may:")], &[item("We never:")]).changes,
            [AlignedChange::Changed(0, 0)]
        );
        assert_eq!(align(&[item("1. We may:")], &[item("2. We may:")]).changes, []);
    }
}
