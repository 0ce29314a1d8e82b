//! Reads Markdown as the authors of policies meant it: a text becomes blocks of styled lines.
//!
//! The grammar is CommonMark's, by the library pulldown-cmark. Policies come from converters and
//! from hands that did not know it. `prepare` changes the whole text, and `mend` changes what else
//! CommonMark would misread. `blocks` flattens the tree of blocks, `table_rows` reads tables,
//! `inline` renders the text of a block, `footnotes` reads its footnote marks, and `html_tags`,
//! `tag_ends` and `html_tables` the HTML inside it. `mapped_text` remembers where each byte came
//! from. `fragments` cuts a text where CommonMark reads the parts alone as it reads them together.
//! Deciding which line is a heading, or which list an item belongs to, is left to
//! [`super::structure`].

pub(crate) mod blocks;
mod footnotes;
pub(crate) mod fragments;
mod html_tables;
mod html_tags;
pub(crate) mod inline;
pub(crate) mod mapped_text;
mod mend;
pub(crate) mod prepare;
pub(crate) mod table_rows;
mod tag_ends;
