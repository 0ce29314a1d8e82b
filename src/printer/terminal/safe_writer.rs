//! The last step of all output: no control character of a foreign text gets past it.

use std::io::{self, Write};

use super::sanitize::{sanitize, sanitize_styled};

/// What a text is, which decides what becomes of control characters in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputText {
    /// Lines for people, on a terminal or in a pipe that may end on one.
    People {
        /// Whether the program writes styles, which stay.
        has_colour: bool,
    },
    /// A format for programs. Into a file or a pipe nothing of it changes.
    Data {
        /// Whether a terminal reads it.
        is_terminal: bool,
    },
}

/// A writer of lines that replaces the characters that a terminal would obey.
///
/// A line is written when it is complete, or when the writer is flushed.
pub struct SafeWriter<W: Write> {
    out: W,
    text: OutputText,
    /// The line that is not complete.
    line: Vec<u8>,
}

impl<W: Write> SafeWriter<W> {
    /// A writer of such a text to `out`.
    pub fn new(out: W, text: OutputText) -> Self {
        Self { out, text, line: Vec::new() }
    }

    /// Whether this is a format for programs that a terminal reads.
    pub(crate) fn is_for_terminal(&self) -> bool {
        self.text == OutputText::Data { is_terminal: true }
    }

    fn write_line(&mut self) -> io::Result<()> {
        let text = String::from_utf8_lossy(&self.line);
        let end = if text.ends_with('\n') { "\n" } else { "" };
        // Rows of CSV end with CR LF.
        let bare = text.trim_end_matches('\n').trim_end_matches('\r');
        let has_styles = matches!(self.text, OutputText::People { has_colour: true });
        let safe = if has_styles { sanitize_styled } else { sanitize };
        // Tabs part the columns of TSV.
        let safe: Vec<_> = bare.split('\t').map(safe).collect();
        write!(self.out, "{}{end}", safe.join("\t"))?;
        self.line.clear();
        Ok(())
    }
}

impl<W: Write> Write for SafeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.text == (OutputText::Data { is_terminal: false }) {
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

    fn written(text: OutputText, pieces: &[&str]) -> String {
        let mut out = Vec::new();
        let mut writer = SafeWriter::new(&mut out, text);
        for piece in pieces {
            writer.write_all(piece.as_bytes()).expect("a vector takes all");
        }
        writer.flush().expect("a vector takes all");
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn only_data_for_programs_keep_other_characters() {
        let pieces = ["a\u{1b}[31m", "\tb\r\n\u{202e}c", "\n\nd\t"];
        let safe = "a\u{fffd}[31m\tb\n\u{fffd}c\n\nd\t";
        assert_eq!(written(OutputText::Data { is_terminal: true }, &pieces), safe);
        assert_eq!(written(OutputText::People { has_colour: false }, &pieces), safe);
        let unchanged = written(OutputText::Data { is_terminal: false }, &pieces);
        assert_eq!(unchanged, pieces.concat());
    }

    #[test]
    fn styles_are_all_that_a_text_with_colour_keeps() {
        let pieces = ["\u{1b}[1mbold\u{1b}[0m\u{1b}[38;5;1m", "\u{1b}[2J\u{7}\u{9b}1m\u{1b}[\n"];
        let safe = pieces[0].to_owned() + "\u{fffd}[2J\u{fffd}\u{fffd}1m\u{fffd}[\n";
        assert_eq!(written(OutputText::People { has_colour: true }, &pieces), safe);
    }
}
