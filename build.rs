//! Links the program at a fixed address where that is asked for.
//!
//! By default the program is position-independent: the system loads it at a random address, which
//! makes it harder to exploit a fault in code that parses files from strangers. At every start the
//! loader then corrects some 30,000 pointers, most of them in tables for HTML. A build with
//! `FINEPRINT_FIXED_ADDRESS=1` gives that protection up and saves the time; `benches/README.md`
//! says how much it is.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=FINEPRINT_FIXED_ADDRESS");
    let is_wanted = has_value("FINEPRINT_FIXED_ADDRESS", "1");
    // Other systems have no such option, or require position independence.
    let is_possible =
        has_value("CARGO_CFG_TARGET_OS", "linux") && has_value("CARGO_CFG_TARGET_ENV", "gnu");
    if is_wanted && is_possible {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}

/// Whether an environment variable has this value.
fn has_value(name: &str, value: &str) -> bool {
    env::var(name).is_ok_and(|found| found == value)
}
