//! Hits as rows, for spreadsheets, databases and line tools. The first row names the columns; an absent value is an empty cell.
//!
//! CSV is that of RFC 4180: cells with a comma, a quote or a line break are quoted, rows end with CR LF. In TSV no cell is quoted: a tab, a line
//! feed, a carriage return and a backslash in a value are written `\t`, `\n`, `\r` and `\\`, as PostgreSQL's COPY and jq's `@tsv` do, so that
//! a row is always one line and nothing is lost; rows end with LF.

use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::error::{Error, Result};
use crate::printer::hits::citation::citation;
use crate::printer::terminal::sanitize::sanitize;
use crate::search::{Hit, NeighbourClause, Totals};

/// How rows are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOptions {
    /// What stands between cells.
    pub separator: TableSeparator,
    /// The columns.
    pub fields: TableFields,
    /// Whether a cell that a spreadsheet would take for a formula gets an apostrophe before it.
    pub has_safe_cells: bool,
    /// Whether control characters must be kept out, because a terminal reads along.
    pub is_terminal: bool,
}

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableSeparator {
    /// CSV.
    Comma,
    /// TSV.
    Tab,
}

type Cell = fn(&Hit) -> String;

/// Every column, in the order of the fields of a hit. `source` is there twice: its parts, which are columns unless others are chosen, and whole.
const FIELDS: [(&str, Cell); 32] = [
    ("rank", |hit| hit.rank.to_string()),
    ("score", |hit| hit.score.map(|score| format!("{score:.4}")).unwrap_or_default()),
    ("id", |hit| hit.id.clone()),
    ("collection", |hit| hit.collection.clone()),
    ("company", |hit| hit.company.clone()),
    ("type", |hit| hit.policy_type.clone()),
    ("archive_date", |hit| hit.archive_date.clone()),
    ("archive_time", |hit| hit.archive_time.clone()),
    ("first_seen", |hit| hit.first_seen.clone()),
    ("last_seen", |hit| hit.last_seen.clone()),
    ("gone_by", |hit| hit.gone_by.clone().unwrap_or_default()),
    ("snapshots", |hit| hit.snapshots.to_string()),
    ("section", |hit| hit.section.join(" > ")),
    ("kind", |hit| hit.kind.to_string()),
    ("lead_in", |hit| hit.lead_in.clone().unwrap_or_default()),
    ("text", |hit| hit.text.clone()),
    ("highlights", |hit| ranges(&hit.highlights)),
    ("lang", |hit| hit.lang.clone().unwrap_or_default()),
    ("title", |hit| hit.title.clone().unwrap_or_default()),
    ("url", |hit| hit.url.clone().unwrap_or_default()),
    ("archive_url", |hit| hit.archive_url.clone().unwrap_or_default()),
    ("source.corpus", |hit| hit.source.corpus.clone()),
    ("source.path", |hit| hit.source.path.clone()),
    ("source.commit", |hit| hit.source.commit.clone().unwrap_or_default()),
    ("source.entry", |hit| hit.source.entry.clone().unwrap_or_default()),
    ("source.line", |hit| number(hit.source.line)),
    ("same_text_companies", |hit| hit.same_text_companies.to_string()),
    ("group_size", |hit| number(hit.group_size)),
    ("source", |hit| hit.source.place()),
    ("context_before", |hit| texts(hit.context.iter().flat_map(|context| &context.before))),
    ("context_after", |hit| texts(hit.context.iter().flat_map(|context| &context.after))),
    ("citation", citation),
];

/// The columns from here on are there only if somebody asks for them.
const ON_REQUEST: usize = FIELDS.len() - 4;
/// How alike (Damerau-Levenshtein over the longer length, 0 to 1) a name must be to be offered.
const NEAR: f64 = 0.6;

fn number(number: Option<u64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn ranges(ranges: &[(usize, usize)]) -> String {
    let written: Vec<_> = ranges.iter().map(|(start, end)| format!("{start}-{end}")).collect();
    written.join(";")
}

/// A line for each clause.
fn texts<'n>(neighbours: impl Iterator<Item = &'n NeighbourClause>) -> String {
    neighbours.map(|neighbour| neighbour.text.replace('\n', " ")).collect::<Vec<_>>().join("\n")
}

/// Columns in an order: positions in the table of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFields(Vec<usize>);

impl Default for TableFields {
    fn default() -> Self {
        Self((0..ON_REQUEST).collect())
    }
}

