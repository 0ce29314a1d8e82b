//! Undoes what a server did to a body for its transfer: chunks, and compression.
//!
//! Some crawlers keep bodies as they were transferred. Others undo this and keep the header as it
//! was. So a body that does not look as its header says is taken as it is.

use std::io::{self, Read};

use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::header_fields::HeaderFields;
use crate::corpus::forms::form::head_of;
use crate::corpus::no_text;
use crate::corpus::source_text::MAX_BYTES;
use crate::corpus::stream::compression;

/// The size of the buffer of the decoder of Brotli, in bytes.
const BROTLI_BUFFER_BYTES: usize = 4096;

/// The most compressions of one body. Each copies it.
const MAX_CODINGS: usize = 8;

/// A body after decoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DecodedBody {
    /// Its bytes: at most one more than [`MAX_BYTES`], so that too large ones are noticed.
    pub bytes: Vec<u8>,
    /// Whether it ends early, or is damaged from there on.
    pub is_cut: bool,
}

/// Decodes a body as its header fields say.
///
/// # Errors
///
/// It is compressed in a way that is not known, or too often, or damaged from its start: the reason
/// in one line.
pub(super) fn decode(fields: &HeaderFields, body: &[u8]) -> Result<DecodedBody, String> {
    let has_chunks = codings(fields, "Transfer-Encoding").any(|coding| coding == "chunked");
    let joined = if has_chunks { joined_chunks(body) } else { None };
    let mut decoded = joined.unwrap_or_else(|| DecodedBody { bytes: body.to_vec(), is_cut: false });
    // The codings are listed in the order in which they were applied.
    let codings: Vec<String> = codings(fields, "Content-Encoding").collect();
    if codings.len() > MAX_CODINGS {
        return Err("names more compressions than any server applies".to_owned());
    }
    for coding in codings.iter().rev() {
        let inner = decompressed(coding, decoded.bytes)?;
        decoded = DecodedBody { bytes: inner.bytes, is_cut: decoded.is_cut || inner.is_cut };
    }
    Ok(decoded)
}

/// The codings in a field, in lower case.
fn codings<'f>(fields: &'f HeaderFields, name: &str) -> impl Iterator<Item = String> + 'f {
    let list = fields.get(name).unwrap_or_default();
    list.split(',').map(|coding| coding.trim().to_ascii_lowercase())
}

/// Joins the chunks of a body (RFC 9112, 7.1). Returns `None` if it does not begin with a chunk.
fn joined_chunks(body: &[u8]) -> Option<DecodedBody> {
    let mut bytes = Vec::new();
    let mut rest = body;
    while let Some((size, data)) = chunk_size(rest) {
        if size == 0 {
            return Some(DecodedBody { bytes, is_cut: false });
        }
        let Some(chunk) = data.get(..size) else {
            bytes.extend(data);
            return Some(DecodedBody { bytes, is_cut: true });
        };
        bytes.extend(chunk);
        let after = &data[size..];
        rest = after.strip_prefix(b"\r\n").or(after.strip_prefix(b"\n")).unwrap_or(after);
    }
    (rest.len() < body.len()).then_some(DecodedBody { bytes, is_cut: true })
}

/// Reads the line before a chunk: the size of the chunk, and what follows the line.
fn chunk_size(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let end = memchr::memchr(b'\n', bytes)?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let digits = line.split(';').next()?.trim();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = is_number.then(|| usize::from_str_radix(digits, 16).ok())??;
    Some((size, &bytes[end + 1..]))
}

fn decompressed(coding: &str, bytes: Vec<u8>) -> Result<DecodedBody, String> {
    let source = bytes.as_slice();
    let read = match coding {
        "" | "identity" | "none" => return Ok(DecodedBody { bytes, is_cut: false }),
        "gzip" | "x-gzip" | "zstd" => compression::decompress(Box::new(source)).and_then(whole),
        "deflate" if is_zlib(source) => whole(ZlibDecoder::new(source)),
        // Some servers leave out the header that RFC 9110 demands.
        "deflate" => whole(DeflateDecoder::new(source)),
        "br" => whole(brotli_decompressor::Decompressor::new(source, BROTLI_BUFFER_BYTES)),
        _ => {
            let name: String = coding.chars().take(40).collect();
            return Err(format!("is compressed as `{name}`, which is not read"));
        }
    };
    match read {
        Ok(decoded) => Ok(decoded),
        Err(_) if no_text::reason(head_of(&bytes)).is_none() => {
            Ok(DecodedBody { bytes, is_cut: false })
        }
        Err(error) => Err(format!("is not compressed as `{coding}`, as its header says: {error}")),
    }
}

