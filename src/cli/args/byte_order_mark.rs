//! The flag that puts a byte order mark in front of CSV.

use std::io::{self, Write};

use clap::Args;
use fineprint::error::{Error, Result};

/// `--bom`, of each command that prints CSV.
#[derive(Debug, Clone, Copy, Args)]
pub struct ByteOrderMark {
    /// Begin csv with a byte order mark, without which Excel does not recognise UTF-8
    #[arg(long)]
    bom: bool,
}

impl ByteOrderMark {
    /// Refuses the mark in front of anything else.
    ///
    /// # Errors
    ///
    /// The mark is asked for, and the format is no table.
    pub fn check(self, is_table: bool) -> Result<()> {
        if self.bom && !is_table {
            return Err(Error::Usage("--bom is for tables; add --format csv".to_owned()));
        }
        Ok(())
    }

    /// Writes the mark, if it is asked for.
    pub fn write(self, out: &mut impl Write) -> io::Result<()> {
        if self.bom { out.write_all("\u{FEFF}".as_bytes()) } else { Ok(()) }
    }
}
