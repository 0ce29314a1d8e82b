//! Lines and CSV records, whatever their length, in bounded memory.

use std::io::{self, BufRead};

/// A line or record.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Its bytes, without the line end.
    Whole(Vec<u8>),
    /// It is longer than the limit and was passed over.
    TooLong,
}

/// Where in a CSV record a byte is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    FieldStart,
    Bare,
    Quoted,
    /// After a quote in a quoted field: its end, or the first of a doubled quote.
    Quote,
}

/// Cuts a stream into lines, or into CSV records, whose quoted fields may have line ends.
pub(super) struct Lines<R> {
    source: R,
    limit: usize,
    delimiter: Option<u8>,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    /// `delimiter`: of CSV; none for lines.
    pub fn new(source: R, limit: usize, delimiter: Option<u8>) -> Self {
        Self { source, limit, delimiter, line: 0 }
    }

    /// The next piece, with the number (from 1) of the line at which it starts.
    pub fn next(&mut self) -> io::Result<Option<(u64, Piece)>> {
        let start = self.line + 1;
        let mut bytes = Vec::new();
        let (mut is_any, mut is_too_long, mut place) = (false, false, Place::FieldStart);
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            is_any = true;
            let end = self.delimiter.map_or_else(
                || memchr::memchr(b'\n', buffer),
                |delimiter| record_end(buffer, delimiter, &mut place),
            );
            let part = &buffer[..end.unwrap_or(buffer.len())];
            self.line += memchr::memchr_iter(b'\n', part).count() as u64;
            is_too_long |= bytes.len() + part.len() > self.limit;
            if is_too_long {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.source.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if !is_any {
            return Ok(None);
        }
        self.line += 1;
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        Ok(Some((start, if is_too_long { Piece::TooLong } else { Piece::Whole(bytes) })))
    }

    /// The line that is being read.
    pub fn line(&self) -> u64 {
        self.line + 1
    }
}

fn record_end(buffer: &[u8], delimiter: u8, place: &mut Place) -> Option<usize> {
    for (at, &byte) in buffer.iter().enumerate() {
        *place = match (*place, byte) {
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Quoted, _) | (Place::FieldStart | Place::Quote, b'"') => Place::Quoted,
            (_, b'\n') => return Some(at),
            (_, byte) if byte == delimiter => Place::FieldStart,
            _ => Place::Bare,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, limit: usize, delimiter: Option<u8>) -> Vec<(u64, String)> {
        // A small buffer, so that pieces lie over its ends.
        let mut lines =
            Lines::new(io::BufReader::with_capacity(3, text.as_bytes()), limit, delimiter);
        let mut out = Vec::new();
        while let Some((line, piece)) = lines.next().unwrap() {
            let shown = match piece {
                Piece::Whole(bytes) => String::from_utf8(bytes).unwrap(),
                Piece::TooLong => "too long".to_owned(),
            };
            out.push((line, shown));
        }
        out
    }

    #[test]
    fn lines_and_records() {
        let cut = |text, delimiter| {
            let pieces = pieces(text, 20, delimiter);
            pieces.into_iter().map(|(line, text)| format!("{line} {text}")).collect::<Vec<_>>()
        };
        assert_eq!(cut("a\r\nbb\n\nccc", None), ["1 a", "2 bb", "3 ", "4 ccc"]);
        assert_eq!(cut("0123456789012345678901\nb\n", None), ["1 too long", "2 b"]);
        assert_eq!(
            cut("a,\"b\nc\"\"\n,\"\nd,5\"\ne", Some(b',')),
            ["1 a,\"b\nc\"\"\n,\"", "4 d,5\"", "5 e"]
        );
        assert_eq!(cut("", None), Vec::<String>::new());
    }
}
