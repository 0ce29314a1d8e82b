//! Tests `fineprint info`: the description of an index for people and for programs.

use serde_json::json;

use crate::output::golden::check;
use crate::util::{Fixture, fptest, header, sample, sample_index};

fptest!(info_counts_every_input_and_says_why, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.policy("acme.example", "2002-01-01", "We sell data.\n");
    fx.policy("brick.example", "2003-02-01", "We sell nothing.\n\nWe rent nothing.\n");
    fx.file("corpus/README.md", "Read me.\n");
    fx.file("corpus/wrong.md", header("clay.example", "2001-02-30"));
    let mut bytes = header("dune.example", "2004-05-06").into_bytes();
    bytes.extend(b"\n\nOur caf\xe9.\n");
    fx.file("corpus/dune.md", bytes);
    fx.run(["index", "corpus"]).exits(2);
    let run = fx.run(["info", "--format", "json"]);
    let info = run.exits(0).json();
    check("info.schema.json", &info);
    let counts = &info["counts"];
    let counted = ["companies", "policies", "snapshots", "texts", "clauses", "occurrences"]
        .map(|name| &counts[name]);
    assert_eq!(json!(counted), json!([3, 3, 4, 3, 4, 5]));
    assert_eq!(info["dates"], json!({"first": "2001-01-01", "last": "2004-05-06"}));
    let inputs = &info["inputs"];
    assert_eq!(
        json!([inputs["seen"], inputs["indexed"], inputs["unreadable"]["count"]]),
        json!([6, 4, 1])
    );
    let example = inputs["unreadable"]["examples"][0].as_str().unwrap();
    assert!(example.starts_with("corpus/wrong.md: line 1, column "), "{example}");
    let skipped = json!({"names no company": {"count": 1, "examples": ["corpus/README.md"]}});
    assert_eq!(inputs["skipped"], skipped);
    let notices = json!({
        "not UTF-8, and read in the encoding that they declare or seem to have":
            {"count": 1, "examples": ["corpus/dune.md"]}
    });
    assert_eq!(inputs["notices"], notices);
    // The bytes of a text are counted once per snapshot, and once per distinct text.
    let [all, distinct] = ["bytes", "text_bytes"].map(|name| counts[name].as_u64().unwrap());
    assert_eq!(all - distinct, "\n\nWe sell data.\n".len() as u64);
    let folder =
        walkdir::WalkDir::new(fx.path(".fineprint/generation-1")).into_iter().map(Result::unwrap);
    let size: u64 = folder
        .map(|file| file.metadata().unwrap())
        .filter(|file| file.is_file())
        .map(|file| file.len())
        .sum();
    assert_eq!(info["bytes"], json!(size));

    let run = fx.run(["info"]);
    run.exits(0).stdout_has("policies   3\n").stdout_has("dates      2001-01-01 to 2004-05-06\n");
    run.stdout_has("corpus     corpus (files; collection default)\n");
    run.stdout_has("skipped    1: names no company\n             corpus/README.md\n");
    run.stdout_has("unreadable 1\n             corpus/wrong.md: line 1, ");
});

#[test]
fn the_sample_index_is_described() {
    let info = sample(["info", "--format", "json"]).exits(0).json();
    check("info.schema.json", &info);
    assert_eq!(json!([info["counts"]["policies"], info["counts"]["snapshots"]]), json!([28, 115]));
    assert_eq!(info["corpora"][0]["path"], "data/policies");
    assert!(sample_index().exists());
}

fptest!(info_describes_a_corpus_without_an_index, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let run = fx.run(["info", "--corpus", "corpus"]);
    run.exits(0).stdout_has("snapshots  1, ").stderr_is_empty();
    fx.run(["info"]).exits(2).stderr_has(".fineprint: there is no index here");
});
