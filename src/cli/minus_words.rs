//! Recognises `-word` in a query and `-flag` for `--flag`. The argument parser takes the letters of
//! both for short flags.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

/// The commands that have a query.
const ASKING: [&str; 6] = ["search", "timeline", "facets", "companies", "history", "export"];

/// The mistake in an argument, and the help against it.
pub struct ArgumentCorrection {
    /// The mistake.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

/// The correction, if this error of the argument parser is about a word with one `-`. `arguments`
/// were given to `program`.
pub fn correction(
    error: &clap::Error,
    mut program: Command,
    arguments: impl Iterator<Item = String>,
) -> Option<ArgumentCorrection> {
    // This adds the flags for help to all commands, and the global flags.
    program.build();
    let mut arguments = arguments.skip(1);
    let command = program.find_subcommand(command_name(&program, &mut arguments)?)?;
    if !ASKING.contains(&command.get_name()) {
        return None;
    }
    let word = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) => {
            (!flag.starts_with("--")).then(|| unknown_word(command, arguments))?
        }
        // The parser reads `-hello` as `-h` and more.
        (ErrorKind::DisplayHelp, _) => unknown_word(command, arguments),
        (ErrorKind::ValueValidation, _) => word_with_value(error, arguments),
        _ => None,
    }?;
    let name = word.split('=').next().unwrap_or_default();
    match long_flag(command, name) {
        Some(flag) if is_help(flag) => None,
        Some(_) => Some(flag_with_one_minus(&word, name)),
        None => is_word(&word).then(|| excluded_word(&word)),
    }
}

fn command_name(program: &Command, arguments: &mut impl Iterator<Item = String>) -> Option<String> {
    loop {
        let argument = arguments.next()?;
        if !argument.starts_with('-') {
            return Some(argument);
        }
        if takes_next(program, &argument) {
            arguments.next();
        }
    }
}

/// What follows the `-` of the first argument that is no flag, unless help is asked for before it.
fn unknown_word(command: &Command, mut arguments: impl Iterator<Item = String>) -> Option<String> {
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--" | "--help") {
            return None;
        }
        if let Some(letters) = argument.strip_prefix('-').filter(|rest| !rest.starts_with('-')) {
            let Some(flags) = short_flags(command, letters) else {
                return Some(letters.to_owned());
            };
            if flags.into_iter().any(is_help) {
                return None;
            }
        }
        if takes_next(command, &argument) {
            arguments.next();
        }
    }
    None
}

/// A word whose first letter is a flag with a value, such as `-Cookies`.
fn word_with_value(
    error: &clap::Error,
    mut arguments: impl Iterator<Item = String>,
) -> Option<String> {
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else {
        return None;
    };
    if !value.starts_with(char::is_alphabetic) {
        return None;
    }
    let is_split = |argument: &String| {
        let flag = argument.strip_suffix(value.as_str()).and_then(|flag| flag.strip_prefix('-'));
        flag.is_some_and(|letter| letter.len() == 1 && letter != "-")
    };
    arguments.find(is_split)?.strip_prefix('-').map(str::to_owned)
}

/// Whether the argument after this one is its value.
fn takes_next(command: &Command, argument: &str) -> bool {
    let Some(letters) = argument.strip_prefix('-') else { return false };
    let flag = match letters.strip_prefix('-') {
        Some(name) => long_flag(command, name),
        None => short_flags(command, letters)
            .filter(|flags| flags.len() == letters.chars().count())
            .and_then(|flags| flags.last().copied()),
    };
    flag.is_some_and(|flag| flag.get_action().takes_values())
}

fn long_flag<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|flag| flag.get_long() == Some(name))
}

/// The flags that these letters are, if all of them are flags. What follows a flag with a value is
/// its value.
fn short_flags<'c>(command: &'c Command, letters: &str) -> Option<Vec<&'c Arg>> {
    let mut flags = Vec::new();
    for letter in letters.chars() {
        let flag = command.get_arguments().find(|flag| flag.get_short() == Some(letter))?;
        flags.push(flag);
        if flag.get_action().takes_values() {
            break;
        }
    }
    Some(flags)
}

fn is_help(flag: &Arg) -> bool {
    matches!(flag.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong)
}

/// Whether somebody may search for this: no single letter, and no letter with a number, which are
/// flags of other programs.
fn is_word(word: &str) -> bool {
    let after_letter = word.strip_prefix(|c: char| c.is_ascii_alphabetic());
    word.starts_with(|c: char| c.is_alphanumeric() || "\"“(".contains(c))
        && !after_letter.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()))
}

fn flag_with_one_minus(word: &str, name: &str) -> ArgumentCorrection {
    let message = format!("`-{word}` has one `-`");
    let flag = format!("write the flag as `--{word}`");
    match word == name {
        true => ArgumentCorrection {
            message,
            hint: format!("{flag}, and a word left out as `NOT {word}`"),
        },
        false => ArgumentCorrection { message, hint: flag },
    }
}

fn excluded_word(word: &str) -> ArgumentCorrection {
    // The shell takes the quotes off.
    let is_bare = word.contains(char::is_whitespace) && !word.contains(['"', '“', '(']);
    let operand = if is_bare { format!("\"{word}\"") } else { word.to_owned() };
    ArgumentCorrection {
        message: format!("`-{word}` is no operator here"),
        hint: format!(
            "write what is left out as `NOT {operand}`; to search for `-{word}` itself, put it in \
             quotes and `--` in front of the query"
        ),
    }
}
