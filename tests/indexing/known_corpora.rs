//! Tests that an index finds its corpora again: from any folder, by any name, and not where they
//! are gone.

use std::fs;
use std::os::unix::fs::symlink;

use crate::util::{Fixture, PROGRAM, Run, copy_folder, fptest, run};

/// Runs the program in a folder of the fixture.
fn run_in(fx: &Fixture, folder: &str, args: &[&str]) -> Run {
    let mut command = fx.command(PROGRAM);
    command.current_dir(fx.path(folder));
    run(command, args)
}

/// The names of the corpora of an index.
fn corpora(fx: &Fixture, index: &str) -> Vec<String> {
    let info = fx.run(["info", "--format", "json", "--index", index]).json();
    let corpora = info["corpora"].as_array().unwrap().iter();
    corpora.map(|corpus| corpus["path"].as_str().unwrap().to_owned()).collect()
}

fn hits(fx: &Fixture, index: &str) -> String {
    let args = ["search", "data", "--limit", "all", "--format", "jsonl", "--index", index];
    fx.run(args).exits(0).stdout().to_owned()
}

fn write_project(fx: &Fixture) {
    let front = "---\ncompany: acme.example\ndate: 2001-01-01\n---\n";
    fx.file("project/texts/a.md", format!("{front}We sell data.\n"));
    fx.file("project/texts/README.md", "About");
    fx.file("project/rows.csv", "company,date,text\nb.example,2001-02-03,We rent data.\n");
    fs::create_dir(fx.path("elsewhere")).unwrap();
}

