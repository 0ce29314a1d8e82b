//! Letters and digits that are equal to others, though Unicode does not decompose them.
//!
//! The lists have what the root order of collation has for the scripts of living languages that
//! `tests/props/folding.rs` names. Letters are in lower case.

/// Letters in ascending order, and the letters that each is equal to at the primary level of
/// collation.
const EQUAL: &[(char, &str)] = &[
    ('æ', "ae"),
    ('ð', "d"),
    ('ø', "o"),
    ('đ', "d"),
    ('ħ', "h"),
    ('ł', "l"),
    ('œ', "oe"),
    ('ƍ', "zw"),
    ('ƾ', "ts"),
    ('ȸ', "db"),
    ('ȹ', "qp"),
    ('ʣ', "dz"),
    ('ʤ', "dʒ"),
    ('ʥ', "dʑ"),
    ('ʦ', "ts"),
    ('ʧ', "tʃ"),
    ('ʨ', "tɕ"),
    ('ʩ', "fŋ"),
    ('ʪ', "ls"),
    ('ʫ', "lz"),
    ('ϗ', "και"),
    ('ґ', "г"),
    ('\u{5DA}', "\u{5DB}"),
    ('\u{5DD}', "\u{5DE}"),
    ('\u{5DF}', "\u{5E0}"),
    ('\u{5E3}', "\u{5E4}"),
    ('\u{5E5}', "\u{5E6}"),
    ('\u{5EF}', "\u{5D9}\u{5D4}\u{5D5}\u{5D4}"),
    ('\u{5F0}', "\u{5D5}\u{5D5}"),
    ('\u{5F1}', "\u{5D5}\u{5D9}"),
    ('\u{5F2}', "\u{5D9}\u{5D9}"),
    ('\u{674}', "\u{621}"),
    ('\u{6E5}', "\u{648}"),
    ('\u{6E6}', "\u{64A}"),
    ('\u{714}', "\u{713}"),
    ('\u{71C}', "\u{71B}"),
    ('\u{724}', "\u{723}"),
    ('\u{727}', "\u{726}"),
    ('\u{72D}', "\u{712}"),
    ('\u{72E}', "\u{713}"),
    ('\u{72F}', "\u{715}"),
    ('\u{883}', "\u{621}"),
    ('\u{884}', "\u{648}"),
    ('\u{885}', "\u{64A}"),
    ('\u{886}', "\u{64A}"),
    ('\u{887}', "\u{621}"),
    ('\u{8AD}', "\u{627}"),
    ('\u{8C9}', "\u{6CC}"),
    ('ৎ', "ত\u{9CD}"),
    ('\u{D3B}', "\u{D4D}"),
    ('\u{D3C}', "\u{D4D}"),
    ('ൎ', "ര\u{D4D}"),
    ('ൔ', "മ\u{D4D}"),
    ('ൕ', "യ\u{D4D}"),
    ('ൖ', "ഴ\u{D4D}"),
    ('ൺ', "ണ\u{D4D}"),
    ('ൻ', "ന\u{D4D}"),
    ('ർ', "ര\u{D4D}"),
    ('ൽ', "ല\u{D4D}"),
    ('ൾ', "ള\u{D4D}"),
    ('ൿ', "ക\u{D4D}"),
    ('ᵎ', "ᴉ"),
    ('ᵹ', "g"),
    ('ᵺ', "th"),
    ('ỻ', "ll"),
    ('ꙩ', "о"),
    ('ꙫ', "о"),
    ('ꙭ', "о"),
    ('ꙮ', "о"),
    ('ꚙ', "о"),
    ('ꚛ', "о"),
    ('ꜩ', "tz"),
    ('ꜳ', "aa"),
    ('ꜵ', "ao"),
    ('ꜷ', "au"),
    ('ꜹ', "av"),
    ('ꜻ', "av"),
    ('ꜽ', "ay"),
    ('ꝏ', "oo"),
    ('ꝛ', "r"),
    ('ꝡ', "vy"),
    ('ꝺ', "d"),
    ('ꝼ', "f"),
    ('ꞃ', "r"),
    ('ꞅ', "s"),
    ('ꞇ', "t"),
    ('ꞛ', "a"),
    ('ꞝ', "o"),
    ('ꞟ', "u"),
    ('ꞡ', "g"),
    ('ꞣ', "k"),
    ('ꞥ', "n"),
    ('ꞧ', "r"),
    ('ꞩ', "s"),
    ('ꟁ', "a"),
    ('ꟃ', "w"),
    ('ꟙ', "s"),
    ('ꭦ', "dʐ"),
    ('ꭧ', "tʂ"),
    ('\u{10780}', "aa"),
    ('\u{10EC5}', "\u{64A}"),
    ('\u{10EC6}', "\u{646}"),
    ('\u{1DF00}', "fŋ"),
];

