//! The stem of a word: what its forms have in common (`sell`, `sells`, `selling`).

use std::borrow::Cow;

/// The longest word that is stemmed, in bytes: no word of a language is longer.
const MAX_BYTES: usize = 64;

/// The stem of a folded word by the Snowball stemmer for English. Words with other letters than a to z are their own stems: other
/// languages have other endings, and their marks are folded away.
pub fn stem(term: &str) -> Cow<'_, str> {
    if term.len() > MAX_BYTES || !term.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(term);
    }
    frostem::Stemmer::new(frostem::Algorithm::English).stem(term)
}

/// A beginning that all words with this stem have. Endings are cut off and one letter may change (`happi`), and in the shortest words
/// more: `dying` has the stem `die`.
pub fn common_start(stem: &str) -> &str {
    let is_word = stem.bytes().all(|byte| byte.is_ascii_lowercase());
    match stem.len() {
        _ if !is_word => stem,
        0..=3 => stem.get(..1).unwrap_or(stem),
        len => &stem[..len - 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_share_a_stem_and_its_start() {
        for forms in [
            &["sell", "sells", "selling"][..],
            &["happy", "happily"],
            &["die", "dying", "died"],
            &["party", "parties"],
            &["advertise", "advertising", "advertised"],
            &["ski", "skis"],
            &["share", "sharing", "shares", "shared"],
            &["controller", "controllers"],
        ] {
            for form in forms {
                if *form != "happily" {
                    assert_eq!(stem(form), stem(forms[0]), "{form}");
                }
                assert!(form.starts_with(common_start(&stem(form))), "{form}");
            }
        }
        assert_eq!(stem("verkäufe"), "verkäufe");
        assert_eq!(stem("2018"), "2018");
    }
}
