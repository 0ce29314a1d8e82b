//! Tests the ends of policies: a policy whose file was deleted is in force no longer, and may come
//! back, under its name or under another one.

use std::collections::BTreeMap;

use super::{DAY, START, Stream, git, git_with};
use crate::util::Fixture;

const FIRST: &str = "First record of Acme Terms";
const RECORD: &str = "Record new changes of a policy";
const SELL: Option<&str> = Some("# Terms\n\nWe sell data.\n");
const RENT: Option<&str> = Some("# Terms\n\nWe rent data.\n");

/// A history of commits a day apart, which are records.
fn history(days: &[&[(&str, Option<&str>)]]) -> Stream {
    let commits = (0..).zip(days);
    commits.fold(Stream::default(), |stream, (day, changes)| {
        // The layout is known by the first commit.
        let subject = if day == 0 { FIRST } else { RECORD };
        stream.commit(START + day * DAY, subject, changes)
    })
}

/// The day of a test, from 0, as the program writes it.
fn date(day: i64) -> String {
    format!("2017-07-{}", 14 + day)
}

/// The companies with a policy in force at the end of a day.
fn in_force(fx: &Fixture, day: i64) -> String {
    let date = date(day);
    let run = fx.run(["companies", "--as-of", date.as_str(), "--format", "json"]);
    let list = run.json();
    let names = list["companies"].as_array().unwrap().iter();
    names.map(|entry| entry["company"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

/// Adds the commits of a history that its repository does not have yet.
fn add_new_commits(fx: &Fixture, stream: &Stream) {
    let import = ["fast-import", "--quiet", "--force", "--date-format=raw-permissive"];
    git_with(&fx.path("a.git"), &import, &stream.bytes);
}

/// Indexes a history, and returns the companies in force on each of these days.
fn in_force_each_day(fx: &Fixture, stream: &Stream, days: i64) -> Vec<String> {
    stream.bare(fx, "a.git");
    fx.run(["index", "a.git", "--rebuild=force"]).exits(0);
    fx.run(["check"]).exits(0);
    (0..days).map(|day| in_force(fx, day)).collect()
}

#[test]
fn a_policy_ends_when_its_file_is_deleted() {
    let fx = Fixture::new();
    let terms = "Acme/Terms.md";
    let stream = history(&[
        &[(terms, SELL), ("Birch/Terms.md", SELL)],
        &[(terms, RENT)],
        &[(terms, None)],
        &[("Birch/Terms.md", RENT)],
    ]);
    let expected = ["Acme Birch", "Acme Birch", "Birch", "Birch"];
    assert_eq!(in_force_each_day(&fx, &stream, 4), expected);

    let hits = |args: &[&str]| {
        let run = fx.run([&["search", "rent", "--format", "jsonl"], args].concat());
        let told = run.json_lines();
        let told = told.iter().map(|hit| {
            let text = |key: &str| hit[key].as_str().unwrap_or("-");
            format!("{} {} {}", text("company"), text("gone_by"), text("ended"))
        });
        told.collect::<Vec<_>>()
    };
    let (acme, birch) = ("Acme - 2017-07-16", "Birch - -");
    assert_eq!(hits(&["--sort", "company"]), [acme, birch]);
    assert_eq!(hits(&["--latest"]), [birch]);
    assert_eq!(hits(&["--latest", "--with-ended", "--sort", "company"]), [acme, birch]);
    assert_eq!(hits(&["--as-of", "2017-07-15"]), [acme]);
    assert_eq!(hits(&["--as-of", "2017-07-16"]), [""; 0]);
    assert_eq!(hits(&["--as-of", "2017-07-16", "--with-ended"]), [acme]);
    // Snapshots of a time are there whatever became of the policy, and nobody removed a clause.
    assert_eq!(hits(&["--until", "2017-07-16"]), [acme]);
    assert_eq!(hits(&["--gone"]), [""; 0]);
    fx.run(["search", "rent", "--as-of", "2017-07-16"]).exits(1).stderr_has("--with-ended adds");
    let two = ["search", "rent", "--as-of", "2017-07-16", "--kind", "heading", "--format", "json"];
    fx.run(two).exits(1).stderr_has("together").stderr_has("\"--with-ended, without --kind\"");
    fx.run(["search", "rent"]).stdout_has("policy removed from the archive 2017-07-16");

    fx.run(["show", "Acme"]).exits(0).stdout_has("policy removed from the archive 2017-07-16");
    assert_eq!(fx.run(["show", "Acme", "--format", "json"]).json()["ended"], "2017-07-16");
    let history = fx.run(["history", "rent", "--company", "Acme", "--format", "json"]).json();
    let life = &history["policies"][0]["threads"][0]["life"];
    assert_eq!((&life["ended"], life["gone_by"].is_null()), (&"2017-07-16".into(), true));
    fx.run(["companies", "--company", "Acme", "--latest"]).exits(1).stderr_has("--with-ended adds");
    fx.run(["export", "--company", "Acme", "--latest"]).exits(1).stderr_has("--with-ended adds");
    let timeline = |args: &[&str]| {
        let command = ["timeline", "sell OR rent", "--by", "month", "--format", "json"];
        fx.run([&command[..], args].concat()).json()["series"][0]["points"][0]["in_force"].clone()
    };
    assert_eq!((timeline(&[]), timeline(&["--with-ended"])), (1.into(), 2.into()));
    fx.run(["info"]).stdout_has("2, 1 of them removed from their corpora");
}

#[test]
fn the_time_until_a_policy_returns_is_a_gap() {
    let fx = Fixture::new();
    let terms = "Acme/Terms.md";
    let stream = history(&[
        &[(terms, SELL)],
        &[(terms, None), ("Birch/Terms.md", SELL)],
        &[("Birch/Terms.md", RENT)],
        &[(terms, SELL)],
        &[(terms, RENT)],
    ]);
    let expected = ["Acme", "Birch", "Birch", "Acme Birch", "Acme Birch"];
    assert_eq!(in_force_each_day(&fx, &stream, 5), expected);
    let history = fx.run(["history", "sell", "--company", "Acme", "--format", "json"]).json();
    let stands = &history["policies"][0]["threads"][0]["wordings"][0]["life"]["stands"];
    let stands = stands.as_array().unwrap().iter().map(|run| {
        let text = |key: &str| run[key].as_str().unwrap_or("-");
        format!("{} {} {} {}", text("first"), text("last"), text("ended"), text("gone_by"))
    });
    let expected = ["2017-07-14 2017-07-14 2017-07-15 -", "2017-07-17 2017-07-17 - 2017-07-18"];
    assert_eq!(stands.collect::<Vec<_>>(), expected);
}

#[test]
fn likely_renames_are_named() {
    let fx = Fixture::new();
    let stream = history(&[
        &[("Acme/Terms.md", SELL), ("Birch/Terms.md", RENT)],
        &[("Acme/Terms.md", None), ("Acme Inc/Terms.md", SELL), ("Birch/Terms.md", None)],
    ]);
    assert_eq!(in_force_each_day(&fx, &stream, 2), ["Acme Birch", "Acme Inc"]);
    fx.run(["info"]).stdout_has("Acme/Terms -> Acme Inc/Terms (2017-07-15)");
    let renames = fx.run(["info", "--format", "json"]).json()["renames"].clone();
    let expected = serde_json::json!([{
        "collection": "default",
        "from": { "company": "Acme", "type": "Terms" },
        "to": { "company": "Acme Inc", "type": "Terms" },
        "date": "2017-07-15",
    }]);
    assert_eq!(renames, expected);
}

#[test]
fn any_commit_can_delete_but_only_records_make_snapshots() {
    let fx = Fixture::new();
    let sample = "Sample/Terms.md";
    let stream = Stream::default()
        .commit(START, "Initial commit", &[(sample, SELL)])
        .commit(START, "First record of Acme Terms", &[("Acme/Terms.md", SELL)])
        .commit(START + DAY, "Tidy up", &[(sample, None), ("Acme/Terms.md", None)]);
    assert_eq!(in_force_each_day(&fx, &stream, 2), ["Acme", ""]);
    // Back, but not recorded yet: it is there.
    let stream = stream.commit(START + 2 * DAY, "Restore Acme", &[("Acme/Terms.md", SELL)]);
    let fx = Fixture::new();
    assert_eq!(in_force_each_day(&fx, &stream, 3), ["Acme", "Acme", "Acme"]);
}

#[test]
fn wrong_clocks_do_not_hide_an_end() {
    let fx = Fixture::new();
    let terms = "Acme/Terms.md";
    let stream = Stream::default()
        .commit(START + 2 * DAY, FIRST, &[(terms, SELL), ("B/Terms.md", SELL)])
        .commit(START, "Remove", &[(terms, None)])
        .commit(START + 3 * DAY, RECORD, &[("B/Terms.md", RENT)]);
    assert_eq!(in_force_each_day(&fx, &stream, 4), ["", "", "B", "B"]);
    // All in one second: the order of the commits decides.
    let fx = Fixture::new();
    let stream = [SELL, None, RENT]
        .iter()
        .fold(Stream::default(), |stream, text| stream.commit(START, FIRST, &[(terms, *text)]));
    assert_eq!(in_force_each_day(&fx, &stream, 1), ["Acme"]);
    let fx = Fixture::new();
    let stream = stream.commit(START, RECORD, &[(terms, None)]);
    assert_eq!(in_force_each_day(&fx, &stream, 1), [""]);
}

#[test]
fn a_deletion_that_no_merge_took_over_ends_nothing() {
    let fx = Fixture::new();
    let (main, side, terms) = ("refs/heads/main", "refs/heads/side", "Acme/Terms.md");
    let stream = Stream::default()
        .commit(START, "First record of Acme Terms", &[(terms, SELL)])
        .commit_on(side, &[1], START + DAY, "Remove", &[(terms, None)])
        .commit_on(main, &[1], START + 2 * DAY, RECORD, &[("Birch/Terms.md", SELL)])
        .commit_on(main, &[3, 2], START + 3 * DAY, "Merge", &[(terms, SELL)]);
    assert_eq!(in_force_each_day(&fx, &stream, 4)[3], "Acme Birch");
    // In a history that is read by path, a merge deletes what it takes from its first parent.
    let fx = Fixture::new();
    let stream = Stream::default()
        .commit(START, "One", &[("acme/terms.md", SELL), ("birch/terms.md", SELL)])
        .commit_on(side, &[1], START + DAY, "Two", &[("acme/terms.md", None)])
        .commit_on(main, &[1], START + 2 * DAY, "Three", &[("birch/terms.md", RENT)])
        .commit_on(main, &[3, 2], START + 3 * DAY, "Four", &[("acme/terms.md", None)]);
    stream.bare(&fx, "a.git");
    fx.run(["index", "a.git", "--path", "{company}/{type}.md"]).exits(0);
    let days: Vec<_> = (0..4).map(|day| in_force(&fx, day)).collect();
    assert_eq!(days, ["acme birch", "acme birch", "acme birch", "birch"]);
}

#[test]
fn files_with_a_date_in_their_path_end_nothing() {
    let fx = Fixture::new();
    let stream = Stream::default()
        .commit(START, "One", &[("acme/2016-01-01.md", SELL), ("acme/2016-02-01.md", RENT)])
        .commit(START + DAY, "Two", &[("acme/2016-02-01.md", None)]);
    stream.bare(&fx, "a.git");
    fx.run(["index", "a.git", "--path", "{company}/{date}.md"]).exits(0);
    assert_eq!(in_force(&fx, 1), "acme");
}

#[test]
fn updates_find_the_ends_of_a_fresh_index() {
    let fx = Fixture::new();
    let names = ["Acme/Terms.md", "Birch/Terms.md", "Clay/Terms.md"];
    let mut state = 11_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let mut now: BTreeMap<&str, bool> = BTreeMap::new();
    let mut naive: Vec<String> = Vec::new();
    git(&fx.root(), &["init", "--quiet", "--bare", "--initial-branch=main", "a.git"]);
    let mut stream = Stream::default();
    for day in 0..14 {
        let text = format!("# Terms\n\nText of day {day}.\n");
        let mut changes = Vec::new();
        for name in names {
            let is_there = now.entry(name).or_default();
            // The first commit gives the layout.
            *is_there = match random(4) {
                _ if day == 0 => true,
                0 if *is_there => false,
                1 => true,
                _ => continue,
            };
            changes.push((name, is_there.then_some(text.as_str())));
        }
        let subject = if day == 0 { FIRST } else { RECORD };
        stream = stream.commit(START + day * DAY, subject, &changes);
        let there = now.iter().filter(|(_, is_there)| **is_there);
        let there = there.map(|(name, _)| name.split('/').next().unwrap());
        naive.push(there.collect::<Vec<_>>().join(" "));
        add_new_commits(&fx, &stream);
        fx.run(["index", "a.git"]).exits(0);
        if random(3) == 0 {
            fx.run(["index", "a.git"]).exits(0);
        }
    }
    let days = |fx: &Fixture| (0..14).map(|day| in_force(fx, day)).collect::<Vec<_>>();
    assert!(naive.iter().any(|names| names.split(' ').count() < 2), "{naive:?}");
    assert_eq!(days(&fx), naive);
    fx.run(["check"]).exits(0);
    fx.run(["index", "a.git", "--rebuild=force"]).exits(0);
    assert_eq!(days(&fx), naive);
}

/// A commit: its subject and its changes.
type TestCommit<'c> = (&'c str, &'c [(&'c str, Option<&'c str>)]);

/// Updates an index after each of these commits, and checks that it says of the policies what a
/// fresh index says.
#[track_caller]
fn updates_like_a_fresh_index(commits: &[TestCommit<'_>]) {
    let told = |fx: &Fixture| {
        let days: Vec<_> = (0..).zip(commits).map(|(day, _)| in_force(fx, day)).collect();
        let latest =
            fx.run(["search", "data", "--latest", "--format", "jsonl"]).stdout().to_owned();
        let info = fx.run(["info"]);
        let removed = info.lines().into_iter().find(|line| line.contains("removed from"));
        (days, latest, removed.map(str::to_owned))
    };
    let updated = Fixture::new();
    git(&updated.root(), &["init", "--quiet", "--bare", "--initial-branch=main", "a.git"]);
    let mut stream = Stream::default();
    for (day, (subject, changes)) in (0..).zip(commits) {
        stream = stream.commit(START + day * DAY, subject, changes);
        add_new_commits(&updated, &stream);
        let fresh = Fixture::new();
        stream.bare(&fresh, "a.git");
        for fx in [&updated, &fresh] {
            fx.run(["index", "a.git"]).exits(0);
        }
        assert_eq!(told(&updated), told(&fresh), "after the commit of day {day}");
    }
}

#[test]
fn updates_take_back_the_end_of_a_policy_that_is_back() {
    let terms = "Acme/Terms.md";
    let first: TestCommit<'_> = (FIRST, &[(terms, SELL), ("Birch/Terms.md", SELL)]);
    let removed: TestCommit<'_> = (RECORD, &[(terms, None)]);
    let restored: TestCommit<'_> = ("Restore Acme", &[(terms, SELL)]);
    let other: TestCommit<'_> = (RECORD, &[("Birch/Terms.md", RENT)]);
    // The first record after the return tells since when the policy is back.
    let recorded: TestCommit<'_> = (RECORD, &[(terms, RENT)]);
    updates_like_a_fresh_index(&[first, removed, restored, other, recorded, removed]);
    updates_like_a_fresh_index(&[first, removed, restored, removed, other]);
    updates_like_a_fresh_index(&[first, removed, recorded, restored]);
}

#[test]
fn updates_know_that_a_deletion_was_not_taken_over() {
    let (main, side, terms) = ("refs/heads/main", "refs/heads/side", "Acme/Terms.md");
    let merged = Stream::default()
        .commit(START, FIRST, &[(terms, SELL)])
        .commit_on(side, &[1], START + DAY, "Remove", &[(terms, None)])
        .commit_on(main, &[1], START + 2 * DAY, RECORD, &[("Birch/Terms.md", SELL)])
        .commit_on(main, &[3, 2], START + 3 * DAY, "Merge", &[(terms, SELL)]);
    let updated = Fixture::new();
    in_force_each_day(&updated, &merged, 4);
    let recorded = merged.commit(START + 4 * DAY, RECORD, &[(terms, RENT)]);
    add_new_commits(&updated, &recorded);
    updated.run(["index", "a.git"]).exits(0);
    let days: Vec<_> = (0..5).map(|day| in_force(&updated, day)).collect();
    assert_eq!(days, in_force_each_day(&Fixture::new(), &recorded, 5));
}

#[test]
fn what_replaces_a_file_ends_its_policy() {
    let terms = "Acme/Terms.md";
    let into_folder: &[(&str, Option<&str>)] = &[(terms, None), ("Acme/Terms.md/a.txt", SELL)];
    let into_file: &[(&str, Option<&str>)] = &[("Acme/Terms.md/a.txt", None), (terms, RENT)];
    let kept = [(terms, SELL), ("Birch/Terms.md", SELL)];
    let fx = Fixture::new();
    let stream = history(&[&kept, into_folder]);
    assert_eq!(in_force_each_day(&fx, &stream, 2), ["Acme Birch", "Birch"]);
    let fx = Fixture::new();
    let stream = history(&[&kept, into_folder, into_file]);
    assert_eq!(in_force_each_day(&fx, &stream, 3), ["Acme Birch", "Birch", "Acme Birch"]);
    updates_like_a_fresh_index(&[
        (FIRST, &kept),
        (RECORD, into_folder),
        (RECORD, &[("Birch/Terms.md", RENT)]),
    ]);

    let fx = Fixture::new();
    let stream = history(&[&kept, &[("120000 Acme/Terms.md", Some("other"))]]);
    assert_eq!(in_force_each_day(&fx, &stream, 2), ["Acme Birch", "Birch"]);
}

#[test]
fn a_rewritten_history_takes_its_ends_with_it() {
    let fx = Fixture::new();
    let terms = "Acme/Terms.md";
    let kept = [(terms, SELL), ("Birch/Terms.md", SELL)];
    let ended = history(&[&kept, &[(terms, None)]]);
    let amended = history(&[&kept, &[("Birch/Terms.md", RENT)]]);
    assert_eq!(in_force_each_day(&fx, &ended, 2), ["Acme Birch", "Birch"]);
    for (stream, expected) in [(amended, "Acme Birch"), (ended, "Birch")] {
        std::fs::remove_dir_all(fx.path("a.git")).unwrap();
        stream.bare(&fx, "a.git");
        fx.run(["index", "a.git"]).exits(0);
        assert_eq!(in_force(&fx, 1), expected);
        fx.run(["check"]).exits(0);
    }
}

#[test]
fn a_timeline_reaches_the_last_end() {
    let fx = Fixture::new();
    let terms = "Acme/Terms.md";
    let stream = Stream::default().commit(START, FIRST, &[(terms, SELL)]).commit(
        START + 60 * DAY,
        "Remove",
        &[(terms, None)],
    );
    stream.bare(&fx, "a.git");
    fx.run(["index", "a.git"]).exits(0);
    let counts = |args: &[&str]| {
        let command = ["timeline", "sell", "--by", "month", "--format", "json"];
        let points = fx.run(command.iter().chain(args)).json()["series"][0]["points"].clone();
        let points = points.as_array().unwrap().iter();
        points.map(|point| point["in_force"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(counts(&[]), [1, 1, 0]);
    assert_eq!(counts(&["--with-ended"]), [1]);
    assert_eq!(counts(&["--until", "2017-08"]), [1, 1]);
}

#[test]
fn an_end_in_the_second_of_a_lost_snapshot_is_found() {
    let fx = Fixture::new();
    let terms = "Acme/Terms.md";
    let start =
        |text| Stream::default().commit(START, FIRST, &[(terms, text), ("B/Terms.md", SELL)]);
    let index = |stream: Stream, index: &str| {
        let _ = std::fs::remove_dir_all(fx.path("a.git"));
        stream.bare(&fx, "a.git");
        fx.run(["index", "a.git", "--index", index]).exits(0);
    };
    index(start(SELL), "updated");
    index(start(RENT), "updated");
    let ended = || start(RENT).commit(START, "Remove", &[(terms, None)]);
    index(ended(), "updated");
    index(ended(), "fresh");
    for name in ["updated", "fresh"] {
        let run = fx.run(["companies", "--latest", "--format", "json", "--index", name]);
        assert_eq!(run.json()["companies"][0]["company"], "B", "{name}\n{run}");
        fx.run(["info", "--index", name]).stdout_has("2, 1 of them removed");
        fx.run(["check", "--index", name]).exits(0);
    }
    // A scan that finds the same writes nothing.
    let before = fx.run(["info", "--index", "updated", "--format", "json"]).json();
    fx.run(["index", "a.git", "--index", "updated"]).exits(0);
    assert_eq!(fx.run(["info", "--index", "updated", "--format", "json"]).json(), before);
}
