//! Tests searches as users and scripts make them: which hits, in which order, how many.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use fineprint::printer::{HitFormat, HitPrinter, HumanOptions};
use fineprint::search::{HitGrouping, HitOrder, Searcher, SnapshotDates};
use serde::Deserialize;
use serde_json::Value;

use crate::library::asking;
use crate::util::{Fixture, Run, fptest, header, repository, sample};

/// A row of `tests/queries.jsonl`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    query: String,
    args: Vec<String>,
    why: String,
    hits: Vec<Expected>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    company: String,
    starts: String,
    first_seen: String,
    last_seen: String,
    snapshots: u64,
}

impl Expected {
    fn is(&self, hit: &Value) -> bool {
        hit["company"] == self.company
            && hit["first_seen"] == self.first_seen
            && hit["last_seen"] == self.last_seen
            && hit["snapshots"] == self.snapshots
            && hit["text"].as_str().unwrap().replace('\n', " ").starts_with(&self.starts)
    }
}

fn rows() -> Vec<Row> {
    let table = fs::read_to_string(repository().join("tests/queries.jsonl")).unwrap();
    table.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_query_of_the_table_finds_its_clauses() {
    let mut wrong = Vec::new();
    for row in rows() {
        let mut args = vec!["search", "--limit", "all", "--format", "jsonl", row.query.as_str()];
        args.extend(row.args.iter().map(String::as_str));
        let run = sample(args);
        // A search without hits prints a reason.
        let explained = if row.hits.is_empty() { "no hits: " } else { "" };
        assert!(
            run.stderr().contains(explained) && run.stderr().is_empty() == explained.is_empty()
        );
        run.exits(i32::from(row.hits.is_empty()));
        let mut hits = run.json_lines();
        // The longest prefixes come first, because a shorter one may begin them.
        let mut expected = row.hits.clone();
        expected.sort_by_key(|expected| std::cmp::Reverse(expected.starts.len()));
        expected.retain(|expected| match hits.iter().position(|hit| expected.is(hit)) {
            Some(found) => {
                hits.swap_remove(found);
                false
            }
            None => true,
        });
        if !expected.is_empty() || !hits.is_empty() {
            let more: Vec<_> = hits.iter().map(short).collect();
            wrong.push(format!(
                "{} {:?} ({})\n  missing: {expected:?}\n  too many: {more:?}",
                row.query, row.args, row.why
            ));
        }
    }
    assert!(wrong.is_empty(), "{} queries:\n{}", wrong.len(), wrong.join("\n"));
}

fn short(hit: &Value) -> String {
    let text: String = hit["text"].as_str().unwrap().chars().take(60).collect();
    format!(
        "{} {}..{} x{} {text:?}",
        hit["company"], hit["first_seen"], hit["last_seen"], hit["snapshots"]
    )
}

fn all(query: &str, args: &[&str]) -> Run {
    let mut all = vec!["search", "--limit", "all", "--format", "jsonl", query];
    all.extend(args);
    sample(all)
}

fn hits(query: &str, args: &[&str]) -> Vec<Value> {
    let run = all(query, args);
    assert!(run.output.status.code().is_some_and(|code| code < 2), "{run}");
    run.json_lines()
}

fn field<'h>(hits: &'h [Value], name: &str) -> Vec<&'h str> {
    hits.iter().map(|hit| hit[name].as_str().unwrap()).collect()
}

fn ids(query: &str, args: &[&str]) -> BTreeSet<String> {
    field(&hits(query, args), "id").into_iter().map(str::to_owned).collect()
}

#[test]
fn words_are_a_phrase_however_they_are_typed() {
    let words = sample(["search", "sell", "or", "rent", "--format", "jsonl"]);
    for typed in ["sell or rent", "\"sell or rent\"", "“sell or rent”", "sell  or\trent"] {
        sample(["search", typed, "--format", "jsonl"]).exits(0).stdout_is(words.stdout());
    }
    assert_eq!(words.lines().len(), 10);
    // In upper case it is an operator, and many more clauses have one of the words.
    assert!(hits("sell OR rent", &[]).len() > hits("sell or rent", &[]).len());
}

