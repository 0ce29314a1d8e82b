//! Judges by the words of a line whether it can be a title, or a lead-in, or neither. Most of this
//! is for English; [`is_plain_title`] holds for any language.

use super::enumerator::enumerator;
use super::vocabulary::{announces, begins_with_section, is_open_word};
use crate::section::markdown::prepare::line_text::columns;
use crate::section::numbers::amounts::follows_amount;

/// Words that are not capitalised in titles.
const SMALL_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "by", "do", "for", "from", "how", "in", "is",
    "it", "not", "of", "on", "or", "our", "that", "the", "this", "through", "to", "us", "use",
    "we", "what", "when", "where", "who", "why", "with", "you", "your",
];

/// Words that a line in capitals ends with only if the sentence continues in the next line.
const BROKEN_WORDS: &[&str] = &[
    "and", "of", "or", "the", "a", "an", "any", "your", "our", "that", "by", "as", "at", "but",
    "if",
];

/// More of these words, which may also end a question such as "WHO WE SHARE IT WITH".
const TRAILING_WORDS: &[&str] = &["for", "on", "to", "with", "from"];

/// Words that these questions begin with.
const QUESTION_WORDS: &[&str] = &["what", "who", "whom", "where", "how", "why", "when", "which"];

/// Words that make a line a sentence, and not a title.
const VERBS: &[&str] = &[
    "means", "mean", "is", "are", "do", "does", "will", "may", "not", "never", "shall", "has",
    "have", "please",
];

/// The size of the longest title, in bytes. The longest titles have 22 words, which rarely take
/// more than 200 bytes. Longer texts are not examined.
const MAX_TITLE_BYTES: usize = 600;

/// Whether a word is not capitalised in titles.
pub(crate) fn is_small_word(word: &str) -> bool {
    SMALL_WORDS.contains(&word.to_lowercase().as_str())
}

/// Whether a line without any style reads like a title.
pub(crate) fn reads_as_title(text: &str) -> bool {
    if text.len() > MAX_TITLE_BYTES || begins_with_amount(text) {
        return false;
    }
    let enumerated = enumerator(text);
    let bare = enumerated.as_ref().map_or(text, |e| &text[e.len..]);
    let words = bare.split_whitespace().count();
    let is_question = bare.trim_end().ends_with('?');
    if words == 0
        || words > if is_question { 16 } else { 12 }
        || text.contains(['@', '|'])
        || bare.ends_with([',', ';', '!', '…', '^'])
    {
        return false;
    }
    if !bare.starts_with(|c: char| c.is_uppercase() || c == '"' || c == '“') || is_date_line(bare)
    {
        return false;
    }
    if let Some(question) = bare.strip_suffix('?') {
        return !question.contains(". ") && !question.contains('?');
    }
    let named = bare.trim_end_matches(['.', ':', ' ']);
    if named.contains(". ") || named.is_empty() {
        return false;
    }
    if bare.trim_end().ends_with('.') && is_statement(named, enumerated.is_none()) {
        return false;
    }
    let ends_plain = named.len() == bare.trim_end().len();
    let share = title_case(named);
    // A number speaks for a title, a full stop or colon against it.
    match (enumerated.is_some(), ends_plain) {
        (true, true) => words <= 10 || share >= 0.7,
        (true, false) | (false, false) => share >= 0.7 && words <= 8,
        (false, true) => words <= 10 && share >= 0.7 || words <= 4,
    }
}

/// The most words of a plain title, and its width in columns for languages without spaces.
const PLAIN_WORDS: usize = 12;
const PLAIN_COLUMNS: usize = 90;

