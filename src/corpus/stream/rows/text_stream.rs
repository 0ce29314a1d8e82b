//! Turns the bytes of a table into an encoding in which its rows can be told apart.

use std::io::{self, Read};

use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::corpus::encodings::utf_16_of_rows;

/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns a stream that begins with `head` without its byte order mark, and converts UTF-16 to
/// UTF-8. In all other encodings that are read, commas, quotes and line ends are single bytes, so
/// that rows are decoded after they are told apart.
pub(in crate::corpus::stream) fn with_plain_ends<'r>(
    head: &[u8],
    mut source: Box<dyn Read + 'r>,
) -> io::Result<Box<dyn Read + 'r>> {
    if let Some(encoding) = utf_16_of_rows(head) {
        let mut builder = DecodeReaderBytesBuilder::new();
        builder.encoding(Some(encoding)).strip_bom(true);
        return Ok(Box::new(builder.build(source)));
    }
    if head.starts_with(MARK) {
        source.read_exact(&mut [0; MARK.len()])?;
    }
    Ok(source)
}
