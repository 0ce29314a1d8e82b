//! Tokens as section 4 of `docs/design.md` defines them, one rule per function. A collation library
//! says which letters are equal, and which marks make another letter.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::LazyLock;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::{Collator, CollatorBorrowed};
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_script::{Script, UnicodeScript};

/// A token of a text: its bytes `start..end` in the text, and the form that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub start: usize,
    pub end: usize,
    pub folded: String,
}

/// Characters that nobody sees, which may be inside a word, but never between words nor at the ends
/// of a token.
pub fn is_invisible(c: char) -> bool {
    let is_zero_width = matches!(u32::from(c), 0xAD | 0x34F | 0x200B..=0x200D | 0x2060 | 0xFEFF);
    let is_direction = matches!(u32::from(c), 0x61C | 0x200E | 0x200F | 0x202A..=0x202E)
        || matches!(u32::from(c), 0x2066..=0x206F);
    let is_operator = matches!(u32::from(c), 0x2061..=0x2064);
    let is_selector = matches!(u32::from(c), 0xFE00..=0xFE0F | 0xE0000..=0xE0FFF);
    let is_of_khmer_or_mongolian = matches!(u32::from(c), 0x17B4 | 0x17B5 | 0x180B..=0x180F);
    is_zero_width || is_direction || is_operator || is_selector || is_of_khmer_or_mongolian
}

/// Tatweel, alone or below a reading mark: it makes a word longer and is inside words only.
fn is_stretch(c: char) -> bool {
    let base = c.nfkd().next();
    base == Some('\u{640}') || c == '\u{7FA}' || c == '\u{FE73}'
}

/// Signs between words that Unicode calls letters: apostrophes, tone marks, marks on nothing.
fn is_sign(c: char) -> bool {
    let is_mark_on_space = c.is_alphabetic() && c.nfkd().next() == Some(' ');
    let is_modifier = matches!(u32::from(c), 0x2B9..=0x2BF | 0x2C6..=0x2CF | 0x2EC | 0x2EE);
    let is_tone = matches!(u32::from(c), 0x7F4 | 0x7F5 | 0xA717..=0xA71F | 0xA788);
    let is_dot_or_saltillo = matches!(u32::from(c), 0x374 | 0x971 | 0xA78B | 0xA78C);
    is_mark_on_space || is_modifier || is_tone || is_dot_or_saltillo
}

