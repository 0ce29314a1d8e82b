//! The fields of a snapshot in JSON Lines and CSV, as `schema/snapshot.schema.json` defines them.

use std::collections::BTreeMap;

use super::json::{self, JsonMembers};
use crate::corpus::forms::form::{SnapshotKey, SnapshotRecord, UnreadText};
use crate::corpus::forms::given_company::GivenCompany;
use crate::corpus::forms::html::conversion::{convert_page, to_markdown};
use crate::corpus::read_options::ReadOptions;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::{MAX_BYTES, SourceText, too_large_text, without_furniture_marks};
use crate::corpus::times::{archive_time, no_time};
use crate::error::{self, Error};
use crate::model::PRIVACY_POLICY;

/// The fields that have a meaning. All other fields are metadata.
pub(in crate::corpus::stream) const FIELDS: [&str; 11] = [
    "company",
    "type",
    "date",
    "archive_time",
    "text",
    "html",
    "url",
    "archive_url",
    "title",
    "technical",
    "metadata",
];

/// The names of the fields in a corpus, and what the user gives in place of a field.
#[derive(Debug, Clone)]
pub(in crate::corpus::stream) struct FieldNames {
    /// The name in the corpus by our name. Every one of [`FIELDS`] has an entry.
    theirs: BTreeMap<&'static str, String>,
    /// The company of all rows.
    company: Option<GivenCompany>,
}

impl FieldNames {
    /// Returns the names under these options, which map our names to the names in the corpus.
    ///
    /// # Errors
    ///
    /// The mapping names an unknown field, or one field twice; or the company is blank.
    pub fn new(options: &ReadOptions) -> error::Result<Self> {
        let map = &options.map;
        let mut theirs: BTreeMap<_, _> =
            FIELDS.iter().map(|&field| (field, field.to_owned())).collect();
        for (position, (ours, name)) in map.iter().enumerate() {
            let Some(entry) = theirs.get_mut(ours.as_str()) else {
                return Err(Error::UnknownMapField { field: ours.clone(), fields: &FIELDS });
            };
            if map[..position].iter().any(|(other, _)| other == ours) {
                return Err(Error::RepeatedMapField { field: ours.clone() });
            }
            if map[..position].iter().any(|(_, other)| other == name) {
                return Err(Error::RepeatedMapField { field: name.clone() });
            }
            entry.clone_from(name);
        }
        Ok(Self { theirs, company: GivenCompany::of(options)? })
    }

    /// The name of our field in the corpus.
    pub fn theirs(&self, ours: &str) -> &str {
        self.theirs.get(ours).expect("every field has a name")
    }

    /// Whether the rows have to name the company.
    pub fn needs_company(&self) -> bool {
        self.company.is_none()
    }
}

/// Reads the snapshot in a line or row. `is_recoded` says whether its bytes were not UTF-8.
///
/// # Errors
///
/// A field is missing or invalid, or its page has no text.
pub(in crate::corpus::stream) fn read(
    members: JsonMembers,
    names: &FieldNames,
    is_recoded: bool,
) -> Result<SnapshotRecord, UnreadText> {
    let mut fields = RecordFields { members, names };
    // An empty text is a text: a page may have been empty when it was archived.
    let has_text = fields.has("text");
    let company = fields.company()?;
    let policy_type = fields.text("type")?.unwrap_or_else(|| PRIVACY_POLICY.to_owned());
    let date = fields.text("date")?;
    let Some(time) = fields.text("archive_time")?.or(date) else {
        return Err(fields.lacks("date").into());
    };
    let time = archive_time(time.trim()).ok_or_else(|| no_time(time.trim()))?;
    let (url, archive_url) = (fields.text("url")?, fields.text("archive_url")?);
    let title = fields.text("title")?;
    let text = SourceText { body: fields.body(has_text)?, is_recoded };
    let is_technical = fields.is_technical()?;
    let metadata = fields.into_metadata(title)?;
    Ok(SnapshotRecord {
        key: SnapshotKey { company, policy_type, time },
        facts: SnapshotFacts { url, archive_url, is_technical, metadata },
        text,
    })
}

