//! Follows the wordings of one policy through its snapshots: which replaced which, and when.
//!
//! Clauses of one identity are one *wording*, whatever numbers are in front of them. Between two
//! successive snapshots a wording may appear or disappear. The alignment of the two versions tells
//! whether it replaced another wording, or only has another number after its first word. Wordings
//! that are connected by replacements are one *thread*.
//!
//! This file works with numbers only. Dates and texts are left to `history_builder`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use fixedbitset::FixedBitSet;

use super::align::{AlignedChange, WordingNumbers, align};
use super::compared_clause::ComparedClause;
use crate::collapse::{ClauseOccurrence, CollapsedPolicy};
use crate::model::{ClauseKind, ClauseNumber, Ordinal};

/// The wordings of a policy, numbered in clause order.
///
/// Snapshots may be left out. A *position* counts the remaining ones, from 0 for the oldest.
pub(super) struct Wordings<'p> {
    policy: &'p CollapsedPolicy,
    /// The ordinals of the remaining snapshots by position. They ascend.
    pub ordinals: Vec<Ordinal>,
    /// The clauses, by number.
    clauses: Vec<ComparedClause<'p>>,
    /// The wording of each clause, by number of the clause.
    of_clause: Vec<u32>,
    /// The positions at which each wording occurs, by wording.
    pub positions: Vec<FixedBitSet>,
}

/// A change of one wording between a position and the position before it.
///
/// Without `from` the wording `to` appears, and without `to` the wording `from` disappears. At
/// least one of them is present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WordingStep {
    /// The later of the two positions. At position 0, all wordings of the oldest snapshot appear.
    pub at: usize,
    pub from: Option<u32>,
    pub to: Option<u32>,
    /// Whether only the number after the first word differs.
    pub is_renumbered: bool,
}

/// One step, or an alternation: at least [`MIN_ALTERNATION`] steps, each the reverse of the step
/// before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepGroup {
    /// The first step.
    pub step: WordingStep,
    /// The positions of all steps. They ascend.
    pub positions: Vec<usize>,
}

/// The number of successive reversals from which steps are told as one alternation.
const MIN_ALTERNATION: usize = 3;

/// Wordings that replaced each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WordingThread {
    /// The wordings. They ascend.
    pub wordings: Vec<u32>,
    /// The steps between them, from the oldest to the newest.
    pub groups: Vec<StepGroup>,
}

