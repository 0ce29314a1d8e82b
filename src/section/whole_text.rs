//! Cuts one text into clauses, by itself.
//!
//! [`super::Sectioner`] does the same for many texts that repeat each other, and refers to this
//! file for those that it cannot cut into fragments.

use std::ops::Range;

use super::markdown::blocks::blocks;
use super::markdown::mapped_text::MappedText;
use super::markdown::prepare::prepare;
use super::numbers::settling::settle_numbers;
use super::structure::assembly::AssemblyState;
use super::structure::menus::{furniture_words, is_most, word_count};
use super::structure::passages::{QuotedBytes, passages};
use crate::error::floor_border;
use crate::model::Clause;

/// The clauses of `text`, the body of a snapshot in Markdown, in reading order.
///
/// The ranges of the clauses count bytes of `text`.
///
/// ```
/// use fineprint::model::ClauseKind;
/// let text = "# Privacy\n\n**Sharing**  \nWe never:\n\n  * sell **or**\nrent data\n";
/// let clauses = fineprint::section::section(text);
/// let kinds: Vec<_> = clauses.iter().map(|c| (c.kind, c.text.as_str())).collect();
/// assert_eq!(kinds, [
///     (ClauseKind::Heading, "Privacy"),
///     (ClauseKind::Heading, "Sharing"),
///     (ClauseKind::Paragraph, "We never:"),
///     (ClauseKind::Item, "sell or rent data"),
/// ]);
/// assert_eq!(clauses[3].section.join(" > "), "Privacy > Sharing");
/// assert_eq!(clauses[3].lead_in.as_deref(), Some("We never:"));
/// ```
pub fn section(text: &str) -> Vec<Clause> {
    let prepared = prepare(text);
    let mut clauses = section_prepared(&prepared.text, prepared.has_paragraph_lines);
    let furniture = furniture_words(&clauses);
    let texts = clauses.iter().map(|clause| clause.text.as_str());
    if furniture > 0 && is_most(furniture, word_count(texts)) {
        clauses.iter_mut().for_each(|clause| clause.is_furniture = false);
    }
    for clause in &mut clauses {
        clause.source = characters(text, &clause.source);
    }
    clauses
}

/// The whole characters of a text in which these bytes are. What takes the place of a part of a
/// text may have characters of other lengths.
fn characters(text: &str, bytes: &Range<usize>) -> Range<usize> {
    let start = floor_border(text, bytes.start);
    let end = (bytes.end.min(text.len())..).find(|&end| text.is_char_boundary(end));
    start..end.unwrap_or(text.len())
}

