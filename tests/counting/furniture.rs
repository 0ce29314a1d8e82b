//! Compares answers with and without furniture with the oracle, on random pages with menus and
//! footers. The oracle takes clauses and marks from the index: this tests what is left out, not
//! what is marked.

use fineprint::search::{Searcher, Select, VersionComparison};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::time::{ALL_FACETS, Asked, MEASURES, SCOPES};
use crate::library::{index_of, nanoseconds, run};
use crate::oracle::corpus::{self as model, Corpus};
use crate::oracle::query::{Q, queries};
use crate::util::{Fixture, fptest};

/// A page: the sentences of its menu, of its policy and of its footer, as numbers of texts.
type Page = (Vec<usize>, Vec<usize>, Vec<usize>);

/// Text that occurs in policies as well as around them.
const TEXTS: [&str; 8] = [
    "We sell your data to third parties whenever we like.",
    "We never sell or rent your personal information to anyone.",
    "You may opt out of third-party cookies in your browser.",
    "Cookies are small files that your browser keeps for us.",
    "Our partners show ads to you and to all of your friends.",
    "Write to us if you want to see the personal data we have.",
    "We share your information with advertisers if you agree.",
    "The personal data of children is never sold or rented.",
];

/// The page as HTML. Its policy is longer than what is around it.
fn html((menu, policy, footer): &Page) -> String {
    let list = |numbers: &[usize]| -> String {
        numbers.iter().map(|&at| format!("<li>{}</li>\n", TEXTS[at])).collect()
    };
    let paragraphs = |numbers: &[usize]| -> String {
        numbers.iter().map(|&at| format!("<p>{}</p>\n", TEXTS[at])).collect()
    };
    let filler = "<p>This sentence is only here to make the policy longer than all of the menus \
                  and the footers around it, since what is longer than a policy is no furniture, \
                  and so it goes on and on about nothing in particular, as so many policies do, \
                  until there are more words in it than anybody who is in a hurry would want to \
                  read, and then a few more, to be sure.</p>";
    format!(
        "<!doctype html><html><head><title>Privacy Policy</title></head><body>\n\
         <nav><ul>\n{}</ul></nav>\n<main><h2>Your data</h2>\n{}\
         <h2>Your choices</h2>\n{filler}{filler}\n\
         </main><footer>\n{}</footer></body></html>\n",
        list(menu),
        paragraphs(policy),
        paragraphs(footer)
    )
}

/// Random pages of two to four companies, one to five each, as lines of JSON.
fn lines() -> BoxedStrategy<String> {
    let texts = |least| vec(0..TEXTS.len(), least..=3);
    let page = (texts(0), texts(1), texts(0));
    let record = (1..40_000_000 * model::SECOND, prop::bool::weighted(0.2), page);
    vec(vec(record, 1..=5), 2..=4)
        .prop_map(|companies| {
            let mut lines = String::new();
            for (company, records) in model::COMPANIES.iter().zip(companies) {
                let mut time = 1_400_000_000 * model::SECOND;
                for (pause, technical, page) in records {
                    time += pause;
                    let line = serde_json::json!({
                        "company": company,
                        "type": "Privacy Policy",
                        "archive_time": model::rfc3339(time),
                        "technical": technical,
                        "html": html(&page),
                    });
                    lines.push_str(&format!("{line}\n"));
                }
            }
            lines
        })
        .boxed()
}

/// An index of the lines, and its snapshots as a model.
fn indexed(lines: &str) -> (Searcher, Corpus, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.jsonl");
    std::fs::write(&path, lines).unwrap();
    let searcher = index_of(&path, &folder.path().join("index"));
    let mut snapshots = Vec::new();
    let all = searcher.selected(&Select::default()).unwrap();
    searcher
        .each_version(&all, &mut |version| {
            let clauses = version.clauses.iter().map(|clause| model::Clause {
                kind: model::Kind::named(clause.kind.name()),
                section: clause.section.clone(),
                lead_in: clause.lead_in.clone(),
                links: Vec::new(),
                text: clause.text.clone(),
                is_furniture: clause.is_furniture,
            });
            snapshots.push(model::Snapshot {
                collection: "default".to_owned(),
                company: version.snapshot.company.clone(),
                policy_type: version.snapshot.policy_type.clone(),
                time: nanoseconds(version.snapshot.archive_time),
                order: 0,
                is_technical: version.snapshot.is_technical,
                lang: None,
                clauses: clauses.collect(),
            });
            Ok(())
        })
        .unwrap();
    (searcher, Corpus { snapshots }, folder)
}