impl<'p> Wordings<'p> {
    /// The wordings of a policy, all of whose clauses occur in a snapshot.
    ///
    /// # Errors
    ///
    /// Names the defect in the tables of the policy, if a number in them names nothing.
    #[cfg(test)]
    pub fn new(
        policy: &'p CollapsedPolicy,
        ordinals: Vec<Ordinal>,
    ) -> std::result::Result<Self, &'static str> {
        Ok(Self::with_kinds(policy, ordinals, first_kinds(policy)?))
    }

    /// Numbers the wordings of a policy. `ordinals` are the snapshots that are followed, ascending.
    /// `kinds` are the kinds of the clauses, as [`first_kinds`] gives them before furniture is left
    /// out: without it, a clause may occur in no snapshot.
    pub fn with_kinds(
        policy: &'p CollapsedPolicy,
        ordinals: Vec<Ordinal>,
        kinds: Vec<ClauseKind>,
    ) -> Self {
        let clauses = policy.clauses.iter().zip(kinds).map(|(clause, kind)| {
            ComparedClause::new(kind, clause.lead_in.as_deref(), &clause.text)
        });
        let clauses: Vec<_> = clauses.collect();
        let mut numbers = WordingNumbers::default();
        let of_clause: Vec<u32> = clauses.iter().map(|clause| numbers.number(clause)).collect();
        let mut positions = vec![FixedBitSet::with_capacity(ordinals.len()); numbers.count()];
        for (position, ordinal) in ordinals.iter().enumerate() {
            for occurrence in &policy.snapshots[ordinal.index()].clauses {
                positions[of_clause[occurrence.clause.index()] as usize].insert(position);
            }
        }
        Self { policy, ordinals, clauses, of_clause, positions }
    }

    /// Returns the wording of a clause, or `None` if the policy has no clause with this number.
    pub fn of(&self, clause: ClauseNumber) -> Option<u32> {
        self.of_clause.get(clause.index()).copied()
    }

    /// Returns the clauses of the snapshot at a position, in reading order.
    pub fn version(&self, position: usize) -> &'p [ClauseOccurrence] {
        &self.policy.snapshots[self.ordinals[position].index()].clauses
    }

    /// Returns the threads that contain at least one of these wordings, in the order in which they
    /// begin.
    pub fn threads(&self, wanted: &BTreeSet<u32>) -> Vec<WordingThread> {
        let steps = self.steps(wanted);
        let mut connected = ConnectedWordings::new(self.positions.len());
        for step in &steps {
            if let (Some(from), Some(to)) = (step.from, step.to) {
                connected.connect(from, to);
            }
        }
        let mut by_thread: BTreeMap<u32, Vec<WordingStep>> = BTreeMap::new();
        for step in steps {
            if let Some(wording) = step.from.or(step.to) {
                by_thread.entry(connected.representative(wording)).or_default().push(step);
            }
        }
        let mut threads: Vec<_> =
            by_thread.values().map(|steps| WordingThread::new(steps)).collect();
        threads.sort_by_key(|thread| {
            let first_position = thread.groups.first().map(|group| group.step.at);
            (first_position, thread.wordings.first().copied())
        });
        threads
    }

    /// Returns the steps that touch these wordings, from the oldest to the newest.
    fn steps(&self, wanted: &BTreeSet<u32>) -> BTreeSet<WordingStep> {
        let mut steps = BTreeSet::new();
        for &wording in wanted {
            if self.positions[wording as usize].contains(0) {
                steps.insert(WordingStep::new(0, None, Some(wording)));
            }
        }
        for (at, transition) in self.transitions(wanted) {
            let replacements = self.replacements(at);
            for to in transition.appearing {
                let from = replacements.old_of_new.get(&to).copied();
                steps.insert(replacements.step(at, from, Some(to)));
            }
            for from in transition.disappearing {
                let to = replacements.new_of_old.get(&from).copied();
                steps.insert(replacements.step(at, Some(from), to));
            }
        }
        steps
    }

    /// Returns the wordings that appear or disappear, by position. Position 0 is left out, since no
    /// snapshot precedes it.
    fn transitions(&self, wanted: &BTreeSet<u32>) -> BTreeMap<usize, Transition> {
        let mut transitions: BTreeMap<usize, Transition> = BTreeMap::new();
        for &wording in wanted {
            let positions = &self.positions[wording as usize];
            for at in 1..self.ordinals.len() {
                match (positions.contains(at - 1), positions.contains(at)) {
                    (false, true) => transitions.entry(at).or_default().appearing.push(wording),
                    (true, false) => transitions.entry(at).or_default().disappearing.push(wording),
                    _ => {}
                }
            }
        }
        transitions
    }

    /// Aligns the version at a position with the version before it.
    ///
    /// If a wording occurs several times in a version, its first replacement counts.
    fn replacements(&self, at: usize) -> Replacements {
        let (old, new) = (self.version(at - 1), self.version(at));
        let mut replacements = Replacements::default();
        let alignment = align(&self.compared(old), &self.compared(new));
        for (from, to) in alignment.renumbered {
            replacements.add(self.wording_of(old[from]), self.wording_of(new[to]), true);
        }
        for change in alignment.changes {
            let (from, to, is_moved) = match change {
                AlignedChange::Changed(from, to) => (from, to, false),
                AlignedChange::Moved(from, to) => (from, to, true),
                AlignedChange::Added(_) | AlignedChange::Removed(_) => continue,
            };
            let (from, to) = (self.wording_of(old[from]), self.wording_of(new[to]));
            // A clause that moved is the same, except for a number after its first word.
            if from != to {
                replacements.add(from, to, is_moved);
            }
        }
        replacements
    }

    fn wording_of(&self, occurrence: ClauseOccurrence) -> u32 {
        self.of_clause[occurrence.clause.index()]
    }

    fn compared(&self, version: &[ClauseOccurrence]) -> Vec<ComparedClause<'p>> {
        let compared = version.iter().map(|occurrence| {
            let mut clause = self.clauses[occurrence.clause.index()].clone();
            clause.kind = self.policy.places[occurrence.place.index()].kind;
            clause
        });
        compared.collect()
    }
}

