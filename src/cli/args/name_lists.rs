//! Lists of names in files: `--company @companies.txt`.

use std::io;
use std::path::Path;

use fineprint::error::{Error, Result};

use crate::cli::streams::read_whole;

/// The names that flags gave, with the lines of a file in place of `@FILE`. `@-` is standard input.
///
/// # Errors
///
/// A file that cannot be read, is not UTF-8 or contains no name.
pub fn with_listed(given: &[String]) -> Result<Vec<String>> {
    let mut names = Vec::with_capacity(given.len());
    for name in given {
        match name.strip_prefix('@') {
            Some(path) => names.extend(listed(path)?),
            None => names.push(name.clone()),
        }
    }
    Ok(names)
}

/// The names in a file.
fn listed(path: &str) -> Result<Vec<String>> {
    let bytes = read_whole(Path::new(path));
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other));
    let text = text.map_err(|error| {
        Error::Usage(format!(
            "the list of names @{path} cannot be read: {error}; for a name that begins with @, \
             write ? in place of the @"
        ))
    })?;
    let lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim);
    let names: Vec<String> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if names.is_empty() {
        return Err(Error::Usage(format!("the list of names @{path} contains no name")));
    }
    Ok(names)
}
