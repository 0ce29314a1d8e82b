//! How titles are worded: the tests of a line's words that decide whether it can be a heading.

use super::enumerate::enumerator;

/// Words that titles write small.
const SMALL_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "by", "do", "for", "from", "how", "in", "is", "it", "not",
    "of", "on", "or", "our", "that", "the", "this", "through", "to", "us", "use", "we", "what", "when",
    "where", "who", "why", "with", "you", "your",
];

/// No title has more: 22 words, the most that count as one, are rarely over 200 bytes. Spares long paragraphs the rest.
const MAX_TITLE_BYTES: usize = 600;

/// Whether titles write this word small.
pub(super) fn is_small_word(word: &str) -> bool {
    SMALL_WORDS.contains(&word.to_lowercase().as_str())
}

/// Whether a plain line is worded like a title.
pub(super) fn reads_as_title(text: &str) -> bool {
    if text.len() > MAX_TITLE_BYTES {
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
    if !bare.starts_with(|c: char| c.is_uppercase() || c == '"' || c == '“') || is_date_line(bare) {
        return false;
    }
    if let Some(question) = bare.strip_suffix('?') {
        return !question.contains(". ") && !question.contains('?');
    }
    let named = bare.trim_end_matches(['.', ':', ' ']);
    if named.contains(". ") || named.is_empty() {
        return false;
    }
    let ends_plain = named.len() == bare.trim_end().len();
    let share = title_case(named);
    // A number lends weight; a full stop takes it away.
    match (enumerated.is_some(), ends_plain) {
        (true, true) => words <= 10 || share >= 0.7,
        (true, false) | (false, false) => share >= 0.7 && words <= 8,
        (false, true) => words <= 10 && share >= 0.7 || words <= 4,
    }
}

/// Whether a line gives a date or a copyright, which title nothing.
pub(super) fn is_date_line(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_stamp = ["last ", "updated", "effective", "revised", "posted", "copyright", "date"]
        .iter()
        .any(|word| lower.starts_with(word));
    is_stamp && lower.bytes().any(|b| b.is_ascii_digit()) || lower.starts_with('©')
}

/// Whether a styled line titles what follows, rather than saying something.
pub(super) fn is_title(text: &str, introduces_list: bool, is_strong: bool) -> bool {
    if text.len() > MAX_TITLE_BYTES {
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
    if is_block_mark || is_defined_word {
        return false;
    }
    let trimmed = bare.trim_end();
    if trimmed.ends_with(['.', '!']) {
        return words <= 10 && title_case(trimmed) >= 0.75 && !is_capitals(trimmed)
            || words <= 6 && is_capitals(trimmed) && !trimmed.ends_with('!');
    }
    if trimmed.ends_with(':') && introduces_list {
        return words <= 4 || title_case(trimmed) >= 0.75;
    }
    // A full stop inside: more than one sentence.
    !trimmed.trim_end_matches([':', '?']).contains(". ") || words <= 6
}

/// The share of capitalised words among those that a title would capitalise.
fn title_case(text: &str) -> f64 {
    let counted: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
        .filter(|word| word.chars().any(char::is_alphabetic))
        .filter(|word| !SMALL_WORDS.contains(&word.to_lowercase().as_str()))
        .collect();
    if counted.is_empty() {
        // Nothing but small words: as good as its first letter.
        return if text.starts_with(char::is_uppercase) { 1.0 } else { 0.0 };
    }
    let capital = counted.iter().filter(|word| !word.starts_with(char::is_lowercase)).count();
    capital as f64 / counted.len() as f64
}

/// Whether a line is written in capitals: at least three letters, none of them small.
pub(super) fn is_capitals(text: &str) -> bool {
    // Nearly every text has a small letter early on.
    !text.chars().any(char::is_lowercase) && text.chars().filter(|c| c.is_uppercase()).count() >= 3
}

/// Whether a text ends as a sentence or a clause of one does.
pub(super) fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '”' | ')' | '*'))
        .ends_with(['.', '!', '?', ':', ';'])
}
