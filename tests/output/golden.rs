//! Tests golden output of every format, JSON against its schemas, and the escaping of policy text
//! for terminals.

use std::fs;
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::util::{Fixture, PROGRAM, Run, feed, fptest, repository, sample, sample_index};

/// Set this variable to write the kept files instead of comparing with them, and look at the
/// difference before you commit it.
const REFRESH: &str = "FINEPRINT_REFRESH_GOLDEN";

/// Compares a text with a file of the repository, line by line.
pub fn compare_with_kept(path: &str, text: &str) {
    let file = repository().join(path);
    if std::env::var_os(REFRESH).is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        return fs::write(file, text).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    for ((old, new), number) in kept.lines().zip(text.lines()).zip(1..) {
        assert_eq!(
            old, new,
            "{path}, line {number}; if the new one is right, run the tests with {REFRESH}=1"
        );
    }
    assert_eq!(
        kept.len(),
        text.len(),
        "{path}: more or fewer lines; if that is right, run the tests with {REFRESH}=1"
    );
}

/// Compares commands and their output with a file of `tests/golden/output/`.
fn golden(name: &str, commands: &[&[&str]]) {
    let mut transcript = String::new();
    for args in commands {
        let shown: Vec<_> = args
            .iter()
            .map(
                |arg| if arg.contains([' ', '"']) { format!("'{arg}'") } else { (*arg).to_owned() },
            )
            .collect();
        let run = sample(*args);
        let stderr: String =
            run.stderr().lines().map(|line| format!("[stderr] {line}\n")).collect();
        let code = run.output.status.code().unwrap();
        transcript.push_str(&format!(
            "$ fineprint {}\n{}{stderr}[exit status] {code}\n\n",
            shown.join(" "),
            run.stdout()
        ));
    }
    // No terminal escape may be in a file of the repository.
    let transcript = transcript.replace('\u{1b}', "␛");
    compare_with_kept(&format!("tests/golden/output/{name}"), &transcript);
}