fptest!(an_index_is_updated_from_any_folder, |fx: Fixture| {
    write_project(&fx);
    run_in(&fx, "project", &["index", "texts", "./rows.csv", "--quiet"]).exits(0);
    let (index, before) = ("project/.fineprint", hits(&fx, "project/.fineprint"));
    run_in(&fx, "elsewhere", &["index", "--index", "../project/.fineprint"])
        .exits(0)
        .stderr_has("up to date: 2 snapshots");
    assert_eq!(hits(&fx, index), before);
    // New inputs are found, and places are printed as the corpora were named.
    fx.file("project/texts/b.md", "---\ncompany: c.example\ndate: 2002-01-01\n---\nOur data.\n");
    fx.file("project/texts/c.md", "---\ncompany: c.example\ndate: someday\n---\nOur data.\n");
    run_in(&fx, "elsewhere", &["index", "--index", "../project/.fineprint"])
        .exits(2)
        .stderr_has("error: texts/c.md: ")
        .stderr_has("1 new, 2 as before, 0 removed");
    assert_eq!(corpora(&fx, index), ["texts", "./rows.csv"]);
    let sources: Vec<String> = fx
        .run(["search", "data", "--format", "jsonl", "--index", index])
        .json_lines()
        .iter()
        .map(|hit| hit["source"]["corpus"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sources.iter().filter(|corpus| *corpus == "texts").count(), 2, "{sources:?}");
    fx.run(["info", "--index", index]).stdout_has("texts/README.md\n");
});

fptest!(a_corpus_by_another_name_is_the_same_corpus, |fx: Fixture| {
    write_project(&fx);
    symlink("project/texts", fx.path("link")).unwrap();
    let absolute = fx.path("project/texts").to_string_lossy().into_owned();
    fx.run(["index", "project/texts", "--index", "index"]).exits(0);
    let dotted = ["./project/texts", "project/texts/", "project/../link/.", "link"];
    for name in dotted.into_iter().chain([absolute.as_str()]) {
        fx.run(["index", name, "--index", "index"])
            .exits(0)
            .stderr_has("up to date: 1 snapshot of 1 policy");
        assert_eq!(corpora(&fx, "index").len(), 1, "{name}");
    }
    run_in(&fx, "elsewhere", &["index", "../link", "--index", "../index"])
        .exits(0)
        .stderr_has("up to date");
    // Named twice in one command, it is read once.
    fx.run(["index", "link", "project/texts/", "--index", "twice"]).exits(0);
    assert_eq!(corpora(&fx, "twice"), ["link"]);
});

fptest!(the_order_and_the_collections_of_corpora_do_not_matter, |fx: Fixture| {
    write_project(&fx);
    let names = [["project/texts", "project/rows.csv"], ["project/rows.csv", "project/texts"]];
    for (number, [first, second]) in names.into_iter().enumerate() {
        let index = number.to_string();
        fx.run(["index", first, "--index", &index]).exits(0);
        fx.run(["index", second, "--index", &index]).exits(0);
        fx.run(["index", first, second, "--index", &index, "--collection", "more"]).exits(0);
        assert_eq!(hits(&fx, &index).lines().count(), 4);
    }
    assert_eq!(hits(&fx, "0"), hits(&fx, "1"));
});

fptest!(a_corpus_that_is_gone_is_named_by_its_whole_path, |fx: Fixture| {
    write_project(&fx);
    run_in(&fx, "project", &["index", "texts", "--quiet"]).exits(0);
    let gone = fs::canonicalize(fx.path("project/texts")).unwrap();
    fs::rename(fx.path("project/texts"), fx.path("moved")).unwrap();
    // A folder of that name in the current one is another corpus.
    fx.file("elsewhere/texts/x.md", "---\ncompany: x.example\ndate: 2001-01-01\n---\nData.\n");
    for folder in ["project", "elsewhere"] {
        run_in(
            &fx,
            folder,
            &["index", "--index", &fx.path("project/.fineprint").to_string_lossy()],
        )
        .fails_with(&format!(
            "{}: there is no such file or folder, which the index knows as the corpus `texts`; if \
             it was moved, build the index anew with --rebuild, naming all corpora by their \
             present paths; if it is gone, name the others to update them and keep what the index \
             has of it, or remove its whole collection with --remove default",
            gone.display()
        ));
    }
    // The ways on that the error names.
    let ways = [
        (&["index", "moved", "--rebuild"][..], "indexed 1 snapshot"),
        (&["index", "project/rows.csv"], "1 new, 0 as before, 0 removed"),
        (&["index", "--remove", "default"], "1 removed"),
    ];
    for (number, (command, said)) in ways.into_iter().enumerate() {
        let index = format!("index-{number}");
        copy_folder(&fx.path("project/.fineprint"), &fx.path(&index));
        fx.run(command.iter().chain(&["--index", &index])).exits(0).stderr_has(said);
    }
    // An index that moved together with its corpus is updated where they are now.
    fs::rename(fx.path("moved"), fx.path("project/texts")).unwrap();
    fs::rename(fx.path("project"), fx.path("renamed")).unwrap();
    run_in(&fx, "renamed", &["index"]).exits(0).stderr_has("up to date: 1 snapshot");
});

fptest!(a_folder_of_the_same_name_elsewhere_is_another_corpus, |fx: Fixture| {
    let index = fx.path("index").to_string_lossy().into_owned();
    for name in ["texts", "./texts"] {
        let _ = fs::remove_dir_all(fx.path("index"));
        fx.file("project/texts/a.md", "---\ncompany: a.example\ndate: 2001-01-01\n---\nData.\n");
        run_in(&fx, "project", &["index", name, "--index", &index]).exits(0);
        fs::rename(fx.path("project/texts"), fx.path("project/gone")).unwrap();
        fx.file("elsewhere/texts/x.md", "---\ncompany: x.example\ndate: 2001-01-01\n---\nData.\n");
        run_in(&fx, "elsewhere", &["index", name, "--index", &index])
            .exits(0)
            .stderr_lacks("no longer has");
        let corpora = fx.run(["info", "--index", &index, "--format", "json"]).json();
        assert_eq!(corpora["corpora"].as_array().unwrap().len(), 2, "{name}");
        fs::remove_dir_all(fx.path("project/gone")).unwrap();
    }
});
