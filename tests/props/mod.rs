//! Properties that hold for any text, any corpus and any query. Random inputs are checked against
//! the oracle.

pub mod collapse;
pub mod folding;
pub mod pages;
pub mod search;
pub mod sections;
pub mod targets;
pub mod tokens;

use proptest::prelude::ProptestConfig;

/// Runs this many cases unless `PROPTEST_CASES` gives another number. A failure prints its smallest
/// input and writes no file.
pub fn cases(default: u32) -> ProptestConfig {
    let given = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: given.unwrap_or(default),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