/// The clause id of the first hit.
fn id(query: &str) -> String {
    sample(["search", query, "--format", "jsonl", "--limit", "1"]).json_lines()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn human_output_in_a_pipe_is_as_kept() {
    golden(
        "human.txt",
        &[
            &["search", "sell", "or", "rent", "--limit", "4"],
            &["search", "a cookie is a small text file"],
            &["search", "we do not share", "--kind", "row", "--group", "policy"],
            &[
                "search",
                "cookies AND browser",
                "--sort",
                "oldest",
                "--limit",
                "2",
                "--group",
                "none",
            ],
            &["search", "zebra crossing"],
        ],
    );
}

#[test]
fn human_output_in_colour_is_as_kept() {
    golden(
        "colour.txt",
        &[
            &["--color", "always", "search", "sell", "or", "rent", "--limit", "2", "--offset", "3"],
            &["--color", "always", "show", &id("your card number")],
        ],
    );
}

#[test]
fn json_output_is_as_kept() {
    golden(
        "json.txt",
        &[
            &["search", "sell or rent", "--format", "json", "--limit", "2"],
            &["search", "joint owners receive one copy", "--format", "json", "--group", "text"],
            &["search", "zebra crossing", "--format", "json"],
        ],
    );
    golden(
        "jsonl.txt",
        &[
            &["search", "sell or rent", "--format", "jsonl", "--limit", "2"],
            &["search", "section:cookies", "--format", "jsonl", "--sort", "newest", "--limit", "1"],
            &["search", "zebra crossing", "--format", "jsonl"],
        ],
    );
}

#[test]
fn counts_are_printed_as_kept() {
    golden(
        "count.txt",
        &[
            &["search", "sell or rent", "--count"],
            &["search", "cookie", "--count", "--group", "company"],
            &["search", "sell or rent", "--count", "--format", "json"],
            &["search", "sell or rent", "--count", "--format", "jsonl"],
            &["search", "zebra crossing", "--count"],
        ],
    );
}

#[test]
fn shown_clauses_are_as_kept() {
    let (item, row, heading) =
        (id("keep or erase a reading history"), id("geolocation data"), id("third-party pages"));
    golden(
        "show.txt",
        &[
            &["show", &item],
            &["show", &row],
            &["show", &heading],
            &["show", &item, "--format", "json"],
            &["show", &heading, "--format", "json"],
        ],
    );
}

/// A hit as the schema describes it, declared again here: the output of the program must fit both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hit {
    rank: u64,
    score: Option<f64>,
    id: String,
    collection: String,
    company: String,
    #[serde(rename = "type")]
    policy_type: String,
    archive_date: String,
    archive_time: String,
    first_seen: String,
    last_seen: String,
    gone_by: Option<String>,
    ended: Option<String>,
    snapshots: u64,
    section: Vec<String>,
    number: Option<String>,
    kind: Kind,
    #[serde(default)]
    is_furniture: Option<bool>,
    lead_in: Option<String>,
    text: String,
    highlights: Vec<(usize, usize)>,
    lang: Option<String>,
    title: Option<String>,
    url: Option<String>,
    archive_url: Option<String>,
    source: Source,
    same_text_companies: u64,
    group_size: Option<u64>,
    context: Option<Value>,
    explanation: Option<Value>,
    citation: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Heading,
    Paragraph,
    Item,
    Row,
    Quote,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    corpus: String,
    path: String,
    commit: Option<String>,
    entry: Option<String>,
    line: Option<u64>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Totals {
    clauses: u64,
    policies: u64,
    companies: u64,
    snapshots: u64,
    groups: Option<u64>,
    #[serde(default)]
    furniture_left_out: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Results {
    query: String,
    interpreted: String,
    totals: Totals,
    truncated: bool,
    hits: Vec<Hit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    clause: Hit,
    context: Vec<ContextClause>,
    metadata: Option<serde_json::Map<String, Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ContextClause {
    text: String,
    number: Option<String>,
    kind: Kind,
    is_furniture: bool,
    is_shown: bool,
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(repository().join("schema").join(name)).unwrap())
        .unwrap()
}

pub fn check(name: &str, value: &Value) {
    let shared = [
        "diff.schema.json",
        "hit.schema.json",
        "info.schema.json",
        "results.schema.json",
        "version.schema.json",
    ]
    .map(schema);
    let mut registry = jsonschema::Registry::new();
    for schema in &shared {
        registry = registry.add(schema["$id"].as_str().unwrap(), schema).unwrap();
    }
    let registry = registry.prepare().unwrap();
    let schema = schema(name);
    let validator = jsonschema::options().with_registry(&registry).build(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {}\n{value}", errors.join("\n"));
}

/// Decodes a value that must be present, even if it is null; a plain `Option` would accept a
/// missing field.
fn decode<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}\n{value}"))
}

/// Checks every field of every hit, with queries and options that produce every kind and every
/// null.
const QUERIES: [(&str, &[&str]); 9] = [
    ("we OR you OR the", &[]),
    ("we OR you OR the", &["--sort", "newest"]),
    ("sell or rent", &["--group", "text"]),
    ("privacy", &["--group", "company", "--latest"]),
    ("section:cookies", &["--sort", "first-seen"]),
    ("第三者 OR verkaufen OR louons", &[]),
    ("link:example", &["--group", "policy"]),
    ("cookie NOT browser", &["--as-of", "2008", "--offset", "2", "--limit", "2"]),
    ("zebra crossing", &[]),
];

#[test]
fn json_fits_its_schemas() {
    let (mut kinds, mut with_lead_in, mut gone) = (std::collections::BTreeSet::new(), 0, 0);
    for (query, args) in QUERIES {
        let args =
            ["search", query, "--limit", "all"].iter().chain(args).copied().collect::<Vec<_>>();
        // Two limits would be an error, so `--limit all` is left out where another limit is set.
        let args: Vec<_> = if args.iter().filter(|arg| **arg == "--limit").count() > 1 {
            [&args[..2], &args[4..]].concat()
        } else {
            args
        };
        let lines = sample(args.iter().chain(&["--format", "jsonl"]));
        let whole = sample(args.iter().chain(&["--format", "json"]));
        assert_eq!(whole.stderr().is_empty(), lines.output.status.success());
        let value = whole.json();
        check("results.schema.json", &value);
        let results: Results = decode(&value);
        assert_eq!(results.query, query);
        assert_eq!(results.interpreted.is_empty(), query.is_empty());
        assert_eq!(
            lines.json_lines(),
            value["hits"].as_array().unwrap().as_slice(),
            "the same hits in both"
        );
        assert_eq!(results.totals.groups.is_some(), args.contains(&"--group"), "{args:?}");
        assert!(results.totals.clauses >= results.hits.len() as u64);
        if !args.contains(&"--offset") {
            assert_eq!(
                results.totals.groups.unwrap_or(results.totals.clauses),
                results.hits.len() as u64
            );
            assert!(!results.truncated);
        }
        for (value, line) in value["hits"].as_array().unwrap().iter().zip(lines.json_lines()) {
            check("hit.schema.json", value);
            check("hit.schema.json", &line);
            let fields = value.as_object().unwrap();
            let required = schema("hit.schema.json")["required"].as_array().unwrap().len();
            assert_eq!(fields.len(), required, "null, never left out");
        }
        for hit in results.hits {
            kinds.insert(format!("{:?}", hit.kind));
            with_lead_in += u32::from(hit.lead_in.is_some());
            gone += u32::from(hit.gone_by.is_some());
            assert!(hit.lead_in.is_none() || matches!(hit.kind, Kind::Item | Kind::Row));
            assert!(hit.number.is_none() || hit.kind != Kind::Row);
            assert_eq!(hit.is_furniture, None);
            assert!(hit.first_seen <= hit.archive_date && hit.archive_date <= hit.last_seen);
            assert!(hit.gone_by.is_none_or(|gone| gone >= hit.last_seen));
            assert_eq!(hit.ended, None, "no file tells of an end");
            assert!(
                hit.archive_time.starts_with(&hit.archive_date)
                    && hit.rank > 0
                    && hit.snapshots > 0
            );
            assert_eq!(hit.score.is_some(), !args.contains(&"--sort"));
            assert!(
                hit.score.is_none_or(|score| ((score * 1e4).round() - score * 1e4).abs() < 1e-6)
            );
            assert_eq!(hit.group_size.is_some(), args.contains(&"--group"));
            assert!(hit.context.is_none() && hit.explanation.is_none() && hit.citation.is_none());
            assert!(
                hit.id.starts_with('c')
                    && hit.collection == "default"
                    && hit.policy_type == "Privacy Policy"
            );
            assert!(hit.company.ends_with(".example") && hit.source.corpus == "data/policies");
            assert!(repository().join(&hit.source.corpus).join(&hit.source.path).is_file());
            assert!((hit.source.commit, hit.source.entry, hit.source.line) == (None, None, None));
            assert!(hit.lang.is_none_or(|lang| lang.len() == 2));
            // Only a file of the fork has no address, because the fork drops the link.
            assert_eq!(hit.url.is_some(), hit.archive_url.is_some());
            assert!(hit.title.is_some() && hit.same_text_companies < 28);
            assert!(hit.section.iter().all(|heading| !heading.is_empty()));
        }
    }
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    assert!(with_lead_in > 10 && gone > 10);
    let totals =
        &sample(["search", "privacy", "--count", "--format", "jsonl", "--group", "policy"])
            .json_lines()[0];
    assert_eq!(decode::<Totals>(totals).groups, Some(23));
}

#[test]
fn schemas_describe_every_field_and_refuse_others() {
    fn described(value: &Value, path: &str) {
        let Some(object) = value.as_object() else { return };
        for (name, property) in
            object.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            let says = property["description"].is_string() || property["$ref"].is_string();
            assert!(says, "{path}.{name} has no description");
        }
        if object.contains_key("properties") {
            assert_eq!(object["additionalProperties"], false, "{path}");
        }
        object.iter().for_each(|(name, inner)| described(inner, &format!("{path}.{name}")));
    }
    for name in [
        "hit.schema.json",
        "results.schema.json",
        "info.schema.json",
        "build.schema.json",
        "batch.schema.json",
        "timeline.schema.json",
        "facets.schema.json",
        "companies.schema.json",
        "version.schema.json",
        "diff.schema.json",
        "history.schema.json",
    ] {
        let schema = schema(name);
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        described(&schema, name);
    }
    // A schema that accepts everything would prove nothing.
    let hit =
        sample(["search", "privacy", "--format", "jsonl", "--limit", "1"]).json_lines().remove(0);
    let is_valid = |hit: &Value| jsonschema::is_valid(&schema("hit.schema.json"), hit);
    assert!(is_valid(&hit));
    for (field, wrong) in [
        ("rank", Value::from(0)),
        ("score", "high".into()),
        ("id", "c123".into()),
        ("archive_date", "2001-1-1".into()),
        ("gone_by", "never".into()),
        ("kind", "table".into()),
        ("text", "".into()),
        ("highlights", serde_json::json!([[1, 2, 3]])),
        ("source", Value::Null),
        ("more", 1.into()),
    ] {
        let mut changed = hit.clone();
        changed[field] = wrong;
        assert!(!is_valid(&changed), "{field}");
        changed.as_object_mut().unwrap().remove(field);
        assert_eq!(is_valid(&changed), field == "more", "{field} left out");
    }
}

