//! `fineprint completions` and `fineprint man`: what shells and `man` need, from the one table of flags.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use fineprint::error::{Error, Result};

use crate::cli::Outcome;
use crate::cli::args::{Cli, CompletionsArgs, ManArgs};

const NAME: &str = "fineprint";
const VERSION: &str = concat!("fineprint ", env!("CARGO_PKG_VERSION"));

/// Prints the script that completes commands and flags in a shell.
pub fn completions(args: &CompletionsArgs) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), NAME, &mut script);
    print(&script)
}

/// Prints a manual page, or writes all of them into a folder.
pub fn man(args: &ManArgs) -> Result<Outcome> {
    let mut root = Cli::command();
    root.build();
    if let Some(folder) = &args.dir {
        return write_pages(&root, folder);
    }
    let command = match &args.command {
        None => &root,
        Some(name) => root.find_subcommand(name).ok_or_else(|| unknown(&root, name))?,
    };
    print(&page(command)?)
}

fn unknown(root: &clap::Command, name: &str) -> Error {
    let names: Vec<_> = commands(root).map(clap::Command::get_name).collect();
    Error::Usage(format!("no command `{name}`; commands: {}", names.join(", ")))
}

/// All commands; clap's own `help` has no page.
fn commands(root: &clap::Command) -> impl Iterator<Item = &clap::Command> {
    root.get_subcommands().filter(|command| command.get_name() != "help")
}

fn page(command: &clap::Command) -> Result<Vec<u8>> {
    // `search` alone is no title to look for.
    let name = command.get_display_name().unwrap_or(NAME).to_owned();
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command.clone())
        .title(name)
        .source(VERSION)
        .manual("fineprint manual");
    man.render(&mut page).map_err(Error::Output)?;
    Ok(page)
}

fn write_pages(root: &clap::Command, folder: &Path) -> Result<Outcome> {
    let failed = |source| Error::Io { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    for command in std::iter::once(root).chain(commands(root)) {
        let name = command.get_display_name().unwrap_or(NAME);
        fs::write(folder.join(format!("{name}.1")), page(command)?).map_err(failed)?;
    }
    Ok(Outcome::Found)
}

fn print(bytes: &[u8]) -> Result<Outcome> {
    let mut out = io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).map_err(Error::Output)?;
    Ok(Outcome::Found)
}
