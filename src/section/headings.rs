//! Which pieces are headings though no `#` says so.
//!
//! Three quarters of the Princeton-Leuven files have no marked heading below the title: their authors wrote bold lines, capitals,
//! numbered titles and plain short lines. Each rule here has a counterpart in the labelled snapshots of `tests/golden/sections`.

use super::blocks::Role;
use super::pieces::Piece;

/// Levels of unmarked headings, below the six marked ones.
const BOLD: u8 = 7;
const PLAIN: u8 = 8;
const ITALIC: u8 = 9;

/// Words that titles write small.
pub(super) const SMALL_WORDS: &[&str] = &[
    "a", "about", "an", "and", "are", "as", "at", "by", "do", "for", "from", "how", "in", "is", "it", "not",
    "of", "on", "or", "our", "that", "the", "this", "through", "to", "us", "use", "we", "what", "when",
    "where", "who", "why", "with", "you", "your",
];

/// Marks the pieces that are headings. Pieces of enumerations are settled before.
pub(super) fn mark(pieces: &mut [Piece], is_enumerated: &[bool]) {
    for i in 0..pieces.len() {
        let level = if is_enumerated[i] { None } else { level(pieces, i) };
        if let Some(level) = level {
            pieces[i].role = Role::Heading(level);
        }
    }
}

fn level(pieces: &[Piece], i: usize) -> Option<u8> {
    let piece = &pieces[i];
    let next = pieces.get(i + 1)?;
    let is_candidate = match piece.role {
        Role::Text => !piece.has_bullet,
        // An entry is a title only if its own body, or its own entries, follow.
        Role::Entry => {
            piece.has_body
                || next.role == Role::Text && next.list_depth == piece.list_depth
                || opens_entries(piece, next)
        }
        _ => false,
    };
    if !is_candidate || piece.text.contains('\n') && !piece.is_bold {
        return None;
    }
    let level = styled_level(piece, next).or_else(|| plain_level(pieces, i))?;
    let depth = piece.enumerator.as_ref().map_or(1, |e| e.depth());
    Some(level + u8::try_from(depth - 1).unwrap_or(2).min(3) * 3)
}

fn opens_entries(piece: &Piece, next: &Piece) -> bool {
    piece.is_bold && next.list_depth > piece.list_depth
}

/// Bold, italic and capital titles.
fn styled_level(piece: &Piece, next: &Piece) -> Option<u8> {
    let introduces_list = next.role == Role::Entry || next.has_bullet;
    if !is_title(&piece.text, introduces_list, piece.is_bold || is_capitals(&piece.text)) {
        return None;
    }
    if piece.is_linked && !piece.has_body {
        return None;
    }
    if piece.is_bold || piece.is_mostly_bold && piece.has_body || is_capitals(&piece.text) {
        Some(BOLD)
    } else if piece.is_italic && (piece.has_body || !piece.continues) {
        Some(ITALIC)
    } else {
        None
    }
}

/// Titles without any style: numbered, or short and followed by their text.
fn plain_level(pieces: &[Piece], i: usize) -> Option<u8> {
    let piece = &pieces[i];
    let next = &pieces[i + 1];
    if piece.continues || piece.is_linked {
        return None;
    }
    // An entry is a title only of further paragraphs of its own.
    if piece.role == Role::Entry && next.list_depth != piece.list_depth {
        return None;
    }
    let is_body = matches!(next.role, Role::Text)
        && !next.is_bold
        && next.text.len() >= 60
        && ends_sentence(&next.text);
    let starts_list = next.role == Role::Entry && next.list_depth > piece.list_depth;
    if !(is_body || starts_list && piece.enumerator.is_some()) {
        return None;
    }
    // Lines of a menu stand among their like; a title follows text.
    let before = i.checked_sub(1).map(|j| &pieces[j]);
    let in_menu =
        before.is_some_and(|p| matches!(p.role, Role::Text) && p.text.len() < 40 && !ends_sentence(&p.text));
    (reads_as_title(&piece.text) && (!in_menu || piece.enumerator.is_some())).then_some(PLAIN)
}

/// Whether a plain line is worded like a title.
pub(super) fn reads_as_title(text: &str) -> bool {
    let enumerated = super::enumerate::enumerator(text);
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
fn is_title(text: &str, introduces_list: bool, is_strong: bool) -> bool {
    let flat = text.replace('\n', " ");
    let bare = super::enumerate::enumerator(&flat).map_or(flat.as_str(), |e| &flat[e.len..]);
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
    let (mut upper, mut lower) = (0, 0);
    for c in text.chars() {
        upper += usize::from(c.is_uppercase());
        lower += usize::from(c.is_lowercase());
    }
    upper >= 3 && lower == 0
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '”' | ')' | '*'))
        .ends_with(['.', '!', '?', ':', ';'])
}
