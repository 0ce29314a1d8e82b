//! Decides when two clauses are the same clause, by their identity forms, and hashes these forms.
//!
//! The identity form of a rendered text is in canonical composition (NFC of Unicode Standard Annex
//! 15). It has one space for each run of white space, none at its ends and none beside punctuation,
//! one style of quotes and of dashes, and neither invisible characters nor footnote marks. It keeps
//! words, case, accents, numbers and other punctuation. Marks of Markdown, link targets and the
//! number in front of the clause are removed before, by sectioning.
//!
//! Texts with equal forms have equal tokens: every character that the form replaces separates
//! words, and every character that it drops is invisible inside words or beside a separator.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::date_stamp::without_date;
use crate::model::{Clause, ClauseId, ClauseKind};
use crate::token::{is_footnote_mark, is_invisible, is_superscript};

/// The version of the identity form. Clause ids change with it, and so do the collapsed clauses.
pub const IDENTITY_VERSION: u32 = 2;

/// Appends the identity form of `text` to `form`.
pub fn push_identity_form(text: &str, form: &mut String) {
    let text = composed(text);
    let start = form.len();
    let mut is_spaced = false;
    let mut rest = &*text;
    while let Some(c) = rest.chars().next() {
        // Most of a text is words in ASCII, which are copied as they are.
        let plain = plain_length(rest.as_bytes());
        if plain == 0 {
            let tail = &rest[c.len_utf8()..];
            if c.is_whitespace() {
                is_spaced = true;
                rest = tail;
                continue;
            }
            // A run of marks is judged at once, since each of them depends on the whole run.
            if !is_spaced && is_mark_of_footnote(c, &form[start..], tail) {
                rest = rest.trim_start_matches(if is_star(c) { is_star } else { is_superscript });
                continue;
            }
        }
        let style = plain_style(c);
        if std::mem::take(&mut is_spaced) && keeps_space(&form[start..], style, rest) {
            form.push(' ');
        }
        let unchanged = match plain {
            0 if is_superscript(c) => rest.len() - rest.trim_start_matches(is_superscript).len(),
            plain => plain,
        };
        if unchanged == 0 {
            form.push(style);
            rest = &rest[c.len_utf8()..];
        } else {
            let (head, tail) = rest.split_at(unchanged);
            form.push_str(head);
            rest = match tail.as_bytes() {
                // The most frequent case of white space without meaning.
                [b' ', next, ..] if next.is_ascii_alphabetic() && head.ends_with(['.', ',']) => {
                    &tail[1..]
                }
                _ => tail,
            };
        }
    }
}

/// The number of bytes at the start that are copied as they are: words, and single spaces between
/// them.
fn plain_length(bytes: &[u8]) -> usize {
    let sort = |at: usize| bytes.get(at).map_or(ByteSort::Other, |&byte| SORTS[usize::from(byte)]);
    let mut at = 0;
    let mut before = ByteSort::Other;
    loop {
        let here = sort(at);
        let is_copied = match here {
            ByteSort::Word | ByteSort::Mark => true,
            ByteSort::Space => before == ByteSort::Word && sort(at + 1) == ByteSort::Word,
            ByteSort::Other => false,
        };
        if !is_copied {
            return at;
        }
        (before, at) = (here, at + 1);
    }
}

/// What a byte is to [`plain_length`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByteSort {
    /// An ASCII letter or digit.
    Word,
    /// Another visible ASCII character that is copied as it is.
    Mark,
    Space,
    Other,
}

/// The sort of each byte. Every byte of every clause is looked up here.
const SORTS: [ByteSort; 256] = {
    let mut sorts = [ByteSort::Other; 256];
    let mut byte = 0;
    while byte < 128 {
        sorts[byte] = match byte as u8 {
            b' ' => ByteSort::Space,
            b'`' | b'*' => ByteSort::Other,
            visible if visible.is_ascii_alphanumeric() => ByteSort::Word,
            visible if visible.is_ascii_graphic() => ByteSort::Mark,
            _ => ByteSort::Other,
        };
        byte += 1;
    }
    sorts
};

