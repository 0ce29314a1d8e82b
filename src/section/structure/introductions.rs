//! Finds the words of a clause that introduce a list after it.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::passages::Passage;
use super::title_words::{count_words, ends_colon, ends_open, ends_sentence, is_date_line};
use super::vocabulary::{announces, points};
use crate::error::floor_border;
use crate::model::ClauseKind;

/// What a clause says about a list that follows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Introduction {
    pub kind: ClauseKind,
    pub force: IntroductionForce,
    /// The text of the clause, if one of its sentences may introduce a list. Which one is found
    /// only when a list begins, since finding sentences looks at each character.
    pub text: Option<Arc<str>>,
    /// The number of lists that the clause is nested in.
    pub list_depth: usize,
}

/// How strongly a clause introduces a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum IntroductionForce {
    /// It introduces nothing: most lines without any mark at their end are debris of a page ("Help
    /// Center").
    None,
    /// It has no mark at its end. A list that begins with a small letter continues it.
    Unmarked,
    /// It ends a sentence. The list may still be about it.
    Closed,
    /// It breaks off, and the list continues it.
    Open,
    /// It ends with a colon or a dash.
    Colon,
}

/// The size up to which the first item of a list may belong to a closed sentence before the list,
/// in bytes.
const LONG_ITEM: usize = 200;

/// Marks at the end of a clause that the list after it continues.
const COLONS: [char; 4] = [':', '：', '—', '–'];

/// The fewest words of a line without any mark that a list continues.
const UNMARKED_WORDS: usize = 3;

impl Introduction {
    /// What a clause with this kind and text says. `is_nested` tells that the clause after it may
    /// be inside it, if it is an item.
    pub fn of(kind: ClauseKind, text: &str, list_depth: usize, is_nested: bool) -> Self {
        let force = match kind {
            ClauseKind::Row => IntroductionForce::None,
            ClauseKind::Heading if ends_colon(text.trim_end()) => IntroductionForce::Colon,
            ClauseKind::Heading => IntroductionForce::None,
            ClauseKind::Item => item_force(text),
            ClauseKind::Paragraph | ClauseKind::Quote => paragraph_force(text),
        };
        let is_around = kind == ClauseKind::Item && is_nested;
        let has_sentence = force != IntroductionForce::None || is_around;
        Self { kind, force, text: has_sentence.then(|| Arc::from(text)), list_depth }
    }

    /// What the term of a list of definitions says: it introduces its meanings.
    pub fn of_term(text: &str, list_depth: usize) -> Self {
        let (kind, force) = (ClauseKind::Paragraph, IntroductionForce::Colon);
        Self { kind, force, text: Some(Arc::from(text)), list_depth }
    }

    /// The sentence that introduces a list after the clause, if there is one.
    pub fn sentence(&self) -> Option<Arc<str>> {
        let text = self.text.as_deref()?;
        match self.force {
            IntroductionForce::Closed => {
                announcing(text).map(Arc::from).or_else(|| last_sentence(text))
            }
            _ => last_sentence(text),
        }
    }

    /// Whether the clause ends with a colon or a dash.
    pub fn ends_colon(&self) -> bool {
        self.force == IntroductionForce::Colon
    }

    /// Whether the clause has a sentence, or the start of one that surely continues.
    pub fn is_sentence(&self) -> bool {
        self.kind == ClauseKind::Item
            || self.text.is_some() && self.force != IntroductionForce::Unmarked
    }

    /// Whether the clause introduces a list that begins with `first`. `is_later` tells that this is
    /// not the first number of a list.
    pub fn introduces(&self, first: &Passage, is_later: bool) -> bool {
        // A paragraph of an entry has nothing to do with the next entry of the same list.
        let is_of_entry = first.list.is_some() && self.list_depth >= first.list_depth;
        let may_begin = !is_later && !is_of_entry && !first.is_linked;
        match self.force {
            IntroductionForce::None => false,
            IntroductionForce::Unmarked => may_begin && first.starts_small(),
            IntroductionForce::Colon => true,
            // A menu has nothing to do with the line above it.
            IntroductionForce::Open => !first.is_linked,
            IntroductionForce::Closed => {
                may_begin && (!is_paragraph(first) || self.is_announcing())
            }
        }
    }

