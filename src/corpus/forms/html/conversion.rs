//! Converts pages, and parts of pages, to Markdown.

use encoding_rs::Encoding;

use super::{likeness, limits, markdown_writer, tokens};
use crate::corpus::forms::form::UnreadText;
use crate::corpus::notices::SkipReason;
use crate::corpus::source_text::{SourceText, read_furniture_comments};

/// Converts a text to Markdown if it is a page or a part of one. In Markdown, comments may mark
/// furniture.
///
/// # Errors
///
/// The same as for [`to_markdown`].
pub(in crate::corpus) fn convert_page(text: &mut String) -> Result<(), UnreadText> {
    if is_html(text) {
        *text = to_markdown(text)?;
    } else {
        read_furniture_comments(text);
    }
    Ok(())
}

/// Whether a text is a page or a part of one.
pub(super) fn is_html(text: &str) -> bool {
    likeness::begins_like_page(text) || likeness::is_fragment(text)
}

/// Converts a page to Markdown.
///
/// # Errors
///
/// The page has no text because it consists of frames, or would take too long.
pub(in crate::corpus) fn to_markdown(html: &str) -> Result<String, UnreadText> {
    if let Some(reason) = limits::reason_of_attack(html) {
        return Err(UnreadText::Failed(reason.to_owned()));
    }
    let (title, page) = tokens::read(html);
    if page.has_frames && page.blocks.is_empty() {
        return Err(UnreadText::Skipped(SkipReason::FrameSet));
    }
    Ok(markdown_writer::write(&page.with_title(&title)))
}

/// Decodes a text that may be a page, which declares its encoding.
pub(in crate::corpus) fn decode(bytes: Vec<u8>) -> SourceText {
    decode_declared(bytes, None)
}

/// Decodes a text that may be a page. The encoding that a server declared, if it is not UTF-8,
/// wins over the declaration of the page, as for browsers.
pub(in crate::corpus) fn decode_declared(
    bytes: Vec<u8>,
    encoding: Option<&'static Encoding>,
) -> SourceText {
    SourceText::decode_as(bytes, |bytes| encoding.or_else(|| likeness::declared_encoding(bytes)))
}
