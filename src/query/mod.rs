//! Parses a query in the query language into a tree.
//!
//! [`Query::parse`] knows the language and nothing about an index, a schema or tokens. Each
//! [`QueryNode`] of the tree has a [`QuerySpan`], a range of bytes in the text of the query, and a
//! [`QueryError`] points at the mistake. A phrase in the tree is the text as it was typed. The
//! search plan cuts it into tokens with the function that cut the corpus. That makes `third-party`
//! and `third party` the same query, without any rule for it in the parser.
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
//! operand beside it, because alone it would match nearly everything. A colon makes a field only
//! after ASCII letters, `-` and `_`; elsewhere it is punctuation, as in `10:30`.
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
mod foreign;
mod language;
mod lex;
mod parse;
mod phrase;
mod regex;
mod text;

use std::str::FromStr;

pub use crate::error::{QueryError, QueryErrorKind, QuerySpan};
pub use ast::{NodeKind, Phrase, PhraseWord, QueryField, QueryNode};
pub use language::{MAX_DEPTH, MAX_DISTANCE, MAX_QUERY_BYTES, Matching};
use parse::{Capitals, ParsedQuery, parse};
pub(crate) use regex::TermRegex;

/// A parsed query, with its text and the way in which its bare words were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    matching: Matching,
    tree: QueryNode,
    is_in_capitals: bool,
    is_doubtful: bool,
}

impl Query {
    /// Parses `text` and reads its bare words as `matching` says.
    ///
    /// # Errors
    ///
    /// The first mistake, with its place in the query and mostly with a hint.
    pub fn parse(text: impl Into<String>, matching: Matching) -> Result<Self, QueryError> {
        let text = text.into();
        let parsed = parse(&text, matching, Capitals::AreWords)?;
        let ParsedQuery { tree, is_in_capitals, is_doubtful } = parsed;
        Ok(Self { text, matching, tree, is_in_capitals, is_doubtful })
    }

    /// The same query with AND, OR and NOT read as operators, if they were read as words because
    /// the whole query is in capitals. `None` if they were not, or if operators make no sense in
    /// it.
    pub fn with_operators(&self) -> Option<Self> {
        if !self.is_in_capitals {
            return None;
        }
        let parsed = parse(&self.text, self.matching, Capitals::AreOperators).ok()?;
        Some(Self { tree: parsed.tree, is_in_capitals: false, ..self.clone() })
    }

    /// Whether operators or parentheses of the query may have been meant as text, as in
    /// `we DO NOT SELL data` and `Art. 6 (1)`.
    pub fn is_doubtful(&self) -> bool {
        self.is_doubtful
    }

    /// The query as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How the bare words of the query were read.
    pub fn matching(&self) -> Matching {
        self.matching
    }

    /// The tree of the query. Its spans are ranges of bytes in [`Query::text`].
    pub fn tree(&self) -> &QueryNode {
        &self.tree
    }
}

/// Parses a query like [`Query::parse`], with bare words as phrases.
impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text, Matching::Phrase)
    }
}
