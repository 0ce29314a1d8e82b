//! Words the errors of the library for someone at a command line.
//!
//! The library names the mistake and keeps the data of it in the error. This file adds what only
//! the program knows: its flags, and the command that helps.

use std::io;
use std::path::Path;

use fineprint::Error;
use fineprint::error::MetadataUse;

/// The message of `error`, as the program prints it after `error: `.
pub fn message(error: &Error) -> String {
    match error {
        Error::BadPathPattern { .. } => format!("--path {error}"),
        Error::BadDefaultDate { .. } => format!("--date {error}"),
        Error::UnknownMapField { .. } | Error::RepeatedMapField { .. } => format!("--map: {error}"),
        Error::SectionWithoutWord { .. } => format!("--{error}"),
        Error::UnknownMetadataKey { asked, .. } => format!("{} {error}", metadata_flag(*asked)),
        Error::NoPolicy { asked } => {
            format!("no policy of `{asked}` is left by --type and --collection")
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
pub fn advice(error: &Error) -> Option<String> {
    Some(match error {
        Error::NoPolicyFound { .. } => {
            "if their paths do, say how: --path '{company}/{date}.md'".to_owned()
        }
        Error::NoKnownLayout { .. } => "where its paths say whose policies they are, say how with \
             --path '{company}/{type}.md'; to index the files of its newest commit, check them out \
             and name their folder"
            .to_owned(),
        Error::AmbiguousPolicy { companies, types, .. } => {
            choice_advice(companies, types).to_owned()
        }
        Error::AmbiguousClause { .. } => "write more of the id".to_owned(),
        Error::NoDateFound { .. } => {
            "say it with {date} in --path, or give all of them one date with --date".to_owned()
        }
        Error::NoHistoryPath { .. } => {
            "say so with --path, such as --path '{type}.md' or --path '**/{type}.md'".to_owned()
        }
        Error::MissingColumns { near, missing, .. } if near.is_empty() => {
            let fields =
                missing.iter().map(|(field, _)| format!("{field}=NAME")).collect::<Vec<_>>();
            format!("say which they are with --map {}", fields.join(","))
        }
        Error::MissingColumns { near, .. } => {
            let fields = near.iter().map(|(field, column)| format!("{field}={column}"));
            format!("name them with --map {}", fields.collect::<Vec<_>>().join(","))
        }
        Error::NoIndex { is_foreign: true, .. } => {
            "name one with --index, or search a corpus with --corpus".to_owned()
        }
        Error::NoIndex { path, .. } => {
            format!("make one with `fineprint index CORPUS --index {}`", path.display())
        }
        Error::BadManifest { path, .. } => {
            format!("if the folder was an index, {}", build_again(path))
        }
        Error::WouldForget { path, has_unnamed: true, .. } => format!(
            "`fineprint index --rebuild --index {}` reads all of its corpora; or build without \
             them with --rebuild=force",
            path.display()
        ),
        Error::WouldForget { path, .. } => format!(
            "save them with `fineprint export --index {} --to FILE`, or build without them with \
             --rebuild=force",
            path.display()
        ),
        Error::CorpusGone { collection, .. } => format!(
            "if it was moved, build the index anew with --rebuild, naming all corpora by their \
             present paths; if it is gone, name the others to update them and keep what the index \
             has of it, or remove its whole collection with --remove {collection}"
        ),
        Error::Io { source, .. } if is_out_of_space(source) => {
            "free space on that disk, or write to another one".to_owned()
        }
        Error::ReadAnew { .. } => {
            "mend it, or read it as before; --prune=force builds without what cannot be read"
                .to_owned()
        }
        Error::OtherVersion { path, .. } | Error::Damaged { path, .. } => build_again(path),
        _ => return None,
    })
}

/// Whether the disk is full, or the user may not write more to it.
fn is_out_of_space(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull)
}

fn build_again(index: &Path) -> String {
    format!("build it again with `fineprint index --rebuild CORPUS --index {}`", index.display())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Asserts that the program words each of these errors like this.
    fn assert_words(cases: &[(Error, &str)]) {
        for (error, words) in cases {
            assert_eq!(message(error), *words);
        }
    }

    fn names(count: usize) -> Vec<String> {
        ["a", "b"].into_iter().take(count).map(str::to_owned).collect()
    }

    fn ambiguous(companies: usize, types: usize, collections: usize) -> Error {
        Error::AmbiguousPolicy {
            asked: "acme".to_owned(),
            companies: names(companies),
            types: names(types),
            collections: names(collections),
        }
    }

    #[test]
    fn a_policy_is_chosen_by_the_flags_that_tell_it_apart() {
        assert_words(&[
            (ambiguous(1, 1, 2), "`acme` is in 2 collections: `a`, `b`; add --collection"),
            (ambiguous(1, 2, 2), "`acme` has 2 types of policies: `a`, `b`; add --type"),
            (ambiguous(2, 2, 2), "`acme` is 2 companies: `a`, `b`; name one"),
            (
                Error::NoPolicy { asked: "acme".to_owned() },
                "no policy of `acme` is left by --type and --collection",
            ),
        ]);
    }

    #[test]
    fn values_of_flags_are_named_with_their_flag() {
        let (key, known) = ("rank".to_owned(), names(1));
        assert_words(&[
            (
                Error::UnknownMetadataKey {
                    asked: MetadataUse::Facet,
                    key: key.clone(),
                    known: known.clone(),
                },
                "--by meta: `rank`: no snapshot has this key; there are a",
            ),
            (
                Error::UnknownMetadataKey { asked: MetadataUse::Filter, key, known },
                "--meta `rank`: no snapshot has this key; there are a",
            ),
            (
                Error::SectionWithoutWord { section: "!?".to_owned() },
                "--section `!?`: no word to search for",
            ),
            (Error::RepeatedMapField { field: "url".to_owned() }, "--map: `url` is named twice"),
            (
                Error::UnknownMapField { field: "firm".to_owned(), fields: &["company", "type"] },
                "--map: there is no field `firm`; fields: company, type",
            ),
            (
                Error::BadDefaultDate { date: "soon".to_owned(), forms: "YYYY-MM-DD" },
                "--date 'soon': no such date; write YYYY-MM-DD",
            ),
            (
                Error::BadPathPattern {
                    pattern: "{x}".to_owned(),
                    what: "no name".to_owned(),
                    column: 2,
                    has_company: false,
                },
                "--path '{x}': no name (column 2); write a pattern such as \
                 '{company}/{type}/{date}.md', in which a path names {company}, {type} and {date}",
            ),
        ]);
    }

    #[test]
    fn errors_of_corpora_say_how_paths_help() {
        let path = PathBuf::from("here");
        assert_words(&[
            (
                Error::NoPolicyFound { path: path.clone(), inputs: 3 },
                "here: nothing to index: none of 3 inputs says whose policy it is and of when, by \
                 a Princeton-Leuven header or front matter; if their paths do, say how: \
                 --path '{company}/{date}.md'",
            ),
            (
                Error::NoMatchingPath {
                    path: path.clone(),
                    pattern: "{company}.md".to_owned(),
                    count: 12,
                    place: "",
                    first: Some("a/b.md".to_owned()),
                },
                "here: nothing to index: no path fits '{company}.md'; the first of 12 files is \
                 `a/b.md`",
            ),
            (
                Error::NoDateFound { path: path.clone(), inputs: 3 },
                "here: nothing to index: none of 3 inputs says when it was archived, in its text \
                 or its path; say it with {date} in --path, or give all of them one date with \
                 --date",
            ),
            (
                Error::NoHistoryPath { path: path.clone() },
                "here: nothing to index: which files of this git history are policies of the \
                 company is not known; say so with --path, such as --path '{type}.md' or --path \
                 '**/{type}.md'",
            ),
            (
                Error::NoKnownLayout { path },
                "here: no commit of this git repository records a policy in a layout that is read: \
                 `Service/Terms type.md` (Open Terms Archive) or `l/li/lin/linux.org.md` with JSON \
                 as message (Princeton-Leuven); where its paths say whose policies they are, say \
                 how with --path '{company}/{type}.md'; to index the files of its newest commit, \
                 check them out and name their folder",
            ),
        ]);
    }

    #[test]
    fn errors_of_an_index_name_the_command_that_helps() {
        let path = PathBuf::from("here");
        assert_words(&[
            (
                Error::NoIndex { path: path.clone(), is_foreign: false },
                "here: there is no index here; make one with `fineprint index CORPUS --index here`",
            ),
            (
                Error::NoIndex { path: path.clone(), is_foreign: true },
                "here: is no fineprint index; name one with --index, or search a corpus with \
                 --corpus",
            ),
            (
                Error::OtherVersion {
                    path: path.clone(),
                    found: "format 2".to_owned(),
                    current: "format 3".to_owned(),
                },
                "here: this index has versions (format 2), this fineprint reads (format 3); build \
                 it again with `fineprint index --rebuild CORPUS --index here`",
            ),
            (
                Error::WouldForget { path: path.clone(), reasons: names(2), has_unnamed: false },
                "here: a new build would lose snapshots: a; b; save them with `fineprint export \
                 --index here --to FILE`, or build without them with --rebuild=force",
            ),
            (
                Error::WouldForget { path: path.clone(), reasons: names(1), has_unnamed: true },
                "here: a new build would lose snapshots: a; `fineprint index --rebuild --index \
                 here` reads all of its corpora; or build without them with --rebuild=force",
            ),
            (
                Error::Damaged { path, what: "`texts.bin` is missing".to_owned(), source: None },
                "here: is damaged (`texts.bin` is missing); build it again with `fineprint index \
                 --rebuild CORPUS --index here`",
            ),
        ]);
    }
}