/// Returns the kind of each clause at its first occurrence, by number of the clause.
///
/// The kinds of two occurrences may differ, but only as far as the identity of a clause ignores the
/// difference. So one of them is enough to compare wordings.
///
/// # Errors
///
/// Names the defect, if a number in the tables of the policy names nothing. After this check,
/// every number may be used as an index.
pub(super) fn first_kinds(
    policy: &CollapsedPolicy,
) -> std::result::Result<Vec<ClauseKind>, &'static str> {
    let mut headings = policy.places.iter().flat_map(|place| &place.section);
    if headings.any(|&heading| heading as usize >= policy.headings.len()) {
        return Err("a heading is missing");
    }
    let mut kinds = vec![None; policy.clauses.len()];
    for occurrence in policy.snapshots.iter().flat_map(|snapshot| &snapshot.clauses) {
        let kind = kinds.get_mut(occurrence.clause.index()).ok_or("a clause is missing")?;
        let place = policy.places.get(occurrence.place.index()).ok_or("a place is missing")?;
        kind.get_or_insert(place.kind);
    }
    kinds.into_iter().collect::<Option<_>>().ok_or("a clause occurs in no snapshot")
}

/// The wordings that appear and disappear at one position.
#[derive(Default)]
struct Transition {
    appearing: Vec<u32>,
    disappearing: Vec<u32>,
}

/// The wordings that replaced each other between two successive versions.
#[derive(Default)]
struct Replacements {
    new_of_old: HashMap<u32, u32>,
    old_of_new: HashMap<u32, u32>,
    /// The pairs that differ only in the number after the first word.
    renumbered: HashSet<(u32, u32)>,
}

impl Replacements {
    fn add(&mut self, from: u32, to: u32, is_renumbered: bool) {
        self.new_of_old.entry(from).or_insert(to);
        self.old_of_new.entry(to).or_insert(from);
        if is_renumbered {
            self.renumbered.insert((from, to));
        }
    }

    fn step(&self, at: usize, from: Option<u32>, to: Option<u32>) -> WordingStep {
        let pair = from.zip(to);
        let is_renumbered = pair.is_some_and(|pair| self.renumbered.contains(&pair));
        WordingStep { at, from, to, is_renumbered }
    }
}

/// A union-find structure of wordings.
struct ConnectedWordings {
    /// By wording, a wording of the same set that is not greater. A representative names itself.
    parents: Vec<u32>,
}

impl ConnectedWordings {
    fn new(count: usize) -> Self {
        Self { parents: (0..count as u32).collect() }
    }

