//! Markdown and text that begins with front matter: lines between `---` and `---` that say whose policy it is.
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
//! Of YAML this reads what front matter has: a key and a plain or quoted value on a line, `#` comments, and lists of plain values, in
//! brackets or one per line. Anything else (maps in maps, anchors, texts over several lines) is kept as it is written, as a text.

use serde_json::{Map, Value};

use super::form::{FileForm, PartialKey, whole_letters};
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::corpus::times::{TIME_FORMS, archive_time};

/// Files with front matter.
pub(super) struct FrontMatterForm;

impl FileForm for FrontMatterForm {
    fn recognise(
        &self,
        _path: &str,
        head: &[u8],
    ) -> std::result::Result<Option<PartialKey>, String> {
        let head = SourceText::decode(whole_letters(head).to_vec()).body;
        let Some(matter) = FrontMatter::parse(&head) else { return Ok(None) };
        matter.claims().map(Some)
    }

    fn read(
        &self,
        _path: &str,
        bytes: Vec<u8>,
    ) -> std::result::Result<(SnapshotFacts, SourceText), String> {
        let mut text = SourceText::decode(bytes);
        let facts = take(&mut text).unwrap_or_default();
        Ok((facts, text))
    }
}

/// Takes the front matter off a text, and gives what it says besides company, type and date. `None`: there is none.
fn take(text: &mut SourceText) -> Option<SnapshotFacts> {
    let mut matter = FrontMatter::parse(&text.body)?;
    // Whatever else it says is kept as metadata.
    let is_technical = matter.text("technical").is_some_and(|(text, _)| text == "true");
    if is_technical {
        matter.take("technical");
    }
    let facts = SnapshotFacts {
        url: matter.take("url"),
        archive_url: matter.take("archive_url"),
        is_technical,
        metadata: matter.metadata(),
    };
    text.body.drain(..matter.len);
    Some(facts)
}

#[derive(Debug, PartialEq)]
struct Field {
    key: String,
    value: Value,
    /// From 1.
    line: usize,
}

#[derive(Debug, PartialEq)]
struct FrontMatter {
    fields: Vec<Field>,
    /// Its bytes, with the lines around it.
    len: usize,
}

impl FrontMatter {
    /// Reads the lines at the start of a text. `None`: they are no front matter, as where `---` is a rule.
    fn parse(text: &str) -> Option<Self> {
        let mut matter = Self { fields: Vec::new(), len: 0 };
        for (number, line) in text.split_inclusive('\n').enumerate() {
            matter.len += line.len();
            let line = line.trim_end();
            match number {
                0 if line == "---" => {}
                0 => return None,
                _ if line == "---" || line == "..." => {
                    return Some(matter).filter(|m| !m.fields.is_empty());
                }
                _ => matter.line(line, number + 1)?,
            }
        }
        None
    }

    fn line(&mut self, line: &str, number: usize) -> Option<()> {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            return Some(());
        }
        let is_nested = content.len() < line.len() || content.starts_with("- ");
        if is_nested {
            return continued(&mut self.fields.last_mut()?.value, content);
        }
        let (key, value) = line.split_once(':')?;
        let is_value = value.is_empty() || value.starts_with([' ', '\t']);
        let is_key = !key.is_empty() && !key.starts_with(['*', '>', '[', '|', '`', '!', '&']);
        if !is_value || !is_key {
            return None;
        }
        self.fields.push(Field { key: unquoted(key), value: value_of(value.trim()), line: number });
        Some(())
    }

    fn claims(&self) -> std::result::Result<PartialKey, String> {
        Ok(PartialKey {
            company: self.text("company").map(|(text, _)| text.to_owned()),
            policy_type: self.text("type").map(|(text, _)| text.to_owned()),
            time: match self.text("date") {
                None => None,
                Some((text, line)) => Some(archive_time(text).ok_or_else(|| {
                    format!("line {line}: `{text}` is no date; write {TIME_FORMS}")
                })?),
            },
        })
    }

    /// The text of a key, and its line; the last counts where it stands twice.
    fn text(&self, key: &str) -> Option<(&str, usize)> {
        let field = self.fields.iter().rfind(|field| field.key == key)?;
        field.value.as_str().map(|text| (text, field.line)).filter(|(text, _)| !text.is_empty())
    }

    fn take(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?.0.to_owned();
        self.fields.retain(|field| field.key != key);
        Some(text)
    }

    /// What is not known by name, as a JSON object; empty where there is nothing.
    fn metadata(&self) -> String {
        let others = self
            .fields
            .iter()
            .filter(|field| !["company", "type", "date"].contains(&field.key.as_str()));
        let others: Map<String, Value> =
            others.map(|field| (field.key.clone(), field.value.clone())).collect();
        if others.is_empty() { String::new() } else { Value::Object(others).to_string() }
    }
}

