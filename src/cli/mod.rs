//! The command line: parses the arguments, runs a command and turns its end into an exit status.
//!
//! Arguments become a request to the library, and the result goes to a printer of the library. What
//! only the program knows is here: flags, help, colours, progress bars and exit statuses.

mod advice;
mod args;
mod bar;
mod commands;
mod interruption;
mod json_errors;
mod minus_words;
mod no_hits;
mod open;
mod outcome;
mod problems;
mod streams;

use std::io;
use std::panic;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use args::GlobalArgs;
use commands::check::{self, CheckArgs};
use commands::companies::{self, CompaniesArgs};
use commands::diff::{self, DiffArgs};
use commands::export::{self, ExportArgs};
use commands::facets::{self, FacetsArgs};
use commands::generate::{self, CompletionsArgs, ManArgs};
use commands::history::{self, HistoryArgs};
use commands::index::{self, IndexArgs};
use commands::info::{self, InfoArgs};
use commands::search::{self, SearchArgs};
use commands::show::{self, ShowArgs};
use commands::timeline::{self, TimelineArgs};
use fineprint::Error;
use fineprint::printer::sanitize;
use minus_words::ArgumentCorrection;
use outcome::{FAILED, Outcome};
use streams::{say, say_lines};

/// Full-text search over archived privacy policies and terms of service
///
/// Finds clauses and prints each with its company, its archive date, and the dates between which
/// the policy contained it.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  fineprint search --corpus data/policies sell or rent
  fineprint index data/policies
  fineprint search '\"third parties\" NOT section:children' --since 2018

Exit status: 0 with hits, 1 without, 2 after an error."
)]
pub struct Cli {
    /// The command to run
    #[command(subcommand)]
    pub command: Command,
    /// The global flags.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// The commands. The first line of each is its line in the list of commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the index of one or more corpora, or bring it up to date
    Index(IndexArgs),
    /// Find the clauses that match a query
    Search(Box<SearchArgs>),
    /// Count, year by year, the policies that match a query
    Timeline(Box<TimelineArgs>),
    /// Count matching clauses by company, type, year or another field
    Facets(Box<FacetsArgs>),
    /// List companies: all, or those that do or do not say something
    Companies(Box<CompaniesArgs>),
    /// Print a policy as of a date, or a clause within its section
    Show(ShowArgs),
    /// Show when matching clauses were added, changed and removed
    History(Box<HistoryArgs>),
    /// Show what changed in a policy between two archive dates
    Diff(DiffArgs),
    /// Write snapshots or clauses as Markdown files, JSON Lines or CSV
    Export(Box<ExportArgs>),
    /// Describe the contents of the index
    Info(InfoArgs),
    /// Verify that the index is intact, or that it equals a corpus
    Check(CheckArgs),
    /// Print a script that completes commands and flags in a shell
    Completions(CompletionsArgs),
    /// Print the manual page of the program or of a command
    Man(ManArgs),
}

/// Parses the arguments, runs the command and returns the exit status.
pub fn main() -> ExitCode {
    let errors = ErrorReport { are_json: json_errors::are_wanted(std::env::args_os()) };
    let mut cli = match parse() {
        Ok(cli) => cli,
        Err(error) => return errors.arguments(&error),
    };
    cli.global.has_json_messages = errors.are_json;
    // The message below reports a panic in one line. With RUST_BACKTRACE the usual one is printed.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        panic::set_hook(Box::new(|_| {}));
    }
    match panic::catch_unwind(|| run(&cli)) {
        Ok(Ok(outcome)) => outcome.into(),
        Ok(Err(error)) => errors.library(&error),
        Err(_) => {
            let message = "internal error; please report it with the output of RUST_BACKTRACE=1";
            errors.message("internal", message)
        }
    }
}

fn run(cli: &Cli) -> Result<Outcome, Error> {
    let global = &cli.global;
    match &cli.command {
        Command::Index(args) => index::run(args, global),
        Command::Search(args) => search::run(args, global),
        Command::Facets(args) => facets::run(args, global),
        Command::Companies(args) => companies::run(args, global),
        Command::Timeline(args) => timeline::run(args, global),
        Command::Show(args) => show::run(args, global),
        Command::Export(args) => export::run(args, global),
        Command::History(args) => history::run(args, global),
        Command::Diff(args) => diff::run(args, global),
        Command::Info(args) => info::run(args, global),
        Command::Check(args) => check::run(args, global),
        Command::Completions(args) => generate::completions(args, Cli::command()),
        Command::Man(args) => generate::man(args, Cli::command()),
    }
}

/// Prints the error that ends the program, for people or as JSON, and returns its exit status.
struct ErrorReport {
    are_json: bool,
}

impl ErrorReport {
    /// An error of the library. A closed pipe is no error: its reader has enough.
    fn library(&self, error: &Error) -> ExitCode {
        match error {
            Error::Output(source) if source.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            error => problems::say_library_error(self.are_json, "", error),
        }
        ExitCode::from(FAILED)
    }

    /// A mistake in the arguments, or the help that they ask for.
    fn arguments(&self, error: &clap::Error) -> ExitCode {
        if let Some(correction) = minus_words::correction(error, Cli::command(), arguments()) {
            let ArgumentCorrection { message, hint } = correction;
            match self.are_json {
                true => say(&json_errors::of_request(&message, &hint).to_string()),
                false => say(&format!("error: {message}; {hint}")),
            }
            return ExitCode::from(FAILED);
        }
        if self.are_json && error.use_stderr() {
            say(&json_errors::of_arguments(&error.to_string()).to_string());
            return ExitCode::from(FAILED);
        }
        // The message repeats arguments, so it is made again from arguments that are safe. If they
        // are no mistake, the message as it was has them in lines of its own.
        let program = Cli::command();
        let safe = arguments().map(|argument| sanitize(&argument).into_owned());
        let again = program.try_get_matches_from(safe).err();
        let printed = match again.filter(|again| again.kind() == error.kind()) {
            Some(again) => again.print(),
            None => {
                say_lines(error.to_string().trim_end());
                Ok(())
            }
        };
        match printed {
            // Nobody reads a mistake that cannot be printed, but help was asked for.
            Err(failed) if !error.use_stderr() => self.library(&Error::Output(failed)),
            _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(FAILED)),
        }
    }

    fn message(&self, kind: &str, message: &str) -> ExitCode {
        say(&problems::worded(self.are_json, kind, message));
        ExitCode::from(FAILED)
    }
}

/// The arguments of the program, with U+FFFD for bytes that are not UTF-8.
fn arguments() -> impl Iterator<Item = String> {
    std::env::args_os().map(|argument| argument.to_string_lossy().into_owned())
}

fn parse() -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches()?;
    // A conflict declared with clap would also count an index that the environment variable names.
    if let Some((_, command)) = matches.subcommand()
        && command.try_get_raw("corpus").is_ok_and(|corpus| corpus.is_some())
        && command.value_source("index") == Some(ValueSource::CommandLine)
    {
        let message = "the argument '--index <DIR>' cannot be used with '--corpus <PATH>'";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, message));
    }
    Cli::from_arg_matches(&matches)
}