#[test]
fn a_shown_clause_is_the_hit_in_its_section() {
    for query in [
        "keep or erase a reading history",
        "geolocation data",
        "third-party pages",
        "section:children",
        "court order",
    ] {
        let found =
            sample(["search", query, "--format", "jsonl", "--sort", "company", "--limit", "1"])
                .json_lines()
                .remove(0);
        let value =
            sample(["show", found["id"].as_str().unwrap(), "--format", "json"]).exits(0).json();
        check("show.schema.json", &value);
        let shown: Shown = decode(&value);
        assert!(shown.metadata.is_none(), "header files have none");
        assert_eq!(shown.clause.highlights, []);
        // `show` prints the same hit without the fields that depend on the query.
        let mut clause = value["clause"].clone();
        clause["highlights"] = found["highlights"].clone();
        clause["citation"] = Value::Null;
        assert_eq!(clause, found, "{query}");
        let own: Vec<_> = shown.context.iter().filter(|clause| clause.is_shown).collect();
        assert_eq!(
            (own.len(), own[0].is_furniture, &own[0].text, &own[0].kind, &own[0].number),
            (1, false, &shown.clause.text, &shown.clause.kind, &shown.clause.number),
            "{query}"
        );
        let human = sample(["show", &shown.clause.id]);
        let citation = format!(
            "{}, Privacy Policy, \"{}\", archived {}\n",
            shown.clause.company,
            shown.clause.title.unwrap(),
            shown.clause.archive_time
        );
        human.exits(0).stdout_has(&citation).stdout_has(&shown.clause.archive_url.unwrap());
        human.stdout_has(&format!("data/policies/{}\n", shown.clause.source.path));
        assert_eq!(
            human.stdout().lines().filter(|line| line.starts_with("> ")).count(),
            1,
            "{human}"
        );
    }
}

