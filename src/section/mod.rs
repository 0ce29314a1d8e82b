//! Sectioning: the Markdown of one snapshot becomes clauses with kind, section path and lead-in, in reading order.
//!
//! Sectioning never fails and loses no word: every token of the rendered text is in exactly one clause. Words are what a reader
//! of the page sees; link targets, HTML tags, list numbers that are marks and link definitions in use are not words.
//!
//! The way of a text: `blocks` (CommonMark, with what CommonMark gets wrong about these texts put right) -> `pieces` (cut
//! at hard breaks where a title or a typed entry begins) -> `enumerate` and `headings` (what authors typed without marks) -> clauses.
//! The rules are those of `tests/golden/sections/README.md`, and the labelled snapshots there measure them.

mod blocks;
mod enumerate;
mod headings;
mod html;
mod identity;
mod inline;
mod link;
mod mend;
mod pieces;
mod source;
mod wording;

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

pub use identity::{IDENTITY_VERSION, Identity, identity_form};
pub use link::{link_target, percent_decode};

use crate::model::{Clause, Kind};
use blocks::{List, Role};
use pieces::Piece;

/// The version of these rules. An index made by other rules has other clauses and is rebuilt, not mixed.
pub const SECTION_VERSION: u32 = 1;

/// The clauses of `text`, the body of a snapshot in Markdown, in reading order. Ranges count bytes of `text`.
///
/// ```
/// use fineprint::model::Kind;
/// let clauses = fineprint::section::section("# Privacy\n\n**Sharing**  \nWe never:\n\n  * sell **or**\nrent data\n");
/// let kinds: Vec<_> = clauses.iter().map(|c| (c.kind, c.text.as_str())).collect();
/// assert_eq!(kinds, [
///     (Kind::Heading, "Privacy"),
///     (Kind::Heading, "Sharing"),
///     (Kind::Paragraph, "We never:"),
///     (Kind::Item, "sell or rent data"),
/// ]);
/// assert_eq!(clauses[3].section.join(" > "), "Privacy > Sharing");
/// assert_eq!(clauses[3].lead_in.as_deref(), Some("We never:"));
/// ```
pub fn section(text: &str) -> Vec<Clause> {
    let mut pieces = pieces::pieces(blocks::blocks(text));
    let is_enumerated = enumerated(&pieces);
    headings::mark(&mut pieces, &is_enumerated);
    let quote_counts = !mostly_quoted(&pieces);
    let mut assembly = Assembly::default();
    for (piece, is_enumerated) in pieces.into_iter().zip(is_enumerated) {
        assembly.add(piece, is_enumerated, quote_counts);
    }
    assembly.clauses
}

/// Which pieces are points of an enumeration: their number follows the one before, with no other text between.
fn enumerated(pieces: &[Piece]) -> Vec<bool> {
    let mut found = vec![false; pieces.len()];
    for i in 1..pieces.len() {
        let (first, next) = (&pieces[i - 1], &pieces[i]);
        let are_text = first.role == Role::Text && next.role == Role::Text && !first.is_bold && !next.is_bold;
        if let (true, Some(first), Some(next)) = (are_text, &first.enumerator, &next.enumerator)
            && next.follows(first)
        {
            (found[i - 1], found[i]) = (true, true);
        }
    }
    found
}

/// Whether most of the policy stands in a block quotation, which then means nothing.
fn mostly_quoted(pieces: &[Piece]) -> bool {
    let quoted: usize = pieces.iter().filter(|piece| piece.is_quoted).map(|piece| piece.text.len()).sum();
    let all: usize = pieces.iter().map(|piece| piece.text.len()).sum();
    2 * quoted >= all
}

/// Turns pieces into clauses: keeps the stack of headings and the lead-ins of open lists.
#[derive(Default)]
struct Assembly {
    clauses: Vec<Clause>,
    headings: Vec<(u8, String)>,
    path: Arc<[String]>,
    /// Per depth of open lists: which list, and its lead-in.
    lists: Vec<(Option<List>, Option<Arc<str>>)>,
    /// The last list that was left, with how many entries it had: a list may go on at the next number.
    left: Option<(u64, Option<Arc<str>>)>,
    entries: u64,
}

