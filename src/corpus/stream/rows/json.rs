//! JSON: one snapshot in each object, and the objects in lines, in one array, or one after another.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Error, IgnoredAny};

use crate::corpus::python_json::to_json;

/// How the objects of a stream follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus::stream) enum JsonLayout {
    /// Each is in a line of its own, so that a bad line hides no other.
    Lines,
    /// They are the elements of an array, or take several lines each.
    Objects,
}

/// The layout of the JSON that begins with these bytes, or `None` if they do not begin like an
/// object or an array of objects.
pub(in crate::corpus::stream) fn layout(head: &str) -> Option<JsonLayout> {
    let text = head.trim_start();
    let (array, first) = match text.strip_prefix('[') {
        Some(inside) => (true, inside.trim_start()),
        None => (false, text),
    };
    let Some(members) = first.strip_prefix('{') else {
        let is_empty_array = array && first.strip_prefix(']').is_some_and(|end| end.trim() == "");
        return is_empty_array.then_some(JsonLayout::Objects);
    };
    if !members.trim_start().starts_with(['"', '}']) {
        return None;
    }
    // A line break within a string of JSON is written `\n`.
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    let goes_on = line.len() < text.len() && line.trim_end().ends_with(['{', '[', ',']);
    Some(if array || goes_on { JsonLayout::Objects } else { JsonLayout::Lines })
}

/// Whether the head of a JSON stream has a member of this name.
pub(in crate::corpus::stream) fn has_key(head: &str, key: &str) -> bool {
    let quoted = serde_json::Value::from(key).to_string();
    let mut places = head.match_indices(&quoted);
    places.any(|(at, _)| head[at + quoted.len()..].trim_start().starts_with(':'))
}

/// Replaces each half of a surrogate pair that is written alone, such as `\ud83d`, by U+FFFD. No
/// text can contain it; programs that cut texts at a number of UTF-16 units leave it behind.
pub(in crate::corpus::stream) fn without_lone_surrogates(json: &str) -> Cow<'_, str> {
    // Most texts have none, and finding that out is cheap.
    let bytes = json.as_bytes();
    let begins = |at: usize| matches!(bytes.get(at + 1..at + 3), Some([b'u', b'd' | b'D']));
    if !memchr::memchr_iter(b'\\', bytes).any(begins) {
        return Cow::Borrowed(json);
    }
    let mut out = String::new();
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        at += found;
        let length = match (surrogate(&json[at..], 0xD8), surrogate(&json[at..], 0xDC)) {
            (true, _) if surrogate(&json[at + 6..], 0xDC) => 12,
            (false, false) => 2,
            _ => {
                out.push_str(&json[done..at]);
                out.push_str("\\ufffd");
                done = at + 6;
                6
            }
        };
        at = json.len().min(at + length);
        // An escaped character of several bytes is no JSON, and no place to cut.
        while !json.is_char_boundary(at) {
            at += 1;
        }
    }
    if done == 0 { Cow::Borrowed(json) } else { Cow::Owned(out + &json[done..]) }
}

/// Whether a text begins with the escape of a surrogate. `first` is the first byte of the lowest
/// one of its kind.
fn surrogate(text: &str, first: u32) -> bool {
    let digits = text.strip_prefix("\\u").and_then(|digits| digits.get(..4));
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    number.is_some_and(|number| (first << 8..(first + 4) << 8).contains(&number))
}

/// The members of an object or row by name. Each value is JSON as it is written in the corpus.
pub(in crate::corpus::stream) type JsonMembers = BTreeMap<String, String>;

/// Returns the members of an object, with each value as it is written. Keeping the writing keeps
/// integers of any size; `NaN` and infinities become texts.
///
/// # Errors
///
/// The line is not a JSON object: the reason, with its column.
pub(in crate::corpus::stream) fn members(line: &str) -> Result<JsonMembers, String> {
    parse(line).or_else(|error| match to_json(line) {
        Some(json) => parse(&json).map_err(|error| describe(&error)),
        None => Err(describe(&error)),
    })
}