#[test]
fn highlights_are_the_words_of_the_query() {
    let words = |text: &str| {
        let tokens = fineprint::token::tokens(text);
        tokens.map(|token| token.term(text).into_owned()).collect::<Vec<_>>()
    };
    for query in [
        "sell or rent",
        "a cookie is a small text file",
        "résumé",
        "第三者",
        "advertisements in the parcel",
        "don't get your e-mail address",
    ] {
        let hits = sample(["search", query, "--limit", "all", "--format", "jsonl"]).json_lines();
        assert!(!hits.is_empty(), "{query}");
        for hit in hits.iter().map(decode::<Hit>) {
            assert!(!hit.highlights.is_empty(), "{query}: {hit:?}");
            for (start, end) in hit.highlights {
                assert_eq!(words(&hit.text[start..end]), words(query), "{query}");
            }
        }
    }
    // Every word of an operator is highlighted, but no word of NOT, of a name or of a section.
    let hit: Hit =
        decode(&sample(["search", "sell AND rent NOT zebra", "--format", "jsonl"]).json_lines()[0]);
    let marked: Vec<_> =
        hit.highlights.iter().map(|&(start, end)| hit.text[start..end].to_lowercase()).collect();
    assert!(
        marked.iter().all(|word| word == "sell" || word == "rent") && marked.len() >= 2,
        "{marked:?}"
    );
    let hit: Hit =
        decode(&sample(["search", "section:cookies", "--format", "jsonl"]).json_lines()[0]);
    assert_eq!(hit.highlights, []);
}

/// A clause that would clear a screen, reverse the writing direction and ring the bell.
const HOSTILE: &str = "We sell \u{1b}[2J\u{1b}[31mred\u{202e}lasrever\u{9b}31m\u{7} data\u{2066}.";

fn hostile(fx: &Fixture) {
    fx.policy(
        "acme.example",
        "2001-01-01",
        &format!("# Privacy \u{1b}]0;title\u{7}\n\n{HOSTILE}\n"),
    );
    fx.run(["index", "corpus"]).exits(0);
}

fn is_unsafe(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r')) || matches!(c, '\u{202e}' | '\u{2066}')
}