fn filters() -> BoxedStrategy<model::Filters> {
    (model::filters(), prop::bool::weighted(0.3), prop::bool::weighted(0.2))
        .prop_map(|(filters, furniture, gone)| {
            let gone = gone && !filters.latest;
            model::Filters { furniture, gone, ..filters }
        })
        .boxed()
}

/// Questions whose words are in the texts of the pages.
fn questions() -> BoxedStrategy<Q> {
    let phrase = select(
        &["sell", "we never", "personal data", "cookies", "your", "opt out", "sell or rent"][..],
    );
    let phrase = phrase.prop_map(|words| Q::Phrase(words.split(' ').map(str::to_owned).collect()));
    let two = (phrase.clone(), phrase.clone(), 0..3_u8).prop_map(|(a, b, how)| {
        let (a, b) = (Box::new(a), Box::new(b));
        match how {
            0 => Q::And(a, b),
            1 => Q::Or(a, b),
            _ => Q::AndNot(a, b),
        }
    });
    prop_oneof![2 => phrase, 2 => two, 1 => queries()].boxed()
}

fptest!(exported_furniture_is_furniture_again, |fx: Fixture| {
    let pages = [
        "<nav><ul><li>Home<li>Shop</ul></nav><main><h1>Privacy</h1><p>We sell your data to others.\
         <p hidden>Hidden words<p>We may:<ul><li>show ads to you<li hidden>hide<li>ask you</ul>\
         <table><tr><th>Data<th>Use<tr><td>Name<td>Letters to you</table></main>\
         <footer><h2>About us</h2><p>1. Acme<p>Home</footer>",
        "<main><h1>Privacy</h1><p>We sell your data to others.<p>Home</main>",
        "<header>Acme</header><aside>News</aside><main><p>We sell your data to others.\
         <p>Write to us if you would like to know more.</main>",
    ];
    let mut lines = String::new();
    for (year, page) in (2001..).zip(pages) {
        let date = format!("{year}-01-01");
        let line = serde_json::json!({"company": "a.example", "date": date, "html": page});
        lines.push_str(&format!("{line}\n"));
    }
    let menu = "[Home](/)\n\n[Shop](/s)\n\n[Help](/h)\n\nWe rent out your data to our friends.";
    let line = serde_json::json!({"company": "b.example", "date": "2001-01-01", "text": menu});
    fx.file("pages.jsonl", format!("{lines}{line}\n"));
    fx.run(["index", "pages.jsonl", "--index", "i"]).exits(0);
    let told = |index: &str| -> Vec<String> {
        let mut told = Vec::new();
        for more in [&[][..], &["--furniture"]] {
            let common = ["export", "--what", "clauses", "--index", index];
            for hit in fx.run(common.iter().chain(more)).exits(0).json_lines() {
                let names = [
                    "company",
                    "kind",
                    "lead_in",
                    "text",
                    "number",
                    "first_seen",
                    "gone_by",
                    "snapshots",
                    "is_furniture",
                ];
                told.push(names.map(|name| hit[name].to_string()).join(" "));
            }
        }
        let info = fx.run(["info", "--index", index, "--format", "json"]).json();
        told.push(info["counts"]["furniture"].to_string());
        told
    };
    let expected = told("i");
    assert!(expected.iter().any(|line| line.contains("true")) && expected.last().unwrap() != "0");
    for (format, to) in [("jsonl", "x.jsonl"), ("csv", "x.csv"), ("markdown", "tree")] {
        fx.run(["export", "--index", "i", "--format", format, "--to", to]).exits(0);
        let again = format!("{format}.idx");
        fx.run(["index", to, "--index", &again]).exits(0);
        assert_eq!(told(&again), expected, "{format}");
    }
});

