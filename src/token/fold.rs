//! Folds tokens: spellings of one word become one index term.
//!
//! The yardstick is the Unicode Collation Algorithm (Unicode Technical Standard 10) in CLDR's root
//! order: letters that are equal at its primary level are equal here. Case, compatibility forms and
//! marks of reading (accents, Hebrew points, Arabic harakat) do not matter, and neither does the
//! script of a digit. Marks that make another letter are kept: the breve of `й`, the hamza of
//! `أ`, and vowel signs. There are two exceptions. Signs of nasal and breath sounds of Indic
//! scripts are kept, because `हंस` and `हस` are two words, and `ı` is `i`, because it has the
//! same capital in texts that are not Turkish. `tests/props/folding.rs` compares every letter with
//! a collation library.
//!
//! A token of one letter keeps its marks: it is folded by NFKC (Unicode Standard Annex 15) and
//! lower case.

use std::sync::LazyLock;

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::char_class::{CharClass, is_invisible, is_stretch};
use super::equal_letters::equal_letters;

/// The first and the last of the letters of Latin, Greek and Cyrillic whose folded forms are kept
/// in a table.
const EUROPEAN: (char, char) = ('\u{C0}', '\u{52F}');

/// The folded forms of [`EUROPEAN`] letters, one after the other, and where each ends.
struct FoldedLetters {
    forms: String,
    ends: Vec<usize>,
}

static FOLDED_LETTERS: LazyLock<FoldedLetters> = LazyLock::new(|| {
    let mut letters = FoldedLetters { forms: String::new(), ends: vec![0] };
    for c in EUROPEAN.0..=EUROPEAN.1 {
        push_any_word(c.encode_utf8(&mut [0; 4]), &mut letters.forms);
        letters.ends.push(letters.forms.len());
    }
    letters
});

impl FoldedLetters {
    /// The folded form of a letter of [`EUROPEAN`].
    fn form(&self, c: char) -> &str {
        let place = (u32::from(c) - u32::from(EUROPEAN.0)) as usize;
        &self.forms[self.ends[place]..self.ends[place + 1]]
    }
}

/// Appends the folded form of a token of one letter and its marks.
pub(super) fn push_one_letter(raw: &str, out: &mut String) {
    let visible = raw.chars().filter(|&c| !is_invisible(c));
    out.extend(visible.nfkc().flat_map(char::to_lowercase));
}

/// Appends the folded form of any other token.
pub(super) fn push_word(raw: &str, out: &mut String) {
    let start = out.len();
    if !push_european(raw, out) {
        out.truncate(start);
        push_any_word(raw, out);
    }
}

/// Appends the folded form of a word of composed [`EUROPEAN`] letters. Returns `false` if it has
/// others; a part of it may be appended then.
fn push_european(raw: &str, out: &mut String) -> bool {
    let letters = &*FOLDED_LETTERS;
    for c in raw.chars() {
        match c {
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            '\u{AD}' => {}
            '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' => return false,
            c if EUROPEAN.0 <= c && c <= EUROPEAN.1 => out.push_str(letters.form(c)),
            _ => return false,
        }
    }
    true
}

/// Appends the folded form of a word of any letters.
fn push_any_word(raw: &str, out: &mut String) {
    let start = out.len();
    let mut place = MarkPlace::default();
    for c in raw.chars().filter(|&c| !is_invisible(c)).nfkd().filter(|&c| !is_added(c)) {
        if !is_combining_mark(c) {
            push_letter(c, out);
            place = MarkPlace { letter: c.to_lowercase().next(), last: 0 };
        } else if place.keeps(c) {
            push_letter(c, out);
        }
    }
    if is_nfc_quick(out[start..].chars()) != IsNormalized::Yes {
        let composed: String = out[start..].nfc().collect();
        out.truncate(start);
        out.push_str(&composed);
    }
}

