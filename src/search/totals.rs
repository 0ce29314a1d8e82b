//! Counts matches: clauses, policies, companies, and the snapshots that contain one.

use std::collections::HashSet;

use fixedbitset::FixedBitSet;

use super::hit::Totals;
use super::matching::Match;
use crate::model::Rank;

/// Counts matches. The matches of a policy must follow each other.
#[derive(Default)]
pub(crate) struct MatchCounter {
    totals: Totals,
    companies: HashSet<u32>,
    /// The rank of the policy at hand.
    policy: Option<Rank>,
    /// The ordinals of the policy at hand that contain a match.
    snapshots: FixedBitSet,
}

impl MatchCounter {
    /// Counts a match.
    pub fn count(&mut self, found: &Match<'_>) {
        if self.policy != Some(found.rank) {
            self.leave_policy();
            self.policy = Some(found.rank);
            self.totals.policies += 1;
            self.companies.insert(found.record.company);
        }
        self.totals.clauses += 1;
        for run in found.matching {
            let end = run.last.next().index();
            if self.snapshots.len() < end {
                self.snapshots.grow(end);
            }
            self.snapshots.insert_range(run.start.index()..end);
        }
    }

    fn leave_policy(&mut self) {
        self.totals.snapshots += self.snapshots.count_ones(..) as u64;
        self.snapshots.clear();
        self.policy = None;
    }

    /// The totals of everything that was counted. `furniture_left_out`: how many clauses match with
    /// furniture only.
    pub fn totals(mut self, furniture_left_out: u64) -> Totals {
        self.leave_policy();
        let companies = self.companies.len() as u64;
        Totals { companies, furniture_left_out, ..self.totals }
    }
}
