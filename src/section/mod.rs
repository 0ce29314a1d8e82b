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
use enumerate::Enumerator;
use pieces::Piece;
use wording::{ends_open, ends_sentence};

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
    /// The open lists, outermost first.
    lists: Vec<OpenList>,
    /// The last list that was left, with how many entries it had: a list may go on at the next number.
    left: Option<(u64, Option<LeadIn>)>,
    entries: u64,
}

/// A list that more items may follow in.
struct OpenList {
    mark: Mark,
    lead_in: Option<LeadIn>,
}

/// What the entries of a list begin with.
enum Mark {
    /// A mark of Markdown.
    List(List),
    /// A bullet that the author typed.
    Bullet,
    /// A number that the author typed: the last one.
    Number(Enumerator),
    /// Nothing known: a level that a nested list leaves out, or the body of a title.
    None,
}

impl Mark {
    fn of(piece: &Piece, is_typed: bool) -> Self {
        match (&piece.enumerator, piece.list) {
            _ if is_typed && piece.has_bullet => Self::Bullet,
            (Some(number), _) if is_typed => Self::Number(number.clone()),
            (_, Some(list)) if !is_typed => Self::List(list),
            _ => Self::None,
        }
    }

    /// Whether an item that begins with `next` is of the same list.
    fn goes_on(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::List(open), Self::List(next)) => open == next,
            (Self::Number(last), Self::Number(next)) => next.continues(last),
            (Self::Bullet, Self::Bullet) => true,
            (Self::List(open), Self::Bullet) => open.start.is_none(),
            // The body below an entry's title.
            (_, Self::None) => true,
            _ => false,
        }
    }

    /// Whether a Markdown list may be this one's second half, cut off by debris: both have numbers, or neither.
    fn is_like(&self, next: &Self) -> bool {
        match (self, next) {
            (Self::List(open), Self::List(next)) => open.start.is_some() == next.start.is_some(),
            (Self::Bullet, Self::List(next)) => next.start.is_none(),
            (Self::None, Self::List(_)) => true,
            _ => false,
        }
    }
}

/// The sentence that introduces a list.
#[derive(Clone)]
struct LeadIn {
    text: Arc<str>,
    /// Under how many headings it stands: it holds as long as those do.
    headings: usize,
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
            self.open_section(level, piece.list_depth);
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

    fn open_section(&mut self, level: u8, list_depth: usize) {
        let kept = self.headings.iter().position(|&(open, _)| open >= level).unwrap_or(self.headings.len());
        self.headings.truncate(kept);
        self.path = self.headings.iter().map(|(_, text)| text.clone()).collect();
        // No list goes on in another section, but for the lists in one of whose entries the heading stands.
        self.lists.truncate(list_depth);
        for list in &mut self.lists {
            list.lead_in.take_if(|lead_in| lead_in.headings > kept);
        }
        self.left = None;
        if list_depth == 0 {
            self.entries = 0;
        }
    }

    fn leave_lists(&mut self) {
        if !self.lists.is_empty() {
            self.left = Some((self.entries, self.lists[0].lead_in.clone()));
            self.lists.clear();
        }
    }

    /// The lead-in of an item: known since its list began.
    fn item_lead_in(&mut self, piece: &Piece, is_typed: bool) -> Option<Arc<str>> {
        // A typed item in a list entry is one level below it.
        let depth = piece.list_depth.saturating_sub(1) + usize::from(is_typed && piece.list_depth > 0);
        let mark = Mark::of(piece, is_typed);
        // Typed lists are nested by their numbers alone: any open one may go on.
        let deepest = if is_typed { self.lists.len() } else { self.lists.len().min(depth + 1) };
        let open = (depth..deepest).rev().find(|&at| self.lists[at].mark.goes_on(&mark));
        let at = match open {
            Some(at) => {
                self.lists.truncate(at + 1);
                if let Mark::Number(_) = mark {
                    self.lists[at].mark = mark;
                }
                at
            }
            None => self.open_list(depth, piece, mark),
        };
        if at == 0 {
            self.entries += 1;
        }
        self.lists[at].lead_in.as_ref().map(|lead_in| Arc::clone(&lead_in.text))
    }

