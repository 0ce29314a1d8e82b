//! Tests the numbers in front of clauses: which of them are numbers and which are text, and that
//! `diff`, `history` and `--gone` agree on both.

use std::collections::BTreeSet;
use std::fmt::Write;

use fineprint::model::ClauseId;
use fineprint::search::{ClauseChange, Filters, LifeFilter, SearchRequest, Select};
use fineprint::search::{HistoryChange, Searcher, VersionComparison};
use serde_json::json;

use crate::library::{index_of, run};
use crate::searching::phrases::Dice;
use crate::util::{Fixture, fptest};

/// Two texts of one policy, as a corpus of JSON Lines.
fn two_texts(old: &str, new: &str) -> String {
    let line = |date: &str, text: &str| {
        json!({"company": "a.example", "date": date, "text": text}).to_string() + "\n"
    };
    line("2020-01-02", old) + &line("2021-01-02", new)
}

/// The summary of the differences between two texts.
fn summary(fx: &Fixture, old: &str, new: &str) -> serde_json::Value {
    fx.file("two.jsonl", two_texts(old, new));
    fx.run(["index", "--rebuild", "two.jsonl"]).exits(0);
    let run = fx.run(["diff", "a.example", "2020", "2021", "--format", "json"]);
    run.json()["summary"].clone()
}

/// The kind of a clause, as Markdown around its text.
const SHAPES: [(&str, &str); 4] =
    [("", ""), ("- ", ""), ("## ", ""), ("| Data | Why |\n| --- | --- |\n| ", " | Maps |")];

fptest!(changed_amounts_are_changes, |fx: Fixture| {
    for (old, new) in [
        ("10.000 Euro Strafe zahlt, wer betrügt", "50.000 Euro Strafe zahlt, wer betrügt"),
        ("4.99 USD per month for all of it", "9.99 USD per month for all of it"),
        ("2.5 GB of storage are free", "1.5 GB of storage are free"),
        ("99.9 % uptime is what we promise", "95.0 % uptime is what we promise"),
        ("2.000 € kostet die Nutzung", "9.000 € kostet die Nutzung"),
        ("30. Juni ist der letzte Tag", "15. Juni ist der letzte Tag"),
        ("1. Januar 2024: Beginn der Frist", "15. Januar 2024: Beginn der Frist"),
        ("18. Lebensjahr vollendet haben alle", "16. Lebensjahr vollendet haben alle"),
        ("A. Smith is the officer for data", "B. Smith is the officer for data"),
    ] {
        for (before, after) in SHAPES {
            let text = |line: &str| format!("We ask first.\n\n{before}{line}{after}\n\nThe end.\n");
            let found = summary(&fx, &text(old), &text(new));
            assert_eq!((&found["changed"], &found["renumbered"]), (&json!(1), &json!(0)), "{old}");
            assert_eq!((&found["added"], &found["removed"]), (&json!(0), &json!(0)), "{old}");
            let unified = fx.run(["diff", "a.example", "2020", "2021", "--format", "unified"]);
            unified.exits(0).stdout_has(old).stdout_has(new);
            let last_word = old.split(' ').next_back().unwrap();
            let history = fx.run(["history", last_word, "--company", "a.example"]);
            history.exits(0).stdout_has("[-");
            // The amount is a word of the clause.
            fx.run(["search", &format!("\"{new}\""), "--count"]).stdout_is("1\n");
        }
    }
});

