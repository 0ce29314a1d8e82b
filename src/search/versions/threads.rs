//! The threads of a policy's wordings: which wording became which, when, and back again.
//!
//! Clauses that differ in the numbers before them only are one *wording*, as in [`crate::diff`]. A wording enters or leaves between two
//! snapshots; whether it came from another wording, or became one, the comparison of these two versions says. Wordings that became each other are one *thread*.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use fixedbitset::FixedBitSet;

use crate::collapse::{ClauseOccurrence, CollapsedPolicy};
use crate::diff::{AlignedChange, ComparedClause, align};
use crate::section::ClauseIdentity;

/// The wordings of a policy, numbered in clause order, and the snapshots that are looked at.
pub(super) struct Wordings<'p> {
    policy: &'p CollapsedPolicy,
    /// The ordinals that are looked at, ascending; all else here counts positions in this list.
    pub walked: Vec<u32>,
    /// By number of the clause, its wording.
    of_clause: Vec<u32>,
    /// By wording, the positions at which it stands.
    pub standing: Vec<FixedBitSet>,
}

/// From one wording to another, between two positions; without `from` it is new, without `to` it is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    /// The position at which it is seen; 0: it stood in the oldest snapshot.
    pub at: usize,
    pub from: Option<u32>,
    pub to: Option<u32>,
}

/// A step, or so many steps back and forth of which it is the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub step: Step,
    /// The positions of all its steps: one, or at least [`MIN_ALTERNATION`].
    pub positions: Vec<usize>,
}

/// So many steps, each the reverse of the one before, are an alternation.
const MIN_ALTERNATION: usize = 3;

/// Wordings that became each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thread {
    /// Ascending.
    pub wordings: Vec<u32>,
    /// In the order of time.
    pub turns: Vec<Turn>,
}

impl<'p> Wordings<'p> {
    /// The wordings of a policy as they stand at these ordinals.
    pub fn new(policy: &'p CollapsedPolicy, walked: Vec<u32>) -> Self {
        let mut known: HashMap<ClauseIdentity, u32> = HashMap::new();
        // What was an item is one everywhere: the class is part of a clause's identity. Only that counts for its wording.
        let mut kinds = vec![None; policy.clauses.len()];
        for occurrence in policy.snapshots.iter().flat_map(|snapshot| &snapshot.clauses) {
            if let (Some(kind), Some(place)) = (
                kinds.get_mut(occurrence.clause.index()),
                policy.places.get(occurrence.place.index()),
            ) {
                kind.get_or_insert(place.kind);
            }
        }
        let of_clause: Vec<u32> = policy
            .clauses
            .iter()
            .zip(kinds)
            .map(|(clause, kind)| {
                let kind = kind.unwrap_or(crate::model::ClauseKind::Paragraph);
                let compared =
                    ComparedClause { kind, lead_in: clause.lead_in.as_deref(), text: &clause.text };
                let next = known.len() as u32;
                *known.entry(compared.wording()).or_insert(next)
            })
            .collect();
        let mut standing = vec![FixedBitSet::with_capacity(walked.len()); known.len()];
        for (position, &ordinal) in walked.iter().enumerate() {
            for occurrence in policy.snapshots.get(ordinal as usize).iter().flat_map(|s| &s.clauses)
            {
                if let Some(wording) = of_clause.get(occurrence.clause.index()) {
                    standing[*wording as usize].insert(position);
                }
            }
        }
        Self { policy, walked, of_clause, standing }
    }

    /// The wording of a clause.
    pub fn of(&self, clause: u32) -> Option<u32> {
        self.of_clause.get(clause as usize).copied()
    }

