//! Tests the release database of the Princeton-Leuven corpus, and databases that are not it.

use rusqlite::Connection;

use super::release_tables::{ReleaseTables, TABLES};
use crate::util::{Fixture, PROGRAM, feed, fptest, listing};

/// A database with three snapshots of two sites, of which two have one text.
fn small(fx: &Fixture, name: &str) -> ReleaseTables {
    let tables = ReleaseTables::create(&fx.path(name));
    tables.add("acme.example", "20010203040506", "# Privacy\n\nWe sell no data.\n");
    tables.add("acme.example", "20020903040506", "# Privacy\n\nWe sell no data.\n");
    tables.add("birch.example", "20030203040506", "We sell birches.\n");
    tables.run(
        "INSERT INTO alexa_ranks (site_id, year, phase, rank) VALUES
         (1, 2001, 'A', 17), (1, 2001, 'A', 19), (1, 2001, 'B', 23), (2, 2002, 'A', 29)",
    );
    tables
}

fptest!(rows_of_the_release_are_snapshots, |fx: Fixture| {
    drop(small(&fx, "odd name?#%.db"));
    let before = listing(&fx.root());
    fx.run(["index", "odd name?#%.db", "--index", "i"]).exits(0).stderr_has("indexed 3 snapshots");
    let mut after = listing(&fx.root());
    after.retain(|path, _| !path.starts_with("i"));
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (filter, expected) in [
        ("alexa_rank=17", "1\n"),
        ("year=2002", "1\n"),
        ("phase=B", "1\n"),
        ("categories=News, Media", "2\n"),
        ("policy_title=Privacy", "2\n"),
    ] {
        let run = fx.run(["search", "sell", "--meta", filter, "--index", "i", "--count"]);
        assert_eq!(run.stdout(), expected, "{filter}");
    }
    let run = fx.run(["search", "sell no data", "--index", "i", "--format", "jsonl"]);
    let hit = &run.json_lines()[0];
    assert_eq!(hit["company"], "acme.example");
    assert_eq!(hit["archive_time"], "2002-09-03T04:05:06Z");
    assert_eq!(hit["url"], "http://acme.example/privacy");
    fx.run(["index", "odd name?#%.db", "--index", "i"])
        .exits(0)
        .stderr_has("up to date: 3 snapshots");
    fx.run(["check", "--against", "odd name?#%.db", "--index", "i"]).exits(0);
});

fptest!(rows_without_their_parts_are_skipped, |fx: Fixture| {
    let tables = small(&fx, "release.db");
    tables.run(
        "INSERT INTO policy_snapshots (id, site_id, policy_text_id, policy_snapshot_url) VALUES
         (11, 1, 99, 'https://web.archive.org/web/20040203040506id_/x'),
         (12, 1, NULL, 'https://web.archive.org/web/20040203040506id_/x'),
         (13, 1, 1, NULL), (14, 1, 1, 'http://acme.example/'),
         (15, 99, 1, 'https://web.archive.org/web/20040203040506id_/x');
         INSERT INTO policy_texts (id, policy_text) VALUES (7, x'257044462d');
         UPDATE policy_texts SET policy_text = '%PDF-1.4' WHERE id = 7;
         INSERT INTO policy_snapshots (id, site_id, policy_text_id, policy_snapshot_url) VALUES
         (16, 1, 7, 'https://web.archive.org/web/20050203040506id_/x');",
    );
    drop(tables);
    fx.run(["index", "release.db"])
        .exits(0)
        .stderr_has("skipped 2: no text (such as release.db: policy_snapshots row 11)")
        .stderr_has("skipped 2: no archive date (such as release.db: policy_snapshots row 13)")
        .stderr_has("skipped 1: names no company (such as release.db: policy_snapshots row 15)")
        .stderr_has("skipped 1: a PDF; convert it to text")
        .stderr_has("indexed 3 snapshots");
});

fptest!(other_databases_are_refused, |fx: Fixture| {
    let fails = |name: &str, reason: &str| {
        let run = fx.run(["index", name]);
        run.exits(2).stdout_is("").stderr_has(&format!("error: {name}: {reason}"));
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
    };
    for (name, statements, reason) in [
        ("empty.db", "CREATE TABLE x (a); DROP TABLE x;", "is an SQLite database with no tables; "),
        (
            "one.db",
            "CREATE TABLE x (a);",
            "is an SQLite database with the table `x`; of all SQLite ",
        ),
        (
            "two.db",
            "CREATE TABLE notes (a); CREATE TABLE tags (a); CREATE VIEW v AS SELECT 1;",
            "is an SQLite database with the tables `notes`, `tags`; ",
        ),
        (
            "part.db",
            &TABLES.replace("alexa_ranks", "other"),
            "is a release database without the table `alexa_ranks`; it has the tables `other`, ",
        ),
        (
            "column.db",
            &TABLES.replace("policy_snapshot_url", "snapshot"),
            "is a release database whose table `policy_snapshots` has no column \
             `policy_snapshot_url`; it has `id`, `site_id`",
        ),
    ] {
        Connection::open(fx.path(name)).unwrap().execute_batch(statements).unwrap();
        fails(name, &format!("nothing to index: {reason}"));
    }
    fx.file("damaged.db", b"SQLite format 3\0\x10\0");
    fails("damaged.db", "file is not a database");
    drop(small(&fx, "changing.db"));
    fx.file("changing.db-wal", "x");
    fails("changing.db", "has changes that are not finished, in ");

    let reason = "nothing to index: is an SQLite database; name its file, uncompressed";
    let bytes = std::fs::read(fx.path("one.db")).unwrap();
    fx.file(
        "one.db.zst",
        ruzstd::encoding::compress_to_vec(
            bytes.as_slice(),
            ruzstd::encoding::CompressionLevel::Fastest,
        ),
    );
    fails("one.db.zst", reason);
    let mut command = fx.command(PROGRAM);
    command.args(["index", "-"]);
    let output = feed(command, &bytes);
    assert!(String::from_utf8_lossy(&output.stderr).contains(reason), "{output:?}");
});

fptest!(databases_in_folders_are_named, |fx: Fixture| {
    drop(small(&fx, "release_db.sqlite"));
    fx.file("all/release_db.sqlite", std::fs::read(fx.path("release_db.sqlite")).unwrap());
    fx.run(["index", "all"]).exits(2).stderr_has(
        "all: nothing to index: `release_db.sqlite` is an SQLite database; name its file, \
         uncompressed",
    );
});

fptest!(rows_before_damage_remain, |fx: Fixture| {
    let tables = ReleaseTables::create(&fx.path("release.db"));
    for number in 0..2000 {
        let day =
            format!("2001{:02}{:02}0405{:02}", number / 168 + 1, number % 28 + 1, number % 60);
        tables.add(&format!("site{number}.example"), &day, "We sell.\n");
    }
    drop(tables);
    let mut bytes = std::fs::read(fx.path("release.db")).unwrap();
    // A page of the snapshots far behind the first ones.
    let at = memchr::memmem::find(&bytes, b"site1500.example/privacy").unwrap() / 4096 * 4096;
    bytes[at..at + 4096].fill(0xAB);
    fx.file("release.db", &bytes);
    fx.run(["index", "release.db"])
        .exits(2)
        .stderr_has("the rest cannot be read: database disk image is malformed")
        .stderr_has("indexed 1");
});
