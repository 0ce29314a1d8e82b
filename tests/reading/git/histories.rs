//! Tests which versions and times a scan finds in a history, and what else it counts.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fineprint::corpus::{self, CorpusNotice, ReadOptions, SkipReason};

use super::{
    DAY, START, Stream, Told, acme, blob, expect, git, git_with, reasons, snapshots, texts,
};
use crate::util::{Fixture, fptest, header};

fptest!(renames_modes_and_returning_texts_are_versions, |fx: Fixture| {
    let stream = acme()
        .commit(
            START + 4 * DAY,
            "Update Acme Rules",
            &[("Acme/Terms.md", None), ("Acme/Rules.md", Some("# Terms\n\nWe sell data.\n"))],
        )
        .commit(
            START + 5 * DAY,
            "Update Acme Rules",
            &[("Acme/Rules.md", Some("# Terms\n\nWe sell bricks.\n"))],
        )
        .commit(
            START + 6 * DAY,
            "Refilter Acme Rules",
            &[("100755 Acme/Rules.md", Some("# Terms\n\nWe sell bricks.\n"))],
        )
        .commit(
            START + 7 * DAY,
            "A folder instead",
            &[("Acme/Rules.md", None), ("Acme/Rules.md/deep.md", Some("x"))],
        )
        .commit(
            START + 8 * DAY,
            "Start tracking Acme Rules",
            &[("Acme/Rules.md/deep.md", None), ("Acme/Rules.md", Some("Rules."))],
        )
        .commit(START + 9 * DAY, "All of Acme", &[("Acme", None)]);
    // The file in the folder is not a policy, so its deletion is not counted.
    let skips = [(SkipReason::NoPolicy, 2), (SkipReason::Deleted, 4)];
    expect(&fx, &stream.bare(&fx, "bare.git"), 6, &skips, 0);
});