/// The clauses of a text that was prepared.
pub(super) fn section_prepared(text: &MappedText<'_>, has_paragraph_lines: bool) -> Vec<Clause> {
    let passages = passages(blocks(text));
    let is_quoted = QuotedBytes::of(&passages).is_most();
    let mut state = AssemblyState::new(is_quoted, has_paragraph_lines);
    settle_numbers(state.assemble(passages, std::iter::empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ClauseKind;
    use crate::section::ClauseIdentity;
    use crate::section::structure::introductions::last_sentence;

    /// The kind and text of each clause.
    fn kinds(text: &str) -> Vec<(ClauseKind, String)> {
        section(text).into_iter().map(|clause| (clause.kind, clause.text)).collect()
    }

    /// The text and lead-in of each item; a missing lead-in is `-`.
    fn lead_ins(text: &str) -> Vec<(String, String)> {
        let items = section(text).into_iter().filter(|clause| clause.kind == ClauseKind::Item);
        items.map(|item| (item.text, item.lead_in.as_deref().unwrap_or("-").to_owned())).collect()
    }

    fn is_heading(line: &str, next: &str) -> bool {
        let clauses = section(&format!("{line}\n\n{next}\n\nThis is the end of it."));
        clauses[0].kind == ClauseKind::Heading
    }

    #[test]
    fn numbered_paragraphs_after_a_list_do_not_belong_to_it() {
        let text = "We will never:\n\n(a) sell data;\n\n(b) rent data.\n\n\
            4.2 Sharing. We share your data with partners of ours.\n\n\
            4.3 Ads. We show ads to you.\n";
        let found: Vec<String> = lead_ins(text).into_iter().map(|(_, lead_in)| lead_in).collect();
        assert_eq!(found, ["We will never:", "We will never:", "-", "-"]);
        let nested = "We may:\n\n• share:\n\n(i) names;\n\n(ii) ages;\n\n• delete data.\n";
        let found: Vec<String> = lead_ins(nested).into_iter().map(|(_, lead_in)| lead_in).collect();
        assert_eq!(found, ["We may:", "share:", "share:", "We may:"]);
    }

    #[test]
    fn lead_ins_end_with_their_section() {
        let text = "## A\n\nWe never:\n\n1. sell data\n2. rent data\n\n\
            ## B\n\nHere is a closed sentence.\n\n3. share data with police\n";
        assert_eq!(lead_ins(text).last().unwrap().1, "-");
    }

    #[test]
    fn long_lead_ins_introduce_nothing() {
        let long = "data ".repeat(1000);
        assert_eq!(lead_ins(&format!("We sell {long}:\n\n* now"))[0].1, "-");
        let rows = section(&format!("|{long}|b|\n|-|-|\n|c|d|\n"));
        assert_eq!((rows.len(), rows[1].lead_in.as_deref()), (2, None));
    }

    #[test]
    fn bold_lead_ins_are_no_headings() {
        let text = "**We may:**\n\n* sell your data\n\n**We never:**\n\n* sell your data\n";
        assert!(kinds(text).iter().all(|(kind, _)| *kind != ClauseKind::Heading));
        let clauses = section(text);
        assert_ne!(ClauseIdentity::of(&clauses[1]), ClauseIdentity::of(&clauses[3]));
        for line in [
            "You are free to:",
            "Under the following conditions:",
            "Severe violations include:",
            "Do not post:",
            "You agree to:",
            "WE ALSO BOTH AGREE THAT:",
        ] {
            assert!(!is_heading(&format!("**{line}**"), "* an entry"), "{line}");
        }
        assert!(is_heading("**Personal Information:**", "* an entry"));
    }

    #[test]
    fn debris_introduces_nothing() {
        for line in
            ["Alibaba.com", "Help Center", "Back to top", "Privacy statement update: 9/19/17"]
        {
            let text = format!("Some text comes here first.\n\n{line}\n\n* an entry\n");
            assert_eq!(lead_ins(&text)[0].1, "-", "{line}");
        }
        for line in
            ["we share it with", "We collect the following information", "They may", "Data —"]
        {
            let text = format!("Some text comes here first.\n\n{line}\n\n* an entry\n");
            assert_eq!(lead_ins(&text)[0].1, line);
        }
    }

    #[test]
    fn bold_lines_in_mid_sentence_are_no_titles() {
        let text = "We will share your data with  \n**no one at all**  \n\
            unless you have told us that we may.\n";
        assert_eq!(kinds(text).len(), 1);
        let text = "We keep your data safe.  \n**Sharing**  \n\
            Unless you have told us, we share nothing.\n";
        assert_eq!(kinds(text).len(), 3);
    }

    #[test]
    fn sentences_in_capitals_are_no_headings() {
        let text = "EXCEPT WHERE PROHIBITED BY LAW, WE EXPRESSLY\n\n\
            DISCLAIM ANY AND ALL WARRANTIES OR CONDITIONS OF\n\n\
            ANY KIND AND ALL OTHERS\n\nThat is so for every one of you and of our partners.\n";
        assert!(
            kinds(text).iter().all(|(kind, _)| *kind != ClauseKind::Heading),
            "{:?}",
            kinds(text)
        );
        assert!(is_heading(
            "WHO WE SHARE IT WITH",
            "We share it with nobody at all, and that is how it stays."
        ));
    }

    #[test]
    fn statements_and_dates_and_rows_are_no_headings() {
        let next = "A text of some length follows here, so that a title could come before it.";
        for line in [
            "Yes, we do.",
            "Never.",
            "“EEA” means the European Economic Area.",
            "WE DO NOT SELL YOUR DATA.",
            "Revision date: March 05, 2020",
            "Policy last updated: March 05, 2020",
            "This Privacy Statement is effective as of May 25, 2018",
            "Name | Address | Town",
            "108-0075 Japan",
        ] {
            for line in [line.to_owned(), format!("**{line}**")] {
                assert!(!is_heading(&line, next), "{line}");
            }
        }
        assert!(is_heading("**Information From Children.**", next));
    }

    #[test]
    fn a_policy_is_never_furniture() {
        let furniture = |text: &str| section(text).iter().any(|clause| clause.is_furniture);
        assert!(furniture("\u{FDD0}\nMenu\n\u{FDD1}\nWe sell data."));
        assert!(!furniture("\u{FDD0}\nWe sell data.\n\u{FDD1}\nMenu"));
        for (menu, policy, is_marked) in [
            ("one two", "three four", true),
            ("one two three", "four five", false),
            ("internationalisation", "a", true),
            ("a b c", "internationalisation everywhere", false),
            ("a ...!?!?", "b", true),
            ("a b", "c ...!?!?", false),
            ("do-it", "don't", true),
            ("\u{6211}\u{5011}", "we sell", true),
            ("\u{6211}\u{5011}\u{6211}", "we sell", false),
        ] {
            let text = format!("\u{FDD0}\n{menu}\n\u{FDD1}\n{policy}");
            assert_eq!(furniture(&text), is_marked, "{menu} / {policy}");
        }
    }

    #[test]
    fn links_of_a_clause_are_in_it_once() {
        let text = "[a *b* c](https://a.example/1) and [d](https://a.example/2), \
            [e](https://a.example/1)\n";
        assert_eq!(section(text)[0].links, ["a.example/1", "a.example/2"]);
    }

    /// The Markdown files below `folder`.
    fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn lead_ins_of_real_policies_precede_their_items() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policies");
        let mut seen = 0;
        for path in files(&folder) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let clauses = section(&text);
            for (i, item) in
                clauses.iter().enumerate().filter(|(_, clause)| clause.kind == ClauseKind::Item)
            {
                let Some(lead_in) = &item.lead_in else { continue };
                seen += 1;
                let is_it = |clause: &Clause| {
                    item.section.starts_with(&clause.section)
                        && last_sentence(&clause.text).as_ref() == Some(lead_in)
                };
                assert!(
                    clauses[..i].iter().any(is_it),
                    "{}: {lead_in:?} of {:?}",
                    path.display(),
                    item.text
                );
            }
        }
        assert!(seen > 100, "{seen}");
    }

    #[test]
    fn numbers_beyond_any_outline_are_two_levels_deeper() {
        let number = ["1"; 257].join(".");
        let text = format!("**1.1.1. Data**  \nWe sell it.\n\n**{number} Ads**  \nWe show them.\n");
        let clauses = section(&text);
        let ads = clauses.iter().find(|clause| clause.text.ends_with(" Ads")).unwrap();
        assert_eq!(ads.kind, ClauseKind::Heading);
        assert_eq!(ads.section.len(), 0);
    }
}
