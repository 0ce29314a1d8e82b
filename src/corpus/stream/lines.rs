//! Splits a stream into lines or CSV records in bounded memory, however long they are.

use std::io::{self, BufRead};

use crate::corpus::source_text::MAX_BYTES;

/// The size limit of a line or row in bytes: the largest text, escaped, and its other fields.
pub(super) const MAX_LINE: usize = MAX_BYTES as usize + (16 << 20);

/// A line or record, if it is within the size limit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BoundedLine {
    /// Its bytes without the line end.
    Whole(Vec<u8>),
    /// It is longer than the limit and was skipped.
    TooLong,
}

/// Where the next byte is in a CSV record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CsvState {
    /// At the start of a field.
    FieldStart,
    /// In a field without quotes.
    Bare,
    /// In a quoted field.
    Quoted,
    /// After a quote in a quoted field, which ends the field or is the first of a doubled quote.
    AfterQuote,
}

/// Splits a stream into lines, or into CSV records. A quoted field of a record may contain line
/// ends.
pub(super) struct LineReader<R> {
    source: R,
    limit: usize,
    /// The delimiter of CSV; `None` for lines.
    delimiter: Option<u8>,
    /// How many lines have been read.
    lines: u64,
}

impl<R: BufRead> LineReader<R> {
    /// Splits into lines of at most `limit` bytes.
    pub fn lines(source: R, limit: usize) -> Self {
        Self { source, limit, delimiter: None, lines: 0 }
    }

    /// Splits into CSV records of at most `limit` bytes.
    pub fn records(source: R, limit: usize, delimiter: u8) -> Self {
        Self { source, limit, delimiter: Some(delimiter), lines: 0 }
    }

    /// Reads the next line or record, with the number (from 1) of the line at which it starts.
    /// Returns `None` at the end of the stream.
    pub fn next(&mut self) -> io::Result<Option<(u64, BoundedLine)>> {
        let start = self.line();
        let mut bytes = Vec::new();
        let (mut has_bytes, mut is_too_long) = (false, false);
        let mut state = CsvState::FieldStart;
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            has_bytes = true;
            let end = match self.delimiter {
                Some(delimiter) => record_end(buffer, delimiter, &mut state),
                None => memchr::memchr(b'\n', buffer),
            };
            let part = &buffer[..end.unwrap_or(buffer.len())];
            self.lines += memchr::memchr_iter(b'\n', part).count() as u64;
            is_too_long |= bytes.len() + part.len() > self.limit;
            if is_too_long {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(part);
            }
            let consumed = part.len() + usize::from(end.is_some());
            self.source.consume(consumed);
            if end.is_some() {
                break;
            }
        }
        if !has_bytes {
            return Ok(None);
        }
        self.lines += 1;
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        let line = if is_too_long { BoundedLine::TooLong } else { BoundedLine::Whole(bytes) };
        Ok(Some((start, line)))
    }

    /// The number (from 1) of the line that [`Self::next`] will read.
    pub fn line(&self) -> u64 {
        self.lines + 1
    }
}

/// Finds the line end that ends a record, and updates the state for the bytes before it.
fn record_end(buffer: &[u8], delimiter: u8, state: &mut CsvState) -> Option<usize> {
    for (at, &byte) in buffer.iter().enumerate() {
        *state = match (*state, byte) {
            (CsvState::Quoted, b'"') => CsvState::AfterQuote,
            (CsvState::Quoted, _) | (CsvState::FieldStart | CsvState::AfterQuote, b'"') => {
                CsvState::Quoted
            }
            (_, b'\n') => return Some(at),
            (_, byte) if byte == delimiter => CsvState::FieldStart,
            _ => CsvState::Bare,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, limit: usize, delimiter: Option<u8>) -> Vec<(u64, String)> {
        // The buffer is small, so that every line crosses its end.
        let source = io::BufReader::with_capacity(3, text.as_bytes());
        let mut lines = match delimiter {
            Some(delimiter) => LineReader::records(source, limit, delimiter),
            None => LineReader::lines(source, limit),
        };
        let mut out = Vec::new();
        while let Some((line, piece)) = lines.next().unwrap() {
            let shown = match piece {
                BoundedLine::Whole(bytes) => String::from_utf8(bytes).unwrap(),
                BoundedLine::TooLong => "too long".to_owned(),
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
