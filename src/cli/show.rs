//! `fineprint show`.

use std::io::{self, BufWriter, Write};

use fineprint::error::{Error, Result};
use fineprint::model::ClauseId;
use fineprint::printer::{print_shown, print_shown_json};
use fineprint::search::{ShownClause, find_clause};

use super::args::{Cli, ShowArgs, ShowFormat};
use super::open::{human_options, open};
use super::{Outcome, say};

/// Prints the clause in its section.
pub fn run(args: &ShowArgs, cli: &Cli) -> Result<Outcome> {
    let id = ClauseId::parse(&args.id).ok_or_else(|| no_id(&args.id))?;
    let (index, is_incomplete) = open(&args.index, cli)?;
    let found = index.guard(|| find_clause(&index, id, &args.collection))?;
    let mut out = BufWriter::new(io::stdout().lock());
    print(&mut out, &found, args.format, cli).map_err(Error::Output)?;
    if found.is_empty() && !cli.quiet {
        say(&format!("no clause `{id}` in {}", index.dir().display()));
    }
    Ok(match (is_incomplete, found.is_empty()) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Nothing,
        (false, false) => Outcome::Found,
    })
}

fn no_id(name: &str) -> Error {
    // A name with a dot is that of a company, as often as not.
    let is_site = name.contains('.') && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    let company = if is_site { format!("company:{name} ") } else { String::new() };
    Error::Usage(format!(
        "`{name}` is no clause id; give `c` and 16 letters or digits: `fineprint search {company}...` finds clauses and their ids"
    ))
}

fn print(out: &mut impl Write, found: &[ShownClause], format: ShowFormat, cli: &Cli) -> io::Result<()> {
    for (i, shown) in found.iter().enumerate() {
        match format {
            ShowFormat::Human => {
                if i > 0 {
                    writeln!(out)?;
                }
                print_shown(out, shown, human_options(cli.color))?;
            }
            ShowFormat::Json => print_shown_json(out, shown)?,
        }
    }
    out.flush()
}
