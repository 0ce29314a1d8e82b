//! Cutting text into tokens and folding tokens for matching.
//!
//! A token is a maximal run of letters, digits and combining marks. Soft hyphens and zero-width characters are inside
//! words. Each Han, Kana, Hangul and Thai letter with its marks is a token of its own. The text is never rewritten: a token
//! is a byte range of it, and only the folded copy is compared.
//!
//! Folding (all but the own-token scripts): compatibility forms (NFKD), lower case, no combining marks. Own-token letters
//! keep their marks: NFKC and lower case.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// The version of cutting and folding; an index made by another version is not read.
pub const TOKEN_VERSION: u32 = 1;

/// The longest index term in bytes. A longer folded token keeps its first bytes and a hash of the whole, since tantivy
/// silently drops terms over 65,530 bytes.
const MAX_TERM_BYTES: usize = 1024;

/// A token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its bytes in the text: from its first to its last letter, digit or mark.
    pub range: Range<usize>,
    stands_alone: bool,
}

impl Token {
    /// The index term of this token of `text`.
    pub fn term<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let raw = &text[self.range.clone()];
        let folded =
            if raw.is_ascii() { fold_ascii(raw) } else { Cow::Owned(fold(raw, self.stands_alone)) };
        if folded.len() <= MAX_TERM_BYTES { folded } else { Cow::Owned(shorten(&folded)) }
    }

    /// Appends the index term to `out`: no string is made for the terms of which nearly all of a text consists.
    pub fn push_term(&self, text: &str, out: &mut String) {
        let raw = &text[self.range.clone()];
        if raw.is_ascii() && raw.len() <= MAX_TERM_BYTES {
            let start = out.len();
            out.push_str(raw);
            out[start..].make_ascii_lowercase();
        } else {
            out.push_str(&self.term(text));
        }
    }
}

fn fold_ascii(raw: &str) -> Cow<'_, str> {
    if raw.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(raw.to_ascii_lowercase())
    } else {
        Cow::Borrowed(raw)
    }
}

fn fold(raw: &str, stands_alone: bool) -> String {
    let visible = raw.chars().filter(|&c| !is_invisible(c));
    if stands_alone {
        return visible.nfkc().flat_map(char::to_lowercase).collect();
    }
    visible
        .nfkd()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|&c| !is_combining_mark(c))
        // The final form of sigma is a position in a word, not another letter.
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}

fn shorten(folded: &str) -> String {
    let hash = blake3::hash(folded.as_bytes()).to_hex();
    let mut end = MAX_TERM_BYTES - hash.len();
    while !folded.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{hash}", &folded[..end])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter or digit of a run.
    Letter,
    /// A letter that is a token of its own.
    Alone,
    /// A vowel or final consonant of decomposed Hangul: part of the letter before it.
    Jamo,
    /// A combining mark: continues a token, never begins one.
    Mark,
    /// Inside a word, but never at its ends.
    Invisible,
    Separator,
}

fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Letter } else { Class::Separator };
    }
    match c {
        // Dashes, quotes, bullets: most of what is not ASCII in English text. Known without tables.
        '\u{A0}' | '\u{2010}'..='\u{2027}' => Class::Separator,
        _ if is_invisible(c) => Class::Invisible,
        '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}' if c.is_alphanumeric() => Class::Jamo,
        // Half-width voice marks are letters to Unicode, but part of the Kana before them.
        '\u{FF9E}' | '\u{FF9F}' => Class::Mark,
        _ if is_combining_mark(c) => Class::Mark,
        _ if !c.is_alphanumeric() => Class::Separator,
        _ if stands_alone(c) => Class::Alone,
        _ => Class::Letter,
    }
}

fn stands_alone(c: char) -> bool {
    // No letter below belongs to these scripts; most text in Latin, Greek and Cyrillic ends here.
    if c < '\u{0E00}' || !c.is_alphabetic() {
        return false;
    }
    match c.script() {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Thai => true,
        // Such as the prolonged sound mark, which both Kana share.
        Script::Common | Script::Inherited => {
            let scripts = c.script_extension();
            // What is common to all scripts "contains" every one.
            !scripts.is_common()
                && (scripts.contains_script(Script::Hiragana)
                    || scripts.contains_script(Script::Katakana))
        }
        _ => false,
    }
}

/// Whether `c` is a soft hyphen or has no width: no border of words, no part of their spelling.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Iterator over the tokens of a text, made by [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

/// The tokens of `text`, in order.
///
/// ```
/// let text = "Third-party co\u{AD}okies don’t.";
/// let terms: Vec<_> = fineprint::token::tokens(text).map(|t| t.term(text)).collect();
/// assert_eq!(terms, ["third", "party", "cookies", "don", "t"]);
/// ```
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// The terms of `text`, in order.
pub fn terms(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    tokens(text).map(move |token| token.term(text))
}

