//! Properties: what holds for any text, any corpus and any query, checked against the oracle.

pub mod collapse;
pub mod search;
pub mod sections;
pub mod tokens;

use proptest::prelude::ProptestConfig;

/// So many cases unless `PROPTEST_CASES` says otherwise; a failure prints its smallest input and leaves no file behind.
pub fn cases(default: u32) -> ProptestConfig {
    let given = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: given.unwrap_or(default),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
