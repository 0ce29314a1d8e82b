//! The history of the Princeton-Leuven Longitudinal Corpus: `l/li/lin/linux.org.md`, one commit for each snapshot, whose message is one
//! JSON object. Each text begins with the header line that the folder form has ([`super::header`]).
//!
//! The author time of a commit is the crawl time, to the second the same as the stamp in the header.

use serde_json::Value;

use super::SourceText;
use super::facts::Facts;
use super::header::cut_header;
use super::layout::Layout;
use crate::model::PRIVACY_POLICY;

/// The numbers that are no JSON, which the corpus's messages have: as Python writes them.
const NO_NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// The layout of the Princeton-Leuven history.
pub(super) struct PrincetonLeuven;

impl Layout for PrincetonLeuven {
    fn name(&self) -> &'static str {
        "Princeton-Leuven history"
    }

    fn policy(&self, path: &str) -> Option<(String, String)> {
        let parts: Vec<&str> = path.split('/').collect();
        let [one, two, three, file] = parts.as_slice() else { return None };
        let site = file.strip_suffix(".md").filter(|site| !site.is_empty())?;
        let is_start =
            |part: &&str, len: usize| !part.is_empty() && site.chars().take(len).eq(part.chars());
        (is_start(one, 1) && is_start(two, 2) && is_start(three, 3))
            .then(|| (site.to_owned(), PRIVACY_POLICY.to_owned()))
    }

    fn is_record(&self, message: &str, path: &str) -> bool {
        self.policy(path).is_some() && !to_json(message).is_empty()
    }

    fn names(&self, message: &str, path: &str) -> bool {
        let Some((site, _)) = self.policy(path) else { return false };
        let Ok(facts) = serde_json::from_str::<Value>(&to_json(message)) else { return false };
        let host =
            facts["site_url"].as_str().and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
        let host =
            host.and_then(|rest| rest.split(['/', '?', '#', ':']).next()).unwrap_or_default();
        host == site || host.strip_prefix("www.") == Some(&site)
    }

    fn facts(&self, message: &str) -> Facts {
        let metadata = to_json(message);
        let value: Value = serde_json::from_str(&metadata).unwrap_or_default();
        let text =
            |key: &str| value[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Facts {
            url: text("policy_url"),
            archive_url: text("policy_snapshot_url"),
            is_technical: false,
            metadata,
        }
    }

    fn has_facts_in_text(&self) -> bool {
        true
    }

    /// The header line is no clause. What it says of the addresses is said of this very text, so it wins.
    fn take_facts(&self, text: &mut SourceText, facts: &mut Facts) {
        if let Some((url, archive_url)) = cut_header(text) {
            facts.url = url.or_else(|| facts.url.take());
            facts.archive_url = archive_url.or_else(|| facts.archive_url.take());
        }
    }
}

/// The message as valid JSON: bare `NaN` and infinities become texts, all else stays letter for letter, integers of any size too. Empty
/// if that is no JSON object.
pub(super) fn to_json(message: &str) -> String {
    let message = message.trim();
    if !message.starts_with('{') {
        return String::new();
    }
    let json = quote_no_numbers(message);
    // Checked without building it: only that it is one object, whatever its numbers.
    let is_object = serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok();
    if is_object { json } else { String::new() }
}

fn quote_no_numbers(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 8);
    let mut rest = json;
    let mut is_text = false;
    while let Some(start) =
        rest.find(if is_text { &['"', '\\'][..] } else { &['"', 'N', 'I', '-'] })
    {
        let (before, at) = rest.split_at(start);
        out.push_str(before);
        let no_number = NO_NUMBERS.into_iter().find(|word| !is_text && at.starts_with(word));
        let taken = match no_number {
            Some(word) => word.len(),
            None if at.starts_with('\\') => 1 + at[1..].chars().next().map_or(0, char::len_utf8),
            None => 1,
        };
        is_text ^= at.starts_with('"');
        let (token, after) = at.split_at(taken);
        match no_number {
            Some(word) => out.extend(["\"", word, "\""]),
            None => out.push_str(token),
        }
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn messages_are_made_json() {
        let json = r#"{"rank": NaN, "a": [NaN,-Infinity, Infinity], "title": "NaN \" NaN \\", "hash": 16446744073709551615999, "ü": -1.50e+3}"#;
        let made = to_json(&format!("    {json}\n"));
        assert_eq!(
            made,
            r#"{"rank": "NaN", "a": ["NaN","-Infinity", "Infinity"], "title": "NaN \" NaN \\", "hash": 16446744073709551615999, "ü": -1.50e+3}"#
        );
        for other in ["", "Add a README", "{", "{NaN}", "[1]", "{\"a\": 1} {}"] {
            assert_eq!(to_json(other), "", "{other}");
        }
    }

    proptest! {
        #[test]
        fn texts_stay(key in ".*", text in "(NaN|Infinity|[\"\\\\]|.){0,8}", number in any::<i128>()) {
            let json = format!(
                "{{{}: {}, \"n\": {number}}}",
                Value::from(key.as_str()),
                Value::from(text.as_str())
            );
            prop_assert_eq!(to_json(&json), json);
        }
    }
}
