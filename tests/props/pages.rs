//! Properties of pages: whatever their tags, no word is lost, joined, invented or said twice.

use std::path::Path;

use fineprint::corpus::{self, ReadOptions, SeenInput};
use fineprint::section::section;
use proptest::prelude::*;
use serde_json::json;

use crate::oracle::page;

use super::cases;

/// The words of the clauses of some pages.
pub fn clause_words(pages: &[String]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pages.jsonl");
    let line = |page: &String| {
        // A blank page would count as none.
        let page = format!("<!-- -->{page}");
        let line = json!({"company": "a.example", "date": "2020-01-02", "html": page});
        line.to_string() + "\n"
    };
    std::fs::write(&path, pages.iter().map(line).collect::<String>()).unwrap();
    texts(&path).iter().map(|text| words(text)).collect()
}

/// The Markdown of each snapshot of a corpus.
fn texts(path: &Path) -> Vec<String> {
    let reader = corpus::open(path, &ReadOptions::default()).unwrap();
    let mut found = Vec::new();
    reader
        .scan(&mut |seen| match seen {
            SeenInput::Found { found: snapshot, .. } => found.push(snapshot),
            SeenInput::Noted(..) => {}
            other => panic!("{other:?}"),
        })
        .unwrap();
    let mut session = reader.session();
    found.iter().map(|found| session.read(found, true).unwrap().text.unwrap().body).collect()
}

fn words(markdown: &str) -> Vec<String> {
    let clauses = section(markdown);
    let text = clauses.into_iter().flat_map(|clause| [clause.number, Some(clause.text)]);
    let text: Vec<String> = text.flatten().collect();
    let text = text.join("\n");
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn every_word_of_a_page_is_in_one_clause(
        pages in prop::collection::vec(
            prop::collection::vec(prop::sample::select(page::PIECES), 0..60),
            40,
        )
    ) {
        let pages: Vec<String> = pages.into_iter().map(|pieces| pieces.concat()).collect();
        for (page, found) in pages.iter().zip(clause_words(&pages)) {
            prop_assert_eq!(page::difference(page, found), None, "{}", page);
        }
    }
}