    /// Opens a list at `depth`, or for a typed one below the lists that are open there; returns its depth.
    fn open_list(&mut self, depth: usize, piece: &Piece, mark: Mark) -> usize {
        let begins = match &mark {
            Mark::Number(number) => number.is_first() || self.last_announces(),
            Mark::Bullet => true,
            Mark::List(_) | Mark::None => false,
        };
        let is_below = begins && self.lists.len() > depth;
        let depth = if is_below { self.lists.len() } else { depth };
        let lead_in = if is_below { self.announcement() } else { self.new_lead_in(depth, piece, &mark) };
        self.lists.truncate(depth);
        // A list nested in an entry without text leaves levels out.
        self.lists.resize_with(depth, || OpenList { mark: Mark::None, lead_in: None });
        self.lists.push(OpenList { mark, lead_in });
        depth
    }

    fn new_lead_in(&mut self, depth: usize, piece: &Piece, mark: &Mark) -> Option<LeadIn> {
        let last = self.clauses.last()?;
        if last.kind == Kind::Item && !self.last_announces() {
            match self.lists.get(depth) {
                // Directly after another list at this depth: the same list, cut in two by debris.
                Some(open) if open.mark.is_like(mark) => return open.lead_in.clone(),
                // The last item is not the one that this list stands in.
                Some(open) if depth == 0 && self.left.is_none() => {
                    self.left = Some((self.entries, open.lead_in.clone()));
                }
                Some(_) => return None,
                None if depth > 0 => return self.last_words(),
                None => {}
            }
        } else if last.kind == Kind::Item
            || matches!(last.kind, Kind::Paragraph | Kind::Quote) && introduces_list(&last.text)
        {
            self.entries = 0;
            return self.last_words();
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

    /// Whether the last clause is an item that introduces others. Items end in commas and "and" anyway.
    fn last_announces(&self) -> bool {
        let is_open = |clause: &Clause| bare_end(&clause.text).ends_with([':', '：', '—', '–']);
        self.clauses.last().is_some_and(|clause| clause.kind == Kind::Item && is_open(clause))
    }

    /// The lead-in that an item gives to the items below it.
    fn announcement(&self) -> Option<LeadIn> {
        if self.last_announces() { self.last_words() } else { None }
    }

    /// The last sentence of the last clause.
    fn last_words(&self) -> Option<LeadIn> {
        let text = last_sentence(&self.clauses.last()?.text)?;
        Some(LeadIn { text, headings: self.headings.len() })
    }
}

/// Whether a paragraph before a list introduces it: it breaks off where a list goes on. Lines without any mark at their end are
/// mostly debris of a page ("Help Center").
fn introduces_list(text: &str) -> bool {
    let end = bare_end(text);
    let is_announced = || {
        let last = last_sentence(end).map(|sentence| sentence.to_lowercase());
        last.is_some_and(|last| last.contains("following") || last.contains("as follows"))
    };
    end.ends_with([':', '：', ',', '，', ';', '；', '—', '–', '-', '…'])
        || !ends_sentence(end) && (ends_open(end) || is_announced())
}

/// A text up to where its last sentence ends.
fn bare_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '”' | '\'' | '’' | ')' | ']' | '*')
    })
}