#[test]
fn operators_bind_as_documented() {
    let set = |query: &str| ids(query, &[]);
    let (cookie, browser, privacy) = (set("cookie"), set("browser"), set("privacy"));
    let both = |a: &BTreeSet<String>, b: &BTreeSet<String>| a & b;
    assert!(!both(&cookie, &browser).is_empty() && both(&cookie, &browser) != cookie);
    assert_eq!(set("cookie AND browser"), both(&cookie, &browser));
    assert_eq!(set("cookie OR browser"), &cookie | &browser);
    assert_eq!(set("cookie NOT browser"), &cookie - &browser);
    assert_eq!(set("cookie AND NOT browser"), &cookie - &browser);
    // AND binds tighter than OR, and NOT tighter than AND.
    assert_eq!(set("privacy OR cookie AND browser"), &privacy | &both(&cookie, &browser));
    assert_eq!(set("(privacy OR cookie) AND browser"), both(&(&privacy | &cookie), &browser));
    assert_eq!(set("cookie AND NOT browser OR privacy"), &(&cookie - &browser) | &privacy);
    assert_eq!(set("cookie NOT (browser OR privacy)"), &(&cookie - &browser) - &privacy);
    // Bare words beside a quote or a group are joined to it with AND.
    assert_eq!(set("cookie \"browser\""), both(&cookie, &browser));
    assert_eq!(set("cookie (browser)"), both(&cookie, &browser));
    assert_eq!(set("section:cookies cookie"), both(&set("section:cookies"), &cookie));
    assert_eq!(set("NOT browser AND cookie"), &cookie - &browser);
}

#[test]
fn dates_choose_snapshots() {
    let dates = |args: &[&str]| {
        let hits = hits("sell or rent", args);
        field(&hits, "archive_date").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!dates(&["--since", "2012"]).is_empty());
    assert!(dates(&["--since", "2012"]).iter().all(|date| date.as_str() >= "2012-01-01"));
    assert!(dates(&["--until", "2008-07"]).iter().all(|date| date.as_str() <= "2008-07-31"));
    assert!(dates(&["--until", "2008-07"]).contains(&"2008-07-07".to_owned()));
    let between = dates(&["--since", "2008-07-07", "--until", "2008-07-07"]);
    assert_eq!(between, ["2008-07-07"]);
    assert!(dates(&["--as-of", "2008"]).iter().all(|date| date.as_str() <= "2008-12-31"));
    assert!(dates(&["--as-of", "2000"]).is_empty(), "no company starts before 2001");
    // `--latest` searches the newest snapshots, so a clause that a later snapshot lacks is not
    // found.
    let latest = hits("sell or rent", &["--latest"]);
    assert!(!latest.is_empty() && latest.iter().all(|hit| hit["gone_by"].is_null()));
    assert_eq!(ids("sell or rent", &["--latest"]), ids("sell or rent", &["--as-of", "2030"]));
}

