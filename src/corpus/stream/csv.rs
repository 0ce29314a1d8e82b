//! CSV: one snapshot in each row; the first row names the fields.

use super::jsonl::JsonMembers;
use super::record::{FIELDS, FieldNames};
use crate::corpus::source_text::SourceText;

/// The possible delimiters. If a line has several equally often, the last of them wins.
const DELIMITERS: [u8; 3] = [b';', b'\t', b','];

/// The delimiter of a table: the possible delimiter that is most frequent in the first line.
pub(super) fn delimiter(head: &[u8]) -> u8 {
    let line = first_line(head);
    DELIMITERS
        .into_iter()
        .max_by_key(|&delimiter| memchr::memchr_iter(delimiter, line).count())
        .expect("there are three possible delimiters")
}

/// Whether these first bytes are the head of a table of snapshots: its first row names the company
/// and at least one other known field.
pub(super) fn is_table(head: &[u8], names: &FieldNames) -> bool {
    let line = SourceText::decode(first_line(head).to_vec()).body;
    let Ok(fields) = fields(&line, delimiter(head)) else { return false };
    let known: Vec<_> = FIELDS
        .into_iter()
        .filter(|ours| fields.iter().any(|field| field == names.theirs(ours)))
        .collect();
    known.contains(&"company") && known.len() > 1
}

fn first_line(head: &[u8]) -> &[u8] {
    &head[..memchr::memchr(b'\n', head).unwrap_or(head.len())]
}

/// The fields of one record.
pub(super) fn fields(record: &str, delimiter: u8) -> Result<Vec<String>, String> {
    let record = record.as_bytes();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .buffer_capacity(record.len().clamp(64, 8192))
        .from_reader(record);
    let mut fields = csv::StringRecord::new();
    reader.read_record(&mut fields).map_err(|error| error.to_string())?;
    Ok(fields.iter().map(str::to_owned).collect())
}

/// The members of a row, as texts. Empty fields count as missing.
pub(super) fn members(header: &[String], row: Vec<String>) -> Result<JsonMembers, String> {
    if header.len() != row.len() {
        return Err(format!("has {} fields, the header {}", row.len(), header.len()));
    }
    let mut members = JsonMembers::new();
    for (name, value) in header.iter().zip(row) {
        if !value.is_empty() {
            members.insert(name.clone(), serde_json::Value::from(value).to_string());
        }
    }
    Ok(members)
}
