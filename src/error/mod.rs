//! What can go wrong, and whose matter it is.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{ArchiveTime, ClauseId};

mod query;
pub(crate) mod regular_file;

pub use query::{QueryError, QueryErrorKind, QuerySpan};
pub(crate) use query::{echo, floor_border};

/// An error of the library. Every message is one line that names the place and, where something
/// helps, what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A query that cannot be read; its message has a second and third line with a caret.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A request that makes no sense: options that exclude each other, a name that the index does
    /// not have.
    #[error("{0}")]
    Usage(String),
    /// A path pattern that cannot be parsed.
    #[error("'{pattern}': {what} (column {column}); {}", advice_on_pattern(*has_company))]
    BadPathPattern {
        /// The pattern as it was given.
        pattern: String,
        /// The mistake in it.
        what: String,
        /// Where, in characters from 1.
        column: usize,
        /// Whether the company is given besides, so that a pattern does not name it.
        has_company: bool,
    },
    /// A default archive date that is not a date.
    #[error("'{date}': no such date; write {forms}")]
    BadDefaultDate {
        /// The date as it was given.
        date: String,
        /// The forms of dates that are read.
        forms: &'static str,
    },
    /// A mapping of field names that names an unknown field.
    #[error("there is no field `{field}`; fields: {}", fields.join(", "))]
    UnknownMapField {
        /// The field as it was given.
        field: String,
        /// The fields that can be mapped.
        fields: &'static [&'static str],
    },
    /// A mapping of field names that names one field twice.
    #[error("`{field}` is named twice")]
    RepeatedMapField {
        /// The field.
        field: String,
    },
    /// A corpus without a path that fits the pattern.
    #[error(
        "{}: nothing to index: {}",
        path.display(),
        no_fit(pattern, *count, place, first.as_deref())
    )]
    NoMatchingPath {
        /// The corpus as it was named.
        path: PathBuf,
        /// The path pattern.
        pattern: String,
        /// The number of files that were looked at.
        count: u64,
        /// Where in the corpus these files are, with a space in front, if they are not all that it
        /// contains.
        place: &'static str,
        /// The path of one of them.
        first: Option<String>,
    },
    /// A git history of one company whose policies have no known paths.
    #[error(
        "{}: nothing to index: which files of this git history are policies of the company is not \
         known",
        path.display()
    )]
    NoHistoryPath {
        /// The repository as it was named.
        path: PathBuf,
    },
    /// A git history in no known layout.
    #[error(
        "{}: no commit of this git repository records a policy in a layout that is read: \
         `Service/Terms type.md` (Open Terms Archive) or `l/li/lin/linux.org.md` with JSON as \
         message (Princeton-Leuven)",
        path.display()
    )]
    NoKnownLayout {
        /// The repository as it was named.
        path: PathBuf,
    },
    /// A filter of sections without a word to search for.
    #[error("section `{section}`: no word to search for")]
    SectionWithoutWord {
        /// The text of the filter.
        section: String,
    },
    /// A name with `*`, `?` or `[` that is no glob.
    #[error("`{glob}` is no glob: {reason}")]
    BadGlob {
        /// The name as it was given.
        glob: String,
        /// The reason of the glob library.
        reason: String,
    },
    /// A name that no policy of the index has.
    #[error("no {field} `{name}` in the index{}", did_you_mean(near))]
    UnknownName {
        /// Which name: `company`, `policy type` or `collection`.
        field: &'static str,
        /// The name as it was given.
        name: String,
        /// Names of the index that are nearly the same, best first.
        near: Vec<String>,
    },
    /// A metadata key that no snapshot of the index has.
    #[error("`{key}`: no snapshot has this key; there are {}", known.join(", "))]
    UnknownMetadataKey {
        /// What the key was asked for.
        asked: MetadataUse,
        /// The key as it was given.
        key: String,
        /// The keys that there are.
        known: Vec<String>,
    },
    /// A word of a query that matches more words of the index than are looked up.
    #[error("`{written}` stands for more than {most} words of the index; write more of the word")]
    TooManyWords {
        /// The word as it was written.
        written: String,
        /// How many words are looked up.
        most: usize,
    },
    /// A policy was asked for by name, and no policy of that company is left by the other names.
    #[error("no policy of `{asked}` has the type and the collection that were asked for")]
    NoPolicy {
        /// The company as it was asked for.
        asked: String,
    },
    /// A policy was asked for by name, and several policies have that name.
    #[error("{}", ambiguity(asked, companies, types, collections))]
    AmbiguousPolicy {
        /// The company as it was asked for.
        asked: String,
        /// The distinct companies of those policies, in order.
        companies: Vec<String>,
        /// The distinct types of those policies, in order.
        types: Vec<String>,
        /// The distinct collections of those policies, in order.
        collections: Vec<String>,
    },
    /// A clause was asked for by the beginning of its id, and several ids begin so.
    #[error("`{asked}` is the beginning of {} ids: {}", candidates.len(), listed_ids(candidates))]
    AmbiguousClause {
        /// The beginning as it was given.
        asked: String,
        /// The ids, each with the company of its clause, in order.
        candidates: Vec<(ClauseId, String)>,
    },
    /// A policy was asked for at a date before its first snapshot.
    #[error(
        "{company}, {policy_type}: no snapshot up to {}; its history begins on {}",
        asked.date(),
        first.date()
    )]
    BeforeFirstSnapshot {
        /// The company of the policy.
        company: String,
        /// The type of the policy.
        policy_type: String,
        /// The last moment of the date that was asked for.
        asked: ArchiveTime,
        /// The archive time of the first snapshot.
        first: ArchiveTime,
    },
    /// A policy was asked for, and the filters leave none of its snapshots.
    #[error("{company}, {policy_type}: the filters leave no snapshot")]
    NoSnapshot {
        /// The company of the policy.
        company: String,
        /// The type of the policy.
        policy_type: String,
    },
    /// A corpus that is missing, empty or holds no policy.
    #[error("{}: {message}", path.display())]
    Corpus {
        /// The corpus as it was named.
        path: PathBuf,
        /// The defect.
        message: String,
    },
    /// A corpus of an index that is no longer where it was.
    #[error(
        "{}: there is no such file or folder, which the index knows as the corpus `{name}`",
        path.display()
    )]
    CorpusGone {
        /// Its path without links and dots.
        path: PathBuf,
        /// Its path as it was named.
        name: String,
        /// Its collection.
        collection: String,
    },
    /// A corpus of which an update would take over nothing, and not everything can be read.
    #[error(
        "{}: is read in another way than before, so the index would lose what it has of this \
         corpus, and {reason}",
        path.display()
    )]
    ReadAnew {
        /// The corpus as it was named.
        path: PathBuf,
        /// Why not everything of it is read.
        reason: String,
    },
    /// A corpus in which no input says which company and date it belongs to.
    #[error("{}: nothing to index: none of {inputs} inputs says whose policy it is and of when, by \
             a Princeton-Leuven header or front matter", path.display())]
    NoPolicyFound {
        /// The corpus as it was named.
        path: PathBuf,
        /// The number of inputs that were read.
        inputs: u64,
    },
    /// A corpus in which no input says when it was archived.
    #[error("{}: nothing to index: none of {inputs} inputs says when it was archived, in its text \
             or its path", path.display())]
    NoDateFound {
        /// The corpus as it was named.
        path: PathBuf,
        /// The number of inputs that were read.
        inputs: u64,
    },
    /// A table without the columns, or JSON without the members, that each snapshot needs.
    #[error("{}: nothing to index: no {what} is named {}; {what}s found: {}", path.display(),
             names_of(missing), listed(columns))]
    MissingColumns {
        /// The corpus as it was named.
        path: PathBuf,
        /// The word for one of them: column or member.
        what: &'static str,
        /// The fields for which there is no column, each with the name that it would have.
        missing: Vec<(&'static str, String)>,
        /// The columns whose names differ from a name that is known in case only, each behind the
        /// field that it may be.
        near: Vec<(&'static str, String)>,
        /// The names of the columns.
        columns: Vec<String>,
    },
    /// A path without an index.
    #[error("{}: {}", path.display(), no_index(*is_foreign))]
    NoIndex {
        /// The path that was given as an index folder.
        path: PathBuf,
        /// Whether something else is there, so that no index can be built in this place either.
        is_foreign: bool,
    },
    /// A file with the name of a manifest that is none.
    #[error("{}: is no manifest of an index ({reason})", path.join(file).display())]
    BadManifest {
        /// The index folder.
        path: PathBuf,
        /// The name of the file.
        file: &'static str,
        /// What the file has instead of a manifest.
        reason: String,
    },
    /// An index that another version of this program has built.
    #[error("{}: this index has versions ({found}), this fineprint reads ({current})",
            path.display())]
    OtherVersion {
        /// The index folder.
        path: PathBuf,
        /// The versions of the index.
        found: String,
        /// The versions of this program.
        current: String,
    },
    /// A new build that would lose snapshots which only the index has.
    #[error("{}: a new build would lose snapshots: {}", path.display(), reasons.join("; "))]
    WouldForget {
        /// The index folder.
        path: PathBuf,
        /// What each corpus no longer has, or has without being read.
        reasons: Vec<String>,
        /// Whether a corpus that is there was left out of the new build.
        has_unnamed: bool,
    },
    /// An index folder that cannot be used.
    #[error("{}: {message}", path.display())]
    Index {
        /// The index folder.
        path: PathBuf,
        /// The reason, and what helps.
        message: String,
    },
    /// An index whose files have changed since they were written. Building it again helps.
    #[error("{}: is damaged ({what})", path.display())]
    Damaged {
        /// The index folder.
        path: PathBuf,
        /// The file or table, and its defect.
        what: String,
        /// The error of the index library, if it found the damage.
        source: Option<LibraryError>,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The index library failed.
    #[error("{}: {source}", path.display())]
    Tantivy {
        /// The index folder.
        path: PathBuf,
        /// The error of the library.
        source: LibraryError,
    },
    /// Writing results failed, for instance into a closed pipe.
    #[error("cannot write the results: {0}")]
    Output(#[source] io::Error),
}

/// An error of a library that this one uses.
pub type LibraryError = Box<dyn std::error::Error + Send + Sync>;

/// A result of the library.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Adds a path to an I/O error.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { path: path.to_owned(), source }
    }

    /// Adds the index folder to an error of the index library while writing.
    pub(crate) fn tantivy<E: Into<tantivy::TantivyError>>(path: &Path) -> impl Fn(E) -> Error {
        move |source| {
            let (path, source) = (path.to_owned(), source.into());
            match system_error(&source) {
                Some(source) => Error::Io { path, source },
                None => Error::Tantivy { path, source: source.into() },
            }
        }
    }

    /// An index whose files have changed since they were written. `what` names the file or table,
    /// and its defect.
    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Error {
        Error::Damaged { path: path.to_owned(), what: what.into(), source: None }
    }

    /// Adds the index folder to an error of the index library while reading. The index is damaged
    /// then, unless the system has failed.
    pub(crate) fn reading<E: Into<tantivy::TantivyError>>(path: &Path) -> impl Fn(E) -> Error {
        move |source| {
            let source = source.into();
            if is_system_failure(&source) {
                return Error::Tantivy { path: path.to_owned(), source: source.into() };
            }
            let what = source.to_string().replace('\n', " ");
            Error::Damaged { path: path.to_owned(), what, source: Some(source.into()) }
        }
    }

    /// An index folder that cannot be used.
    pub(crate) fn index(path: &Path, message: impl Into<String>) -> Error {
        Error::Index { path: path.to_owned(), message: message.into() }
    }
}