/// Whether `text` has a token at all.
pub fn has_token(text: &str) -> bool {
    tokens(text).next().is_some()
}

/// Which bytes are ASCII letters or digits.
const IS_ASCII_LETTER: [bool; 256] = {
    let mut letters = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        letters[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    letters
};

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.next_ascii().or_else(|| self.next_of_any())
    }
}

impl Tokens<'_> {
    /// The next token if it is plain: ASCII up to the byte behind it, and only ASCII before it. Else ASCII separators are skipped.
    fn next_ascii(&mut self) -> Option<Token> {
        let rest = &self.text.as_bytes()[self.at..];
        let is_separator = |byte: &&u8| byte.is_ascii() && !IS_ASCII_LETTER[usize::from(**byte)];
        let start = rest.iter().take_while(is_separator).count();
        let len =
            rest[start..].iter().take_while(|&&byte| IS_ASCII_LETTER[usize::from(byte)]).count();
        self.at += start;
        // A mark or an invisible character behind it would belong to it.
        if len == 0 || rest.get(start + len).is_some_and(|byte| !byte.is_ascii()) {
            return None;
        }
        let token = Token { range: self.at..self.at + len, stands_alone: false };
        self.at += len;
        Some(token)
    }

    fn next_of_any(&mut self) -> Option<Token> {
        let (start, stands_alone) =
            self.text[self.at..].char_indices().find_map(|(i, c)| match class(c) {
                Class::Letter => Some((self.at + i, false)),
                Class::Alone | Class::Jamo => Some((self.at + i, true)),
                _ => None,
            })?;
        let mut is_hangul = false;
        let mut end = start;
        for (i, c) in self.text[start..].char_indices() {
            match class(c) {
                Class::Alone | Class::Letter | Class::Jamo if i == 0 => {
                    is_hangul = stands_alone && c.script() == Script::Hangul;
                }
                Class::Jamo if is_hangul => {}
                Class::Letter if !stands_alone => {}
                Class::Mark => {}
                Class::Invisible => continue,
                _ => break,
            }
            end = start + i + c.len_utf8();
        }
        self.at = end;
        Some(Token { range: start..end, stands_alone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        terms(text).map(Cow::into_owned).collect()
    }

    #[test]
    fn words_are_cut_and_folded() {
        assert_eq!(cut("Don’t don't DON T"), ["don", "t", "don", "t", "don", "t"]);
        assert_eq!(
            cut("Café cafe\u{301} ﬁne İstanbul ΟΔΟΣ"),
            ["cafe", "cafe", "fine", "istanbul", "οδοσ"]
        );
        assert_eq!(
            cut("pri\u{AD}vacy zero\u{200B}width \u{200B}x\u{200B} y"),
            ["privacy", "zerowidth", "x", "y"]
        );
        assert_eq!(cut("個人情報 データ が"), ["個", "人", "情", "報", "デ", "ー", "タ", "が"]);
        assert_eq!(cut("ﾃﾞ か\u{3099}"), ["デ", "が"]);
        assert_eq!(cut("\u{301} * — ❤\u{FE0F}"), [""; 0]);
    }

    #[test]
    fn ranges_begin_and_end_at_letters() {
        let text = "\u{200B}a\u{AD}\u{200B}b\u{AD} c";
        let found: Vec<_> = tokens(text).map(|t| &text[t.range]).collect();
        assert_eq!(found, ["a\u{AD}\u{200B}b", "c"]);
    }

    /// Every text of up to five of these, cut with and without the short ways.
    #[test]
    fn plain_tokens_are_cut_as_any() {
        let parts =
            ["a", "Z9", " ", "-", "\u{AD}", "é", "\u{301}", "’", "個", "\u{1100}\u{1161}", "\n"];
        for number in 0..parts.len().pow(5) {
            let digit = |place: u32| parts[number / parts.len().pow(place) % parts.len()];
            let text: String = (0..5).map(digit).collect();
            let mut slow = tokens(&text);
            let slow: Vec<_> = std::iter::from_fn(|| slow.next_of_any()).collect();
            let fast: Vec<_> = tokens(&text).collect();
            assert_eq!(fast, slow, "{text:?}");
            for token in fast {
                let mut term = String::from("before");
                token.push_term(&text, &mut term);
                assert_eq!(term["before".len()..], token.term(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn separators_known_without_tables_are_separators() {
        for c in ('\u{2010}'..='\u{2027}').chain(['\u{A0}']) {
            assert!(!c.is_alphanumeric() && !is_combining_mark(c) && !is_invisible(c), "{c:?}");
        }
    }

    #[test]
    fn a_huge_token_stays_one_term() {
        let long = "é".repeat(100_000);
        let term = cut(&long);
        assert_eq!(term.len(), 1);
        assert!(term[0].len() <= MAX_TERM_BYTES);
        assert_ne!(term, cut(&format!("{long}e")));
    }
}
