//! Errors and warnings as JSON, for programs that read the results as JSON
//! (`schema/error.schema.json`).

use std::ffi::OsString;

use fineprint::Error;
use serde_json::{Value, json};

use super::advice;

/// Whether the results are asked for as JSON, so that errors are JSON too. This reads the arguments
/// as they were typed, since they may be the mistake.
pub fn are_wanted(arguments: impl Iterator<Item = OsString>) -> bool {
    let is_json = |format: &str| matches!(format, "json" | "jsonl");
    let mut is_value = false;
    for argument in arguments {
        let Some(argument) = argument.to_str() else { continue };
        if std::mem::take(&mut is_value) && is_json(argument) {
            return true;
        }
        match argument {
            "--" => return false,
            "--format" => is_value = true,
            _ if argument.strip_prefix("--format=").is_some_and(is_json) => return true,
            _ => {}
        }
    }
    false
}

/// An error of the library, with the words `before` its message.
pub fn of_library(before: &str, error: &Error) -> Value {
    let kind = kind(error);
    let object =
        |message: &str, span, hint| object(kind, &format!("{before}{message}"), span, hint);
    match error {
        Error::Query(query) => {
            let span = query.span();
            object(query.message(), Some([span.start, span.end]), query.hint())
        }
        _ => match advice::advice(error) {
            Some(hint) => object(&error.to_string(), None, Some(&hint)),
            None => object(&advice::message(error), None, None),
        },
    }
}

/// A warning.
pub fn of_warning(kind: &str, message: &str, hint: Option<&str>) -> Value {
    json!({"warning": {"kind": kind, "message": message, "hint": hint}})
}

/// A mistake in the arguments. `text` is what the argument parser prints for people: the mistake,
/// which may have several lines, then paragraphs of tips and the usage.
pub fn of_arguments(text: &str) -> Value {
    let mut paragraphs = text.split("\n\n");
    let message = paragraphs.next().unwrap_or_default().trim_start_matches("error: ");
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let tips = paragraphs.flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("tip: "));
    let hint = tips.collect::<Vec<_>>().join("; ");
    object("request", &message, None, Some(hint.as_str()).filter(|hint| !hint.is_empty()))
}

/// A mistake in the request, and what helps.
pub fn of_request(message: &str, hint: &str) -> Value {
    object("request", message, None, Some(hint))
}

/// An error without a place in the query.
pub fn object_of(kind: &str, message: &str) -> Value {
    object(kind, message, None, None)
}

fn object(kind: &str, message: &str, span: Option<[usize; 2]>, hint: Option<&str>) -> Value {
    json!({"error": {"kind": kind, "message": message, "span": span, "hint": hint}})
}

/// What an error is about.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Query(_) | Error::TooManyWords { .. } => "query",
        Error::BadGlob { .. }
        | Error::UnknownName { .. }
        | Error::UnknownMetadataKey { .. }
        | Error::NoPolicy { .. }
        | Error::AmbiguousPolicy { .. }
        | Error::AmbiguousClause { .. }
        | Error::BeforeFirstSnapshot { .. }
        | Error::NoSnapshot { .. } => "name",
        Error::Corpus { .. }
        | Error::CorpusGone { .. }
        | Error::ReadAnew { .. }
        | Error::NoPolicyFound { .. }
        | Error::NoDateFound { .. }
        | Error::MissingColumns { .. }
        | Error::NoMatchingPath { .. }
        | Error::NoHistoryPath { .. }
        | Error::NoKnownLayout { .. } => "corpus",
        Error::NoIndex { .. }
        | Error::BadManifest { .. }
        | Error::OtherVersion { .. }
        | Error::WouldForget { .. }
        | Error::Index { .. } => "index",
        Error::Damaged { .. } => "damaged",
        Error::Io { .. } | Error::Tantivy { .. } | Error::Output(_) => "system",
        _ => "request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_decides() {
        let wanted = |line: &str| are_wanted(line.split(' ').map(OsString::from));
        for line in ["search x --format json", "search --format=jsonl x", "info --format json"] {
            assert!(wanted(line), "{line}");
        }
        for line in ["search x", "search --format csv json", "search -- --format json"] {
            assert!(!wanted(line), "{line}");
        }
    }

    #[test]
    fn mistakes_in_arguments_have_their_lines_and_tips() {
        let text = "error: these arguments are missing:\n  <DATE>\n  <DATE>\n\n  tip: give two\n\n\
                    Usage: fineprint diff";
        let error = &of_arguments(text)["error"];
        assert_eq!(error["message"], "these arguments are missing: <DATE> <DATE>");
        assert_eq!(error["hint"], "give two");
        assert_eq!(of_arguments("error: no\n\nUsage: x")["error"]["hint"], Value::Null);
    }
}
