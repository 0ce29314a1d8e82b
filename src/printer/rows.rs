//! Rows of cells as CSV or TSV, for spreadsheets, databases and line tools.
//!
//! CSV follows RFC 4180: a cell with a comma, a quote or a line break is quoted, and a row ends
//! with CR LF. In TSV no cell is quoted: a tab, line feed, carriage return or backslash in a cell
//! is written as `\t`, `\n`, `\r` or `\\`, as PostgreSQL's COPY and jq's `@tsv` do. So a row of TSV
//! is always one line, nothing is lost, and it ends with LF.

use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, WriterBuilder};

/// The character between cells, which also chooses the rules for writing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableSeparator {
    /// CSV.
    Comma,
    /// TSV.
    Tab,
}

/// Writes one row. It is assembled in memory and written whole, so nothing stays in a buffer here.
pub(super) fn write_row(
    out: &mut impl Write,
    separator: TableSeparator,
    cells: impl Iterator<Item = String>,
) -> io::Result<()> {
    let mut builder = WriterBuilder::new();
    match separator {
        TableSeparator::Comma => builder.terminator(Terminator::CRLF),
        TableSeparator::Tab => builder.delimiter(b'\t').quote_style(QuoteStyle::Never),
    };
    let mut row = builder.from_writer(Vec::new());
    for cell in cells {
        match separator {
            TableSeparator::Comma => row.write_field(cell)?,
            TableSeparator::Tab => row.write_field(escaped_for_tsv(&cell))?,
        }
    }
    row.write_record(None::<&[u8]>)?;
    out.write_all(&row.into_inner().map_err(|error| error.into_error())?)
}

/// Writes rows of CSV below a row with the names of the columns.
pub(super) fn write_csv(
    out: &mut impl Write,
    names: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    write_row(out, TableSeparator::Comma, names.iter().map(|name| (*name).to_owned()))?;
    for cells in rows {
        write_row(out, TableSeparator::Comma, cells.into_iter())?;
    }
    out.flush()
}

/// The cell of a value that may be absent: an absent value is an empty cell.
pub(super) fn cell(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn escaped_for_tsv(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(separator: TableSeparator, cells: &[&str]) -> String {
        let mut out = Vec::new();
        write_row(&mut out, separator, cells.iter().map(|cell| (*cell).to_owned())).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn cells_are_quoted_or_escaped() {
        let cells = ["a,b", "say \"no\"", "two\nlines", "", "tab\there", r"C:\n"];
        assert_eq!(
            written(TableSeparator::Comma, &cells),
            "\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",,tab\there,C:\\n\r\n"
        );
        assert_eq!(
            written(TableSeparator::Tab, &cells),
            "a,b\tsay \"no\"\ttwo\\nlines\t\ttab\\there\tC:\\\\n\n"
        );
    }
}
