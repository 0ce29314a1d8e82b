//! Tests the program as users and scripts see it, on small, sample and real corpora. All
//! integration tests are one binary, so that they link once.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod architecture;
mod counting;
mod errors;
mod indexing;
mod labelled;
mod library;
mod oracle;
mod output;
mod props;
mod reading;
mod reliability;
mod searching;
mod util;
