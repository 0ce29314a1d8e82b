//! The query language: from what a person types to a tree with places.
//!
//! [`parse`](fn@parse) knows the language and nothing else: no index, no schema, no tokens. It
//! hands out a [`Node`] whose [`Span`]s point into the query, or a [`QueryError`] that points at
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
//! not      = { "NOT" } , operand ;                          (* two cancel *)
//! operand  = group | field | phrase ;
//! group    = "(" , or , ")" ;
//! field    = name , ":" , ( value | quote | group ) ;       (* no space, no field in the group *)
//! name     = "company" | "type" | "section" | "link" ;      (* in any case *)
//! phrase   = quote | word , { word } ;                      (* all that stand side by side *)
//! quote    = '"' , { any but '"' } , '"' | curly , { any but curly } , curly ;
//! curly    = "“" | "”" | "„" | "‟" ;
//! word     = any run without white space, control characters, quotes and parentheses
//!            that is no operator and does not begin with letters and a colon ;
//! value    = the same, operators and colons included ;
//! ```
//!
//! # What it means
//!
//! | syntax | meaning | example |
//! | --- | --- | --- |
//! | words | the phrase: these words, next to each other, in this order | `sell or rent` |
//! | quotes | the same phrase; operators, parentheses and colons in it are text | `"sell or rent"` |
//! | curly quotes | the same, as word processors write them | `“sell or rent”` |
//! | `AND` | both, in one clause | `cookies AND "third parties"` |
//! | side by side | the same as `AND`, next to a quote, a group or a field | `cookies "third parties"` |
//! | `OR` | at least one; binds less than `AND` | `sell OR rent` |
//! | `NOT` | the left without the right | `cookies NOT children` |
//! | `AND NOT` | the same | `cookies AND NOT children` |
//! | parentheses | a group | `cookies (sell OR rent)` |
//! | `company:` | the name of the company, whole or a glob | `company:ssh.com` |
//! | `type:` | the policy type, whole or a glob | `type:privacy*` |
//! | `section:` | a phrase inside one heading of the section path | `section:"children"` |
//! | `link:` | host and path of a link target | `link:networkadvertising.org/choices` |
//! | a field and a group | any of the operands on that field | `section:(children OR minors)` |
//!
//! Only upper case makes an operator: `and`, `or` and `not` are words. A NOT needs something
//! positive beside it, or it would match nearly everything. A colon behind anything but ASCII
//! letters, `-` and `_` is punctuation, as in `10:30`.
//!
//! The full language also has distances (`"..."~3`, `NEAR/5`, `WITHIN/3`, `NOT WITHIN/3`), `*` in
//! phrases and `/regular expressions/`. They are reserved: each is an error that names it, never a
//! phrase that means something else.
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
mod error;
pub(crate) mod names;
mod parse;

pub use ast::{Field, Node, NodeKind, Span};
pub use error::{QueryError, QueryErrorKind};
pub use parse::{MAX_DEPTH, MAX_QUERY_BYTES, parse};

#[cfg(test)]
mod tests {
    use super::parse;

    /// The table above is the users' reference: each example in it must be a query.
    #[test]
    fn every_example_of_the_table_parses() {
        let rows = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//! | "));
        let examples: Vec<&str> =
            rows.filter_map(|row| row.split(" | ").nth(2)?.strip_prefix('`')?.strip_suffix("` |")).collect();
        assert_eq!(examples.len(), 14);
        for example in examples {
            assert!(parse(example).is_ok(), "{example}");
        }
    }
}
