//! Lists of names in files: `--company @companies.txt`.

use std::io::Read;

use fineprint::error::{Error, Result};

/// The names that flags gave, with the lines of a file in place of `@FILE`. `@-` is
/// standard input.
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
    let text = read(path).map_err(|error| {
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

fn read(path: &str) -> std::io::Result<String> {
    if path != "-" {
        return std::fs::read_to_string(path);
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}