fptest!(renumbering_ends_no_life, |fx: Fixture| {
    for (old, new, added) in [
        ("# T\n\n1.1 You must not resell.\n", "# T\n\n1.1 New.\n\n1.2 You must not resell.\n", 1),
        ("1. You must not resell.\n", "1. New.\n2. You must not resell.\n", 1),
        ("(a) you must not resell;\n", "(a) new;\n\n(b) you must not resell;\n", 1),
        (
            "## § 4 A\n\nText a.\n\n## § 5 You must not resell\n\nText b.\n",
            "## § 4 A\n\nText a.\n\n## § 5 B\n\n## § 6 You must not resell\n\nText b.\n",
            1,
        ),
        (
            "## 1 Price\n\nText a.\n\n## 2 You must not resell\n\nText b.\n",
            "## 1 Price\n\nText a.\n\n## 2 New\n\n## 3 You must not resell\n\nText b.\n",
            1,
        ),
        (
            "一、价格\n\n二、You must not resell 价格\n",
            "一、新\n\n二、价格\n\n三、You must not resell 价格\n",
            1,
        ),
        (
            "4.1 Here.\n\n4.2 We may:\n\n* sell, you must not resell\n",
            "4.1 Here.\n\n4.2 New.\n\n4.3 We may:\n\n* sell, you must not resell\n",
            1,
        ),
    ] {
        let found = summary(&fx, old, new);
        assert_eq!(found["added"], json!(added), "{new} {found}");
        assert_eq!((&found["changed"], &found["removed"]), (&json!(0), &json!(0)), "{new}");
        let gone = fx.run(["search", "must not resell", "--gone", "--count"]);
        gone.stdout_is("0\n");
        let history = fx
            .run(["history", "must not resell", "--company", "a.example", "--format", "json"])
            .json();
        let threads = history["policies"][0]["threads"].as_array().unwrap();
        assert_eq!(threads.len(), 1, "{new}");
        assert_eq!(threads[0]["events"].as_array().unwrap().len(), 1, "{new}");
    }
    let same = "1. One.\n2. Two.\n";
    fx.file("two.jsonl", two_texts(same, "3. One.\n4. Two.\n"));
    fx.run(["index", "--rebuild", "two.jsonl"]).exits(0);
    fx.run(["diff", "a.example", "2020", "2021"]).exits(1).stdout_has("2 of them renumbered");
    fx.run(["diff", "a.example", "2020", "2021", "--format", "unified"]).exits(1).stdout_is("");
});

fptest!(numbers_after_words_are_renumbered, |fx: Fixture| {
    for (first, next, new, last) in [
        ("ARTICLE 4 - OBJET", "ARTICLE 5 - PRIX", "ARTICLE 5 - DURÉE", "ARTICLE 6 - PRIX"),
        ("第四条 价格", "第五条 期限", "第五条 范围", "第六条 期限"),
        ("Article IV: Scope", "Article V: Price", "Article V: Term", "Article VI: Price"),
        ("Section 4. Scope", "Section 5. Price", "Section 5. Term", "Section 6. Price"),
    ] {
        let text = |parts: &[(&str, &str)]| -> String {
            let parts = parts.iter().map(|(heading, word)| {
                format!("## {heading}\n\nThe text of the part {word} is here.\n\n")
            });
            parts.collect()
        };
        let old = text(&[(first, "alpha"), (next, "beta")]);
        let found = summary(&fx, &old, &old.replace(next, last));
        assert_eq!(found["changed"], json!(1), "without a sibling: {found}");
        let inserted = text(&[(first, "alpha"), (new, "gamma"), (last, "beta")]);
        let found = summary(&fx, &old, &inserted);
        assert_eq!(
            (&found["changed"], &found["added"], &found["renumbered"]),
            (&json!(0), &json!(2), &json!(1)),
            "{first} {found}"
        );
        let history = fx
            .run(["history", &format!("\"{next}\""), "--company", "a.example", "--format", "json"])
            .json();
        let events = history["policies"][0]["threads"][0]["events"].as_array().unwrap();
        assert_eq!(events[1]["change"], json!("renumbered"), "{history}");
    }
    let found = summary(
        &fx,
        "We ask.\n\nArticle 6 GDPR is our basis.\n\nThe end.\n",
        "We ask.\n\nArticle 7 GDPR is our basis.\n\nThe end.\n",
    );
    assert_eq!(found["changed"], json!(1));
});

