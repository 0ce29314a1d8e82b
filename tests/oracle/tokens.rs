//! Tokens as section 4 of `docs/design.md` defines them, one rule per function.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// A token of a text: its bytes `start..end` in the text, and the form that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub start: usize,
    pub end: usize,
    pub folded: String,
}

/// Soft hyphens and zero-width characters, which may be inside a word, but never between words nor
/// at the ends of a token.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{200C}' | '\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Combining marks and the half-width kana voice marks, which are letters by name only.
fn is_mark(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

/// A letter or digit that can begin a token.
fn is_base(c: char) -> bool {
    c.is_alphanumeric() && !is_mark(c)
}

/// Vowel and trailing jamo. After a Hangul letter they belong to its syllable, as marks do.
fn is_jamo_tail(c: char) -> bool {
    is_base(c) && matches!(c, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}')
}

/// A Han, Kana, Hangul or Thai letter, which is a token of its own. Digits of these scripts are not
/// letters.
fn stands_alone(c: char) -> bool {
    if !is_base(c) || !c.is_alphabetic() {
        return false;
    }
    match c.script() {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Thai => true,
        Script::Common | Script::Inherited => {
            // A character without listed extensions "contains" every script, so extensions alone do
            // not decide.
            let scripts = c.script_extension();
            !scripts.is_common()
                && !scripts.is_inherited()
                && (scripts.contains_script(Script::Hiragana)
                    || scripts.contains_script(Script::Katakana))
        }
        _ => false,
    }
}

/// Cuts and folds the tokens of `text`.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let (start, base) = chars[i];
        if !is_base(base) {
            i += 1;
            continue;
        }
        let mut last = i;
        for (j, &(_, c)) in chars.iter().enumerate().skip(i + 1) {
            let belongs = is_mark(c)
                || (base.script() == Script::Hangul && is_jamo_tail(c))
                || (!stands_alone(base) && is_base(c) && !stands_alone(c));
            if belongs {
                last = j;
            } else if !is_invisible(c) {
                break;
            }
        }
        let end = chars[last].0 + chars[last].1.len_utf8();
        found.push(Token { start, end, folded: fold(&text[start..end]) });
        i = last + 1;
    }
    found
}

/// The folded tokens of `text`, without their places.
pub fn folded(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|t| t.folded).collect()
}