impl Assembly {
    fn add(&mut self, piece: Piece, is_enumerated: bool, quote_counts: bool) {
        let is_typed_item = piece.role == Role::Text && (is_enumerated || piece.has_bullet);
        let kind = match piece.role {
            Role::Heading(_) => Kind::Heading,
            Role::Row { .. } => Kind::Row,
            Role::Entry => Kind::Item,
            Role::Text if is_typed_item => Kind::Item,
            // The body below an entry's title is that entry.
            Role::Text if piece.continues_entry && self.last_is_heading() => Kind::Item,
            Role::Text if piece.is_quoted && quote_counts => Kind::Quote,
            Role::Text => Kind::Paragraph,
        };
        let lead_in = match (&piece.role, kind) {
            (Role::Row { header }, _) => header.as_deref().map(Arc::from),
            (_, Kind::Item) => self.item_lead_in(&piece, is_typed_item),
            _ => None,
        };
        if piece.list_depth == 0 && kind != Kind::Item {
            self.leave_lists();
        }
        if let Role::Heading(level) = piece.role {
            self.open_section(level);
        }
        let section = Arc::clone(&self.path);
        if let Role::Heading(level) = piece.role {
            self.headings.push((level, piece.text.clone()));
            self.path = self.headings.iter().map(|(_, text)| text.clone()).collect();
        }
        let source = piece.start..piece.end.max(piece.start);
        self.clauses.push(Clause { kind, section, lead_in, text: piece.text, links: piece.links, source });
    }

    fn last_is_heading(&self) -> bool {
        self.clauses.last().is_some_and(|clause| clause.kind == Kind::Heading)
    }

    fn open_section(&mut self, level: u8) {
        let kept = self.headings.iter().position(|&(open, _)| open >= level).unwrap_or(self.headings.len());
        self.headings.truncate(kept);
        self.path = self.headings.iter().map(|(_, text)| text.clone()).collect();
    }

    fn leave_lists(&mut self) {
        if !self.lists.is_empty() {
            let lead_in = self.lists[0].1.clone();
            self.left = Some((self.entries, lead_in));
            self.lists.clear();
        }
    }

    /// The lead-in of an item: known since its list began.
    fn item_lead_in(&mut self, piece: &Piece, is_typed: bool) -> Option<Arc<str>> {
        // A typed item in a list entry is one level below it.
        let depth = piece.list_depth.saturating_sub(1) + usize::from(is_typed && piece.list_depth > 0);
        let is_new = match self.lists.get(depth) {
            Some((open, _)) => !is_typed && piece.list.is_some() && *open != piece.list,
            None => true,
        };
        if is_new {
            let goes_on = self.lists.get(depth).map(|(_, lead_in)| lead_in.clone());
            let lead_in = self.new_lead_in(depth, piece, goes_on);
            self.lists.truncate(depth);
            // A list nested in an entry without text leaves levels out.
            while self.lists.len() < depth {
                self.lists.push((None, None));
            }
            self.lists.push((piece.list, lead_in));
        } else {
            self.lists.truncate(depth + 1);
        }
        if depth == 0 {
            self.entries += 1;
        }
        self.lists.get(depth).and_then(|(_, lead_in)| lead_in.clone())
    }

    fn new_lead_in(
        &mut self,
        depth: usize,
        piece: &Piece,
        goes_on: Option<Option<Arc<str>>>,
    ) -> Option<Arc<str>> {
        let last = self.clauses.last()?;
        if depth > 0 && last.kind == Kind::Item {
            return last_sentence(&last.text);
        }
        // Directly after another list at this depth: the same list, cut in two by debris.
        if let (Some(lead_in), Kind::Item) = (goes_on, last.kind) {
            return lead_in;
        }
        let introduces = matches!(last.kind, Kind::Paragraph | Kind::Quote) && introduces_list(&last.text);
        if introduces {
            self.entries = 0;
            return last_sentence(&last.text);
        }
        let start = piece.list.and_then(|list| list.start);
        match (&self.left, start) {
            (Some((entries, lead_in)), Some(start)) if start > 1 && start == entries + 1 => lead_in.clone(),
            _ => {
                self.entries = 0;
                None
            }
        }
    }
}

/// Whether a paragraph before a list introduces it: it does not end like a finished sentence.
fn introduces_list(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '”' | '\'' | '’' | ')' | ']' | '*')
    });
    !end.ends_with(['.', '!', '?', '。', '！', '？'])
}

/// The last sentence of a text, by the sentence borders of UAX 29.
fn last_sentence(text: &str) -> Option<Arc<str>> {
    let sentences = text.unicode_sentences().map(str::trim);
    sentences.filter(|sentence| crate::token::has_token(sentence)).last().map(Arc::from)
}
