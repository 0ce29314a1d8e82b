//! Reads front matter that is not YAML: one field on each line.
//!
//! People write `title: Terms: an overview`, which YAML does not allow. This file reads a key and a
//! plain or quoted value on a line, `#` comments, and lists of plain values, in brackets or with
//! one value on each line. Other values are kept as they are written, as texts. A known key is read
//! strictly: its value has one line, and must not begin something that only YAML can end.

use super::yaml::{YamlField, YamlValue};

/// Characters that begin Markdown between two rules, and no key.
const NO_KEY: [char; 8] = ['*', '>', '[', '{', '|', '`', '!', '&'];

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnreadLine {
    /// The line, from 1.
    pub line: usize,
    /// The reason in a few words.
    pub reason: &'static str,
}

/// How lines are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct FieldReader<'k> {
    /// The keys that have a meaning.
    pub known: &'k [&'k str],
    /// Whether the lines are surely meant as fields. Then doubt about the value of any other key is
    /// no error, and a line that is no field belongs to the value before it.
    pub are_meant: bool,
}

impl FieldReader<'_> {
    /// Reads the fields in their order. Keys may repeat.
    ///
    /// # Errors
    ///
    /// A line is neither a field nor a part of the field before, or its value is not complete.
    pub fn read(self, text: &str) -> Result<Vec<YamlField>, UnreadLine> {
        let mut fields: Vec<YamlField> = Vec::new();
        let mut is_after_blank = false;
        for (written, line) in text.lines().zip(1..) {
            let written = written.trim_end();
            let content = written.trim_start();
            if content.is_empty() || content.starts_with('#') {
                is_after_blank |= content.is_empty();
                continue;
            }
            let unread = |reason| UnreadLine { line, reason };
            if content.len() < written.len() || content.starts_with("- ") {
                let last = fields.last_mut().ok_or(unread("belongs to no field"))?;
                self.go_on(last, content).map_err(unread)?;
                continue;
            }
            match (self.field(written), fields.last_mut()) {
                (Ok((key, value)), _) => fields.push(YamlField { key, value, line }),
                (Err(_), Some(last)) if !is_after_blank && self.may_belong(written, last) => {
                    continue_value(&mut last.value, content).map_err(unread)?;
                }
                (Err(reason), _) => return Err(unread(reason)),
            }
            is_after_blank = false;
        }
        Ok(fields)
    }

    /// Reads the key and the value on a line.
    fn field(self, line: &str) -> Result<(String, YamlValue), &'static str> {
        let (written, value) = split_field(line).ok_or("is no field such as `key: value`")?;
        let key = unquoted(written);
        let is_kept = self.keeps(&key);
        if !begins_with_space(value) && (!is_kept || written.contains(' ')) {
            return Err("lacks a space after the colon");
        }
        let value = value.trim();
        if !is_kept {
            check_complete(value)?;
        }
        Ok((key, field_value(value)))
    }

    /// Adds a further line to a field: more text or an entry, or the whole value of a known key.
    fn go_on(self, field: &mut YamlField, content: &str) -> Result<(), &'static str> {
        let entry = content.strip_prefix("- ").map(str::trim);
        if self.known.contains(&field.key.as_str()) {
            let is_whole = field.value.text() == Some("") && entry.is_none() && !is_field(content);
            if !is_whole {
                return Err("goes on with a value of one line");
            }
            check_complete(content)?;
            field.value = field_value(content);
            return Ok(());
        }
        if !self.are_meant {
            entry.map_or(Ok(()), check_complete)?;
        }
        continue_value(&mut field.value, content)
    }

    /// Whether the value of a key is kept as it is written.
    fn keeps(self, key: &str) -> bool {
        self.are_meant && !self.known.contains(&key)
    }

    /// Whether a line that is no field belongs to the field before it. A line that begins with a
    /// known key does not.
    fn may_belong(self, line: &str, field: &YamlField) -> bool {
        let end = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        self.keeps(&field.key) && !self.known.contains(&&line[..end.unwrap_or(line.len())])
    }
}

/// Whether a line is a field, a part of one, or a comment.
pub(super) fn is_of_fields(line: &str) -> bool {
    line.starts_with([' ', '\t', '#']) || line.starts_with("- ") || is_field(line)
}

/// Whether a line has a key and a value.
fn is_field(line: &str) -> bool {
    split_field(line).is_some_and(|(_, value)| begins_with_space(value))
}

/// Splits a line into a key and the rest after the colon, as they are written.
fn split_field(line: &str) -> Option<(&str, &str)> {
    line.split_once(':').filter(|(key, _)| !key.is_empty() && !key.starts_with(NO_KEY))
}