fptest!(numbers_are_shown_and_cited, |fx: Fixture| {
    let old = "# T\n\n10. **General.** We sell it.\n\n11. **Contact.** Write to us.\n\n\
        4.8 Here.\n\n4.9 You pay.\n\n30. Juni ist der letzte Tag.\n";
    let new = old.replace("4.8 Here.", "4.8 New.\n\n4.9 Here.").replace("4.9 You", "4.10 You");
    fx.file("two.jsonl", two_texts(old, &new));
    fx.run(["index", "two.jsonl"]).exits(0);
    let markdown = fx.run(["show", "a.example", "--format", "markdown"]);
    markdown.stdout_has("\n10. General. We sell it.\n11. Contact.").stdout_has("30\\. Juni");
    let shown = fx.run(["show", "a.example", "--as-of", "2020"]);
    shown.stdout_has("\n10. General. We sell it.").stdout_has("\n4.9 You pay.");
    fx.run(["show", "a.example"]).stdout_has("\n4.10 You pay.");
    let hit = fx.run(["search", "you pay", "--as-of", "2020", "--format", "jsonl", "--cite"]);
    let hit = hit.json_lines().remove(0);
    assert_eq!((&hit["number"], &hit["text"]), (&json!("4.9"), &json!("You pay.")));
    assert!(hit["citation"].as_str().unwrap().contains(", clause 4.9, archived"), "{hit}");
    fx.run(["search", "you pay", "--cite"])
        .stdout_has("  4.10 You pay.")
        .stdout_has("clause 4.10,");
    let csv = fx.run(["search", "contact", "--format", "csv", "--fields", "number,text"]);
    csv.stdout_has("11.,Contact. Write to us.");
    // The exported text has the same clauses with the same numbers.
    let text = markdown.stdout().to_owned();
    let again = fineprint::section::section(&text);
    let numbers: Vec<_> = again.iter().filter_map(|clause| clause.number.as_deref()).collect();
    assert_eq!(numbers, ["10.", "11.", "4.8", "4.9", "4.10"]);
});

fptest!(spelling_and_composition_are_no_changes, |fx: Fixture| {
    for (old, new) in [
        ("Nous gardons vos donn\u{e9}es.", "Nous gardons vos donne\u{301}es."),
        ("We sell in\u{ad}fo\u{200b}.", "We sell info."),
        ("We **sell** , and rent.", "We **sell**, and rent."),
    ] {
        let found = summary(&fx, old, new);
        assert_eq!((&found["same"], &found["changed"]), (&json!(1), &json!(0)), "{new:?}");
        fx.run(["diff", "a.example", "2020", "2021"]).stdout_lacks("\n=");
    }
});

fptest!(a_date_stamp_is_one_clause_with_many_dates, |fx: Fixture| {
    let old = "# T\n\nLast updated: 3 May 2019\n\nWe sell it.\n";
    let found = summary(&fx, old, &old.replace("3 May 2019", "June 4th, 2020"));
    assert_eq!((&found["changed"], &found["renumbered"]), (&json!(0), &json!(1)));
    fx.run(["search", "last updated", "--count"]).stdout_is("1\n");
    fx.run(["show", "a.example", "--as-of", "2020"]).stdout_has("Last updated: 3 May 2019");
    fx.run(["show", "a.example"]).stdout_has("Last updated: June 4th, 2020");
    let dated = fx.run(["search", "last updated", "--as-of", "2020", "--format", "jsonl"]);
    assert_eq!(dated.json_lines()[0]["text"], json!("Last updated: 3 May 2019"));
    fx.run(["search", "sell it", "--as-of", "2020", "--context", "1"])
        .stdout_has("Last updated: 3 May 2019");
    fx.run(["diff", "a.example", "2020", "2021"]).stdout_has("= Last updated: [-3 May 2019-]");
    fx.run(["history", "last updated", "--company", "a.example"])
        .stdout_has("= Last updated: 3 May 2019");
});

