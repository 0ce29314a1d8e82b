//! Markdown and plain text that begin with front matter: YAML between two lines `---`.
//!
//! ```text
//! ---
//! company: Acme
//! type: Terms of Service
//! date: 2001-02-03
//! url: https://acme.example/terms
//! ---
//! ```
//!
//! The keys `company`, `type`, `date`, `url`, `archive_url` and `technical: true` have a meaning.
//! All other keys are kept as metadata. Lines that are not YAML are read as fields where nothing
//! else can be meant. Whatever else is between the lines is an error if one of them has a key with
//! a meaning, and otherwise part of the text, because in Markdown `---` is also a rule.

use serde_json::{Map, Value};

use super::field_lines::{self, UnreadLine};
use super::form::{FileForm, HEAD_BYTES, PartialKey, UnreadText};
use super::html::conversion::{convert_page, decode};
use super::yaml::{self, RepeatedKey, YamlField};
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::corpus::times::{archive_time, no_time};
use crate::model::ArchiveTime;

/// The keys that have a meaning.
const KEYS: [&str; 6] = ["company", "type", "date", "url", "archive_url", "technical"];

/// Files with front matter.
pub(super) struct FrontMatterForm;

impl FileForm for FrontMatterForm {
    fn recognise(&self, _path: &str, head: &str) -> Result<Option<PartialKey>, String> {
        FrontMatter::parse(head)?.map(|matter| matter.key()).transpose()
    }

    fn read(&self, _path: &str, bytes: Vec<u8>) -> Result<(SnapshotFacts, SourceText), UnreadText> {
        let mut text = decode(bytes);
        let facts = cut_front_matter(&mut text)?.unwrap_or_default();
        convert_page(&mut text.body)?;
        Ok((facts, text))
    }
}

/// Removes the front matter from a text and returns its metadata. Returns `None` if the text has no
/// front matter.
fn cut_front_matter(text: &mut SourceText) -> Result<Option<SnapshotFacts>, String> {
    let Some(mut matter) = FrontMatter::parse(&text.body)? else { return Ok(None) };
    // Any other value of `technical` is kept as metadata.
    let is_technical =
        matter.text("technical").is_some_and(|(text, _)| matches!(text, "true" | "True" | "TRUE"));
    if is_technical {
        matter.take("technical");
    }
    let facts = SnapshotFacts {
        url: matter.take("url"),
        archive_url: matter.take("archive_url"),
        is_technical,
        metadata: matter.metadata(),
    };
    text.body.drain(..matter.bytes);
    Ok(Some(facts))
}

/// The front matter of a text.
#[derive(Debug, PartialEq)]
struct FrontMatter {
    /// The fields in their order. A key may repeat, with equal values.
    fields: Vec<YamlField>,
    /// The bytes of the text that it takes, with the lines around it.
    bytes: usize,
}

impl FrontMatter {
    /// Reads the front matter at the start of a text. Returns `None` if there is none.
    ///
    /// # Errors
    ///
    /// The front matter cannot be read.
    fn parse(text: &str) -> Result<Option<Self>, String> {
        let mut lines = text.split_inclusive('\n');
        let Some(first) = lines.next().filter(|line| line.trim_end() == "---") else {
            return Ok(None);
        };
        let mut end = first.len();
        for line in lines {
            if matches!(line.trim_end(), "---" | "...") {
                let fields = load(&text[first.len()..end])?;
                return Ok(fields.map(|fields| Self { fields, bytes: end + line.len() }));
            }
            end += line.len();
        }
        // A blank line ends what may be meant.
        let block = text[first.len()..].lines().take_while(|line| !line.trim().is_empty());
        if block.clone().any(has_key) {
            let limit = HEAD_BYTES >> 10;
            return Err(format!(
                "line 1: the front matter that begins here does not end with a line `---` in the \
                 first {limit} KiB"
            ));
        }
        Ok(None)
    }

    /// Returns the policy and the archive time.
    fn key(&self) -> Result<PartialKey, String> {
        let time = match self.text("date") {
            Some((text, line)) => {
                let time = archive_time(text).or_else(|| yaml_time(text));
                // The line before the front matter counts too.
                let line = line + 1;
                Some(time.ok_or_else(|| format!("line {line}: {}", no_time(text)))?)
            }
            None => None,
        };
        Ok(PartialKey {
            company: self.text("company").map(|(text, _)| text.to_owned()),
            policy_type: self.text("type").map(|(text, _)| text.to_owned()),
            time,
        })
    }

