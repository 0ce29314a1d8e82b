//! Why a file is no corpus, where its first bytes say more than that no policy is named in it.

use std::path::Path;

use super::compression::plain_name;
use super::rows::csv::{self, TableHead};
use super::rows::json::{self, JsonMembers};
use super::rows::record::{FIELDS, FieldNames};
use super::shape::row_text;
use crate::corpus::forms::foreign;
use crate::error::Error;

/// The error for a stream with these first bytes that holds no policy. Returns `None` if they do
/// not say what the stream is.
pub(super) fn of(path: &Path, head: &[u8], names: &FieldNames) -> Option<Error> {
    if let Some(kind) = foreign::kind(head) {
        return Some(because(kind, path));
    }
    let text = row_text(head);
    let form = form_of_name(path);
    match TableHead::read(&text, names) {
        Some(table) if form == NamedForm::Table || table.is_like_table(&text, names) => {
            Some(columns("column", table.columns, path, names))
        }
        _ if head.is_empty() => None,
        _ if text.trim().is_empty() => Some(because("it contains nothing but white space", path)),
        _ => form.expected().map(|expected| because(expected, path)),
    }
}

/// The form of which a file has the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamedForm {
    Table,
    Json,
    JsonLines,
    Other,
}

impl NamedForm {
    /// Why a file with such a name is not read, although it is no other known format.
    fn expected(self) -> Option<&'static str> {
        match self {
            Self::Table => Some(
                "its first row does not name columns, separated by commas, semicolons, tabs or \
                 bars",
            ),
            Self::Json | Self::JsonLines => Some(
                "it begins neither with an object of JSON nor with an array of objects, such as \
                 {\"company\": ..., \"date\": ..., \"text\": ...}",
            ),
            Self::Other => None,
        }
    }
}

/// The form that the name of a file promises, behind the extension of a compression.
fn form_of_name(path: &Path) -> NamedForm {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let name = name.unwrap_or_default();
    match plain_name(&name).rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv" | "tsv" | "tab" | "psv") => NamedForm::Table,
        Some("json") => NamedForm::Json,
        Some("jsonl" | "ndjson") => NamedForm::JsonLines,
        _ => NamedForm::Other,
    }
}

/// Whether a file has the name of a table, and rows of cells or objects.
pub(super) fn is_table_by_name(path: &Path, head: &[u8], names: &FieldNames) -> bool {
    match form_of_name(path) {
        NamedForm::Table => TableHead::read(&row_text(head), names).is_some(),
        NamedForm::JsonLines => json::layout(&row_text(head)).is_some(),
        // A file of JSON among others may be anything.
        NamedForm::Json | NamedForm::Other => false,
    }
}

/// The error for a stream that is not read for this reason.
pub(super) fn because(reason: &str, path: &Path) -> Error {
    Error::Corpus { path: path.to_owned(), message: format!("nothing to index: {reason}") }
}

/// The error for a table that lacks columns, or for JSON that lacks members; `what` is the word for
/// one of them.
pub(super) fn columns(
    what: &'static str,
    columns: Vec<String>,
    path: &Path,
    names: &FieldNames,
) -> Error {
    let missing = csv::missing(&columns, names);
    let near = FIELDS.into_iter().filter_map(|ours| {
        let theirs = names.theirs(ours);
        let column = csv::near(&columns, theirs).filter(|column| *column != theirs)?;
        Some((ours, column.to_owned()))
    });
    Error::MissingColumns {
        path: path.to_owned(),
        what,
        missing: missing.into_iter().map(|ours| (ours, names.theirs(ours).to_owned())).collect(),
        near: near.collect(),
        columns,
    }
}

/// The error for JSON whose first object has these members. Returns `None` if they are enough for
/// a snapshot.
pub(super) fn members(members: JsonMembers, path: &Path, names: &FieldNames) -> Option<Error> {
    let is_list = |value: &str| {
        value.strip_prefix('[').is_some_and(|list| list.trim_start().starts_with('{'))
    };
    if let Some((name, _)) = members.iter().find(|(_, value)| is_list(value))
        && !members.contains_key(names.theirs("company"))
    {
        let reason = format!(
            "its objects are in the member `{name}`; take them out with `jq -c '.[\"{name}\"][]'`"
        );
        return Some(because(&reason, path));
    }
    let found: Vec<String> = members.into_keys().collect();
    (!csv::missing(&found, names).is_empty()).then(|| columns("member", found, path, names))
}
