//! Folding of every letter, compared with a collation library and with the oracle.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

use super::tokens::cut;
use crate::oracle::tokens::{key, tokens};

/// Scripts, and a letter of each that carries its marks. Digits of all scripts are compared, too.
const SCRIPTS: &[(Script, char)] = &[
    (Script::Latin, 'a'),
    (Script::Inherited, 'a'),
    (Script::Greek, 'α'),
    (Script::Cyrillic, 'и'),
    (Script::Hebrew, 'ש'),
    (Script::Arabic, 'ا'),
    (Script::Syriac, 'ܫ'),
    (Script::Devanagari, 'क'),
    (Script::Bengali, 'ক'),
    (Script::Gurmukhi, 'ਕ'),
    (Script::Gujarati, 'ક'),
    (Script::Oriya, 'କ'),
    (Script::Tamil, 'க'),
    (Script::Telugu, 'క'),
    (Script::Kannada, 'ಕ'),
    (Script::Malayalam, 'ക'),
    (Script::Sinhala, 'ක'),
    (Script::Armenian, 'ա'),
    (Script::Georgian, 'ა'),
    (Script::Ethiopic, 'አ'),
];

/// Characters that are not folded as collation says, and why.
const EXCEPTIONS: &[(RangeInclusive<char>, &str)] = &[
    ('ı'..='ı', "the capital of it is I, so a text in capitals cannot tell it from i"),
    ('\u{900}'..='\u{903}', NASAL),
    ('\u{981}'..='\u{983}', NASAL),
    ('\u{A01}'..='\u{A03}', NASAL),
    ('\u{A70}'..='\u{A71}', NASAL),
    ('\u{A81}'..='\u{A83}', NASAL),
    ('\u{AFA}'..='\u{AFF}', NASAL),
    ('\u{B01}'..='\u{B03}', NASAL),
    ('\u{B53}'..='\u{B55}', NASAL),
    ('\u{B82}'..='\u{B82}', NASAL),
    ('\u{C00}'..='\u{C04}', NASAL),
    ('\u{C81}'..='\u{C83}', NASAL),
    ('\u{CF3}'..='\u{CF3}', NASAL),
    ('\u{D00}'..='\u{D03}', NASAL),
    ('\u{D81}'..='\u{D83}', NASAL),
    ('\u{11DF0}'..='\u{11DF0}', NASAL),
    ('ŉ'..='ŉ', "the apostrophe in it separates words"),
    ('ẚ'..='ẚ', "the half ring in it separates words"),
    ('ᵌ'..='ᵌ', "Unicode decomposes it to a letter that is not equal"),
    ('\u{A8F3}'..='\u{A8F7}', "signs of Vedic texts"),
    ('\u{363}'..='\u{36F}', ABOVE),
    ('\u{1ABF}'..='\u{1AC0}', ABOVE),
    ('\u{1ACC}'..='\u{1ACE}', ABOVE),
    ('\u{1DCA}'..='\u{1DCA}', ABOVE),
    ('\u{1DD2}'..='\u{1DF4}', ABOVE),
    ('\u{2DE0}'..='\u{2DFF}', ABOVE),
    ('\u{A674}'..='\u{A67B}', ABOVE),
    ('\u{A69E}'..='\u{A69F}', ABOVE),
    ('\u{1E08F}'..='\u{1E08F}', ABOVE),
];

const NASAL: &str = "signs of nasal and breath sounds and of length make another word";
const ABOVE: &str = "small letters above others are accents of old prints and manuscripts";

/// A character, what collation compares of it, and its folded form. A mark is on the letter of its
/// script.
struct FoldedLetter {
    c: char,
    key: Vec<u8>,
    folded: String,
}

impl FoldedLetter {
    /// `None` if the character is part of no token.
    fn new(c: char) -> Option<Self> {
        let script = SCRIPTS.iter().find(|(script, _)| *script == c.script());
        let category = get_general_category(c);
        if matches!(category, GeneralCategory::OtherNumber | GeneralCategory::LetterNumber) {
            return None;
        }
        let is_digit = category == GeneralCategory::DecimalNumber;
        let text = match script {
            Some((_, letter)) if is_combining_mark(c) => format!("{letter}{c}"),
            Some(_) => c.to_string(),
            None if is_digit => c.to_string(),
            None => return None,
        };
        let (_, _, folded) = cut(&text).pop()?;
        Some(Self { c, key: key(&text), folded })
    }

    fn is_exception(&self) -> bool {
        EXCEPTIONS.iter().any(|(range, _)| range.contains(&self.c))
    }
}

/// Says where two characters are equal for one of two comparisons, and not for the other one.
fn difference(
    letter: &FoldedLetter,
    by_key: &mut HashMap<Vec<u8>, (char, String)>,
    by_folded: &mut HashMap<String, (char, Vec<u8>)>,
) -> Option<String> {
    let FoldedLetter { c, key, folded } = letter;
    let equal = by_key.entry(key.clone()).or_insert_with(|| (*c, folded.clone()));
    let same = by_folded.entry(folded.clone()).or_insert_with(|| (*c, key.clone()));
    let place = format!("{c} U+{:04X}, folded to {folded:?},", u32::from(*c));
    if equal.1 != *folded {
        return Some(format!("{place} is equal to {}, folded to {:?}", equal.0, equal.1));
    }
    (same.1 != *key).then(|| format!("{place} is not equal to {}", same.0))
}

#[test]
fn letters_are_equal_where_collation_says_so() {
    let letters = ('\0'..=char::MAX).filter_map(FoldedLetter::new);
    let (mut by_key, mut by_folded) = (HashMap::new(), HashMap::new());
    let mut differences = Vec::new();
    let mut exceptions = Vec::new();
    let mut count = 0;
    for letter in letters {
        if letter.is_exception() {
            exceptions.push(letter);
        } else {
            count += 1;
            differences.extend(difference(&letter, &mut by_key, &mut by_folded));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(count > 4000, "{count}");
    let needless: Vec<String> = exceptions
        .iter()
        .filter(|letter| difference(letter, &mut by_key, &mut by_folded).is_none())
        .map(|letter| format!("{} U+{:04X}", letter.c, u32::from(letter.c)))
        .collect();
    assert!(needless.is_empty(), "no exceptions: {}", needless.join(", "));
}

/// Whether a character is of a script with so many letters that only some are tried.
fn is_of_large_script(c: char) -> bool {
    matches!(
        u32::from(c),
        0x3400..=0x9FFF | 0xAC00..=0xD7A3 | 0xE000..=0xF8FF | 0x12000..=0x14FFF
            | 0x17000..=0x18DFF | 0x20000..=0xE0000 | 0xE0100..=0x10FFFF
    )
}

#[test]
fn every_letter_equals_the_oracle() {
    let mut differences = Vec::new();
    for c in ('\0'..=char::MAX).filter(|&c| !is_of_large_script(c)) {
        for text in [format!("{c}"), format!("a{c}b"), format!("क{c}"), format!("ا{c}и{c}")] {
            let expected = tokens(&text).into_iter().map(|t| (t.start, t.end, t.folded));
            let (found, expected) = (cut(&text), expected.collect::<Vec<_>>());
            if found != expected {
                let code = u32::from(c);
                differences.push(format!("{text} U+{code:04X}: {found:?}, but {expected:?}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
