//! Links the program at a fixed address where that is safe to ask for.
//!
//! At an address of its own choosing the loader would correct 30,000 pointers, most of them of the tables for HTML, at every start: a fifth of
//! the time of a whole search (`benches/README.md`). What is given up is that the place of the program's own code is random; libraries, heap
//! and stack stay so. Who packages the program for a system that wants position independence sets `FINEPRINT_PIE=1`.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=FINEPRINT_PIE");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_usual = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    if is_usual && env::var_os("FINEPRINT_PIE").is_none() {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
