//! Tokens and identity forms: both equal the oracle's for any text.

use std::collections::HashMap;

use fineprint::model::ClauseKind;
use fineprint::section::{ClauseIdentity, identity_form};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use unicode_normalization::UnicodeNormalization;

use super::cases;
use crate::oracle::corpus as model;
use crate::oracle::tokens::{folded, tokens};

/// Pieces of text with special rules for cutting or folding.
const PIECES: &[&str] = &[
    "a",
    "Ab",
    "I",
    "i",
    "İ",
    "ı",
    "ß",
    "ẞ",
    "é",
    "e\u{301}",
    "\u{301}",
    "\u{308}",
    "\u{34F}",
    "\u{20E3}",
    "\u{FE0F}",
    "\u{AD}",
    "\u{200B}",
    "\u{200C}",
    "\u{200D}",
    "\u{200E}",
    "\u{200F}",
    "\u{2060}",
    "\u{FEFF}",
    "\u{61C}",
    "\u{202E}",
    "ﬁ",
    "ﬃ",
    "Ⅷ",
    "①",
    "²",
    "s²",
    "cm²",
    "k",
    "½",
    "ª",
    "µ",
    "Å",
    "K",
    "Ω",
    "ς",
    "Σ",
    "σ",
    "ǆ",
    "𝐇",
    "Ｆ",
    "７",
    "٣",
    "๒",
    "個",
    "人",
    "々",
    "〇",
    "ひ",
    "か\u{3099}",
    "が",
    "ゟ",
    "ー",
    "ｰ",
    "ｶ",
    "ｶﾞ",
    "ﾞ",
    "ﾟ",
    "\u{3099}",
    "㌀",
    "㈱",
    "한",
    "\u{1112}",
    "\u{1161}",
    "\u{11AB}",
    "\u{115F}",
    "\u{1160}",
    "\u{D7C7}",
    "\u{D7B0}",
    "\u{A960}",
    "ﾡ",
    "ㄱ",
    "ก",
    "ข้",
    "ำ",
    "\u{E49}",
    "หิ",
    "नि",
    "\u{94D}",
    "ابج",
    "\u{64B}",
    "שָׁ",
    "ך",
    "כ",
    "\u{FB2A}",
    "\u{640}",
    "\u{FE71}",
    "\u{FE76}",
    "أ",
    "ا\u{654}",
    "\u{653}",
    "ئ",
    "ﻻ",
    "ی",
    "۵",
    "й",
    "и\u{306}",
    "\u{306}",
    "И",
    "ё",
    "Ї",
    "ґ",
    "æ",
    "Œ",
    "ø",
    "Ł",
    "đ",
    "ð",
    "þ",
    "ŀ",
    "ŉ",
    "ǰ",
    "ʼ",
    "ʻ",
    "ˈ",
    "ꞌ",
    "\u{37A}",
    "ᾳ",
    "ΐ",
    "και",
    "ϗ",
    "և",
    "დ",
    "Ძ",
    "कि",
    "\u{93C}",
    "क़",
    "\u{902}",
    "হ্ব",
    "\u{9C7}",
    "\u{9BE}",
    "ৎ",
    "ড়",
    "ஔ",
    "\u{BD7}",
    "தமிழ்",
    "ന്\u{200D}",
    "ൻ",
    "\u{C56}",
    "ສະບາຍ",
    "\u{EB8}",
    "ໜ",
    "ទិន្ន",
    "\u{17B4}",
    "៣",
    "ဦ",
    "မြန်မာ",
    "\u{1039}",
    "ฉ",
    "་",
    "ཀྱི",
    "⑴",
    "⒈",
    "❶",
    "🅐",
    "™",
    "ⁿ",
    "፫",
    "\u{E0041}",
    "\u{180B}",
    "\u{2066}",
    "\u{20DD}",
    "\u{364}",
    "👍",
    "👍🏽",
    "👨\u{200D}👩",
    "🇩🇪",
    "❤\u{FE0F}",
    " ",
    "\u{A0}",
    "\u{3000}",
    "\n",
    "'",
    "’",
    "-",
    "‑",
    "—",
    "_",
    ".",
    "、",
    "\0",
    "0",
    "9",
    "x2",
];

fn text() -> BoxedStrategy<String> {
    let piece = prop_oneof![
        12 => select(PIECES).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat()).boxed()
}

/// The range and the folded form of each token that the library finds.
pub fn cut(text: &str) -> Vec<(usize, usize, String)> {
    let token =
        |t: fineprint::token::Token| (t.range.start, t.range.end, t.term(text).into_owned());
    fineprint::token::tokens(text).map(token).collect()
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn tokens_equal_the_oracle(text in prop_oneof![text(), any::<String>()]) {
        let expected = tokens(&text).into_iter().map(|t| (t.start, t.end, t.folded));
        prop_assert_eq!(cut(&text), expected.collect::<Vec<_>>());
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn canonically_equal_texts_have_equal_tokens(text in prop_oneof![text(), any::<String>()]) {
        let words = |text: &str| cut(text).into_iter().map(|(.., word)| word).collect::<Vec<_>>();
        let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());
        prop_assert_eq!(words(&text), words(&composed));
        prop_assert_eq!(words(&text), words(&decomposed));
    }
}

