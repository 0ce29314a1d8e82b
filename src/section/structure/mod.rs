//! Decides what the blocks of a text are: headings, items, paragraphs, each in its section.
//!
//! Authors of policies often type structure without marks: bold lines as headings, numbered
//! paragraphs as lists. `passages` cuts blocks into passages, each of which becomes one clause,
//! `headings` finds those that are headings, `list_items` finds the list and the lead-in of an
//! item, and `assembly` makes the clauses. `enumerator` reads the numbers that authors type, and
//! `title_words` judges by its words whether a line can be a title. Marks of Markdown are gone
//! before, by [`super::markdown`].

pub(crate) mod assembly;
pub(crate) mod enumerator;
pub(crate) mod headings;
pub(crate) mod list_items;
pub(crate) mod passages;
mod title_words;
