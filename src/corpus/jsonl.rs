//! JSON Lines: one snapshot in each line.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::princeton::to_json;
use super::record::Members;

/// The members of an object, their values as they were written: integers of any size, and numbers that are no JSON as texts.
/// The error says the column.
pub(super) fn members(line: &str) -> Result<Members, String> {
    parse(line).or_else(|error| match to_json(line) {
        json if json.is_empty() => Err(describe(&error)),
        json => parse(&json).map_err(|error| describe(&error)),
    })
}

fn parse(line: &str) -> Result<Members, serde_json::Error> {
    // First the whole, for an error that says the column.
    serde_json::from_str::<BTreeMap<String, IgnoredAny>>(line)?;
    let mut members = Members::new();
    let mut rest = line.trim_start().trim_start_matches('{').trim_start();
    while rest.starts_with('"') {
        let (key, after) = value::<String>(rest)?;
        let after = after.trim_start().trim_start_matches(':').trim_start();
        let (_, next) = value::<IgnoredAny>(after)?;
        members.insert(key, after[..after.len() - next.len()].to_owned());
        rest = next.trim_start().trim_start_matches(',').trim_start();
    }
    Ok(members)
}

/// The value that a text starts with, and what follows it.
fn value<'t, T: Deserialize<'t>>(text: &'t str) -> Result<(T, &'t str), serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value =
        values.next().unwrap_or_else(|| Err(serde::de::Error::custom("a value is missing")))?;
    Ok((value, &text[values.byte_offset()..]))
}

fn describe(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    format!("column {}: {message}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_as_they_were_written() {
        let read = members(
            r#" { "a,}" : "x\"}" , "n":16446744073709551615999,"f":-1.50e+3, "o": {"b": [1, NaN]}} "#,
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