fptest!(an_unknown_id_says_that_ids_have_changed, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["show", "cikrkphsiisnnyuev"])
        .exits(1)
        .stderr_has("ids that fineprint 0.1.0 printed are not found")
        .stderr_has("fineprint search");
});

/// What may follow a number in front of a clause and make an amount of it, or a date, an age, a
/// version or the initial of a name. `{}` is the number.
const AMOUNTS: [(&str, &[&str]); 31] = [
    ("{}.000 Euro Strafe zahlt jeder", &["10", "20", "50", "75"]),
    ("{}.99 USD per month is the price", &["4", "5", "9"]),
    ("{} € kostet jede Mahnung", &["2", "3", "10", "2.500"]),
    ("${} is the price of a copy", &["2", "3", "4.99"]),
    ("{}.5 GB of storage are free", &["1", "2", "3"]),
    ("{}.9 % uptime is promised", &["95", "98", "99"]),
    ("{} Tage nach der Kündigung endet es", &["1", "14", "30"]),
    ("{} days after notice we delete it", &["1", "2", "30"]),
    ("{}. Lebensjahr vollendet haben alle", &["1", "16", "17", "18"]),
    ("{}. Geburtstag und danach", &["1", "14", "18"]),
    ("{} ans révolus sont requis", &["13", "15", "18"]),
    ("{} años cumplidos son necesarios", &["13", "14", "16"]),
    ("{}. Juni ist der letzte Tag", &["1", "2", "15", "30"]),
    ("{}. Januar 2024: Beginn der Frist", &["1", "2", "15"]),
    ("{} June 2024 is the first day", &["1", "2", "15"]),
    ("{} juin 2024 est le premier jour", &["1", "2", "15"]),
    ("{} de junio de 2024 es el primer día", &["1", "2", "15"]),
    ("{}º de junho de 2024 é o primeiro dia", &["1", "2"]),
    ("{} giugno 2024 è il primo giorno", &["1", "2", "15"]),
    ("{} juni 2024 is de eerste dag", &["1", "2", "15"]),
    ("{} czerwca 2024 jest pierwszy dzień", &["1", "2", "15"]),
    ("{} июня 2024 года всё начнётся", &["1", "2", "15"]),
    ("{}. of June is the first day", &["1", "2", "15"]),
    ("{} of the app is the newest version", &["1.1", "1.2", "2.0", "2.1"]),
    ("{}. Smith is the officer for data", &["A", "B", "C", "D"]),
    ("{}. B. Smith is the officer for data", &["A", "B", "C"]),
    ("{} Mio. Nutzer sind es heute", &["1", "1,5", "2"]),
    ("{}. Quartal 2024 und danach", &["1", "2", "3"]),
    ("{}年6月1日开始生效", &["2023", "2024"]),
    ("{}日以内に削除します", &["1", "10", "30"]),
    ("{}. 2. 2024 beginnt die Frist", &["1", "2", "3"]),
];

/// Texts around a clause, with numbers and without.
const SURROUNDINGS: [(&str, &str); 6] = [
    ("We ask first.", "The end of it."),
    ("1. We ask first.\n\n2. We ask again.", "3. The end of it."),
    ("## 1. First\n\nWe ask first.\n\n## 2. Second", "We ask last.\n\n## 3. Third\n\nThe end."),
    ("(a) we ask first;\n\n(b) we ask again;", "(c) this is the end."),
    ("1.1 We ask first.\n\n1.2 We ask again.", "1.3 The end of it."),
    ("A. Scope of it\n\nB. Terms of it\n\nC. Price of it", "D. The end of it"),
];

/// The Markdown around the clause.
const MUTATED_SHAPES: [(&str, &str); 5] = [
    ("", ""),
    ("- ", ""),
    ("* first of all\n* ", "\n* last of all"),
    ("> ", ""),
    ("| Data | Why |\n| --- | --- |\n| ", " | Maps |\n| Other | Ads |"),
];

