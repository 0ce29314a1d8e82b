//! The query language: from what a person types to a tree with places.
//!
//! [`parse`](fn@parse) knows the language and nothing else: no index, no schema, no tokens. It
//! hands out a [`QueryNode`] whose [`QuerySpan`]s point into the query, or a [`QueryError`] that points at
//! the mistake. A phrase in the tree is text as typed; whoever binds the tree cuts it into tokens
//! with the same function that cut the corpus, so that `third-party` and `third party` are one
//! query without the parser knowing why.
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
//! phrase   = quote , [ "~" number ] | word , { word } ;     (* all that stand side by side *)
//! quote    = '"' , { any but '"' } , '"' | curly , { any but curly } , curly ;
//! curly    = "“" | "”" | "„" | "‟" ;
//! word     = any run without white space, control characters, quotes and parentheses
//!            that is no operator and does not begin with letters and a colon ;
//! value    = the same, operators and colons included ;
//! ```
//!
//! In a phrase, the word `*` is any one word, `part*` any word that begins so, and `/pattern/` any word that the regular expression
//! fits from end to end. What each means is in `docs/query.md`, the users' reference.
//!
//! Only upper case makes an operator: `and`, `or` and `not` are words. A NOT needs something
//! positive beside it, or it would match nearly everything. A colon behind anything but ASCII
//! letters, `-` and `_` is punctuation, as in `10:30`.
//!
//! # Example
//!
//! ```
//! let tree = fineprint::query::parse("sell or rent NOT company:ssh.com")?;
//! assert_eq!(tree.to_string(), r#""sell or rent" AND NOT company:"ssh.com""#);
//! # Ok::<(), fineprint::query::QueryError>(())
//! ```

mod ast;
pub(crate) mod bind;
mod lex;
pub(crate) mod names;
mod parse;
pub(crate) mod pattern;
mod phrase;
mod plain_language;
mod regex;

pub use crate::error::{QueryError, QueryErrorKind, QuerySpan};
pub use ast::{NodeKind, Phrase, PhraseWord, QueryField, QueryNode};
pub use parse::{MAX_DEPTH, MAX_DISTANCE, MAX_QUERY_BYTES, Matching, parse, parse_as};
pub(crate) use regex::TermRegex;
