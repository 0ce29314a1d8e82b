//! `fineprint info`.

use std::io::{self, BufWriter, Write};

use fineprint::error::{Error, Result};
use fineprint::index::IndexInfo;
use fineprint::printer::{print_info, print_json_line};

use crate::cli::Outcome;
use crate::cli::args::{Cli, InfoArgs, ShowFormat};
use crate::cli::open::open;

/// Says what an index holds.
pub fn run(args: &InfoArgs, cli: &Cli) -> Result<Outcome> {
    let (dir, is_incomplete) = match &args.index.corpus {
        // An index that searches cannot use can still be asked what it is.
        None => (args.index.folder.index.clone(), false),
        Some(_) => {
            let (index, is_incomplete) = open(&args.index, cli)?;
            (index.dir().to_owned(), is_incomplete)
        }
    };
    let info = IndexInfo::read(&dir)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = match args.format {
        ShowFormat::Human => print_info(&mut out, &info),
        ShowFormat::Json => print_json_line(&mut out, &info),
    };
    printed.and_then(|()| out.flush()).map_err(Error::Output)?;
    Ok(if is_incomplete { Outcome::Incomplete } else { Outcome::Found })
}
