//! Folds names of companies, policy types and collections, and values of metadata, so that they
//! are compared as words are.

use unicode_normalization::UnicodeNormalization;

use super::char_class::is_invisible;
use super::cut::tokens;

/// The form in which names are compared: its words are folded, and the signs between them remain,
/// in one style of quotes, dashes and spaces.
///
/// ```
/// use fineprint::token::fold_name;
/// assert_eq!(fold_name("Straße & Co. (Z’ürich)"), fold_name("STRASSE & CO. (Z'URICH)"));
/// assert_ne!(fold_name("TP-Link"), fold_name("TP Link"));
/// ```
pub fn fold_name(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut end = 0;
    for token in tokens(name) {
        push_between(&name[end..token.range.start], &mut folded);
        token.push_folded(name, &mut folded);
        end = token.range.end;
    }
    push_between(&name[end..], &mut folded);
    folded
}

/// Appends the text between two words.
fn push_between(text: &str, folded: &mut String) {
    for c in text.chars().filter(|&c| !is_invisible(c)) {
        match c {
            _ if c.is_ascii() => folded.push(c),
            _ if c.is_whitespace() => folded.push(' '),
            '‘' | '’' | '‛' | '′' | '´' | '\u{2B9}'..='\u{2BD}' => folded.push('\''),
            '“' | '”' | '„' | '‟' | '«' | '»' | '″' => folded.push('"'),
            '‐'..='―' | '−' | '﹘' | '﹣' | '－' => folded.push('-'),
            _ => push_plain(c, folded),
        }
    }
}

/// Appends the compatibility form of a sign. Signs of globs are not made of others: `＊` is no
/// `*`.
fn push_plain(c: char, folded: &mut String) {
    let plain: String = c.nfkc().flat_map(char::to_lowercase).collect();
    match plain.contains(['*', '?', '[', ']', '!', '^', '-']) {
        true => folded.push(c),
        false => folded.push_str(&plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_words_do() {
        for (one, other) in [
            ("Socie\u{301}te\u{301}", "société"),
            ("IŞIK", "ışık"),
            ("McDonald’s", "mcdonald's"),
            ("A\u{A0}–\u{200B}B", "a -b"),
            ("株式会社（東京）", "株式会社(東京)"),
            ("Acme™", "ACME™"),
        ] {
            assert_eq!(fold_name(one), fold_name(other), "{one} {other}");
        }
        for (one, other) in [("a.b", "a b"), ("Ab", "A[b]"), ("A＊", "A*"), ("C++", "C")] {
            assert_ne!(fold_name(one), fold_name(other), "{one} {other}");
        }
    }
}
