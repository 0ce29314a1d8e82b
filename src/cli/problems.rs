//! Reports input that could not be read.

use fineprint::index::IngestReport;

use super::streams::say;

/// The number of unreadable inputs that are printed one by one.
const MAX_FAILURES: usize = 20;

/// Prints the inputs that could not be read. Returns whether there are any.
pub fn report_problems(report: &IngestReport) -> bool {
    for failure in report.failed.iter().take(MAX_FAILURES) {
        say(&format!("error: {}: {}", failure.at, failure.reason));
    }
    if report.failed.len() > MAX_FAILURES {
        let rest = report.failed.len() - MAX_FAILURES;
        say(&format!("error: {rest} more inputs could not be read"));
    }
    !report.failed.is_empty()
}
