//! Decodes a page: by its byte order mark, as UTF-8, by the encoding that it declares, or as
//! windows-1252.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::corpus::source_text::SourceText;

/// How many bytes of a page are searched for a declared encoding. Browsers search one kilobyte, but
/// old pages have long comments first.
const PRESCAN_BYTES: usize = 16 * 1024;

/// Decodes a page.
pub(super) fn decode(bytes: Vec<u8>) -> SourceText {
    if Encoding::for_bom(&bytes).is_some() {
        return SourceText::decode(bytes);
    }
    match declared(&bytes) {
        // A page that is valid UTF-8 is read as UTF-8 even if it declares something else, unless
        // the declared encoding is written in ASCII bytes and so is always valid UTF-8.
        Some(encoding)
            if !encoding.is_ascii_compatible() || std::str::from_utf8(&bytes).is_err() =>
        {
            let body = encoding.decode_without_bom_handling(&bytes).0.into_owned();
            SourceText { body, is_windows_1252: encoding == WINDOWS_1252 }
        }
        _ => SourceText::decode(bytes),
    }
}

/// Returns the encoding that a `<meta>` tag declares, unless it is UTF-8.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes[..bytes.len().min(PRESCAN_BYTES)].to_ascii_lowercase();
    memchr::memmem::find_iter(&head, b"<meta")
        .map(|start| &head[start..])
        .map(|rest| &rest[..memchr::memchr(b'>', rest).unwrap_or(rest.len())])
        .find_map(charset)
        .filter(|encoding| *encoding != UTF_8)
}

/// Returns the encoding after `charset=` in a tag.
fn charset(tag: &[u8]) -> Option<&'static Encoding> {
    let start = memchr::memmem::find(tag, b"charset")? + b"charset".len();
    let value = tag[start..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let value = value
        .strip_prefix(b"\"")
        .or_else(|| value.strip_prefix(b"'"))
        .unwrap_or(value)
        .trim_ascii_start();
    let end = value.iter().position(|byte| b"\"' ;/\t\r\n".contains(byte)).unwrap_or(value.len());
    // A tag that can be read byte by byte is not in UTF-16, even if it declares UTF-16.
    Encoding::for_label(&value[..end]).map(Encoding::output_encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8]) -> (String, bool) {
        let text = decode(bytes.to_vec());
        (text.body.rsplit('>').next().unwrap_or_default().to_owned(), text.is_windows_1252)
    }

    #[test]
    fn encodings() {
        let latin2 =
            b"<META HTTP-EQUIV=\"Content-Type\" content=\"text/html; charset=ISO-8859-2\">\xb3";
        assert_eq!(body(latin2), ("\u{142}".to_owned(), false));
        assert_eq!(body(b"<meta charset = 'koi8-r' />\xd1"), ("\u{44f}".to_owned(), false));
        assert_eq!(
            body(b"<meta charset=iso-2022-jp>\x1b$B8D\x1b(B"),
            ("\u{500b}".to_owned(), false)
        );
        assert_eq!(
            body("<meta charset=iso-8859-2>é".as_bytes()),
            ("é".to_owned(), false),
            "it is UTF-8"
        );
        assert_eq!(body(b"<meta charset=utf-8>\xe9"), ("é".to_owned(), true));
        assert_eq!(body(b"<meta charset=utf-16>a"), ("a".to_owned(), false));
        assert_eq!(body(b"<meta charset=nonsense>\x93"), ("“".to_owned(), true));
        assert_eq!(body(b"<p charset=koi8-r>\xe9"), ("é".to_owned(), true));
    }
}
