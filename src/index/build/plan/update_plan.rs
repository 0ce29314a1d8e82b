//! Decides which policies an update writes: those that differ from what the index has of them.

use std::collections::{BTreeMap, HashSet};

use super::pruning::Pruning;
use crate::corpus::{CorpusExtent, PolicyEnd};
use crate::error::Result;
use crate::index::build::previous::Previous;
use crate::index::build::scan::{Candidate, CorpusScan};
use crate::index::store::policies::PolicyEntry;
use crate::index::store::sources::{CorpusPart, PolicySources};
use crate::model::{PolicyKey, Rank};

/// A policy that is to be read and written.
pub(in crate::index::build) struct PolicyJob<'s> {
    pub key: &'s PolicyKey,
    /// The snapshots that were found of it.
    pub candidates: &'s [Candidate],
    /// The ends that were found of it, each with the position of its reader.
    pub ends: &'s [(usize, PolicyEnd)],
    /// Its rank in the index before the update. `None`: the index does not contain it.
    pub rank: Option<Rank>,
}

/// The work of an update.
#[derive(Default)]
pub(in crate::index::build) struct UpdatePlan<'s> {
    /// Policies to read and write.
    pub jobs: Vec<PolicyJob<'s>>,
    /// Policies to remove, by rank.
    pub dropped: Vec<Rank>,
    /// Snapshots of unchanged policies that were found and are in the index.
    pub unchanged: u64,
    /// Snapshots of unchanged policies that their corpora no longer contain.
    pub vanished: u64,
}

/// Compares scanned corpora with an index.
pub(in crate::index::build) struct Planner<'s> {
    pub scan: &'s CorpusScan,
    /// The number in the index of each scanned corpus, in the order of the scan.
    pub numbers: &'s [u32],
    pub previous: Option<&'s Previous>,
    pub pruning: &'s Pruning,
    /// Collections to remove.
    pub remove: &'s [String],
}

/// How the snapshots found of a policy compare with those in the index.
enum Comparison {
    Changed,
    /// The index has the same snapshots.
    Same {
        /// The number of snapshots that remain although their corpora no longer contain them.
        vanished: u64,
    },
}

