//! Hits as rows of CSV or TSV. The first row names the columns, and an absent value is an empty
//! cell.

use std::io::{self, Write};
use std::ops::Range;

use super::citation::citation;
use crate::error::{Error, Result};
use crate::model::ArchiveTime;
use crate::printer::rows::{RowOptions, cell, write_row};
use crate::search::{Hit, NeighbourClause, Totals};

/// How hits are written as rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOptions {
    /// How each row is written.
    pub rows: RowOptions,
    /// The columns.
    pub fields: TableFields,
}

/// A column: its name, and the cell that a hit has in it.
struct TableField {
    name: &'static str,
    cell: fn(&Hit) -> String,
}

const fn field(name: &'static str, cell: fn(&Hit) -> String) -> TableField {
    TableField { name, cell }
}

/// All columns, in the order of the fields of a hit.
///
/// The source of a hit has columns for its parts, and a column for all of them on request.
const FIELDS: [TableField; 35] = [
    field("rank", |hit| hit.rank.to_string()),
    field("score", |hit| cell(hit.score.map(|score| format!("{score:.4}")))),
    field("id", |hit| hit.id.to_string()),
    field("collection", |hit| hit.collection.clone()),
    field("company", |hit| hit.company.clone()),
    field("type", |hit| hit.policy_type.clone()),
    field("archive_date", |hit| hit.archive_time.date()),
    field("archive_time", |hit| hit.archive_time.rfc3339()),
    field("first_seen", |hit| hit.first_seen.date()),
    field("last_seen", |hit| hit.last_seen.date()),
    field("gone_by", |hit| cell(hit.gone_by.map(ArchiveTime::date))),
    field("ended", |hit| cell(hit.ended.map(ArchiveTime::date))),
    field("snapshots", |hit| hit.snapshots.to_string()),
    field("section", |hit| hit.section.join(" > ")),
    field("number", |hit| cell(hit.number.as_ref())),
    field("kind", |hit| hit.kind.to_string()),
    field("lead_in", |hit| cell(hit.lead_in.as_ref())),
    field("text", |hit| hit.text.clone()),
    field("highlights", |hit| ranges(&hit.highlights)),
    field("lang", |hit| cell(hit.lang.as_ref())),
    field("title", |hit| cell(hit.title.as_ref())),
    field("url", |hit| cell(hit.url.as_ref())),
    field("archive_url", |hit| cell(hit.archive_url.as_ref())),
    field("source.corpus", |hit| hit.source.corpus.clone()),
    field("source.path", |hit| hit.source.path.clone()),
    field("source.commit", |hit| cell(hit.source.commit.as_ref())),
    field("source.entry", |hit| cell(hit.source.entry.as_ref())),
    field("source.line", |hit| cell(hit.source.line)),
    field("same_text_companies", |hit| hit.same_text_companies.to_string()),
    field("group_size", |hit| cell(hit.group_size)),
    field("is_furniture", |hit| cell(hit.is_furniture)),
    field("source", |hit| hit.source.place()),
    field("context_before", |hit| texts(hit.context.iter().flat_map(|context| &context.before))),
    field("context_after", |hit| texts(hit.context.iter().flat_map(|context| &context.after))),
    field("citation", citation),
];

/// The number of columns without a choice; the others are there only on request.
const DEFAULT_FIELDS: usize = FIELDS.len() - 5;

/// The least similarity at which an unknown name gets a suggestion: Damerau-Levenshtein distance
/// over the longer length, subtracted from 1.
const MIN_SIMILARITY: f64 = 0.6;

fn ranges(ranges: &[Range<usize>]) -> String {
    let written: Vec<_> =
        ranges.iter().map(|range| format!("{}-{}", range.start, range.end)).collect();
    written.join(";")
}

/// One line for each clause.
fn texts<'n>(neighbours: impl Iterator<Item = &'n NeighbourClause>) -> String {
    neighbours.map(|neighbour| neighbour.text.replace('\n', " ")).collect::<Vec<_>>().join("\n")
}

