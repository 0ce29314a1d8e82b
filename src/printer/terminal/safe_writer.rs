//! Makes the text of a format for programs safe for a terminal.

use std::io::{self, Write};

use super::sanitize::sanitize;

/// A writer of lines. For a terminal it replaces the characters that a terminal would obey; into a
/// file or a pipe it changes nothing.
///
/// A line reaches a terminal when it is complete, or when the writer is flushed.
pub struct SafeWriter<W: Write> {
    out: W,
    is_terminal: bool,
    /// The line that is not complete.
    line: Vec<u8>,
}

impl<W: Write> SafeWriter<W> {
    /// A writer to `out`, which is a terminal or not.
    pub fn new(out: W, is_terminal: bool) -> Self {
        Self { out, is_terminal, line: Vec::new() }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.line);
        let end = if text.ends_with('\n') { "\n" } else { "" };
        // Rows of CSV end with CR LF.
        let bare = text.trim_end_matches('\n').trim_end_matches('\r');
        // Tabs part the columns of TSV.
        let safe: Vec<_> = bare.split('\t').map(sanitize).collect();
        write!(self.out, "{}{end}", safe.join("\t"))?;
        self.line.clear();
        Ok(())
    }
}

impl<W: Write> Write for SafeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.out.write(bytes);
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.write_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.line.is_empty() {
            self.write_line()?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_terminal: bool, pieces: &[&str]) -> String {
        let mut out = Vec::new();
        let mut writer = SafeWriter::new(&mut out, is_terminal);
        for piece in pieces {
            writer.write_all(piece.as_bytes()).expect("a vector takes all");
        }
        writer.flush().expect("a vector takes all");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn only_a_terminal_gets_other_characters() {
        let pieces = ["a\u{1b}[31m", "\tb\r\n\u{202e}c", "\n\nd\t"];
        assert_eq!(written(true, &pieces), "a\u{fffd}[31m\tb\n\u{fffd}c\n\nd\t");
        assert_eq!(written(false, &pieces), pieces.concat());
    }
}