    /// Whether a sentence of the clause announces a list: "... the following."
    fn is_announcing(&self) -> bool {
        self.text.as_deref().is_some_and(|text| announcing(text).is_some())
    }
}

/// Whether an item reads as a paragraph of its own: it is long, or has its own title.
fn is_paragraph(item: &Passage) -> bool {
    item.text.len() >= LONG_ITEM || item.starts_bold && sentences(&item.text).len() > 1
}

/// Commas and "and" at the end of an item do not count, since items end with them anyway.
fn item_force(text: &str) -> IntroductionForce {
    let is_open = bare_end(text).ends_with(COLONS);
    if is_open { IntroductionForce::Colon } else { IntroductionForce::None }
}

/// How strongly a paragraph introduces a list.
fn paragraph_force(text: &str) -> IntroductionForce {
    let end = bare_end(text);
    if end.ends_with(COLONS) {
        return IntroductionForce::Colon;
    }
    if end.ends_with([',', '，', '、', ';', '；', '-', '…']) {
        return IntroductionForce::Open;
    }
    if ends_sentence(end) {
        return if is_date_line(text) {
            IntroductionForce::None
        } else {
            IntroductionForce::Closed
        };
    }
    let is_open = ends_open(end)
        || announces(&text.to_lowercase())
            && last_sentence(text).is_some_and(|last| announces(&last.to_lowercase()));
    match is_open {
        true => IntroductionForce::Open,
        false if is_date_line(text) || count_words(text) < UNMARKED_WORDS => {
            IntroductionForce::None
        }
        false => IntroductionForce::Unmarked,
    }
}

/// The last sentence of a text that announces a list, or else the last one with a word such as
/// "these".
fn announcing(text: &str) -> Option<&str> {
    // Finding sentences takes longer than looking for the words, which few paragraphs have.
    let lower = text.to_lowercase();
    if !announces(&lower) && !points(&lower) {
        return None;
    }
    let sentences = sentences(text);
    let mut last_first = sentences.into_iter().rev();
    let announcing = last_first.clone().find(|sentence| announces(&sentence.to_lowercase()));
    announcing.or_else(|| last_first.find(|sentence| points(&sentence.to_lowercase())))
}

/// The text without closing quotes, brackets and white space at its end.
fn bare_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '”' | '\'' | '’' | ')' | ']' | '*' | '»' | '）' | '」')
    })
}

/// The sentences of a text that have a token, by the sentence borders of Unicode Standard Annex 29.
/// A mark inside an address, as in `acme.example/?q=x`, ends none.
fn sentences(text: &str) -> Vec<&str> {
    let starts = sentence_starts(text);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let sentences = starts.iter().zip(ends).map(|(&start, end)| text[start..end].trim());
    sentences.filter(|sentence| crate::token::has_token(sentence)).collect()
}

/// The bytes at which sentences begin.
fn sentence_starts(text: &str) -> Vec<usize> {
    let starts = text.split_sentence_bound_indices().map(|(start, _)| start);
    let is_start = |&start: &usize| {
        let before = text[..start].chars().next_back();
        before.is_none_or(|c| c.is_whitespace() || !c.is_ascii())
    };
    starts.filter(is_start).collect()
}

/// The number of bytes before the end of a sentence on which the border after it may depend.
const BESIDE_BORDER: usize = 24;

/// The number of marks before the end of a text that are tried as the end of a sentence.
const TRIED_MARKS: usize = 4;

/// The last sentence of a text that has a token.
pub(crate) fn last_sentence(text: &str) -> Option<Arc<str>> {
    // Finding sentences looks at each character, and most of these texts are one sentence.
    if is_one_sentence(text) {
        let text = text.trim();
        return crate::token::has_token(text).then(|| Arc::from(text));
    }
    let mut end = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    for _ in 0..TRIED_MARKS {
        let Some(mark) = memchr::memrchr3(b'.', b'!', b'?', &text.as_bytes()[..end]) else { break };
        let near = &text[floor_border(text, mark.saturating_sub(BESIDE_BORDER))..];
        let last =
            sentence_starts(near).into_iter().rfind(|&at| crate::token::has_token(&near[at..]));
        // A sentence at the start of this part may have begun before it.
        if let Some(at) = last.filter(|&at| at > BESIDE_BORDER / 3) {
            return sentences(&near[at..]).first().copied().map(Arc::from);
        }
        end = mark;
    }
    sentences(text).last().copied().map(Arc::from)
}