    /// The text of a key, and its line in the front matter. Lists, mappings, null and empty texts
    /// have none.
    fn text(&self, key: &str) -> Option<(&str, usize)> {
        let field = self.fields.iter().rfind(|field| field.key == key)?;
        // A block scalar ends with a line break, which is not part of a name or an address.
        let text = field.value.text()?.trim_end_matches('\n');
        (!text.is_empty()).then_some((text, field.line))
    }

    /// Removes a key that has a text and returns its text.
    fn take(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?.0.to_owned();
        self.fields.retain(|field| field.key != key);
        Some(text)
    }

    /// The keys without a meaning as one JSON object; empty if there are none.
    fn metadata(&self) -> String {
        let mut others = Map::new();
        for field in &self.fields {
            if !matches!(field.key.as_str(), "company" | "type" | "date") {
                others.insert(field.key.clone(), field.value.to_json());
            }
        }
        if others.is_empty() { String::new() } else { Value::Object(others).to_string() }
    }
}

/// Loads the fields of front matter: as YAML, or else line by line. Returns `None` if there are
/// none.
///
/// # Errors
///
/// Lines with the keys of front matter cannot be read, or a key has two values.
fn load(text: &str) -> Result<Option<Vec<YamlField>>, String> {
    let first_key = text.lines().position(has_key);
    let fields = match yaml::load(text) {
        Ok(Some(fields)) => fields,
        Ok(None) => {
            return first_key.map_or(Ok(None), |before| Err(unread(before + 1, NO_MAPPING)));
        }
        Err(_) => match field_lines::read(text, &KEYS) {
            Ok(fields) => fields,
            Err(UnreadLine { line, reason }) if first_key.is_some() => {
                return Err(unread(line, reason));
            }
            Err(_) => return Ok(None),
        },
    };
    if let Some(RepeatedKey { key, line }) = yaml::repeated_key(&fields) {
        return Err(unread(line, &format!("gives `{key}` a second value")));
    }
    Ok(Some(fields).filter(|fields| !fields.is_empty()))
}

/// Why front matter that is YAML has no fields.
const NO_MAPPING: &str = "is no field such as `key: value`";

/// The message for a line of the front matter, from 1. The line before the front matter counts too.
fn unread(line: usize, reason: &str) -> String {
    format!("line {}: the front matter cannot be read: this line {reason}", line + 1)
}

/// Whether a line has a key with a meaning, perhaps as the entry of a list, or without the space
/// after the colon.
fn has_key(line: &str) -> bool {
    let line = line.trim_start_matches(['-', ' ', '\t']);
    line.split_once(':').is_some_and(|(key, _)| KEYS.contains(&key.trim_matches(['"', '\'', ' '])))
}