proptest! {
    #![proptest_config(crate::props::cases(16))]

    #[test]
    fn answers_with_and_without_furniture_equal_the_oracle(
        lines in lines(),
        asked in vec((questions(), filters(), 0..SCOPES.len(), 0..MEASURES.len()), 16),
        by in select(&ALL_FACETS[..4]),
    ) {
        let (searcher, corpus, _folder) = indexed(&lines);
        for (query, filters, scope, measure) in asked {
            let asked = Asked::answered(&searcher, &corpus, &query, &filters);
            let Some(asked) = asked else { continue };
            asked.search();
            asked.facets(by);
            asked.companies();
            asked.history();
            asked.timeline(12, MEASURES[measure], SCOPES[scope], true);
            let (scope, model_scope) = SCOPES[scope];
            let mut request = crate::library::request(&query, &filters);
            request.select.scope = scope;
            let (hits, summary) = run(&searcher, &request).unwrap();
            let answer = model::search_in(&corpus, &query, model_scope, &filters);
            let totals = summary.totals;
            let same_text = |found: &model::Found| {
                model::same_text_companies(&corpus, &found.identity, &found.company) as u64
            };
            prop_assert_eq!(
                [totals.clauses, totals.snapshots, totals.furniture_left_out],
                [
                    answer.totals.clauses,
                    answer.totals.snapshots,
                    answer.totals.furniture_left_out,
                ]
                .map(|n| n as u64),
                "{} in {:?}, {:?}", query, scope, filters
            );
            for found in &answer.clauses {
                let shown = hits.iter().find(|hit| {
                    (&hit.company, &hit.text, &hit.lead_in, nanoseconds(hit.archive_time))
                        == (&found.company, &found.text, &found.lead_in, found.newest)
                        && hit.snapshots == found.snapshots as u64
                        && hit.first_seen.date() == model::date(found.first_seen)
                        && hit.last_seen.date() == model::date(found.last_seen)
                        && hit.gone_by.map(|time| time.date()) == found.gone_by.map(model::date)
                        && hit.section == found.section
                        && hit.same_text_companies == same_text(found)
                });
                prop_assert!(shown.is_some(), "{} {:?}: not shown: {:#?}", query, filters, found);
                prop_assert_eq!(shown.unwrap().is_furniture.is_some(), filters.furniture);
            }
        }
    }

    /// What `diff` compares are the clauses that are no furniture, and what `--gone` finds is what
    /// `diff` calls removed since the snapshot before the newest.
    #[test]
    fn differences_and_gone_clauses_agree(lines in lines()) {
        let (searcher, corpus, _folder) = indexed(&lines);
        for policy in model::policies(&corpus) {
            let life = model::life_of(&corpus, &policy);
            let [.., old, new] = life.as_slice() else { continue };
            let view = searcher.policy(policy.0.as_str()).unwrap();
            let count = view.snapshot_count();
            let version = |back: u32| {
                let ordinal = fineprint::model::Ordinal::new(count - back);
                view.snapshot(ordinal).unwrap().without_furniture()
            };
            let comparison = VersionComparison::new(&version(2), &version(1));
            let texts = |snapshot: &model::Snapshot| -> Vec<String> {
                let policy = snapshot.clauses.iter().filter(|clause| !clause.is_furniture);
                policy.map(|clause| clause.text.clone()).collect()
            };
            let (before, after) = (texts(old), texts(new));
            for change in &comparison.changes {
                if let Some(clause) = change.old.as_ref() {
                    prop_assert!(before.contains(&clause.text) && !clause.is_furniture);
                }
                if let Some(clause) = change.new.as_ref() {
                    prop_assert!(after.contains(&clause.text) && !clause.is_furniture);
                }
            }
            for text in before.iter().filter(|text| !after.contains(text)) {
                let query = Q::Phrase(crate::oracle::tokens::folded(text));
                let filters = model::Filters {
                    companies: vec![policy.0.clone()],
                    gone: true,
                    ..model::Filters::default()
                };
                let hits = run(&searcher, &crate::library::request(&query, &filters)).unwrap().0;
                prop_assert!(hits.iter().any(|hit| hit.text == *text), "not gone: {text}");
            }
        }
    }
}
