//! Reasons for leaving an input out, and notices about inputs that are read.

use super::forms::foreign;
use crate::model::{ArchiveTime, Period};

/// 1990-01-01 in seconds since 1970 UTC, before which there was no web.
const WEB_SECONDS: i64 = 631_152_000;

/// The rule by which an input is left out. Leaving it out is no error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SkipReason {
    /// Neither the file nor its path names a company.
    NoHeader,
    /// Nothing gives the date on which it was archived.
    NoDate,
    /// The file is empty.
    Empty,
    /// The name begins with a dot.
    Hidden,
    /// It is a symbolic link below the corpus.
    SymbolicLink,
    /// It is a symbolic link below the corpus to something that is not there.
    BrokenLink,
    /// It is a pipe, a socket or a device.
    NoFile,
    /// It is a folder that contains a fineprint index.
    Index,
    /// The record before it, or one in another corpus, has the same policy, time and text.
    Duplicate,
    /// Its path is not the path of a policy: a README of a history, or a path that does not fit
    /// the pattern of the options.
    NoPolicy,
    /// A commit deleted the file.
    Deleted,
    /// A commit brought it that the archive made for another reason than to record a policy, such
    /// as the first commit of a repository, which may contain samples.
    NoRecord,
    /// A commit of a side branch brought it. The published text is the text of the first line of
    /// the history, to which a merge may bring it later.
    SideBranch,
    /// It is a submodule of a git repository.
    Submodule,
    /// The clone does not have it: a text that was not fetched, or the changes of a commit whose
    /// parents were not fetched.
    NotFetched,
    /// It is no text: a picture, or compressed or other binary data.
    NoText,
    /// It is the pointer that Git LFS or git-annex leaves in the place of a file.
    ContentNotFetched,
    /// It divides a window into frames, which show other pages.
    FrameSet,
    /// It is an archive or a table in a folder of files, or an archive in an archive, in indexes
    /// that name no format.
    Nested,
    /// A later entry of the archive has the same name.
    Replaced,
    /// It is a hard link in a tar archive that can be read only once.
    HardLink,
    /// It is a record of a web archive that says that a page had not changed.
    Revisit,
    /// The server answered with an error, or with the address of another page.
    NotOk,
    /// It is a part of a web archive that is no page, such as a picture or a script.
    NoPage,
    /// It is a row of a database without a text.
    Textless,
    /// It is of a format that is read only when it is named itself, or not at all: which one, and
    /// the step that helps.
    Unread(&'static str),
}

impl SkipReason {
    /// Every reason.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::RULES.into_iter().chain(foreign::kinds().map(Self::Unread))
    }

    /// Every reason that names no format.
    const RULES: [SkipReason; 25] = [
        SkipReason::NoHeader,
        SkipReason::NoDate,
        SkipReason::Empty,
        SkipReason::Hidden,
        SkipReason::SymbolicLink,
        SkipReason::BrokenLink,
        SkipReason::NoFile,
        SkipReason::Index,
        SkipReason::Duplicate,
        SkipReason::NoPolicy,
        SkipReason::Deleted,
        SkipReason::NoRecord,
        SkipReason::SideBranch,
        SkipReason::Submodule,
        SkipReason::NotFetched,
        SkipReason::NoText,
        SkipReason::ContentNotFetched,
        SkipReason::FrameSet,
        SkipReason::Nested,
        SkipReason::Replaced,
        SkipReason::HardLink,
        SkipReason::Revisit,
        SkipReason::NotOk,
        SkipReason::NoPage,
        SkipReason::Textless,
    ];

    /// The reason as it is shown to people. Indexes store counts under these texts, so a changed
    /// text needs a new index format.
    pub fn reason(self) -> &'static str {
        match self {
            SkipReason::NoHeader => "names no company",
            SkipReason::NoDate => "no archive date",
            SkipReason::Empty => "empty file",
            SkipReason::Hidden => "hidden",
            SkipReason::SymbolicLink => "symbolic link",
            SkipReason::BrokenLink => "symbolic link to nothing",
            SkipReason::NoFile => "not a file",
            SkipReason::Index => "a fineprint index",
            SkipReason::Duplicate => "duplicate of another snapshot",
            SkipReason::NoPolicy => "not a policy in this layout",
            SkipReason::Deleted => "deleted, which is no snapshot",
            SkipReason::NoRecord => {
                "version of a policy in a commit whose subject is not the subject of a record"
            }
            SkipReason::SideBranch => {
                "version of a side branch, published only if and when a merge brings it"
            }
            SkipReason::Submodule => "submodule",
            SkipReason::NotFetched => "not fetched by a shallow or partial clone",
            SkipReason::NoText => "not a text, but a PDF, a picture, or compressed or binary data",
            SkipReason::ContentNotFetched => {
                "content not fetched, only a pointer of Git LFS or git-annex"
            }
            SkipReason::FrameSet => "frames without a text of their own",
            SkipReason::Nested => {
                "archive or table inside this corpus, which is read when it is named itself"
            }
            SkipReason::Replaced => "replaced by a later entry of the same name",
            SkipReason::HardLink => {
                "hard link, whose file came earlier in the pipe; it is read when the archive is \
                 named as a file"
            }
            SkipReason::Revisit => "a page unchanged since an earlier record, which contains it",
            SkipReason::NotOk => "an error or a redirection of a server, not a page",
            SkipReason::NoPage => "neither a page nor plain text",
            SkipReason::Textless => "no text",
            SkipReason::Unread(kind) => kind.strip_prefix("is ").unwrap_or(kind),
        }
    }
}

