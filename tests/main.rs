//! One integration binary: what users and scripts see, on small, sample and real corpora.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod counting;
mod errors;
mod indexing;
mod labelled;
mod library;
mod oracle;
mod output;
mod props;
mod reading;
mod searching;
mod util;
