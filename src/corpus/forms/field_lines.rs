//! Reads front matter that is not YAML: one field on each line.
//!
//! People write `title: Terms: an overview`, which YAML does not allow. This file reads a key and a
//! plain or quoted value on a line, `#` comments, and lists of plain values, in brackets or with
//! one value on each line. Other values are kept as they are written, as texts, unless they begin
//! something that only YAML can end: then their meaning is not known.

use super::yaml::{YamlField, YamlValue};

/// Characters that begin Markdown between two rules, and no key.
const NO_KEY: [char; 7] = ['*', '>', '[', '|', '`', '!', '&'];

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnreadLine {
    /// The line, from 1.
    pub line: usize,
    /// The reason in a few words.
    pub reason: &'static str,
}

/// Reads the fields in their order. Keys may repeat. `short`: the keys whose values take one line.
///
/// # Errors
///
/// A line is neither a field nor a part of the field before, or its value is not complete.
pub(super) fn read(text: &str, short: &[&str]) -> Result<Vec<YamlField>, UnreadLine> {
    let mut fields: Vec<YamlField> = Vec::new();
    for (written, line) in text.lines().zip(1..) {
        let written = written.trim_end();
        let content = written.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if content.len() < written.len() || content.starts_with("- ") {
            let last =
                fields.last_mut().ok_or(UnreadLine { line, reason: "belongs to no field" })?;
            if short.contains(&last.key.as_str()) {
                return Err(UnreadLine { line, reason: "goes on with a value of one line" });
            }
            continue_value(&mut last.value, content)
                .map_err(|reason| UnreadLine { line, reason })?;
        } else {
            let (key, value) = field(written).map_err(|reason| UnreadLine { line, reason })?;
            fields.push(YamlField { key, value, line });
        }
    }
    Ok(fields)
}

/// Reads the key and the value on a line.
fn field(line: &str) -> Result<(String, YamlValue), &'static str> {
    let (key, value) = line.split_once(':').ok_or("is no field such as `key: value`")?;
    if key.is_empty() || key.starts_with(NO_KEY) {
        return Err("is no field such as `key: value`");
    }
    if !value.is_empty() && !value.starts_with([' ', '\t']) {
        return Err("lacks a space after the colon");
    }
    let value = value.trim();
    incomplete(value).map_or(Ok(()), Err)?;
    Ok((unquoted(key), field_value(value)))
}

/// Why a value is not complete on its line, if it is not.
fn incomplete(value: &str) -> Option<&'static str> {
    if is_open(value, '"', '"') || is_open(value, '\'', '\'') {
        return Some("has a quote that is not closed");
    }
    if is_open(value, '[', ']') || is_open(value, '{', '}') {
        return Some("has a bracket that is not closed");
    }
    if value.strip_prefix('*').is_some_and(is_anchor) {
        return Some("refers to an anchor that is not there");
    }
    let first = value.split(' ').next().unwrap_or(value);
    let name = first.strip_prefix('&').or_else(|| first.strip_prefix('!'));
    if name.is_some_and(|name| is_anchor(name.trim_start_matches('!'))) {
        return Some("has an anchor or a tag of YAML");
    }
    let block = value.split(" #").next().unwrap_or(value).trim_end();
    let signs = block.strip_prefix(['|', '>'])?;
    let is_block = signs.chars().all(|c| matches!(c, '+' | '-' | '0'..='9'));
    is_block.then_some("has a text over several lines")
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
    let entry = content.strip_prefix("- ").map(str::trim);
    entry.and_then(incomplete).map_or(Ok(()), Err)?;
    match (value, entry.map(field_value)) {
        (YamlValue::List(list), Some(entry)) => list.push(entry),
        // Further text below a list belongs to none of its entries.
        (YamlValue::List(_), None) => {}
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

    /// Each field with its line, its key and its value as JSON.
    fn fields(text: &str) -> Option<Vec<String>> {
        let fields = read(text, &["short"]).ok()?.into_iter();
        let shown = fields
            .map(|YamlField { key, value, line }| format!("{line} {key}={}", value.to_json()));
        Some(shown.collect())
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
            assert_eq!(fields(text), Some(vec![expected.to_owned()]), "{text}");
        }
        assert_eq!(fields(""), Some(Vec::new()));
    }

    #[test]
    fn further_lines_are_entries_or_text() {
        for (text, expected) in [
            ("a:\n- b\n  - c: d # no\n", r#"1 a=["b","c: d"]"#),
            ("a: [b]\n- c\n", r#"1 a=["b","c"]"#),
            ("a: [b]\n  c\n", r#"1 a=["b"]"#),
            ("a:\n  b: c\n  d\n", r#"1 a="b: c\nd""#),
            ("a: b: c\n  d\n", r#"1 a="b: c\nd""#),
            ("a: b\n- c\n", r#"1 a="b\n- c""#),
        ] {
            assert_eq!(fields(text), Some(vec![expected.to_owned()]), "{text}");
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
                let error = read(&text, &[]).unwrap_err();
                assert_eq!((error.line, error.reason.contains(reason)), (2, true), "{error:?}");
            }
        }
        for value in ["*x* y", "& y", "'n' y", "[x](y) z", "|x|", "> 3", "! y", "b*x"] {
            assert_eq!(fields(&format!("a: {value}")).map(|fields| fields.len()), Some(1));
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
            "short: b\n  c",
        ] {
            assert_eq!(fields(text), None, "{text}");
        }
    }
}