fptest!(policy_texts_cannot_control_a_terminal, |fx: Fixture| {
    hostile(&fx);
    let id = fx.run(["search", "sell", "--format", "jsonl"]).json_lines()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for args in [
        &["search", "sell", "--color", "never"][..],
        &["show", &id, "--color", "never"],
        &["search", "sell", "--format", "jsonl"],
        &["search", "sell", "--format", "json"],
        &["show", &id, "--format", "json"],
        &["index", "corpus", "--dry-run", "--quiet"],
    ] {
        let Some(run) = fx.run_in_terminal(80, args) else { return };
        run.exits(0).stdout_has("We sell");
        assert!(!run.stdout().contains(is_unsafe), "{args:?}\n{:?}\n{run}", run.stdout());
    }
    // So is every format for programs, on a terminal.
    let evil = "\u{202e}gpj\u{1b}[31m.example";
    let row = json!({"company": evil, "date": "2001-01-01", "text": HOSTILE});
    fx.file("evil.jsonl", row.to_string());
    fx.run(["index", "evil.jsonl"]).exits(0);
    let data = [
        &["show", "acme.example", "--format", "markdown"][..],
        &["companies", "--format", "csv"],
        &["facets", "sell", "--by", "company", "--format", "csv"],
        &["export", "sell", "--format", "csv", "--quiet"],
        &["export", "sell", "--format", "jsonl", "--quiet"],
        &["export", "sell", "--what", "clauses", "--format", "csv", "--quiet"],
        &["search", "sell", "--format", "csv"],
        &["timeline", "sell", "-e", "\u{202e}sell", "--format", "csv"],
        &["timeline", "sell", "-e", "\u{202e}sell", "--format", "svg"],
        &["diff", "acme.example", "2001", "2001", "--format", "unified"],
    ];
    for args in data {
        let run = fx.run_in_terminal(80, args).unwrap();
        assert!(!run.stdout().contains(is_unsafe) && !run.stdout().is_empty(), "{args:?}\n{run}");
    }
    // Names of exported folders do not deceive.
    fx.run(["export", "--format", "markdown", "--to", "tree"]).exits(0);
    assert!(fx.path("tree/_gpj_[31m.example/Privacy Policy").is_dir());
    fx.run(["index", "tree", "--index", "again"]).exits(0);
    fx.run(["search", "sell", "--count", "--index", "again"]).stdout_is("2\n");
    // With colours, only the program's own escapes are printed.
    for args in [&["search", "sell"][..], &["show", &id]] {
        let run = fx.run_in_terminal(80, args).unwrap();
        run.exits(0).stdout_has("\u{1b}[1m");
        assert!(!plain(run.stdout()).contains(is_unsafe), "{args:?}\n{run}");
        // A user who asks for colours in a pipe has a terminal at its end.
        let paged = fx.run(["--color", "always"].iter().chain(args));
        assert!(!plain(paged.stdout()).contains(is_unsafe), "{args:?}\n{paged}");
    }
});

/// Removes the colours that the program itself sets.
fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    for own in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m"] {
        text = text.replace(own, "");
    }
    text
}

fptest!(only_programs_get_texts_unchanged, |fx: Fixture| {
    hostile(&fx);
    // A pipe may end at a terminal.
    let shown = fx.run(["search", "sell"]);
    assert!(!shown.exits(0).stdout().contains(|c: char| c.is_control() && c != '\n'));
    assert!(!shown.stdout().contains(['\u{202e}', '\u{2066}']));
    let hits = fx.run(["search", "sell", "--format", "jsonl"]).exits(0).json_lines();
    assert_eq!(hits[0]["text"], HOSTILE);
    let markdown = fx.run(["show", "acme.example", "--format", "markdown"]);
    assert!(markdown.exits(0).stdout().contains('\u{202e}'));
    let json = fx.run(["search", "sell", "--format", "json"]).exits(0).json();
    assert_eq!(json["hits"], Value::from(hits.clone()));
    let hit: Hit = decode(&hits[0]);
    assert_eq!(
        hit.highlights.iter().map(|&(start, end)| &HOSTILE[start..end]).collect::<Vec<_>>(),
        ["sell"]
    );
});

