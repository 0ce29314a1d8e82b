//! Says which part a character plays in tokens.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// The part that a character plays in tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CharClass {
    /// A letter or digit of a run.
    Letter,
    /// A letter that is a token of its own.
    OneLetter,
    /// A vowel or final consonant of decomposed Hangul, which belongs to the letter before it.
    Jamo,
    /// A combining mark. It may continue a token, but never begins one.
    Mark,
    /// A character inside a token, but never at its ends.
    Invisible,
    /// A character between tokens.
    Separator,
}

impl CharClass {
    pub fn of(c: char) -> Self {
        if c.is_ascii() {
            return if c.is_ascii_alphanumeric() { Self::Letter } else { Self::Separator };
        }
        match c {
            // Dashes, quotes and bullets are most of the characters beyond ASCII in English texts,
            // and Latin letters those of many others. Matching them here spares the tables of
            // Unicode.
            '\u{A0}' | '\u{2010}'..='\u{2027}' | '×' | '÷' => Self::Separator,
            '\u{C0}'..='\u{24F}' => Self::Letter,
            _ if is_invisible(c) || is_stretch(c) => Self::Invisible,
            '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}' if c.is_alphanumeric() => Self::Jamo,
            // Unicode calls half-width voice marks letters, but they belong to the Kana before
            // them.
            '\u{FF9E}' | '\u{FF9F}' => Self::Mark,
            _ if is_combining_mark(c) => Self::Mark,
            _ if !c.is_alphanumeric() || is_sign(c) => Self::Separator,
            _ if is_one_letter(c) => Self::OneLetter,
            _ => Self::Letter,
        }
    }
}

/// Whether a letter is a token of its own, because its script does not put spaces between words.
fn is_one_letter(c: char) -> bool {
    // All letters of these scripts are above. Most texts in Latin, Greek and Cyrillic end here.
    if c < '\u{0E00}' || !c.is_alphabetic() {
        return false;
    }
    match c.script() {
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul => true,
        Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar => true,
        // An example is the prolonged sound mark, which Hiragana and Katakana share.
        Script::Common | Script::Inherited => {
            let scripts = c.script_extension();
            // The library says of a character common to all scripts that it belongs to each.
            !scripts.is_common()
                && (scripts.contains_script(Script::Hiragana)
                    || scripts.contains_script(Script::Katakana))
        }
        _ => false,
    }
}

/// Whether `c` is a character that nobody sees: a soft hyphen, a zero-width character, a direction
/// mark, a variation selector. These neither separate words nor are part of their spelling.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{17B4}'
            | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Whether `c` only makes a word longer on paper: the tatweel of Arabic and of N'Ko, also with a
/// reading mark on it. Unicode calls them letters.
pub(super) fn is_stretch(c: char) -> bool {
    matches!(
        c,
        '\u{640}' | '\u{7FA}' | '\u{FCF2}'
            ..='\u{FCF4}'
                | '\u{FE71}'
                | '\u{FE73}'
                | '\u{FE77}'
                | '\u{FE79}'
                | '\u{FE7B}'
                | '\u{FE7D}'
                | '\u{FE7F}'
    )
}

/// Whether `c` is a sign that Unicode calls a letter and no reader does: apostrophes and primes,
/// accents and tone marks without a letter below them.
fn is_sign(c: char) -> bool {
    match c {
        '\u{2B9}'..='\u{2BF}' | '\u{2C6}'..='\u{2CF}' | '\u{2EC}' | '\u{2EE}' => true,
        // Greek, N'Ko and Devanagari.
        '\u{374}' | '\u{37A}' | '\u{7F4}' | '\u{7F5}' | '\u{971}' => true,
        // Tone marks, and the saltillo, which is typed as an apostrophe.
        '\u{A717}'..='\u{A71F}' | '\u{A788}' | '\u{A78B}' | '\u{A78C}' => true,
        // Arabic marks without a letter below them.
        '\u{FC5E}'..='\u{FC63}' => true,
        '\u{FE70}'..='\u{FE7F}' => !is_stretch(c),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_without_tables_are_right() {
        for c in ('\u{2010}'..='\u{2027}').chain(['\u{A0}', '×', '÷']) {
            assert!(!c.is_alphanumeric() && !is_combining_mark(c) && !is_invisible(c), "{c:?}");
        }
        for c in ('\u{C0}'..='\u{24F}').filter(|&c| c != '×' && c != '÷') {
            assert!(c.is_alphabetic() && !is_invisible(c) && !is_sign(c), "{c:?}");
        }
    }
}