    fn connect(&mut self, a: u32, b: u32) {
        let (a, b) = (self.representative(a), self.representative(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// Returns the smallest wording of the set, and shortens the way to it.
    fn representative(&mut self, mut wording: u32) -> u32 {
        while self.parents[wording as usize] != wording {
            let parent = self.parents[wording as usize];
            self.parents[wording as usize] = self.parents[parent as usize];
            wording = self.parents[wording as usize];
        }
        wording
    }
}

impl WordingThread {
    /// Makes a thread of all its steps, which ascend.
    fn new(steps: &[WordingStep]) -> Self {
        let wordings: BTreeSet<u32> =
            steps.iter().flat_map(|step| step.from.into_iter().chain(step.to)).collect();
        Self { wordings: wordings.into_iter().collect(), groups: grouped(steps) }
    }
}

impl WordingStep {
    fn new(at: usize, from: Option<u32>, to: Option<u32>) -> Self {
        Self { at, from, to, is_renumbered: false }
    }

    fn is_reverse_of(&self, other: &Self) -> bool {
        (self.from, self.to) == (other.to, other.from)
    }
}

/// Groups the steps of a thread, so that an alternation is one group. The first step of a thread is
/// never part of an alternation if a wording appears in it for the first time.
fn grouped(steps: &[WordingStep]) -> Vec<StepGroup> {
    let mut groups = Vec::new();
    let mut remaining = steps;
    while let Some(step) = remaining.first() {
        let is_first_appearance = groups.is_empty() && step.from.is_none();
        let pairs = remaining.windows(2);
        let alternating = 1 + pairs.take_while(|pair| pair[1].is_reverse_of(&pair[0])).count();
        let is_alternation = alternating >= MIN_ALTERNATION && !is_first_appearance;
        let (group, rest) = remaining.split_at(if is_alternation { alternating } else { 1 });
        groups
            .push(StepGroup { step: *step, positions: group.iter().map(|step| step.at).collect() });
        remaining = rest;
    }
    groups
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::PlaceNumber;

    pub fn all_ordinals(policy: &CollapsedPolicy) -> Vec<Ordinal> {
        (0..policy.snapshots.len()).map(Ordinal::from_index).collect()
    }

    #[test]
    fn a_thread_follows_a_clause_through_its_wordings() {
        let policy = CollapsedPolicy::of_texts(&[
            "1. We keep logs for a week.\n2. We sell nothing.",
            "1. We keep logs for a year.\n2. We sell nothing.",
            "1. We sell nothing.\n2. We keep logs for a year.",
            "We sell nothing.",
        ]);
        let wordings = Wordings::new(&policy, all_ordinals(&policy)).unwrap();
        // The list number is not part of the wording.
        let year = wordings.version(1)[0].clause;
        assert_eq!(wordings.of(year), wordings.of(wordings.version(2)[1].clause));
        let year = wordings.of(year).unwrap();
        let week = wordings.of(wordings.version(0)[0].clause).unwrap();
        let threads = wordings.threads(&BTreeSet::from([year]));
        assert_eq!(threads.len(), 1);
        assert_eq!(threads[0].wordings, [week, year]);
        let steps: Vec<WordingStep> = threads[0].groups.iter().map(|group| group.step).collect();
        assert_eq!(steps, [step(1, Some(week), Some(year)), step(3, Some(year), None)]);
    }

    /// The defect in the tables of a policy of two clauses after some damage.
    fn error_after(damage: impl Fn(&mut CollapsedPolicy)) -> Option<&'static str> {
        let mut policy = CollapsedPolicy::of_texts(&["# Cookies\n\nWe use cookies."]);
        damage(&mut policy);
        let ordinals = all_ordinals(&policy);
        Wordings::new(&policy, ordinals).err()
    }

    #[test]
    fn numbers_that_name_nothing_are_reported() {
        assert_eq!(error_after(|_| {}), None);
        assert_eq!(
            error_after(|policy| policy.snapshots[0].clauses[1].place = PlaceNumber::new(9)),
            Some("a place is missing")
        );
        assert_eq!(
            error_after(|policy| policy.snapshots[0].clauses[1].clause = ClauseNumber::new(2)),
            Some("a clause is missing")
        );
        assert_eq!(error_after(|policy| policy.headings.clear()), Some("a heading is missing"));
        assert_eq!(
            error_after(|policy| policy.snapshots[0].clauses.truncate(1)),
            Some("a clause occurs in no snapshot")
        );
    }

    fn step(at: usize, from: Option<u32>, to: Option<u32>) -> WordingStep {
        WordingStep::new(at, from, to)
    }

    /// The position of the first step of each group, and the number of its steps.
    fn sizes(steps: &[WordingStep]) -> Vec<(usize, usize)> {
        grouped(steps).iter().map(|group| (group.step.at, group.positions.len())).collect()
    }

    #[test]
    fn an_alternation_is_one_group() {
        let (a, b) = (Some(0), Some(1));
        // The wording appears, disappears, and appears again.
        assert_eq!(sizes(&[step(0, None, a), step(2, a, None)]), [(0, 1), (2, 1)]);
        assert_eq!(
            sizes(&[step(0, None, a), step(2, a, None), step(3, None, a)]),
            [(0, 1), (2, 1), (3, 1)]
        );
        let gaps = [step(0, None, a), step(2, a, None), step(3, None, a), step(5, a, None)];
        assert_eq!(sizes(&gaps), [(0, 1), (2, 3)]);
        let words = [
            step(1, None, a),
            step(2, a, b),
            step(3, b, a),
            step(4, a, b),
            step(7, b, a),
            step(8, a, None),
        ];
        assert_eq!(sizes(&words), [(1, 1), (2, 4), (8, 1)]);
        assert_eq!(grouped(&words)[1].positions, [2, 3, 4, 7]);
        // A third wording ends the alternation.
        assert_eq!(
            sizes(&[step(2, a, b), step(3, b, Some(2)), step(4, Some(2), b)]),
            [(2, 1), (3, 1), (4, 1)]
        );
    }

    #[test]
    fn connected_wordings_have_one_representative() {
        let mut connected = ConnectedWordings::new(6);
        connected.connect(4, 5);
        connected.connect(5, 2);
        connected.connect(0, 1);
        let representatives: Vec<u32> =
            (0..6).map(|wording| connected.representative(wording)).collect();
        assert_eq!(representatives, [0, 0, 2, 3, 2, 2]);
    }
}
