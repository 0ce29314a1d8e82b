//! Counts how the inputs of a build ended.
//!
//! The scan and the build fill an [`IngestReport`]; the manifest keeps its counts, and the program
//! prints it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::corpus::{CorpusNotice, SkipReason};
use crate::model::by_value;

/// The number of places that a [`Tally`] keeps as examples.
const EXAMPLES: usize = 3;

/// An input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFailure {
    /// The place of the input: a path, or a commit and a path.
    pub at: String,
    /// The reason, in one line.
    pub reason: String,
    /// The number of inputs that it counts: one, or all new snapshots of a policy.
    pub inputs: u64,
}

/// A corpus of which not everything was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteCorpus {
    /// Its path, as it was named.
    pub corpus: String,
    /// Why, in words that follow *because*.
    pub reason: String,
}

/// How every input of a build ended. Each input is in exactly one counter.
#[derive(Debug, Clone, Default)]
pub struct IngestReport {
    /// Inputs met.
    pub seen: u64,
    /// Snapshots that were read and are now in the index.
    pub indexed: u64,
    /// Snapshots that were in the index before.
    pub unchanged: u64,
    /// Inputs that were skipped by a rule.
    pub skipped: BTreeMap<SkipReason, Tally>,
    /// Inputs that could not be read.
    pub failed: Vec<ReadFailure>,
    /// Notices about inputs. They are counted apart from the inputs.
    pub notices: BTreeMap<CorpusNotice, Tally>,
    /// Snapshots found, by name of the reader.
    pub readers: BTreeMap<&'static str, u64>,
    /// Snapshots that remain in the index although their corpora no longer contain them. They are
    /// not among the inputs.
    pub vanished: u64,
    /// The corpora of which not everything was read, so that snapshots that were not found in them
    /// may be there.
    pub incomplete: Vec<IncompleteCorpus>,
    /// Snapshots that were removed from the index. They are not among the inputs.
    pub removed: u64,
}

impl IngestReport {
    /// Whether the counters add up to the number of inputs.
    pub fn adds_up(&self) -> bool {
        self.seen
            == self.indexed
                + self.unchanged
                + self.skipped.values().map(|tally| tally.count).sum::<u64>()
                + self.unreadable()
    }

    /// The number of inputs that could not be read.
    pub fn unreadable(&self) -> u64 {
        self.failed.iter().map(|failure| failure.inputs).sum()
    }

    /// Adds the counts of another report, about other inputs.
    pub(super) fn merge(&mut self, other: IngestReport) {
        self.seen += other.seen;
        self.indexed += other.indexed;
        self.unchanged += other.unchanged;
        self.vanished += other.vanished;
        self.removed += other.removed;
        for (skip, tally) in other.skipped {
            self.skipped.entry(skip).or_default().merge(tally);
        }
        self.failed.extend(other.failed);
        self.incomplete.extend(other.incomplete);
        for (notice, tally) in other.notices {
            self.notices.entry(notice).or_default().merge(tally);
        }
        for (reader, count) in other.readers {
            *self.readers.entry(reader).or_default() += count;
        }
    }

    /// Counts a skipped input.
    pub(super) fn skip(&mut self, skip: SkipReason, at: String) {
        self.skipped.entry(skip).or_default().add(at);
    }

    /// Counts a notice about an input.
    pub(super) fn note(&mut self, notice: CorpusNotice, at: String) {
        self.notices.entry(notice).or_default().add(at);
    }

    /// Records an input that could not be read. Some libraries quote what they read, over several
    /// lines.
    pub(super) fn fail(&mut self, at: String, reason: String) {
        let reason = reason.lines().collect::<Vec<_>>().join(" ");
        self.failed.push(ReadFailure { at, reason, inputs: 1 });
    }
}

/// The order of places in messages: numbers of rows count by their value.
pub(super) fn place_order(a: &str, b: &str) -> Ordering {
    by_value(a.as_bytes(), b.as_bytes()).then_with(|| a.cmp(b))
}

/// How often something occurred, with a few examples.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// The number of occurrences.
    pub count: u64,
    /// The first few places, in their order.
    pub examples: Vec<String>,
}

impl Tally {
    /// Counts one occurrence.
    pub(super) fn add(&mut self, at: String) {
        self.add_all(1, at);
    }

    /// Counts occurrences, of which the first one is at this place.
    pub(super) fn add_all(&mut self, count: u64, at: String) {
        self.merge(Tally { count, examples: vec![at] });
    }

    /// Adds the counts of another tally.
    ///
    /// Threads count in any order. The examples do not depend on it, since they are sorted before
    /// they are cut.
    pub(super) fn merge(&mut self, other: Tally) {
        self.count += other.count;
        self.examples.extend(other.examples);
        self.examples.sort_by(|a, b| place_order(a, b));
        self.examples.truncate(EXAMPLES);
    }
}
