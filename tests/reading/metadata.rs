//! Tests the language and the metadata of snapshots: both are stored, shown, and can be searched
//! for.

use serde_json::json;

use crate::reading::git::{DAY, START, Stream};
use crate::util::{Fixture, fptest};

const GERMAN: &str = "Wir verkaufen Ihre Daten nicht, und wir geben sie auch nicht an andere \
    weiter, es sei denn, Sie stimmen zu. \
                      Sie haben das Recht, jederzeit Auskunft zu verlangen.\n";
const ENGLISH: &str = "We do not sell your data, and we do not share it with others unless you \
    agree to that. \
                       You have the right to ask for a copy at any time.\n";

fptest!(a_hit_has_the_language_of_the_snapshot_that_is_shown, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", &format!("# Acme\n\n{ENGLISH}"));
    fx.policy("acme.example", "2002-01-01", &format!("# Acme\n\n{GERMAN}"));
    fx.policy("acme.example", "2003-01-01", &format!("# Acme\n\n{GERMAN}\nNeu.\n"));
    fx.policy("birch.example", "2001-01-01", &format!("# Birch\n\n{ENGLISH}"));
    fx.policy("clay.example", "2001-01-01", "12345\n");
    fx.run(["index", "corpus"]).exits(0);
    let lang = |query: &str| {
        let hits = fx.run(["search", query, "--format", "jsonl"]).exits(0).json_lines();
        hits.iter().map(|hit| hit["lang"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(lang("your data company:acme*"), [json!("en")]);
    assert_eq!(lang("Ihre Daten"), [json!("de")]);
    assert_eq!(
        lang("company:acme* AND acme"),
        [json!("de")],
        "a heading of three snapshots, the newest of them German"
    );
    assert_eq!(lang("12345"), [json!(null)]);
    let count = |args: &[&str], number: &str| {
        let args: Vec<&str> = ["search"].iter().chain(args).chain(&["--count"]).copied().collect();
        fx.run(args).stdout_is(&format!("{number}\n"));
    };
    count(&["company:*", "--lang", "de"], "3");
    count(&["company:*", "--lang", "EN"], "4");
    count(&["company:*", "--lang", "en", "--lang", "deu"], "6");
    count(&["your data", "--lang", "fr"], "0");
    count(&["acme", "--lang", "en", "--latest"], "0");
    count(&["acme", "--lang", "en", "--as-of", "2001"], "1");
    let english = fx.run(["search", "acme", "--lang", "en", "--format", "jsonl"]).json_lines();
    let shown: Vec<_> = english.iter().map(|hit| (&hit["archive_date"], &hit["lang"])).collect();
    assert_eq!(shown, [(&json!("2001-01-01"), &json!("en"))]);
    let facets = |args: &[&str]| {
        let args = [&["facets", "acme", "--by", "lang", "--format", "json"], args].concat();
        let facets = fx.run(args).exits(0).json()["facets"].clone();
        let values = facets.as_array().unwrap().iter();
        values.map(|facet| facet["value"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(facets(&[]), [json!("de")]);
    assert_eq!(facets(&["--until", "2001"]), [json!("en")]);
    let silent = ["companies", "--not-saying", "your data", "--format", "json"];
    let silent = |args: &[&str]| {
        let list = fx.run([&silent, args].concat()).json()["companies"].clone();
        let names = list.as_array().unwrap().iter();
        names.map(|company| company["company"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(silent(&[]), [json!("clay.example")]);
    assert_eq!(silent(&["--latest"]), [json!("acme.example"), json!("clay.example")]);
    assert!(silent(&["--latest", "--lang", "en"]).is_empty(), "of English policies, each says it");
    fx.run(["search", "data", "--lang", "klingon"])
        .exits(2)
        .stderr_has("`klingon` is not a language that is detected");
    fx.run(["info"]).exits(0).stdout_has("languages  de 2, en 2\n");
});

fptest!(metadata_is_stored_shown_and_searched, |fx: Fixture| {
    let message = |rank: &str| {
        let head = format!(r#"{{"domain": "acme.example", "alexa_rank": {rank}"#);
        let tail = r#""simhash": 18446744073709551615, "categories": ["News & Media", "blogs"]}"#;
        format!("{head}, {tail}")
    };
    let text = |body: &str| {
        format!(
            "{}\n\n# Acme Privacy\n\n{body}\n",
            crate::util::header("acme.example", "2017-07-14")
        )
    };
    let path = "a/ac/acm/acme.example.md";
    let stream = Stream::default()
        .commit(START, &message("NaN"), &[(path, Some(&text("We sell data.")))])
        .commit(START + DAY, &message("123"), &[(path, Some(&text("We sell data. We rent data.")))])
        .commit(START + 2 * DAY, &message("77"), &[(path, Some(&text("We sell data.")))]);
    stream.bare(&fx, "pl.git");
    fx.run(["index", "pl.git"]).exits(0);
    fx.policy("birch.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    let found = |args: &[&str]| {
        let args: Vec<&str> =
            ["search", "we sell", "--format", "jsonl"].iter().chain(args).copied().collect();
        let hits = fx.run(args).json_lines();
        hits.iter().map(|hit| hit["archive_date"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(&[]).len(), 3);
    assert_eq!(found(&["--meta", "alexa_rank=77"]), ["2017-07-16"]);
    assert_eq!(found(&["--meta", "alexa_rank=NaN"]), ["2017-07-14"]);
    assert_eq!(found(&["--meta", "simhash=18446744073709551615"]).len(), 2);
    assert_eq!(found(&["--meta", "categories=news*", "--meta", "alexa_rank=123"]), ["2017-07-15"]);
    assert_eq!(found(&["--meta", "categories=sports"]), [""; 0]);
    assert_eq!(found(&["--meta", "title=acme privacy"]).len(), 2);
    assert_eq!(found(&["--meta", "alexa_rank=77", "--latest"]), ["2017-07-16"]);
    assert_eq!(found(&["--meta", "alexa_rank=123", "--latest"]), [""; 0]);
    assert_eq!(
        found(&["--meta", "alexa_rank=[17]*", "--kind", "paragraph"]).len(),
        2,
        "judged with places"
    );
    let missing = fx.run(["search", "data", "--meta", "rank=1"]);
    missing
        .exits(2)
        .stderr_has("--meta `rank`: no snapshot has this key; there are alexa_rank, categories, ");
    fx.run(["search", "data", "--meta", "rank"]).exits(2).stderr_has("write KEY=VALUE");
    fx.run(["info"]).exits(0).stdout_has("metadata   alexa_rank 3, categories 3, ");

    let hit = &fx
        .run(["search", "we sell data", "--meta", "alexa_rank=77", "--format", "jsonl"])
        .json_lines()[0];
    let id = hit["id"].as_str().unwrap();
    fx.run(["show", id])
        .exits(0)
        .stdout_has("alexa_rank: 77\n")
        .stdout_has("categories: News & Media, blogs\n");
    let shown = fx.run(["show", id, "--format", "json"]);
    shown.exits(0).stdout_has("\"simhash\": 18446744073709551615").stdout_has("\"metadata\":{");
});