#[test]
fn names_are_whole_or_globs_in_any_case() {
    let companies = |args: &[&str]| {
        let hits = hits("sell or rent", args);
        field(&hits, "company").into_iter().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(companies(&["--company", "LINDEN-bank.example"]), set(&["linden-bank.example"]));
    assert_eq!(
        companies(&["--company", "linden*", "--company", "?uillpost.example"]),
        set(&["linden-bank.example", "quillpost.example"])
    );
    assert_eq!(
        companies(&["--company", "[pq]*"]),
        set(&[
            "papercrane-cards.example",
            "pennywhistle-toys.example",
            "pocketledger.example",
            "quillpost.example"
        ])
    );
    assert_eq!(
        companies(&["--company", "linden*", "--kind", "heading"]),
        set(&[]),
        "different flags AND"
    );
    assert_eq!(companies(&["--type", "privacy *", "--collection", "default"]), companies(&[]));
    for kind in ["heading", "paragraph", "item", "row", "quote"] {
        let found = hits("we", &["--kind", kind]);
        assert!(found.iter().all(|hit| hit["kind"] == kind), "{kind}");
    }
    let (items, both) =
        (ids("we", &["--kind", "item"]), ids("we", &["--kind", "item", "--kind", "row"]));
    assert_eq!(both, &items | &ids("we", &["--kind", "row"]));
}

fptest!(fields_are_judged_per_snapshot, |fx: Fixture| {
    let body = |heading: &str| format!("# Privacy\n\n## {heading}\n\nWe keep logs for ten days.\n");
    fx.policy("acme.example", "2001-05-05", &body("Server logs"));
    fx.policy("acme.example", "2002-05-05", &body("Server logs"));
    fx.policy("acme.example", "2003-05-05", &body("Records"));
    fx.run(["index", "corpus"]).exits(0);
    let search = |args: &[&str]| {
        let run = fx.run(["search", "keep logs", "--format", "jsonl"].iter().chain(args));
        (run.output.status.code(), run.json_lines().pop().unwrap_or(Value::Null))
    };
    let (code, old) = search(&["--section", "server logs"]);
    assert_eq!(
        (code, &old["archive_date"], &old["last_seen"]),
        (Some(0), &"2002-05-05".into(), &"2003-05-05".into())
    );
    assert_eq!(old["section"], serde_json::json!(["Privacy", "Server logs"]));
    assert_eq!(search(&["--section", "server logs", "--latest"]).0, Some(1));
    assert_eq!(search(&["--section", "server logs", "--since", "2003"]).0, Some(1));
    assert_eq!(search(&["--section", "records", "--until", "2002"]).0, Some(1));
    assert_eq!(
        search(&["--section", "records", "--section", "server"]).1["archive_date"],
        "2003-05-05"
    );
    let totals = |section: &str| {
        fx.run(["search", "keep logs", "--section", section, "--format", "json"]).json()
    };
    assert_eq!(totals("server logs")["totals"]["snapshots"], 2);
    assert_eq!(totals("privacy")["totals"]["snapshots"], 3);
    // A phrase does not cross from one heading of the path to the next.
    assert_eq!(search(&["--section", "privacy records"]).0, Some(1));
    assert_eq!(
        fx.run(["search", "section:\"server logs\" AND logs", "--latest"]).exits(1).lines().len(),
        0
    );
    fx.run(["search", "logs NOT section:records", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(kinds_are_judged_per_snapshot, |fx: Fixture| {
    fx.policy("acme.example", "2001-05-05", "# Privacy\n\n## We sell nothing\n\nAt all.\n");
    fx.policy("acme.example", "2002-05-05", "# Privacy\n\nWe sell nothing\n\nAt all.\n");
    fx.run(["index", "corpus"]).exits(0);
    let dates = |kind: &str| {
        let run = fx.run(["search", "sell nothing", "--kind", kind, "--format", "jsonl"]);
        run.json_lines()
            .iter()
            .map(|hit| hit["archive_date"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(dates("heading"), ["2001-05-05"]);
    assert_eq!(dates("paragraph"), ["2002-05-05"]);
    fx.run(["search", "sell nothing", "--kind", "heading", "--latest"]).exits(1);
});

#[test]
fn every_order_is_total_and_right() {
    let order = |sort: &str| hits("privacy OR cookie", &["--sort", sort]);
    let relevance = order("relevance");
    let scores: Vec<f64> = relevance.iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    assert!(
        scores.windows(2).all(|pair| pair[0] >= pair[1]) && scores[0] > scores[scores.len() - 1]
    );
    let check = |sort: &str, key: &str, is_ascending: bool| {
        let hits = order(sort);
        assert_eq!(hits.len(), relevance.len(), "{sort}");
        assert!(hits.iter().all(|hit| hit["score"].is_null()), "{sort} does not rank");
        let keys = field(&hits, key);
        let sorted = keys
            .windows(2)
            .all(|pair| if is_ascending { pair[0] <= pair[1] } else { pair[0] >= pair[1] });
        assert!(sorted, "{sort}: {keys:?}");
        // Ties are ordered by company.
        for pair in hits.windows(2).filter(|pair| pair[0][key] == pair[1][key]) {
            assert!(pair[0]["company"].as_str() <= pair[1]["company"].as_str(), "{sort}");
        }
    };
    check("newest", "archive_time", false);
    check("oldest", "archive_time", true);
    check("first-seen", "first_seen", true);
    check("company", "company", true);
    let ranks: Vec<u64> = relevance.iter().map(|hit| hit["rank"].as_u64().unwrap()).collect();
    assert_eq!(ranks, (1..=relevance.len() as u64).collect::<Vec<_>>());
}

#[test]
fn groups_show_their_best_hit_and_their_size() {
    let query = "a cookie is a small text file OR privacy";
    let single = hits(query, &[]);
    assert!(single.iter().all(|hit| hit["group_size"].is_null()));
    type Key = fn(&Value) -> String;
    let keys: [(&str, Key); 3] = [
        // Texts that count as equal here may differ in the style of their quotes.
        ("text", |hit| hit["text"].as_str().unwrap().replace('’', "'")),
        ("policy", |hit| format!("{} {} {}", hit["company"], hit["type"], hit["collection"])),
        ("company", |hit| hit["company"].to_string()),
    ];
    for (group, key) in keys {
        let mut expected: Vec<(String, String, u64)> = Vec::new();
        for hit in &single {
            match expected.iter_mut().find(|(known, ..)| *known == key(hit)) {
                Some((_, _, size)) => *size += 1,
                None => expected.push((key(hit), hit["id"].to_string(), 1)),
            }
        }
        let grouped = hits(query, &["--group", group]);
        let shown: Vec<_> = grouped
            .iter()
            .map(|hit| (key(hit), hit["id"].to_string(), hit["group_size"].as_u64().unwrap()))
            .collect();
        assert_eq!(shown, expected, "{group}");
        assert!(
            shown.iter().any(|(.., size)| *size > 1) && shown.len() > 1,
            "{group}: a test without groups"
        );
        let totals =
            sample(["search", query, "--group", group, "--format", "json"]).json()["totals"]
                .clone();
        assert_eq!(totals["groups"], expected.len(), "{group}");
        assert_eq!(totals["clauses"], single.len(), "{group}: totals count before grouping");
    }
    // Human output shows equal wordings as one entry, unless each is asked for.
    let human = |args: &[&str]| {
        sample(["search", "a cookie is a small text file"].iter().chain(args)).stdout().to_owned()
    };
    assert_eq!(human(&[]).matches("\n  seen ").count(), 1);
    assert!(human(&[]).contains("also at 5 companies"));
    assert_eq!(human(&["--group", "none"]).matches("\n  seen ").count(), 6);
    for (group, place) in [("company", "at this company"), ("policy", "in this policy")] {
        let first = ["search", "privacy", "--group", group, "--limit", "1"];
        let size = sample(first.iter().chain(&["--format", "jsonl"])).json_lines()[0]["group_size"]
            .clone();
        assert!(size.as_u64() > Some(1), "{size}");
        sample(first).stdout_has(&format!(", best of {size} {place}"));
    }
}

#[test]
fn pages_put_together_are_the_whole() {
    for args in [&["--sort", "relevance"][..], &["--sort", "newest"], &["--group", "company"]] {
        let whole = all("privacy OR cookie", args);
        let mut pages = String::new();
        for offset in (0..).step_by(7).map(|offset: usize| offset.to_string()) {
            let page = [
                "search",
                "privacy OR cookie",
                "--format",
                "jsonl",
                "--limit",
                "7",
                "--offset",
                &offset,
            ];
            let page = sample(page.iter().chain(args));
            page.exits(0);
            if page.stdout().is_empty() {
                break;
            }
            pages.push_str(page.stdout());
        }
        assert_eq!(pages, whole.stdout(), "{args:?}");
    }
    // Each page is a part of the same result, also when it shows 0 of many hits.
    sample(["search", "privacy", "--limit", "0", "--format", "jsonl"]).exits(0).stdout_is("");
    sample(["search", "privacy", "--offset", "1000000", "--format", "jsonl"])
        .exits(0)
        .stdout_is("");
}

#[test]
fn a_capped_result_says_so() {
    let json = |args: &[&str]| {
        sample(["search", "sell or rent", "--format", "json"].iter().chain(args)).json()
    };
    assert_eq!(
        (&json(&[])["truncated"], json(&[])["hits"].as_array().unwrap().len()),
        (&true.into(), 10)
    );
    assert_eq!(json(&["--limit", "13"])["truncated"], false);
    assert_eq!(json(&["--limit", "12"])["truncated"], true);
    assert_eq!(json(&["--limit", "3", "--offset", "10"])["truncated"], false);
    assert_eq!(json(&["--limit", "3", "--offset", "9"])["truncated"], true);
    let line = "13 clauses in 11 policies of 11 companies, 43 snapshots; 10 of 13 clauses shown, \
        --limit all shows all\n";
    sample(["search", "sell or rent", "--format", "jsonl"]).stderr_has(line.trim_end());
    all("sell or rent", &[]).stderr_is_empty();
    sample(["search", "sell or rent"])
        .stderr_has("13 clauses in 11 policies")
        .stderr_has("; 10 of 13 clauses shown");
    sample(["search", "sell or rent", "--quiet"]).stderr_is_empty();
    sample(["search", "zebra crossing"]).exits(1).stdout_is("").stderr_has("no hits: ");
    sample(["search", "zebra crossing", "--quiet"]).exits(1).stdout_is("").stderr_is_empty();
}

#[test]
fn counts_are_exact() {
    sample(["search", "sell or rent", "--count"]).exits(0).stdout_is("13\n").stderr_is_empty();
    sample(["search", "zebra crossing", "--count"]).exits(1).stdout_is("0\n");
    sample(["search", "a cookie is a small text file", "--count", "--group", "text"])
        .stdout_is("1\n");
    let totals = "{\"clauses\":13,\"policies\":11,\"companies\":11,\"snapshots\":43}\n";
    sample(["search", "sell or rent", "--count", "--format", "jsonl"]).exits(0).stdout_is(totals);
    let json = sample(["search", "sell or rent", "--count", "--format", "json"]).json();
    assert_eq!(json["totals"], serde_json::from_str::<Value>(totals).unwrap());
    assert_eq!(json["hits"].as_array().unwrap().len(), 0);
    for query in ["privacy", "cookie NOT browser", "section:cookies", "link:example", "we"] {
        for args in
            [&[][..], &["--latest"], &["--since", "2008", "--until", "2012"], &["--kind", "item"]]
        {
            let hits = hits(query, args);
            let policies: BTreeSet<_> = hits
                .iter()
                .map(|hit| (&hit["company"], &hit["type"]))
                .map(|key| format!("{key:?}"))
                .collect();
            let json =
                sample(["search", query, "--format", "json", "--limit", "1"].iter().chain(args))
                    .json();
            let totals = &json["totals"];
            assert_eq!(totals["clauses"], hits.len(), "{query} {args:?}");
            assert_eq!(totals["policies"], policies.len(), "{query} {args:?}");
            assert_eq!(
                totals["companies"],
                policies.len(),
                "{query} {args:?}: one policy per company"
            );
        }
    }
}

fptest!(snapshots_are_counted_once, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n\nWe rent data.\n");
    fx.policy("acme.example", "2002-01-01", "We rent data.\n");
    fx.policy("acme.example", "2003-01-01", "We keep data.\n");
    fx.policy("brick.example", "2003-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0).stderr_has(
        "indexed 4 snapshots of 2 policies of 2 companies: 4 distinct clauses (5 occurrences)",
    );
    let totals = |args: &[&str]| {
        let totals = fx
            .run(["search", "sell OR rent", "--format", "json"].iter().chain(args))
            .json()["totals"]
            .clone();
        ["clauses", "policies", "companies", "snapshots"].map(|key| totals[key].as_u64().unwrap())
    };
    assert_eq!(totals(&[]), [3, 2, 2, 3]);
    assert_eq!(totals(&["--until", "2001"]), [2, 1, 1, 1]);
    assert_eq!(totals(&["--since", "2002"]), [2, 2, 2, 2]);
    assert_eq!(totals(&["--latest"]), [1, 1, 1, 1]);
    let hit = &fx
        .run(["search", "we sell data", "--company", "acme*", "--format", "jsonl"])
        .json_lines()[0];
    assert_eq!((&hit["gone_by"], &hit["same_text_companies"]), (&"2002-01-01".into(), &1.into()));
});

fn manifests(cache: &Path) -> Vec<(std::path::PathBuf, SystemTime)> {
    let mut found: Vec<_> = walkdir::WalkDir::new(cache)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_name() == "fineprint.json")
        .map(|entry| (entry.path().to_owned(), entry.metadata().unwrap().modified().unwrap()))
        .collect();
    found.sort();
    found
}

fptest!(the_cached_index_of_a_corpus_follows_its_files, |fx: Fixture| {
    let first = fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let count = |number: u64| {
        fx.run(["search", "--corpus", "corpus", "we", "sell", "data", "--count"])
            .exits(i32::from(number == 0))
            .stdout_is(&format!("{number}\n"))
            .stderr_is_empty();
    };
    count(1);
    let built = manifests(&fx.cache());
    assert_eq!(built.len(), 1);
    assert!(!fx.path(".fineprint").exists(), "the index is in the cache folder");
    count(1);
    assert_eq!(manifests(&fx.cache()), built, "nothing changed, nothing is built");
    // The same corpus may be named from another folder by another path.
    let mut command = fx.command(crate::util::PROGRAM);
    command.current_dir(fx.path("corpus"));
    let elsewhere =
        crate::util::run(command, &["search", "--corpus", ".", "sell data", "--format", "jsonl"]);
    assert_eq!(
        elsewhere.exits(0).json_lines()[0]["source"]["corpus"],
        ".",
        "named as the user does"
    );
    assert_eq!(manifests(&fx.cache()), built);

    let second = fx.policy("brick.example", "2001-01-01", "We sell data.\n");
    count(2);
    assert_ne!(manifests(&fx.cache()), built, "a new file is seen");
    fs::write(&first, format!("{}\n\nWe keep data.\n", header("acme.example", "2001-01-01")))
        .unwrap();
    count(1);
    // The file keeps its size but gets another time.
    fs::write(&first, format!("{}\n\nWe sell data.\n", header("acme.example", "2001-01-01")))
        .unwrap();
    let later = SystemTime::now() + Duration::from_secs(5);
    fs::File::options().write(true).open(&first).unwrap().set_modified(later).unwrap();
    count(2);
    fs::remove_file(&second).unwrap();
    count(1);
    fs::rename(fx.path("corpus/a"), fx.path("corpus/x")).unwrap();
    count(1);
    assert_eq!(manifests(&fx.cache()).len(), 1, "one index per corpus");
});

fptest!(many_searches_of_a_new_corpus_at_once, |fx: Fixture| {
    for day in 10..30 {
        fx.policy("acme.example", &format!("2001-01-{day}"), "We sell data.\n");
    }
    let start = |_| {
        let mut command = fx.command(crate::util::PROGRAM);
        command.args(["search", "--corpus", "corpus", "sell data", "--count"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let searches: Vec<_> = (0..6).map(start).collect();
    for search in searches {
        let output = search.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), output.stdout.as_slice(), stderr.as_str()),
            (Some(0), &b"1\n"[..], "")
        );
    }
    let generation = fs::read_to_string(&manifests(&fx.cache())[0].0).unwrap();
    assert!(generation.contains("\"generation-1\""), "built once: {generation}");
});

fptest!(a_damaged_cache_is_built_again, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let search = || fx.run(["search", "--corpus", "corpus", "sell data", "--count"]);
    search().exits(0);
    let folder = manifests(&fx.cache())[0].0.parent().unwrap().to_owned();
    fs::remove_dir_all(folder.join("generation-1")).unwrap();
    search().exits(0).stdout_is("1\n");
    fs::write(folder.join("fineprint.json"), "{").unwrap();
    search().exits(0).stdout_is("1\n");
});

/// 20 queries in all formats, printed by the library in the same way as by the program.
fn printed(index: &Path) -> Vec<Vec<u8>> {
    let searcher = Searcher::open(index).unwrap();
    let table = rows();
    let mut printed = Vec::new();
    for (i, row) in table.iter().step_by(table.len() / 20).take(20).enumerate() {
        let sorts = [
            HitOrder::Relevance,
            HitOrder::Newest,
            HitOrder::Oldest,
            HitOrder::FirstSeen,
            HitOrder::Company,
        ];
        let groups = [HitGrouping::None, HitGrouping::Text, HitGrouping::Company];
        let dates = if i % 4 == 3 { SnapshotDates::Latest } else { SnapshotDates::All };
        let mut request = asking(&row.query);
        request.select.filters.dates = dates;
        request.ranking.sort = sorts[i % sorts.len()];
        request.ranking.group = groups[i % groups.len()];
        for format in
            [HitFormat::Human(HumanOptions::default()), HitFormat::Json, HitFormat::JsonLines]
        {
            let mut out = Vec::new();
            searcher.search(&request, &mut HitPrinter::new(&mut out, format)).unwrap();
            printed.push(out);
        }
    }
    printed
}

fptest!(threads_and_rebuilds_change_nothing, |fx: Fixture| {
    let corpus = repository().join("data/policies");
    let build = |threads: &str| {
        let args = ["index".as_ref(), corpus.as_os_str(), "--threads".as_ref(), threads.as_ref()];
        fx.run(args).exits(0);
    };
    build("1");
    let expected = printed(&fx.path(".fineprint"));
    assert_eq!(expected.len(), 60);
    assert!(
        expected.iter().filter(|out| out.len() > 200).count() > 40,
        "queries that find something"
    );
    let manifest = fs::read(fx.path(".fineprint/fineprint.json")).unwrap();
    for threads in ["2", "8", "1", "2", "8", "1", "2", "8", "2", "8"] {
        build(threads);
        let again = printed(&fx.path(".fineprint"));
        assert!(again == expected, "other output with {threads} threads");
    }
    let generation = |bytes: &[u8]| {
        let mut manifest: Value = serde_json::from_slice(bytes).unwrap();
        manifest.as_object_mut().unwrap().remove("generation");
        manifest
    };
    let last = fs::read(fx.path(".fineprint/fineprint.json")).unwrap();
    assert_eq!(generation(&last), generation(&manifest));
    // The program prints the same as the library.
    let first = &rows()[0].query;
    fx.run(["search", first, "--limit", "all", "--group", "none", "--format", "jsonl"])
        .stdout_is(std::str::from_utf8(&expected[2]).unwrap());
});

fptest!(the_order_of_corpora_changes_nothing, |fx: Fixture| {
    // Both corpora have snapshots of the same policy, equal texts and a duplicate.
    for (folder, name, site, date, body) in [
        ("a", "1", "acme.example", "2001-01-01", "We sell data.\n\nWe rent data."),
        ("b", "9", "acme.example", "2002-01-01", "We rent data.\n\nWe sell data."),
        ("a", "3", "acme.example", "2003-01-01", "We sell data."),
        ("b", "2", "acme.example", "2003-01-01", "We sell data."),
        ("a", "8", "acme.example", "2004-01-01", "We sell data, too."),
        ("b", "4", "acme.example", "2004-01-01", "We sell data, also."),
        ("b", "5", "brick.example", "2001-01-01", "We sell data."),
    ] {
        fx.file(format!("{folder}/{name}.md"), format!("{}\n\n{body}\n", header(site, date)));
    }
    fx.run(["index", "a", "b", "--index", "ab"])
        .exits(0)
        .stderr_has("skipped 1: duplicate of another snapshot");
    fx.run(["index", "b", "a", "--index", "ba"])
        .exits(0)
        .stderr_has("skipped 1: duplicate of another snapshot");
    for format in ["human", "json", "jsonl"] {
        for sort in ["relevance", "newest", "first-seen", "company"] {
            let args = [
                "search",
                "sell OR rent",
                "--limit",
                "all",
                "--format",
                format,
                "--sort",
                sort,
                "--index",
            ];
            let ab = fx.run(args.iter().chain(&["ab"]));
            ab.exits(0);
            fx.run(args.iter().chain(&["ba"])).exits(0).stdout_is(ab.stdout());
        }
    }
});

#[test]
fn furniture_alone_is_the_reason_of_no_hits() {
    let fixture = Fixture::new();
    let policy = "<p>We sell zorp to nobody, and this is a policy of some length.</p>".repeat(4);
    let page = format!("<nav>About blint</nav><main>{policy}</main>");
    let line = serde_json::json!({"company": "a.example", "date": "2020-01-01", "html": page});
    fixture.file("pages.jsonl", format!("{line}\n"));
    fixture.run(["index", "pages.jsonl"]).exits(0);
    let reason = "no hits: 1 clause in menus and the like left out, --furniture adds them";
    for command in [
        &["search", "blint"][..],
        &["facets", "blint", "--by", "company"],
        &["history", "blint", "--company", "a.example"],
    ] {
        fixture.run(command).exits(1).stderr_has(reason);
    }
    fixture
        .run(["search", "blint", "--furniture", "--until", "2019"])
        .exits(1)
        .stderr_has("begins on 2020-01-01; 1 clause matches without filters");
}