/// The last sentence of a text, by the sentence borders of UAX 29.
fn last_sentence(text: &str) -> Option<Arc<str>> {
    let sentences = text.unicode_sentences().map(str::trim);
    sentences.filter(|sentence| crate::token::has_token(sentence)).last().map(Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (kind, text) of the clauses.
    fn kinds(text: &str) -> Vec<(Kind, String)> {
        section(text).into_iter().map(|clause| (clause.kind, clause.text)).collect()
    }

    /// (text, lead-in) of the items.
    fn lead_ins(text: &str) -> Vec<(String, String)> {
        let items = section(text).into_iter().filter(|clause| clause.kind == Kind::Item);
        items.map(|item| (item.text, item.lead_in.as_deref().unwrap_or("-").to_owned())).collect()
    }

    fn is_heading(line: &str, next: &str) -> bool {
        let clauses = section(&format!("{line}\n\n{next}\n\nThis is the end of it."));
        clauses[0].kind == Kind::Heading
    }

    #[test]
    fn numbered_paragraphs_after_a_list_are_not_of_it() {
        let text = "We will never:\n\n(a) sell data;\n\n(b) rent data.\n\n4.2 Sharing. We share your data with partners of ours.\n\n\
            4.3 Ads. We show ads to you.\n";
        let found: Vec<String> = lead_ins(text).into_iter().map(|(_, lead_in)| lead_in).collect();
        assert_eq!(found, ["We will never:", "We will never:", "-", "-"]);
        let nested = "We may:\n\n• share:\n\n(i) names;\n\n(ii) ages;\n\n• delete data.\n";
        let found: Vec<String> = lead_ins(nested).into_iter().map(|(_, lead_in)| lead_in).collect();
        assert_eq!(found, ["We may:", "share:", "share:", "We may:"]);
    }

    #[test]
    fn lead_ins_end_with_their_section() {
        let text = "## A\n\nWe never:\n\n1. sell data\n2. rent data\n\n## B\n\nHere is a closed sentence.\n\n3. share data with police\n";
        assert_eq!(lead_ins(text).last().unwrap().1, "-");
    }

    #[test]
    fn bold_lead_ins_are_no_headings() {
        let text = "**We may:**\n\n* sell your data\n\n**We never:**\n\n* sell your data\n";
        assert!(kinds(text).iter().all(|(kind, _)| *kind != Kind::Heading));
        let clauses = section(text);
        assert_ne!(Identity::of(&clauses[1]), Identity::of(&clauses[3]));
        for line in [
            "You are free to:",
            "Under the following conditions:",
            "Severe violations include:",
            "Do not post:",
            "You agree to:",
            "WE ALSO BOTH AGREE THAT:",
        ] {
            assert!(!is_heading(&format!("**{line}**"), "* an entry"), "{line}");
        }
        assert!(is_heading("**Personal Information:**", "* an entry"));
    }

    #[test]
    fn debris_introduces_nothing() {
        for line in ["Alibaba.com", "Help Center", "Back to top", "Privacy statement update: 9/19/17"] {
            let text = format!("Some text stands here first.\n\n{line}\n\n* an entry\n");
            assert_eq!(lead_ins(&text)[0].1, "-", "{line}");
        }
        for line in ["we share it with", "We collect the following information", "They may", "Data —"] {
            let text = format!("Some text stands here first.\n\n{line}\n\n* an entry\n");
            assert_eq!(lead_ins(&text)[0].1, line);
        }
    }

    #[test]
    fn bold_lines_in_mid_sentence_are_no_titles() {
        let text =
            "We will share your data with  \n**no one at all**  \nunless you have told us that we may.\n";
        assert_eq!(kinds(text).len(), 1);
        let text = "We keep your data safe.  \n**Sharing**  \nUnless you have told us, we share nothing.\n";
        assert_eq!(kinds(text).len(), 3);
    }

    #[test]
    fn sentences_in_capitals_are_no_headings() {
        let text = "EXCEPT WHERE PROHIBITED BY LAW, WE EXPRESSLY\n\nDISCLAIM ANY AND ALL WARRANTIES OR CONDITIONS OF\n\n\
            ANY KIND AND ALL OTHERS\n\nThat is so for every one of you and of our partners.\n";
        assert!(kinds(text).iter().all(|(kind, _)| *kind != Kind::Heading), "{:?}", kinds(text));
        assert!(is_heading(
            "WHO WE SHARE IT WITH",
            "We share it with nobody at all, and that is how it stays."
        ));
    }

    #[test]
    fn statements_and_dates_and_rows_are_no_headings() {
        let next = "A text of some length follows here, so that a title could stand before it.";
        for line in [
            "Yes, we do.",
            "Never.",
            "“EEA” means the European Economic Area.",
            "WE DO NOT SELL YOUR DATA.",
            "Revision date: March 05, 2020",
            "Policy last updated: March 05, 2020",
            "This Privacy Statement is effective as of May 25, 2018",
            "Name | Address | Town",
            "108-0075 Japan",
        ] {
            for line in [line.to_owned(), format!("**{line}**")] {
                assert!(!is_heading(&line, next), "{line}");
            }
        }
        assert!(is_heading("**Information From Children.**", next));
    }

    #[test]
    fn links_of_a_clause_are_in_it_once() {
        let text = "[a *b* c](https://a.example/1) and [d](https://a.example/2), [e](https://a.example/1)\n";
        assert_eq!(section(text)[0].links, ["a.example/1", "a.example/2"]);
    }

    /// The Markdown files below `folder`.
    fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn lead_ins_of_real_policies_stand_above_their_items() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/policies");
        let mut seen = 0;
        for path in files(&folder) {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let clauses = section(&text);
            for (i, item) in clauses.iter().enumerate().filter(|(_, clause)| clause.kind == Kind::Item) {
                let Some(lead_in) = &item.lead_in else { continue };
                seen += 1;
                let is_it = |clause: &Clause| {
                    item.section.starts_with(&clause.section)
                        && last_sentence(&clause.text).as_ref() == Some(lead_in)
                };
                assert!(clauses[..i].iter().any(is_it), "{}: {lead_in:?} of {:?}", path.display(), item.text);
            }
        }
        assert!(seen > 100, "{seen}");
    }
}
