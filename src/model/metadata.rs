//! The metadata of a snapshot: one JSON object, kept as it was written, so that big integers and long decimals survive.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

type Object<'j> = BTreeMap<String, &'j RawValue>;

fn object(metadata: &str) -> Option<Object<'_>> {
    if metadata.is_empty() { None } else { serde_json::from_str(metadata).ok() }
}

/// The keys of the metadata of a snapshot; none if it has none.
pub fn metadata_keys(metadata: &str) -> Vec<String> {
    object(metadata).map(|object| object.into_keys().collect()).unwrap_or_default()
}

/// What the metadata of a snapshot say under `key`: the letters of a string, the digits of a number as they were written, `true`, `null`;
/// of a list each entry.
///
/// ```
/// use fineprint::model::metadata_values;
/// let metadata = r#"{"categories": ["news", "blogs"], "simhash": 18446744073709551615}"#;
/// assert_eq!(metadata_values(metadata, "categories"), ["news", "blogs"]);
/// assert_eq!(metadata_values(metadata, "simhash"), ["18446744073709551615"]);
/// assert!(metadata_values(metadata, "alexa_rank").is_empty());
/// ```
pub fn metadata_values(metadata: &str, key: &str) -> Vec<String> {
    let Some(value) = object(metadata).and_then(|object| object.get(key).copied()) else {
        return Vec::new();
    };
    match serde_json::from_str::<Vec<&RawValue>>(value.get()) {
        Ok(entries) => entries.into_iter().map(plain).collect(),
        Err(_) => vec![plain(value)],
    }
}

fn plain(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}