/// Reads a time as YAML 1.1 writes it (<https://yaml.org/type/timestamp.html>): with a space or `t`
/// before the time of day, hours of one digit, and no zone for UTC.
fn yaml_time(text: &str) -> Option<ArchiveTime> {
    let (date, rest) = text.split_once(['T', 't', ' ', '\t'])?;
    let rest = rest.trim_start();
    let (time, zone) = rest.split_at(rest.find(['Z', '+', '-', ' ', '\t']).unwrap_or(rest.len()));
    let date: Vec<_> = date.split('-').map(|part| format!("{part:0>2}")).collect();
    let zone = match zone.trim_start() {
        "" | "Z" => "Z".to_owned(),
        zone => {
            let (hours, minutes) = zone.split_once(':').unwrap_or((zone, "00"));
            let (sign, hours) = hours.split_at_checked(1)?;
            format!("{sign}{hours:0>2}:{minutes}")
        }
    };
    // `1:02:03` lacks a digit, with or without a fraction.
    let zero = if time.find(':') == Some(1) { "0" } else { "" };
    archive_time(&format!("{}T{zero}{time}{zone}", date.join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> SourceText {
        SourceText { body: body.to_owned(), is_recoded: false }
    }

    fn key(body: &str) -> PartialKey {
        FrontMatterForm.recognise("x.md", body).unwrap().unwrap()
    }

    fn metadata(fields: &str) -> String {
        cut_front_matter(&mut text(&format!("---\n{fields}---\n"))).unwrap().unwrap().metadata
    }

    #[test]
    fn front_matter_is_read() {
        let body = "---\r\ncompany: \"Acme \\\"Inc\\\"\" # of old\ntype: Terms: of Service\n\
            # a comment\ndate: '2001-02-03'\nurl: https://acme.example/#a\n\
            tags: [a, b]\nlist:\n- c\n  - d # no\nnested:\n  key: value\n---\n\n# Terms\n";
        let key = key(body);
        assert_eq!(key.company.as_deref(), Some("Acme \"Inc\""));
        assert_eq!(key.policy_type.as_deref(), Some("Terms: of Service"));
        assert_eq!(key.time.unwrap().rfc3339(), "2001-02-03T00:00:00Z");
        let mut text = text(body);
        let facts = cut_front_matter(&mut text).unwrap().unwrap();
        assert_eq!(text.body, "\n# Terms\n");
        assert_eq!(facts.url.as_deref(), Some("https://acme.example/#a"));
        assert_eq!(facts.metadata, r#"{"list":["c","d"],"nested":"key: value","tags":["a","b"]}"#);
    }

    #[test]
    fn names_are_texts_however_they_are_written() {
        for (company, expected) in [
            (">\n  Acme\n  Inc.", Some("Acme Inc.")),
            ("|\n  Acme", Some("Acme")),
            ("\"Caf\\u00e9\"", Some("Café")),
            ("'It''s'", Some("It's")),
            ("1.10", Some("1.10")),
            ("007", Some("007")),
            ("yes", Some("yes")),
            ("true", Some("true")),
            ("&a Acme", Some("Acme")),
            ("null", None),
            ("~", None),
            ("", None),
            ("\"\"", None),
            ("[Acme]", None),
            ("{a: b}", None),
        ] {
            let read = key(&format!("---\ncompany: {company}\ntype: x\n---\n"));
            assert_eq!(read.company.as_deref(), expected, "{company}");
        }
        assert_eq!(key("---\ncompany: A\ncompany: 'A'\n---\n").company.as_deref(), Some("A"));
    }

    #[test]
    fn metadata_keeps_the_types_of_yaml() {
        assert_eq!(
            metadata("n: 7\nf: 1.5\nb: true\nz: null\ns: '7'\nl: [1, a]\nd: 2001-02-03\n"),
            r#"{"b":true,"d":"2001-02-03","f":1.5,"l":[1,"a"],"n":7,"s":"7","z":null}"#
        );
        assert_eq!(metadata("nested:\n  key: value\n"), r#"{"nested":{"key":"value"}}"#);
        assert_eq!(metadata("base: &b [x]\ncopy: *b\n"), r#"{"base":["x"],"copy":["x"]}"#);
        assert_eq!(metadata("company: A\ndate: 2001-02-03\n"), "");
    }

    #[test]
    fn technical_is_a_truth_value() {
        for (value, is_technical) in
            [("true", true), ("True", true), ("\"true\"", true), ("false", false), ("1", false)]
        {
            let body = format!("---\ntechnical: {value}\n---\n");
            let facts = cut_front_matter(&mut text(&body)).unwrap().unwrap();
            assert_eq!(facts.is_technical, is_technical, "{value}");
            assert_eq!(facts.metadata.is_empty(), is_technical, "{value}");
        }
    }

    #[test]
    fn values_that_are_not_yaml_are_texts() {
        assert_eq!(
            metadata(
                "a: b: c # d\nat: @acme\npct: 'it's\nref: *x*\nlink: [x](y)\nquoted: \"x\" y\n\
                 list:\n  - e: f: g\n  - h\n"
            ),
            concat!(
                r#"{"a":"b: c","at":"@acme","link":"[x](y)","list":["e: f: g","h"],"#,
                r#""pct":"'it's","quoted":"\"x\" y","ref":"*x*"}"#
            )
        );
    }

    #[test]
    fn rules_are_no_front_matter() {
        for body in [
            "---\n\nWe sell data.\n\n---\n",
            "---\nWe sell.\n\ncompany: Acme\n",
            "# A\n---\na: b\n---\n",
            "---\n---\nx",
            "",
            "---\nhttp://a\n---\n",
            "---\n- a\n- b\n---\n",
            "---\n**Note**: we sell: data\n---\n",
            "---\n> a: b: c\n---\n",
            "---\nTitle: x\nSome words\n---\n",
            "---\n[\n---\n",
        ] {
            assert_eq!(FrontMatter::parse(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn broken_front_matter_is_an_error_with_its_line() {
        for (fields, line, reason) in [
            ("company: A\ndate: 2001-02-03\ncompany: B\n", 4, "gives `company` a second value"),
            ("title: a: b\ntags: [x]\ntags: [y]\n", 4, "gives `tags` a second value"),
            ("company: A\nx:\n  y: 1\n  y: 2\n", 3, "gives `y` a second value"),
            ("company: \"A\ndate: 2001-02-03\n", 2, "has a quote that is not closed"),
            ("company: A\ntags: [x, y\ndate: 2001-02-03\n", 3, "has a bracket that is not"),
            ("company: *a\n", 2, "refers to an anchor that is not there"),
            ("title: a: b\ncompany: |\n  A\n", 3, "has a text over several lines"),
            ("title: a: b\ncompany:\n  name: A\n", 4, "goes on with a value of one line"),
            ("company:A\ndate: 2001-02-03\n", 2, "lacks a space after the colon"),
            ("company:A\n", 2, "is no field such as"),
            ("company: A\ndate 2001-02-03\n", 3, "is no field such as"),
            ("company: A\ndate = 2001-02-03\n", 3, "is no field such as"),
            ("  company: A\ntitle: a: b\n", 2, "belongs to no field"),
            ("- company: A\n- date: 2001-02-03\n", 2, "is no field such as"),
            ("\"company: A\"\n", 2, "is no field such as"),
            ("company: A\r\ncompany: B\r\n", 3, "gives `company` a second value"),
        ] {
            let body = format!("---\n{fields}---\nWe sell.\n");
            let error = FrontMatterForm.recognise("x.md", &body).unwrap_err();
            let expected = format!("line {line}: the front matter cannot be read: this line ");
            assert!(error.starts_with(&(expected + reason)), "{fields}: {error}");
            assert!(FrontMatterForm.read("x.md", body.into()).is_err(), "{fields}");
        }
        for body in ["---\ncompany: A\ndate: 2001-02-03\n", "---\n# x\ncompany: A\n\nWe sell.\n"] {
            let error = FrontMatterForm.recognise("x.md", body).unwrap_err();
            assert!(error.starts_with("line 1: the front matter that begins here does not end"));
        }
    }

    #[test]
    fn dates_are_read_as_yaml_writes_them() {
        for (date, expected) in [
            ("2001-12-14", "2001-12-14T00:00:00Z"),
            ("20011214", "2001-12-14T00:00:00Z"),
            ("2001-12-14T21:59:43.1Z", "2001-12-14T21:59:43.1Z"),
            ("2001-12-14t21:59:43.10-05:00", "2001-12-15T02:59:43.1Z"),
            ("2001-12-14 21:59:43.10 -5", "2001-12-15T02:59:43.1Z"),
            ("2001-12-15 2:59:43.10", "2001-12-15T02:59:43.1Z"),
            ("2001-2-3 4:05:06 Z", "2001-02-03T04:05:06Z"),
            ("'2001-12-14 21:59:43'", "2001-12-14T21:59:43Z"),
        ] {
            let read = key(&format!("---\ndate: {date}\n---\n"));
            assert_eq!(read.time.unwrap().rfc3339(), expected, "{date}");
        }
    }

    #[test]
    fn impossible_dates_are_errors() {
        for date in ["2001-02-30", "soon", "2001-02-30 1:02:03", "2001-02-03 1", "1 é", "a -"] {
            let body = format!("---\ncompany: Acme\ndate: {date}\n---\n");
            let error = FrontMatterForm.recognise("x.md", &body).unwrap_err();
            let expected = format!("line 3: `{date}` is no date; write YYYY-MM-DD");
            assert!(error.starts_with(&expected), "{error}");
        }
        assert_eq!(key("---\ntitle: A\n---\n"), PartialKey::default());
    }
}