/// Whether the rest of a line after the colon is a value.
fn begins_with_space(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

/// Refuses a value that is not complete on its line.
fn check_complete(value: &str) -> Result<(), &'static str> {
    if is_open(value, '"', '"') || is_open(value, '\'', '\'') {
        return Err("has a quote that is not closed");
    }
    if is_open(value, '[', ']') || is_open(value, '{', '}') {
        return Err("has a bracket that is not closed");
    }
    if value.strip_prefix('*').is_some_and(is_anchor) {
        return Err("refers to an anchor that is not there");
    }
    let first = value.split(' ').next().unwrap_or(value);
    let name = first.strip_prefix('&').or_else(|| first.strip_prefix('!'));
    if name.is_some_and(|name| is_anchor(name.trim_start_matches('!'))) {
        return Err("has an anchor or a tag of YAML");
    }
    let block = value.split(" #").next().unwrap_or(value).trim_end();
    let signs = block.strip_prefix(['|', '>']);
    if signs.is_some_and(|signs| signs.chars().all(|c| matches!(c, '+' | '-' | '0'..='9'))) {
        return Err("has a text over several lines");
    }
    Ok(())
}

/// Whether a value opens something that it does not close.
fn is_open(value: &str, open: char, close: char) -> bool {
    value.strip_prefix(open).is_some_and(|rest| !rest.contains(close))
}

/// Whether this may be the name of an anchor or of a tag.
fn is_anchor(name: &str) -> bool {
    !name.is_empty() && !name.contains([' ', '*', '&', '!'])
}

/// Adds a further line to a value: an entry of a list, or more text.
fn continue_value(value: &mut YamlValue, content: &str) -> Result<(), &'static str> {
    let entry = content.strip_prefix("- ").map(|entry| field_value(entry.trim()));
    match (value, entry) {
        (YamlValue::List(list), Some(entry)) => list.push(entry),
        (YamlValue::List(list), None) => match list.last_mut() {
            Some(last) => continue_value(last, content)?,
            None => list.push(plain_text(content)),
        },
        (value, Some(entry)) if value.text() == Some("") => *value = YamlValue::List(vec![entry]),
        (YamlValue::Scalar { text, .. }, _) => {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(content);
        }
        (YamlValue::Mapping(_), _) => return Err("goes on with a mapping"),
    }
    Ok(())
}

/// A list in brackets or a text. Entries of a list cannot be quoted.
fn field_value(text: &str) -> YamlValue {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inside.filter(|inside| !inside.contains(['[', '{', '"', '\''])) {
        Some(inside) => {
            let entries = inside.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            YamlValue::List(entries.map(plain_text).collect())
        }
        None => plain_text(unquoted(text)),
    }
}

/// A text that means neither null nor a truth value nor a number.
fn plain_text(text: impl Into<String>) -> YamlValue {
    YamlValue::Scalar { text: text.into(), is_typed: false }
}

