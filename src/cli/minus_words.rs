//! Recognises `-word` in a query, which the argument parser takes for flags.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The commands that have a query.
const ASKING: [&str; 6] = ["search", "timeline", "facets", "companies", "history", "export"];

/// The word behind the `-`, if this error of the argument parser is about such a word.
pub fn refused(error: &clap::Error, arguments: impl Iterator<Item = String>) -> Option<String> {
    let unknown = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) => flag,
        // The parser reads `-hello` as `-h` and more.
        (ErrorKind::DisplayHelp, _) => "-h",
        _ => return None,
    };
    let letter = unknown.strip_prefix('-').filter(|letter| !letter.starts_with('-'))?;
    let mut arguments = arguments.skip(1).skip_while(|argument| argument.starts_with('-'));
    if !ASKING.contains(&arguments.next()?.as_str()) {
        return None;
    }
    let mut words = arguments.filter_map(|argument| argument.strip_prefix('-').map(str::to_owned));
    words.find(|word| {
        let begins = word.starts_with(|c: char| c.is_alphanumeric() || "\"“(".contains(c));
        begins && word.chars().count() > 2 && word.contains(letter)
    })
}

/// The mistake.
pub fn message(word: &str) -> String {
    format!("`-{word}` is no operator here")
}

/// What helps.
pub fn hint(word: &str) -> String {
    format!(
        "write what is left out as `NOT {word}`; to search for `-{word}` itself, put it in quotes \
         and `--` in front of the query"
    )
}
