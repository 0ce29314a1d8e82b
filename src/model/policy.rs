//! The key that identifies a policy: company, policy type and collection.

use serde::{Deserialize, Serialize};

/// The policy type of files with the header of the Princeton-Leuven corpus.
pub const PRIVACY_POLICY: &str = "Privacy Policy";

/// The identity of a policy, which is one series of texts.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key(company: &str, policy_type: &str, collection: &str) -> PolicyKey {
        PolicyKey {
            company: company.to_owned(),
            policy_type: policy_type.to_owned(),
            collection: collection.to_owned(),
        }
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
