//! Cuts texts into tokens, the words that searching sees, and folds tokens into index terms.
//!
//! A token is a maximal run of letters, digits and combining marks. Soft hyphens, zero-width
//! characters, direction marks, variation selectors and tatweel may be inside a token, but do not
//! begin or end one. In Han, Kana, Hangul, Thai, Lao, Khmer and Myanmar, which do not put spaces
//! between words, each letter with its marks is a token of its own.
//!
//! The text is never rewritten: a token is a range of its bytes, and only a folded copy is
//! compared. `fold` says which spellings are one word.

mod char_class;
mod cut;
mod equal_letters;
mod fold;
mod footnote;
mod names;

pub use char_class::is_invisible;
pub use cut::{Token, Tokens, has_token, terms, tokens};
pub use fold::fold_char;
pub(crate) use footnote::{is_footnote_mark, is_superscript};
pub use names::fold_name;

/// The version of these rules. An index that was built by another version is not read.
pub const TOKEN_VERSION: u32 = 2;
