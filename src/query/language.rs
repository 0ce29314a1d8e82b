//! The limits of a query and the ways to read its bare words.

/// The most groups inside each other. Nobody writes more than a handful, and the smallest stack of
/// a thread has room for many more.
pub const MAX_DEPTH: usize = 64;

/// The most bytes of a query. A list of hundreds of names from a script fits, and a query of this
/// length is still quick to plan.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;

/// The largest distance, in words, of NEAR, WITHIN and `~`. Hardly any clause is longer.
pub const MAX_DISTANCE: u32 = 1000;

/// How the bare words of a query are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Matching {
    /// Bare words side by side are a phrase.
    #[default]
    Phrase,
    /// Bare words are a set: a clause matches if it contains all of them.
    All,
    /// Bare words are a set: a clause matches if it contains at least one of them. For questions
    /// in plain language.
    Any,
}
