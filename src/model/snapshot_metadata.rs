//! Reads the metadata of a snapshot: one JSON object, kept as it was written, so that big integers
//! and long decimals survive.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

type MetadataObject<'j> = BTreeMap<String, &'j RawValue>;

/// The keys and values of the metadata. Metadata that is not a JSON object has none: a corpus may
/// contain anything there, and a record is not refused for it.
fn object(metadata: &str) -> MetadataObject<'_> {
    serde_json::from_str(metadata).unwrap_or_default()
}

/// The keys of the metadata of a snapshot, in alphabetical order.
pub fn metadata_keys(metadata: &str) -> Vec<String> {
    object(metadata).into_keys().collect()
}

/// The values of `key` in the metadata of a snapshot, as text: a list has one for each entry, any
/// other value is one, and a missing key has none.
///
/// A string is given without its quotes, everything else as it is written.
///
/// ```
/// use fineprint::model::metadata_values;
/// let metadata = r#"{"categories": ["news", "blogs"], "simhash": 18446744073709551615}"#;
/// assert_eq!(metadata_values(metadata, "categories"), ["news", "blogs"]);
/// assert_eq!(metadata_values(metadata, "simhash"), ["18446744073709551615"]);
/// assert!(metadata_values(metadata, "alexa_rank").is_empty());
/// ```
pub fn metadata_values(metadata: &str, key: &str) -> Vec<String> {
    let Some(value) = object(metadata).remove(key) else { return Vec::new() };
    match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        Ok(entries) => entries.into_iter().map(plain).collect(),
        Err(_) => vec![plain(value)],
    }
}

fn plain(value: &RawValue) -> String {
    match serde_json::from_str::<String>(value.get()) {
        Ok(string) => string,
        Err(_) => value.get().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_as_they_are_written() {
        let metadata = r#"{"b": [1.50, null, "x"], "a": {"c": true}, "n": "\u0041"}"#;
        assert_eq!(metadata_keys(metadata), ["a", "b", "n"]);
        assert_eq!(metadata_values(metadata, "b"), ["1.50", "null", "x"]);
        assert_eq!(metadata_values(metadata, "a"), [r#"{"c": true}"#]);
        assert_eq!(metadata_values(metadata, "n"), ["A"]);
    }

    #[test]
    fn what_is_not_an_object_has_no_keys() {
        for metadata in ["", "[1]", "NaN", "{"] {
            assert_eq!(metadata_keys(metadata), [""; 0], "{metadata}");
        }
    }
}
