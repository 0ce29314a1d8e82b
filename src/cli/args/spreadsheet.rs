//! Flags for tables that spreadsheets open.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use fineprint::error::{Error, Result};
use fineprint::printer::{RowOptions, TableSeparator};

/// `--bom` and `--guard-formulas`, of each command that prints CSV.
#[derive(Debug, Clone, Copy, Args)]
pub struct SpreadsheetArgs {
    /// Begin a table with a byte order mark, without which Excel does not recognise UTF-8
    #[arg(long)]
    bom: bool,
    /// In a table, put ' before a value that a spreadsheet would run as a formula
    #[arg(long)]
    guard_formulas: bool,
}

impl SpreadsheetArgs {
    /// Refuses the flags with anything else.
    ///
    /// # Errors
    ///
    /// A flag is given, and the format is no table.
    pub fn check(self, is_table: bool) -> Result<()> {
        let message = match self {
            _ if is_table => return Ok(()),
            Self { bom: true, .. } => "--bom is for tables; add --format csv",
            Self { guard_formulas: true, .. } => "--guard-formulas is for tables; add --format csv",
            _ => return Ok(()),
        };
        Err(Error::Usage(message.to_owned()))
    }

    /// Writes the mark, if it is asked for.
    pub fn write_mark(self, out: &mut impl Write) -> io::Result<()> {
        if self.bom { out.write_all("\u{FEFF}".as_bytes()) } else { Ok(()) }
    }

    /// How rows are written to standard output.
    pub fn rows(self, separator: TableSeparator) -> RowOptions {
        let is_terminal = io::stdout().is_terminal();
        RowOptions { separator, guard_formulas: self.guard_formulas, is_terminal }
    }
}
