//! CSV: one snapshot in each row, the first row names the fields.

use super::record::{FIELDS, Members, Names};

/// What separates fields, by the first line: the candidate of which there are most.
pub(super) fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
    // Of equals the last wins: the comma.
    [b';', b'\t', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

/// Whether this is the head of a table of snapshots.
pub(super) fn is_table(head: &[u8], names: &Names) -> bool {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let Ok(fields) = fields(line, delimiter(head)) else { return false };
    let has = |ours: &str| fields.iter().any(|field| field == names.theirs(ours));
    has("company") && FIELDS.into_iter().filter(|field| has(field)).count() > 1
}

/// The fields of one record.
pub(super) fn fields(record: &[u8], delimiter: u8) -> Result<Vec<String>, String> {
    let record = record.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(record);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .buffer_capacity(record.len().clamp(64, 8192))
        .from_reader(record);
    let mut fields = csv::ByteRecord::new();
    reader.read_byte_record(&mut fields).map_err(|error| error.to_string())?;
    Ok(fields.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect())
}

/// The members of a row; empty fields are none.
pub(super) fn members(header: &[String], row: Vec<String>) -> Result<Members, String> {
    if header.len() != row.len() {
        return Err(format!("has {} fields, the header {}", row.len(), header.len()));
    }
    let json = |text: String| serde_json::Value::from(text).to_string();
    let pairs = header.iter().zip(row).filter(|(_, value)| !value.is_empty());
    Ok(pairs.map(|(name, value)| (name.clone(), json(value))).collect())
}