/// What a pattern of paths may look like.
fn advice_on_pattern(has_company: bool) -> &'static str {
    if has_company {
        "write a pattern such as '{type}/{date}.md', in which a path names {type} and {date}"
    } else {
        "write a pattern such as '{company}/{type}/{date}.md', in which a path names {company}, \
         {type} and {date}"
    }
}

/// Says that no path fits a pattern, and what paths there are.
fn no_fit(pattern: &str, count: u64, place: &str, first: Option<&str>) -> String {
    let seen = match (first, count) {
        (Some(first), 1) => format!("the only file{place} is `{first}`"),
        (Some(first), _) => format!("the first of {count} files{place} is `{first}`"),
        (None, _) => format!("there are no files{place}"),
    };
    format!("no path fits '{pattern}'; {seen}")
}

/// `; did you mean a, b?`, or nothing.
fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() {
        return String::new();
    }
    let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", near.join(", "))
}

/// The message of [`Error::NoIndex`] behind the path.
fn no_index(is_foreign: bool) -> &'static str {
    if is_foreign { "is no fineprint index" } else { "there is no index here" }
}

/// Whether the system is the cause, so that building the index again would not help: no
/// permission, no memory, a failing disk.
/// The error of the system behind an error of the index library, which sometimes keeps only its
/// words and its number: `No space left on device (os error 28)`.
fn system_error(error: &tantivy::TantivyError) -> Option<io::Error> {
    match error {
        tantivy::TantivyError::IoError(source) => {
            Some(io::Error::new(source.kind(), Arc::clone(source)))
        }
        tantivy::TantivyError::InternalError(words) => {
            let (_, number) = words.rsplit_once("(os error ")?;
            number.strip_suffix(')')?.parse().ok().map(io::Error::from_raw_os_error)
        }
        _ => None,
    }
}