/// Combining marks and the half-width kana voice marks, which are letters by name only.
fn is_mark(c: char) -> bool {
    (is_combining_mark(c) && !is_invisible(c)) || matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

/// Whether the character at this place is the mark of a footnote: superscript digits at the end of
/// a word or after punctuation, but not after a number or a unit.
pub fn is_footnote_mark(text: &[char], at: usize) -> bool {
    let raised = |c: &char| matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹');
    let passed = |c: &&char| raised(c) || is_invisible(**c);
    if !raised(&text[at]) {
        return false;
    }
    let before: Vec<char> = text[..at].iter().rev().skip_while(passed).copied().collect();
    let marks = |c: &&char| is_combining_mark(**c) || is_invisible(**c);
    let Some(previous) = before.iter().find(|c| !marks(c)) else { return false };
    let is_letter = |c: &char| c.is_alphanumeric() && *c != 'ʼ';
    let of_word = |c: &&char| (is_letter(c) && c.is_alphabetic()) || marks(c);
    let word = before.iter().take_while(of_word).filter(|c| !is_invisible(**c));
    let word: String = word.collect();
    let word: String = word.chars().rev().collect();
    let units = "m cm mm km dm nm µm μm ft in yd mi s kg g x ha м см мм км дм";
    if previous.is_whitespace()
        || "*†‡".contains(*previous)
        || previous.is_numeric()
        || units.split(' ').any(|unit| unit == word)
    {
        return false;
    }
    let next = text[at..].iter().find(|c| !passed(c));
    let has_no_spaces = |c: &char| {
        c.is_alphabetic() && ('぀'..='鿿').contains(c)
            || ('가'..='\u{D7AF}').contains(c) && c.is_alphabetic()
            || ('\u{1100}'..='\u{11FF}').contains(c) && c.is_alphabetic()
    };
    if has_no_spaces(previous) && next.is_some_and(has_no_spaces) {
        return true;
    }
    !next.is_some_and(|c| is_letter(c) || is_combining_mark(*c))
}

/// A letter or digit that can begin a token.
fn is_base(c: char) -> bool {
    // The long way gives the same for ASCII, which is most of every text.
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    c.is_alphanumeric() && !is_mark(c) && !is_invisible(c) && !is_stretch(c) && !is_sign(c)
}

/// Vowel and trailing jamo. After a Hangul letter they belong to its syllable, as marks do.
fn is_jamo_tail(c: char) -> bool {
    is_base(c) && matches!(c, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}')
}

/// The scripts that put no spaces between words.
const SPACELESS: [Script; 8] = [
    Script::Han,
    Script::Hiragana,
    Script::Katakana,
    Script::Hangul,
    Script::Thai,
    Script::Lao,
    Script::Khmer,
    Script::Myanmar,
];

/// A letter of a script without spaces, which is a token of its own. Digits of these scripts are
/// not letters.
fn stands_alone(c: char) -> bool {
    if c.is_ascii() || !is_base(c) || !c.is_alphabetic() {
        return false;
    }
    match c.script() {
        Script::Common | Script::Inherited => {
            // A character without listed extensions "contains" every script, so extensions alone do
            // not decide.
            let scripts = c.script_extension();
            !scripts.is_common()
                && !scripts.is_inherited()
                && (scripts.contains_script(Script::Hiragana)
                    || scripts.contains_script(Script::Katakana))
        }
        script => SPACELESS.contains(&script),
    }
}

/// Cuts and folds the tokens of `text`.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let plain: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let (start, base) = chars[i];
        if !is_base(base) || is_footnote_mark(&plain, i) {
            i += 1;
            continue;
        }
        let mut last = i;
        for (j, &(_, c)) in chars.iter().enumerate().skip(i + 1) {
            let belongs = (is_mark(c)
                || (base.script() == Script::Hangul && is_jamo_tail(c))
                || (!stands_alone(base) && is_base(c) && !stands_alone(c)))
                && !is_footnote_mark(&plain, j);
            if belongs {
                last = j;
            } else if !is_invisible(c) && !is_stretch(c) {
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
    if token.is_ascii() {
        return token.to_ascii_lowercase();
    }
    let visible: String = token.chars().filter(|&c| !is_invisible(c)).collect();
    if visible.chars().next().is_some_and(stands_alone) {
        let compatible: String = visible.nfkc().collect();
        return compatible.chars().flat_map(char::to_lowercase).collect();
    }
    let apart: Vec<char> = visible.nfkd().filter(|&c| !is_sign_of_decomposition(c)).collect();
    let mut folded = String::new();
    let mut at = 0;
    while at < apart.len() {
        let marks = apart[at + 1..].iter().take_while(|&&c| is_combining_mark(c)).count();
        folded += &cluster(apart[at], &apart[at + 1..=at + marks]);
        at += 1 + marks;
    }
    folded.nfc().collect()
}

/// Signs that are in no token, but in the decomposition of a letter or number. The slash of a
/// fraction remains.
fn is_sign_of_decomposition(c: char) -> bool {
    c != '\u{2044}' && !is_base(c) && !is_mark(c)
}

/// The form of a letter with its marks, all decomposed.
fn cluster(letter: char, marks: &[char]) -> String {
    let mut read: String = letter.to_lowercase().collect();
    let mut folded = equal(&read);
    for &mark in marks {
        let before = key(&read);
        read.push(mark);
        let makes_letter = key(&read) != before && is_reading_mark(mark) && !is_letter_above(mark);
        if makes_letter || !is_reading_mark(mark) {
            folded += &equal(&mark.to_string());
        }
    }
    folded
}

/// Whether a mark is dropped unless it makes another letter: marks around, and marks above, below
/// and through a letter that collation ignores at its primary level. Signs of other classes are
/// parts of a word, such as the sign of a nasal vowel, even where collation ignores them.
fn is_reading_mark(mark: char) -> bool {
    let has_place = canonical_combining_class(mark) != 0
        || matches!(mark.script(), Script::Inherited | Script::Arabic);
    get_general_category(mark) == GeneralCategory::EnclosingMark
        || (has_place && (key(&mark.to_string()) == key("") || is_letter_above(mark)))
}

/// Small letters above others, which are accents here.
fn is_letter_above(mark: char) -> bool {
    let is_of_script =
        matches!(mark.script(), Script::Inherited | Script::Cyrillic | Script::Glagolitic);
    is_of_script && key(&mark.to_string()) != key("")
}

/// What collation compares at its primary level, in the order of CLDR's root.
pub fn key(text: &str) -> Vec<u8> {
    static PRIMARY: LazyLock<CollatorBorrowed<'static>> =
        LazyLock::new(|| collator(Strength::Primary));
    let mut key = Vec::new();
    let Ok(()) = PRIMARY.write_sort_key_to(text, &mut key);
    key
}

fn collator(strength: Strength) -> CollatorBorrowed<'static> {
    let mut options = CollatorOptions::default();
    options.strength = Some(strength);
    Collator::try_new(Default::default(), options).unwrap()
}

/// The plainest text that is equal to one letter in lower case.
fn equal(letter: &str) -> String {
    static PLAINEST: LazyLock<HashMap<Vec<u8>, String>> = LazyLock::new(plainest);
    // The same letter as `i` in capitals, whatever collation says.
    if letter == "ı" {
        return "i".to_owned();
    }
    let c = letter.chars().next().unwrap();
    let category = get_general_category(c);
    let is_number =
        matches!(category, GeneralCategory::OtherNumber | GeneralCategory::LetterNumber);
    if is_number && !is_number_of_text(c) {
        return letter.to_owned();
    }
    let plain = PLAINEST.get(&key(letter)).filter(|plain| key(plain) == key(letter));
    plain.cloned().unwrap_or_else(|| letter.to_owned())
}

/// Digits of all scripts and numbers in circles; numbers of dead scripts are left alone.
fn is_number_of_text(c: char) -> bool {
    let is_digit = get_general_category(c) == GeneralCategory::DecimalNumber;
    let is_circled = matches!(u32::from(c), 0x2460..=0x24FF | 0x2776..=0x2793 | 0x1F10B..=0x1F10C);
    is_digit || is_circled || matches!(u32::from(c), 0x1369..=0x1371 | 0x17F0..=0x17F9)
}

/// For each key, the text that comes first in the full order: accents, capitals, final and joined
/// forms come later.
fn plainest() -> HashMap<Vec<u8>, String> {
    let full = collator(Strength::Identical);
    let mut plainest: HashMap<Vec<u8>, String> = HashMap::new();
    for text in plain_texts() {
        let known = plainest.entry(key(&text)).or_insert_with(|| text.clone());
        if full.compare(&text, known) == Ordering::Less {
            *known = text;
        }
    }
    plainest
}

/// Letters and numbers, and pairs that are written as one letter.
fn plain_texts() -> Vec<String> {
    const SCRIPTS: [Script; 6] = [
        Script::Latin,
        Script::Greek,
        Script::Cyrillic,
        Script::Hebrew,
        Script::Arabic,
        Script::Syriac,
    ];
    let is_plain = |c: &char| {
        let is_letter = SCRIPTS.contains(&c.script()) && c.is_alphabetic() && is_base(*c);
        let is_lower: String = c.to_lowercase().collect();
        is_letter && is_lower.chars().eq([*c]) && c.nfkd().eq([*c])
    };
    let mut texts: Vec<String> = (0..=20).map(|number: u32| number.to_string()).collect();
    texts.extend(('\0'..=char::MAX).filter(is_plain).map(String::from));
    texts.extend(["και", "יהוה", "\u{D4D}"].map(str::to_owned));
    let latin = ('a'..='z').chain("ɕʑʐʂʃʒŋ".chars());
    let hebrew = "אבגדהוזחטיכלמנסעפצקרשת".chars();
    let malayalam = ('\u{D15}'..='\u{D39}').chain(['\u{D3A}']);
    let virama = ["\u{D4D}", "\u{9CD}"].map(|virama| virama.chars().next().unwrap());
    texts.extend(pairs('a'..='z', latin));
    texts.extend(pairs(hebrew.clone(), hebrew));
    texts.extend(pairs(malayalam, [virama[0]].into_iter()));
    texts.extend(pairs(['ত'].into_iter(), [virama[1]].into_iter()));
    texts
}

fn pairs(
    first: impl Iterator<Item = char>,
    second: impl Iterator<Item = char> + Clone,
) -> Vec<String> {
    first.flat_map(|a| second.clone().map(move |b| format!("{a}{b}"))).collect()
}

/// The form in which names are compared: folded words, and plain signs between them.
pub fn plain_name(name: &str) -> String {
    let mut plain = String::new();
    let mut end = 0;
    for token in tokens(name) {
        plain += &signs(&name[end..token.start]);
        plain += &token.folded;
        end = token.end;
    }
    plain + &signs(&name[end..])
}

/// What is between the words of a name, in one style.
fn signs(text: &str) -> String {
    let sign = |c: char| match c {
        '‘' | '’' | '‛' | '′' | '´' | '\u{2B9}'..='\u{2BD}' => "'".to_owned(),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => "\"".to_owned(),
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' | '－' => {
            "-".to_owned()
        }
        c if c.is_ascii() => c.to_string(),
        c if c.is_whitespace() => " ".to_owned(),
        c => {
            let plain = c.to_string().nfkc().collect::<String>().to_lowercase();
            if plain.contains(['*', '?', '[', ']', '!', '^', '-']) { c.to_string() } else { plain }
        }
    };
    text.chars().filter(|&c| !is_invisible(c)).map(sign).collect()
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
        check("İstanbul ISTANBUL ıstanbul", &["istanbul", "istanbul", "istanbul"]);
        check("Ｆｕｌｌ", &["full"]);
        check("ΛΟΓΟΣ λόγος", &["λογοσ", "λογοσ"]);
        check("Straße STRASSE STRAẞE", &["strasse", "strasse", "strasse"]);
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
        check("हिन्दी", &["हिन्दी"]);
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
        check("葛\u{E0100}城", &["葛", "城"]);
    }

    #[test]
    fn thai_letters_stand_alone_with_their_marks() {
        check_cut("ข้อมูล", &["ข้", "อ", "มู", "ล"]);
        check("ข้อมูล", &["ข้", "อ", "มู", "ล"]);
        check("น้ำ", &["น้", "\u{E4D}\u{E32}"]);
        check("๒๕๖๓ ปี", &["2563", "ปี"]);
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
