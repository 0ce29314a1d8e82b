//! Tests that a new build does not forget snapshots which only the index has.

use std::fs;

use serde_json::Value;

use crate::reading::git::{DAY, START, Stream};
use crate::util::{Fixture, PROGRAM, feed, fptest};

fn write(fx: &Fixture, name: &str, company: &str, text: &str) {
    fx.file(
        format!("texts/{name}.md"),
        format!("---\ncompany: {company}\ndate: 2001-01-0{}\n---\n{text}\n", &name[..1]),
    );
}

/// The message about the corpora of an index that have lost snapshots.
fn refusal(reasons: &str) -> String {
    format!(
        ".fineprint: a new build would lose snapshots: {reasons}; save them with `fineprint export \
         --index .fineprint --to FILE`, or build without them with --rebuild=force"
    )
}

fptest!(a_new_build_refuses_to_forget, |fx: Fixture| {
    for number in 1..5 {
        write(&fx, &number.to_string(), "acme.example", &format!("We sell data {number}."));
    }
    write(&fx, "1b", "birch.example", "We rent data.");
    fx.run(["index", "texts"]).exits(0);
    fx.run(["index", "texts", "--rebuild"]).exits(0).stderr_has("indexed 5 snapshots");
    for gone in ["2", "3", "1b"] {
        fs::remove_file(fx.path(format!("texts/{gone}.md"))).unwrap();
    }
    let message = refusal("its corpus `texts` no longer has 3 snapshots");
    fx.run(["index", "texts", "--rebuild"]).fails_with(&message);
    // An update keeps them, and they are still missed after it.
    fx.run(["index", "texts"]).exits(0);
    fx.run(["index", "texts", "--rebuild"]).fails_with(&message);
    fx.run(["search", "data", "--count"]).stdout_is("5\n");
    // The ways out.
    fx.run(["export", "--to", "all.jsonl"]).exits(0);
    fx.run(["index", "texts", "--rebuild=force"]).exits(0).stderr_has("indexed 2 snapshots");
    fx.run(["search", "data", "--count"]).stdout_is("2\n");
    fx.run(["index", "texts", "all.jsonl", "--quiet"]).exits(0);
    fx.run(["search", "data", "--count"]).stdout_is("5\n");
    fx.run(["index", "texts", "--rebuild=other"]).exits(2);
});

fptest!(what_is_read_in_another_way_is_not_forgotten, |fx: Fixture| {
    write(&fx, "1", "acme.example", "We sell data.");
    write(&fx, "2", "acme.example", "We rent data.");
    fx.run(["index", "texts"]).exits(0);
    // Other times of change, another name of the folder, another company, another collection.
    write(&fx, "1", "acme.example", "We sell data.");
    fx.run(["index", "texts", "--rebuild"]).exits(0);
    fs::rename(fx.path("texts"), fx.path("other")).unwrap();
    fx.run(["index", "other", "--rebuild", "--collection", "more"]).exits(0);
    // A corrected text takes the place of the old one, as it does in an update.
    fs::rename(fx.path("other"), fx.path("texts")).unwrap();
    fx.run(["index", "texts", "--rebuild"]).exits(0);
    write(&fx, "2", "acme.example", "We never rent data, nor do we sell it.");
    fx.run(["index", "texts", "--rebuild"]).exits(0).stderr_has("indexed 2 snapshots");
});

/// The message about corpora that a new build would leave out.
fn unnamed(reasons: &str) -> String {
    format!(
        ".fineprint: a new build would lose snapshots: {reasons}; `fineprint index --rebuild \
         --index .fineprint` reads all of its corpora; or build without them with --rebuild=force"
    )
}

