//! Builds the blocks of a page from its tags and its text.
//!
//! Pages of the last decades close tags that are not open, put paragraphs into bold, use tables for
//! layout, and nest without limit. So elements are opened and closed as a browser does it, and then
//! become a few sorts of blocks that are nested to a limited depth.

mod elements;
mod open_elements;
pub(super) mod page_blocks;
pub(super) mod page_builder;
mod page_flow;
mod page_table;
mod tag_traits;
mod word_styles;
