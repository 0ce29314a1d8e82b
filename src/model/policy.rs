//! Which policy: collection, company and policy type.

use serde::{Deserialize, Serialize};

/// The policy type of files with the Princeton-Leuven header.
pub const PRIVACY_POLICY: &str = "Privacy Policy";

/// One series of texts: whose, of which type, in which collection.
///
/// Ordered by company, then type, then collection: the order in which equal hits are listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PolicyKey {
    /// Whose policy it is, as the corpus names it.
    pub company: String,
    /// `Privacy Policy`, `Terms of Service`, ...
    pub policy_type: String,
    /// The name under which the corpus was indexed.
    pub collection: String,
}

impl PolicyKey {
    /// A 64-bit name of the policy, the same on every machine and in every build.
    pub fn hash(&self) -> u64 {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.company, &self.policy_type, &self.collection] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}