/// The text in canonical composition, without invisible characters.
fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    if text.chars().all(is_surely_composed) {
        return Cow::Borrowed(text);
    }
    let is_composed = is_nfc_quick(text.chars()) == IsNormalized::Yes;
    if is_composed && !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|&c| !is_invisible(c)).nfc().collect())
}

/// Whether a character is visible and changes in no composition: a letter without or with one of
/// the usual accents, or one of the usual dashes and quotes.
fn is_surely_composed(c: char) -> bool {
    c < '\u{300}' && c != '\u{AD}' || matches!(c, '\u{2010}'..='\u{2027}')
}

/// Whether white space counts between `before` and `rest`, which begins with `next` once its style
/// is plain.
///
/// Marks of Markdown and line ends put white space beside punctuation, where it has no meaning.
/// Between numbers it has: `1. 2` is not `1.2`.
fn keeps_space(before: &str, next: char, rest: &str) -> bool {
    let mut last = before.chars().rev();
    let Some(previous) = last.next() else { return false };
    // Directly after punctuation, these would be marks of footnotes.
    if is_star(next) || is_superscript(next) {
        return true;
    }
    if is_punctuation(previous) {
        let is_in_number = next.is_numeric() && last.next().is_some_and(char::is_numeric);
        return is_in_number;
    }
    if is_punctuation(next) {
        let after = rest.trim_start_matches(|c: char| c.is_whitespace() || plain_style(c) == next);
        return previous.is_numeric() && after.starts_with(char::is_numeric);
    }
    true
}

/// Whether a character is punctuation, in plain style. Signs such as `$` and `+` are not.
fn is_punctuation(c: char) -> bool {
    match c {
        '!' | '"' | '\'' | '(' | ')' | ',' | '-' | '.' | '/' | ':' | ';' | '?' | '[' | ']'
        | '|' => true,
        _ if c.is_ascii() => false,
        _ => matches!(
            c,
            '¡' | '¿'
                | '·'
                | '•'
                | '…'
                | '、'
                | '。'
                | '，'
                | '．'
                | '：'
                | '；'
                | '？'
                | '！'
                | '（'
                | '）'
                | '「'
                | '」'
                | '『'
                | '』'
                | '【'
                | '】'
                | '《'
                | '》'
                | '،'
                | '؛'
                | '؟'
                | '।'
        ),
    }
}

/// Whether `c` is the mark of a footnote between `before` and `after`.
fn is_mark_of_footnote(c: char, before: &str, after: &str) -> bool {
    if is_superscript(c) {
        return is_footnote_mark(before, after);
    }
    if !is_star(c) {
        return false;
    }
    let Some(previous) = before.chars().next_back() else { return false };
    let is_apart =
        |next: &str| !next.starts_with(|c: char| c.is_alphanumeric() || is_combining_mark(c));
    (previous.is_alphabetic() || is_punctuation(previous))
        && is_apart(after.trim_start_matches(is_star))
}

/// Whether a character marks a footnote if it follows a word.
fn is_star(c: char) -> bool {
    matches!(c, '*' | '†' | '‡')
}

/// The identity form of `text`. White space beside punctuation is no part of it.
///
/// ```
/// use fineprint::section::identity_form;
/// let form = identity_form(" We don’t  sell — or\u{A0}rent\n“data”. ");
/// assert_eq!(form, "We don't sell-or rent\"data\".");
/// ```
pub fn identity_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    push_identity_form(text, &mut form);
    form
}

/// The plain quote or dash that the form has in place of `c`.
fn plain_style(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' | '＇' | 'ʼ' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' | '－' => '-',
        other => other,
    }
}

/// The identity of a clause: its identity form and, for an item or a row, the form of its lead-in.
///
/// Headings, paragraphs and quotes with the same words are one clause. An item differs from them,
/// and from an item with the same words under another lead-in. A row does, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClauseIdentity(String);

