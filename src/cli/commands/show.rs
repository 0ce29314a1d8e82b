//! `fineprint show`.

use std::io::{self, BufWriter, Write};

use fineprint::error::{Error, Result};
use fineprint::index::OpenIndex;
use fineprint::model::ClauseId;
use fineprint::printer::{
    print_markdown, print_shown, print_shown_json, print_version, print_version_json,
};
use fineprint::search::{
    ShownClause, SnapshotDates, chosen_ordinal, find_clause, one_policy, version,
};

use crate::cli::args::{Cli, ShowArgs, VersionFormat};
use crate::cli::open::{human_options, open};
use crate::cli::{Outcome, say};

/// Prints a clause in its section, or a policy.
pub fn run(args: &ShowArgs, cli: &Cli) -> Result<Outcome> {
    let id = ClauseId::parse(&args.what);
    if id.is_some() {
        check(args)?;
    }
    let (index, is_incomplete) = open(&args.index, cli)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let is_found = match id {
        Some(id) => show_clause(&index, id, args, cli, &mut out)?,
        None => show_policy(&index, args, cli, &mut out)?,
    };
    out.flush().map_err(Error::Output)?;
    Ok(match (is_incomplete, is_found) {
        (true, _) => Outcome::Incomplete,
        (false, false) => Outcome::Nothing,
        (false, true) => Outcome::Found,
    })
}

/// Refuses what means nothing for a clause.
fn check(args: &ShowArgs) -> Result<()> {
    let policy = &args.policy;
    let unmeant = [
        (args.as_of.is_some(), "--as-of"),
        (!policy.policy_type.is_empty(), "--type"),
        (policy.company_changes_only, "--company-changes-only"),
        (args.format == VersionFormat::Markdown, "--format markdown"),
    ];
    match unmeant.into_iter().find(|(is_given, _)| *is_given) {
        Some((_, flag)) => {
            Err(Error::Usage(format!("{flag} is for policies; `{}` is a clause", args.what)))
        }
        None => Ok(()),
    }
}

fn show_clause(
    index: &OpenIndex,
    id: ClauseId,
    args: &ShowArgs,
    cli: &Cli,
    out: &mut impl Write,
) -> Result<bool> {
    let found = index.guard(|| find_clause(index, id, &args.policy.collection))?;
    print(out, &found, args.format, cli).map_err(Error::Output)?;
    if found.is_empty() && !cli.quiet {
        say(&format!("no clause `{id}` in {}", index.dir().display()));
    }
    Ok(!found.is_empty())
}

fn show_policy(
    index: &OpenIndex,
    args: &ShowArgs,
    cli: &Cli,
    out: &mut impl Write,
) -> Result<bool> {
    let dates = args.as_of.map_or(SnapshotDates::Latest, SnapshotDates::AsOf);
    let filters = args.policy.filters(&args.what, dates);
    let version = index.guard(|| {
        let rank = one_policy(index, &filters, &args.what)?;
        version(index, rank, chosen_ordinal(index, rank, &filters)?)
    })?;
    let printed = match args.format {
        VersionFormat::Human => print_version(out, &version, human_options(cli.color)),
        VersionFormat::Json => print_version_json(out, &version),
        VersionFormat::Markdown => print_markdown(out, &version),
    };
    printed.map_err(Error::Output)?;
    Ok(true)
}

fn print(
    out: &mut impl Write,
    found: &[ShownClause],
    format: VersionFormat,
    cli: &Cli,
) -> io::Result<()> {
    for (i, shown) in found.iter().enumerate() {
        match format {
            VersionFormat::Human | VersionFormat::Markdown => {
                if i > 0 {
                    writeln!(out)?;
                }
                print_shown(out, shown, human_options(cli.color))?;
            }
            VersionFormat::Json => print_shown_json(out, shown)?,
        }
    }
    out.flush()
}
