//! Finds the tokens of a text, and makes their index terms.

use crate::error::floor_border;
use std::borrow::Cow;
use std::ops::Range;

use unicode_script::{Script, UnicodeScript};

use super::char_class::CharClass;
use super::fold::{push_one_letter, push_word};
use super::footnote::{is_footnote_mark, is_superscript};

/// The size of the longest index term, in bytes. The term of a longer token is its first bytes and
/// a hash of all of it, because tantivy silently drops terms of more than 65,530 bytes.
const MAX_TERM_BYTES: usize = 1024;

/// A token of a text: where it is, and how it is folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its bytes in the text, from the first to the last letter, digit or mark.
    pub range: Range<usize>,
    /// Whether it is one letter of a script without spaces.
    is_one_letter: bool,
}

impl Token {
    /// The index term of this token of `text`.
    pub fn term<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let raw = &text[self.range.clone()];
        let is_folded = raw.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        if is_folded && raw.len() <= MAX_TERM_BYTES {
            return Cow::Borrowed(raw);
        }
        let mut term = String::with_capacity(raw.len());
        self.push_term(text, &mut term);
        Cow::Owned(term)
    }

    /// Appends the index term of this token of `text` to `out`.
    pub fn push_term(&self, text: &str, out: &mut String) {
        let start = out.len();
        self.push_folded(text, out);
        if out.len() - start > MAX_TERM_BYTES {
            let term = shorten(&out[start..]);
            out.truncate(start);
            out.push_str(&term);
        }
    }

    /// Appends the folded token to `out`, however long it is.
    pub(super) fn push_folded(&self, text: &str, out: &mut String) {
        let raw = &text[self.range.clone()];
        if raw.is_ascii() {
            let start = out.len();
            out.push_str(raw);
            out[start..].make_ascii_lowercase();
        } else if self.is_one_letter {
            push_one_letter(raw, out);
        } else {
            push_word(raw, out);
        }
    }
}

/// The first bytes of a folded token and a hash of all of it.
fn shorten(folded: &str) -> String {
    let hash = blake3::hash(folded.as_bytes()).to_hex();
    let end = floor_border(folded, MAX_TERM_BYTES - hash.len());
    format!("{}{hash}", &folded[..end])
}

/// Iterates over the tokens of a text. Made by [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    /// The byte from which the next token is searched.
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

/// The index terms of `text`, in order.
pub fn terms(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    tokens(text).map(move |token| token.term(text))
}

/// Whether `text` contains a token.
pub fn has_token(text: &str) -> bool {
    tokens(text).next().is_some()
}

/// For every byte, whether it is an ASCII letter or digit.
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
    /// The next token, if it and everything before it are ASCII, and the byte after it is, too. If
    /// not, this only skips separators.
    fn next_ascii(&mut self) -> Option<Token> {
        let rest = &self.text.as_bytes()[self.at..];
        let separators =
            rest.iter().take_while(|byte| byte.is_ascii() && !IS_ASCII_LETTER[usize::from(**byte)]);
        let start = separators.count();
        let len =
            rest[start..].iter().take_while(|&&byte| IS_ASCII_LETTER[usize::from(byte)]).count();
        self.at += start;
        // A mark or an invisible character after the token might belong to it.
        if len == 0 || rest.get(start + len).is_some_and(|byte| !byte.is_ascii()) {
            return None;
        }
        let token = Token { range: self.at..self.at + len, is_one_letter: false };
        self.at += len;
        Some(token)
    }

    /// The part that the character at this byte plays. The mark of a footnote ends its word.
    fn class(&self, at: usize, c: char) -> CharClass {
        if is_superscript(c) && is_footnote_mark(&self.text[..at], &self.text[at + c.len_utf8()..])
        {
            return CharClass::Separator;
        }
        CharClass::of(c)
    }

    /// The next token of any script.
    fn next_of_any(&mut self) -> Option<Token> {
        let (start, is_one_letter) = self.text[self.at..].char_indices().find_map(|(i, c)| {
            match self.class(self.at + i, c) {
                CharClass::Letter => Some((self.at + i, false)),
                CharClass::OneLetter | CharClass::Jamo => Some((self.at + i, true)),
                _ => None,
            }
        })?;
        let mut is_hangul = false;
        let mut end = start;
        for (i, c) in self.text[start..].char_indices() {
            match self.class(start + i, c) {
                CharClass::OneLetter | CharClass::Letter | CharClass::Jamo if i == 0 => {
                    is_hangul = is_one_letter && c.script() == Script::Hangul;
                }
                CharClass::Jamo if is_hangul => {}
                CharClass::Letter if !is_one_letter => {}
                CharClass::Mark => {}
                CharClass::Invisible => continue,
                _ => break,
            }
            end = start + i + c.len_utf8();
        }
        self.at = end;
        Some(Token { range: start..end, is_one_letter })
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
        let kanji_and_kana = ["個", "人", "情", "報", "デ", "ー", "タ", "が"];
        assert_eq!(cut("個人情報 データ が"), kanji_and_kana);
        assert_eq!(cut("ﾃﾞ か\u{3099}"), ["デ", "が"]);
        assert_eq!(cut("\u{301} * — ❤\u{FE0F}"), [""; 0]);
    }

    #[test]
    fn ranges_begin_and_end_at_letters() {
        let text = "\u{200B}a\u{AD}\u{200B}b\u{AD} c";
        let found: Vec<_> = tokens(text).map(|t| &text[t.range]).collect();
        assert_eq!(found, ["a\u{AD}\u{200B}b", "c"]);
    }

    /// Cuts every sequence of five of these parts with and without the fast path for ASCII.
    #[test]
    fn ascii_is_cut_as_any_text() {
        let hangul = "\u{1100}\u{1161}";
        let parts = ["a", "Z9", " ", "-", "\u{AD}", "é", "\u{301}", "’", "個", hangul, "\n"];
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
    fn signs_that_nobody_reads_are_no_letters() {
        assert_eq!(
            cut("don\u{2BC}t users\u{2BC} o\u{2BB}zbek"),
            ["don", "t", "users", "o", "zbek"]
        );
        assert_eq!(cut("بيانات ــ بي\u{640}انات"), ["بيانات", "بيانات"]);
        assert_eq!(cut("a\u{200F}b c\u{FE0F}d \u{202A}e\u{202C}"), ["ab", "cd", "e"]);
        assert_eq!(cut("می\u{200C}خواهیم"), ["میخواهیم"]);
        assert_eq!(cut("ˈa \u{FE76} \u{37A} \u{FE77} \u{64B}"), ["a"]);
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_letters() {
        assert_eq!(cut("ទិន្នន័យ"), ["ទិ", "ន្", "ន", "ន័", "យ"]);
        assert_eq!(cut("ຂໍ້ມູນ"), ["ຂໍ້", "ມູ", "ນ"]);
        assert_eq!(cut("ဒေတာ"), ["ဒေ", "တာ"]);
        assert_eq!(cut("ข้อมูล"), ["ข้", "อ", "มู", "ล"]);
        assert_eq!(cut("៣០ថ្ងៃ"), ["30", "ថ្", "ងៃ"]);
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