impl<'s> Planner<'s> {
    /// The work that the index needs to agree with the scanned corpora.
    ///
    /// # Errors
    ///
    /// The table of policies is damaged.
    pub fn plan(&self) -> Result<UpdatePlan<'s>> {
        let mut plan = UpdatePlan::default();
        let mut found = HashSet::new();
        for (key, candidates) in &self.scan.policies {
            let hash = key.hash();
            let rank = match self.previous {
                Some(previous) => previous.index.policies().rank(hash)?,
                None => None,
            };
            found.extend(rank);
            let stored = rank.and_then(|_| self.stored(hash));
            let ends = self.scan.ends.get(key).map(Vec::as_slice).unwrap_or_default();
            self.plan_found(PolicyJob { key, candidates, ends, rank }, stored, &mut plan);
        }
        let entries = self.previous.map(|previous| previous.policies.as_slice());
        let ranks = (0..).map(Rank::new);
        for (rank, entry) in ranks.zip(entries.unwrap_or_default()) {
            if !found.contains(&rank) {
                self.plan_missing(entry, rank, &mut plan);
            }
        }
        Ok(plan)
    }

    /// Plans for a policy that was found in the corpora. `stored` is what the index has of it.
    fn plan_found(
        &self,
        job: PolicyJob<'s>,
        stored: Option<&PolicySources>,
        plan: &mut UpdatePlan<'s>,
    ) {
        match stored.map(|stored| self.compare(job.candidates, job.ends, stored)) {
            Some(Comparison::Same { vanished }) => {
                plan.unchanged += job.candidates.len() as u64;
                plan.vanished += vanished;
            }
            Some(Comparison::Changed) | None => plan.jobs.push(job),
        }
    }

    /// Plans for a policy of the index that was not found.
    fn plan_missing(&self, entry: &'s PolicyEntry, rank: Rank, plan: &mut UpdatePlan<'s>) {
        let Some(stored) = self.stored(entry.hash) else { return };
        let key = &entry.key;
        if self.remove.contains(&key.collection) {
            plan.dropped.push(rank);
            return;
        }
        match self.compare(&[], &[], stored) {
            Comparison::Same { vanished } => plan.vanished += vanished,
            // Its snapshots are pruned or read anew. Snapshots of other corpora remain.
            Comparison::Changed if self.is_removed(stored) => plan.dropped.push(rank),
            Comparison::Changed => {
                plan.jobs.push(PolicyJob { key, candidates: &[], ends: &[], rank: Some(rank) });
            }
        }
    }

    fn stored(&self, hash: u64) -> Option<&'s PolicySources> {
        self.previous?.sources(hash)
    }

    /// Whether no corpus keeps the snapshots of this policy, which was not found.
    fn is_removed(&self, stored: &PolicySources) -> bool {
        let mut parts = stored.corpora.iter();
        parts.all(|part| {
            let at = self.numbers.iter().position(|&number| number == part.corpus);
            let scanned = at.and_then(|at| Some((at, self.scan.corpora.get(at)?)));
            scanned.is_some_and(|(at, corpus)| {
                corpus.is_scanned_whole() && (corpus.is_read_anew || self.pruning.removes_from(at))
            })
        })
    }

    fn compare(
        &self,
        candidates: &[Candidate],
        ends: &[(usize, PolicyEnd)],
        stored: &PolicySources,
    ) -> Comparison {
        let mut found: BTreeMap<usize, CorpusPart> = BTreeMap::new();
        for candidate in candidates {
            found
                .entry(candidate.reader)
                .or_default()
                .add(candidate.found.fingerprint, candidate.order);
        }
        let mut vanished = 0;
        for (reader, (corpus, &number)) in self.scan.corpora.iter().zip(self.numbers).enumerate() {
            let old = stored.part(number);
            let is_same = match (corpus.extent, found.get(&reader)) {
                (_, new) if corpus.is_read_anew => old.snapshots == 0 && new.is_none(),
                (CorpusExtent::Whole, Some(new)) => {
                    let ends = ends.iter().filter(|(of, _)| *of == reader).map(|(_, end)| end);
                    (new.snapshots, new.sum) == (old.snapshots, old.sum)
                        && ends.eq(stored.ends_of(number))
                }
                (CorpusExtent::Whole, None) => {
                    vanished += old.snapshots;
                    old.snapshots == 0 || !self.pruning.removes_from(reader)
                }
                (CorpusExtent::Added | CorpusExtent::Unchanged, new) => new.is_none(),
            };
            if !is_same {
                return Comparison::Changed;
            }
        }
        Comparison::Same { vanished }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::index::build::options::{BuildOptions, PruneMode};
    use crate::index::build::update::build;
    use crate::progress::SilentProgress;

    /// Writes a policy with one snapshot per year in the form that has its facts in front matter.
    fn write(corpus: &Path, company: &str, years: &[u32]) {
        for year in years {
            let text = format!("---\ncompany: {company}\ndate: {year}-01-01\n---\n\nIn {year}.\n");
            let folder = corpus.join(company);
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join(format!("{year}.md")), text).expect("a file");
        }
    }

    /// A scan of the corpus, numbered as in an index of this corpus alone.
    fn scan(corpus: &Path) -> CorpusScan {
        CorpusScan::new(&[corpus.to_owned()], "default", &SilentProgress).expect("it scans")
    }

    /// The companies of the jobs, the number of dropped policies, and the unchanged and the
    /// vanished snapshots of an update of an index of acme (2 snapshots) and bolt (1) after
    /// `change`.
    fn plan_after(prune: bool, change: impl FnOnce(&Path)) -> (Vec<String>, usize, u64, u64) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (corpus, index) = (dir.path().join("corpus"), dir.path().join("index"));
        write(&corpus, "acme", &[2001, 2002]);
        write(&corpus, "bolt", &[2001]);
        let options = BuildOptions { index: index.clone(), ..BuildOptions::default() };
        build(scan(&corpus), &options, &SilentProgress).expect("it builds");
        change(&corpus);
        let (scan, previous) = (scan(&corpus), Previous::open(&index).expect("it opens"));
        let numbers = scan.numbers(Some(previous.index.manifest()));
        let mode = if prune { PruneMode::CompleteCorpora } else { PruneMode::Nothing };
        let planner = Planner {
            scan: &scan,
            numbers: &numbers,
            previous: Some(&previous),
            pruning: &Pruning::new(mode, &scan),
            remove: &[],
        };
        let plan = planner.plan().expect("the table can be read");
        let jobs = plan.jobs.iter().map(|job| job.key.company.clone()).collect();
        (jobs, plan.dropped.len(), plan.unchanged, plan.vanished)
    }

    #[test]
    fn an_unchanged_corpus_needs_no_work() {
        assert_eq!(plan_after(true, |_| ()), (vec![], 0, 3, 0));
    }

    #[test]
    fn a_policy_with_a_new_snapshot_is_a_job() {
        let planned = plan_after(true, |corpus| write(corpus, "acme", &[2003]));
        assert_eq!(planned, (vec!["acme".to_owned()], 0, 1, 0));
        let planned = plan_after(false, |corpus| write(corpus, "clay", &[2003]));
        assert_eq!(planned, (vec!["clay".to_owned()], 0, 3, 0));
    }

    #[test]
    fn a_policy_that_has_vanished_remains_unless_it_is_pruned() {
        let remove = |corpus: &Path| std::fs::remove_dir_all(corpus.join("bolt")).expect("it goes");
        assert_eq!(plan_after(false, remove), (vec![], 0, 2, 1));
        assert_eq!(plan_after(true, remove), (vec![], 1, 2, 0));
    }
}