/// A changed amount in front of a clause is counted as changed, or as added and removed, and never
/// as renumbered.
#[test]
fn no_mutated_amount_is_hidden() {
    let mut dice = Dice(16);
    let mut cases = Vec::new();
    let mut lines = String::new();
    while cases.len() < 2000 {
        let (amount, numbers) = AMOUNTS[dice.roll(AMOUNTS.len())];
        let (before, after) = SURROUNDINGS[dice.roll(SURROUNDINGS.len())];
        let (open, close) = MUTATED_SHAPES[dice.roll(MUTATED_SHAPES.len())];
        let (old, new) = (numbers[dice.roll(numbers.len())], numbers[dice.roll(numbers.len())]);
        if old == new {
            continue;
        }
        let company = format!("c{}.example", cases.len());
        for (date, number) in [("2020-01-02", old), ("2021-01-02", new)] {
            let line = amount.replace("{}", number);
            let text = format!("{before}\n\n{open}{line}{close}\n\n{after}\n");
            let line = json!({"company": company, "date": date, "text": text});
            writeln!(lines, "{line}").unwrap();
        }
        cases.push((company, amount.replace("{}", old), amount.replace("{}", new), before, open));
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("all.jsonl"), lines).unwrap();
    let searcher = index_of(&folder.path().join("all.jsonl"), &folder.path().join("index"));
    let mut hidden = Vec::new();
    for (company, old, new, before, open) in cases {
        let policy = searcher.index().policy(company.as_str()).unwrap();
        let versions = ["2020", "2021"].map(|date| policy.at(date.parse().unwrap()).unwrap());
        let found = VersionComparison::new(&versions[0], &versions[1]);
        let shown = |version: &fineprint::search::PolicyVersion, text: &str| {
            let is_it = |clause: &fineprint::search::VersionClause| clause.text.starts_with(text);
            version.clauses.iter().any(is_it)
        };
        // The neighbours may lose their numbers, but the clause itself may not lose its amount.
        // Only an initial that continues A., B., C. looks like a number.
        let is_told = found.changes.iter().any(|change| change.change != ClauseChange::Moved);
        let is_kept = before.starts_with("A. ") && old.contains("Smith")
            || shown(&versions[0], &old) && shown(&versions[1], &new);
        if !is_told || !is_kept {
            hidden.push(format!("{old:?} -> {new:?} after {before:?} in {open:?}"));
        }
    }
    assert!(hidden.is_empty(), "{} hidden: {:#?}", hidden.len(), &hidden[..hidden.len().min(20)]);
}

/// A policy of numbered sections and clauses, from words of its sections.
fn numbered_policy(sections: &[Vec<usize>], style: usize) -> String {
    let mut text = String::new();
    for (at, clauses) in sections.iter().enumerate() {
        let at = at + 1;
        let words = clauses.first().copied().unwrap_or_default();
        match style {
            0 => writeln!(text, "## {at}. Title {} of it\n", letters(words)).unwrap(),
            1 => writeln!(text, "## § {at} Title {} of it\n", letters(words)).unwrap(),
            _ => writeln!(text, "**{at}. Title {} of it**\n", letters(words)).unwrap(),
        }
        for (number, words) in clauses.iter().enumerate() {
            let number = number + 1;
            let words = letters(*words);
            match style {
                0 => writeln!(text, "{at}.{number} We keep {words} for 30 days.\n").unwrap(),
                1 => writeln!(text, "({number}) We keep {words} for 30 days.\n").unwrap(),
                _ => writeln!(text, "{number}. We keep {words} for 30 days.").unwrap(),
            }
        }
        text.push('\n');
    }
    text
}

/// A word for a number, without digits.
fn letters(number: usize) -> String {
    format!("{number}").bytes().map(|digit| char::from(digit - b'0' + b'a')).collect::<String>()
        + "x"
}