impl ClauseIdentity {
    /// The identity of a clause of `kind` with this lead-in (or header row) and text.
    pub fn new(kind: ClauseKind, lead_in: Option<&str>, text: &str) -> Self {
        let mut form = String::with_capacity(text.len() + 8 + lead_in.map_or(0, str::len));
        match kind {
            ClauseKind::Heading | ClauseKind::Paragraph | ClauseKind::Quote => {
                if let Some(stamp) = without_date(text) {
                    push_identity_form(&stamp, &mut form);
                    form.push_str("\0d");
                    return Self(form);
                }
            }
            // A rendered text never contains NUL, so no text can look like a mark of an item or
            // row, and no lead-in can seem to end early.
            ClauseKind::Item | ClauseKind::Row => {
                form.push_str(if kind == ClauseKind::Item { "\0i" } else { "\0r" });
                if let Some(lead_in) = lead_in {
                    push_identity_form(lead_in, &mut form);
                }
                form.push('\0');
                if kind == ClauseKind::Item
                    && let Some(stamp) = without_date(text)
                {
                    push_identity_form(&stamp, &mut form);
                    form.push_str("\0d");
                    return Self(form);
                }
            }
        }
        push_identity_form(text, &mut form);
        Self(form)
    }

    /// The identity of a clause.
    pub fn of(clause: &Clause) -> Self {
        Self::new(clause.kind, clause.lead_in.as_deref(), &clause.text)
    }

    /// A 64-bit hash of the identity, by which equal clauses of different companies are found. It
    /// is the first bytes of BLAKE3.
    pub fn text_key(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(self.0.as_bytes()).as_bytes();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// The id of the clause with this identity in a policy. It is the same in every build, corpus
    /// and collection.
    pub fn clause_id(&self, company: &str, policy_type: &str) -> ClauseId {
        let mut hasher = blake3::Hasher::new();
        for part in [company, policy_type, &self.0] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let [a, b, c, d, e, f, g, h, i, j, ..] = *hasher.finalize().as_bytes();
        ClauseId::from_bytes([a, b, c, d, e, f, g, h, i, j])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_in_is_part_of_the_identity() {
        let item = |lead: Option<&str>| ClauseIdentity::new(ClauseKind::Item, lead, "show ads");
        assert_ne!(item(Some("We may:")), item(Some("We never:")));
        assert_ne!(item(None), ClauseIdentity::new(ClauseKind::Paragraph, None, "show ads"));
        assert_ne!(item(None), ClauseIdentity::new(ClauseKind::Row, None, "show ads"));
        assert_eq!(item(Some("We  may:")), item(Some("We may: ")));
        let plain = |kind| ClauseIdentity::new(kind, None, "Show ads");
        assert_eq!(plain(ClauseKind::Heading), plain(ClauseKind::Quote));
        assert_ne!(
            plain(ClauseKind::Paragraph),
            ClauseIdentity::new(ClauseKind::Paragraph, None, "show ads")
        );
    }

    #[test]
    fn the_form_keeps_meaning() {
        for (a, b) in [
            ("10 days", "30 days"),
            ("cafe", "café"),
            ("sell, rent", "sell rent"),
            ("10⁶ m", "10 m"),
            ("5 m²", "5 m"),
            ("1. 2 weeks", "1.2 weeks"),
            ("a 5 .5", "a 5.5"),
            ("1st", "1"),
            ("5*", "5"),
            ("a * b", "a b"),
        ] {
            assert_ne!(identity_form(a), identity_form(b));
        }
    }

    #[test]
    fn the_form_ignores_what_no_reader_sees() {
        for (a, b) in [
            ("co\u{AD}op –  ‘x’", "coop - 'x'"),
            ("donne\u{301}es", "donn\u{E9}es"),
            ("a\u{200B}b\u{AD}", "ab"),
            ("We sell , rent", "We sell, rent"),
            ("( see below )", "(see below)"),
            ("rent it¹ to none", "rent it to none"),
            ("rent it.¹² Yes", "rent it. Yes"),
            ("our partners* and† all", "our partners and all"),
            ("sell — or rent", "sell—or rent"),
        ] {
            assert_eq!(identity_form(a), identity_form(b), "{a}");
        }
    }

    #[test]
    fn date_stamps_are_one_clause() {
        let stamp = |text| ClauseIdentity::new(ClauseKind::Paragraph, None, text);
        assert_eq!(stamp("Last updated: 3 May 2019"), stamp("Last updated: June 4th, 2020"));
        assert_ne!(stamp("Last updated: 3 May 2019"), stamp("Effective date: 3 May 2019"));
        assert_ne!(stamp("We began on 3 May 2019"), stamp("We began on 4 May 2019"));
    }
}
