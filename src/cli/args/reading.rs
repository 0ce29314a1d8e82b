//! Flags that say how a query is read.

use clap::{Args, ValueEnum};
use fineprint::error::Result;
use fineprint::query::{Matching, parse_as};
use fineprint::search::{Scope, SearchRequest};

use super::filters::FilterArgs;

/// How a query is read; every query command has these flags.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    /// How to read words without quotes: as a phrase, or as words in any order
    #[arg(long = "match", value_name = "HOW", value_enum, default_value_t)]
    matching: MatchArg,
    /// Match all English forms of each word: sell, sells, selling
    #[arg(long)]
    stem: bool,
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
    /// A request for this query, or without a query for every clause that the filters let through.
    ///
    /// # Errors
    ///
    /// A query that cannot be parsed, and filters that exclude each other. Both are found here, so
    /// that nobody waits for an index to be built only to read about a mistake in a query.
    pub fn request(&self, query: Option<String>, filters: &FilterArgs) -> Result<SearchRequest> {
        let request = SearchRequest {
            is_of_all: query.is_none(),
            query: query.unwrap_or_default(),
            ..self.request_without_query(filters)?
        };
        if !request.is_of_all {
            parse_as(&request.query, request.matching)?;
        }
        Ok(request)
    }

    /// The request for a query that is filled in later.
    ///
    /// # Errors
    ///
    /// Filters that exclude each other.
    pub fn request_without_query(&self, filters: &FilterArgs) -> Result<SearchRequest> {
        Ok(SearchRequest {
            matching: match self.matching {
                MatchArg::Phrase => Matching::Phrase,
                MatchArg::All => Matching::All,
                MatchArg::Any => Matching::Any,
            },
            has_forms: self.stem,
            scope: match self.scope {
                ScopeArg::Clause => Scope::Clause,
                ScopeArg::Section => Scope::Section,
                ScopeArg::Snapshot => Scope::Snapshot,
            },
            filters: filters.filters()?,
            ..SearchRequest::default()
        })
    }
}
