//! Decides what the blocks of a text are: headings, items, paragraphs, each in its section.
//!
//! Authors of policies often type structure without marks: bold lines as headings, numbered
//! paragraphs as lists. `passages` cuts blocks into passages, each of which becomes one clause;
//! `lines` says where. `headings` finds the passages that are headings, `list_items` finds
//! the list of an item, `introductions` its lead-in, `menus` finds menus, and `assembly` makes the
//! clauses. A passage knows its neighbours by their `outline`. `enumerator` reads the numbers that
//! authors type, and `title_words` and `vocabulary` judge by its words whether a line can be a
//! title. Marks of Markdown are gone before, by [`super::markdown`].

pub(crate) mod assembly;
pub(crate) mod enumerator;
pub(crate) mod headings;
pub(crate) mod introductions;
mod lines;
pub(crate) mod list_items;
pub(crate) mod menus;
pub(crate) mod outline;
pub(crate) mod passages;
mod title_words;
pub(super) mod vocabulary;
