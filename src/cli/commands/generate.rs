//! `fineprint completions` and `fineprint man`: files for shells and `man`, made from the flags.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use fineprint::error::{Error, Result};
use fineprint::export::ExportFile;

use crate::cli::outcome::Outcome;
use crate::cli::streams::{data, print};

const NAME: &str = "fineprint";
const VERSION: &str = concat!("fineprint ", env!("CARGO_PKG_VERSION"));

/// `fineprint completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fineprint completions bash >> ~/.bash_completion
  fineprint completions zsh > ~/.zfunc/_fineprint
  fineprint completions fish > ~/.config/fish/completions/fineprint.fish
  fineprint completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// `fineprint man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fineprint man search | man -l -
  fineprint man --dir ~/.local/share/man/man1")]
pub struct ManArgs {
    /// The command whose page is printed [default: the page of the program]
    command: Option<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    dir: Option<PathBuf>,
}

/// Prints the script that completes the commands and flags of `program` in a shell.
pub fn completions(args: &CompletionsArgs, mut program: Command) -> Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, NAME, &mut script);
    print(data(), |out| out.write_all(&script))?;
    Ok(Outcome::Found)
}

/// Prints a manual page of `program`, or writes all of them into a folder.
pub fn man(args: &ManArgs, mut program: Command) -> Result<Outcome> {
    program.build();
    if let Some(folder) = &args.dir {
        return write_pages(&program, folder);
    }
    let command = match &args.command {
        None => &program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| unknown(&program, name))?,
    };
    let page = page(command)?;
    print(data(), |out| out.write_all(&page))?;
    Ok(Outcome::Found)
}

fn unknown(root: &Command, name: &str) -> Error {
    let names: Vec<_> = commands(root).map(Command::get_name).collect();
    Error::Usage(format!("no command `{name}`; commands: {}", names.join(", ")))
}

/// All commands except clap's own `help`, which needs no page.
fn commands(root: &Command) -> impl Iterator<Item = &Command> {
    root.get_subcommands().filter(|command| command.get_name() != "help")
}

/// The title of a page: `fineprint-search`, because `search` alone would be taken by others.
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or(NAME)
}

fn page(command: &Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(command.clone())
        .title(title(command))
        .source(VERSION)
        .manual("fineprint manual");
    man.render(&mut page).map_err(Error::Output)?;
    Ok(page)
}

fn write_pages(root: &Command, folder: &Path) -> Result<Outcome> {
    with_path(folder, fs::create_dir_all(folder))?;
    for command in std::iter::once(root).chain(commands(root)) {
        let file = folder.join(format!("{}.1", title(command)));
        let mut out = ExportFile::create(&file)?;
        with_path(&file, out.write_all(&page(command)?))?;
        out.finish()?;
    }
    Ok(Outcome::Found)
}

/// Adds a path to an I/O error.
fn with_path(path: &Path, result: std::io::Result<()>) -> Result<()> {
    result.map_err(|source| Error::Io { path: path.to_owned(), source })
}
