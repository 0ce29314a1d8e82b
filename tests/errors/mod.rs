//! Tests bad input: the program prints one line that says where and what to do, exits with 2, and
//! destroys nothing.

mod arguments;
mod corpora;
mod formats;
mod indexes;
mod streams;

use std::path::Path;

use fineprint::Error;
use fineprint::error::MetadataUse;
use fineprint::model::ArchiveTime;

use crate::util::{Fixture, listing};

/// Makes a corpus of two policies and its index in `.fineprint`.
fn indexed(fx: &Fixture) {
    fx.policy("acme.example", "2001-01-01", "# Privacy\n\nWe sell or rent data.\n");
    fx.policy("brick.example", "2001-01-01", "# Privacy\n\nWe sell or rent bricks.\n");
    fx.run(["index", "corpus"]).exits(0);
}

/// Runs a command that must fail with this message and must not change any file, not even its time.
#[track_caller]
fn fails<'f>(fx: &'f Fixture, args: &[&str], message: &str) -> &'f Fixture {
    let before = listing(&fx.root());
    fx.run(args).fails_with(message);
    assert!(listing(&fx.root()) == before, "{args:?} changed the folder");
    assert!(listing(&fx.cache()).len() == 1, "{args:?} left something in the cache folder");
    fx
}

#[test]
fn every_error_says_where_and_what_in_one_line() {
    let denied = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    let path = || Path::new("some/place").to_owned();
    let query = "sell \"or".parse::<fineprint::query::Query>().unwrap_err();
    let texts = |names: &[&str]| -> Vec<String> { names.iter().map(|&n| n.to_owned()).collect() };
    let acme = || ("acme.example".to_owned(), "Privacy Policy".to_owned());
    let every = [
        (Error::Query(query), "unclosed quote\n  sell \"or\n       ^  close it with `\"`"),
        (Error::Usage("no date is inside".into()), "no date is inside"),
        (
            Error::BadPathPattern {
                pattern: "{x}".into(),
                what: "wrong".into(),
                column: 1,
                has_company: false,
            },
            "'{x}': wrong (column 1); write a pattern such as '{company}/{type}/{date}.md', in \
             which a path names {company}, {type} and {date}",
        ),
        (
            Error::BadDefaultDate { date: "soon".into(), forms: "YYYY-MM-DD" },
            "'soon': no such date; write YYYY-MM-DD",
        ),
        (
            Error::UnknownMapField { field: "firm".into(), fields: &["company", "type"] },
            "there is no field `firm`; fields: company, type",
        ),
        (Error::RepeatedMapField { field: "type".into() }, "`type` is named twice"),
        (
            Error::NoMatchingPath {
                path: path(),
                pattern: "{company}.md".into(),
                count: 1,
                place: " of it",
                first: Some("a/b.md".into()),
            },
            "some/place: nothing to index: no path fits '{company}.md'; the only file of it is \
             `a/b.md`",
        ),
        (
            Error::NoDateFound { path: path(), inputs: 2 },
            "some/place: nothing to index: none of 2 inputs says when it was archived, in its text \
             or its path",
        ),
        (
            Error::NoHistoryPath { path: path() },
            "some/place: nothing to index: which files of this git history are policies of the \
             company is not known",
        ),
        (
            Error::NoKnownLayout { path: path() },
            "some/place: no commit of this git repository records a policy in a layout that is \
             read: `Service/Terms type.md` (Open Terms Archive) or `l/li/lin/linux.org.md` with \
             JSON as message (Princeton-Leuven)",
        ),
        (Error::SectionWithoutWord { section: "!?".into() }, "section `!?`: no word to search for"),
        (
            Error::BadGlob { glob: "[a".into(), reason: "invalid range".into() },
            "`[a` is no glob: invalid range",
        ),
        (
            Error::UnknownName { field: "company", name: "x".into(), near: texts(&["y", "z"]) },
            "no company `x` in the index; did you mean `y`, `z`?",
        ),
        (
            Error::UnknownName { field: "company", name: "x".into(), near: Vec::new() },
            "no company `x` in the index",
        ),
        (
            Error::UnknownMetadataKey {
                asked: MetadataUse::Filter,
                key: "rank".into(),
                known: texts(&["lang", "title"]),
            },
            "`rank`: no snapshot has this key; there are lang, title",
        ),
        (
            Error::TooManyWords { written: "w*".into(), most: 10_000 },
            "`w*` stands for more than 10000 words of the index; write more of the word",
        ),
        (
            Error::NoPolicy { asked: "acme".into() },
            "no policy of `acme` has the type and the collection that were asked for",
        ),
        (
            Error::AmbiguousPolicy {
                asked: "a*".into(),
                companies: texts(&["acme", "axle"]),
                types: texts(&["Terms"]),
                collections: texts(&["default"]),
            },
            "`a*` is 2 companies: `acme`, `axle`",
        ),
        (
            Error::BeforeFirstSnapshot {
                company: acme().0,
                policy_type: acme().1,
                asked: ArchiveTime::from_seconds(0),
                first: ArchiveTime::from_seconds(86_400),
            },
            "acme.example, Privacy Policy: no snapshot up to 1970-01-01; its history begins on \
             1970-01-02",
        ),
        (
            Error::NoSnapshot { company: acme().0, policy_type: acme().1 },
            "acme.example, Privacy Policy: the filters leave no snapshot",
        ),
        (Error::Corpus { path: path(), message: "is empty".into() }, "some/place: is empty"),
        (
            Error::NoPolicyFound { path: path(), inputs: 2 },
            "some/place: nothing to index: none of 2 inputs says whose policy it is and of when, \
             by a Princeton-Leuven header or front matter",
        ),
        (
            Error::MissingColumns {
                path: path(),
                what: "column",
                missing: vec![("company", "company".into()), ("text", "text".into())],
                near: Vec::new(),
                columns: texts(&["site", "date"]),
            },
            "some/place: nothing to index: no column is named `company`, `text`; columns found: \
             `site`, `date`",
        ),
        (Error::NoIndex { path: path(), is_foreign: false }, "some/place: there is no index here"),
        (Error::NoIndex { path: path(), is_foreign: true }, "some/place: is no fineprint index"),
        (
            Error::BadManifest { path: path(), file: "fineprint.json", reason: "EOF".into() },
            "some/place/fineprint.json: is no manifest of an index (EOF)",
        ),
        (
            Error::OtherVersion {
                path: path(),
                found: "format 2".into(),
                current: "format 3".into(),
            },
            "some/place: this index has versions (format 2), this fineprint reads (format 3)",
        ),
        (Error::Index { path: path(), message: "is damaged".into() }, "some/place: is damaged"),
        (
            Error::Damaged { path: path(), what: "`a.bin` is missing".into(), source: None },
            "some/place: is damaged (`a.bin` is missing)",
        ),
        (Error::Io { path: path(), source: denied() }, "some/place: permission denied"),
        (
            Error::Tantivy {
                path: path(),
                source: tantivy::TantivyError::SystemError("no more memory".into()).into(),
            },
            "some/place: System error.'no more memory'",
        ),
        (Error::Output(denied()), "cannot write the results: permission denied"),
    ];
    for (error, message) in every {
        assert_eq!(error.to_string(), message);
        let is_query = matches!(error, Error::Query(_));
        assert!(is_query || !error.to_string().contains('\n'));
        let has_cause =
            matches!(error, Error::Io { .. } | Error::Tantivy { .. } | Error::Output(_));
        assert_eq!(std::error::Error::source(&error).is_some(), has_cause, "{error}");
    }
}
