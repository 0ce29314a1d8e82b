//! The layout of the Princeton-Leuven Longitudinal Corpus: `l/li/lin/linux.org.md`, with one commit
//! for each snapshot.
//!
//! The message of a commit is one JSON object. Its author time is the time of the crawl, the same
//! to the second as the stamp in the header line. Each text begins with the header line that
//! `forms::header` reads.

use serde_json::Value;

use super::layout::HistoryLayout;
use crate::corpus::forms::form::{UnreadText, head_of};
use crate::corpus::forms::header::cut_header;
use crate::corpus::forms::html::conversion::{convert_page, decode};
use crate::corpus::no_text;
use crate::corpus::python_json::to_json;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::model::PRIVACY_POLICY;

/// The layout of the Princeton-Leuven history.
pub(super) struct PrincetonLeuven;

impl HistoryLayout for PrincetonLeuven {
    fn name(&self) -> &'static str {
        "Princeton-Leuven history"
    }

    fn policy(&self, path: &str) -> Option<(String, String)> {
        let parts: Vec<&str> = path.split('/').collect();
        let [one, two, three, file] = parts.as_slice() else { return None };
        let site = file.strip_suffix(".md").filter(|site| !site.is_empty())?;
        let is_policy =
            is_start(one, site, 1) && is_start(two, site, 2) && is_start(three, site, 3);
        is_policy.then(|| (site.to_owned(), PRIVACY_POLICY.to_owned()))
    }

    fn is_record(&self, message: &str, path: &str) -> bool {
        self.policy(path).is_some() && to_json(message).is_some()
    }

    fn names(&self, message: &str, path: &str) -> bool {
        let Some((site, _)) = self.policy(path) else { return false };
        let Some(value) = to_json(message).and_then(|json| parse(&json)) else { return false };
        let Some(host) = value["site_url"].as_str().and_then(host_of) else { return false };
        host == site || host.strip_prefix("www.") == Some(&site)
    }

    fn facts(&self, message: &str) -> SnapshotFacts {
        let Some(metadata) = to_json(message) else { return SnapshotFacts::default() };
        // A number that is too large for the parser leaves the addresses unknown.
        let value = parse(&metadata).unwrap_or(Value::Null);
        SnapshotFacts {
            url: text_member(&value, "policy_url"),
            archive_url: text_member(&value, "policy_snapshot_url"),
            is_technical: false,
            metadata,
        }
    }

    fn has_facts_in_text(&self) -> bool {
        true
    }

    fn read(
        &self,
        _path: &str,
        bytes: Vec<u8>,
        facts: &mut SnapshotFacts,
    ) -> Result<SourceText, UnreadText> {
        read_text(bytes, facts)
    }
}

/// Reads a text of the corpus and removes its header line. The addresses of the line win over
/// other ones, because it belongs to this very text.
///
/// # Errors
///
/// The bytes are no text, or a page without a text.
pub(in crate::corpus) fn read_text(
    bytes: Vec<u8>,
    facts: &mut SnapshotFacts,
) -> Result<SourceText, UnreadText> {
    let reason = no_text::reason(head_of(&bytes));
    let mut text = decode(bytes);
    let addresses = cut_header(&mut text);
    if let (None, Some(reason)) = (&addresses, reason) {
        return Err(UnreadText::Skipped(reason));
    }
    if let Some(addresses) = addresses {
        facts.url = addresses.url.or_else(|| facts.url.take());
        facts.archive_url = addresses.archive_url.or_else(|| facts.archive_url.take());
    }
    convert_page(&mut text.body)?;
    Ok(text)
}

/// Whether `part` is the first `len` characters of the site, or the whole site if it is shorter.
fn is_start(part: &str, site: &str, len: usize) -> bool {
    !part.is_empty() && site.chars().take(len).eq(part.chars())
}

fn parse(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok()
}

/// The host in an address.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', '?', '#', ':']).next()
}

fn text_member(value: &Value, key: &str) -> Option<String> {
    value[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let site = |path| PrincetonLeuven.policy(path).map(|(site, _)| site);
        assert_eq!(site("a/ac/acm/acme.example.md").as_deref(), Some("acme.example"));
        assert_eq!(site("x/x./x.y/x.y.md").as_deref(), Some("x.y"));
        assert_eq!(site("q/q/q/q.md").as_deref(), Some("q"), "a name of one letter");
        for path in [
            "README.md",
            "a/ac/acm/birch.example.md",
            "a/ac/acm/acme.example",
            "acme.example.md",
            "a/ac/acm/.md",
        ] {
            assert_eq!(site(path), None, "{path}");
        }
    }

    #[test]
    fn messages_name_their_site() {
        let path = "a/ac/acm/acme.example.md";
        for url in ["http://acme.example/", "https://www.acme.example", "http://acme.example:80/x"]
        {
            assert!(
                PrincetonLeuven.names(&format!(r#"{{"site_url": "{url}", "rank": NaN}}"#), path),
                "{url}"
            );
        }
        assert!(!PrincetonLeuven.names(r#"{"site_url": "http://birch.example/"}"#, path));
        assert!(!PrincetonLeuven.names("acme.example", path));
    }
}
