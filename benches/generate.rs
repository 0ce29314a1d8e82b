//! Writes a made-up history of any size, as a stream for `git fast-import`:
//!
//! ```text
//! git init --bare history.git
//! cargo bench --bench generate -- --snapshots 42627 --policies 877 \
//!     | git -C history.git fast-import
//! ```
#![allow(missing_docs, clippy::print_stderr, clippy::unwrap_used)]

#[path = "generate/history.rs"]
mod history;

use std::io::{self, BufWriter, Write};

use clap::Parser;

/// Writes a made-up history of policies.
#[derive(Parser)]
struct Args {
    #[arg(long, default_value_t = 42_627)]
    snapshots: u64,
    #[arg(long, default_value_t = 877)]
    policies: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The flag that `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> io::Result<()> {
    let Args { snapshots, policies, seed, .. } = Args::parse();
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let size =
        history::Size { snapshots: snapshots.max(policies), policies: policies.max(1), seed };
    let made = history::write(size, &mut out)?;
    out.flush()?;
    eprintln!("{made:#?}");
    Ok(())
}
