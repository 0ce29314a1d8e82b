//! The layout of Open Terms Archive histories: `Service/Terms type.md`, with one commit for each
//! record.
//!
//! ```text
//! Record new changes of Acme Terms of Service
//!
//! This version was recorded after extracting from snapshot https://github.com/.../commit/2916...
//!
//! X-engine-version: 15.1.0
//! ```
//!
//! The wording has changed over the years. Older messages have `filtering` for `extracting from`,
//! and name snapshots by bare commit ids or by addresses in a database (`mongo://`). A version of
//! several source documents lists one snapshot for each.

use serde_json::{Map, Value};

use super::layout::HistoryLayout;
use crate::corpus::snapshot_facts::SnapshotFacts;

/// The starts of the subject of a record. The names of service and terms follow.
const RECORDS: [&str; 6] = [
    "First record of ",
    "Record new changes of ",
    "Start tracking ",
    "Update ",
    "Refilter ",
    "Apply technical or declaration upgrade on ",
];

/// The starts of the subject of a record that the archive made because its software or its
/// declaration of the policy changed.
const TECHNICAL: [&str; 2] = ["Apply technical or declaration upgrade", "Refilter"];

/// The words before the snapshot, or the list of snapshots, from which a version was extracted.
const RECORDED_AFTER: &str = "This version was recorded after ";

/// The word that the engine wrote for a missing value.
const UNDEFINED: &str = "undefined";

/// The layout of Open Terms Archive.
pub(super) struct OpenTermsArchive;

impl HistoryLayout for OpenTermsArchive {
    fn name(&self) -> &'static str {
        "Open Terms Archive history"
    }

    fn policy(&self, path: &str) -> Option<(String, String)> {
        let (service, file) = path.split_once('/')?;
        let terms = file.strip_suffix(".md")?;
        let is_policy = !service.is_empty() && !terms.is_empty() && !terms.contains('/');
        is_policy.then(|| (service.to_owned(), terms.to_owned()))
    }

    fn is_record(&self, message: &str, path: &str) -> bool {
        RECORDS.iter().any(|start| message.starts_with(start)) && self.names(message, path)
    }

    /// The names behind the start of a subject are not compared. The public histories have records
    /// of one policy whose subjects name another one, which was fetched at the same time.
    fn record_subjects(&self) -> Option<&'static [&'static str]> {
        Some(&RECORDS)
    }

    fn names(&self, message: &str, path: &str) -> bool {
        let Some((service, terms)) = self.policy(path) else { return false };
        // The subject ends with both names; a space separates them from the words before.
        subject(message)
            .strip_suffix(&terms)
            .and_then(|rest| rest.strip_suffix(' '))
            .and_then(|rest| rest.strip_suffix(&service))
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
    }

    fn facts(&self, message: &str) -> SnapshotFacts {
        let is_technical = TECHNICAL.iter().any(|start| message.starts_with(start));
        SnapshotFacts { is_technical, metadata: metadata(message), ..SnapshotFacts::default() }
    }
}

fn subject(message: &str) -> &str {
    message.split_once('\n').map_or(message, |(line, _)| line).trim_end()
}

/// The metadata in a message as one JSON object; empty if there is none.
fn metadata(message: &str) -> String {
    let mut facts = Map::new();
    let mut snapshots = Vec::new();
    for line in message.lines().skip(1).map(str::trim) {
        if let Some(rest) = line.strip_prefix(RECORDED_AFTER) {
            snapshots.extend(rest.split_once(" snapshot ").map(|(_, name)| name));
        } else if let Some(name) = line.strip_prefix("- ") {
            snapshots.push(name);
        } else if let Some((key, value)) = trailer(line) {
            facts.insert(key, value.into());
        }
    }
    snapshots.retain(|name| !name.contains(char::is_whitespace) && !name.ends_with(UNDEFINED));
    let (urls, ids): (Vec<_>, Vec<_>) =
        snapshots.into_iter().partition(|name| name.contains("://"));
    add(&mut facts, "snapshot_url", urls);
    add(&mut facts, "snapshot", ids);
    if facts.is_empty() { String::new() } else { Value::Object(facts).to_string() }
}