/// Reads all that can be read.
///
/// # Errors
///
/// There is an error before the first byte.
fn whole(source: impl Read) -> io::Result<DecodedBody> {
    let mut bytes = Vec::new();
    match source.take(MAX_BYTES + 1).read_to_end(&mut bytes) {
        Err(error) if bytes.is_empty() => Err(error),
        result => Ok(DecodedBody { bytes, is_cut: result.is_err() }),
    }
}

/// Whether these bytes begin with the header of zlib (RFC 1950): deflate, with a checksum.
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, ..] => {
            method & 0x0F == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const PAGE: &[u8] = b"<p>We sell no data.</p>";

    fn decoded(header: &str, body: &[u8]) -> Result<(String, bool), String> {
        let body = decode(&HeaderFields::parse(header.as_bytes()), body)?;
        Ok((String::from_utf8(body.bytes).unwrap(), body.is_cut))
    }

    fn gzip() -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(PAGE).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn chunks_are_joined() {
        let header = "Transfer-Encoding: chunked";
        for (body, expected, is_cut) in [
            (&b"2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n"[..], "abcde", false),
            (b"2\nab\n0\n", "ab", false),
            (b"2\r\nab\r\n", "ab", true),
            (b"9\r\nab", "ab", true),
            (b"2\r\nab\r\nzz\r\n", "ab", true),
            (b"<p>2\r\n", "<p>2\r\n", false),
            (b"\nab", "\nab", false),
            (b"", "", false),
        ] {
            assert_eq!(decoded(header, body).unwrap(), (expected.to_owned(), is_cut));
        }
    }

    #[test]
    fn compressed_bodies_are_read() {
        let page = String::from_utf8(PAGE.to_vec()).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(PAGE).unwrap();
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(PAGE).unwrap();
        // Brotli may store bytes as they are: a block of 23 bytes, and the last, empty block.
        let brotli = [&[0x0B, 0x0B, 0x80][..], PAGE, &[0x03]].concat();
        for (coding, body) in [
            ("gzip", gzip()),
            ("X-GZIP", gzip()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", deflate.finish().unwrap()),
            ("br", brotli),
            ("identity", PAGE.to_vec()),
            ("gzip", PAGE.to_vec()),
            ("deflate", PAGE.to_vec()),
            ("br", PAGE.to_vec()),
        ] {
            let read = decoded(&format!("Content-Encoding: {coding}"), &body);
            assert_eq!(read.unwrap(), (page.clone(), false), "{coding}");
        }
    }

    #[test]
    fn damaged_and_unknown_bodies() {
        let gzip = gzip();
        let (start, is_cut) = decoded("Content-Encoding: gzip", &gzip[..gzip.len() - 6]).unwrap();
        assert!(is_cut && PAGE.starts_with(start.as_bytes()));
        let both = "Transfer-Encoding: chunked\r\nContent-Encoding: gzip";
        let body = [format!("{:x}\r\n", gzip.len()).as_bytes(), &gzip, b"\r\n0\r\n\r\n"].concat();
        assert_eq!(decoded(both, &body).unwrap().0.as_bytes(), PAGE);
        let error = decoded("Content-Encoding: exi", PAGE).unwrap_err();
        assert_eq!(error, "is compressed as `exi`, which is not read");
        let error = decoded("Content-Encoding: gzip", b"\x1F\x8B\xFF\0\0\0\0\0\0\0").unwrap_err();
        assert!(error.starts_with("is not compressed as `gzip`, as its header says"), "{error}");
    }
}