/// Columns in the order in which they are written, as positions in the list of all columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFields(Vec<usize>);

impl Default for TableFields {
    fn default() -> Self {
        Self((0..DEFAULT_FIELDS).collect())
    }
}

impl TableFields {
    /// The columns with these names.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if there is no column of that name, or no name.
    pub fn named(names: &[String]) -> Result<Self> {
        let mut fields = Vec::with_capacity(names.len());
        for name in names {
            fields.push(position(name).ok_or_else(|| unknown(name))?);
        }
        if fields.is_empty() { Err(unknown("")) } else { Ok(Self(fields)) }
    }

    /// The same columns, and at the end the one with this name unless it is among them.
    #[must_use]
    pub fn with(mut self, name: &str) -> Self {
        self.0.extend(position(name).filter(|at| !self.0.contains(at)));
        self
    }

    fn chosen(&self) -> impl Iterator<Item = &'static TableField> {
        self.0.iter().filter_map(|&at| FIELDS.get(at))
    }
}

fn position(name: &str) -> Option<usize> {
    FIELDS.iter().position(|field| field.name == name)
}

fn unknown(name: &str) -> Error {
    let lower = name.to_lowercase();
    let similar = FIELDS
        .iter()
        .map(|field| (strsim::normalized_damerau_levenshtein(&lower, field.name), field.name))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY);
    let hint = match similar {
        Some((_, similar)) => format!("did you mean `{similar}`? "),
        None => String::new(),
    };
    let names = FIELDS.map(|field| field.name).join(", ");
    Error::Usage(format!("no field `{name}`; {hint}fields: {names}"))
}

/// Writes the row with the names of the columns.
pub(super) fn write_names(out: &mut impl Write, options: &TableOptions) -> io::Result<()> {
    let names = options.fields.chosen().map(|field| field.name.to_owned());
    write_row(out, options.rows, names)
}

/// Writes the row of a hit.
pub(super) fn write_hit(out: &mut impl Write, hit: &Hit, options: &TableOptions) -> io::Result<()> {
    let cells = options.fields.chosen().map(|field| (field.cell)(hit));
    write_row(out, options.rows, cells)
}

/// Writes the totals as a table of one row.
pub(super) fn write_totals(
    out: &mut impl Write,
    totals: &Totals,
    options: &TableOptions,
) -> io::Result<()> {
    let Totals { clauses, policies, companies, snapshots, groups, furniture_left_out } = *totals;
    let mut names = vec!["clauses", "policies", "companies", "snapshots"];
    let mut numbers = vec![clauses, policies, companies, snapshots];
    if let Some(groups) = groups {
        names.push("groups");
        numbers.push(groups);
    }
    if furniture_left_out > 0 {
        names.push("furniture_left_out");
        numbers.push(furniture_left_out);
    }
    write_row(out, options.rows, names.into_iter().map(str::to_owned))?;
    write_row(out, options.rows, numbers.iter().map(u64::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(fields: &TableFields) -> Vec<&'static str> {
        fields.chosen().map(|field| field.name).collect()
    }

    #[test]
    fn columns_are_chosen_by_name() {
        let wanted = ["text", "company", "source"].map(str::to_owned);
        assert_eq!(names(&TableFields::named(&wanted).unwrap()), wanted);
        let cited = TableFields::default().with("citation");
        assert_eq!(names(&cited).last(), Some(&"citation"));
        assert_eq!(cited.clone().with("citation"), cited);
    }

    #[test]
    fn unknown_columns_get_a_suggestion() {
        let error = TableFields::named(&["Compny".to_owned()]).unwrap_err().to_string();
        assert!(
            error.starts_with("no field `Compny`; did you mean `company`? fields: rank, score, "),
            "{error}"
        );
        let error = TableFields::named(&["zzz".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("no field `zzz`; fields: rank, "), "{error}");
    }
}
