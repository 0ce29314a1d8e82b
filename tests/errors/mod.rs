//! Tests bad input: the program prints one line that says where and what to do, exits with 2, and
//! destroys nothing.

mod arguments;
mod corpora;
mod indexes;
mod streams;

use std::path::Path;

use fineprint::Error;

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
    let every = [
        (Error::Query(query), "unclosed quote\n  sell \"or\n       ^  close it with `\"`"),
        (Error::Usage("no date is inside".into()), "no date is inside"),
        (Error::Corpus { path: path(), message: "is empty".into() }, "some/place: is empty"),
        (Error::Index { path: path(), message: "is damaged".into() }, "some/place: is damaged"),
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