/// Something that a person should know about a corpus although nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CorpusNotice {
    /// The bytes are not UTF-8, and were read in the encoding that they declare or seem to have.
    NotUtf8,
    /// The date is before 1990, when there was no web, or after today. It is indexed as it is.
    OddDate,
    /// The clone is shallow: older snapshots are missing.
    Shallow,
    /// The clone is partial: some objects are missing.
    Partial,
    /// A page of a web archive ends early. It is indexed as far as it goes.
    CutOff,
    /// The repository says that other objects replace some of its own, or that commits have other
    /// parents. Neither is applied.
    Replaced,
    /// A text of JSON has half of a surrogate pair, which is no letter.
    LoneSurrogate,
}

impl CorpusNotice {
    /// The notice about a snapshot of this time, if one is due. `today` is a time of the last day
    /// that is not in the future.
    pub(crate) fn of_time(time: ArchiveTime, today: ArchiveTime) -> Option<Self> {
        let is_future = Period::day_of(today).is_some_and(|today| time > today.last());
        (time.seconds() < WEB_SECONDS || is_future).then_some(Self::OddDate)
    }

    /// Every notice.
    pub const ALL: [CorpusNotice; 7] = [
        CorpusNotice::NotUtf8,
        CorpusNotice::OddDate,
        CorpusNotice::Shallow,
        CorpusNotice::Partial,
        CorpusNotice::CutOff,
        CorpusNotice::Replaced,
        CorpusNotice::LoneSurrogate,
    ];

    /// The notice as it is shown, followed by a count: `dated before 1990 or in the future: 3`.
    /// Indexes store counts under these texts, so a changed text needs a new index format.
    pub fn text(self) -> &'static str {
        match self {
            CorpusNotice::NotUtf8 => {
                "not UTF-8, and read in the encoding that they declare or seem to have"
            }
            CorpusNotice::OddDate => "dated before 1990 or in the future, and indexed at that date",
            CorpusNotice::Shallow => {
                "shallow clones, read as far back as they go \
                 (`git fetch --unshallow` gets the rest)"
            }
            CorpusNotice::Partial => {
                "partial clones, read as far as they were fetched \
                 (`git fetch --refetch --no-filter` gets the rest)"
            }
            CorpusNotice::CutOff => "cut off when they were archived, and read as far as they go",
            CorpusNotice::Replaced => {
                "replacements (`git replace` or grafts), which are not applied \
                 (`git filter-repo` writes them into the history)"
            }
            CorpusNotice::LoneSurrogate => {
                "rows of JSON with half a letter, such as `\\ud83d` alone, which is read as U+FFFD"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_dates_are_before_1990_or_after_today() {
        let today = ArchiveTime::from_wayback_stamp("20260501120000").expect("a time");
        for (stamp, is_odd) in [
            ("19891231235959", true),
            ("19900101000000", false),
            ("20260501235959", false),
            ("20260502000000", true),
            ("20620101000000", true),
        ] {
            let time = ArchiveTime::from_wayback_stamp(stamp).expect("a time");
            assert_eq!(CorpusNotice::of_time(time, today).is_some(), is_odd, "{stamp}");
        }
        let last = Period::day_of(today).expect("a day").last();
        assert_eq!(CorpusNotice::of_time(last, today), None);
    }
}