fn is_system_failure(error: &tantivy::TantivyError) -> bool {
    use tantivy::TantivyError::{IoError, LockFailure, OpenDirectoryError, OpenReadError};
    use tantivy::directory::error::OpenReadError as Read;
    let kind = match error {
        IoError(error) | OpenReadError(Read::IoError { io_error: error, .. }) => error.kind(),
        LockFailure(..) | OpenDirectoryError(_) => return true,
        _ => return false,
    };
    use io::ErrorKind::{InvalidData, InvalidInput, NotFound, Other, UnexpectedEof};
    !matches!(kind, InvalidData | InvalidInput | NotFound | Other | UnexpectedEof)
}

/// What a metadata key was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataUse {
    /// Snapshots are filtered by it.
    Filter,
    /// Matches are counted by it.
    Facet,
}

/// The greatest number of names that one message lists.
const MAX_LISTED_NAMES: usize = 12;

/// Says what distinguishes several policies: companies, or else types, or else collections.
fn ambiguity(
    asked: &str,
    companies: &[String],
    types: &[String],
    collections: &[String],
) -> String {
    match (companies.len(), types.len()) {
        (1, 1) => {
            format!("`{asked}` is in {} collections: {}", collections.len(), listed(collections))
        }
        (1, count) => format!("`{asked}` has {count} types of policies: {}", listed(types)),
        (count, _) => format!("`{asked}` is {count} companies: {}", listed(companies)),
    }
}

