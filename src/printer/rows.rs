//! Rows of cells as CSV or TSV, for spreadsheets, databases and line tools.
//!
//! CSV follows RFC 4180: a cell with a comma, a quote or a line break is quoted, and a row ends
//! with CR LF. In TSV no cell is quoted: a tab, line feed, carriage return or backslash in a cell
//! is written as `\t`, `\n`, `\r` or `\\`, as PostgreSQL's COPY and jq's `@tsv` do. So a row of TSV
//! is always one line, nothing is lost, and it ends with LF.

use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::terminal::sanitize::sanitize;

/// The character between cells, which also chooses the rules for writing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableSeparator {
    /// CSV.
    Comma,
    /// TSV.
    Tab,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowOptions {
    /// The character between cells.
    pub separator: TableSeparator,
    /// Whether a cell that a spreadsheet would run as a formula begins with an apostrophe.
    pub guard_formulas: bool,
    /// Whether a terminal may read the output, so that control characters are replaced.
    pub is_terminal: bool,
}

impl RowOptions {
    /// The value of a cell as it is written, before quotes and escapes.
    fn cell(self, value: String) -> String {
        let value = if self.is_terminal { sanitize(&value).into_owned() } else { value };
        if self.guard_formulas { guarded(value) } else { value }
    }
}

/// The value with an apostrophe before it if its first character makes it a formula.
///
/// The list of characters comes from <https://owasp.org/www-community/attacks/CSV_Injection>.
fn guarded(value: String) -> String {
    const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if value.starts_with(FORMULA) { format!("'{value}") } else { value }
}

/// Writes one row. It is assembled in memory and written whole, so nothing stays in a buffer here.
pub(super) fn write_row(
    out: &mut impl Write,
    options: RowOptions,
    cells: impl Iterator<Item = String>,
) -> io::Result<()> {
    let mut builder = WriterBuilder::new();
    match options.separator {
        TableSeparator::Comma => builder.terminator(Terminator::CRLF),
        TableSeparator::Tab => builder.delimiter(b'\t').quote_style(QuoteStyle::Never),
    };
    let mut row = builder.from_writer(Vec::new());
    for cell in cells {
        let cell = options.cell(cell);
        match options.separator {
            TableSeparator::Comma => row.write_field(cell)?,
            TableSeparator::Tab => row.write_field(escaped_for_tsv(&cell))?,
        }
    }
    row.write_record(None::<&[u8]>)?;
    out.write_all(&row.into_inner().map_err(|error| error.into_error())?)
}

/// Writes rows below a row with the names of the columns.
pub(super) fn write_rows(
    out: &mut impl Write,
    options: RowOptions,
    names: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    write_row(out, options, names.iter().map(|name| (*name).to_owned()))?;
    for cells in rows {
        write_row(out, options, cells.into_iter())?;
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
        let options = RowOptions { separator, guard_formulas: false, is_terminal: false };
        write_row(&mut out, options, cells.iter().map(|cell| (*cell).to_owned())).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_become_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠a"] {
            assert_eq!(guarded(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(guarded("a=1".to_owned()), "a=1");
        assert_eq!(guarded(String::new()), "");
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
