//! What long work says of itself. The library reports, whoever calls draws.

/// A stretch of work with its own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Walking the corpora; the total is not known.
    Scanning,
    /// Reading, sectioning and collapsing; counts snapshots.
    Reading,
    /// Writing what was read to disk.
    Indexing,
    /// Merging the parts of the index into one.
    Merging,
    /// Comparing an index with itself or with a corpus; counts policies or snapshots.
    Checking,
    /// Answering the queries of a batch; counts queries.
    Searching,
    /// Writing snapshots out of the index; counts snapshots.
    Exporting,
}

impl Phase {
    /// The word shown.
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

/// Hears of progress. Calls come from many threads.
pub trait Progress: Sync {
    /// A phase begins, with `total` units of work if that is known.
    fn begin(&self, _phase: Phase, _total: Option<u64>) {}

    /// `count` more units of the current phase are done.
    fn advance(&self, _count: u64) {}

    /// All phases are over.
    fn finish(&self) {}
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentProgress;

impl Progress for SilentProgress {}