/// Reads a line like `X-engine-version: 15.1.0` into the key `engine_version` and its value.
fn trailer(line: &str) -> Option<(String, &str)> {
    let (key, value) = line.strip_prefix("X-")?.split_once(": ")?;
    let key = key.to_ascii_lowercase().replace('-', "_");
    (value != UNDEFINED).then_some((key, value))
}

/// Adds one value as a text and several as a list.
fn add(facts: &mut Map<String, Value>, key: &str, values: Vec<&str>) {
    let value = match values.as_slice() {
        [] => return,
        [one] => Value::from(*one),
        many => Value::from(many.to_vec()),
    };
    facts.insert(key.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let policy = |path| OpenTermsArchive.policy(path);
        assert_eq!(
            policy("Acme/Terms of Service.md"),
            Some(("Acme".into(), "Terms of Service".into()))
        );
        assert_eq!(policy("Acme, Inc./A.md.md"), Some(("Acme, Inc.".into(), "A.md".into())));
        for path in
            ["README.md", "Acme/Terms.txt", "Acme/Terms/2020.md", "/Terms.md", "Acme/.md", ""]
        {
            assert_eq!(policy(path), None, "{path}");
        }
    }

    #[test]
    fn subjects_name_files() {
        let path = "Acme/Terms of Service.md";
        assert!(OpenTermsArchive.is_record("Update Acme Terms of Service\n\nbody", path));
        assert!(
            OpenTermsArchive
                .is_record("Apply technical or declaration upgrade on Acme Terms of Service", path)
        );
        assert!(OpenTermsArchive.names("Acme Terms of Service", path));
        for other in
            ["Update Acme Privacy Policy", "Update MyAcme Terms of Service", "Update README", ""]
        {
            assert!(!OpenTermsArchive.names(other, path), "{other}");
        }
        assert!(!OpenTermsArchive.is_record("Delete Acme Terms of Service", path));
        assert!(!OpenTermsArchive.is_record("Update the terms", "Acme/the terms.txt"));
    }

    #[test]
    fn technical_changes() {
        let is_technical = |message| OpenTermsArchive.facts(message).is_technical;
        assert!(is_technical("Refilter Acme Terms of Service"));
        assert!(is_technical("Apply technical or declaration upgrade on Acme Terms of Service"));
        assert!(!is_technical("Update Acme Refilter"));
    }

    #[test]
    fn bodies_of_twelve_years() {
        let metadata =
            |body: &str| OpenTermsArchive.facts(&format!("Update Acme Terms\n\n{body}\n")).metadata;
        assert_eq!(metadata(""), "");
        assert_eq!(
            metadata("This version was recorded after filtering snapshot 2916d5f"),
            r#"{"snapshot":"2916d5f"}"#
        );
        assert_eq!(
            metadata(
                "This version was recorded after extracting from snapshot \
                 https://acme.example/commit/1\n\nX-engine-version: 15.1.0"
            ),
            r#"{"engine_version":"15.1.0","snapshot_url":"https://acme.example/commit/1"}"#
        );
        assert_eq!(
            metadata(
                "This version was recorded after extracting from and assembling the following \
                 snapshots from 2 source documents:\n\
                 - mongo://acme/1\n- mongo://acme/2\n\nX-Odd-Key: a \"b\""
            ),
            r#"{"odd_key":"a \"b\"","snapshot_url":["mongo://acme/1","mongo://acme/2"]}"#
        );
        assert_eq!(
            metadata(
                "This version was recorded after filtering snapshot mongo://acme/undefined\n\n\
                 X-engine-version: undefined"
            ),
            ""
        );
    }
}