/// A plain or quoted text without its comment.
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
    let plain = text.split_once(" #").map_or(text, |(plain, _)| plain);
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each field with its line, its key and its value as JSON, or the line that is not read.
    fn read(text: &str, are_meant: bool) -> Result<Vec<String>, UnreadLine> {
        let fields = FieldReader { known: &["known"], are_meant }.read(text)?.into_iter();
        let shown = fields
            .map(|YamlField { key, value, line }| format!("{line} {key}={}", value.to_json()));
        Ok(shown.collect())
    }

    #[test]
    fn a_line_is_a_field() {
        for (text, expected) in [
            ("a: b: c # d", r#"1 a="b: c""#),
            ("a:", r#"1 a="""#),
            ("a:\tb", r#"1 a="b""#),
            ("\"a\": 'it''s' # d", r#"1 a="it's""#),
            ("a: \"x \\\"y\\\" \\\\\"", r#"1 a="x \"y\" \\""#),
            ("a: 'x' y", r#"1 a="'x' y""#),
            ("a: 7", r#"1 a="7""#),
            ("a: null", r#"1 a="null""#),
            ("a: [x, , 7]", r#"1 a=["x","7"]"#),
            ("a: ['x']", r#"1 a="['x']""#),
            ("a: @b", r#"1 a="@b""#),
            ("\n# x\na: b\r\n", r#"3 a="b""#),
        ] {
            assert_eq!(read(text, false), Ok(vec![expected.to_owned()]), "{text}");
        }
        assert_eq!(read("", false), Ok(Vec::new()));
    }

    #[test]
    fn further_lines_are_entries_or_text() {
        for (text, expected) in [
            ("a:\n- b\n  - c: d # no\n", r#"1 a=["b","c: d"]"#),
            ("a: [b]\n- c\n", r#"1 a=["b","c"]"#),
            ("a: [b]\n  c\n", r#"1 a=["b\nc"]"#),
            ("a: []\n  c\n", r#"1 a=["c"]"#),
            ("a:\n  - b: c\n    d: e\n", r#"1 a=["b: c\nd: e"]"#),
            ("known:\n  b\n", r#"1 known="b""#),
            ("known:\n\n  # c\n  'https://a.example/x' # d\n", r#"1 known="https://a.example/x""#),
            ("a:\n  b: c\n  d\n", r#"1 a="b: c\nd""#),
            ("a: b: c\n  d\n", r#"1 a="b: c\nd""#),
            ("a: b\n- c\n", r#"1 a="b\n- c""#),
        ] {
            assert_eq!(read(text, false), Ok(vec![expected.to_owned()]), "{text}");
        }
    }

    #[test]
    fn incomplete_values_are_errors() {
        for (value, reason) in [
            ("\"x", "quote"),
            ("'x # y", "quote"),
            ("[x", "bracket"),
            ("{x: y", "bracket"),
            ("*x", "anchor"),
            ("&x y", "anchor or a tag"),
            ("!x y", "anchor or a tag"),
            ("!!str y", "anchor or a tag"),
            ("|", "several lines"),
            (">-", "several lines"),
            ("|2 # x", "several lines"),
        ] {
            for text in [format!("a: b: c\nd: {value}\n  e\n"), format!("a:\n- {value}\n")] {
                let error = read(&text, false).unwrap_err();
                assert_eq!((error.line, error.reason.contains(reason)), (2, true), "{error:?}");
                assert!(read(&text, true).is_ok(), "{text}");
            }
            for text in [format!("a: b: c\nknown: {value}\n"), format!("known:\n  {value}\n")] {
                let error = read(&text, true).unwrap_err();
                assert_eq!((error.line, error.reason.contains(reason)), (2, true), "{error:?}");
            }
        }
        for value in ["*x* y", "& y", "'n' y", "[x](y) z", "|x|", "> 3", "! y", "b*x"] {
            assert_eq!(read(&format!("a: {value}"), false).map(|fields| fields.len()), Ok(1));
        }
    }

    #[test]
    fn other_keys_are_kept_as_they_are_written_if_fields_are_meant() {
        for (text, expected) in [
            ("a: \"b\n", [r#"1 a="\"b""#].as_slice()),
            ("a: >\n  b\n\n  c\n", &[r#"1 a=">\nb\nc""#]),
            ("a: [\n  b,\n]\nc: d\n", &[r#"1 a="[\nb,\n]""#, r#"4 c="d""#]),
            ("a: b\nSome words\nknown: c\n", &[r#"1 a="b\nSome words""#, r#"3 known="c""#]),
            ("a:b\nhttp://c\n", &[r#"1 a="b""#, r#"2 http="//c""#]),
            ("a:\n- {b: c\nd: e\n", &[r#"1 a=["{b: c"]"#, r#"3 d="e""#]),
            ("known: b\na: *c\n", &[r#"1 known="b""#, r#"2 a="*c""#]),
        ] {
            let expected = expected.iter().map(|field| (*field).to_owned()).collect();
            assert_eq!(read(text, true), Ok(expected), "{text}");
        }
        for (text, line, reason) in [
            ("known:b", 1, "lacks a space"),
            ("\"known\":b", 1, "lacks a space"),
            ("a: b\nknown = c", 2, "is no field"),
            ("a: b\nknown:c", 2, "lacks a space"),
            ("a: b\n\nSome words", 3, "is no field"),
            ("a: b\nknown: c\nSome words", 3, "is no field"),
            ("known: b\n  c", 2, "goes on"),
            ("known:\n  b\n  c", 3, "goes on"),
            ("known:\n  b: c", 2, "goes on"),
            ("known:\n  b:", 2, "goes on"),
            ("known:\n- b", 2, "goes on"),
            ("Some words\na: b", 1, "is no field"),
        ] {
            let error = read(text, true).unwrap_err();
            assert_eq!((error.line, error.reason.starts_with(reason)), (line, true), "{text}");
        }
    }

    #[test]
    fn other_lines_are_no_fields() {
        for text in [
            "We sell data.",
            "http://a",
            "- a",
            "  a: b",
            ": a",
            "**Note**: we sell: data",
            "> a: b: c",
            "a: b\nSome words",
            "known: b\n  c",
            "a:b",
        ] {
            assert!(read(text, false).is_err(), "{text}");
        }
    }
}