/// The zeros of scripts with digits of their own, in ascending order. Nine digits follow each.
const ZEROS: &[char] = &[
    '\u{660}',
    '\u{6F0}',
    '\u{7C0}',
    '\u{966}',
    '\u{9E6}',
    '\u{A66}',
    '\u{AE6}',
    '\u{B66}',
    '\u{BE6}',
    '\u{C66}',
    '\u{CE6}',
    '\u{D66}',
    '\u{DE6}',
    '\u{E50}',
    '\u{ED0}',
    '\u{F20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17E0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19D0}',
    '\u{1A80}',
    '\u{1A90}',
    '\u{1B50}',
    '\u{1BB0}',
    '\u{1C40}',
    '\u{1C50}',
    '\u{A620}',
    '\u{A8D0}',
    '\u{A900}',
    '\u{A9D0}',
    '\u{A9F0}',
    '\u{AA50}',
    '\u{ABF0}',
    '\u{104A0}',
    '\u{10D30}',
    '\u{10D40}',
    '\u{11066}',
    '\u{110F0}',
    '\u{11136}',
    '\u{111D0}',
    '\u{112F0}',
    '\u{11450}',
    '\u{114D0}',
    '\u{11650}',
    '\u{116C0}',
    '\u{116D0}',
    '\u{116DA}',
    '\u{11730}',
    '\u{118E0}',
    '\u{11950}',
    '\u{11BF0}',
    '\u{11C50}',
    '\u{11D50}',
    '\u{11DA0}',
    '\u{11DE0}',
    '\u{11F50}',
    '\u{16130}',
    '\u{16A60}',
    '\u{16AC0}',
    '\u{16B50}',
    '\u{16D70}',
    '\u{1E140}',
    '\u{1E2F0}',
    '\u{1E4F0}',
    '\u{1E5F1}',
    '\u{1E950}',
];

/// Runs of numbers that ascend by one: the first character, its number and the length of the run.
/// They are digits of Ethiopic and Khmer, and numbers in circles.
const NUMBERS: &[(char, usize, u32)] = &[
    ('\u{1369}', 1, 9),
    ('\u{17F0}', 0, 10),
    ('\u{24EB}', 11, 10),
    ('\u{24F5}', 1, 10),
    ('\u{24FF}', 0, 1),
    ('\u{2776}', 1, 10),
    ('\u{2780}', 1, 10),
    ('\u{278A}', 1, 10),
    ('\u{1F10B}', 0, 1),
    ('\u{1F10C}', 0, 1),
];

/// The first of the letters from A to Z in circles and squares, of which each is a run.
const BOXED_ALPHABETS: [char; 2] = ['\u{1F150}', '\u{1F170}'];

const NUMERALS: [&str; 21] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20",
];

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";

/// The letters or digits that `c` is equal to. `None`: it is equal to no other.
pub(super) fn equal_letters(c: char) -> Option<&'static str> {
    if let Ok(place) = EQUAL.binary_search_by_key(&c, |&(letter, _)| letter) {
        return Some(EQUAL[place].1);
    }
    // Alefs with marks of reading in manuscripts of the Quran.
    if ('\u{870}'..='\u{882}').contains(&c) {
        return Some("\u{627}");
    }
    if c.is_alphabetic() {
        let boxed = BOXED_ALPHABETS.iter().find_map(|&first| distance(first, c, 26));
        return boxed.map(|place| &ALPHABET[place..=place]);
    }
    let below = ZEROS.partition_point(|&zero| zero <= c);
    if let Some(digit) = ZEROS[..below].last().and_then(|&zero| distance(zero, c, 10)) {
        return Some(NUMERALS[digit]);
    }
    let mut numbers = NUMBERS.iter();
    numbers.find_map(|&(first, number, count)| Some(NUMERALS[number + distance(first, c, count)?]))
}

/// How far `c` is behind `first`, if that is less than `count`.
fn distance(first: char, c: char, count: u32) -> Option<usize> {
    let distance = u32::from(c).checked_sub(u32::from(first))?;
    (distance < count).then_some(distance as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_ascend() {
        assert!(EQUAL.is_sorted_by(|a, b| a.0 < b.0));
        assert!(ZEROS.is_sorted());
    }

    #[test]
    fn numbers_are_numbers() {
        for (c, number) in [('٣', "3"), ('९', "9"), ('⓴', "20"), ('❶', "1"), ('፱', "9")] {
            assert_eq!(equal_letters(c), Some(number));
        }
        assert_eq!(equal_letters('\u{1F17F}'), Some("p"));
        assert_eq!(equal_letters('۰'), Some("0"));
        assert_eq!(equal_letters('½'), None);
    }
}
