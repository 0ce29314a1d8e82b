//! Names of companies, policy types and collections, as corpora have them and as users write them.

use crate::util::{Fixture, fptest};

/// Writes a snapshot of each company and indexes them.
fn index(fx: &Fixture, companies: &[&str]) {
    let lines = companies.iter().map(|company| {
        let text = format!("We sell {company}.");
        serde_json::json!({"company": company, "date": "2020-01-02", "text": text}).to_string()
    });
    fx.file("a.jsonl", lines.collect::<Vec<_>>().join("\n"));
    fx.run(["index", "a.jsonl"]).exits(0);
}

/// The companies that the flag lets through, in order.
fn found(fx: &Fixture, name: &str) -> Vec<String> {
    let run =
        fx.run(["search", "we sell", "--company", name, "--format", "jsonl", "--sort", "company"]);
    let hits = run.exits(0).json_lines();
    hits.iter().map(|hit| hit["company"].as_str().unwrap().to_owned()).collect()
}

fptest!(an_exact_name_wins_then_a_folded_one_then_a_glob, |fx: Fixture| {
    let companies =
        ["TP-Link", "Tp-link", "A[b]", "Ab", "What?", "WhatX", "Straße", "IŞIK", "Acme [Beta]"];
    index(&fx, &companies);
    for name in companies {
        assert_eq!(found(&fx, name), [name]);
        fx.run(["show", name]).exits(0).stdout_has(&format!("We sell {name}."));
        let query = format!("sell AND company:\"{name}\"");
        fx.run(["search", "--count", "--", query.as_str()]).exits(0).stdout_is("1\n");
    }
    assert_eq!(found(&fx, "tp-link"), ["TP-Link", "Tp-link"]);
    assert_eq!(found(&fx, "tp‑LINK"), ["TP-Link", "Tp-link"]);
    fx.run(["show", "tp-link"]).exits(2).stderr_has("TP-Link").stderr_has("Tp-link");
    assert_eq!(found(&fx, "a[B]"), ["A[b]"]);
    assert_eq!(found(&fx, "A[a-c]"), ["Ab"]);
    assert_eq!(found(&fx, "what?"), ["What?"]);
    assert_eq!(found(&fx, "wha??"), ["What?", "WhatX"]);
    assert_eq!(found(&fx, "STRASSE"), ["Straße"]);
    assert_eq!(found(&fx, "stra?e"), ["Straße"]);
    assert_eq!(found(&fx, "*ss*"), ["Straße"]);
    assert_eq!(found(&fx, "ışık"), ["IŞIK"]);
    assert_eq!(found(&fx, "isi*"), ["IŞIK"]);
    assert_eq!(found(&fx, "acme [beta]"), ["Acme [Beta]"]);
    fx.run(["show", "acme [Beta]"]).exits(0).stdout_has("We sell Acme [Beta].");
    fx.run(["search", "sell", "--company", "[x"]).exits(2).stderr_has("`[x` is no glob");
    fx.run(["history", "sell", "--company", "A[b]"]).exits(0).stdout_lacks("We sell Ab.");
});

fptest!(composed_and_decomposed_names_are_one_company, |fx: Fixture| {
    for (company, date) in [("Socie\u{301}te\u{301}", "2020"), ("Soci\u{E9}t\u{E9}", "2021")] {
        let path = format!("in/{company}/Privacy Policy/{date}-02-03T04-05-06Z.md");
        fx.file(path, format!("# P\n\nNous vendons en {date}.\n"));
    }
    fx.run(["index", "in", "--collection", "Pre\u{301}"]).exits(0);
    fx.run(["companies", "--format", "csv"]).exits(0).stdout_has("Soci\u{E9}t\u{E9}");
    for name in ["Société", "Socie\u{301}te\u{301}", "SOCIETE", "soci?t?", "SOCIÉ*"] {
        let search = ["search", "nous vendons", "--company", name, "--count"];
        fx.run(search).exits(0).stdout_is("2\n");
    }
    let run = fx.run(["search", "vendons", "--collection", "PRÉ", "--format", "jsonl"]);
    let hits = run.exits(0).json_lines();
    let names = |field: &str| hits.iter().map(|hit| hit[field].to_string()).collect::<Vec<_>>();
    assert_eq!(names("company"), ["\"Soci\u{E9}t\u{E9}\""; 2]);
    assert_eq!(names("collection"), ["\"Pr\u{E9}\""; 2]);
    // An update finds the corpus again, whichever way its collection is spelled.
    fx.run(["index", "in", "--collection", "Pr\u{E9}"]).exits(0);
    fx.run(["search", "vendons", "--count"]).exits(0).stdout_is("2\n");
    fx.run(["index", "--remove", "Pre\u{301}"]).exits(0);
    fx.run(["search", "vendons", "--count"]).exits(1);
});

