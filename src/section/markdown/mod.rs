//! Reads Markdown as the authors of policies meant it: a text becomes blocks of styled lines.
//!
//! The grammar is CommonMark's, by the library pulldown-cmark. Policies come from converters and
//! from hands that did not know it, so `mend` changes what CommonMark would misread, `blocks`
//! flattens the tree of blocks, `inline` renders the text of a block, and `html_tags` reads the
//! HTML inside it. `mapped_text` remembers where each byte came from. `fragments` cuts a text where
//! CommonMark reads the parts alone as it reads them together. Deciding which line is a heading, or
//! which list an item belongs to, is left to [`super::structure`].

pub(crate) mod blocks;
pub(crate) mod fragments;
mod html_tags;
pub(crate) mod inline;
mod mapped_text;
mod mend;
