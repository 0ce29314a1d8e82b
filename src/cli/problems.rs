//! Prints errors and warnings on stderr, for people or as JSON.

use fineprint::Error;
use fineprint::index::IngestReport;
use fineprint::printer::sanitize;

use super::advice;
use super::args::GlobalArgs;
use super::json_errors;
use super::streams::{say, say_lines};

/// The number of unreadable inputs that are printed one by one.
const MAX_FAILURES: usize = 20;

/// Prints the inputs that could not be read. Returns whether there are any.
pub fn report_problems(report: &IngestReport, global: &GlobalArgs) -> bool {
    for failure in report.failed.iter().take(MAX_FAILURES) {
        say_error(global, "corpus", &format!("{}: {}", failure.at, failure.reason));
    }
    if report.failed.len() > MAX_FAILURES {
        let printed = report.failed.iter().take(MAX_FAILURES).map(|failure| failure.inputs);
        let rest = report.unreadable() - printed.sum::<u64>();
        say_error(global, "corpus", &format!("{rest} more inputs could not be read"));
    }
    !report.failed.is_empty()
}

/// Prints an error, as JSON if the results are JSON. `kind`: see `schema/error.schema.json`.
pub fn say_error(global: &GlobalArgs, kind: &str, message: &str) {
    say(&worded(global.has_json_messages, kind, message));
}

/// Prints an error of the library with the words `before` it, for people or as JSON.
pub fn say_library_error(is_json: bool, before: &str, error: &Error) {
    if is_json {
        return say(&json_errors::of_library(before, error).to_string());
    }
    let message = format!("error: {}{}", sanitize(before), advice::message(error));
    match error {
        // It shows the query on a line of its own.
        Error::Query(_) => say_lines(&message),
        _ => say(&message),
    }
}

/// Something that a person should know although nothing failed.
pub struct Warning {
    /// What it is about: see `schema/error.schema.json`.
    pub kind: &'static str,
    /// The whole of it in words, with what helps.
    pub message: String,
    /// What helps, where the message names it.
    pub hint: Option<String>,
}

/// Prints a warning unless --quiet is given, as JSON if the results are JSON.
pub fn say_warning(global: &GlobalArgs, warning: &Warning) {
    let Warning { kind, message, hint } = warning;
    match global.has_json_messages {
        _ if global.quiet => {}
        true => say(&json_errors::of_warning(kind, message, hint.as_deref()).to_string()),
        false => say(message),
    }
}

/// Prints a line that is neither an error nor a warning, such as totals. JSON results say the same.
pub fn say_to_people(global: &GlobalArgs, message: &str) {
    if global.is_for_people() {
        say(message);
    }
}

/// An error for people, or as JSON.
pub fn worded(is_json: bool, kind: &str, message: &str) -> String {
    match is_json {
        true => json_errors::object_of(kind, message).to_string(),
        false => format!("error: {message}"),
    }
}
