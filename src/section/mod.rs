//! Cuts the Markdown of a snapshot into clauses with kind, section and lead-in, in reading order.
//!
//! Sectioning never fails and loses no word: every token of the rendered text is in exactly one
//! clause. The words of a text are those that a reader of the page sees. Link targets, HTML tags,
//! the numbers of ordered lists and link definitions that are in use are not words.
//!
//! A text passes through two stages. `markdown` turns it into blocks of styled lines, and
//! `structure` finds headings, lists and sections in them, also where the author typed no marks.
//! `whole_text` does this for one text, `sectioner` for all texts of a policy, which repeat each
//! other. `identity` says when two clauses are the same.
//!
//! The rules are described in `tests/golden/sections/README.md`. The labelled snapshots beside that
//! file measure how well they work.

mod date_stamp;
mod identity;
mod link_target;
mod markdown;
mod numbers;
mod section_name;
mod sectioner;
mod structure;
mod whole_text;

pub(crate) use date_stamp::is_date_stamp;
pub use identity::{ClauseIdentity, IDENTITY_VERSION, identity_form};
pub use link_target::link_target;
pub(crate) use numbers::amounts::follows_amount;
pub use sectioner::{Sectioner, TextPart};
pub(crate) use structure::enumerator::{NumberReading, number_readings};
pub(crate) use structure::menus::{furniture_words, is_most, word_count};
pub(crate) use structure::vocabulary::names_division;
pub use whole_text::section;

/// The version of these rules. An index with clauses by other rules is rebuilt.
pub const SECTION_VERSION: u32 = 5;