/// Whether a character of a decomposed word is dropped: tatweel, and signs that only decomposition
/// adds. `⑴` is decomposed to `(1)`, and `ŉ` has an apostrophe. The slash of `½` is kept, so
/// that this is not 12.
fn is_added(c: char) -> bool {
    match c {
        '\u{2044}' => false,
        '\u{2BC}' | '\u{2BE}' => true,
        _ => is_stretch(c) || !(c.is_alphanumeric() || is_combining_mark(c)),
    }
}

/// Appends the folded form of a letter or digit that has no decomposition.
fn push_letter(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    // Full case folding: the capitals of `ß` are `SS`, and final sigma has the capital of any
    // other sigma. The first step is for `ẞ`, which is a capital of its own.
    let capitals = c.to_lowercase().flat_map(char::to_uppercase);
    for lower in capitals.flat_map(char::to_lowercase) {
        match equal_letters(lower) {
            Some(equal) => out.push_str(equal),
            None => out.push(lower),
        }
    }
}

/// Where a mark is: the letter before it and the combining class of the mark before it.
#[derive(Default)]
struct MarkPlace {
    /// The letter in lower case, until a mark made another one of it.
    letter: Option<char>,
    last: u8,
}

impl MarkPlace {
    /// Whether the next mark is kept.
    fn keeps(&mut self, mark: char) -> bool {
        let class = canonical_combining_class(mark);
        // A mark does not reach the letter over a mark of its own class.
        let reaches = class != self.last;
        self.last = class;
        if reaches && self.letter.is_some_and(|letter| makes_letter(letter, mark)) {
            self.letter = None;
            return true;
        }
        if class == 0 {
            self.letter = None;
        }
        !is_reading_mark(mark)
    }
}

/// Whether `mark` makes another letter of this one. For every other letter it is an accent.
fn makes_letter(letter: char, mark: char) -> bool {
    matches!(
        (letter, mark),
        ('и', '\u{306}')
            | ('ا', '\u{653}'..='\u{655}')
            | ('و' | 'ي', '\u{654}')
            | ('\u{105D2}' | '\u{105DA}', '\u{307}')
    )
}

/// Whether a mark only says how a letter is read, as accents do, or surrounds it.
fn is_reading_mark(mark: char) -> bool {
    match canonical_combining_class(mark) {
        // Vowel signs and signs of nasal and breath sounds; but circles, squares and marks of
        // chants have this class, too.
        0 => matches!(
            mark,
            '\u{488}'
                | '\u{489}'
                | '\u{1ABE}'
                | '\u{20DD}'..='\u{20E4}'
                | '\u{A670}'..='\u{A672}'
                | '\u{10EFC}'
                | '\u{1CF00}'..='\u{1CF46}'
        ),
        // Viramas, which remove the vowel of a letter. The joiner of Tifinagh is in their class.
        9 => mark == '\u{2D7F}',
        // Vowel signs of Telugu, Thai, Lao and Tibetan.
        84 | 91 | 103 | 118 | 129 | 130 | 132 => false,
        // Vowel signs of Samaritan, Mongolian, Buginese, Tai Viet, Old Permic, Garay and Tai Yo,
        // and a tone of Myanmar, are in the classes of accents.
        _ => !matches!(
            mark,
            '\u{816}'
                | '\u{817}'
                | '\u{81B}'
                | '\u{108D}'
                | '\u{18A9}'
                | '\u{1A17}'
                | '\u{1A18}'
                | '\u{AAB0}'..='\u{AABE}'
                | '\u{10376}'..='\u{1037A}'
                | '\u{10D69}'
                | '\u{1E6E3}'..='\u{1E6F5}'
        ),
    }
}