    /// The clauses and places of the snapshot at a position, in reading order.
    pub fn version(&self, position: usize) -> &'p [ClauseOccurrence] {
        let ordinal = self.walked.get(position).copied().unwrap_or(u32::MAX);
        self.policy.snapshots.get(ordinal as usize).map_or(&[], |snapshot| &snapshot.clauses)
    }

    /// The threads of these wordings, by the first time that something of them stood.
    pub fn threads(&self, wanted: &BTreeSet<u32>) -> Vec<Thread> {
        let steps = self.steps(wanted);
        let mut heads: Vec<u32> = (0..self.standing.len() as u32).collect();
        for step in &steps {
            if let (Some(from), Some(to)) = (step.from, step.to) {
                let (from, to) = (head(&mut heads, from), head(&mut heads, to));
                heads[from.max(to) as usize] = from.min(to);
            }
        }
        let mut threads: BTreeMap<u32, (BTreeSet<u32>, Vec<Step>)> = BTreeMap::new();
        for step in steps {
            let Some(some) = step.from.or(step.to) else { continue };
            let (wordings, steps) = threads.entry(head(&mut heads, some)).or_default();
            wordings.extend(step.from.iter().chain(&step.to));
            steps.push(step);
        }
        let mut threads: Vec<Thread> = threads
            .into_values()
            .map(|(wordings, steps)| Thread {
                wordings: wordings.into_iter().collect(),
                turns: turns(&steps),
            })
            .collect();
        threads.sort_by_key(|thread| {
            (thread.turns.first().map(|turn| turn.step.at), thread.wordings.first().copied())
        });
        threads
    }

    /// When these wordings enter and leave, in the order of time.
    fn steps(&self, wanted: &BTreeSet<u32>) -> BTreeSet<Step> {
        let mut steps = BTreeSet::new();
        // By position, what enters and leaves there.
        let mut turns: BTreeMap<usize, (Vec<u32>, Vec<u32>)> = BTreeMap::new();
        for &wording in wanted {
            let standing = &self.standing[wording as usize];
            if standing.contains(0) {
                steps.insert(Step { at: 0, from: None, to: Some(wording) });
            }
            for at in 1..self.walked.len() {
                match (standing.contains(at - 1), standing.contains(at)) {
                    (false, true) => turns.entry(at).or_default().0.push(wording),
                    (true, false) => turns.entry(at).or_default().1.push(wording),
                    _ => {}
                }
            }
        }
        for (at, (entering, leaving)) in turns {
            let (became, was) = self.changed(at);
            for to in entering {
                steps.insert(Step { at, from: was.get(&to).copied(), to: Some(to) });
            }
            for from in leaving {
                steps.insert(Step { at, from: Some(from), to: became.get(&from).copied() });
            }
        }
        steps
    }

    /// What the wordings before a position became there, and what those there were before; of several places of a wording the first counts.
    fn changed(&self, at: usize) -> (HashMap<u32, u32>, HashMap<u32, u32>) {
        let (old, new) = (self.version(at - 1), self.version(at));
        let alignment = align(&self.compared(old), &self.compared(new));
        let (mut became, mut was) = (HashMap::new(), HashMap::new());
        for change in alignment.changes {
            let AlignedChange::Changed(from, to) = change else { continue };
            let (Some(from), Some(to)) =
                (self.of(old[from].clause.get()), self.of(new[to].clause.get()))
            else {
                continue;
            };
            became.entry(from).or_insert(to);
            was.entry(to).or_insert(from);
        }
        (became, was)
    }

    fn compared(&self, version: &[ClauseOccurrence]) -> Vec<ComparedClause<'p>> {
        let policy = self.policy;
        let compared = version.iter().map(|occurrence| {
            let clause = policy.clauses.get(occurrence.clause.index());
            ComparedClause {
                kind: policy
                    .places
                    .get(occurrence.place.index())
                    .map_or(crate::model::ClauseKind::Paragraph, |place| place.kind),
                lead_in: clause.and_then(|clause| clause.lead_in.as_deref()),
                text: clause.map_or("", |clause| &clause.text),
            }
        });
        compared.collect()
    }
}

/// The least wording of a thread.
fn head(heads: &mut [u32], mut wording: u32) -> u32 {
    while heads[wording as usize] != wording {
        heads[wording as usize] = heads[heads[wording as usize] as usize];
        wording = heads[wording as usize];
    }
    wording
}

/// Steps of a thread, alternations as one. That something enters for the first time is no part of one.
fn turns(steps: &[Step]) -> Vec<Turn> {
    let is_reverse = |a: &Step, b: &Step| (a.from, a.to) == (b.to, b.from);
    let mut turns = Vec::new();
    let mut rest = steps;
    while let Some(step) = rest.first() {
        let is_entry = turns.is_empty() && step.from.is_none();
        let reversing = rest.windows(2).take_while(|pair| is_reverse(&pair[0], &pair[1])).count();
        let taken = if is_entry || reversing + 1 < MIN_ALTERNATION { 1 } else { reversing + 1 };
        turns.push(Turn {
            step: *step,
            positions: rest[..taken].iter().map(|step| step.at).collect(),
        });
        rest = &rest[taken..];
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(at: usize, from: Option<u32>, to: Option<u32>) -> Step {
        Step { at, from, to }
    }

    fn told(steps: &[Step]) -> Vec<(usize, usize)> {
        turns(steps).iter().map(|turn| (turn.step.at, turn.positions.len())).collect()
    }

    #[test]
    fn back_and_forth_is_one_turn() {
        let (a, b) = (Some(0), Some(1));
        // Enters, leaves, enters, leaves: there and gone, and once more.
        assert_eq!(told(&[step(0, None, a), step(2, a, None)]), [(0, 1), (2, 1)]);
        assert_eq!(
            told(&[step(0, None, a), step(2, a, None), step(3, None, a)]),
            [(0, 1), (2, 1), (3, 1)]
        );
        let gaps = [step(0, None, a), step(2, a, None), step(3, None, a), step(5, a, None)];
        assert_eq!(told(&gaps), [(0, 1), (2, 3)]);
        let words = [
            step(1, None, a),
            step(2, a, b),
            step(3, b, a),
            step(4, a, b),
            step(7, b, a),
            step(8, a, None),
        ];
        assert_eq!(told(&words), [(1, 1), (2, 4), (8, 1)]);
        assert_eq!(turns(&words)[1].positions, [2, 3, 4, 7]);
        // Another wording ends it.
        assert_eq!(
            told(&[step(2, a, b), step(3, b, Some(2)), step(4, Some(2), b)]),
            [(2, 1), (3, 1), (4, 1)]
        );
    }
}
