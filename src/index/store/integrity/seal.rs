//! The checksum at the end of a manifest, over all that precedes it.

use twox_hash::XxHash3_64;

/// The end of a JSON object, as it is written over several lines.
const OBJECT_END: &str = "\n}\n";

/// The text between the content and its checksum.
const BEFORE_SUM: &str = ",\n  \"checksum\": \"";

/// The text behind the checksum.
const AFTER_SUM: &str = "\"\n}\n";

/// Adds the checksum of a JSON object as its last value. `object` is written over several lines and
/// has at least one value.
pub(crate) fn sealed(object: &str) -> String {
    let content = object.trim_end().trim_end_matches('}').trim_end();
    debug_assert_eq!(format!("{content}{OBJECT_END}").trim_end(), object.trim_end());
    format!("{content}{BEFORE_SUM}{}{AFTER_SUM}", checksum(content))
}

/// Whether the text of a manifest is as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    /// It is.
    Whole,
    /// It is not.
    Broken,
    /// It has no checksum.
    Missing,
}

/// Compares the text of a manifest with the checksum at its end.
pub(crate) fn seal_of(text: &str) -> Seal {
    match text.rsplit_once(BEFORE_SUM) {
        None => Seal::Missing,
        Some((content, sum)) if *sum == format!("{}{AFTER_SUM}", checksum(content)) => Seal::Whole,
        Some(_) => Seal::Broken,
    }
}

fn checksum(content: &str) -> String {
    format!("{:016x}", XxHash3_64::oneshot(content.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_byte_breaks_the_seal() {
        let text = sealed("{\n  \"a\": 1,\n  \"b\": {}\n}\n");
        assert_eq!(seal_of(&text), Seal::Whole);
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let changed = String::from_utf8(bytes).expect("a text of ASCII");
            assert_ne!(seal_of(&changed), Seal::Whole, "{changed}");
        }
        for changed in [&text[..text.len() - 1], &format!("{text} "), "{\n  \"a\": 1\n}\n"] {
            assert_ne!(seal_of(changed), Seal::Whole, "{changed}");
        }
    }
}