/// The folded form of one character of a pattern. It is empty for a mark that folding removes; a
/// character that separates words is its own form.
pub fn fold_char(c: char) -> String {
    let mut folded = String::new();
    match CharClass::of(c) {
        CharClass::Letter => push_word(c.encode_utf8(&mut [0; 4]), &mut folded),
        CharClass::OneLetter => push_one_letter(c.encode_utf8(&mut [0; 4]), &mut folded),
        CharClass::Mark if is_reading_mark(c) => {}
        CharClass::Invisible => {}
        CharClass::Mark | CharClass::Jamo | CharClass::Separator => folded.push(c),
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(word: &str) -> String {
        let mut folded = String::new();
        push_word(word, &mut folded);
        folded
    }

    #[track_caller]
    fn are_equal(words: &[&str]) {
        for word in words {
            assert_eq!(fold(word), fold(words[0]), "{word} and {}", words[0]);
        }
    }

    #[test]
    fn spellings_of_a_word_are_equal() {
        are_equal(&["maßnahmen", "MASSNAHMEN", "MAẞNAHMEN", "massnahmen"]);
        are_equal(&["kişisel", "KİŞİSEL", "KIŞISEL", "kisisel", "ki\u{307}s\u{327}isel"]);
        are_equal(&["ışık", "IŞIK", "isik"]);
        are_equal(&["œuvre", "ŒUVRE", "oeuvre"]);
        are_equal(&["sælger", "SÆLGER", "saelger"]);
        are_equal(&["łączymy", "ŁĄCZYMY", "laczymy"]);
        are_equal(&["Đặng", "đặng", "dang", "đa\u{323}\u{306}ng"]);
        are_equal(&["søge", "soge", "SØGE"]);
        are_equal(&["ещё", "ЕЩЕ", "еще"]);
        are_equal(&["ΟΔΟΣ", "οδός", "οδοσ"]);
        are_equal(&["ﬁne", "fine", "ＦＩＮＥ"]);
        are_equal(&["ǆ", "ǅ", "Ǆ", "dž", "dz"]);
        are_equal(&["שָׁלוֹם", "שלום", "שלומ"]);
        are_equal(&["سَلَام", "سلام", "ســلام", "ﺳﻼﻡ"]);
        are_equal(&["2018", "٢٠١٨", "۲۰۱۸", "२०१८", "２０１８", "②⓪①⑧"]);
        are_equal(&["coŀlecció", "collecció", "colleccio"]);
        are_equal(&["1ª", "1a", "¹ª"]);
        are_equal(&["Ⅷ", "viii", "VIII"]);
        are_equal(&["ŉ", "n"]);
        are_equal(&["⑴", "1", "⒈", "①"]);
        are_equal(&["फ़ोन", "फोन", "फ\u{93C}ोन"]);
        are_equal(&["ন\u{9CB}", "ন\u{9C7}\u{9BE}"]);
    }

    #[test]
    fn other_words_are_not() {
        for (one, other) in [
            ("й", "и"),
            ("дай", "даи"),
            ("दिल", "दल"),
            ("हंस", "हस"),
            ("हैं", "है"),
            ("বিক্রি", "বকর"),
            ("தமிழ்", "தமழ"),
            ("أ", "ا"),
            ("ئ", "ي"),
            ("þ", "th"),
            ("ə", "e"),
            ("ی", "ي"),
        ] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
        assert_eq!((fold("Й"), fold("и\u{306}")), ("й".to_owned(), "й".to_owned()));
    }

    #[test]
    fn every_letter_has_a_folded_form() {
        let letters = ('\0'..=char::MAX).filter(|&c| CharClass::of(c) == CharClass::Letter);
        for c in letters {
            assert!(!fold_char(c).is_empty(), "{c:?}");
        }
    }

    #[test]
    fn the_table_says_what_the_rules_say() {
        for c in EUROPEAN.0..=EUROPEAN.1 {
            if CharClass::of(c) == CharClass::Letter {
                let mut folded = String::new();
                push_any_word(c.encode_utf8(&mut [0; 4]), &mut folded);
                assert_eq!(fold_char(c), folded, "{c:?}");
            }
        }
    }
}
