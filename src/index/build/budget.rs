//! Divides the memory of a build among its parts, and tells what does not fit it.
//!
//! The figures were measured with the largest inputs that were tried, and rounded up: a policy of a
//! million clauses, one of four million snapshots, and texts of up to 64 MiB.

use std::fmt;

/// The memory of a build in bytes, unless the options set it: 1 GiB.
pub(super) const DEFAULT_MEMORY: u64 = 1 << 30;

/// The least memory that counts. A build needs as much for itself and for ordinary policies.
const LEAST_MEMORY: u64 = 256 << 20;

/// What the program takes before it reads a policy.
const PROGRAM_BYTES: u64 = 24 << 20;

/// What the list of the scan takes for each snapshot.
const CANDIDATE_BYTES: u64 = 136;

/// What a snapshot of a policy takes until it is written, without the list of its clauses.
const SNAPSHOT_BYTES: u64 = 900;

/// What an entry in the list of the clauses of a snapshot takes.
const OCCURRENCE_BYTES: u64 = 13;

/// What each byte of a text takes while it is cut into clauses.
const TEXT_COPIES: u64 = 4;

/// What each line and each tag of a text takes, which may begin a clause.
const LINE_BYTES: u64 = 200;

/// The most snapshots that a scan may find under this limit of the memory.
pub(super) fn most_snapshots(memory: u64) -> u64 {
    memory.max(LEAST_MEMORY) / 8 * 5 / CANDIDATE_BYTES
}

/// What the snapshots of a policy take until it is written: so many, with so many clauses in all.
pub(super) fn snapshot_bytes(snapshots: u64, occurrences: u64) -> u64 {
    snapshots * SNAPSHOT_BYTES + occurrences * OCCURRENCE_BYTES
}

/// The memory of a build, after its corpora were scanned.
#[derive(Debug, Clone, Copy)]
pub(super) struct MemoryBudget {
    limit: u64,
    /// What the list of the scan leaves.
    left: u64,
    threads: u64,
}

impl MemoryBudget {
    /// The budget of a build with this limit, which scanned so many snapshots and reads them with
    /// so many threads.
    pub fn new(memory: u64, snapshots: u64, threads: usize) -> Self {
        let limit = memory.max(LEAST_MEMORY);
        let left = limit.saturating_sub(snapshots * CANDIDATE_BYTES + PROGRAM_BYTES);
        Self { limit, left, threads: threads.max(1) as u64 }
    }

    /// The most that one policy may take until it is written.
    pub fn policy(&self) -> u64 {
        self.left / 2
    }

    /// What each of several policies may take at the same time. Only one may take more.
    pub fn small_policy(&self) -> u64 {
        self.left / 8 / self.threads
    }

    /// Why a text does not fit; `None` if it does.
    pub fn refusal_of_text(&self, text: &str) -> Option<String> {
        let lines = text.bytes().filter(|byte| matches!(byte, b'\n' | b'<')).count() as u64;
        let bytes = text.len() as u64;
        let needed = bytes * TEXT_COPIES + lines * LINE_BYTES;
        let what = format_args!("it has {bytes} bytes with {lines} lines and tags");
        (needed > self.left / 2).then(|| self.refusal(what))
    }

    /// Why a policy does not fit that takes more than [`MemoryBudget::policy`] says.
    pub fn refusal_of_policy(&self, company: &str, policy_type: &str) -> String {
        let most = self.policy() >> 20;
        self.refusal(format_args!(
            "{company}, {policy_type} would take more than {most} MiB, so none of its new \
             snapshots is indexed"
        ))
    }

    fn refusal(&self, what: fmt::Arguments<'_>) -> String {
        format!(
            "needs more memory than the limit of {} MiB allows ({what}); raise the limit",
            self.limit >> 20
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_texts_and_policies_fit_the_least_memory() {
        let budget = MemoryBudget::new(1, 200_000, 2);
        assert_eq!(budget.refusal_of_text(&"We sell data.\n\n".repeat(20_000)), None);
        assert!(budget.policy() > snapshot_bytes(3_000, 3_000_000));
        assert!(budget.small_policy() * 2 < budget.policy());
        let refusal = budget.refusal_of_text(&"a\n".repeat(600_000)).unwrap_or_default();
        assert!(
            refusal.contains("256 MiB allows (it has 1200000 bytes with 600000 lines"),
            "{refusal}"
        );
    }

    #[test]
    fn a_scan_leaves_less_to_the_policies() {
        let memory = 1 << 30;
        let budgets = [0, 1 << 20, most_snapshots(memory)]
            .map(|snapshots| MemoryBudget::new(memory, snapshots, 2).policy());
        assert!(
            budgets[0] > budgets[1] && budgets[1] > budgets[2] && budgets[2] > 0,
            "{budgets:?}"
        );
    }
}