fptest!(histories_that_fork_and_join_are_read_whole, |fx: Fixture| {
    let (main, side) = ("refs/heads/main", "refs/heads/side");
    let stream = Stream::default()
        .commit(
            START,
            "First record of Acme Terms",
            &[("Acme/Terms.md", Some("one")), ("Birch/Terms.md", Some("b1"))],
        )
        .commit_on(side, &[1], START + DAY, "Update Acme Terms", &[("Acme/Terms.md", Some("two"))])
        .commit_on(side, &[2], START + DAY, "Update Cedar Terms", &[("Cedar/Terms.md", Some("c1"))])
        .commit_on(main, &[1], START + DAY, "Update Birch Terms", &[("Birch/Terms.md", Some("b2"))])
        // This merge takes the texts of both sides and adds nothing new.
        .commit_on(
            main,
            &[4, 3],
            START + 2 * DAY,
            "Merge",
            &[("Acme/Terms.md", Some("two")), ("Cedar/Terms.md", Some("c1"))],
        )
        .commit_on(
            side,
            &[3],
            START + 3 * DAY,
            "Update Acme Terms",
            &[("Acme/Terms.md", Some("three"))],
        )
        // This record has a text that neither side has, and lacks a file that both sides have.
        .commit_on(
            main,
            &[5, 6],
            START + 4 * DAY,
            "Update Acme Terms",
            &[
                ("Acme/Terms.md", Some("four")),
                ("Cedar/Terms.md", None),
                ("Dune/Terms.md", Some("d1")),
            ],
        );
    let bare = stream.bare(&fx, "bare.git");
    let mut told = texts(&bare);
    told.sort();
    assert_eq!(
        told,
        [
            "Acme 2017-07-14 one",
            "Acme 2017-07-15 two",
            "Acme 2017-07-17 three",
            "Acme 2017-07-18 four",
            "Birch 2017-07-14 b1",
            "Birch 2017-07-15 b2",
            "Cedar 2017-07-15 c1",
            "Dune 2017-07-18 d1",
        ]
    );
    expect(&fx, &bare, 8, &[], 0);

    // Snapshots of one second are in the order of the history, parents first.
    let reader = corpus::open(&bare, &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    let acme: Vec<u64> =
        told.found.iter().filter(|(c, ..)| c == "Acme").map(|(.., f)| f.order).collect();
    assert!(acme.is_sorted() && acme[0] == 0, "{acme:?}");
});

/// The versions that git itself reports: for a merge, those that differ from every parent.
fn versions_by_git(repository: &Path) -> BTreeSet<String> {
    let format = "--format=commit %H";
    let args = [
        "-c",
        "core.quotePath=false",
        "log",
        "--root",
        "-c",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        format,
    ];
    let log = git(repository, &args);
    let mut commit = "";
    let mut versions = BTreeSet::new();
    for line in log.lines().filter(|line| !line.is_empty()) {
        if let Some(id) = line.strip_prefix("commit ") {
            commit = id;
        } else if let Some((fields, path)) = line.split_once('\t') {
            // A line has a colon for each parent, then modes and objects, the commit
            // last, then the kinds of change.
            let fields: Vec<&str> = fields.split(' ').collect();
            let (blob, is_there) =
                (fields[fields.len() - 2], !fields[fields.len() - 1].ends_with('D'));
            versions.extend(is_there.then(|| format!("{commit} {path} {blob}")));
        }
    }
    versions
}

fptest!(random_histories_are_read_as_git_reads_them, |fx: Fixture| {
    let mut state = 7u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..6 {
        let mut stream = Stream::default();
        for number in 1..80usize {
            let recent = |back: usize| number.saturating_sub(1 + back).max(1);
            let mut parents = vec![recent(random(4)), recent(random(6)), recent(random(9))];
            parents.truncate([1, 1, 1, 2, 2, 3][random(6)]);
            parents.sort_unstable();
            parents.dedup();
            parents.retain(|parent| *parent < number);
            let contents: Vec<_> = (0..random(5))
                .map(|_| (format!("Acme {}/Terms {}.md", random(4), random(3)), random(6)))
                .collect();
            let texts: Vec<_> =
                contents.iter().map(|(path, text)| (path, text.to_string())).collect();
            let changes: Vec<(&str, Option<&str>)> = texts
                .iter()
                .map(|(path, text)| (path.as_str(), (text != "0").then_some(text.as_str())))
                .collect();
            // The first commit must be a record, because the layout is read from it.
            let first = [("Acme 0/Terms 0.md", Some("first"))];
            let changes = if number == 1 { &first[..] } else { &changes };
            let branch = format!("refs/heads/b{number}");
            let message = if number == 1 { "First record of Acme 0 Terms 0" } else { "Update it" };
            stream = stream.commit_on(
                &branch,
                &parents,
                START + random(9) as i64 * DAY,
                message,
                changes,
            );
        }
        let bare = stream.bare(&fx, &format!("bare-{round}.git"));
        git(&bare, &["update-ref", "refs/heads/main", "refs/heads/b79"]);
        let reader = corpus::open(&bare, &ReadOptions::default()).unwrap();
        let told = Told::by(reader.as_ref());
        let mut session = reader.session();
        let mut ours = BTreeSet::new();
        for (_, _, found) in &told.found {
            let source = session.read(found, true).unwrap().info.source;
            let blob = blob(found);
            ours.insert(format!("{} {} {blob}", source.commit.unwrap(), source.path));
        }
        assert_eq!(ours.len(), told.found.len(), "each once");
        let theirs = versions_by_git(&bare);
        assert!(
            theirs.len() > 40 && ours == theirs,
            "{:?}",
            ours.symmetric_difference(&theirs).collect::<Vec<_>>()
        );
    }
});

fptest!(times_are_the_authors_and_need_no_order, |fx: Fixture| {
    let change = |text: &'static str| [("Acme/Terms.md", Some(text))];
    let stream = Stream::default()
        .commit(START + 5 * DAY, "First record of Acme Terms", &change("late"))
        .commit(START, "Record new changes of Acme Terms", &change("early"))
        .commit(START + DAY, "Record new changes of Acme Terms", &change("z second"))
        .commit(START + DAY, "Record new changes of Acme Terms", &change("a second"));
    let bare = stream.bare(&fx, "bare.git");
    let days = [
        "Acme 2017-07-14 early",
        "Acme 2017-07-15 z second",
        "Acme 2017-07-15 a second",
        "Acme 2017-07-19 late",
    ];
    assert_eq!(texts(&bare), days);
    expect(&fx, &bare, 4, &[], 0);
});

fptest!(odd_times_are_noted_and_impossible_ones_fail, |fx: Fixture| {
    let bare = acme().bare(&fx, "bare.git");
    let mut parent = git(&bare, &["rev-parse", "main"]);
    let times = ["0", "4300000000", "-86400", "99999999999999", "99999999999999999999999", "soon"];
    for (number, time) in times.iter().enumerate() {
        let blob =
            git_with(&bare, &["hash-object", "-w", "--stdin"], format!("Odd {number}.").as_bytes());
        let acme =
            git_with(&bare, &["mktree"], format!("100644 blob {blob}\tTerms.md\n").as_bytes());
        let tree = git_with(&bare, &["mktree"], format!("040000 tree {acme}\tAcme\n").as_bytes());
        let commit = format!(
            "tree {tree}\nparent {parent}\nauthor A <a@acme.example> {time} +0000\n\
             committer A <a@acme.example> {START} +0000\n\nUpdate Acme Terms\n"
        );
        let args = ["hash-object", "-w", "--stdin", "-t", "commit", "--literally"];
        parent = git_with(&bare, &args, commit.as_bytes());
    }
    fs::write(bare.join("refs/heads/main"), &parent).unwrap();
    // Each odd tree holds that one file alone, but the other files are not deleted again.
    let report =
        expect(&fx, &bare, 3 + 4, &[(SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)], 2);
    assert_eq!(report.notices[&CorpusNotice::OddDate].count, 4);
    assert!(
        reasons(&report)
            .iter()
            .all(|r| r.ends_with("its commit has no author time that can be read"))
    );
    let days: Vec<_> = texts(&bare).into_iter().filter(|text| text.contains("Odd")).collect();
    let expected = [
        "Acme 1969-12-31 Odd 2.",
        "Acme 1970-01-01 Odd 0.",
        "Acme 2106-04-06 Odd 1.",
        "Acme 9999-12-30 Odd 3.",
    ];
    assert_eq!(days, expected);
});

fptest!(other_histories_are_read_by_path, |fx: Fixture| {
    let page = "<html><body><p>We sell data.</p></body></html>";
    let matter = "---\nurl: https://birch.example/terms\n---\nWe rent data.\n";
    let stream = Stream::default()
        .commit(START, "Add", &[("p/Acme/Terms.html", Some(page)), ("README.md", Some("About"))])
        .commit(
            START + DAY,
            "Change",
            &[("p/Acme/Terms.html", Some(&page.replace("sell", "keep")))],
        )
        .commit(
            START + 2 * DAY,
            "Add",
            &[("p/Birch/Terms.html", Some(matter)), ("p/logo.png", Some("x"))],
        )
        .commit(START + 3 * DAY, "Remove", &[("p/Birch/Terms.html", None)]);
    stream.bare(&fx, "bare.git");
    let by = |path: &str| ReadOptions { path: Some(path.to_owned()), ..ReadOptions::default() };
    let reader = corpus::open(&fx.path("bare.git"), &by("p/{company}/{type}.html")).unwrap();
    assert_eq!(reader.name(), "git history by path");
    let told_by_path = Told::by(reader.as_ref());
    let mut session = reader.session();
    let read: Vec<String> = told_by_path
        .found
        .iter()
        .map(|(company, policy_type, found)| {
            let snapshot = session.read(found, true).unwrap();
            let (text, url) = (snapshot.text.unwrap().body, snapshot.info.url.unwrap_or_default());
            format!("{company} {policy_type} {} {} {url}", found.time.date(), text.trim())
        })
        .collect();
    assert_eq!(
        read,
        [
            "Acme Terms 2017-07-14 We sell data. ",
            "Acme Terms 2017-07-15 We keep data. ",
            "Birch Terms 2017-07-16 We rent data. https://birch.example/terms"
        ]
    );
    let skips: Vec<SkipReason> = told_by_path.skipped.iter().map(|(_, skip)| *skip).collect();
    assert_eq!(skips.iter().filter(|skip| **skip == SkipReason::NoPolicy).count(), 2, "{skips:?}");
    assert_eq!(skips.iter().filter(|skip| **skip == SkipReason::Deleted).count(), 1, "{skips:?}");
    assert!(told_by_path.failed.is_empty(), "{:?}", told_by_path.failed);
    // A date in the path is the date of the snapshot.
    let dated =
        Stream::default().commit(START, "Add", &[("Acme/2001-02-03.md", Some("We sell data.\n"))]);
    dated.bare(&fx, "dated.git");
    let reader = corpus::open(&fx.path("dated.git"), &by("{company}/{date}.md")).unwrap();
    let found = Told::by(reader.as_ref()).found;
    assert_eq!((found.len(), found[0].1.as_str()), (1, "Privacy Policy"));
    assert_eq!(found[0].2.time.date(), "2001-02-03");
    // If no path in the history fits the pattern, the files of the work tree are read instead.
    git(&fx.root(), &["clone", "--quiet", "bare.git", "tree"]);
    fx.file("tree/new/Clay.md", "We swap data.\n");
    let options = ReadOptions { date: Some("2001-02-03".to_owned()), ..by("new/{company}.md") };
    let found = Told::by(corpus::open(&fx.path("tree"), &options).unwrap().as_ref()).found;
    assert_eq!(found.iter().map(|(company, ..)| company.as_str()).collect::<Vec<_>>(), ["Clay"]);
    let history = corpus::open(&fx.path("tree"), &by("p/{company}/{type}.html")).unwrap();
    assert_eq!(Told::by(history.as_ref()).found.len(), 3);
    // The program does the same. If no file fits the pattern, that is an error; a file without any
    // layout gets a hint.
    fx.run(["index", "bare.git", "--path", "p/{company}/{type}.html"])
        .exits(0)
        .stderr_has("indexed 3 snapshots of 2 policies");
    fx.run(["index", "bare.git", "--path", "{company}.md.txt"]).exits(2).stderr_has(
        "error: bare.git: nothing to index: no path fits '{company}.md.txt'; the first of 3 files \
         of its newest commit is `README.md`",
    );
    fx.run(["index", "bare.git"]).exits(2).stderr_has("say how with --path '{company}/{type}.md'");
    fx.run(["index", "bare.git", "--path", "{type}"]).exits(2).stderr_has("`{company}` is missing");
});

fptest!(records_of_open_terms_archive_are_read, |fx: Fixture| {
    let body =
        "This version was recorded after filtering snapshot 2916d5f\n\nX-engine-version: 1.2.3";
    let stream = acme()
        .commit(
            START + 4 * DAY,
            &format!("Refilter Acme Terms\n\n{body}"),
            &[("Acme/Terms.md", Some("a"))],
        )
        .commit(
            START + 5 * DAY,
            "Apply technical or declaration upgrade on Acme Terms",
            &[("Acme/Terms.md", Some("b"))],
        )
        .commit(START + 6 * DAY, "Update Acme Terms", &[("Acme/Terms.md", Some("c"))]);
    let infos: Vec<_> = snapshots(&stream.bare(&fx, "bare.git"))
        .into_iter()
        .map(|(_, _, info, _)| info)
        .skip(3)
        .collect();
    let technical: Vec<bool> = infos.iter().map(|info| info.is_technical).collect();
    assert_eq!(technical, [true, true, false]);
    assert_eq!(infos[0].metadata, r#"{"engine_version":"1.2.3","snapshot":"2916d5f"}"#);
    assert_eq!(
        (infos[2].metadata.as_str(), &infos[2].url, &infos[2].archive_url),
        ("", &None, &None)
    );
});

fptest!(only_records_of_open_terms_archive_are_snapshots, |fx: Fixture| {
    let (acme, birch) = ("Acme/Terms.md", "Birch/Privacy Policy.md");
    let stream = Stream::default()
        .commit(START, "Initial commit", &[(acme, Some("Sample.")), (birch, Some("Sample."))])
        .commit(START + DAY, "Remove the samples", &[("Acme", None), ("Birch", None)])
        .commit(START + 2 * DAY, "First record of Acme Terms", &[(acme, Some("One."))])
        .commit(START + 3 * DAY, "Rename a service", &[(birch, Some("One."))])
        .commit(START + 4 * DAY, "Updated by hand", &[(acme, Some("Hand."))])
        .commit(START + 5 * DAY, "update Acme Terms", &[(acme, Some("Hand, too."))])
        // An archive that fetches two policies at a time has put one under the name of the other.
        .commit(START + 6 * DAY, "Refilter Clay Terms", &[(acme, Some("Two."))])
        .commit(START + 7 * DAY, "Add OTA wording", &[("README.md", Some("About"))])
        .commit_on(
            "refs/heads/side",
            &[3],
            START + 8 * DAY,
            "Update Acme Terms",
            &[(acme, Some("S"))],
        )
        .commit_on("refs/heads/main", &[8, 9], START + 9 * DAY, "Merge", &[(acme, Some("Both."))]);
    let bare = stream.bare(&fx, "bare.git");
    assert_eq!(texts(&bare), ["Acme 2017-07-16 One.", "Acme 2017-07-20 Two.", "Acme 2017-07-22 S"]);
    let skips = [(SkipReason::NoRecord, 6), (SkipReason::NoPolicy, 1), (SkipReason::Deleted, 2)];
    let report = expect(&fx, &bare, 3, &skips, 0);
    assert!(report.skipped[&SkipReason::NoRecord].examples[0].contains(".md"));
    fx.run(["index", "bare.git"])
        .exits(0)
        .stderr_has("skipped 6: version of a policy in a commit whose subject is not the subject");
    fx.run(["companies"]).exits(0).stdout_lacks("Birch");
    // With a pattern of paths, subjects mean nothing.
    fx.run(["index", "bare.git", "--path", "{company}/{type}.md", "--index", "by-path"])
        .exits(0)
        .stderr_has("indexed 8 snapshots of 2 policies");
});

fptest!(records_of_princeton_leuven_are_read, |fx: Fixture| {
    let json = concat!(
        r#"{"alexa_rank": NaN, "policy_url": "http://acme.example/p", "#,
        r#""simhash": 16446744073709551615999, "site_url": "http://acme.example/"}"#,
    );
    let text = format!("{}\n\n# Acme\n\nWe sell data.\n", header("acme.example", "2017-07-14"));
    let path = "a/ac/acm/acme.example.md";
    let stream = Stream::default()
        .commit(START, "Add a README", &[("README.md", Some("About"))])
        .commit(START + DAY, json, &[(path, Some(&text))])
        .commit(START + 2 * DAY, json, &[(path, Some("Without a header."))])
        .commit(START + 3 * DAY, "no JSON", &[(path, Some("More."))]);
    let bare = stream.bare(&fx, "bare.git");
    expect(&fx, &bare, 3, &[(SkipReason::NoPolicy, 1)], 0);
    let read = snapshots(&bare);
    let (company, policy_type, info, body) = &read[0];
    assert_eq!((company.as_str(), policy_type.as_str()), ("acme.example", "Privacy Policy"));
    assert_eq!(body, "\n\n# Acme\n\nWe sell data.\n", "the header is no clause");
    assert_eq!(info.url.as_deref(), Some("http://www.acme.example/privacy"));
    assert!(
        info.archive_url
            .as_deref()
            .unwrap()
            .starts_with("https://web.archive.org/web/20170714120000id_/")
    );
    assert_eq!(info.metadata, json.replace("NaN", "\"NaN\""));
    assert_eq!(read[1].2.url.as_deref(), Some("http://acme.example/p"));
    assert_eq!((read[2].2.metadata.as_str(), &read[2].2.url), ("", &None));
    assert_eq!(
        corpus::open(&bare, &ReadOptions::default()).unwrap().name(),
        "Princeton-Leuven history"
    );
});