impl TableFields {
    /// The fields with these names.
    ///
    /// # Errors
    ///
    /// A name that no field has, or none at all.
    pub fn named(names: &[String]) -> Result<Self> {
        let position = |name: &String| {
            let found = FIELDS.iter().position(|(known, _)| known == name);
            found.ok_or_else(|| Error::Usage(unknown(name)))
        };
        let fields: Vec<usize> = names.iter().map(position).collect::<Result<_>>()?;
        if fields.is_empty() { Err(Error::Usage(unknown(""))) } else { Ok(Self(fields)) }
    }

    /// The same fields, and the one with this name at the end if it is not among them.
    #[must_use]
    pub fn with(mut self, name: &str) -> Self {
        let field = FIELDS.iter().position(|(known, _)| *known == name);
        self.0.extend(field.filter(|at| !self.0.contains(at)));
        self
    }

    fn chosen(&self) -> impl Iterator<Item = &'static (&'static str, Cell)> {
        self.0.iter().filter_map(|&at| FIELDS.get(at))
    }
}

fn unknown(name: &str) -> String {
    let likeness =
        |known: &str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), known);
    let names = || FIELDS.iter().map(|(known, _)| *known);
    let near = names()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .filter(|near| likeness(near) >= NEAR);
    let hint = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    format!("no field `{name}`; {hint}fields: {}", names().collect::<Vec<_>>().join(", "))
}

pub(in crate::printer) fn begin(out: &mut impl Write, options: &TableOptions) -> io::Result<()> {
    row(out, options.separator, options.fields.chosen().map(|(name, _)| (*name).to_owned()))
}

pub(in crate::printer) fn hit(
    out: &mut impl Write,
    hit: &Hit,
    options: &TableOptions,
) -> io::Result<()> {
    let cells = options.fields.chosen().map(|(_, cell)| {
        let value = cell(hit);
        let value = if options.is_terminal { sanitize(&value).into_owned() } else { value };
        if options.has_safe_cells { guarded(value) } else { value }
    });
    row(out, options.separator, cells)
}

/// The totals as a table of one row.
pub(in crate::printer) fn totals(
    out: &mut impl Write,
    totals: &Totals,
    options: &TableOptions,
) -> io::Result<()> {
    let Totals { clauses, policies, companies, snapshots, groups } = *totals;
    let mut columns = vec![
        ("clauses", clauses),
        ("policies", policies),
        ("companies", companies),
        ("snapshots", snapshots),
    ];
    columns.extend(groups.map(|groups| ("groups", groups)));
    row(out, options.separator, columns.iter().map(|(name, _)| (*name).to_owned()))?;
    row(out, options.separator, columns.iter().map(|(_, number)| number.to_string()))
}

/// Writes rows (RFC 4180) below a row of names.
pub(in crate::printer) fn print_rows(
    out: &mut impl Write,
    names: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<()> {
    row(out, TableSeparator::Comma, names.iter().map(|name| (*name).to_owned()))?;
    for cells in rows {
        row(out, TableSeparator::Comma, cells.into_iter())?;
    }
    out.flush()
}

/// What a spreadsheet takes for a formula by its first character, as text: OWASP's list.
fn guarded(value: String) -> String {
    if value.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{value}")
    } else {
        value
    }
}

/// Writes one row. Each is made in memory and handed on whole: nothing waits here.
pub(in crate::printer) fn row(
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
        row.write_field(if separator == TableSeparator::Tab { escaped(&cell) } else { cell })?;
    }
    row.write_record(None::<&[u8]>)?;
    out.write_all(&row.into_inner().map_err(|error| error.into_error())?)
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(separator: TableSeparator, cells: &[&str]) -> String {
        let mut out = Vec::new();
        row(&mut out, separator, cells.iter().map(|cell| (*cell).to_owned())).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_row_is_quoted_or_escaped() {
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

    #[test]
    fn formulas_become_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(guarded(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(guarded("a=1".to_owned()), "a=1");
        assert_eq!(guarded(String::new()), "");
    }

    #[test]
    fn fields_have_names() {
        let names =
            |fields: &TableFields| fields.chosen().map(|(name, _)| *name).collect::<Vec<_>>();
        let wanted = ["text", "company", "source"].map(str::to_owned);
        assert_eq!(names(&TableFields::named(&wanted).unwrap()), wanted);
        let cited = TableFields::default().with("citation");
        assert_eq!(names(&cited).last(), Some(&"citation"));
        assert_eq!(cited.clone().with("citation"), cited);
        let error = TableFields::named(&["Compny".to_owned()]).unwrap_err().to_string();
        assert!(
            error.starts_with("no field `Compny`; did you mean `company`? fields: rank, score, "),
            "{error}"
        );
        let error = TableFields::named(&["zzz".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("no field `zzz`; fields: rank, "), "{error}");
    }
}
