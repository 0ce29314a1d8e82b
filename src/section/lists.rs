//! Lists and their lead-ins: which list an item is of, and the sentence that introduces it.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::blocks::List;
use super::enumerate::Enumerator;
use super::pieces::Piece;
use super::wording::{ends_open, ends_sentence};
use crate::model::{Clause, ClauseKind};

/// The number of a list that was open when a stretch of text ended; lists of its own are numbered from [`super::blocks::FIRST_LIST`].
pub(super) const OPEN_LIST: usize = 0;

/// The lists that more items may follow in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Lists {
    /// The open lists, outermost first.
    open: Vec<OpenList>,
    /// The last list that was left, with how many numbered entries it had: a list may go on at the next number.
    left: Option<(u64, Option<LeadIn>)>,
    entries: u64,
}

/// A list that more items may follow in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct OpenList {
    mark: Mark,
    lead_in: Option<LeadIn>,
}

/// What the entries of a list begin with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

    /// Whether its entries have numbers, or might have.
    fn is_numbered(&self) -> bool {
        match self {
            Self::List(list) => list.start.is_some(),
            Self::Number(_) | Self::None => true,
            Self::Bullet => false,
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LeadIn {
    text: Arc<str>,
    /// Under how many headings it stands: it holds as long as those do.
    headings: usize,
}

/// The clause before an item, and under how many headings the item stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before<'p> {
    /// Kind and text of the clause before; `None` at the start.
    pub last: Option<(ClauseKind, &'p str)>,
    pub headings: usize,
}

impl Lists {
    /// A section opens below `kept` headings, with a heading that stands in `depth` lists.
    pub fn enter_section(&mut self, kept: usize, depth: usize) {
        // No list goes on in another section, but for the lists in one of whose entries the heading stands.
        self.open.truncate(depth);
        for list in &mut self.open {
            list.lead_in.take_if(|lead_in| lead_in.headings > kept);
        }
        self.left = None;
        if depth == 0 {
            self.entries = 0;
        }
    }

    /// Text of no list follows.
    pub fn leave(&mut self) {
        if !self.open.is_empty() {
            self.left = Some((self.entries, self.open[0].lead_in.clone()));
            self.open.clear();
        }
    }

    /// What follows is numbered anew, but for a list that goes on.
    pub fn forget_numbers(&mut self) {
        for list in &mut self.open {
            if let Mark::List(list) = &mut list.mark {
                list.number = OPEN_LIST;
            }
        }
    }

    /// The lead-in of an item: known since its list began.
    pub fn lead_in(
        &mut self,
        piece: &Piece,
        is_typed: bool,
        before: Before<'_>,
    ) -> Option<Arc<str>> {
        // A typed item in a list entry is one level below it.
        let depth =
            piece.list_depth.saturating_sub(1) + usize::from(is_typed && piece.list_depth > 0);
        let mark = Mark::of(piece, is_typed);
        // Typed lists are nested by their numbers alone: any open one may go on.
        let deepest = if is_typed { self.open.len() } else { self.open.len().min(depth + 1) };
        let open = (depth..deepest).rev().find(|&at| self.open[at].mark.goes_on(&mark));
        let at = match open {
            Some(at) => {
                self.open.truncate(at + 1);
                if let Mark::Number(_) = mark {
                    self.open[at].mark = mark;
                }
                at
            }
            None => self.begin(depth, piece, mark, before),
        };
        if at == 0 && self.open[0].mark.is_numbered() {
            self.entries += 1;
        }
        self.open[at].lead_in.as_ref().map(|lead_in| Arc::clone(&lead_in.text))
    }

    /// Opens a list at `depth`, or for a typed one below the lists that are open there; returns its depth.
    fn begin(&mut self, depth: usize, piece: &Piece, mark: Mark, before: Before<'_>) -> usize {
        let begins = match &mark {
            Mark::Number(number) => number.is_first() || before.announces(),
            Mark::Bullet => true,
            Mark::List(_) | Mark::None => false,
        };
        let is_below = begins && self.open.len() > depth;
        let depth = if is_below { self.open.len() } else { depth };
        let lead_in = if is_below {
            // The lead-in that an item gives to the items below it.
            if before.announces() { before.last_words() } else { None }
        } else {
            self.new_lead_in(depth, piece, &mark, before)
        };
        self.open.truncate(depth);
        // A list nested in an entry without text leaves levels out.
        self.open.resize_with(depth, || OpenList { mark: Mark::None, lead_in: None });
        self.open.push(OpenList { mark, lead_in });
        depth
    }

    fn new_lead_in(
        &mut self,
        depth: usize,
        piece: &Piece,
        mark: &Mark,
        before: Before<'_>,
    ) -> Option<LeadIn> {
        let (kind, text) = before.last?;
        if kind == ClauseKind::Item && !before.announces() {
            match self.open.get(depth) {
                // Directly after another list at this depth: the same list, cut in two by debris.
                Some(open) if open.mark.is_like(mark) => return open.lead_in.clone(),
                // The last item is not the one that this list stands in.
                Some(open) if depth == 0 && self.left.is_none() => {
                    self.left = Some((self.entries, open.lead_in.clone()));
                }
                Some(_) => return None,
                None if depth > 0 => return before.last_words(),
                None => {}
            }
        } else if kind == ClauseKind::Item
            || matches!(kind, ClauseKind::Paragraph | ClauseKind::Quote) && introduces_list(text)
        {
            self.entries = 0;
            return before.last_words();
        }
        let start = piece.list.and_then(|list| list.start);
        match (&self.left, start) {
            (Some((entries, lead_in)), Some(start)) if start > 1 && start == entries + 1 => {
                lead_in.clone()
            }
            _ => {
                self.entries = 0;
                None
            }
        }
    }
}

impl Before<'_> {
    /// Whether the clause before is an item that introduces others. Items end in commas and "and" anyway.
    fn announces(self) -> bool {
        let is_open = |text: &str| bare_end(text).ends_with([':', '：', '—', '–']);
        self.last.is_some_and(|(kind, text)| kind == ClauseKind::Item && is_open(text))
    }

    /// The last sentence of the clause before.
    fn last_words(self) -> Option<LeadIn> {
        let text = last_sentence(self.last?.1)?;
        Some(LeadIn { text, headings: self.headings })
    }
}

/// Whether the text of a clause can be, or hold, the lead-in of a list that follows.
pub(super) fn may_introduce(clause: &Clause) -> bool {
    match clause.kind {
        ClauseKind::Item => true,
        ClauseKind::Paragraph | ClauseKind::Quote => introduces_list(&clause.text),
        ClauseKind::Heading | ClauseKind::Row => false,
    }
}

/// Whether a paragraph before a list introduces it: it breaks off where a list goes on. Lines without any mark at their end are
/// mostly debris of a page ("Help Center").
fn introduces_list(text: &str) -> bool {
    let end = bare_end(text);
    let is_announced = || {
        // Sentence borders are dear: most texts have no such word at all.
        let announces = |text: &str| {
            let lower = text.to_lowercase();
            lower.contains("following") || lower.contains("as follows")
        };
        announces(end) && last_sentence(end).is_some_and(|last| announces(&last))
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
pub(super) fn last_sentence(text: &str) -> Option<Arc<str>> {
    let sentences = text.unicode_sentences().map(str::trim);
    sentences.filter(|sentence| crate::token::has_token(sentence)).last().map(Arc::from)
}