/// Adds a further line to a value: an entry of a list, or more text.
fn continued(value: &mut Value, content: &str) -> Option<()> {
    let entry = content.strip_prefix("- ").map(|entry| value_of(entry.trim()));
    match (value, entry) {
        (Value::Array(list), Some(entry)) => list.push(entry),
        (value, Some(entry)) if value.as_str() == Some("") => *value = Value::Array(vec![entry]),
        (Value::String(text), _) => {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(content);
        }
        (Value::Array(_), None) => {}
        _ => return None,
    }
    Some(())
}

fn value_of(text: &str) -> Value {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inside.filter(|inside| !inside.contains(['[', '{', '"', '\''])) {
        Some(inside) => {
            inside.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect()
        }
        None => Value::String(unquoted(text)),
    }
}

/// A plain or quoted value without its comment.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some((value, rest)) =
            text.strip_prefix(quote).and_then(|rest| rest.rsplit_once(quote))
            && (rest.is_empty() || rest.trim_start().starts_with('#'))
        {
            return match quote {
                '"' => value.replace("\\\"", "\"").replace("\\\\", "\\"),
                _ => value.replace("''", "'"),
            };
        }
    }
    let plain = text.find(" #").map_or(text, |comment| &text[..comment]);
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> SourceText {
        SourceText { body: body.to_owned(), is_windows_1252: false }
    }

    #[test]
    fn front_matter_is_read() {
        let body = "---\r\ncompany: \"Acme \\\"Inc\\\"\" # of old\ntype: Terms: of Service\n# a comment\ndate: '2001-02-03'\nurl: https://acme.example/#a\n\
            tags: [a, b]\nlist:\n- c\n  - d # no\nnested:\n  key: value\n---\n\n# Terms\n";
        let claims = FrontMatterForm.recognise("x.md", body.as_bytes()).unwrap().unwrap();
        assert_eq!(claims.company.as_deref(), Some("Acme \"Inc\""));
        assert_eq!(claims.policy_type.as_deref(), Some("Terms: of Service"));
        assert_eq!(claims.time.unwrap().rfc3339(), "2001-02-03T00:00:00Z");
        let mut text = text(body);
        let facts = take(&mut text).unwrap();
        assert_eq!(text.body, "\n# Terms\n");
        assert_eq!(facts.url.as_deref(), Some("https://acme.example/#a"));
        assert_eq!(facts.metadata, r#"{"list":["c","d"],"nested":"key: value","tags":["a","b"]}"#);
    }

    #[test]
    fn rules_are_no_front_matter() {
        for body in [
            "---\n\nWe sell data.\n\n---\n",
            "---\ncompany: Acme\n",
            "# A\n---\na: b\n---\n",
            "---\n---\nx",
            "",
            "---\nhttp://a\n---\n",
        ] {
            assert_eq!(FrontMatter::parse(body), None, "{body}");
        }
    }

    #[test]
    fn impossible_dates_are_errors() {
        let error = FrontMatterForm
            .recognise("x.md", b"---\ncompany: Acme\ndate: 2001-02-30\n---\n")
            .unwrap_err();
        assert!(error.starts_with("line 3: `2001-02-30` is no date; write YYYY-MM-DD"), "{error}");
        let none = FrontMatterForm.recognise("x.md", b"---\ntitle: A\n---\n").unwrap().unwrap();
        assert_eq!(none, PartialKey::default());
    }
}
