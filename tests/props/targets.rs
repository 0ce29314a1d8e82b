//! The values of attributes and the targets of links: no part of one becomes a word.

use fineprint::section::section;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;
use super::pages::clause_words;
use crate::oracle::tokens::folded;

/// Pieces of values.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "<", ">", "<b>", "</a>", "</p>", "<?php a > b ?>", "{{a > b}}", "mailto:Bob <bob@x.example>",
    " ", "\n", "\t", "\\", "|", "(", ")", "[", "]", "](", "](#a)", "[a](b)", "`", "*", "**", "_",
    "&", "&amp;", "&gt;", "&#62;", "#", "!", "~~~", "```", "- ", "1. ", "=", "/", "://", "é", "個",
    "http://b.example/", "#top", "javascript:x()", "www.b.example", "word", "word", "\u{FDD0}",
    "<!--", "-->", "<script>", "<!A", "<![CDATA[", "]]>", ":", ";", "%", "%3E", "'", "\u{AD}",
];

fn value() -> impl Strategy<Value = String> {
    vec(select(PIECES), 0..7).prop_map(|pieces| pieces.concat())
}

/// Parts of pages, with `@` where an attribute may be.
const PAGE_PARTS: &[&str] = &[
    "<p>We <a@>never</a> sell data.",
    "<p>We <b><a@>never</a></b> sell <img@>data.",
    "<h2>We <a@>never</a> sell</h2><p>data.",
    "<ul><li><a@>We</a> never <li>sell <a@>data</a>.</ul>",
    "<table><tr><td@>We<td><a@>never</a><tr><td>sell<td@>data</table>",
    "<div@><blockquote@><p>We never <input@> sell</p></blockquote>data.</div>",
    "<p><sup><a@>We</a></sup> never! <a@>sell</a> data.",
];

/// Parts of Markdown with raw HTML.
const RAW_PARTS: &[&str] = &[
    "<div>We <a@>never</a> sell data.</div>",
    "<div>\nWe <img@>never <a@><b>sell</b></a> data.\n</div>",
    "<div><h2@>We <a@>never</a></h2><p>sell data.</p></div>",
    "<ul><li@><a@>We</a> never<li>sell <a@>data</a>.</ul>",
    "<table><tr><td>We</td><td><a@>never</a></td></tr><tr><td>sell</td><td>data</td></tr></table>",
    "We <a@>never</a> sell data.",
    "* We <a@>never</a> sell\n* <span@>data.</span>",
];

/// The words of each text with a part of Markdown.
const WORDS: [&str; 5] = ["intro", "we", "never", "sell", "data"];

/// The attributes with this value, in all styles.
fn attributes(name: &str, value: &str) -> [String; 2] {
    let single = value.replace('\'', "");
    let double = value.replace('"', "");
    [format!(" {name}='{single}' id=x"), format!(" {name} = \"{double}\"")]
}

/// The tokens of all clauses of a text.
fn tokens(markdown: &str) -> Vec<String> {
    section(markdown).iter().flat_map(|clause| folded(&clause.text)).collect()
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn attributes_of_pages_are_no_words(
        values in vec((select(&["href", "src", "title", "alt"][..]), value()), 24)
    ) {
        let mut pages = Vec::new();
        for (i, (name, value)) in values.iter().enumerate() {
            let part = PAGE_PARTS[i % PAGE_PARTS.len()];
            pages.extend(attributes(name, value).map(|attribute| part.replace('@', &attribute)));
        }
        for (page, words) in pages.iter().zip(clause_words(&pages)) {
            prop_assert_eq!(words, ["we", "never", "sell", "data"], "{}", page);
        }
    }

    #[test]
    fn attributes_in_markdown_are_no_words(
        values in vec((select(&["href", "src", "title", "alt"][..]), value()), 24)
    ) {
        for (i, (name, value)) in values.iter().enumerate() {
            let part = RAW_PARTS[i % RAW_PARTS.len()];
            // A blank line ends a block of HTML.
            let value = value.replace("\n", "");
            for attribute in attributes(name, &value) {
                let text = format!("Intro.\n\n{}\n", part.replace('@', &attribute));
                prop_assert_eq!(tokens(&text), WORDS, "{}", text);
            }
        }
    }

    #[test]
    fn addresses_in_markdown_are_no_words(values in vec(value(), 24)) {
        for value in values {
            // These signs end a target, or begin a title.
            let value = value.replace(['\n', '(', ')', '\\', '`', '"', '\''], "");
            for part in [
                "We [never](@) sell data.",
                "## We [never](@) sell\n\ndata.",
                "* We **[never](@)** sell\n* data.",
                "> We ![logo](@) never [sell](@) data.",
            ] {
                let address = format!("http://a.example/{value}x");
                let text = format!("Intro.\n\n{}\n", part.replace('@', &address));
                prop_assert_eq!(tokens(&text), WORDS, "{}", text);
            }
        }
    }
}
