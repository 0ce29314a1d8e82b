//! `fineprint show`: prints a policy at a date, or a clause within its section.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use fineprint::error::{Error, Result};
use fineprint::index::OpenIndex;
use fineprint::model::{ClauseId, ClauseIdPrefix, Period};
use fineprint::printer::{
    print_markdown, print_shown, print_shown_json, print_version, print_version_json,
};
use fineprint::search::{Searcher, ShownClause};

use crate::cli::args::values::period;
use crate::cli::args::{GlobalArgs, IndexChoice, PolicyArgs};
use crate::cli::open::open;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::{Warning, say_warning};
use crate::cli::streams::{data, print, text_of};

/// `fineprint show`.
#[derive(Debug, Args)]
#[command(after_help = "\
A policy is printed from the index. Its clauses equal those of the source, except for white space \
and the styles of quotes and dashes. The numbers in front of clauses are those of that date. If a \
company has several types of policies, choose one with --type.

Examples:
  fineprint show cnf5w4zt3k2q6y7ab
  fineprint show cnf5w4z
  fineprint show linden-bank.example --as-of 2012
  fineprint show Airbnb --type 'Privacy Policy' --format markdown > airbnb.md")]
pub struct ShowArgs {
    /// A company, or the id of a clause as search prints it, or at least its first 6 characters
    #[arg(value_name = "COMPANY|CLAUSE-ID")]
    what: String,
    /// Which of the company's policies is shown.
    #[command(flatten)]
    policy: PolicyArgs,
    /// Show the newest snapshot of the policy on or before this date [default: the newest of all]
    #[arg(long, value_name = "DATE", value_parser = period)]
    as_of: Option<Period>,
    /// The index.
    #[command(flatten)]
    index: IndexChoice,
    /// The format of the text
    #[arg(long, value_enum, default_value_t)]
    format: ShowFormat,
}

/// The values of --format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum ShowFormat {
    /// For reading.
    #[default]
    Human,
    /// One JSON object for the policy, or for each clause.
    Json,
    /// The text as Markdown; only for a policy.
    Markdown,
}

/// Runs the command.
pub fn run(args: &ShowArgs, global: &GlobalArgs) -> Result<Outcome> {
    let id = ClauseId::parse(&args.what);
    if id.is_some() {
        check_clause_flags(args)?;
    }
    let chosen = open(&args.index, global)?;
    let prefix = ClauseIdPrefix::parse(&args.what);
    let found = match (id, prefix) {
        (Some(id), _) => {
            let searcher = Searcher::new(chosen.index)?;
            let found = searcher.find_clause(id, &args.policy.collection)?;
            show_clauses(&searcher, &found, args, global)?
        }
        (None, Some(prefix)) => show_named(Searcher::new(chosen.index)?, &prefix, args, global)?,
        (None, None) => show_policy(&chosen.index, args, global)?,
    };
    Ok(finish(chosen.is_incomplete, found))
}

/// Prints the policy of the company with this name, or the clause whose id begins so if there is no
/// such company.
fn show_named(
    searcher: Searcher,
    prefix: &ClauseIdPrefix,
    args: &ShowArgs,
    global: &GlobalArgs,
) -> Result<bool> {
    if searcher.has_company(&args.what)? {
        return show_policy(searcher.index(), args, global);
    }
    let found = searcher.find_clause_by_prefix(prefix, &args.policy.collection)?;
    if found.is_empty() {
        // The error names companies that are nearly called so.
        return show_policy(searcher.index(), args, global);
    }
    check_clause_flags(args)?;
    show_clauses(&searcher, &found, args, global)
}

/// Refuses flags that have no meaning for a clause.
fn check_clause_flags(args: &ShowArgs) -> Result<()> {
    let policy = &args.policy;
    let policy_flags = [
        (args.as_of.is_some(), "--as-of"),
        (!policy.policy_type.is_empty(), "--type"),
        (policy.company_changes_only, "--company-changes-only"),
        (args.format == ShowFormat::Markdown, "--format markdown"),
    ];
    match policy_flags.into_iter().find(|(is_given, _)| *is_given) {
        Some((_, flag)) => {
            Err(Error::Usage(format!("{flag} is for policies; `{}` is a clause", args.what)))
        }
        None => Ok(()),
    }
}

/// Prints the clauses that were found, one from each collection. Returns whether there is one.
fn show_clauses(
    searcher: &Searcher,
    found: &[ShownClause],
    args: &ShowArgs,
    global: &GlobalArgs,
) -> Result<bool> {
    let text = text_of(args.format == ShowFormat::Json, global);
    print(text, |out| write_clauses(out, found, args.format, global))?;
    if found.is_empty() {
        let hint = "search for the words of the clause instead: `fineprint search \"WORDS OF THE \
                    CLAUSE\"`";
        let message = format!(
            "no clause `{}` in {}; ids that fineprint 0.1.0 printed are not found; {hint}",
            args.what.to_ascii_lowercase(),
            searcher.index().dir().display()
        );
        say_warning(global, &Warning { kind: "empty", message, hint: Some(hint.to_owned()) });
    }
    Ok(!found.is_empty())
}

fn write_clauses(
    out: &mut impl Write,
    found: &[ShownClause],
    format: ShowFormat,
    global: &GlobalArgs,
) -> io::Result<()> {
    for (i, shown) in found.iter().enumerate() {
        match format {
            ShowFormat::Json => print_shown_json(out, shown)?,
            ShowFormat::Human | ShowFormat::Markdown => {
                if i > 0 {
                    writeln!(out)?;
                }
                print_shown(out, shown, global.human_options())?;
            }
        }
    }
    Ok(())
}

/// Prints the policy of a company. Returns true, since a missing policy is an error.
fn show_policy(index: &OpenIndex, args: &ShowArgs, global: &GlobalArgs) -> Result<bool> {
    let policy = index.policy(args.policy.choice(&args.what)?)?;
    let version = match args.as_of {
        Some(date) => policy.at(date)?,
        None => policy.newest()?,
    };
    match args.format {
        ShowFormat::Human => {
            print(global.people(), |out| print_version(out, &version, global.human_options()))?;
        }
        ShowFormat::Json => print(data(), |out| print_version_json(out, &version))?,
        ShowFormat::Markdown => print(data(), |out| print_markdown(out, &version))?,
    }
    Ok(true)
}