fptest!(metadata_is_compared_as_names_are, |fx: Fixture| {
    let line = |city: &str| {
        let text = format!("We sell in {city}.");
        let (company, date) = (format!("{city}.example"), "2020-01-02");
        serde_json::json!({"company": company, "date": date, "city": city, "text": text})
            .to_string()
    };
    let lines = ["Zu\u{308}rich", "Łódź", "[Roma", "Oslo?"].map(line);
    fx.file("a.jsonl", lines.join("\n"));
    fx.run(["index", "a.jsonl"]).exits(0);
    for value in ["ZÜRICH", "zurich", "z?rich", "lodz", "Ł*", "[roma", "Oslo?"] {
        let meta = format!("city={value}");
        fx.run(["search", "we sell", "--meta", &meta, "--count"]).exits(0).stdout_is("1\n");
    }
    fx.run(["search", "we sell", "--meta", "city=[bern", "--count"]).exits(1);
});

fptest!(a_beginning_of_an_id_names_its_clause, |fx: Fixture| {
    let row = |company: &str, text: &str| format!("{company},2001-01-01,{text}\n");
    let texts = (0..3000).map(|row| format!("We sell data {row}.")).collect::<Vec<_>>();
    let rows = texts.iter().map(|text| row("acme.example", text)).collect::<String>();
    fx.file("rows.csv", format!("company,date,text\n{rows}"));
    fx.run(["index", "rows.csv"]).exits(0);
    let args = ["search", "sell", "--limit", "all", "--format", "jsonl"];
    let hits = fx.run(args).json_lines();
    let mut ids: Vec<&str> = hits.iter().map(|hit| hit["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let whole = ids[0];
    let text = fx.run(["show", whole, "--format", "json"]).exits(0).stdout().to_owned();
    for length in 7..whole.len() {
        fx.run(["show", &whole[..length], "--format", "json"]).exits(0).stdout_is(&text);
    }
    let upper = format!("c{}", whole[1..10].to_uppercase());
    fx.run(["show", &upper, "--format", "json"]).exits(0).stdout_is(&text);
    // Flags of policies are refused, as with a whole id.
    fx.run(["show", &whole[..8], "--as-of", "2001"]).exits(2).stderr_has("is a clause");
    fx.run(["show", &whole[..5]]).fails_with(&format!("no company `{}` in the index", &whole[..5]));
    // The company of that name wins.
    let more = row(&whole[..8], "Our data.");
    fx.file("more.csv", format!("company,date,text\n{more}"));
    fx.run(["index", "more.csv"]).exits(0);
    fx.run(["show", &whole[..8]]).exits(0).stdout_has("Our data.");
    fx.run(["show", &whole[..9]]).exits(0).stdout_lacks("Our data.");
});

fptest!(a_beginning_of_two_ids_lists_both, |fx: Fixture| {
    // Two of so many clauses have ids that begin with the same 25 bits.
    let rows = (0..20_000).map(|row| format!("We sell data {row}.\n\n")).collect::<String>();
    fx.file(
        "rows.jsonl",
        serde_json::json!({
            "company": "acme.example", "date": "2001-01-01", "text": rows
        })
        .to_string(),
    );
    fx.run(["index", "rows.jsonl"]).exits(0);
    let args = ["search", "sell", "--limit", "all", "--format", "jsonl"];
    let hits = fx.run(args).json_lines();
    let mut ids: Vec<&str> = hits.iter().map(|hit| hit["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let pair = ids.windows(2).find(|pair| pair[0][..6] == pair[1][..6]).unwrap();
    fx.run(["show", &pair[0][..6]]).fails_with(&format!(
        "`{}` is the beginning of 2 ids: `{} (acme.example)`, `{} (acme.example)`; write more of \
         the id",
        &pair[0][..6],
        pair[0],
        pair[1]
    ));
    fx.run(["show", pair[0]]).exits(0);
    // The same clause in two collections is one id.
    fx.run(["index", "rows.jsonl", "--collection", "more"]).exits(0);
    let both = fx.run(["show", &ids[0][..12], "--format", "json"]);
    assert_eq!(both.exits(0).lines().len(), 2);
});

fptest!(a_word_suggests_the_names_that_have_it, |fx: Fixture| {
    let rows = ["Privacy Policy", "Privacy Policy", "Privacy Notice", "Piracy"].iter().enumerate();
    let rows = rows.map(|(row, name)| format!("a{row}.example,{name},2001-01-01,We sell.\n"));
    fx.file("rows.csv", format!("company,type,date,text\n{}", rows.collect::<String>()));
    fx.run(["index", "rows.csv"]).exits(0);
    fx.run(["search", "sell", "--type", "privacy"]).fails_with(
        "no policy type `privacy` in the index; did you mean `Privacy Policy`, `Privacy Notice`, \
         `Piracy`?",
    );
});
