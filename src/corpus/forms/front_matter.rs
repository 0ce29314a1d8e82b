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
//! else can be meant. In Markdown `---` is also a rule: what cannot be read is an error only if
//! its first lines, up to a blank one, have a key with a meaning. Otherwise it is part of the text.

use std::collections::HashMap;

use serde_json::Value;

use super::field_lines::{FieldReader, UnreadLine, is_of_fields};
use super::form::{FileForm, HEAD_BYTES, PartialKey, UnreadText};
use super::html::conversion::{convert_page, decode};
use super::yaml::{self, InvalidYaml, YamlField};
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
    // Only the head has told the policy and the time.
    if matter.bytes as u64 > HEAD_BYTES && matter.key()? != PartialKey::default() {
        return Err(no_end());
    }
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
    /// The fields in their order. A key may repeat, but not with two meanings.
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
        let block = &text[first.len()..];
        if first_lines(block).next().is_none() {
            return Ok(None);
        }
        let mut end = first.len();
        for line in lines {
            if matches!(line.trim_end(), "---" | "...") {
                let fields = load(&text[first.len()..end])?;
                return Ok(fields.map(|fields| Self { fields, bytes: end + line.len() }));
            }
            end += line.len();
        }
        // A head may end within a line.
        let is_cut = text.len() as u64 > HEAD_BYTES / 2 && !text.ends_with('\n');
        let whole = block.rsplit_once('\n').filter(|_| is_cut).map_or(block, |(whole, _)| whole);
        if begins_with_fields(whole) {
            return Err(no_end());
        }
        Ok(None)
    }

    /// Returns the policy and the archive time.
    fn key(&self) -> Result<PartialKey, String> {
        let time = match self.text("date") {
            Some((text, line)) => {
                let time = read_time(text);
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

    /// The text of a key, and its line in the front matter.
    fn text(&self, key: &str) -> Option<(&str, usize)> {
        let mut fields = self.fields.iter().filter(|field| field.key == key);
        fields.find_map(|field| text_of(field).map(|text| (text, field.line)))
    }

    /// Removes a key that has a text and returns its text.
    fn take(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?.0.to_owned();
        self.fields.retain(|field| field.key != key);
        Some(text)
    }

    /// The keys without a meaning as one JSON object; empty if there are none.
    fn metadata(&self) -> String {
        let others = self.fields.iter().map(|field| (field.key.as_str(), &field.value));
        let others = others.filter(|(key, _)| !matches!(*key, "company" | "type" | "date"));
        let others = yaml::json_object(others);
        if others.is_empty() { String::new() } else { Value::Object(others).to_string() }
    }
}

/// Loads the fields of front matter: as YAML, or else line by line. Returns `None` if there are
/// none.
///
/// # Errors
///
/// Lines with the keys of front matter cannot be read, or such a key has two meanings.
fn load(text: &str) -> Result<Option<Vec<YamlField>>, String> {
    let first_key = first_lines(text).position(has_key);
    let fields = match yaml::load(text) {
        Ok(Some(fields)) => fields,
        Ok(None) => {
            return first_key.map_or(Ok(None), |before| Err(unread(before + 1, NO_MAPPING)));
        }
        Err(invalid) => {
            let reader = FieldReader { known: &KEYS, are_meant: first_key.is_some() };
            match reader.read(text) {
                Ok(fields) => fields,
                Err(error) if is_meant(text, error.line) => {
                    return Err(no_fields(text, invalid, &error));
                }
                Err(_) => return Ok(None),
            }
        }
    };
    let is_counted = |key: &str| first_key.is_none() || KEYS.contains(&key);
    match repeated_key(&fields, is_counted) {
        Some(_) if first_key.is_none() => Ok(None),
        Some(YamlField { key, line, .. }) => {
            Err(unread(*line, &format!("gives `{key}` a second value")))
        }
        None => Ok(Some(fields).filter(|fields| !fields.is_empty())),
    }
}

/// Finds a key that the fields have twice with different meanings: nothing tells which of them is
/// meant.
fn repeated_key(fields: &[YamlField], is_counted: impl Fn(&str) -> bool) -> Option<&YamlField> {
    let mut known = HashMap::new();
    fields.iter().filter(|field| is_counted(&field.key)).find(|field| {
        let meaning = meaning(field);
        !yaml::is_empty(&meaning)
            && *known.entry(field.key.as_str()).or_insert_with(|| meaning.clone()) != meaning
    })
}

/// What a field means: two fields may write it differently.
fn meaning(field: &YamlField) -> Value {
    match text_of(field) {
        Some(text) if field.key == "date" => {
            Value::from(read_time(text).map_or(text.to_owned(), ArchiveTime::rfc3339))
        }
        Some(text) if KEYS.contains(&field.key.as_str()) => Value::from(text),
        _ => field.value.to_json(),
    }
}

/// The text of a field. Lists, mappings, null and empty texts have none.
fn text_of(field: &YamlField) -> Option<&str> {
    // A block scalar ends with a line break, which is not part of a name or an address.
    field.value.text().map(|text| text.trim_end_matches('\n')).filter(|text| !text.is_empty())
}

/// Why front matter that is YAML has no fields.
const NO_MAPPING: &str = "is no field such as `key: value`";

/// The message for front matter without an end.
fn no_end() -> String {
    format!(
        "line 1: the front matter that begins here does not end with a line `---` in the first {} \
         KiB",
        HEAD_BYTES >> 10
    )
}

/// The message for a line of the front matter, from 1. The line before the front matter counts too.
fn unread(line: usize, reason: &str) -> String {
    format!("line {}: the front matter cannot be read: this line {reason}", line + 1)
}

/// The message for front matter that is neither YAML nor fields. A line that is no YAML may be read
/// as a field, and be the one to mend all the same.
fn no_fields(text: &str, invalid: InvalidYaml, error: &UnreadLine) -> String {
    let invalid_line = text.lines().nth(invalid.line.saturating_sub(1));
    // The parser also stops at good lines, because of those that follow.
    let is_bad =
        invalid.line < error.line && invalid_line.is_some_and(|line| yaml::load(line).is_err());
    if !is_bad {
        return unread(error.line, error.reason);
    }
    format!(
        "the front matter cannot be read: line {} is not YAML (put its value in quotes), and line \
         {} {}",
        invalid.line + 1,
        error.line + 1,
        error.reason
    )
}

/// The lines up to a blank one. They tell whether the lines after a rule are front matter.
fn first_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| !line.trim().is_empty())
}

