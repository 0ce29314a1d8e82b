//! What an update has to do: which policies differ from what the index has of them.

use std::collections::{BTreeMap, HashSet};

use super::OpenIndex;
use super::ingest::{Candidate, CorpusScan};
use super::sources::{CorpusPart, PolicySources, SourceTable};
use crate::corpus::CorpusExtent;
use crate::model::PolicyKey;

/// The index that is updated.
pub(super) struct Previous {
    pub index: OpenIndex,
    pub sources: SourceTable,
}

/// A policy that is to be written.
pub(super) struct Job<'s> {
    pub key: &'s PolicyKey,
    pub candidates: &'s [Candidate],
    /// Its number in the index that is updated.
    pub rank: Option<u32>,
}

/// What there is to do.
#[derive(Default)]
pub(super) struct Plan<'s> {
    pub jobs: Vec<Job<'s>>,
    /// Policies that go, by rank.
    pub dropped: Vec<u32>,
    /// Snapshots that were found and are in the index.
    pub unchanged: u64,
    /// Snapshots of policies that their corpora have no more.
    pub vanished: u64,
}

/// What the planning needs to know of the scanned corpora and of what is wanted.
pub(super) struct Planner<'s> {
    pub scan: &'s CorpusScan,
    /// Of the scanned corpora, in their order, the numbers in the index.
    pub numbers: &'s [u32],
    pub previous: Option<&'s Previous>,
    pub prune: bool,
    /// Collections that go.
    pub remove: &'s [String],
}

impl<'s> Planner<'s> {
    /// Compares what was scanned with the index.
    pub fn plan(&self) -> Plan<'s> {
        let mut plan = Plan::default();
        let known = self.previous.map(|previous| previous.index.policies());
        let mut met = HashSet::new();
        for (key, candidates) in &self.scan.policies {
            let rank = known.and_then(|known| known.rank(key.hash()));
            met.extend(rank);
            let stored = rank.and_then(|rank| self.stored(rank));
            if stored.is_some_and(|stored| self.is_same(candidates, stored, &mut plan)) {
                plan.unchanged += candidates.len() as u64;
            } else {
                plan.jobs.push(Job { key, candidates, rank });
            }
        }
        let entries = known.map_or(&[][..], |known| known.entries());
        let missing = entries.iter().zip(0..).filter(|(_, rank)| !met.contains(rank));
        for (entry, rank) in missing {
            let Some(stored) = self.stored(rank) else { continue };
            if self.remove.contains(&entry.key.collection) {
                plan.dropped.push(rank);
            } else if !self.is_same(&[], stored, &mut plan) {
                // Pruned, or read anew: what stays is that of corpora that were not scanned.
                let is_whole =
                    |part: &CorpusPart| self.extent(part.corpus) == Some(CorpusExtent::Whole);
                if stored.corpora.iter().all(is_whole) {
                    plan.dropped.push(rank);
                } else {
                    plan.jobs.push(Job { key: &entry.key, candidates: &[], rank: Some(rank) });
                }
            }
        }
        plan
    }

    fn stored(&self, rank: u32) -> Option<&'s PolicySources> {
        let previous = self.previous?;
        previous.sources.0.get(&previous.index.policies().get(rank)?.hash)
    }

    fn extent(&self, corpus: u32) -> Option<CorpusExtent> {
        let at = self.numbers.iter().position(|&number| number == corpus)?;
        self.scan.corpora.get(at).map(|scanned| scanned.extent)
    }

    /// Whether the index has just what was found of a policy.
    fn is_same(
        &self,
        candidates: &[Candidate],
        stored: &PolicySources,
        plan: &mut Plan<'_>,
    ) -> bool {
        let mut found: BTreeMap<usize, CorpusPart> = BTreeMap::new();
        for (reader, candidate) in candidates {
            found.entry(*reader).or_default().add(candidate.fingerprint);
        }
        let mut vanished = 0;
        let corpora = self.scan.corpora.iter().zip(self.numbers).enumerate();
        let is_same = corpora.into_iter().all(|(reader, (corpus, &number))| {
            let old = stored.part(number);
            match (corpus.extent, found.get(&reader)) {
                _ if corpus.is_read_anew => old.snapshots == 0 && !found.contains_key(&reader),
                (CorpusExtent::Whole, Some(new)) => {
                    (new.snapshots, new.sum) == (old.snapshots, old.sum)
                }
                (CorpusExtent::Whole, None) => {
                    vanished += old.snapshots;
                    old.snapshots == 0 || !self.prune
                }
                (CorpusExtent::Added | CorpusExtent::Unchanged, new) => new.is_none(),
            }
        });
        if is_same {
            plan.vanished += vanished;
        }
        is_same
    }
}
