//! Reports of the progress of long work. The library sends them, and the caller may draw them.

/// A phase of the work, with a count of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Listing the files of the corpora. The total is not known beforehand.
    Scanning,
    /// Reading texts, cutting them into clauses and collapsing policies. Counts snapshots.
    Reading,
    /// Writing the policies to the index.
    Indexing,
    /// Merging the parts of the index into one.
    Merging,
    /// Checking an index, or comparing it with a corpus. Counts policies, or snapshots of the
    /// corpus.
    Checking,
    /// Answering the queries of a batch. Counts queries.
    Searching,
    /// Writing snapshots of the index to files. Counts snapshots.
    Exporting,
}

impl Phase {
    /// The word that is shown for the phase.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Scanning => "scanning",
            Phase::Reading => "reading",
            Phase::Indexing => "indexing",
            Phase::Merging => "merging",
            Phase::Checking => "checking",
            Phase::Searching => "searching",
            Phase::Exporting => "exporting",
        }
    }
}

/// Receives reports of progress, from several threads at once. All methods do nothing by default.
pub trait Progress: Sync {
    /// A phase begins. `total` is the number of its units of work, if that is known.
    fn begin(&self, _phase: Phase, _total: Option<u64>) {}

    /// `count` further units of the current phase are done.
    fn advance(&self, _count: u64) {}

    /// All phases are over.
    fn finish(&self) {}
}

/// Ignores all reports.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentProgress;

impl Progress for SilentProgress {}
