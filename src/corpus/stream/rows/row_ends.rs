//! Finds where lines, CSV records and JSON objects end.

/// Where a row ends in a buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus::stream) struct RowEnd {
    /// How many bytes belong to the row.
    pub row: usize,
    /// How many bytes are done with: those and the line end.
    pub all: usize,
}

impl RowEnd {
    /// The end at a byte that is no part of the row.
    fn before(at: usize) -> Self {
        Self { row: at, all: at + 1 }
    }
}

/// Finds the ends of rows. The state is the state of the row that is being read.
pub(in crate::corpus::stream) trait RowEnds {
    /// Looks for the end of the row in the next bytes, of which the first is in line `line`.
    /// Returns `None` if the row goes on after them.
    fn find(&mut self, buffer: &[u8], line: u64) -> Option<RowEnd>;

    /// Ends the row, at its end or at the end of the stream, and begins the next. Returns the
    /// defect of the row if nobody can tell what belongs to it.
    fn finish(&mut self) -> Option<String>;
}

/// Counts the line ends in some bytes: line feeds, carriage returns, and pairs of these. The flag
/// says whether the byte before was a carriage return, and is set for the next bytes.
pub(in crate::corpus::stream) fn line_ends(bytes: &[u8], is_after_return: &mut bool) -> u64 {
    let mut count = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        let before = if at == 0 { *is_after_return } else { bytes[at - 1] == b'\r' };
        count += u64::from(!(before && bytes[at] == b'\n'));
    }
    if let Some(last) = bytes.last() {
        *is_after_return = *last == b'\r';
    }
    count
}

/// The ends of lines.
pub(in crate::corpus::stream) struct LineEnds;

impl RowEnds for LineEnds {
    fn find(&mut self, buffer: &[u8], _line: u64) -> Option<RowEnd> {
        memchr::memchr2(b'\n', b'\r', buffer).map(RowEnd::before)
    }

    fn finish(&mut self) -> Option<String> {
        None
    }
}

/// Where the next byte is in a CSV record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CsvState {
    /// At the start of a cell.
    CellStart,
    /// In a cell without quotes.
    Bare,
    /// In a quoted cell.
    Quoted,
    /// After a quote in a quoted cell, which ends the cell or is the first of a doubled quote.
    AfterQuote,
    /// After the closing quote of a cell and a blank.
    Closed,
}

/// The ends of CSV records. A quoted cell may contain line ends.
///
/// A quote that is never closed, or that closes within a cell, is an error: most readers go on
/// somehow, and then the texts of other rows become a part of this one.
pub(in crate::corpus::stream) struct RecordEnds {
    delimiter: u8,
    state: CsvState,
    /// The line in which the last quote opened.
    quote_line: u64,
    defect: Option<String>,
}

impl RecordEnds {
    pub fn new(delimiter: u8) -> Self {
        Self { delimiter, state: CsvState::CellStart, quote_line: 0, defect: None }
    }

    /// The state after a byte within a record, in line `line`.
    fn after(&mut self, byte: u8, line: u64) -> CsvState {
        match (self.state, byte) {
            (CsvState::Quoted, b'"') => CsvState::AfterQuote,
            (CsvState::Quoted, _) | (CsvState::AfterQuote, b'"') => CsvState::Quoted,
            (CsvState::CellStart, b'"') => {
                self.quote_line = line;
                CsvState::Quoted
            }
            (_, byte) if byte == self.delimiter => CsvState::CellStart,
            (CsvState::AfterQuote | CsvState::Closed, b' ') => CsvState::Closed,
            (CsvState::AfterQuote | CsvState::Closed, _) => {
                self.defect.get_or_insert_with(|| {
                    format!(
                        "the quote that opens in line {} closes in line {line}, but not at the end \
                         of its cell; within a cell, write each quote twice",
                        self.quote_line
                    )
                });
                CsvState::Bare
            }
            _ => CsvState::Bare,
        }
    }
}

impl RowEnds for RecordEnds {
    fn find(&mut self, buffer: &[u8], mut line: u64) -> Option<RowEnd> {
        for (at, &byte) in buffer.iter().enumerate() {
            let is_line_end = matches!(byte, b'\n' | b'\r');
            if is_line_end && self.state != CsvState::Quoted {
                return Some(RowEnd::before(at));
            }
            self.state = self.after(byte, line);
            let is_pair = byte == b'\r' && buffer.get(at + 1) == Some(&b'\n');
            line += u64::from(is_line_end && !is_pair);
        }
        None
    }

    fn finish(&mut self) -> Option<String> {
        let state = std::mem::replace(&mut self.state, CsvState::CellStart);
        let defect = self.defect.take();
        if state != CsvState::Quoted {
            return defect;
        }
        Some(format!(
            "the quote that opens in line {} is never closed, so nothing after it can be read",
            self.quote_line
        ))
    }
}

/// The ends of JSON objects, which follow one another or are the elements of an array. Bytes
/// between two objects belong to the second.
#[derive(Default)]
pub(in crate::corpus::stream) struct ObjectEnds {
    /// How many braces and brackets of the object are open.
    depth: u64,
    is_in_string: bool,
    is_after_backslash: bool,
    /// The line in which the object begins.
    line: u64,
    /// The line in which the array around the objects begins, while it is open.
    array_line: Option<u64>,
    /// Whether something other than an object has begun in its place.
    is_in_other: bool,
    /// Whether an object has ended since the last call of [`RowEnds::finish`].
    has_ended: bool,
}

impl ObjectEnds {
    /// Reads a byte of an object. Returns whether the object ends with it.
    fn ends_with(&mut self, byte: u8) -> bool {
        if self.is_in_string {
            let is_escaped = std::mem::take(&mut self.is_after_backslash);
            self.is_after_backslash = byte == b'\\' && !is_escaped;
            self.is_in_string = byte != b'"' || is_escaped;
            return false;
        }
        match byte {
            b'"' => self.is_in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        self.depth == 0
    }

    /// Reads a byte between objects. Returns whether it ends something that is no object.
    fn between(&mut self, byte: u8, line: u64) -> bool {
        match byte {
            b',' => return std::mem::take(&mut self.is_in_other),
            b'[' if self.array_line.is_none() => self.array_line = Some(line),
            b'{' | b'[' => (self.depth, self.line) = (1, line),
            b']' => self.array_line = None,
            byte => self.is_in_other |= !byte.is_ascii_whitespace(),
        }
        false
    }
}

impl RowEnds for ObjectEnds {
    fn find(&mut self, buffer: &[u8], mut line: u64) -> Option<RowEnd> {
        for (at, &byte) in buffer.iter().enumerate() {
            let is_between = self.depth == 0;
            if is_between && self.between(byte, line) || !is_between && self.ends_with(byte) {
                self.has_ended = true;
                return Some(RowEnd { row: at + 1, all: at + 1 });
            }
            let is_pair = byte == b'\r' && buffer.get(at + 1) == Some(&b'\n');
            line += u64::from(matches!(byte, b'\n' | b'\r') && !is_pair);
        }
        None
    }

    fn finish(&mut self) -> Option<String> {
        if std::mem::take(&mut self.has_ended) {
            return None;
        }
        // The stream has ended.
        let array_line = self.array_line.take();
        let is_open = self.depth > 0;
        self.depth = 0;
        let (opened, line) = match array_line {
            _ if is_open => ("object", self.line),
            Some(line) => ("array", line),
            None => return None,
        };
        Some(format!(
            "the {opened} that begins in line {line} is never closed; is the file cut off?"
        ))
    }
}
