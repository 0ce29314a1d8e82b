//! The language of a text: guessed once per snapshot from some of its sentences, named by ISO 639-1.
//!
//! The guess is whatlang's (trigrams, about seventy languages). It is made from a sample, since more text makes it no better and policies
//! repeat: most versions of a policy have the same sample, which is looked at once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many bytes of text a guess is made from.
const SAMPLE_BYTES: usize = 600;

/// Shorter pieces are mostly names and buttons, in whatever language the site's menu is.
const SENTENCE_BYTES: usize = 60;

/// Names of languages: ISO 639-3, as whatlang has them, and ISO 639-1.
#[rustfmt::skip]
const NAMES: [(&str, &str); 70] = [
    ("epo", "eo"), ("eng", "en"), ("rus", "ru"), ("cmn", "zh"), ("spa", "es"), ("por", "pt"), ("ita", "it"),
    ("ben", "bn"), ("fra", "fr"), ("deu", "de"), ("ukr", "uk"), ("kat", "ka"), ("ara", "ar"), ("hin", "hi"),
    ("jpn", "ja"), ("heb", "he"), ("yid", "yi"), ("pol", "pl"), ("amh", "am"), ("jav", "jv"), ("kor", "ko"),
    ("nob", "nb"), ("dan", "da"), ("swe", "sv"), ("fin", "fi"), ("tur", "tr"), ("nld", "nl"), ("hun", "hu"),
    ("ces", "cs"), ("ell", "el"), ("bul", "bg"), ("bel", "be"), ("mar", "mr"), ("kan", "kn"), ("ron", "ro"),
    ("slv", "sl"), ("hrv", "hr"), ("srp", "sr"), ("mkd", "mk"), ("lit", "lt"), ("lav", "lv"), ("est", "et"),
    ("tam", "ta"), ("vie", "vi"), ("urd", "ur"), ("tha", "th"), ("guj", "gu"), ("uzb", "uz"), ("pan", "pa"),
    ("aze", "az"), ("ind", "id"), ("tel", "te"), ("pes", "fa"), ("mal", "ml"), ("ori", "or"), ("mya", "my"),
    ("nep", "ne"), ("sin", "si"), ("khm", "km"), ("tuk", "tk"), ("aka", "ak"), ("zul", "zu"), ("sna", "sn"),
    ("afr", "af"), ("lat", "la"), ("slk", "sk"), ("cat", "ca"), ("tgl", "tl"), ("hye", "hy"), ("cym", "cy"),
];

/// A language, by its two letters in ISO 639-1: `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lang([u8; 2]);

impl Lang {
    /// As a number of a column.
    pub(crate) fn number(self) -> u64 {
        u64::from(u16::from_be_bytes(self.0))
    }

    /// From a number of a column.
    pub(crate) fn of_number(number: u64) -> Self {
        Self((number as u16).to_be_bytes())
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl FromStr for Lang {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let folded = name.to_ascii_lowercase();
        let known = NAMES.iter().find(|(three, two)| folded == *two || folded == *three);
        let two = known.and_then(|(_, two)| two.as_bytes().first_chunk::<2>());
        two.map(|two| Self(*two)).ok_or_else(|| {
            let all: Vec<&str> = NAMES.iter().map(|(_, two)| *two).collect();
            format!("`{name}` is no language that is told apart; those are {}", all.join(" "))
        })
    }
}

/// The part of a text by which its language is guessed: its first sentences. If it has too few, all of its pieces.
pub(crate) fn sample<'t>(pieces: impl Iterator<Item = &'t str> + Clone) -> String {
    let sentences = pieces.clone().filter(|piece| piece.len() >= SENTENCE_BYTES);
    let sample = first(sentences);
    if sample.len() >= SENTENCE_BYTES * 2 { sample } else { first(pieces) }
}

fn first<'t>(pieces: impl Iterator<Item = &'t str>) -> String {
    let mut sample = String::with_capacity(SAMPLE_BYTES + 4);
    for piece in pieces {
        let left = SAMPLE_BYTES.saturating_sub(sample.len());
        if left == 0 {
            break;
        }
        let end =
            (0..=left.min(piece.len())).rev().find(|&end| piece.is_char_boundary(end)).unwrap_or(0);
        sample.push_str(&piece[..end]);
        sample.push('\n');
    }
    sample
}

/// The language of a sample, if it can be told with confidence.
///
/// ```
/// use fineprint::lang::detect;
/// let lang = detect("We do not sell your personal information to third parties, and we never have.");
/// assert_eq!(lang.map(|lang| lang.to_string()).as_deref(), Some("en"));
/// assert_eq!(detect("12345"), None);
/// ```
pub fn detect(sample: &str) -> Option<Lang> {
    let guess = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
    guess.lang().code().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_is_guessed_has_a_name() {
        for lang in whatlang::Lang::all() {
            let named: Lang = lang.code().parse().unwrap();
            assert_eq!(named.to_string().parse::<Lang>(), Ok(named));
            assert_eq!(Lang::of_number(named.number()), named);
        }
        assert!("xx".parse::<Lang>().unwrap_err().contains(" de "));
    }

    #[test]
    fn sentences_decide_and_menus_do_not() {
        let german = "Wir verkaufen Ihre Daten nicht, und wir geben sie auch nicht an andere weiter, es sei denn, Sie stimmen zu.";
        let menu = ["Home", "Sign in", "Products", "About us", "Contact"];
        let pieces = menu.into_iter().chain([german, german]);
        assert_eq!(detect(&sample(pieces)).unwrap().to_string(), "de");
        assert!(sample(menu.into_iter()).starts_with("Home\nSign in\n"));
        assert!(sample([german; 50].into_iter()).len() <= SAMPLE_BYTES + 8);
    }
}