/// Random policies whose sections and clauses come, go and are reworded.
fn generated_policies(count: usize) -> String {
    let mut dice = Dice(26);
    let mut lines = String::new();
    for number in 0..count {
        let style = dice.roll(3);
        let mut next = 0;
        let mut fresh = || {
            next += 1;
            next
        };
        let mut sections: Vec<Vec<usize>> = (0..2 + dice.roll(3))
            .map(|_| (0..2 + dice.roll(3)).map(|_| fresh()).collect())
            .collect();
        for year in 2010..2014 {
            let text = numbered_policy(&sections, style);
            let company = format!("c{number}.example");
            let line = json!({"company": company, "date": format!("{year}-01-02"), "text": text});
            writeln!(lines, "{line}").unwrap();
            let at = dice.roll(sections.len());
            match dice.roll(4) {
                0 => sections.insert(at, vec![fresh(), fresh()]),
                1 if sections.len() > 1 => drop(sections.remove(at)),
                2 => {
                    let clause = dice.roll(sections[at].len());
                    sections[at].insert(clause, fresh());
                }
                _ => {
                    let clause = dice.roll(sections[at].len());
                    sections[at][clause] = fresh();
                }
            }
        }
    }
    lines
}

/// The clauses that `diff`, `history` and `--gone` say left between the last two snapshots of a
/// policy agree, and so do those that entered.
fn check_agreement(searcher: &Searcher, company: &str) -> usize {
    let policy = searcher.index().policy(company).unwrap();
    let versions = ["2012", "2013"].map(|date| policy.at(date.parse().unwrap()).unwrap());
    let found = VersionComparison::new(&versions[0], &versions[1]);
    let (mut left, mut entered) = (BTreeSet::new(), BTreeSet::new());
    for change in &found.changes {
        if change.change != ClauseChange::Moved {
            left.extend(change.old.as_ref().map(|clause| clause.id));
            entered.extend(change.new.as_ref().map(|clause| clause.id));
        }
    }
    let select = |gone: bool| {
        let life = LifeFilter { gone, ..LifeFilter::default() };
        let filters = Filters { companies: vec![company.to_owned()], life, ..Filters::default() };
        Select { query: Some("keep".parse().unwrap()), filters, ..Select::default() }
    };
    let gone: BTreeSet<ClauseId> = run(searcher, &SearchRequest::new(select(true)))
        .unwrap()
        .0
        .iter()
        .filter(|hit| hit.last_seen.date() == "2012-01-02")
        .map(|hit| hit.id)
        .collect();
    let clauses = versions[0].clauses.iter().filter(|clause| clause.text.contains("keep"));
    let told: BTreeSet<ClauseId> =
        clauses.map(|clause| clause.id).filter(|id| left.contains(id)).collect();
    assert_eq!(told, gone, "{company}");
    let history = searcher.history(&select(false)).unwrap();
    let (mut ended, mut begun) = (BTreeSet::new(), BTreeSet::new());
    for thread in &history.policies[0].threads {
        for event in &thread.events {
            assert_ne!(event.change, HistoryChange::Renumbered, "{company}");
            if event.snapshot.archive_time.date() == "2013-01-02" {
                ended.extend(event.from.map(|from| thread.wordings[from].id));
                begun.extend(event.to.map(|to| thread.wordings[to].id));
            }
        }
    }
    let keeps = |id: &ClauseId| {
        let mut clauses = versions.iter().flat_map(|version| &version.clauses);
        clauses.any(|clause| clause.id == *id && clause.text.contains("keep"))
    };
    assert_eq!(ended, gone, "{company}");
    entered.retain(keeps);
    assert_eq!(begun, entered, "{company}");
    found.renumbered.len()
}

#[test]
fn diff_history_and_gone_agree_on_generated_policies() {
    let count = if std::env::var_os("FINEPRINT_LONG").is_some() { 2000 } else { 150 };
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("all.jsonl");
    std::fs::write(&corpus, generated_policies(count)).unwrap();
    let searcher = index_of(&corpus, &folder.path().join("index"));
    let renumbered: usize =
        (0..count).map(|number| check_agreement(&searcher, &format!("c{number}.example"))).sum();
    assert!(renumbered > count / 2, "{renumbered}");
}
