//! Reports errors, and input that could not be read.

use fineprint::index::IngestReport;

use super::args::GlobalArgs;
use super::json_errors;
use super::streams::say;

/// The number of unreadable inputs that are printed one by one.
const MAX_FAILURES: usize = 20;

/// Prints the inputs that could not be read. Returns whether there are any.
pub fn report_problems(report: &IngestReport, global: &GlobalArgs) -> bool {
    for failure in report.failed.iter().take(MAX_FAILURES) {
        say_error(global, "corpus", &format!("{}: {}", failure.at, failure.reason));
    }
    if report.failed.len() > MAX_FAILURES {
        let rest = report.failed.len() - MAX_FAILURES;
        say_error(global, "corpus", &format!("{rest} more inputs could not be read"));
    }
    !report.failed.is_empty()
}

/// Prints an error, as JSON if the results are JSON. `kind`: see `schema/error.schema.json`.
pub fn say_error(global: &GlobalArgs, kind: &str, message: &str) {
    say(&worded(global.has_json_errors, kind, message));
}

/// An error for people, or as JSON.
pub fn worded(is_json: bool, kind: &str, message: &str) -> String {
    match is_json {
        true => json_errors::object_of(kind, message).to_string(),
        false => format!("error: {message}"),
    }
}
