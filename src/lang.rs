//! Detects the language of a text from a sample of its sentences.
//!
//! The script comes first: the one with the largest share of the letters, where a letter counts as
//! much as it says. One Han letter is about a word, so that a Chinese text remains Chinese although
//! it names many products in Latin letters. Chinese, Japanese and Korean are told by their scripts.
//! The languages of any other script are left to the library whatlang, which compares trigrams with
//! the trigrams of seventy languages, and gets the letters of that script alone.
//!
//! A sample is enough, since more text makes the result no better; and as most snapshots of a
//! policy have the same sample, its language is detected once.

use crate::error::floor_border;
use std::fmt::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_script::{Script, UnicodeScript};

/// The size of a sample, in bytes.
const SAMPLE_BYTES: usize = 600;

/// The size from which a piece of text counts as a sentence, in bytes. Shorter pieces are mostly
/// names and buttons, and their language is the language of the site's menu.
const SENTENCE_BYTES: usize = 60;

/// The codes of the languages: ISO 639-3, as whatlang has them, and ISO 639-1.
#[rustfmt::skip]
const NAMES: [(&str, &str); 70] = [
    ("epo", "eo"), ("eng", "en"), ("rus", "ru"), ("cmn", "zh"), ("spa", "es"),
    ("por", "pt"), ("ita", "it"), ("ben", "bn"), ("fra", "fr"), ("deu", "de"),
    ("ukr", "uk"), ("kat", "ka"), ("ara", "ar"), ("hin", "hi"), ("jpn", "ja"),
    ("heb", "he"), ("yid", "yi"), ("pol", "pl"), ("amh", "am"), ("jav", "jv"),
    ("kor", "ko"), ("nob", "nb"), ("dan", "da"), ("swe", "sv"), ("fin", "fi"),
    ("tur", "tr"), ("nld", "nl"), ("hun", "hu"), ("ces", "cs"), ("ell", "el"),
    ("bul", "bg"), ("bel", "be"), ("mar", "mr"), ("kan", "kn"), ("ron", "ro"),
    ("slv", "sl"), ("hrv", "hr"), ("srp", "sr"), ("mkd", "mk"), ("lit", "lt"),
    ("lav", "lv"), ("est", "et"), ("tam", "ta"), ("vie", "vi"), ("urd", "ur"),
    ("tha", "th"), ("guj", "gu"), ("uzb", "uz"), ("pan", "pa"), ("aze", "az"),
    ("ind", "id"), ("tel", "te"), ("pes", "fa"), ("mal", "ml"), ("ori", "or"),
    ("mya", "my"), ("nep", "ne"), ("sin", "si"), ("khm", "km"), ("tuk", "tk"),
    ("aka", "ak"), ("zul", "zu"), ("sna", "sn"), ("afr", "af"), ("lat", "la"),
    ("slk", "sk"), ("cat", "ca"), ("tgl", "tl"), ("hye", "hy"), ("cym", "cy"),
];

/// A language, as its two-letter code in ISO 639-1, such as `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lang([u8; 2]);

impl Lang {
    /// The language as the value of an index column.
    pub(crate) fn number(self) -> u64 {
        u64::from(u16::from_be_bytes(self.0))
    }

    /// The language with this value in an index column.
    pub(crate) fn of_number(number: u64) -> Self {
        Self((number as u16).to_be_bytes())
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&letter| f.write_char(char::from(letter)))
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
            format!("`{name}` is not a language that is detected; these are {}", all.join(" "))
        })
    }
}

/// The part of a text from which its language is detected: its first sentences or, if it has too
/// few of them, its first pieces.
pub(crate) fn sample<'t>(pieces: impl Iterator<Item = &'t str> + Clone) -> String {
    let sentences = pieces.clone().filter(|piece| piece.len() >= SENTENCE_BYTES);
    let sample = joined(sentences);
    if sample.len() >= SENTENCE_BYTES * 2 { sample } else { joined(pieces) }
}

/// The first pieces, one per line, up to the size of a sample.
fn joined<'t>(pieces: impl Iterator<Item = &'t str>) -> String {
    let mut sample = String::with_capacity(SAMPLE_BYTES + 4);
    for piece in pieces {
        let left = SAMPLE_BYTES.saturating_sub(sample.len());
        if left == 0 {
            break;
        }
        sample.push_str(&piece[..floor_border(piece, left)]);
        sample.push('\n');
    }
    sample
}

/// The language of a sample. Returns `None` if the detection is not reliable.
///
/// ```
/// use fineprint::lang::detect;
/// let text = "We do not sell your personal information to third parties, and we never have.";
/// let lang = detect(text);
/// assert_eq!(lang.map(|lang| lang.to_string()).as_deref(), Some("en"));
/// assert_eq!(detect("12345"), None);
/// ```
pub fn detect(sample: &str) -> Option<Lang> {
    if sample.is_ascii() {
        return detect_by_trigrams(sample);
    }
    let scripts = ScriptWeights::of(sample);
    let main = scripts.main()?;
    if main == Script::Han {
        return scripts.east_asian().parse().ok();
    }
    let own: String = sample
        .chars()
        .map(|c| if !c.is_alphabetic() || written_in(c) == main { c } else { ' ' })
        .collect();
    detect_by_trigrams(&own)
}