/// The members of a line or row, from which known fields are taken one by one.
struct RecordFields<'n> {
    members: JsonMembers,
    names: &'n FieldNames,
}

impl RecordFields<'_> {
    /// Whether the field has a value. `null` is no value.
    fn has(&self, ours: &str) -> bool {
        self.members.get(self.names.theirs(ours)).is_some_and(|value| value != "null")
    }

    /// Removes a field and returns its value as JSON.
    fn take(&mut self, ours: &str) -> Option<String> {
        self.members.remove(self.names.theirs(ours)).filter(|value| value != "null")
    }

    /// Removes a field and returns its text. A blank text counts as missing.
    fn text(&mut self, ours: &str) -> Result<Option<String>, String> {
        let Some(json) = self.take(ours) else { return Ok(None) };
        match as_text(&json) {
            Some(text) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
            None => Err(format!("`{}` is not a text", self.names.theirs(ours))),
        }
    }

    /// Removes the company.
    fn company(&mut self) -> Result<String, String> {
        let own = self.text("company")?.map(|own| own.trim().to_owned());
        match &self.names.company {
            Some(given) => given.of_input(own),
            None => own.ok_or_else(|| self.lacks("company")),
        }
    }

    /// The message for a missing field.
    fn lacks(&self, ours: &str) -> String {
        format!("has no `{}`", self.names.theirs(ours))
    }

    /// Removes the text, or the page that is given in its place. `has_text` says whether there is a
    /// text, which may be blank.
    fn body(&mut self, has_text: bool) -> Result<String, UnreadText> {
        let body = match (self.text("text")?, self.text("html")?) {
            (Some(mut body), _) => {
                without_furniture_marks(&mut body);
                convert_page(&mut body)?;
                body
            }
            (None, Some(page)) => to_markdown(&page)?,
            (None, None) if has_text => String::new(),
            (None, None) => return Err(self.lacks("text").into()),
        };
        if body.len() as u64 > MAX_BYTES {
            return Err(too_large_text().into());
        }
        Ok(body)
    }

    fn is_technical(&mut self) -> Result<bool, String> {
        match self.text("technical")?.as_deref() {
            None | Some("false" | "False" | "FALSE" | "0") => Ok(false),
            Some("true" | "True" | "TRUE" | "1") => Ok(true),
            Some(_) => {
                Err(format!("`{}` is neither true nor false", self.names.theirs("technical")))
            }
        }
    }

    /// Joins the remaining members, the title and the metadata object to one JSON object; empty if
    /// there is nothing. The metadata object wins over members of the same name.
    fn into_metadata(mut self, title: Option<String>) -> Result<String, String> {
        let own = self.take("metadata");
        let mut members = self.members;
        if let Some(title) = title {
            members.insert("title".to_owned(), serde_json::Value::from(title).to_string());
        }
        if let Some(own) = own {
            // A field of CSV is a text, so there the object is written inside a text.
            let object = if own.starts_with('"') { as_text(&own) } else { Some(own) };
            if let Some(object) = object.filter(|object| !object.is_empty()) {
                let object = json::without_lone_surrogates(&object);
                let object = json::members(&object).map_err(|_| "`metadata` is no JSON object")?;
                members.extend(object);
            }
        }
        if members.is_empty() {
            return Ok(String::new());
        }
        let members: Vec<_> = members
            .iter()
            .map(|(key, value)| format!("{}:{value}", serde_json::Value::from(key.as_str())))
            .collect();
        Ok(format!("{{{}}}", members.join(",")))
    }
}

/// The text of a JSON value: a string, or a number or truth value as it is written. Objects and
/// lists have none.
fn as_text(json: &str) -> Option<String> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).ok(),
        Some(b'{' | b'[') | None => None,
        Some(_) => Some(json.to_owned()),
    }
}
