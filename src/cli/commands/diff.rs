//! `fineprint diff`.

use std::io::{self, BufWriter};

use fineprint::error::{Error, Result};
use fineprint::index::OpenIndex;
use fineprint::model::Period;
use fineprint::printer::{print_diff, print_diff_unified, print_json_line};
use fineprint::search::{
    SnapshotDates, Version, VersionComparison, chosen_ordinal, one_policy, version,
};

use crate::cli::args::{Cli, DiffArgs, DiffFormat};
use crate::cli::open::{human_options, open};
use crate::cli::{Outcome, say};

/// Compares and prints.
pub fn run(args: &DiffArgs, cli: &Cli) -> Result<Outcome> {
    if args.from.start() > args.to.last() {
        let (from, to) = (args.from.start().date(), args.to.last().date());
        return Err(Error::Usage(format!("{from} is after {to}; give the older date first")));
    }
    let (index, is_incomplete) = open(&args.index, cli)?;
    let (old, new) =
        index.guard(|| Ok((at(&index, args, args.from)?, at(&index, args, args.to)?)))?;
    let is_one = old.snapshot == new.snapshot;
    let options = human_options(cli.color);
    let comparison = VersionComparison::new(old.clone(), new.clone());
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match args.format {
        DiffFormat::Human => print_diff(&mut out, &comparison, options),
        DiffFormat::Json => print_json_line(&mut out, &comparison),
        DiffFormat::Unified => print_diff_unified(&mut out, &old, &new, options),
    };
    printed.and_then(|()| io::Write::flush(&mut out)).map_err(Error::Output)?;
    drop(out);
    if is_one && !cli.quiet {
        let date = &old.snapshot.archive_date;
        say(&format!("both dates mean one snapshot, that of {date}: there is none between them"));
    }
    Ok(match (is_incomplete, comparison.changes.is_empty()) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Nothing,
        (false, false) => Outcome::Found,
    })
}

/// The policy as it stood at the end of a period.
fn at(index: &OpenIndex, args: &DiffArgs, period: Period) -> Result<Version> {
    let filters = args.policy.filters(&args.company, SnapshotDates::AsOf(period));
    let rank = one_policy(index, &filters, &args.company)?;
    version(index, rank, chosen_ordinal(index, rank, &filters)?)
}
