//! Reports input that could not be read.

use fineprint::index::IngestReport;

use super::args::GlobalArgs;
use super::json_errors;
use super::streams::say;

/// The number of unreadable inputs that are printed one by one.
const MAX_FAILURES: usize = 20;

/// Prints the inputs that could not be read. Returns whether there are any.
pub fn report_problems(report: &IngestReport, global: &GlobalArgs) -> bool {
    let failed = report.failed.iter().take(MAX_FAILURES);
    let mut messages: Vec<String> =
        failed.map(|failure| format!("{}: {}", failure.at, failure.reason)).collect();
    if report.failed.len() > MAX_FAILURES {
        let rest = report.failed.len() - MAX_FAILURES;
        messages.push(format!("{rest} more inputs could not be read"));
    }
    for message in messages {
        match global.has_json_errors {
            true => say(&json_errors::object_of("corpus", &message).to_string()),
            false => say(&format!("error: {message}")),
        }
    }
    !report.failed.is_empty()
}
