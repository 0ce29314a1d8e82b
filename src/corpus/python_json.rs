//! JSON as Python writes it: with bare `NaN` and infinities, which are not JSON.
//!
//! Commit messages of the Princeton-Leuven history are written like this, and so are many files of
//! JSON Lines.

use serde::de::IgnoredAny;

/// The numbers of Python that are not JSON.
const BARE_NUMBERS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Converts an object to valid JSON: bare `NaN` and infinities become strings. Everything else
/// keeps its writing, so integers of any size survive. Returns `None` if the result is not one JSON
/// object.
pub(super) fn to_json(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with('{') {
        return None;
    }
    let json = quote_bare_numbers(text);
    // This only checks the syntax: no value is built, so no number can be too large.
    serde_json::from_str::<IgnoredAny>(&json).ok().map(|_| json)
}

fn quote_bare_numbers(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 8);
    let mut rest = json;
    let mut is_in_string = false;
    while let Some(start) =
        rest.find(if is_in_string { &['"', '\\'][..] } else { &['"', 'N', 'I', '-'] })
    {
        let (before, at) = rest.split_at(start);
        out.push_str(before);
        let bare = BARE_NUMBERS.into_iter().find(|word| !is_in_string && at.starts_with(word));
        let token_bytes = match bare {
            Some(word) => word.len(),
            None if at.starts_with('\\') => 1 + at[1..].chars().next().map_or(0, char::len_utf8),
            None => 1,
        };
        is_in_string ^= at.starts_with('"');
        let (token, after) = at.split_at(token_bytes);
        match bare {
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
    use serde_json::Value;

    use super::*;

    #[test]
    fn messages_are_made_json() {
        let rest = r#""title": "NaN \" NaN \\", "hash": 16446744073709551615999, "ü": -1.50e+3}"#;
        let json = format!(r#"{{"rank": NaN, "a": [NaN,-Infinity, Infinity], {rest}"#);
        let made = to_json(&format!("    {json}\n")).unwrap();
        let expected = r#"{"rank": "NaN", "a": ["NaN","-Infinity", "Infinity"], "#;
        assert_eq!(made, format!("{expected}{rest}"));
        for other in ["", "Add a README", "{", "{NaN}", "[1]", "{\"a\": 1} {}"] {
            assert_eq!(to_json(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn texts_stay(
            key in ".*",
            text in "(NaN|Infinity|[\"\\\\]|.){0,8}",
            number in any::<i128>(),
        ) {
            let json = format!(
                "{{{}: {}, \"n\": {number}}}",
                Value::from(key.as_str()),
                Value::from(text.as_str())
            );
            prop_assert_eq!(to_json(&json), Some(json));
        }
    }
}