/// The same text in another style: other spaces, quotes and dashes, and invisible characters inside
/// words.
fn restyled(text: &str, choices: &[u8]) -> String {
    let mut choices = choices.iter().cycle();
    let mut pick = |options: &[&str]| {
        options[usize::from(*choices.next().unwrap()) % options.len()].to_owned()
    };
    let mut out = pick(&["", " ", "\n", "\u{200B}"]);
    for c in text.chars() {
        out += &match c {
            ' ' => pick(&[" ", "  ", "\n", "\u{A0}", "\t \u{3000}", " \u{AD}", "\u{2009}"]),
            '\'' | '’' => pick(&["'", "’", "‘", "´", "`", "‛", "′"]),
            '"' | '“' | '”' => pick(&["\"", "“", "”", "„", "«", "»", "″"]),
            '-' | '–' | '—' => pick(&["-", "–", "—", "‑", "−", "‐"]),
            c => format!("{c}{}", pick(&["", "", "", "", "\u{AD}", "\u{200B}", "\u{2060}"])),
        };
    }
    out + &pick(&["", " ", "\u{AD}", "\n "])
}

/// A text with another content: one of its words, cases, accents, numbers or punctuation marks
/// differs.
fn changed(text: &str, at: usize, how: u8) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let places: Vec<usize> = (0..chars.len()).filter(|&i| chars[i].is_ascii_alphabetic()).collect();
    let place = *places.get(at % places.len().max(1))?;
    let mut out: String = chars[..place].iter().collect();
    let c = chars[place];
    match how % 6 {
        0 => out.push(if c == 'x' { 'y' } else { 'x' }),
        1 if c.is_ascii_lowercase() => out.push(c.to_ascii_uppercase()),
        1 => out.push(c.to_ascii_lowercase()),
        2 => out.extend([c, '\u{301}']),
        3 => out.extend([c, '7']),
        4 => out.extend([c, ',']),
        _ => out.extend([' ', c]),
    }
    let rest: String = chars[place + 1..].iter().collect();
    // A second space in a row, and a space at the start or beside punctuation, changes nothing.
    let is_spaced = chars[..place].last().is_none_or(|c| !c.is_alphanumeric());
    (how % 6 != 5 || !is_spaced).then(|| out + &rest)
}

fn sentence() -> BoxedStrategy<String> {
    let known = select(model::SENTENCES).prop_map(str::to_owned);
    prop_oneof![2 => known, 1 => text()].boxed()
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_identity_form_is_stable_and_equals_the_oracle(text in prop_oneof![text(), sentence()]) {
        let form = identity_form(&text);
        prop_assert_eq!(&identity_form(&form), &form);
        prop_assert_eq!(&model::identity_form(&text), &form);
    }

    #[test]
    fn a_change_of_style_changes_neither_identity_nor_tokens(
        text in sentence(),
        styles in (vec(any::<u8>(), 1..40), vec(any::<u8>(), 1..40)),
    ) {
        let (one, other) = (restyled(&text, &styles.0), restyled(&text, &styles.1));
        prop_assert_eq!(identity_form(&one), identity_form(&other));
        prop_assert_eq!(folded(&one), folded(&other), "{:?} and {:?}", one, other);
        let below = |lead_in: &str| ClauseIdentity::new(ClauseKind::Item, Some(lead_in), "x");
        prop_assert_eq!(below(&one), below(&other));
    }

    #[test]
    fn a_change_of_content_changes_the_identity(
        text in select(model::SENTENCES),
        at in 0..200_usize,
        how: u8,
    ) {
        if let Some(other) = changed(text, at, how) {
            prop_assert_ne!(identity_form(text), identity_form(&other));
            let identity = |lead_in: Option<&str>, text: &str| {
                ClauseIdentity::new(ClauseKind::Item, lead_in, text)
            };
            prop_assert_ne!(identity(Some(text), "x"), identity(Some(&other), "x"));
            prop_assert_ne!(identity(None, text), identity(None, &other));
        }
    }

    #[test]
    fn equal_identities_have_equal_tokens(texts in vec(text(), 2..12)) {
        let mut tokens_of: HashMap<String, Vec<String>> = HashMap::new();
        for text in texts {
            let entry = tokens_of.entry(identity_form(&text));
            let known = entry.or_insert_with(|| folded(&text)).clone();
            prop_assert_eq!(known, folded(&text), "{:?}", text);
            prop_assert_eq!(folded(&identity_form(&text)), folded(&text), "{:?}", text);
        }
    }
}
