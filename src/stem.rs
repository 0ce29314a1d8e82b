//! Stems English words, so that a query can match all forms of a word: `sell`, `sells`, `selling`.

use std::borrow::Cow;

/// The size of the longest word that is stemmed, in bytes. Real words are shorter.
const MAX_BYTES: usize = 64;

/// The stem of a folded word, by the [Snowball stemmer for English].
///
/// A word with letters other than a to z is its own stem: it is probably of a language with other
/// endings.
///
/// [Snowball stemmer for English]: https://snowballstem.org/algorithms/english/stemmer.html
pub fn stem(term: &str) -> Cow<'_, str> {
    if term.len() > MAX_BYTES || !term.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Cow::Borrowed(term);
    }
    frostem::Stemmer::new(frostem::Algorithm::English).stem(term)
}

/// A prefix that all words with this stem share, by which the dictionary of the index is searched.
///
/// It is shorter than the stem, since stemming may change the last letter (`happy` becomes `happi`)
/// and in the shortest words more than that: the stem of `dying` is `die`.
pub fn common_start(stem: &str) -> &str {
    let is_word = stem.bytes().all(|byte| byte.is_ascii_lowercase());
    match stem.len() {
        _ if !is_word => stem,
        0 => stem,
        1..=3 => &stem[..1],
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
        assert_eq!(common_start(""), "");
        assert_eq!(common_start("é"), "é");
    }
}