/// Whether a line without any style can be a title, whatever its language: it is short, and no mark
/// ends it except for a question mark.
pub(crate) fn is_plain_title(text: &str) -> bool {
    let bare = text.trim();
    if bare.len() > MAX_TITLE_BYTES
        || columns(bare) > PLAIN_COLUMNS
        || count_words(bare) > PLAIN_WORDS
    {
        return false;
    }
    let is_named = begins_with_section(bare);
    let ends_open = bare.ends_with(|c: char| {
        !c.is_alphanumeric()
            && !matches!(c, '?' | '？' | ')' | '）' | '"' | '”' | '»' | '」' | '』')
    });
    if ends_open && !(is_named && bare.ends_with(['.', ':'])) {
        return false;
    }
    let first = bare.chars().find(|c| c.is_alphanumeric());
    let begins = bare.chars().next().is_some_and(|c| {
        c.is_alphabetic() || matches!(c, '§' | '¿' | '"' | '“' | '„' | '«' | '「')
    });
    let mut words = bare.split_whitespace();
    let has_number = words.any(|word| {
        let number = word.trim_matches(|c: char| !c.is_alphanumeric());
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_sentence = [". ", "。", "! ", "؟"].iter().any(|mark| bare.contains(mark));
    let is_site = bare.contains('.') && !bare.contains(char::is_whitespace);
    begins
        && first.is_some_and(|c| !c.is_lowercase())
        && bare.contains(char::is_alphabetic)
        && (!is_sentence && !is_site || is_named)
        && !bare.contains(['@', '|', '\n', '©', '→', '›'])
        && !bare.contains("://")
        && (is_named || !has_number && !has_date(bare))
        && !is_date_line(bare)
}

/// The number of words of a text. Two letters of Chinese or Japanese count as a word.
pub(crate) fn count_words(text: &str) -> usize {
    if text.is_ascii() {
        return text.split_ascii_whitespace().count();
    }
    text.split_whitespace()
        .map(|word| {
            let wide = columns(word).saturating_sub(word.chars().count());
            if wide > 2 { wide / 2 } else { 1 }
        })
        .sum()
}

/// Whether a line gives a date or a copyright, and so is not a title.
pub(crate) fn is_date_line(text: &str) -> bool {
    const STAMPS: [&str; 7] =
        ["last ", "updated", "effective", "revised", "posted", "copyright", "date"];
    if text.starts_with('©') {
        return true;
    }
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let start: String = text.chars().take(10).flat_map(char::to_lowercase).collect();
    STAMPS.iter().any(|word| start.starts_with(word))
        || text.split_whitespace().nth(14).is_none() && tells_change(&text.to_lowercase())
}

/// Whether a short line in small letters says when a policy was changed or began to hold, such as
/// "policy last updated: march 05, 2020".
fn tells_change(lower: &str) -> bool {
    const CHANGES: [&str; 6] =
        ["update", "updated", "revised", "revision", "effective", "modified"];
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    words.any(|word| CHANGES.contains(&word)) && has_date(lower)
}

/// Whether a text contains a year, or a date such as 9/19/17.
fn has_date(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(is_year)
        || text.split_whitespace().any(|word| is_date(word.trim_end_matches(['.', ',', ')'])))
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.starts_with(['1', '2']) && word.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a word is three numbers with a mark between them.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u16>().is_ok())
}

/// The words of a text, in small letters and without punctuation.
fn words_of(text: &str) -> impl DoubleEndedIterator<Item = String> {
    let words = text.split(is_word_border);
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether a character separates words: everything except letters, digits and apostrophes.
fn is_word_border(c: char) -> bool {
    !c.is_alphanumeric() && c != '\'' && c != '’'
}

fn ends_with_one_of(text: &str, list: &[&str]) -> bool {
    words_of(text).next_back().is_some_and(|word| list.contains(&word.as_str()))
}

/// Whether a text ends with a colon.
pub(crate) fn ends_colon(text: &str) -> bool {
    text.ends_with([':', '：'])
}

/// Whether a line introduces what follows it by its words: it breaks off, or announces a list.
pub(crate) fn is_introducing(text: &str) -> bool {
    ends_open(text) || announces(&text.to_lowercase())
}

/// The words of a line before the colon at its end, or the whole line. `None` if a colon follows
/// words that introduce a list.
pub(crate) fn named_by(text: &str) -> Option<&str> {
    let named = text.trim_end_matches([':', '：', ' ']);
    (named.len() == text.len() || !is_introducing(named)).then_some(named)
}

/// Whether a text ends with a word after which the sentence continues.
pub(crate) fn ends_open(text: &str) -> bool {
    words_of(text).next_back().is_some_and(|word| is_open_word(&word))
}

/// Whether a line in capitals breaks off in the middle of a sentence.
pub(crate) fn breaks_off(text: &str) -> bool {
    let is_question =
        words_of(text).next().is_some_and(|word| QUESTION_WORDS.contains(&word.as_str()));
    let end = text.trim_end();
    end.ends_with('-')
        || end.ends_with(char::is_alphanumeric)
            && (ends_with_one_of(end, BROKEN_WORDS)
                || !is_question && ends_with_one_of(end, TRAILING_WORDS))
}

/// Whether a line before a list begins a sentence that the list ends, and is not its title.
///
/// In doubt it does. Items under "We may:" and "We never:" are different clauses only if these
/// lines are lead-ins.
pub(crate) fn is_lead_in(text: &str) -> bool {
    if text.len() > MAX_TITLE_BYTES {
        return false;
    }
    let flat = text.replace('\n', " ");
    let bare = enumerator(&flat).map_or(flat.as_str(), |e| &flat[e.len..]).trim_end();
    let has_speaker = words_of(bare)
        .next()
        .is_some_and(|word| ["we", "you", "i", "they"].contains(&word.as_str()));
    let is_open = ends_open(bare);
    let Some(named) = bare.strip_suffix([':', '：']) else {
        return has_speaker && is_open;
    };
    let has_content = words_of(named).any(|word| !is_small_word(&word));
    has_speaker || is_open || !has_content || title_case(named) < 0.75
}

/// Whether a text has a verb that makes it a sentence, and not a title.
pub(crate) fn has_verb(text: &str) -> bool {
    words_of(text).any(|word| VERBS.contains(&word.as_str()))
}

/// Whether a line begins with an amount or a date that looks like a number in front: `3. Mai 2019`.
fn begins_with_amount(text: &str) -> bool {
    enumerator(text)
        .is_some_and(|number| number.is_decimal() && follows_amount(&text[number.len..]))
}

/// Whether the text before a full stop is a sentence, and not a title. `is_bare` tells that no
/// number precedes it.
fn is_statement(named: &str, is_bare: bool) -> bool {
    let content = named.split(is_word_border).filter(|word| {
        word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()) && !is_small_word(word)
    });
    is_bare && content.count() < 2 || has_verb(named)
}

/// Whether a text begins with a postal number: `108-0075`.
fn starts_with_postal_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = rest.strip_prefix('-').and_then(|rest| rest.bytes().next());
    rest.len() < text.len() && number.is_some_and(|byte| byte.is_ascii_digit())
}

