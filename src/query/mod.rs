//! The query language: parses what a person types into a tree whose nodes know their places.
//!
//! [`Query::parse`] knows the language and nothing else: no index, no schema, no tokens. Each
//! [`QueryNode`] of its tree has a [`QuerySpan`] that points into the text, and a [`QueryError`]
//! points at the mistake. A phrase in the tree is text as typed. The search plan cuts it into
//! tokens with the function that cut the corpus, so that `third-party` and `third party` are the
//! same query although the parser does not know why.
//!
//! # Grammar
//!
//! ```text
//! query    = or ;
//! or       = and , { "OR" , and } ;
//! and      = not , { [ "AND" ] , not } ;                    (* side by side means AND *)
//! not      = { "NOT" } , near ;                             (* two cancel *)
//! near     = operand , { distance , operand } ;             (* from left to right *)
//! distance = "NEAR/" number | [ "NOT" ] , "WITHIN/" number ;
//! operand  = group | field | phrase ;
//! group    = "(" , or , ")" ;
//! field    = name , ":" , ( value | quote | group ) ;       (* no space, no field in the group *)
//! name     = "company" | "type" | "section" | "link" ;      (* in any case *)
//! phrase   = quote , [ "~" number ] | word , { word } ;     (* all words side by side *)
//! quote    = '"' , { any but '"' } , '"' | curly , { any but curly } , curly ;
//! curly    = "“" | "”" | "„" | "‟" ;
//! word     = any run without white space, control characters, quotes and parentheses
//!            that is no operator and does not begin with letters and a colon ;
//! value    = the same, operators and colons included ;
//! ```
//!
//! In a phrase, the word `*` matches any one word, `part*` any word that begins with `part`, and
//! `/pattern/` any word that the regular expression matches from end to end. `docs/query.md`
//! explains the language to users.
//!
//! Operators are written in upper case: `and`, `or` and `not` are words. A NOT needs a positive
//! operand beside it, or it would match nearly everything. A colon behind anything but ASCII
//! letters, `-` and `_` is punctuation, as in `10:30`.
//!
//! # Example
//!
//! ```
//! use fineprint::query::{Matching, Query};
//!
//! let query = Query::parse("sell or rent NOT company:ssh.com", Matching::Phrase)?;
//! assert_eq!(query.tree().to_string(), r#""sell or rent" AND NOT company:"ssh.com""#);
//! # Ok::<(), fineprint::query::QueryError>(())
//! ```

mod ast;
mod lex;
mod parse;
mod phrase;
mod regex;

use std::str::FromStr;

pub use crate::error::{QueryError, QueryErrorKind, QuerySpan};
pub use ast::{NodeKind, Phrase, PhraseWord, QueryField, QueryNode};
pub use parse::{MAX_DEPTH, MAX_DISTANCE, MAX_QUERY_BYTES, Matching};
pub(crate) use regex::TermRegex;

/// A query that was parsed: its text, how its bare words were read, and its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    matching: Matching,
    tree: QueryNode,
}

impl Query {
    /// Parses `text`, reading its bare words as `matching` says.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place in the query and mostly with a hint.
    pub fn parse(text: impl Into<String>, matching: Matching) -> Result<Self, QueryError> {
        let text = text.into();
        let tree = parse::parse(&text, matching)?;
        Ok(Self { text, matching, tree })
    }

    /// The query as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How its bare words were read.
    pub fn matching(&self) -> Matching {
        self.matching
    }

    /// The tree. Its spans are byte ranges of [`Query::text`].
    pub fn tree(&self) -> &QueryNode {
        &self.tree
    }
}

/// Parses a query whose bare words are a phrase, as [`Query::parse`] does.
impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text, Matching::Phrase)
    }
}