fn detect_by_trigrams(sample: &str) -> Option<Lang> {
    let guess = whatlang::detect(sample).filter(whatlang::Info::is_reliable)?;
    guess.lang().code().parse().ok()
}

/// One of so many letters of a Japanese text is at least Hiragana or Katakana. Chinese texts have
/// them in names only.
const LETTERS_PER_KANA: usize = 10;

/// The scripts of a text with the weights of their letters.
#[derive(Default)]
struct ScriptWeights {
    /// Weights by script. The scripts of East Asia share the entry of Han.
    weights: Vec<(Script, usize)>,
    han: usize,
    kana: usize,
    hangul: usize,
}

impl ScriptWeights {
    fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        for c in text.chars().filter(|c| c.is_alphabetic()) {
            scripts.add(c);
        }
        scripts
    }

    /// Adds a letter. Names of products are in Latin letters everywhere, so those count least.
    fn add(&mut self, c: char) {
        let script = written_in(c);
        let (counted, weight) = match script {
            Script::Han => (Some(&mut self.han), 5),
            Script::Hangul => (Some(&mut self.hangul), 3),
            Script::Hiragana | Script::Katakana => (Some(&mut self.kana), 2),
            Script::Latin => (None, 1),
            Script::Common | Script::Inherited => return,
            _ => (None, 2),
        };
        let is_east_asian = counted.is_some();
        if let Some(counted) = counted {
            *counted += 1;
        }
        let script = if is_east_asian { Script::Han } else { script };
        match self.weights.iter_mut().find(|(known, _)| *known == script) {
            Some((_, known)) => *known += weight,
            None => self.weights.push((script, weight)),
        }
    }

    /// The script with the largest weight; of several, the first in the text.
    fn main(&self) -> Option<Script> {
        let heaviest = self.weights.iter().rev().max_by_key(|(_, weight)| *weight)?;
        Some(heaviest.0)
    }

    /// The code of the language of an East Asian text.
    fn east_asian(&self) -> &'static str {
        if self.hangul > self.han + self.kana {
            "ko"
        } else if self.kana * LETTERS_PER_KANA >= self.han + self.kana {
            "ja"
        } else {
            "zh"
        }
    }
}

/// The script of a letter.
fn written_in(c: char) -> Script {
    if c.is_ascii() { Script::Latin } else { c.script() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_library_has_a_code() {
        for lang in whatlang::Lang::all() {
            let named: Lang = lang.code().parse().unwrap();
            assert_eq!(named.to_string().parse::<Lang>(), Ok(named));
            assert_eq!(Lang::of_number(named.number()), named);
        }
        assert!("xx".parse::<Lang>().unwrap_err().contains(" de "));
    }

    #[test]
    fn sentences_decide_and_menus_do_not() {
        let german = "Wir verkaufen Ihre Daten nicht, und wir geben sie auch nicht an andere \
                      weiter, es sei denn, Sie stimmen zu.";
        let menu = ["Home", "Sign in", "Products", "About us", "Contact"];
        let pieces = menu.into_iter().chain([german, german]);
        assert_eq!(detect(&sample(pieces)).unwrap().to_string(), "de");
        assert!(sample(menu.into_iter()).starts_with("Home\nSign in\n"));
        assert!(sample([german; 50].into_iter()).len() <= SAMPLE_BYTES + 8);
    }

    #[test]
    fn the_script_decides_before_the_words() {
        let brands = "Windows, Mac, iPhone, iPad, Android, BlackBerry, Chrome, Safari, Firefox";
        for (text, lang) in [
            ("本服务条款适用于 {} 及其他设备上的应用程序。我们不会出售您的个人信息。", "zh"),
            ("本規約は {} のアプリに適用されます。当社は個人情報を販売しません。", "ja"),
            (
                "본 약관은 {} 및 기타 기기의 앱에 적용됩니다. 당사는 개인정보를 판매하지 않습니다.",
                "ko",
            ),
            ("Эти условия действуют для {}. Мы не продаём ваши личные данные никому.", "ru"),
            ("Οι όροι ισχύουν για {}. Δεν πουλάμε τα προσωπικά σας δεδομένα.", "el"),
            (
                "These terms apply to {} and to 微信 (WeChat). We never sell your data to anyone.",
                "en",
            ),
            ("Wir verkaufen Ihre Daten nicht, auch nicht über {}, und schützen sie für Sie.", "de"),
        ] {
            let text = text.replace("{}", brands);
            assert_eq!(detect(&text).map(|lang| lang.to_string()).as_deref(), Some(lang), "{text}");
        }
        assert_eq!(detect("我们不会出售您的个人信息。").unwrap().to_string(), "zh");
        assert_eq!(detect("个人信息保护政策の第一条").unwrap().to_string(), "zh");
        assert_eq!(detect("1. 2. 3. — €"), None);
    }
}
