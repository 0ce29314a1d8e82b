//! The command line: what was typed becomes a library request, what comes back goes to a printer.

mod advice;
mod args;
mod bar;
mod commands;
mod open;

use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{CommandFactory, FromArgMatches};

pub use args::Cli;
use args::Command;
use fineprint::Error;

/// How a command ended; the exit status is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Something was found or done.
    Found,
    /// Nothing matched.
    Nothing,
    /// Results are there, but some input could not be read.
    Incomplete,
}

/// Parses the arguments, runs the command and says how it ended.
pub fn main() -> ExitCode {
    let cli = parse().unwrap_or_else(|error| error.exit());
    // A panic is told in one line by whoever catches it, here at the latest; who asks for a backtrace gets the usual message.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        panic::set_hook(Box::new(|_| {}));
    }
    let outcome = panic::catch_unwind(|| match &cli.command {
        Command::Index(args) => commands::index::run(args, &cli),
        Command::Search(args) => commands::search::run(args, &cli),
        Command::Facets(args) => commands::facets::run(args, &cli),
        Command::Companies(args) => commands::companies::run(args, &cli),
        Command::Timeline(args) => commands::timeline::run(args, &cli),
        Command::Show(args) => commands::show::run(args, &cli),
        Command::Export(args) => commands::export::run(args, &cli),
        Command::History(args) => commands::history::run(args, &cli),
        Command::Diff(args) => commands::diff::run(args, &cli),
        Command::Info(args) => commands::info::run(args, &cli),
        Command::Check(args) => commands::check::run(args, &cli),
        Command::Completions(args) => commands::generate::completions(args),
        Command::Man(args) => commands::generate::man(args),
    });
    let Ok(outcome) = outcome else {
        say("error: internal error; please report it with what RUST_BACKTRACE=1 prints");
        return ExitCode::from(2);
    };
    match outcome {
        Ok(Outcome::Found) => ExitCode::SUCCESS,
        Ok(Outcome::Nothing) => ExitCode::from(1),
        Ok(Outcome::Incomplete) => ExitCode::from(2),
        // Whoever read our output has seen enough.
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {}", advice::message(&error)));
            ExitCode::from(2)
        }
    }
}

fn parse() -> Result<Cli, clap::Error> {
    let matches = Cli::command().get_matches();
    // clap's own conflicts would count the environment variable as well.
    if let Some((_, command)) = matches.subcommand()
        && command.try_get_raw("corpus").is_ok_and(|corpus| corpus.is_some())
        && command.value_source("index") == Some(ValueSource::CommandLine)
    {
        let message = "the argument '--index <DIR>' cannot be used with '--corpus <PATH>'";
        return Err(Cli::command().error(ErrorKind::ArgumentConflict, message));
    }
    Cli::from_arg_matches(&matches)
}

/// `1 policy`, `2 policies`.
fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Writes a line to stderr. Where stderr is closed nobody listens, which is no error of ours.
fn say(line: &str) {
    // Query errors show foreign text that their own printer has made safe; paths and names are made safe here.
    let safe: Vec<_> = line.lines().map(fineprint::printer::sanitize).collect();
    let _ = writeln!(io::stderr().lock(), "{}", safe.join("\n"));
}