/// Whether a line that is bold, italic or in capitals is a title, and not a statement. `is_strong`
/// tells that it is bold or in capitals.
pub(crate) fn is_title(text: &str, is_strong: bool) -> bool {
    if text.len() > MAX_TITLE_BYTES || begins_with_amount(text) {
        return false;
    }
    let flat = text.replace('\n', " ");
    let bare = enumerator(&flat).map_or(flat.as_str(), |e| &flat[e.len..]);
    let words = bare.split_whitespace().count();
    let limit = if is_strong { 22 } else { 14 };
    if words == 0 || words > limit || bare.ends_with([',', ';', '^']) || is_date_line(bare) {
        return false;
    }
    let is_block_mark = bare.starts_with("-----");
    let is_defined_word = bare.starts_with(['"', '“']) && bare.ends_with(['"', '”']);
    if is_block_mark
        || is_defined_word
        || text.contains(['|', '@'])
        || starts_with_postal_number(text)
    {
        return false;
    }
    let trimmed = bare.trim_end();
    if trimmed.ends_with(['.', '!']) {
        if trimmed.ends_with('.') && is_statement(trimmed, true) {
            return false;
        }
        return words <= 10 && title_case(trimmed) >= 0.75 && !is_capitals(trimmed)
            || words <= 6 && is_capitals(trimmed) && !trimmed.ends_with('!');
    }
    // A full stop inside shows that there are several sentences.
    !trimmed.trim_end_matches([':', '?']).contains(". ") || words <= 6
}

