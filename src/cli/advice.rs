//! Words the errors of the library for someone at a command line.
//!
//! The library names the mistake and keeps the data of it in the error. This file adds what only
//! the program knows: its flags, and the command that helps.

use std::path::Path;

use fineprint::Error;
use fineprint::error::MetadataUse;

/// The message of `error`, as the program prints it after `error: `.
pub fn message(error: &Error) -> String {
    match error {
        Error::BadPathPattern { .. } => format!("--path {error}"),
        Error::BadDefaultDate { .. } => format!("--date {error}"),
        Error::UnknownMapField { .. } | Error::RepeatedMapField { .. } => format!("--map: {error}"),
        Error::NoMatchingPath { path, pattern } => format!(
            "{}: no commit of this git repository has a file at --path '{pattern}'",
            path.display()
        ),
        Error::NoKnownLayout { .. } => format!(
            "{error}; where its paths say whose policies they are, say how with \
             --path '{{company}}/{{type}}.md'; to index the files of its newest commit, check them \
             out and name their folder"
        ),
        Error::SectionWithoutWord { .. } => format!("--{error}"),
        Error::UnknownMetadataKey { asked, .. } => format!("{} {error}", metadata_flag(*asked)),
        Error::NoPolicy { asked } => {
            format!("no policy of `{asked}` is left by --type and --collection")
        }
        Error::AmbiguousPolicy { companies, types, .. } => {
            format!("{error}; {}", choice_advice(companies, types))
        }
        _ => match advice(error) {
            Some(advice) => format!("{error}; {advice}"),
            None => error.to_string(),
        },
    }
}

/// The flag that asked for a metadata key.
fn metadata_flag(asked: MetadataUse) -> &'static str {
    match asked {
        MetadataUse::Facet => "--by meta:",
        _ => "--meta",
    }
}

/// Says how to choose one of several policies of these companies and types.
fn choice_advice(companies: &[String], types: &[String]) -> &'static str {
    match (companies.len(), types.len()) {
        (1, 1) => "add --collection",
        (1, _) => "add --type",
        _ => "name one",
    }
}

/// What helps against `error`, if there is something that its own message does not say.
fn advice(error: &Error) -> Option<String> {
    Some(match error {
        Error::NoPolicyFound { .. } => {
            "if their paths do, say how: --path '{company}/{date}.md'".to_owned()
        }
        Error::NoIndex { is_foreign: true, .. } => {
            "name one with --index, or search a corpus with --corpus".to_owned()
        }
        Error::NoIndex { path, .. } => {
            format!("make one with `fineprint index CORPUS --index {}`", path.display())
        }
        Error::BadManifest { path, .. } => {
            format!("remove the folder if it was an index, and {}", build_again(path))
        }
        Error::OtherVersion { path, .. } | Error::Damaged { path, .. } => build_again(path),
        _ => return None,
    })
}

fn build_again(index: &Path) -> String {
    format!("build it again with `fineprint index --rebuild CORPUS --index {}`", index.display())
}
