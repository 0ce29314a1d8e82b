//! When two clauses are the same clause: the identity form, and the hashes made of it.
//!
//! The identity form of a rendered text ignores the amount and sort of white space (a run is one space, none at the ends),
//! the style of quotes and dashes, and soft hyphens and zero-width characters. It keeps words, case, accents, numbers and other punctuation.
//! Markdown marks and link targets are gone before, by rendering. Equal forms have equal tokens: all that is mapped separates
//! words, and all that is dropped is invisible inside words.

use crate::model::{Clause, ClauseId, ClauseKind};
use crate::token::is_invisible;

/// The version of the identity form. Clause ids and everything collapsed by it change with this number.
pub const IDENTITY_VERSION: u32 = 1;

/// Appends the identity form of `text` to `form`.
pub fn push_identity_form(text: &str, form: &mut String) {
    let start = form.len();
    let mut is_spaced = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // Most of a text is words of ASCII: they are copied as they are.
        let plain = rest.bytes().take_while(|&b| b.is_ascii_graphic() && b != b'`').count();
        let taken = if plain > 0 { plain } else { c.len_utf8() };
        let (head, tail) = rest.split_at(taken);
        rest = tail;
        if plain == 0 && is_invisible(c) {
            continue;
        }
        if plain == 0 && c.is_whitespace() {
            is_spaced = true;
            continue;
        }
        if std::mem::take(&mut is_spaced) && form.len() > start {
            form.push(' ');
        }
        match plain {
            0 => form.push(plain_style(c)),
            _ => form.push_str(head),
        }
    }
}

/// The identity form of `text`.
///
/// ```
/// use fineprint::section::identity_form;
/// assert_eq!(identity_form(" We don’t  sell — or\u{A0}rent\n“data”. "), "We don't sell - or rent \"data\".");
/// ```
pub fn identity_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    push_identity_form(text, &mut form);
    form
}

fn plain_style(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' | '＇' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' | '－' => '-',
        other => other,
    }
}

/// What makes a clause the same clause, as bytes: its class, the form of its lead-in where it has one, its own form.
///
/// Headings, paragraphs and quotes with the same words are one clause; an item differs from them, and from the same words
/// under another lead-in; so does a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClauseIdentity(String);

impl ClauseIdentity {
    /// The identity of a clause of `kind` with this lead-in (or header row) and text.
    pub fn new(kind: ClauseKind, lead_in: Option<&str>, text: &str) -> Self {
        let mut form = String::with_capacity(text.len() + 8 + lead_in.map_or(0, str::len));
        match kind {
            ClauseKind::Heading | ClauseKind::Paragraph | ClauseKind::Quote => {}
            // NUL never is in a rendered text, so nothing can look like another class or end a lead-in early.
            ClauseKind::Item | ClauseKind::Row => {
                form.push_str(if kind == ClauseKind::Item { "\0i" } else { "\0r" });
                push_identity_form(lead_in.unwrap_or_default(), &mut form);
                form.push('\0');
            }
        }
        push_identity_form(text, &mut form);
        Self(form)
    }

    /// The identity of a clause.
    pub fn of(clause: &Clause) -> Self {
        Self::new(clause.kind, clause.lead_in.as_deref(), &clause.text)
    }

    /// A 64-bit hash that equal clauses of different companies share.
    pub fn text_key(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&blake3::hash(self.0.as_bytes()).as_bytes()[..8]);
        u64::from_be_bytes(first)
    }

    /// The id of this clause of a policy: equal across rebuilds, corpora and collections.
    pub fn clause_id(&self, company: &str, policy_type: &str) -> ClauseId {
        let mut hasher = blake3::Hasher::new();
        for part in [company, policy_type, &self.0] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut first = [0; 10];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..10]);
        ClauseId::from_bytes(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_and_the_lead_in_are_part_of_the_identity() {
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
    fn the_form_keeps_what_carries_meaning() {
        assert_ne!(identity_form("10 days"), identity_form("30 days"));
        assert_ne!(identity_form("cafe"), identity_form("café"));
        assert_ne!(identity_form("sell, rent"), identity_form("sell rent"));
        assert_eq!(identity_form("co\u{AD}op –  ‘x’"), identity_form("coop - 'x'"));
    }
}
