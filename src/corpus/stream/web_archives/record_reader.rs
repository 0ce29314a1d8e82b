//! Cuts a WARC file into records, of which one is read at a time.

use std::io::{self, BufRead, Read};

use super::header_fields::HeaderFields;
use crate::corpus::forms::foreign::is_warc;

/// The size limit of the header of a record, in bytes. Real ones have some hundred.
const MAX_HEADER_BYTES: u64 = 1 << 20;

/// Reads the records of a file.
pub(super) struct RecordReader<R> {
    source: R,
    /// How many bytes of the file have been read, after decompression.
    position: u64,
    /// How many records have begun.
    count: u64,
    /// How many bytes of the block of the last record have not been read.
    block_left: u64,
}

impl<R: BufRead> RecordReader<R> {
    /// Reads a file from its start.
    pub fn new(source: R) -> Self {
        Self { source, position: 0, count: 0, block_left: 0 }
    }

    /// The number of the record that [`RecordReader::next`] will read, from 1.
    pub fn next_number(&self) -> u64 {
        self.count + 1
    }

    /// The size of the part of the block that has not been read, in bytes.
    pub fn block_left(&self) -> u64 {
        self.block_left
    }

    /// Reads the header of the next record. Returns `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// The file is damaged or cut off, so that the rest of it cannot be read.
    pub fn next(&mut self) -> io::Result<Option<HeaderFields>> {
        self.skip_block()?;
        let Some((start, line)) = self.first_line()? else { return Ok(None) };
        if !is_warc(&line) {
            return Err(damage(start, "does not begin a record of a WARC file"));
        }
        self.count += 1;
        let fields = self.fields(start)?;
        let length = fields.get("Content-Length").and_then(|length| length.parse().ok());
        self.block_left = length
            .ok_or_else(|| damage(start, "begins a record without a valid Content-Length"))?;
        Ok(Some(fields))
    }

    /// Reads the block of the record, up to this many bytes.
    ///
    /// # Errors
    ///
    /// The file ends within the block, or cannot be read.
    pub fn read_block(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let wanted = self.block_left.min(limit);
        let mut block = Vec::new();
        let read = self.source.by_ref().take(wanted).read_to_end(&mut block);
        let read = read.map_err(|error| self.after(&error))?;
        self.count_block(read as u64, wanted)?;
        Ok(block)
    }

    fn skip_block(&mut self) -> io::Result<()> {
        let wanted = self.block_left;
        let read = io::copy(&mut self.source.by_ref().take(wanted), &mut io::sink());
        let read = read.map_err(|error| self.after(&error))?;
        self.count_block(read, wanted)
    }

    fn count_block(&mut self, read: u64, wanted: u64) -> io::Result<()> {
        self.position += read;
        self.block_left -= read;
        if read < wanted { Err(self.cut_off()) } else { Ok(()) }
    }

    /// Reads the first line of a record, and returns it with its position. Blank lines end the
    /// record before it; there should be two of them.
    fn first_line(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            let start = self.position;
            match self.line()? {
                line if line.is_empty() => return Ok(None),
                line if line.trim_ascii().is_empty() => {}
                line => return Ok(Some((start, line))),
            }
        }
    }

    /// Reads the fields of the record that begins at `start`, up to the blank line after them.
    fn fields(&mut self, start: u64) -> io::Result<HeaderFields> {
        let mut lines = Vec::new();
        loop {
            let line = self.line()?;
            if !line.ends_with(b"\n") && (line.len() as u64) < MAX_HEADER_BYTES {
                return Err(self.cut_off());
            }
            if line.trim_ascii().is_empty() {
                return Ok(HeaderFields::parse(&lines));
            }
            lines.extend(line);
            if lines.len() as u64 > MAX_HEADER_BYTES {
                return Err(damage(start, "begins a record whose header is larger than 1 MiB"));
            }
        }
    }

    /// Reads a line with its end, up to [`MAX_HEADER_BYTES`]. It is empty at the end of the file.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let read = self.source.by_ref().take(MAX_HEADER_BYTES).read_until(b'\n', &mut line);
        let read = read.map_err(|error| self.after(&error))?;
        self.position += read as u64;
        Ok(line)
    }

    /// An error of the source, with the place up to which it was read.
    fn after(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{error}, after byte {}", self.position))
    }

    fn cut_off(&self) -> io::Error {
        let reason = format!("the file is cut off in this record, at byte {}", self.position);
        io::Error::new(io::ErrorKind::UnexpectedEof, reason)
    }
}

/// The error for a byte of the file at which a record should begin.
fn damage(start: u64, what: &str) -> io::Error {
    io::Error::other(format!("byte {start} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(file: &[u8]) -> Result<Vec<String>, String> {
        let mut records = RecordReader::new(file);
        let mut blocks = Vec::new();
        while records.next().map_err(|error| error.to_string())?.is_some() {
            let block = records.read_block(4).map_err(|error| error.to_string())?;
            blocks.push(String::from_utf8(block).unwrap());
        }
        Ok(blocks)
    }

    #[test]
    fn records_are_cut() {
        let file = b"WARC/1.0\r\nContent-Length: 2\r\n\r\nab\r\n\r\n\
            WARC/1.1\ncontent-length: 6\n\nWARC/x\r\n\r\nWARC/1.0\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(blocks(file).unwrap(), ["ab", "WARC", ""]);
        assert_eq!(blocks(b"").unwrap().len(), 0);
    }

    #[test]
    fn damage_is_named_with_its_place() {
        for (file, expected) in [
            (&b"WARC/1.0\r\nContent-Length: 9\r\n\r\nab"[..], "at byte 33"),
            (b"WARC/1.0\r\nContent-Length: 9", "at byte 27"),
            (b"WARC/1.0\r\nContent-Length: 1\r\n\r\nab\r\n\r\n", "byte 32 does not begin a record"),
            (b"WARC/1.0\r\nContent-Length: -1\r\n\r\n", "byte 0 begins a record without a valid"),
            (b"\r\n<html>", "byte 2 does not begin"),
        ] {
            let error = blocks(file).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
