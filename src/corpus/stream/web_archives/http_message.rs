//! Reads responses of HTTP as web archives keep them.

use super::header_fields::HeaderFields;

/// A response of a server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HttpMessage<'b> {
    /// The status: 200 if the body is the page that was asked for.
    pub status: u16,
    /// The header fields.
    pub fields: HeaderFields,
    /// The body as it was transferred.
    pub body: &'b [u8],
}

impl<'b> HttpMessage<'b> {
    /// Reads the block of a record. Returns `None` if it is not a response of HTTP.
    pub fn parse(block: &'b [u8]) -> Option<Self> {
        let (head, body) = block.split_at(end_of_head(block));
        let (first, lines) = head.split_at(line_bytes(head));
        let first = String::from_utf8_lossy(first);
        let mut words = first.strip_prefix("HTTP/")?.split_ascii_whitespace();
        let status = words.nth(1)?.parse().ok()?;
        Some(Self { status, fields: HeaderFields::parse(lines), body })
    }
}

/// Where the body begins: after the first blank line, or at the end if there is none.
fn end_of_head(block: &[u8]) -> usize {
    let mut end = 0;
    while end < block.len() {
        let line = line_bytes(&block[end..]);
        let is_blank = block[end..end + line].trim_ascii().is_empty();
        end += line;
        if is_blank {
            break;
        }
    }
    end
}

/// The size of the first line with its end, in bytes.
fn line_bytes(bytes: &[u8]) -> usize {
    memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        let message = HttpMessage::parse(b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n<p>\r\n\r\n").unwrap();
        assert_eq!((message.status, message.body), (200, &b"<p>\r\n\r\n"[..]));
        assert_eq!(message.fields.get("a"), Some("b"));
        let message = HttpMessage::parse(b"HTTP/2 404\n\n").unwrap();
        assert_eq!((message.status, message.body), (404, &b""[..]));
        assert_eq!(HttpMessage::parse(b"HTTP/1.0 301 Moved\r\nA: b").unwrap().status, 301);
        for other in [&b""[..], b"\r\n\r\n", b"<html>", b"HTTP/1.1", b"HTTP/1.1 OK\r\n\r\n"] {
            assert_eq!(HttpMessage::parse(other), None, "{other:?}");
        }
    }
}
