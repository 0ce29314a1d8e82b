//! The rows of a stream as texts, decoded alike.

use std::collections::VecDeque;
use std::io::{self, BufRead};

use super::row_reader::{RawRow, RowContent, RowReader};
use crate::corpus::encodings::RowDecoder;
use crate::corpus::found_snapshot::fingerprint;
use crate::corpus::source_text::{SourceText, without_furniture_marks};

/// How many bytes of rows are read ahead to tell the encoding of rows that are not ASCII. More make
/// the result no better.
const AHEAD_BYTES: usize = 1 << 20;

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// A row of a stream.
pub(in crate::corpus::stream) struct TextRow {
    /// The line from 1 at which it begins.
    pub line: u64,
    /// The fingerprint of its line and of its bytes as they are in the stream. The index stores the
    /// number of the line, so it is a part of the state.
    pub print: u64,
    /// Its text.
    pub text: SourceText,
}

/// Decodes the rows of a stream.
pub(in crate::corpus::stream) struct DecodedRows<R> {
    rows: RowReader<R>,
    decoder: RowDecoder,
    /// The rows that were read ahead.
    ahead: VecDeque<RawRow>,
    /// The error behind these rows.
    failure: Option<io::Error>,
}

impl<R: BufRead> DecodedRows<R> {
    pub fn new(rows: RowReader<R>) -> Self {
        Self { rows, decoder: RowDecoder::default(), ahead: VecDeque::new(), failure: None }
    }

    /// Reads the next row, or why there is none at its line. Returns `None` at the end of the
    /// stream.
    pub fn next(&mut self) -> io::Result<Option<Result<TextRow, RawRow>>> {
        let Some(row) = self.next_raw()? else { return Ok(None) };
        let RawRow { line, content: RowContent::Whole(bytes) } = row else {
            return Ok(Some(Err(row)));
        };
        let print = fingerprint(&[&line.to_le_bytes(), &bytes]);
        let (mut body, is_recoded) = self.decode(bytes);
        // Files that were joined bring their byte order marks along.
        if body.starts_with(BYTE_ORDER_MARK) {
            body.drain(..BYTE_ORDER_MARK.len_utf8());
        }
        without_furniture_marks(&mut body);
        Ok(Some(Ok(TextRow { line, print, text: SourceText { body, is_recoded } })))
    }

    /// Decodes a row. Returns the text, and whether the bytes were not UTF-8.
    fn decode(&mut self, bytes: Vec<u8>) -> (String, bool) {
        let bytes = match self.decoder.as_utf_8(bytes) {
            Ok(text) => return (text, false),
            Err(bytes) => bytes,
        };
        if self.decoder.needs_evidence(&bytes) {
            self.look_ahead();
            let ahead = self.ahead.iter().filter_map(|row| match &row.content {
                RowContent::Whole(bytes) => Some(bytes.as_slice()),
                _ => None,
            });
            self.decoder.learn(std::iter::once(bytes.as_slice()).chain(ahead));
        }
        self.decoder.decode(bytes)
    }

    fn next_raw(&mut self) -> io::Result<Option<RawRow>> {
        match (self.ahead.pop_front(), self.failure.take()) {
            (Some(row), failure) => {
                self.failure = failure;
                Ok(Some(row))
            }
            (None, Some(failure)) => Err(failure),
            (None, None) => self.rows.next(),
        }
    }

    /// Reads rows ahead. An error is kept for after them.
    fn look_ahead(&mut self) {
        let mut bytes = 0;
        while bytes < AHEAD_BYTES && self.failure.is_none() {
            match self.rows.next() {
                Ok(Some(row)) => {
                    bytes += match &row.content {
                        RowContent::Whole(row) => row.len() + 1,
                        _ => 1,
                    };
                    self.ahead.push_back(row);
                }
                Ok(None) => return,
                Err(failure) => self.failure = Some(failure),
            }
        }
    }

    /// The number (from 1) of the line that [`Self::next`] will read.
    pub fn line(&self) -> u64 {
        self.ahead.front().map_or_else(|| self.rows.line(), |row| row.line)
    }
}