/// The form of one token that is compared.
fn fold(token: &str) -> String {
    let visible: String = token.chars().filter(|&c| !is_invisible(c)).collect();
    if visible.chars().next().is_some_and(stands_alone) {
        let compatible: String = visible.nfkc().collect();
        return compatible.chars().flat_map(char::to_lowercase).collect();
    }
    let apart: String = visible.nfkd().collect();
    let lower: String = apart.chars().flat_map(char::to_lowercase).collect();
    let apart_again: String = lower.nfkd().collect();
    apart_again
        .chars()
        .filter(|&c| !is_combining_mark(c))
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(folded(text), expected, "tokens of {text:?}");
    }

    #[track_caller]
    fn check_cut(text: &str, expected: &[&str]) {
        let cut: Vec<&str> = tokens(text).iter().map(|t| &text[t.start..t.end]).collect();
        assert_eq!(cut, expected, "cut of {text:?}");
    }

    #[test]
    fn nothing_comes_from_nothing() {
        check("", &[]);
        check(" .,-–’ \u{301}\u{AD}\u{200B}_*", &[]);
    }

    #[test]
    fn apostrophes_and_hyphens_separate() {
        for text in ["don’t", "don't", "don t", "DON'T", "don‘t", "don´t", "don-t", "don_t"] {
            check(text, &["don", "t"]);
        }
        check("third-party", &["third", "party"]);
        check("Third‑Party", &["third", "party"]);
        check("I.P. 1.5%", &["i", "p", "1", "5"]);
        check("§7a", &["7a"]);
    }

    #[test]
    fn accents_and_compatibility_forms_fold() {
        for text in ["résumé", "RÉSUMÉ", "re\u{301}sume\u{301}", "resume"] {
            check(text, &["resume"]);
        }
        check("ﬁne", &["fine"]);
        check("İstanbul ISTANBUL ıstanbul", &["istanbul", "istanbul", "ıstanbul"]);
        check("Ｆｕｌｌ", &["full"]);
        check("ΛΟΓΟΣ λόγος", &["λογοσ", "λογοσ"]);
        check("Straße", &["straße"]);
        check("x² Ⓐ", &["x2", "a"]);
        check("K (kelvin) Å", &["k", "kelvin", "a"]);
        check("1\u{FE0F}\u{20E3}", &["1"]);
    }

    #[test]
    fn marks_need_a_base() {
        check_cut("a \u{301}b", &["a", "b"]);
        check_cut("e\u{301}a\u{301}", &["e\u{301}a\u{301}"]);
        check_cut("-\u{FF9E}a\u{FF9E}", &["a\u{FF9E}"]);
        check("a\u{FF9E}", &["a"]);
        check("हिन्दी", &["हनद"]);
    }

    #[test]
    fn invisible_characters_are_inside_words() {
        let text = "\u{FEFF}infor\u{AD}ma\u{200B}tion\u{AD}, so\u{200D}";
        check(text, &["information", "so"]);
        check_cut(text, &["infor\u{AD}ma\u{200B}tion", "so"]);
        check_cut("a\u{AD}\u{301}b", &["a\u{AD}\u{301}b"]);
        check("a\u{AD}\u{301}b", &["ab"]);
        check_cut("a\u{AD}-b", &["a", "b"]);
        check_cut("界\u{200B}面", &["界", "面"]);
        check_cut("か\u{200B}\u{3099}x", &["か\u{200B}\u{3099}", "x"]);
        check("か\u{200B}\u{3099}", &["が"]);
    }

    #[test]
    fn japanese_letters_stand_alone() {
        check("個人情報です", &["個", "人", "情", "報", "で", "す"]);
        check("データ", &["デ", "ー", "タ"]);
        check("ﾃﾞｰﾀ", &["デ", "ー", "タ"]);
        check_cut("ﾃﾞｰﾀ", &["ﾃﾞ", "ｰ", "ﾀ"]);
        check("は\u{309A}", &["ぱ"]);
        check("人々", &["人", "々"]);
        check("SNS上の2つ", &["sns", "上", "の", "2", "つ"]);
        check("葛\u{E0100}城", &["葛\u{E0100}", "城"]);
    }

    #[test]
    fn thai_letters_stand_alone_with_their_marks() {
        check_cut("ข้อมูล", &["ข้", "อ", "มู", "ล"]);
        check("ข้อมูล", &["ข้", "อ", "มู", "ล"]);
        check("น้ำ", &["น้", "\u{E4D}\u{E32}"]);
        check("๒๕๖๓ ปี", &["๒๕๖๓", "ปี"]);
    }

    #[test]
    fn korean_syllables_stand_alone_composed_or_not() {
        check("개인정보 A", &["개", "인", "정", "보", "a"]);
        let decomposed: String = "한국".nfd().collect();
        check(&decomposed, &["한", "국"]);
        check_cut(&decomposed, &["\u{1112}\u{1161}\u{11AB}", "\u{1100}\u{116E}\u{11A8}"]);
        check("가\u{11A8}", &["각"]);
        check_cut("a\u{1161}", &["a", "\u{1161}"]);
    }

    #[test]
    fn common_letters_without_kana_do_not_stand_alone() {
        check("𝐇ello µm ªb", &["hello", "μm", "ab"]);
    }

    #[test]
    fn ranges_are_byte_ranges() {
        let found = tokens("Ü-b");
        assert_eq!((found[0].start, found[0].end), (0, 2));
        assert_eq!((found[1].start, found[1].end), (3, 4));
    }
}
