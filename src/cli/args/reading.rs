//! Flags that say how a query is read.

use clap::{Args, ValueEnum};
use fineprint::error::Result;
use fineprint::query::{Matching, Query};
use fineprint::search::Scope;

/// How a query is read.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    /// How to read words without quotes: as a phrase, or as words in any order
    #[arg(long = "match", value_name = "HOW", value_enum, default_value_t)]
    matching: MatchArg,
    /// Match all English forms of each word: sell, sells, selling
    #[arg(long)]
    pub stem: bool,
    /// Where the parts of a query must occur together: clause, section or snapshot
    ///
    /// With `section` or `snapshot`, AND, OR and NOT are decided for whole sections or snapshots.
    /// The hits are the clauses in them that contain one of the query's phrases.
    #[arg(long, value_enum, default_value_t)]
    scope: ScopeArg,
}

/// The values of --match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum MatchArg {
    /// The words are a phrase.
    #[default]
    Phrase,
    /// A clause must contain all of the words.
    All,
    /// A clause must contain at least one of the words; for questions in plain language.
    Any,
}

/// The values of --scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ScopeArg {
    /// In one clause.
    #[default]
    Clause,
    /// In one section: a heading and the clauses directly under it.
    Section,
    /// In one snapshot.
    Snapshot,
}

impl ReadingArgs {
    /// Parses a query.
    ///
    /// # Errors
    ///
    /// The first mistake in the query.
    pub fn query(&self, text: impl Into<String>) -> Result<Query> {
        Ok(Query::parse(text, self.matching())?)
    }

    /// How bare words are read.
    pub fn matching(&self) -> Matching {
        match self.matching {
            MatchArg::Phrase => Matching::Phrase,
            MatchArg::All => Matching::All,
            MatchArg::Any => Matching::Any,
        }
    }

    /// The unit in which the words of a query must occur together.
    pub fn scope(&self) -> Scope {
        match self.scope {
            ScopeArg::Clause => Scope::Clause,
            ScopeArg::Section => Scope::Section,
            ScopeArg::Snapshot => Scope::Snapshot,
        }
    }
}
