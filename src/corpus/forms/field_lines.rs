//! Reads front matter that is not YAML: one field on each line.
//!
//! People write `title: Terms: an overview`, which YAML does not allow. This file reads a key and a
//! plain or quoted value on a line, `#` comments, and lists of plain values, in brackets or with
//! one value on each line. Everything else is kept as it is written, as a text.

use super::yaml::{YamlField, YamlValue};

/// Characters that begin Markdown between two rules, and no key.
const NO_KEY: [char; 7] = ['*', '>', '[', '|', '`', '!', '&'];

/// Reads the fields in their order. Keys may repeat. Returns `None` if a line is neither a field
/// nor a part of the field before.
pub(super) fn read(text: &str) -> Option<Vec<YamlField>> {
    let mut fields: Vec<YamlField> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim_end();
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if content.len() < line.len() || content.starts_with("- ") {
            continue_value(&mut fields.last_mut()?.value, content)?;
        } else {
            fields.push(field(line, number)?);
        }
    }
    Some(fields)
}

/// Reads the field on a line.
fn field(line: &str, number: usize) -> Option<YamlField> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && !key.starts_with(NO_KEY);
    let is_value = value.is_empty() || value.starts_with([' ', '\t']);
    if !is_key || !is_value {
        return None;
    }
    Some(YamlField { key: unquoted(key), value: field_value(value.trim()), line: number })
}

/// Adds a further line to a value: an entry of a list, or more text.
fn continue_value(value: &mut YamlValue, content: &str) -> Option<()> {
    let entry = content.strip_prefix("- ").map(|entry| field_value(entry.trim()));
    match (value, entry) {
        (YamlValue::List(list), Some(entry)) => list.push(entry),
        // Further text below a list belongs to none of its entries.
        (YamlValue::List(_), None) => {}
        (value, Some(entry)) if value.text() == Some("") => *value = YamlValue::List(vec![entry]),
        (YamlValue::Scalar { text, .. }, _) => {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(content);
        }
        (YamlValue::Mapping(_), _) => return None,
    }
    Some(())
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
        let fields = read(text)?.into_iter();
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
        ] {
            assert_eq!(fields(text), None, "{text}");
        }
    }
}
