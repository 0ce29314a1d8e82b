//! Splits a stream into lines, CSV records or JSON objects in bounded memory, however long they
//! are.

use std::io::{self, BufRead};

use super::row_ends::{RowEnds, line_ends};
use crate::corpus::source_text::MAX_BYTES;

/// The size limit of a row in bytes: the largest text, escaped, and its other fields.
pub(in crate::corpus::stream) const MAX_ROW: usize = MAX_BYTES as usize + (16 << 20);

/// A line, record or object as it is in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::corpus::stream) struct RawRow {
    /// The line from 1 at which it begins.
    pub line: u64,
    pub content: RowContent,
}

/// The bytes of a row, or the reason why it has none.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::corpus::stream) enum RowContent {
    /// Its bytes without the line end.
    Whole(Vec<u8>),
    /// It is longer than the limit and was left out.
    TooLong,
    /// Its end cannot be told from its content: the reason in one line.
    Broken(String),
}

/// Splits a stream into rows.
pub(in crate::corpus::stream) struct RowReader<R> {
    source: R,
    limit: usize,
    ends: Box<dyn RowEnds>,
    /// How many lines have ended.
    lines: u64,
    /// Whether the last byte was a carriage return, of which a line feed may be a part.
    is_after_return: bool,
}

impl<R: BufRead> RowReader<R> {
    /// Splits into rows of at most `limit` bytes, whose ends `ends` finds.
    pub fn new(source: R, limit: usize, ends: Box<dyn RowEnds>) -> Self {
        Self { source, limit, ends, lines: 0, is_after_return: false }
    }

    /// Reads the next row. Returns `None` at the end of the stream.
    pub fn next(&mut self) -> io::Result<Option<RawRow>> {
        self.skip_line_feed()?;
        let line = self.line();
        let mut bytes = Vec::new();
        let (mut has_bytes, mut is_too_long) = (false, false);
        loop {
            let buffer = self.source.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            has_bytes = true;
            let is_second_half = self.is_after_return && buffer.first() == Some(&b'\n');
            let end = self.ends.find(buffer, self.lines + u64::from(!is_second_half));
            let (row, consumed) =
                end.map_or((buffer.len(), buffer.len()), |end| (end.row, end.all));
            is_too_long |= bytes.len() + row > self.limit;
            if is_too_long {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(&buffer[..row]);
            }
            self.lines += line_ends(&buffer[..consumed], &mut self.is_after_return);
            self.source.consume(consumed);
            if end.is_some() {
                break;
            }
        }
        let defect = self.ends.finish();
        if !has_bytes && defect.is_none() {
            return Ok(None);
        }
        let content = match defect {
            Some(reason) => RowContent::Broken(reason),
            None if is_too_long => RowContent::TooLong,
            None => RowContent::Whole(bytes),
        };
        Ok(Some(RawRow { line, content }))
    }

    /// Skips the second half of a line end.
    fn skip_line_feed(&mut self) -> io::Result<()> {
        if self.is_after_return && self.source.fill_buf()?.first() == Some(&b'\n') {
            self.source.consume(1);
            self.is_after_return = false;
        }
        Ok(())
    }

    /// The number (from 1) of the line that [`Self::next`] will read.
    pub fn line(&self) -> u64 {
        self.lines + 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::row_ends::{LineEnds, ObjectEnds, RecordEnds};
    use super::*;

    fn cut(text: &str, ends: Box<dyn RowEnds>) -> Vec<String> {
        // The buffer is small, so that every line crosses its end.
        let source = io::BufReader::with_capacity(3, text.as_bytes());
        let mut rows = RowReader::new(source, 30, ends);
        let mut out = Vec::new();
        while let Some(RawRow { line, content }) = rows.next().unwrap() {
            let shown = match content {
                RowContent::Whole(bytes) => String::from_utf8(bytes).unwrap(),
                RowContent::TooLong => "too long".to_owned(),
                RowContent::Broken(reason) => format!("broken: {reason}"),
            };
            out.push(format!("{line} {shown}"));
        }
        out
    }

    #[test]
    fn lines_end_in_each_way() {
        let lines = |text| cut(text, Box::new(LineEnds));
        assert_eq!(lines("a\r\nbb\n\nccc"), ["1 a", "2 bb", "3 ", "4 ccc"]);
        assert_eq!(lines("a\rbb\r\rccc\r"), ["1 a", "2 bb", "3 ", "4 ccc"]);
        let long = format!("{}\nb\n", "x".repeat(31));
        assert_eq!(lines(&long), ["1 too long", "2 b"]);
        assert_eq!(lines(""), Vec::<String>::new());
    }

    #[test]
    fn records_keep_the_line_ends_in_quotes() {
        let records = |text| cut(text, Box::new(RecordEnds::new(b',')));
        assert_eq!(
            records("a,\"b\nc\"\"\n,\"\nd,5\"\ne"),
            ["1 a,\"b\nc\"\"\n,\"", "4 d,5\"", "5 e"]
        );
        assert_eq!(records("a,\"b\r\nc\"\r\nd\re"), ["1 a,\"b\r\nc\"", "3 d", "4 e"]);
        assert_eq!(records("a,\"b\" ,c\nd"), ["1 a,\"b\" ,c", "2 d"]);
    }

    #[test]
    fn quotes_without_an_end_are_named() {
        for (text, expected) in [
            ("a,b\nc,\"d\ne,f\n", "2 broken: the quote that opens in line 2 is never closed"),
            ("a\n\"b\nb\",\"c\nd\n", "2 broken: the quote that opens in line 3 is never closed"),
            ("a\n\"b\nc,\"d\"\ne\n", "2 broken: the quote that opens in line 2 closes in line 3"),
            ("a\n\"b \"c\" d\"\ne\n", "2 broken: the quote that opens in line 2 closes in line 2"),
            ("a\n\"b \\\"c\\\" d\"\ne\n", "2 broken: the quote that opens in line 2 closes in"),
        ] {
            let rows = cut(text, Box::new(RecordEnds::new(b',')));
            assert!(rows[1].starts_with(expected), "{rows:?}");
            assert!(rows.len() == 2 || rows.last().unwrap().ends_with(" e"), "{rows:?}");
        }
        let long = format!("a\n\"{}", "x".repeat(40));
        assert!(cut(&long, Box::new(RecordEnds::new(b',')))[1].contains("never closed"));
    }

    #[test]
    fn objects_are_told_by_their_braces() {
        let objects = |text| cut(text, Box::new(ObjectEnds::default()));
        assert_eq!(
            objects("[\n{\"a\": \"}\\\"]\"},\n {\"b\":\n [{}]}]\n"),
            ["1 [\n{\"a\": \"}\\\"]\"}", "2 ,\n {\"b\":\n [{}]}", "4 ]\n"]
        );
        assert_eq!(objects("{\"a\":\n1}\n{}"), ["1 {\"a\":\n1}", "2 \n{}"]);
        let cut_off = objects("[{\"a\": 1}, {\"b\":\n 2");
        assert!(cut_off[1].contains("the object that begins in line 1 is never closed"));
        let cut_off = objects("[{\"a\": 1}");
        assert!(cut_off[1].contains("the array that begins in line 1 is never closed"));
    }
}
