//! `fineprint diff`: shows what changed in a policy between two dates.

use clap::{Args, ValueEnum};
use fineprint::error::{Error, Result};
use fineprint::model::Period;
use fineprint::printer::{print_diff, print_diff_unified, print_json_line};
use fineprint::search::VersionComparison;

use crate::cli::args::values::period;
use crate::cli::args::{GlobalArgs, IndexChoice, PolicyArgs};
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::{Warning, say_warning};
use crate::cli::streams::{print, text_of};

/// `fineprint diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each date selects the newest snapshot on or before it. A clause counts as changed, instead of \
removed and added, if at least half of its words stay the same. The numbers of clauses in a \
sequence (1., 2.; (a), (b)), link targets, white space, Markdown marks, and the styles of quotes \
and dashes are ignored. A heading with another number after its first word (Article 5) is \
renumbered if the headings beside it continue the sequence. Menus, headers, footers and hidden \
text are left out without --furniture.

Marks of clauses: + added, - removed, > moved, ~ changed, = another number or another date stamp
Marks of words in changed clauses: [-removed-], {+added+}

Exit status: 0 with differences, 1 without, 2 after an error.

Examples:
  fineprint diff linden-bank.example 2009 2012
  fineprint diff Airbnb --type 'Privacy Policy' 2018-05 2018-06 --format json
  fineprint diff linden-bank.example 2009 2012 --furniture")]
pub struct DiffArgs {
    /// The full name of the company
    #[arg(value_name = "COMPANY")]
    company: String,
    /// The older date: YYYY, YYYY-MM or YYYY-MM-DD
    #[arg(value_name = "DATE", value_parser = period)]
    from: Period,
    /// The newer date
    #[arg(value_name = "DATE", value_parser = period)]
    to: Period,
    /// Which of the company's policies is compared.
    #[command(flatten)]
    policy: PolicyArgs,
    /// Compare menus, headers, footers, dialogs and hidden text too
    #[arg(long)]
    furniture: bool,
    /// The format of the differences
    #[arg(long, value_enum, default_value_t)]
    format: DiffFormat,
    /// The index.
    #[command(flatten)]
    index: IndexChoice,
}

/// The values of --format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum DiffFormat {
    /// For reading.
    #[default]
    Human,
    /// One JSON object.
    Json,
    /// As `diff -u` prints it, with one line for each clause.
    Unified,
}

/// Runs the command.
pub fn run(args: &DiffArgs, global: &GlobalArgs) -> Result<Outcome> {
    if args.from.start() > args.to.last() {
        let (from, to) = (args.from.start().date(), args.to.last().date());
        return Err(Error::Usage(format!("{from} is after {to}; give the older date first")));
    }
    let chosen = open(&args.index, global)?;
    let index = &chosen.index;
    let policy = index.policy(args.policy.choice(&args.company)?)?;
    let (mut old, mut new) = (policy.at(args.from)?, policy.at(args.to)?);
    if !args.furniture {
        (old, new) = (old.without_furniture(), new.without_furniture());
    }
    let comparison = VersionComparison::new(&old, &new);
    let options = global.human_options();
    let text = text_of(args.format == DiffFormat::Json, global);
    print(text, |out| match args.format {
        DiffFormat::Human => print_diff(out, &comparison, options),
        DiffFormat::Json => print_json_line(out, &comparison),
        DiffFormat::Unified => print_diff_unified(out, &old, &new, options),
    })?;
    if old.snapshot == new.snapshot {
        let date = old.snapshot.archive_time.date();
        let message =
            format!("both dates select the snapshot of {date}; there is none between them");
        say_warning(global, &Warning { kind: "empty", message, hint: None });
    }
    Ok(finish(chosen.is_incomplete, !comparison.changes.is_empty()))
}
