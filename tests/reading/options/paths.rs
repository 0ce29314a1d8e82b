//! Tests --path: stars, and patterns that no path fits.

use super::{CRAWL, listed, policies, write_legal};
use crate::reading::git::{DAY, START, Stream};
use crate::util::{Fixture, fptest};

fptest!(stars_leave_out_parts_in_every_sort_of_corpus, |fx: Fixture| {
    write_legal(&fx);
    fx.file("crawl.warc", CRAWL);
    for corpus in ["folder", "files.tar", "bare.git"] {
        for pattern in [
            "{company}/*/{date}.md",
            "{company}/**/{date}.md",
            "**/{company}/*/{date}.*",
            "{company}/e*/{date}*",
            "{company}/**/en/**/{date}.md",
        ] {
            let found = policies(&fx, &[corpus, "--path", pattern]);
            assert_eq!(found, ["legal | Privacy Policy | 2001-02-03"], "{corpus} {pattern}");
        }
    }
    for pattern in ["*.{company}.example/legal/{type}", "*.{company}.*/**/{type}"] {
        let found = policies(&fx, &["crawl.warc", "--path", pattern]);
        assert_eq!(found, ["acme | terms | 2001-02-03"], "{pattern}");
    }
    // The host names the company unless the pattern does.
    for pattern in ["*/legal/{type}", "**/{type}", "www.acme.example/**/{type}"] {
        let found = policies(&fx, &["crawl.warc", "--path", pattern]);
        assert_eq!(found, ["acme.example | terms | 2001-02-03"], "{pattern}");
    }
    for pattern in ["**/terms*", "*.example/**", "**"] {
        let found = policies(&fx, &["crawl.warc", "--path", pattern]);
        assert_eq!(found, ["acme.example | Privacy Policy | 2001-02-03"], "{pattern}");
    }
    fx.run(["index", "crawl.warc", "--path", "**/privacy*", "--rebuild"]).fails_with(
        "crawl.warc: nothing to index: no path fits '**/privacy*'; the only file is `record 1 \
         (https://www.acme.example/legal/terms)`",
    );
    // Other files have no host.
    for corpus in ["folder", "bare.git"] {
        fx.run(["index", corpus, "--path", "**/{date}.md"]).fails_with(
            "--path '**/{date}.md': `{company}` is missing (column 13); write a pattern such as \
             '{company}/{type}/{date}.md', in which a path names {company}, {type} and {date}",
        );
    }
    fx.run(["index", "files.tar", "--path", "**/{date}.md"]).fails_with(
        "files.tar: nothing to index: legal/en/2001-02-03.md: names no company, and neither does \
         the pattern of paths; add `{company}` to it",
    );
});

fptest!(a_pattern_that_no_path_fits_says_what_paths_there_are, |fx: Fixture| {
    write_legal(&fx);
    fx.file("crawl.warc", CRAWL);
    fx.file("many/b/2.md", "We sell data.\n");
    fx.file("many/a/1.md", "We sell data.\n");
    fx.file("many/.hidden/1.md", "We sell data.\n");
    let only = "the only file is `legal/en/2001-02-03.md`";
    for (corpus, seen) in [
        ("folder", only),
        ("folder/legal/en/2001-02-03.md", "the only file is `2001-02-03.md`"),
        ("files.tar", only),
        ("bare.git", "the only file of its newest commit is `legal/en/2001-02-03.md`"),
        ("many", "the first of 2 files is `a/1.md`"),
        ("./many/", "the first of 2 files is `a/1.md`"),
        ("crawl.warc", "the only file is `record 1 (https://www.acme.example/legal/terms)`"),
    ] {
        fx.run(["index", corpus, "--path", "{company}.txt"]).fails_with(&format!(
            "{corpus}: nothing to index: no path fits '{{company}}.txt'; {seen}"
        ));
    }
    // A work tree without such a history is read as files.
    Stream::default()
        .commit(START, "One", &[("legal/privacy.md", Some("We sell data.\n")), ("a", Some("a"))])
        .commit(START + DAY, "Two", &[("legal/privacy.md", Some("We rent data.\n"))])
        .bare(&fx, "two.git");
    fx.run(["index", "two.git", "--path", "{company}.md"]).fails_with(
        "two.git: nothing to index: no path fits '{company}.md'; the first of 2 files of its \
         newest commit is `a`",
    );
    crate::reading::git::git(&fx.root(), &["clone", "--quiet", "two.git", "tree"]);
    fx.run(["index", "tree", "--path", "{company}.md"]).fails_with(
        "tree: nothing to index: no path fits '{company}.md'; the first of 2 files is `a`",
    );
});

fptest!(a_wrong_pattern_does_not_empty_an_index, |fx: Fixture| {
    write_legal(&fx);
    fx.file("other/acme/x.md", "We sell data.\n");
    let found = policies(&fx, &["folder", "--path", "{company}/*/{date}.md"]);
    fx.run(["index", "folder", "--path", "{company}.md"]).fails_with(
        "folder: nothing to index: no path fits '{company}.md'; the only file is \
         `legal/en/2001-02-03.md`",
    );
    // Of two corpora, the one that the pattern does not suit is named, and nothing is built.
    fx.run(["index", "folder", "other", "--path", "{company}/*/{date}.md"]).fails_with(
        "other: nothing to index: no path fits '{company}/*/{date}.md'; the only file is \
         `acme/x.md`",
    );
    assert_eq!(listed(&fx), found);
});

fptest!(a_pattern_that_fits_without_a_date_asks_for_one, |fx: Fixture| {
    write_legal(&fx);
    fx.run(["index", "folder", "--path", "**/{company}/*.md"]).fails_with(
        "folder: nothing to index: none of 1 inputs says when it was archived, in its text \
         or its path; say it with {date} in --path, or give all of them one date with --date",
    );
});
