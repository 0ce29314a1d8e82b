//! Decides when two clauses are the same clause, by their identity forms, and hashes these forms.
//!
//! The identity form of a rendered text has one space for each run of white space and none at its
//! ends, one style of quotes and of dashes, and no soft hyphens and zero-width characters. It keeps
//! words, case, accents, numbers and other punctuation. Marks of Markdown and link targets are
//! removed before, by rendering.
//!
//! Texts with equal forms have equal tokens: every character that the form replaces separates
//! words, and every character that it drops is invisible inside words.

use crate::model::{Clause, ClauseId, ClauseKind};
use crate::token::is_invisible;

/// The version of the identity form. Clause ids change with it, and so do the collapsed clauses.
pub const IDENTITY_VERSION: u32 = 1;

/// Appends the identity form of `text` to `form`.
pub fn push_identity_form(text: &str, form: &mut String) {
    let start = form.len();
    let mut is_spaced = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // Most of a text is words in ASCII, which are copied as they are.
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
/// let form = identity_form(" We don’t  sell — or\u{A0}rent\n“data”. ");
/// assert_eq!(form, "We don't sell - or rent \"data\".");
/// ```
pub fn identity_form(text: &str) -> String {
    let mut form = String::with_capacity(text.len());
    push_identity_form(text, &mut form);
    form
}

/// The plain quote or dash that the form has in place of `c`.
fn plain_style(c: char) -> char {
    match c {
        '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' | '＇' => '\'',
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
            ClauseKind::Heading | ClauseKind::Paragraph | ClauseKind::Quote => {}
            // A rendered text never contains NUL, so no text can look like a mark of an item or
            // row, and no lead-in can seem to end early.
            ClauseKind::Item | ClauseKind::Row => {
                form.push_str(if kind == ClauseKind::Item { "\0i" } else { "\0r" });
                if let Some(lead_in) = lead_in {
                    push_identity_form(lead_in, &mut form);
                }
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
        assert_ne!(identity_form("10 days"), identity_form("30 days"));
        assert_ne!(identity_form("cafe"), identity_form("café"));
        assert_ne!(identity_form("sell, rent"), identity_form("sell rent"));
        assert_eq!(identity_form("co\u{AD}op –  ‘x’"), identity_form("coop - 'x'"));
    }
}
