//! One integration binary: what users and scripts see, on small, sample and real corpora.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod axis;
mod batch;
mod comfort;
mod compat;
mod corpora;
mod diff;
mod errors;
mod formats;
mod forms;
mod generator;
mod git;
mod info;
mod ingest;
mod language;
mod metadata;
mod oracle;
mod output;
mod phrases;
mod props;
mod ranking;
mod readme;
mod real;
mod safety;
mod search;
mod section;
mod streams;
mod terminal_picture;
mod time;
mod update;
mod util;
