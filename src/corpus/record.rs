//! The fields of a snapshot in JSON Lines and CSV: `schema/snapshot.schema.json`.

use std::collections::BTreeMap;

use super::facts::Facts;
use super::forms::Record;
use super::html::HtmlForm;
use super::text::{MAX_BYTES, SourceText};
use super::times::{TIME_FORMS, archive_time};
use crate::error::{Error, Result};
use crate::model::PRIVACY_POLICY;

/// The fields that have a meaning; others are metadata.
pub(super) const FIELDS: [&str; 11] = [
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

/// Which fields are called what.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// By ours.
    theirs: BTreeMap<&'static str, String>,
}

impl Names {
    /// The names under a `--map`.
    ///
    /// # Errors
    ///
    /// It names a field that there is not, or one twice.
    pub fn new(map: &[(String, String)]) -> Result<Self> {
        let mut theirs: BTreeMap<_, _> =
            FIELDS.iter().map(|&field| (field, field.to_owned())).collect();
        for (position, (ours, name)) in map.iter().enumerate() {
            let Some(entry) = theirs.get_mut(ours.as_str()) else {
                let fields = FIELDS.join(", ");
                return Err(Error::Usage(format!(
                    "--map: there is no field `{ours}`; fields: {fields}"
                )));
            };
            if map[..position].iter().any(|(other, _)| other == ours) {
                return Err(Error::Usage(format!("--map: `{ours}` is named twice")));
            }
            entry.clone_from(name);
        }
        Ok(Self { theirs })
    }

    /// What our field is called there.
    pub fn theirs(&self, ours: &str) -> &str {
        self.theirs.get(ours).map_or("", String::as_str)
    }
}

/// The members of an object or row: JSON values as they were written.
pub(super) type Members = BTreeMap<String, String>;

/// What a line or row says.
pub(super) fn read(
    mut members: Members,
    names: &Names,
    pages: &HtmlForm,
) -> std::result::Result<(Record, Facts, SourceText), String> {
    // A page may have been empty when it was archived.
    let is_blank = members.get(names.theirs("text")).is_some_and(|text| text != "null");
    let mut take = |ours: &str| members.remove(names.theirs(ours)).filter(|value| value != "null");
    let mut text = |ours: &str| match take(ours).as_deref().map(as_text) {
        Some(Some(text)) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
        Some(None) => Err(format!("`{}` is not a text", names.theirs(ours))),
        None => Ok(None),
    };
    let lacks = |ours: &str| format!("has no `{}`", names.theirs(ours));
    let company = text("company")?.ok_or_else(|| lacks("company"))?;
    let policy_type = text("type")?.unwrap_or_else(|| PRIVACY_POLICY.to_owned());
    let (date, time) = (text("date")?, text("archive_time")?);
    let time = time.or(date).ok_or_else(|| lacks("date"))?;
    let time = archive_time(time.trim())
        .ok_or_else(|| format!("`{}` is no date: write {TIME_FORMS}", shorten(&time)))?;
    let (url, archive_url, title) = (text("url")?, text("archive_url")?, text("title")?);
    let (body, html) = (text("text")?, text("html")?);
    let body = match (body, html) {
        (Some(body), _) => body,
        (None, Some(page)) => pages.to_markdown(&page)?,
        (None, None) if is_blank => String::new(),
        (None, None) => return Err(lacks("text")),
    };
    if body.len() as u64 > MAX_BYTES {
        return Err(format!("its text is larger than {} MiB", MAX_BYTES >> 20));
    }
    let is_technical = technical(text("technical"), names)?;
    let own = take("metadata");
    let metadata = metadata(members, title, own)?;
    let record = Record { company: company.trim().to_owned(), policy_type, time };
    Ok((
        record,
        Facts { url, archive_url, is_technical, metadata },
        SourceText { body, is_windows_1252: false },
    ))
}

/// A text, or a number or truth value as it is written.
fn as_text(json: &str) -> Option<String> {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).ok(),
        Some(b'{' | b'[') | None => None,
        Some(_) => Some(json.to_owned()),
    }
}

fn technical(
    value: std::result::Result<Option<String>, String>,
    names: &Names,
) -> std::result::Result<bool, String> {
    match value?.as_deref() {
        None | Some("false" | "False" | "FALSE" | "0") => Ok(false),
        Some("true" | "True" | "TRUE" | "1") => Ok(true),
        Some(_) => Err(format!("`{}` is neither true nor false", names.theirs("technical"))),
    }
}

/// Other members, the title and the metadata object as one object; what the metadata object says wins.
fn metadata(
    mut members: Members,
    title: Option<String>,
    own: Option<String>,
) -> std::result::Result<String, String> {
    if let Some(title) = title {
        members.insert("title".to_owned(), serde_json::Value::from(title).to_string());
    }
    if let Some(own) = own {
        // In CSV the object is itself in a text.
        let object = if own.starts_with('"') { as_text(&own).unwrap_or_default() } else { own };
        if !object.is_empty() {
            members.extend(
                super::jsonl::members(&object).map_err(|_| "`metadata` is no JSON object")?,
            );
        }
    }
    if members.is_empty() {
        return Ok(String::new());
    }
    let shown = members
        .iter()
        .map(|(key, value)| format!("{}:{value}", serde_json::Value::from(key.as_str())));
    Ok(format!("{{{}}}", shown.collect::<Vec<_>>().join(",")))
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}