/// Whether no mark inside a text may end a sentence. `false` in doubt.
fn is_one_sentence(text: &str) -> bool {
    let inner = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ':' | ';'));
    let bytes = inner.as_bytes();
    memchr::memchr3(b'.', b'!', b'?', bytes).is_none()
        && memchr::memchr2(b'\n', b'\r', bytes).is_none()
        && (inner.is_ascii() || inner.chars().all(is_inside_sentence))
}

/// Whether a character, which is no full stop or line end of ASCII, certainly ends no sentence.
fn is_inside_sentence(c: char) -> bool {
    c.is_ascii() || c.is_alphanumeric() || "’‘“”–—«»\u{A0}".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str) -> (IntroductionForce, String) {
        let said = Introduction::of(ClauseKind::Paragraph, text, 0, false);
        (said.force, said.sentence().as_deref().unwrap_or("-").to_owned())
    }

    #[test]
    fn paragraphs_that_break_off_introduce_lists() {
        for text in [
            "We may:",
            "(we never:)",
            "We share it with",
            "We use the following data",
            "You agree to",
            "Wir geben Ihre Daten weiter an",
            "Nous pouvons :",
            "我们可能：",
        ] {
            assert!(paragraph(text).0 >= IntroductionForce::Open, "{text}");
        }
        for text in ["Help Center", "The next is true. Help Center", "Last updated: 5 May 2019."] {
            assert!(paragraph(text).0 <= IntroductionForce::Unmarked, "{text}");
        }
    }

    #[test]
    fn sentences_before_a_list_may_introduce_it() {
        for (text, force, sentence) in [
            ("We care. You have rights.", IntroductionForce::Closed, "You have rights."),
            (
                "You have the following rights. Write to us.",
                IntroductionForce::Closed,
                "You have the following rights.",
            ),
            (
                "Sie haben die folgenden Rechte. Schreiben Sie uns.",
                IntroductionForce::Closed,
                "Sie haben die folgenden Rechte.",
            ),
            ("Vous avez ces droits. Merci.", IntroductionForce::Closed, "Vous avez ces droits."),
            ("您享有以下权利。请联系我们。", IntroductionForce::Closed, "您享有以下权利。"),
        ] {
            assert_eq!(paragraph(text), (force, sentence.to_owned()));
        }
    }

    #[test]
    fn headings_introduce_with_a_colon() {
        let heading = |text| Introduction::of(ClauseKind::Heading, text, 0, false).sentence();
        assert_eq!(heading("Personal Information:").as_deref(), Some("Personal Information:"));
        assert_eq!(heading("Personal Information"), None);
    }

    #[test]
    fn last_sentences_are_found_from_the_end() {
        let long = "We keep it for a long time, since the law of our country asks us to do it. ";
        for text in [
            "One, two; three",
            "It is so. See no. 5 of the list",
            "It is so (see p. 3, i.e. the U.S. rules). And no more",
            "Erstens z. B. dies. Zweitens das: «Nie!»",
            "他们说。我们说",
            "One.\nTwo\nThree",
            "See https://acme.example/?q=x.Y for a summary of it",
            "We do. See https://acme.example/!a?b=c for more",
            "Is it? It is! www.acme.example says so",
            "etc. etc. etc. etc. etc. etc. etc. etc. etc. etc.",
            &format!("{long}{long}{long}You may:"),
            &format!("{long}{long}v. 1.2.3.4.5.6.7.8 is the version of {long}"),
        ] {
            let slow = sentences(text).last().copied();
            assert_eq!(last_sentence(text).as_deref(), slow, "{text}");
        }
    }

    #[test]
    fn sentences_without_words_are_passed_over() {
        assert_eq!(last_sentence("One. Two three. *").as_deref(), Some("Two three."));
        assert_eq!(last_sentence("* *"), None);
        let address = "Click here (https://acme.example/?a=1) for a summary of the terms:";
        assert_eq!(last_sentence(address).as_deref(), Some(address));
    }
}
