//! JSON Lines: one snapshot in each line, as an object.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Error, IgnoredAny};

use crate::corpus::python_json::to_json;

/// The members of an object or row by name. Each value is JSON as it is written in the corpus.
pub(super) type JsonMembers = BTreeMap<String, String>;

/// Returns the members of an object, with each value as it is written. Keeping the writing keeps
/// integers of any size; `NaN` and infinities become texts.
///
/// # Errors
///
/// The line is not a JSON object: the reason, with its column.
pub(super) fn members(line: &str) -> Result<JsonMembers, String> {
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
        members.insert(key, after[..after.len() - next.len()].to_owned());
        rest = next.trim_start().trim_start_matches(',').trim_start();
    }
    Ok(members)
}

/// Splits a text into the value at its start and what follows.
fn first_value<'t, T: Deserialize<'t>>(text: &'t str) -> Result<(T, &'t str), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next().ok_or_else(|| serde_json::Error::custom("a value is missing"))??;
    Ok((value, &text[values.byte_offset()..]))
}

/// The message of an error with its column. The library adds the line, which is always 1 here.
fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split_once(" at line ").map_or(&*message, |(message, _)| message);
    format!("column {}: {message}", error.column())
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
    }
}