#[test]
fn colours_are_for_terminals() {
    let fx = Fixture::new();
    fx.policy("acme.example", "2001-01-01", "# Privacy\n\nWe sell or rent data.\n");
    fx.run(["index", "corpus"]).exits(0);
    let args = ["search", "sell or rent"];
    let has_colour = |run: &Run| run.stdout().contains("\u{1b}[1m\u{1b}[31msell or rent\u{1b}[0m");
    assert!(!has_colour(&fx.run(args)));
    assert!(has_colour(&fx.run(["search", "sell or rent", "--color", "always"])));
    let with = |key: &str, value: &str, args: &[&str]| {
        let mut command = fx.command(PROGRAM);
        command.env(key, value).args(args);
        command.output().unwrap()
    };
    let output = with("NO_COLOR", "1", &["--color", "always", "search", "sell or rent"]);
    assert!(output.stdout.contains(&0x1b), "who asks for colours gets them");
    let Some(shown) = fx.run_in_terminal(80, &args) else { return };
    assert!(has_colour(&shown), "{shown}");
    assert!(!has_colour(
        &fx.run_in_terminal(80, &["search", "sell or rent", "--color", "never"]).unwrap()
    ));
    for (key, value, expected) in
        [("NO_COLOR", "1", false), ("NO_COLOR", "", true), ("TERM", "dumb", false)]
    {
        let mut command = fx.command("script");
        command.env("TERM", "xterm").env(key, value);
        let inside = format!("'{PROGRAM}' search 'sell or rent'");
        let run = crate::util::run(command, &["-qec", &inside, "/dev/null"]);
        assert_eq!(has_colour(&run), expected, "{key}={value}\n{run}");
    }
}

fptest!(a_terminal_gets_lines_that_fit, |fx: Fixture| {
    let long = "Long before the match there is much to read that nobody reads. ".repeat(12);
    fx.policy(
        "acme.example",
        "2001-01-01",
        &format!("# Privacy\n\n{long}We sell or rent data to anybody. {long}\n"),
    );
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["search", "sell or rent"])
        .stdout_has(&format!("\n  {long}We sell or rent data to anybody. {}\n", long.trim_end()));
    let Some(run) = fx.run_in_terminal(60, &["search", "sell or rent", "--color", "never"]) else {
        return;
    };
    run.exits(0).stdout_has("rent data").stdout_has("… ").stdout_has(" …");
    for line in run.stdout().lines() {
        assert!(
            line.trim_end().chars().count() <= 60,
            "{} columns: {line}\n{run}",
            line.chars().count()
        );
    }
    assert!(run.lines().len() < 12, "{run}");
});

#[test]
fn jq_reads_the_output() {
    if !Command::new("jq").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("skipped: no jq");
        return;
    }
    let jq = |format: &str, filter: &str| {
        let hits = sample(["search", "sell or rent", "--limit", "all", "--format", format]);
        let mut jq = Command::new("jq");
        jq.args(["-r", filter]);
        String::from_utf8(feed(jq, hits.stdout().as_bytes()).stdout).unwrap()
    };
    assert_eq!(jq("jsonl", ".company").lines().count(), 13);
    assert_eq!(jq("json", ".hits | length"), "13\n");
    assert_eq!(jq("json", ".totals.companies"), "11\n");
    // The reader closes this pipe early.
    let script = format!(
        "'{PROGRAM}' search we --limit all --format jsonl --index '{}' | jq -rn 'input.rank'; echo \
         ${{PIPESTATUS[0]}}",
        sample_index().display()
    );
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1\n0\n");
    assert!(output.stderr.is_empty());
}

#[test]
fn help_says_how_to_begin() {
    sample(["--help"])
        .exits(0)
        .stderr_is_empty()
        .stdout_has("Exit status: 0 with hits, 1 without, 2 after an error.");
    for command in ["index", "search", "show"] {
        let help = sample([command, "--help"]);
        help.exits(0)
            .stderr_is_empty()
            .stdout_has("Example")
            .stdout_has(&format!("fineprint {command} "));
        let short = sample([command, "-h"]);
        let is_fitting = |line: &&str| line.chars().count() <= 100;
        assert!(
            short.lines().iter().all(is_fitting) && help.lines().iter().all(is_fitting),
            "{help}"
        );
    }
    let help = sample(["search", "--help"]);
    help.stdout_has("[possible values: heading, paragraph, item, row, quote]");
    help.stdout_has("[possible values: auto, always, never]")
        .stdout_lacks("Possible values:\n          - auto");
    sample(["--version"]).exits(0).stdout_is(&format!("fineprint {}\n", env!("CARGO_PKG_VERSION")));
    sample::<&str>([]).exits(2).stderr_has("Usage: fineprint [OPTIONS] <COMMAND>");
}