/// Whether lines of which one cannot be read are meant as front matter. Below a blank line the text
/// may have begun.
fn is_meant(text: &str, unread_line: usize) -> bool {
    if unread_line <= first_lines(text).count() {
        first_lines(text).any(has_key)
    } else {
        begins_with_fields(text)
    }
}

/// Whether the first lines are fields, with a company or a date among them, and nothing else but
/// perhaps a rule.
fn begins_with_fields(text: &str) -> bool {
    first_lines(text).all(|line| is_of_fields(line) || is_rule(line))
        && first_lines(text).any(|line| line.starts_with("company:") || line.starts_with("date:"))
}

fn is_rule(line: &str) -> bool {
    line.trim().bytes().all(|byte| byte.is_ascii_punctuation())
}

/// Whether a line has a key with a meaning, perhaps without the space after the colon. In a list
/// this is only `company`, because texts have lists of other words.
fn has_key(line: &str) -> bool {
    let content = line.trim_start_matches(['-', ' ', '\t']);
    let keys = if line.trim_start().starts_with('-') { &KEYS[..1] } else { &KEYS[..] };
    content
        .split_once(':')
        .is_some_and(|(key, _)| keys.contains(&key.trim_matches(['"', '\'', ' '])))
}

/// Reads a time as a date may write it.
fn read_time(text: &str) -> Option<ArchiveTime> {
    archive_time(text).or_else(|| yaml_time(text))
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

    /// What a text is: an error, a text without front matter, or its policy, time and metadata.
    fn outcome(body: &str) -> String {
        let key = match FrontMatterForm.recognise("x.md", body) {
            Ok(Some(key)) => key,
            Ok(None) => return "text".to_owned(),
            Err(error) => return format!("error: {error}"),
        };
        let facts = cut_front_matter(&mut text(body)).unwrap().unwrap();
        let parts = [
            key.company.unwrap_or_default(),
            key.policy_type.unwrap_or_default(),
            key.time.map_or(String::new(), ArchiveTime::rfc3339),
            facts.url.unwrap_or_default(),
            facts.metadata,
        ];
        parts.join("|")
    }

    /// The outcome of a block of a company and a date, with these lines besides.
    fn outcome_with(lines: &str) -> String {
        let start = "A||2018-05-25T00:00:00Z|";
        let body = format!("---\ncompany: A\ndate: 2018-05-25\n{lines}---\n\nWe sell.\n");
        let outcome = outcome(&body);
        outcome.strip_prefix(start).map_or(outcome.clone(), str::to_owned)
    }

    #[test]
    fn doubt_in_other_keys_keeps_the_policy() {
        for (lines, expected) in [
            ("x: @a\nd: >\n  How\n\n  we\n", r#"|{"d":">\nHow\nwe","x":"@a"}"#),
            ("x: a: b\nurl:\n  https://b.example/p\n", r#"https://b.example/p|{"x":"a: b"}"#),
            ("x: @a\ntags: [\n  b,\n  c\n]\n", r#"|{"tags":"[\nb,\nc\n]","x":"@a"}"#),
            ("title: '90s terms: a view\n", r#"|{"title":"'90s terms: a view"}"#),
            ("company:\ndate: ~\nurl: ''\n", r#"|{"url":""}"#),
            ("x: a: b\ncompany:\n", r#"|{"x":"a: b"}"#),
            ("t: a: b\nt:\ttab\nn: &c; all\n", r#"|{"n":"&c; all","t":["a: b","tab"]}"#),
            ("x: a: b\n# c\nseen:2018\n", r#"|{"seen":"2018","x":"a: b"}"#),
            ("x: \"F\" p\nintro: \"We\n", r#"|{"intro":"\"We","x":"\"F\" p"}"#),
            ("x: a: b\nl:\n- {x: y\nz: w\n", r#"|{"l":["{x: y"],"x":"a: b","z":"w"}"#),
            ("n: 100\nn: 120\n", r#"|{"n":[100,120]}"#),
            ("x:\n  y: 1\n  y: 2\n", r#"|{"x":{"y":[1,2]}}"#),
            ("date: 2018-05-25T00:00:00Z\ndate: 20180525\n", "|"),
            ("q: *must* not: x\nq2: *must\n", r#"|{"q":"*must* not: x","q2":"*must"}"#),
            ("x: a: b\nSome words\n", r#"|{"x":"a: b\nSome words"}"#),
            ("x: a: b\n\ny: '90s\n", r#"|{"x":"a: b","y":"'90s"}"#),
            (
                "x: a: b\nby:\n  - name: c\n    url: d\n",
                r#"|{"by":["name: c\nurl: d"],"x":"a: b"}"#,
            ),
            ("x: a: b\nby:\n  url: d\n", r#"|{"by":"url: d","x":"a: b"}"#),
            ("url: {{ site }}/p\n", "{{ site }}/p|"),
        ] {
            assert_eq!(outcome_with(lines), expected, "{lines}");
        }
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
            "---\n\ncompany: Acme Inc.\naddress: 1 Street\n\n---\n",
            "---\n \t\r\ndate: when you visit us\n---\n",
            "---\n\n- url: the page\n- date: when you visit it\n\n---\n",
            "---\nOur pages.\n\ntype: we log the type of your device.\n\nContact\n---\n",
            "---\nQ: Do you sell?\nA: No.\n\nQ: Do you share?\nA: Yes.\n---\n",
            "---\nx: a: b\ntags: c\ntags: d\n---\n",
            "---\nx: a: b\nlayout: [post\n---\n",
            "---\ntype: we log it\n\nWe sell.\n",
            "---\ntype: we log it\n\nWe sell.\n\n---\n\nWe rent.\n",
            "---\ntype: we log it\nx: a: b\n\nWe sell.\n\n---\n",
            "---\n- type: the type of your device\n- url: the page\n\nWe sell.\n",
            "---\n- type: the type of your device\n- url: the page\n---\n\nWe sell.\n",
            "---\n- company: the company you work for\n- date: when\n\nWe sell.\n",
            "---\ncompany: Acme sells\nyour data.\n\nWe sell.\n",
            "---\nWe log the date: when\n\nWe sell.\n",
            "---\nurl: https://a.example/\ntitle: x\n+++\n\nWe sell.\n",
        ] {
            assert_eq!(FrontMatter::parse(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn broken_front_matter_is_an_error_with_its_line() {
        for (fields, line, reason) in [
            ("company: A\ndate: 2001-02-03\ncompany: B\n", 4, "gives `company` a second value"),
            ("company: A\nx: a: b\ncompany: B\n", 4, "gives `company` a second value"),
            ("date: 2001-02-03\n\ndate: 2001-02-03T00:00:01Z\n", 4, "gives `date` a second value"),
            ("url: a\nurl: [a]\n", 3, "gives `url` a second value"),
            ("company: \"A\ndate: 2001-02-03\n", 2, "has a quote that is not closed"),
            ("company: *a\n", 2, "refers to an anchor that is not there"),
            ("company: A\n\tdate: 2001-02-03\n", 3, "goes on with a value of one line"),
            ("company:A\ndate: 2001-02-03\n", 2, "lacks a space after the colon"),
            ("company:A\n", 2, "is no field such as"),
            ("company: A\ndate 2001-02-03\n", 3, "is no field such as"),
            ("company: A\ndate = 2001-02-03\n", 3, "is no field such as"),
            ("  company: A\ntitle: a: b\n", 2, "belongs to no field"),
            ("- company: A\n- date: 2001-02-03\n", 2, "is no field such as"),
            ("\"company: A\"\n", 2, "is no field such as"),
            ("company: A\r\ncompany: B\r\n", 3, "gives `company` a second value"),
            ("company: A\n\nWe sell.\n\n", 4, "is no field such as"),
        ] {
            let body = format!("---\n{fields}---\nWe sell.\n");
            let error = FrontMatterForm.recognise("x.md", &body).unwrap_err();
            let expected = format!("line {line}: the front matter cannot be read: this line ");
            assert!(error.starts_with(&(expected + reason)), "{fields}: {error}");
            assert!(FrontMatterForm.read("x.md", body.into()).is_err(), "{fields}");
        }
        for body in [
            "---\ncompany: A\ndate: 2001-02-03\n",
            "---\n# x\ncompany: A\n\nWe sell.\n",
            "---\ncompany: A\n\ndate: 2001-02-03\n\nWe sell.\n",
            "---\ndate: 2001-02-03\nx: '90s\ny:\n- z\n----\n\nWe sell.\n",
        ] {
            let error = FrontMatterForm.recognise("x.md", body).unwrap_err();
            assert_eq!(error, no_end());
        }
    }

    #[test]
    fn an_error_names_the_earlier_line_that_is_not_yaml() {
        for (fields, invalid, unread) in [
            ("company: A\nx: @a\ndate: |\n  2001-02-03\n", 3, "line 4 has a text over several"),
            ("x: a: b\ncompany: |\n  A\n", 2, "line 3 has a text over several lines"),
            ("x: a: b\ncompany:\n  name: A\n", 2, "line 4 goes on with a value of one line"),
            ("date: D\nx: *a\n\ny: b\nurl: [c\n", 3, "line 6 has a bracket that is not closed"),
        ] {
            let error = outcome(&format!("---\n{fields}---\n"));
            let expected = format!(
                "error: the front matter cannot be read: line {invalid} is not YAML (put its value \
                 in quotes), and {unread}"
            );
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn front_matter_beyond_the_head_is_an_error() {
        let long = "x: yes\n".repeat(HEAD_BYTES as usize / 7 + 1);
        for start in ["company: A\n", "y: a\n\ndate: 2001-02-03\n"] {
            let body = format!("---\n{start}{long}---\nWe sell.\n");
            assert_eq!(cut_front_matter(&mut text(&body)), Err(no_end()));
        }
        let head = &format!("---\ncompany: A\n{long}")[..HEAD_BYTES as usize];
        assert_eq!(FrontMatter::parse(head), Err(no_end()));
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
