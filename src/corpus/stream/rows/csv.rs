//! CSV: one snapshot in each row; the first row names the fields.

use std::collections::HashSet;

use super::json::JsonMembers;
use super::record::{FIELDS, FieldNames};

/// The possible delimiters. If nothing tells them apart, the last of them wins.
const DELIMITERS: [u8; 4] = [b'|', b';', b'\t', b','];

/// The line with which Excel names the delimiter, up to the delimiter.
const DELIMITER_LINE: &str = "sep=";

/// The first bytes of a table, as text.
pub(in crate::corpus::stream) struct TableHead {
    pub delimiter: u8,
    /// The names in the first row.
    pub columns: Vec<String>,
}

impl TableHead {
    /// Reads the head of a text as the head of a table. Returns `None` if its first row has one
    /// cell.
    pub fn read(head: &str, names: &FieldNames) -> Option<Self> {
        let mut lines = rows_of(head);
        let first = lines.next()?;
        let (named, line) = match delimiter_of_line(first) {
            Some(delimiter) => (Some(delimiter), lines.next()?),
            None => (None, first),
        };
        let delimiters = named.map_or_else(|| DELIMITERS.to_vec(), |named| vec![named]);
        let readings = delimiters.into_iter().filter_map(|delimiter| {
            let columns = column_names(cells(line, delimiter).ok()?);
            Some(Self { delimiter, columns })
        });
        readings
            .max_by_key(|head| (known(&head.columns, names).len(), head.columns.len()))
            .filter(|head| head.columns.len() > 1)
    }

    /// Whether this is the head of a table of snapshots: it names the company and at least one
    /// other known field, or everything else if the company is given.
    pub fn is_of_snapshots(&self, names: &FieldNames) -> bool {
        if !names.needs_company() && self.missing(names).is_empty() {
            return true;
        }
        let known = known(&self.columns, names);
        known.contains(&"company") && known.len() > 1
    }

    /// The fields that each snapshot needs and for which there is no column.
    pub fn missing(&self, names: &FieldNames) -> Vec<&'static str> {
        missing(&self.columns, names)
    }

    /// Whether the first row of `text` looks like names of columns: at least one of them is like
    /// ours, or they are at least three words, and the next row has as many cells.
    pub fn is_like_table(&self, text: &str, names: &FieldNames) -> bool {
        /// Longer cells are sentences.
        const MAX_NAME_BYTES: usize = 64;
        let are_names = self.columns.iter().all(|name| name.len() <= MAX_NAME_BYTES);
        let is_like_ours = |ours: &&str| near(&self.columns, names.theirs(ours)).is_some();
        let second = rows_of(text).nth(1).and_then(|line| cells(line, self.delimiter).ok());
        let are_words = self.columns.iter().all(|name| !name.is_empty() && !name.contains(' '));
        let has_rows = are_words
            && self.columns.len() > 2
            && second.is_some_and(|row| row.len() == self.columns.len());
        are_names && (has_rows || FIELDS.iter().any(is_like_ours))
    }
}

/// The lines that are rows. Those without a word, blank or of empty cells, count for nothing.
fn rows_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).filter(|line| !is_wordless(line))
}

/// Whether a line has nothing but delimiters, quotes and spaces.
pub(in crate::corpus::stream) fn is_wordless(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || matches!(c, '"' | '\u{FEFF}' | '|' | ';' | ','))
}

/// The delimiter in the line with which Excel names it.
pub(in crate::corpus::stream) fn delimiter_of_line(line: &str) -> Option<u8> {
    match line.trim_matches([' ', '"', '\r', '\n']).strip_prefix(DELIMITER_LINE)?.as_bytes() {
        [delimiter] if delimiter.is_ascii() => Some(*delimiter),
        _ => None,
    }
}

/// Our fields of which these columns have the names.
fn known(columns: &[String], names: &FieldNames) -> Vec<&'static str> {
    let is_column = |ours: &&str| columns.iter().any(|column| column == names.theirs(ours));
    FIELDS.into_iter().filter(is_column).collect()
}

/// The fields that each snapshot needs and that none of these columns gives.
pub(in crate::corpus::stream) fn missing(
    columns: &[String],
    names: &FieldNames,
) -> Vec<&'static str> {
    const NEEDED: [&[&str]; 3] = [&["company"], &["date", "archive_time"], &["text", "html"]];
    let needed = if names.needs_company() { &NEEDED[..] } else { &NEEDED[1..] };
    let known = known(columns, names);
    let is_missing = |fields: &&&[&str]| !fields.iter().any(|field| known.contains(field));
    needed.iter().filter(is_missing).map(|fields| fields[0]).collect()
}

/// The column whose name differs from this one in case only.
pub(in crate::corpus::stream) fn near<'c>(columns: &'c [String], name: &str) -> Option<&'c str> {
    let is_near = |column: &&String| column.to_lowercase() == name.to_lowercase();
    columns.iter().find(is_near).map(String::as_str)
}

/// The names of columns in the cells of the first row.
pub(in crate::corpus::stream) fn column_names(cells: Vec<String>) -> Vec<String> {
    cells.into_iter().map(|name| name.trim().to_owned()).collect()
}

/// The name that two columns have, if there is one. Columns without a name are left out.
pub(in crate::corpus::stream) fn repeated(columns: &[String]) -> Option<&str> {
    let mut seen = HashSet::new();
    columns.iter().map(String::as_str).find(|name| !name.is_empty() && !seen.insert(*name))
}

/// The cells of one record.
pub(in crate::corpus::stream) fn cells(record: &str, delimiter: u8) -> Result<Vec<String>, String> {
    let record = record.as_bytes();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .buffer_capacity(record.len().clamp(64, 8192))
        .from_reader(record);
    // A record that grows takes twice the memory.
    let mut cells = csv::StringRecord::with_capacity(record.len(), 0);
    reader.read_record(&mut cells).map_err(|error| error.to_string())?;
    Ok(cells.iter().map(str::to_owned).collect())
}

/// The members of a row, as texts. Empty cells count as missing.
pub(in crate::corpus::stream) fn members(
    columns: &[String],
    mut row: Vec<String>,
) -> Result<JsonMembers, String> {
    // Some programs end each row with a delimiter.
    while row.len() > columns.len() && row.last().is_some_and(String::is_empty) {
        row.pop();
    }
    if columns.len() != row.len() {
        return Err(format!("has {} fields, the header {}", row.len(), columns.len()));
    }
    let mut members = JsonMembers::new();
    for (name, value) in columns.iter().zip(row).filter(|(_, value)| !value.is_empty()) {
        let value = serde_json::Value::from(value).to_string();
        if members.insert(name.clone(), value).is_some() {
            return Err("has values in two columns without a name".to_owned());
        }
    }
    Ok(members)
}