fptest!(corpora_that_are_not_named_are_not_forgotten, |fx: Fixture| {
    write(&fx, "1", "acme.example", "We sell data.");
    let row = |text: &str| format!("company,date,text\nb.example,2001-02-03,{text}\n");
    fx.file("rows.csv", row("We rent data."));
    fx.file("more.csv", row("We lend data."));
    fx.run(["index", "texts", "rows.csv"]).exits(0);
    fx.run(["index", "more.csv", "--collection", "more"]).exits(0);
    fx.run(["index", "texts", "--rebuild"]).fails_with(&unnamed(
        "its corpus `rows.csv` (collection default) is not named; its corpus `more.csv` \
         (collection more) is not named",
    ));
    // In another collection it is another corpus.
    fx.run(["index", "texts", "rows.csv", "more.csv", "--rebuild"]).exits(0);
    fx.run(["index", "more.csv", "--collection", "more"]).exits(0);
    fx.run(["search", "data", "--count"]).stdout_is("4\n");
    fx.run(["index", "--rebuild"]).exits(0).stderr_has("indexed 4 snapshots");
    fx.run(["search", "data", "--count", "--collection", "more"]).stdout_is("1\n");
    fx.run(["index", "--remove", "more"]).exits(0);
    fs::remove_file(fx.path("rows.csv")).unwrap();
    fx.run(["index", "texts", "more.csv", "--rebuild"])
        .fails_with(&refusal("its corpus `rows.csv` no longer has 1 snapshot"));
    fx.run(["index", "texts", "--rebuild=force"]).exits(0).stderr_has("indexed 1 snapshot");
});

fptest!(a_rebuild_without_corpora_reads_those_of_the_index, |fx: Fixture| {
    fx.run(["index", "--rebuild"]).exits(2).stderr_has("there is no index at .fineprint");
    fx.file("texts/acme.example/2001-01-01.md", "We sell data.\n");
    let path = ["--path", "{company}/{date}.md"];
    fx.run(["index", "texts"].iter().chain(&path)).exits(0);
    let answer = |fx: &Fixture| fx.run(["search", "data", "--format", "jsonl"]).stdout().to_owned();
    let before = answer(&fx);
    fx.run(["index", "--rebuild"]).exits(0).stderr_has("indexed 1 snapshot");
    assert_eq!(answer(&fx), before);
    // What came from standard input cannot be read again.
    let mut command = fx.command(PROGRAM);
    command.args(["index", "-"]);
    let row = b"company,date,text\nb.example,2001-02-03,We rent data.\n";
    assert!(feed(command, row).status.success());
    fx.run(["index", "--rebuild"]).fails_with(&refusal("its corpus `-` no longer has 1 snapshot"));
});

fptest!(what_was_piped_cannot_be_built_anew, |fx: Fixture| {
    let pipe = |collection: &str| {
        let mut command = fx.command(PROGRAM);
        command.args(["index", "-", "--collection", collection]);
        let row = b"company,date,text\nb.example,2001-02-03,We rent data.\n";
        assert!(feed(command, row).status.success());
    };
    let refused = |what: &str| {
        let message = format!("{what}; name the corpora to index");
        for rebuild in ["--rebuild", "--rebuild=force"] {
            fx.run(["index", rebuild]).fails_with(&message);
            fx.run(["index", rebuild, "--dry-run"]).fails_with(&message);
        }
    };
    let piped = "piped into standard input, which cannot be read again";
    pipe("one");
    refused(&format!("the only corpus of the index at .fineprint was {piped}"));
    pipe("two");
    refused(&format!("all corpora of the index at .fineprint were {piped}"));
    // An update has nothing to read, and keeps what the index has.
    fx.run(["index"]).exits(0).stderr_has("up to date: 2 snapshots");
    fx.run(["index", "--remove", "one", "--remove", "two"]).exits(0);
    refused("the index at .fineprint has no corpus");
});

fptest!(histories_that_were_rewritten_have_what_they_still_say, |fx: Fixture| {
    let first = ("First record of Acme Terms", "We sell data.\n");
    let second = ("Record new changes of Acme Terms", "We rent data.\n");
    let write = |records: &[(i64, (&str, &str))]| {
        let _ = fs::remove_dir_all(fx.path("acme.git"));
        let stream = records.iter().fold(Stream::default(), |stream, (time, (message, text))| {
            stream.commit(*time, message, &[("Acme/Terms.md", Some(text))])
        });
        stream.bare(&fx, "acme.git");
    };
    write(&[(START, first), (START + DAY, second)]);
    fx.run(["index", "acme.git"]).exits(0);
    // The second commit has another parent and another id, and is the same record.
    write(&[(START + DAY, second)]);
    fx.run(["index", "acme.git", "--rebuild"])
        .fails_with(&refusal("its corpus `acme.git` no longer has 1 snapshot"));
});

