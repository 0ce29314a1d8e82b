//! Properties of pages: whatever their tags, no word is lost, joined, invented or said twice.

use std::path::Path;

use fineprint::corpus::{self, ReadOptions, SeenInput};
use fineprint::section::section;
use proptest::prelude::*;
use serde_json::json;

use crate::oracle::page;

use super::cases;

/// Pieces of pages that join to valid and invalid HTML. Every letter outside of tags is shown.
const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href=\"https://acme.example/x\">",
    "<a href=\"https://acme.example/(x\">",
    "<a href='https://acme.example/x)]['>",
    "<a href='a b'>",
    "<a>",
    "</a>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h2>",
    "<ul>",
    "</ul>",
    "<ol>",
    "<ol start=7>",
    "</ol>",
    "<li>",
    "<li value=3>",
    "</li>",
    "<dl>",
    "<dt>",
    "<dd>",
    "</dd>",
    "</dl>",
    "<blockquote>",
    "</blockquote>",
    "<br>",
    "<pre>",
    "</pre>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "<td colspan=2>",
    "</td>",
    "<th>",
    "</th>",
    "<thead>",
    "<caption>",
    "</caption>",
    "<div>",
    "</div>",
    "<div hidden>",
    "<span style='display:none'>",
    "<b hidden>",
    "<span>",
    "</span>",
    "<nav>",
    "</nav>",
    "<header>",
    "</header>",
    "<dialog>",
    "</dialog>",
    "<code>",
    "</code>",
    "<hr>",
    "<img alt=x src=y>",
    "<select><option>",
    "</select>",
    "<button>",
    "</button>",
    "<textarea>",
    "</textarea>",
    "<svg><text>",
    "</text></svg>",
    "<font color=red>",
    "<x-widget>",
    " ",
    "\n",
    "\n\n",
    "&nbsp;",
    "&amp;",
    "&lt;",
    "|",
    "*",
    "_",
    "**",
    "`",
    "```",
    "~~~",
    "#",
    "# ",
    "- ",
    "+ ",
    "1. ",
    "1) ",
    "> ",
    "[",
    "](",
    "]:",
    "]",
    ")",
    "!",
    "\\",
    "---",
    "===",
    ".",
    "    ",
    "é",
    "個",
    "a",
    "b c",
    "Data",
    "word",
    "We sell",
    "https://acme.example/",
];

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

/// The words without their digits, sorted. The digits of the pages are in numbers alone, and the
/// number of an ordered list is no word of a page.
fn without_digits(words: Vec<String>) -> Vec<String> {
    let letters = |word: String| word.replace(|c: char| c.is_ascii_digit(), "");
    let mut words: Vec<String> = words.into_iter().map(letters).collect();
    words.retain(|word| !word.is_empty());
    words.sort();
    words
}

/// The letters of these words, sorted.
fn letters(words: &[String]) -> Vec<char> {
    let mut letters: Vec<char> = words.iter().flat_map(|word| word.chars()).collect();
    letters.sort_unstable();
    letters
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
            prop::collection::vec(prop::sample::select(PIECES), 0..60),
            40,
        )
    ) {
        let pages: Vec<String> = pages.into_iter().map(|pieces| pieces.concat()).collect();
        for (page, found) in pages.iter().zip(clause_words(&pages)) {
            let (found, shown) = (without_digits(found), without_digits(page::words(page)));
            // Text that is hidden within a line moves behind the line, so what is beside it in the
            // source may be another word; but no letter is lost or invented.
            if page.contains("<b hidden>") || page.contains("<span style") {
                prop_assert_eq!(letters(&found), letters(&shown), "{}", page);
            } else {
                prop_assert_eq!(found, shown, "{}", page);
            }
        }
    }
}
