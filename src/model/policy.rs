//! The key that identifies a policy: company, policy type and collection.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The policy type of files with the header of the Princeton-Leuven corpus.
pub const PRIVACY_POLICY: &str = "Privacy Policy";

/// The identity of a policy, which is one series of texts. Its names are in canonical composition
/// ([`canonical_name`]).
///
/// Keys are ordered by company, then policy type, then collection. Hits with equal scores are
/// listed in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PolicyKey {
    /// The owner of the policy, as the corpus names it.
    pub company: String,
    /// The type of the policy: `Privacy Policy`, `Terms of Service`, ...
    pub policy_type: String,
    /// The name under which the corpus was indexed.
    pub collection: String,
}

impl PolicyKey {
    /// The key of the policy that has these names in a corpus.
    pub fn new(company: &str, policy_type: &str, collection: &str) -> Self {
        Self {
            company: canonical_name(company),
            policy_type: canonical_name(policy_type),
            collection: canonical_name(collection),
        }
    }

    /// A 64-bit hash of the key, the same on every machine and in every build: the first bytes of
    /// BLAKE3 over the three names, each with its length in front.
    pub fn hash(&self) -> u64 {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.company, &self.policy_type, &self.collection] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// A name in canonical composition (NFC of Unicode Standard Annex 15), as an index stores it. The
/// name of a folder may have a letter and its accent as two characters, and be the same name.
pub fn canonical_name(name: &str) -> String {
    if name.is_ascii() { name.to_owned() } else { name.nfc().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(company: &str, policy_type: &str, collection: &str) -> PolicyKey {
        PolicyKey::new(company, policy_type, collection)
    }

    #[test]
    fn names_are_composed() {
        assert_eq!(key("Socie\u{301}te\u{301}", "a\u{30A}", "x"), key("Société", "å", "x"));
        assert_ne!(key("TP-Link", "a", "x"), key("Tp-link", "a", "x"));
    }

    #[test]
    fn hashes_tell_where_a_name_ends() {
        assert_ne!(key("ab", "c", "d").hash(), key("a", "bc", "d").hash());
        assert_eq!(key("ab", "c", "d").hash(), key("ab", "c", "d").hash());
    }

    #[test]
    fn keys_are_ordered_by_company_first() {
        let mut keys = [key("b", "a", "a"), key("a", "b", "a"), key("a", "a", "b")];
        keys.sort();
        assert_eq!(keys, [key("a", "a", "b"), key("a", "b", "a"), key("b", "a", "a")]);
    }
}