/// The share of capitalised words among the words that a title would capitalise, from 0 to 1.
fn title_case(text: &str) -> f64 {
    let counted: Vec<&str> = text
        .split(is_word_border)
        .filter(|word| word.chars().any(char::is_alphabetic) && !is_small_word(word))
        .collect();
    if counted.is_empty() {
        // It has only small words, so its first letter decides.
        return if text.starts_with(char::is_uppercase) { 1.0 } else { 0.0 };
    }
    let capital = counted.iter().filter(|word| !word.starts_with(char::is_lowercase)).count();
    capital as f64 / counted.len() as f64
}

/// Whether a line is in capitals: it has at least three of them and no small letter.
pub(crate) fn is_capitals(text: &str) -> bool {
    // Nearly every text has a small letter early on.
    !text.chars().any(char::is_lowercase) && text.chars().filter(|c| c.is_uppercase()).count() >= 3
}

/// Marks that may follow the mark at the end of a sentence.
const CLOSING_MARKS: [char; 9] = ['"', '”', ')', '*', '»', '“', '）', '」', '』'];

/// Whether a text ends with a mark that ends a sentence or a part of one.
pub(crate) fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| c.is_whitespace() || CLOSING_MARKS.contains(&c))
        .ends_with(['.', '!', '?', ':', ';', '。', '！', '？', '：', '；', '।'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_short_and_capitalised() {
        for line in ["Information We Collect", "1. Cookies", "What do we collect?", "Sharing"] {
            assert!(reads_as_title(line), "{line}");
        }
        for line in [
            "",
            "we collect data",
            "We Sell Data, Rent Data,",
            "Home | About",
            "Last updated May 2020",
            "This is a line of the text that goes on",
        ] {
            assert!(!reads_as_title(line), "{line}");
        }
    }

    #[test]
    fn plain_titles_are_short_in_any_language() {
        for line in [
            "Welche Daten wir erheben",
            "Que datos recogemos",
            "Vos droits sur les données",
            "§ 2 Weitergabe an Dritte",
            "Com quem partilhamos os seus dados?",
            "Diritti dell'interessato",
            "Hoe lang wij gegevens bewaren",
            "Komu przekazujemy dane",
            "Haklarınız nelerdir?",
            "Какие данные мы собираем",
            "我们如何使用您的信息",
            "個人情報の利用目的",
            "개인정보의 보유 기간",
            "Annex 1B: Transfer:",
        ] {
            assert!(is_plain_title(line), "{line}");
        }
        for line in [
            "wir erheben Daten",
            "Wir erheben Daten.",
            "Nous pouvons :",
            "Stand: 3. Mai 2019",
            "a@b.example",
            "我们收集您的信息。",
            "Home › Privacy",
            "Nous conservons les données de nos clients pendant toute la durée de leur contrat",
        ] {
            assert!(!is_plain_title(line), "{line}");
        }
    }

    #[test]
    fn dates_are_recognised() {
        for line in ["Last updated: 9/19/17", "© Acme", "Policy revised March 5, 2020"] {
            assert!(is_date_line(line), "{line}");
        }
        for line in ["Last updated", "Your Updated Rights", "Section 4.2.1"] {
            assert!(!is_date_line(line), "{line}");
        }
    }

    #[test]
    fn lead_ins_leave_a_sentence_open() {
        for line in ["We may:", "You agree to", "The following:", "We share data with:"] {
            assert!(is_lead_in(line), "{line}");
        }
        for line in ["Personal Information:", "Cookies"] {
            assert!(!is_lead_in(line), "{line}");
        }
    }

    #[test]
    fn lines_in_capitals_break_off_after_small_words() {
        assert!(breaks_off("WE EXPRESSLY DISCLAIM ANY"));
        assert!(!breaks_off("WHO WE SHARE IT WITH"));
        assert!(breaks_off("DATA THAT WE SHARE WITH"));
    }

    #[test]
    fn capitals_are_at_least_three() {
        assert!(is_capitals("GDPR 2018") && !is_capitals("EU") && !is_capitals("GDPr"));
    }

    #[test]
    fn statements_are_no_titles() {
        assert!(is_title("Information From Children.", true));
        assert!(!is_title("Never.", true) && !is_title("We do not sell data.", true));
        assert!(!is_title("108-0075 Japan", true));
    }
}