fn parse(line: &str) -> Result<JsonMembers, serde_json::Error> {
    // Parsing the whole line first gives errors with the column in the line.
    serde_json::from_str::<BTreeMap<String, IgnoredAny>>(line)?;
    let mut members = JsonMembers::new();
    let mut rest = line.trim_start().trim_start_matches('{').trim_start();
    while rest.starts_with('"') {
        let (key, after) = first_value::<String>(rest)?;
        let after = after.trim_start().trim_start_matches(':').trim_start();
        let (_, next) = first_value::<IgnoredAny>(after)?;
        let value = after[..after.len() - next.len()].to_owned();
        if members.insert(key.clone(), value).is_some() {
            return Err(Error::custom(format!("has two members named `{key}`")));
        }
        rest = next.trim_start().trim_start_matches(',').trim_start();
    }
    Ok(members)
}

/// The members with the start of each value, enough to tell an array of objects from a text.
pub(in crate::corpus::stream) fn heads(members: &JsonMembers) -> JsonMembers {
    const CHARS: usize = 200;
    let head = |value: &String| value.chars().take(CHARS).collect();
    members.iter().map(|(name, value)| (name.clone(), head(value))).collect()
}

/// Splits a text into the value at its start and what follows.
fn first_value<'t, T: Deserialize<'t>>(text: &'t str) -> Result<(T, &'t str), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next().ok_or_else(|| serde_json::Error::custom("a value is missing"))??;
    Ok((value, &text[values.byte_offset()..]))
}

/// The message of an error with its place in the object.
fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split_once(" at line ").map_or(&*message, |(message, _)| message);
    match (error.line(), error.column()) {
        (0, _) => message.to_owned(),
        (1, column) => format!("column {column}: {message}"),
        (line, column) => format!("line {line} of the object, column {column}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_were_written() {
        let read = members(
            r#" { "a,}" : "x\"}" , "n":16446744073709551615999,"f":-1.50e+3,"o": {"b": [1, NaN]}}"#,
        );
        let read: Vec<_> =
            read.unwrap().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            read,
            [r#"a,}="x\"}""#, "f=-1.50e+3", "n=16446744073709551615999", r#"o={"b": [1, "NaN"]}"#]
        );
        assert!(members("{}").unwrap().is_empty());
        assert_eq!(members(r#"{"a": tru}"#).unwrap_err(), "column 10: expected ident");
        assert_eq!(
            members("{\n\"a\": tru}").unwrap_err(),
            "line 2 of the object, column 9: expected ident"
        );
        assert_eq!(members(r#"{"a": 1, "a": 1}"#).unwrap_err(), "has two members named `a`");
    }

    #[test]
    fn the_layout_shows_at_the_start() {
        for (head, expected) in [
            ("{\"a\": 1}\n{\"a\": 2}", Some(JsonLayout::Lines)),
            ("\n {\"a\": 1, \"b\": \"cut off here", Some(JsonLayout::Lines)),
            ("{ \"a\": {}} \r{", Some(JsonLayout::Lines)),
            ("{\"a\": tru\n", Some(JsonLayout::Lines)),
            ("{\"a\": 1,", Some(JsonLayout::Lines)),
            ("{}\n", Some(JsonLayout::Lines)),
            ("{\n  \"a\": 1\n}", Some(JsonLayout::Objects)),
            ("{ \"a\": 1,\n\"b\": 1}", Some(JsonLayout::Objects)),
            (" [ {\"a\"", Some(JsonLayout::Objects)),
            ("[{}]", Some(JsonLayout::Objects)),
            ("[ ]\n", Some(JsonLayout::Objects)),
            ("[] is empty", None),
            ("[a](b)", None),
            ("[\"a\"]", None),
            ("{% raw %}", None),
            ("{", None),
            ("", None),
        ] {
            assert_eq!(layout(head), expected, "{head}");
        }
        assert!(has_key("{\"a\": 1, \"b\" :2", "b") && !has_key("{\"b\":\"a\"}", "a"));
    }

    #[test]
    fn lone_surrogates_become_replacements() {
        for (json, expected) in [
            (r"a \ud83d b", r"a \ufffd b"),
            (r"\ud83d\ude00 \uDE00", r"\ud83d\ude00 \ufffd"),
            (r"\ud83d\ud83d\ude00", r"\ufffd\ud83d\ude00"),
            (r"\\ud83d \\\ud83d", r"\\ud83d \\\ufffd"),
            (r"\ud83", r"\ud83"),
            (r"\ud83d", r"\ufffd"),
            (r"\u00e9 \n \é \", r"\u00e9 \n \é \"),
        ] {
            assert_eq!(without_lone_surrogates(json), expected, "{json}");
        }
    }
}
