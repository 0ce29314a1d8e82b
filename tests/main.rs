//! One integration binary: what users and scripts see, on small, sample and real corpora.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod oracle;
mod props;
mod readme;
mod section;
mod util;
