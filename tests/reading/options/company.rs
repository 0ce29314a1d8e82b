//! Tests --company: one company for all that a corpus contains.

use super::{CRAWL, policies, write_headed, write_legal};
use crate::reading::git::{DAY, START, Stream};
use crate::util::{Fixture, fptest};

const ACME: &str = "Acme, Inc.";

fptest!(all_of_a_corpus_is_of_one_company, |fx: Fixture| {
    write_legal(&fx);
    fx.file("crawl.warc", CRAWL);
    fx.file("table.csv", "date,text\n2001-02-03,We sell data.\n");
    fx.file("lines.jsonl", r#"{"date": "2001-02-03", "text": "We sell data."}"#);
    fx.file("matter/a.md", "---\ntype: Terms\ndate: 2001-02-03\n---\nWe sell data.\n");
    fx.file("nested/t.csv", "date,text\n2001-02-03,We sell data.\n");
    fx.file("nested/t.md", "We sell data.\n");
    let privacy = "Acme, Inc. | Privacy Policy | 2001-02-03";
    for (corpus, options, expected) in [
        ("folder", &["--path", "**/{date}.md"][..], privacy),
        ("folder", &["--path", "legal/{type}/{date}.md"], "Acme, Inc. | en | 2001-02-03"),
        ("folder", &["--date", "2001-02-03"], privacy),
        ("folder/legal/en/2001-02-03.md", &["--date", "2001-02-03"], privacy),
        ("files.tar", &["--path", "**/{date}.md"], privacy),
        ("bare.git", &["--path", "**/{date}.md"], privacy),
        ("bare.git", &["--path", "**/{type}/*.md"], "Acme, Inc. | en | 2017-07-14"),
        ("crawl.warc", &[], privacy),
        ("crawl.warc", &["--path", "*/legal/{type}"], "Acme, Inc. | terms | 2001-02-03"),
        ("table.csv", &[], privacy),
        ("lines.jsonl", &[], privacy),
        ("matter", &[], "Acme, Inc. | Terms | 2001-02-03"),
        // Tables of a folder are read when they are named themselves.
        ("nested", &["--date", "2001-02-03"], privacy),
    ] {
        let found = policies(&fx, &[&[corpus, "--company", ACME], options].concat());
        assert_eq!(found, [expected], "{corpus} {options:?}");
    }
    // An update keeps the company.
    fx.run(["index", "--quiet"]).exits(0);
    fx.run(["companies"]).stdout_has(ACME);
});

fptest!(an_input_that_names_another_company_is_an_error, |fx: Fixture| {
    let reason = "names another company itself: `Beta` instead of `Acme, Inc.`";
    fx.file("table.csv", "company,date,text\nBeta,2001-02-03,We sell data.\n");
    fx.file("matter/a.md", "---\ncompany: Beta\ndate: 2001-02-03\n---\nWe sell data.\n");
    fx.file("dataset/Beta/Terms/2001-02-03T04-05-06Z.md", "We sell data.\n");
    write_headed(&fx, "headed/a.md", "Beta");
    for (corpus, place) in [
        ("table.csv", "line 2"),
        ("matter", "a.md"),
        ("dataset", "Beta/Terms/2001-02-03T04-05-06Z.md"),
        ("headed", "a.md"),
    ] {
        fx.run(["index", corpus, "--company", ACME])
            .fails_with(&format!("{corpus}: nothing to index: {place}: {reason}"));
    }
    // The same name is no other company, and the rest of a corpus is indexed.
    let rows = [
        r#"{"company": " Acme, Inc. ", "date": "2001-02-03", "text": "We sell data."}"#,
        r#"{"company": "Beta", "date": "2001-02-03", "text": "We rent data."}"#,
        r#"{"date": "2001-02-04", "text": "We give data."}"#,
    ];
    fx.file("rows.jsonl", rows.join("\n"));
    fx.run(["index", "rows.jsonl", "--company", ACME, "--quiet"])
        .exits(2)
        .stderr_is(&format!("error: rows.jsonl: line 2: {reason}\n"));
    fx.run(["search", "rent data"]).exits(1);
    fx.run(["search", "give data"]).exits(0).stdout_has(ACME);
    // In a history, the versions are found by their paths before their texts are read.
    Stream::default()
        .commit(START, "One", &[("privacy.md", Some("---\ncompany: Beta\n---\nWe rent data.\n"))])
        .commit(START + DAY, "Two", &[("privacy.md", Some("We sell data.\n"))])
        .commit(
            START + 2 * DAY,
            "Three",
            &[("privacy.md", Some("---\ncompany: 'Acme, Inc.'\n---\nWe give data.\n"))],
        )
        .bare(&fx, "own.git");
    fx.run(["index", "own.git", "--company", ACME, "--path", "*.md", "--rebuild=force"])
        .exits(2)
        .stderr_has(reason);
    fx.run(["search", "rent data"]).exits(1);
    fx.run(["search", "give data"]).exits(0).stdout_has(ACME);
    // A path that names the company can be read in another way.
    let found = policies(&fx, &["dataset", "--company", ACME, "--path", "*/{type}/{date}.md"]);
    assert_eq!(found, ["Acme, Inc. | Terms | 2001-02-03"]);
});

fptest!(histories_that_name_companies_take_no_other_one, |fx: Fixture| {
    Stream::default()
        .commit(START, "First record of Beta Terms", &[("Beta/Terms.md", Some("We sell data.\n"))])
        .bare(&fx, "archive.git");
    fx.run(["index", "archive.git", "--company", ACME]).fails_with(
        "archive.git: this Open Terms Archive history names the companies itself; a \
         company is given only to a corpus that names none",
    );
    let found = policies(&fx, &["archive.git", "--company", ACME, "--path", "*/{type}.md"]);
    assert_eq!(found, ["Acme, Inc. | Terms | 2017-07-14"]);
    Stream::default()
        .commit(START, "One", &[("privacy.md", Some("We sell data.\n"))])
        .commit(START + DAY, "Two", &[("privacy.md", Some("We rent data.\n"))])
        .bare(&fx, "own.git");
    fx.run(["index", "own.git", "--company", ACME]).fails_with(
        "own.git: nothing to index: which files of this git history are policies of the \
         company is not known; say so with --path, such as --path '{type}.md' or --path \
         '**/{type}.md'",
    );
    let found = policies(&fx, &["own.git", "--company", ACME, "--path", "{type}.md"]);
    assert_eq!(found, ["Acme, Inc. | privacy | 2017-07-14", "Acme, Inc. | privacy | 2017-07-15"]);
});

fptest!(the_company_is_given_once, |fx: Fixture| {
    write_legal(&fx);
    fx.run(["index", "folder", "--company", ACME, "--path", "{company}/**/{date}.md"]).fails_with(
        "--path '{company}/**/{date}.md': `{company}` is not needed where the company is \
         given (column 1); write a pattern such as '{type}/{date}.md', in which a path names \
         {type} and {date}",
    );
    fx.run(["index", "folder", "--company", ACME, "--path", "{service}/{date}.md"]).fails_with(
        "--path '{service}/{date}.md': `{service}` is not a known name (column 1); write a \
         pattern such as '{type}/{date}.md', in which a path names {type} and {date}",
    );
    fx.run(["index", "folder", "--company", " ", "--path", "**/{date}.md"])
        .fails_with("the name of the company is blank");
});
