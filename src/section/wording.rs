//! How titles are worded: the tests of a line's words that decide whether it can be a heading.

use super::enumerate::enumerator;

/// Words that titles write small.
const SMALL_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "by", "do", "for", "from", "how", "in", "is",
    "it", "not", "of", "on", "or", "our", "that", "the", "this", "through", "to", "us", "use",
    "we", "what", "when", "where", "who", "why", "with", "you", "your",
];

/// Words after which a sentence or a list goes on.
const OPEN_WORDS: &[&str] = &[
    "that",
    "to",
    "following",
    "of",
    "by",
    "for",
    "with",
    "from",
    "and",
    "or",
    "if",
    "when",
    "is",
    "are",
    "include",
    "includes",
    "including",
    "may",
    "will",
    "not",
    "never",
    "must",
    "shall",
    "can",
    "cannot",
    "should",
    "agree",
];

/// What a line in capitals does not end with if it is whole.
const BROKEN_WORDS: &[&str] = &[
    "and", "of", "or", "the", "a", "an", "any", "your", "our", "that", "by", "as", "at", "but",
    "if",
];

/// The same, unless the line is a question such as "WHO WE SHARE IT WITH".
const TRAILING_WORDS: &[&str] = &["for", "on", "to", "with", "from"];

/// Words that begin such questions.
const QUESTION_WORDS: &[&str] = &["what", "who", "whom", "where", "how", "why", "when", "which"];

/// Words of a sentence that states something.
const VERBS: &[&str] = &[
    "means", "mean", "is", "are", "do", "does", "will", "may", "not", "never", "shall", "has",
    "have", "please",
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
    is_stamp && lower.bytes().any(|b| b.is_ascii_digit())
        || lower.starts_with('©')
        || tells_change(&lower)
}

/// Whether a short line says when a policy changed or began: "Policy last updated: March 05, 2020".
fn tells_change(lower: &str) -> bool {
    let is_change = |word: &str| {
        ["update", "updated", "revised", "revision", "effective", "modified"].contains(&word)
    };
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    lower.split_whitespace().count() <= 14 && words.any(is_change) && has_date(lower)
}

/// Whether a text has a year, or a date such as 9/19/17.
fn has_date(text: &str) -> bool {
    let is_year = |word: &str| {
        word.len() == 4 && word.starts_with(['1', '2']) && word.bytes().all(|b| b.is_ascii_digit())
    };
    let is_date = |word: &str| {
        let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
        parts.len() == 3 && parts.iter().all(|part| part.parse::<u16>().is_ok())
    };
    text.split(|c: char| !c.is_alphanumeric()).any(is_year)
        || text.split_whitespace().any(|word| is_date(word.trim_end_matches(['.', ',', ')'])))
}

/// The words of a text in small letters, without marks.
fn words_of(text: &str) -> impl DoubleEndedIterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn ends_with_one_of(text: &str, list: &[&str]) -> bool {
    words_of(text).next_back().is_some_and(|word| list.contains(&word.as_str()))
}

/// Whether a text breaks off after a word that asks for more.
pub(super) fn ends_open(text: &str) -> bool {
    ends_with_one_of(text, OPEN_WORDS)
}

/// Whether a line in capitals breaks off in the middle of a sentence.
pub(super) fn breaks_off(text: &str) -> bool {
    let is_question =
        words_of(text).next().is_some_and(|word| QUESTION_WORDS.contains(&word.as_str()));
    let end = text.trim_end();
    end.ends_with('-')
        || end.ends_with(char::is_alphanumeric)
            && (ends_with_one_of(end, BROKEN_WORDS)
                || !is_question && ends_with_one_of(end, TRAILING_WORDS))
}

/// Whether a line before a list is the beginning of a sentence that the list ends, and no title of it. In doubt it is: a lead-in
/// keeps apart what "We may:" and "We never:" stand before.
pub(super) fn is_lead_in(text: &str) -> bool {
    if text.len() > MAX_TITLE_BYTES {
        return false;
    }
    let flat = text.replace('\n', " ");
    let bare = enumerator(&flat).map_or(flat.as_str(), |e| &flat[e.len..]).trim_end();
    let is_said = words_of(bare)
        .next()
        .is_some_and(|word| ["we", "you", "i", "they"].contains(&word.as_str()));
    let is_open = ends_open(bare);
    let Some(named) = bare.strip_suffix([':', '：']) else {
        return is_said && is_open;
    };
    let has_content = words_of(named).any(|word| !is_small_word(&word));
    is_said || is_open || !has_content || title_case(named) < 0.75
}

/// Whether what stands before a full stop states something rather than naming it. `is_bare`: no number stands before it.
fn is_statement(named: &str, is_bare: bool) -> bool {
    let is_content = |word: &&str| {
        word.starts_with(|c: char| c.is_uppercase() || c.is_numeric()) && !is_small_word(word)
    };
    let content =
        named.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').filter(is_content);
    is_bare && content.count() < 2 || words_of(named).any(|word| VERBS.contains(&word.as_str()))
}

/// Whether a text begins with a postal number: `108-0075`.
fn starts_with_postal_number(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let rest = text.trim_start_matches(is_digit);
    rest.len() < text.len() && rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(is_digit))
}

/// Whether a styled line titles what follows, rather than saying something.
pub(super) fn is_title(text: &str, is_strong: bool) -> bool {
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