/// Ids with the companies of their clauses.
fn listed_ids(candidates: &[(ClauseId, String)]) -> String {
    let names = candidates.iter().map(|(id, company)| format!("{id} ({company})"));
    listed(&names.collect::<Vec<_>>())
}

/// The names of missing columns.
fn names_of(missing: &[(&'static str, String)]) -> String {
    listed(&missing.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>())
}

fn listed(names: &[String]) -> String {
    let mut list: Vec<String> =
        names.iter().take(MAX_LISTED_NAMES).map(|name| format!("`{name}`")).collect();
    if names.len() > MAX_LISTED_NAMES {
        list.push(format!("and {} more", names.len() - MAX_LISTED_NAMES));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("n{number:02}")).collect()
    }

    /// The message of an ambiguous policy with these numbers of names.
    fn message(companies: usize, types: usize, collections: usize) -> String {
        let error = Error::AmbiguousPolicy {
            asked: "a*".to_owned(),
            companies: names(companies),
            types: names(types),
            collections: names(collections),
        };
        error.to_string()
    }

    #[test]
    fn an_ambiguous_policy_names_what_distinguishes_it() {
        assert_eq!(message(2, 3, 4), "`a*` is 2 companies: `n00`, `n01`");
        assert_eq!(message(1, 2, 4), "`a*` has 2 types of policies: `n00`, `n01`");
        assert_eq!(message(1, 1, 2), "`a*` is in 2 collections: `n00`, `n01`");
        assert!(message(14, 1, 1).ends_with("`n11`, and 2 more"));
    }
}