fptest!(an_index_that_cannot_be_read_is_judged_by_its_manifest, |fx: Fixture| {
    write(&fx, "1", "acme.example", "We sell data.");
    write(&fx, "2", "acme.example", "We rent data.");
    let make_old = || {
        let path = fx.path(".fineprint/fineprint.json");
        let mut manifest: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        manifest["versions"]["format"] = 1.into();
        fs::write(path, manifest.to_string()).unwrap();
    };
    fx.run(["index", "texts"]).exits(0);
    fx.file("rows.csv", "company,date,text\nb.example,2001-02-03,We rent data.\n");
    fx.run(["index", "rows.csv"]).exits(0);
    make_old();
    fx.run(["index", "texts", "--rebuild"])
        .fails_with(&unnamed("its corpus `rows.csv` (collection default) is not named"));
    fx.run(["index", "--rebuild"]).exits(0).stderr_has("indexed 3 snapshots");
    fx.run(["index", "texts", "--rebuild=force"]).exits(0);
    make_old();
    fx.run(["index", "texts", "--rebuild"])
        .exits(0)
        .stderr_has("the old index cannot be compared with its corpora: ")
        .stderr_has("indexed 2 snapshots");
    fs::remove_file(fx.path("texts/2.md")).unwrap();
    fx.run(["index", "texts"]).exits(0);
    make_old();
    let lost = "its corpora no longer had 1 of them at its last update";
    fx.run(["index", "texts", "--rebuild"]).fails_with(&refusal(lost));
    fs::rename(fx.path("texts"), fx.path("other")).unwrap();
    fx.run(["index", "other", "--rebuild"])
        .fails_with(&refusal(&format!("{lost}; its corpus `texts` is no longer there")));
    fx.run(["index", "other", "--rebuild=force"]).exits(0);
});

fptest!(another_corpus_does_not_replace_what_one_has_lost, |fx: Fixture| {
    write(&fx, "1", "acme.example", "We sell data.");
    let other = "---\ncompany: acme.example\ndate: 2001-01-01\n---\nWe use cookies.\n";
    fx.file("other/1.md", other);
    fx.run(["index", "texts"]).exits(0);
    fs::remove_file(fx.path("texts/1.md")).unwrap();
    write(&fx, "2", "birch.example", "We rent data.");
    let lost = refusal("its corpus `texts` no longer has 1 snapshot");
    fx.run(["index", "texts", "other", "--rebuild"]).fails_with(&lost);
    fs::remove_dir_all(fx.path("texts")).unwrap();
    fx.run(["index", "other", "--rebuild"]).fails_with(&lost);
});

fptest!(corpora_of_two_collections_are_told_apart, |fx: Fixture| {
    write(&fx, "1", "acme.example", "We sell data.");
    write(&fx, "2", "acme.example", "We rent data.");
    fx.run(["index", "texts"]).exits(0);
    fx.run(["index", "texts", "--collection", "more"]).exits(0);
    // A new build of one of them would empty the other one.
    fx.run(["index", "texts", "--rebuild"])
        .fails_with(&unnamed("its corpus `texts` (collection more) is not named"));
    fs::remove_file(fx.path("texts/1.md")).unwrap();
    fx.run(["index", "--rebuild"]).fails_with(&refusal(
        "its corpus `texts` (collection default) no longer has 1 snapshot; its corpus `texts` \
         (collection more) no longer has 1 snapshot",
    ));
    fx.run(["index", "--prune"]).exits(0);
    fx.run(["index", "--rebuild"]).exits(0).stderr_has("indexed 2 snapshots");
});

fptest!(a_damaged_index_can_be_built_anew, |fx: Fixture| {
    write(&fx, "1", "acme.example", "We sell data.");
    write(&fx, "2", "acme.example", "We rent data.");
    fx.run(["index", "texts"]).exits(0);
    for entry in fs::read_dir(fx.path(".fineprint/generation-1")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "store") {
            let mut bytes = fs::read(&path).unwrap();
            bytes[..24].fill(0xFF);
            fs::write(path, bytes).unwrap();
        }
    }
    fs::remove_file(fx.path("texts/1.md")).unwrap();
    write(&fx, "1", "acme.example", "We sell all data.");
    fx.run(["index", "texts", "--rebuild", "--format", "json"])
        .exits(0)
        .stderr_has("the old index cannot be compared with its corpora: ");
    fx.run(["search", "data", "--count"]).stdout_is("2\n");
});
