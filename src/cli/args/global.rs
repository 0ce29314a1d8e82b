//! Flags that every command has.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use fineprint::printer::{HumanOptions, OutputText};

/// Flags that every command has.
#[derive(Debug, Args)]
pub struct GlobalArgs {
    /// Do not print progress, warnings or totals
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// When to use colours; `auto` means in a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto)]
    color: ColorArg,
    /// Whether errors and warnings are printed as JSON, as the format of the results asks.
    #[arg(skip)]
    pub has_json_messages: bool,
}

/// The values of --color. They have no help of their own, so that clap lists them in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorArg {
    Auto,
    Always,
    Never,
}

impl GlobalArgs {
    /// Whether progress and totals are printed: neither with --quiet, nor beside JSON.
    pub fn is_for_people(&self) -> bool {
        !self.quiet && !self.has_json_messages
    }

    /// The text of a format for people on standard output.
    pub fn people(&self) -> OutputText {
        OutputText::People { has_colour: self.human_options().has_colour }
    }

    /// How to print for people on standard output: colours, width, and control characters.
    pub fn human_options(&self) -> HumanOptions {
        let is_terminal = io::stdout().is_terminal();
        let has_colour = match self.color {
            ColorArg::Always => true,
            ColorArg::Never => false,
            ColorArg::Auto => is_terminal && allows_colour(),
        };
        let size = terminal_size::terminal_size_of(io::stdout()).filter(|_| is_terminal);
        HumanOptions {
            has_colour,
            width: size.map(|(width, _)| usize::from(width.0)),
            ..HumanOptions::default()
        }
    }
}

/// Whether the environment allows colours: <https://no-color.org>, and `TERM=dumb`.
fn allows_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
