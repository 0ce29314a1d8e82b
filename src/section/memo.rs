//! Sectioning the texts of one policy, of which successive ones repeat nearly everything: a stretch that was read before is not read again.
//!
//! A text is cut at blank lines into *stretches* that CommonMark reads the same alone as in their text. Each distinct stretch is parsed
//! once. What becomes of its pieces depends on what stands around it: on the [`State`] before it and on the next pieces after it. So the
//! clauses of a stretch - a [`TextPart`] - are known by (state, stretch, following stretches), all of them small numbers, and a text that repeats
//! another costs little more than finding its blank lines. Nothing is guessed: parts are equal because all that decides is equal.
//!
//! Texts with marks that can reach over blank lines (fences, comments, link definitions) are read whole.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::assembly::{LOOK_AHEAD, State};
use super::blocks::{FIRST_LIST, List};
use super::headings::Outline;
use super::lists::OPEN_LIST;
use super::pieces::Piece;
use super::stretch::{Join, Position, entry_stretches, is_independent, stretches_from};
use super::{is_mostly_quoted, pieces, quoted_bytes, section};
use crate::model::Clause;

/// A part of a text: clauses that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPart {
    /// Counts the parts of a policy from 0: equal numbers, equal clauses.
    pub number: usize,
    /// The clauses, when the part is met for the first time. Their ranges count bytes of the stretch of text that they were read from.
    pub clauses: Option<Vec<Clause>>,
}

/// Sections the texts of one policy, in any order.
///
/// Put together, the parts of a text are the clauses of [`section`], but for their ranges.
///
/// ```
/// use fineprint::section::Sectioner;
/// let mut sectioner = Sectioner::default();
/// let first = sectioner.section("# Privacy\n\nWe sell data.\n\nWe ask first.\n\nThe end.");
/// assert!(first.iter().all(|part| part.clauses.is_some()));
/// let next = sectioner.section("# Privacy\n\nWe sell data.\n\nWe ask first.\n\nThe very end.");
/// assert_eq!(next[0].number, first[0].number);
/// assert!(next[0].clauses.is_none());
/// ```
#[derive(Default)]
pub struct Sectioner {
    by_text: HashMap<Setting, HashMap<Box<str>, u32, FxBuildHasher>, FxBuildHasher>,
    stretches: Vec<Stretch>,
    by_state: HashMap<Arc<State>, u32, FxBuildHasher>,
    states: Vec<Arc<State>>,
    /// Outlines by number.
    outlines: Vec<Outline>,
    by_outline: HashMap<Outline, u32, FxBuildHasher>,
    /// What stands around a stretch to its part and the state after it.
    steps: HashMap<Context, (usize, u32), FxBuildHasher>,
    parts: usize,
    last: Option<Sectioned>,
}

/// A text that was sectioned. Of the next one, only what differs from it is looked at.
#[derive(Default)]
struct Sectioned {
    text: String,
    cuts: Vec<Cut>,
    /// Its stretches that have pieces.
    stretches: Vec<u32>,
    /// Of each, the state before it, and its part.
    steps: Vec<(u32, usize)>,
    quoted: usize,
    bytes: usize,
}

/// A stretch of a text.
#[derive(Clone, Copy)]
struct Cut {
    /// Where it was looked for.
    position: Position,
    end: usize,
    /// How many stretches with pieces stand before it.
    before: usize,
}

/// What a text has in common with the one before, in stretches with pieces.
#[derive(Default, Clone, Copy)]
struct Common {
    start: usize,
    end: usize,
}

/// What is to be known of a stretch besides its text: in how many list entries it stands, and what it is joined to.
type Setting = (usize, Join);

/// A stretch of text and all that decides what becomes of it.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct Context {
    state: u32,
    stretch: u32,
    /// The outlines of the pieces after it; [`NONE`] where the text ends.
    after: [u32; LOOK_AHEAD],
}

const NONE: u32 = u32::MAX;

/// Entries in entries are cut up to this depth; real lists have five levels.
const MAX_DEPTH: usize = 8;

/// A distinct stretch, by its text and setting.
#[derive(Default)]
struct Stretch {
    pieces: Vec<Piece>,
    /// The stretches that it consists of, if it is cut further; it has no pieces of its own then.
    inner: Vec<u32>,
    /// The outlines of its first pieces.
    outlines: Vec<u32>,
    /// Bytes of its pieces in block quotations, and of all.
    quoted: usize,
    bytes: usize,
    /// Whether it means the same alone as in any text.
    is_independent: bool,
}

impl Sectioner {
    /// The parts of `text`, in reading order.
    pub fn section(&mut self, text: impl Into<String>) -> Vec<TextPart> {
        let last = self.last.take().unwrap_or_default();
        let mut next = Sectioned { text: text.into(), ..Sectioned::default() };
        let Some(common) = self.cut(&mut next, &last) else {
            return vec![TextPart { number: self.next_part(), clauses: Some(section(&next.text)) }];
        };
        let parts = self.walk(&mut next, &last, common);
        self.last = Some(next);
        parts
    }

    fn next_part(&mut self) -> usize {
        self.parts += 1;
        self.parts - 1
    }

    /// Cuts the text of `next`; `None` if it must be read whole.
    fn cut(&mut self, next: &mut Sectioned, last: &Sectioned) -> Option<Common> {
        let start = common_start(next.text.as_bytes(), last.text.as_bytes());
        let (rest, last_rest) = (&next.text.as_bytes()[start..], &last.text.as_bytes()[start..]);
        let end = common_end(rest, last_rest);
        // Where a stretch ends shows in the first line of the one after it.
        let kept = last.cuts.iter().skip(1).take_while(|cut| cut.end < start).count();
        next.cuts.extend_from_slice(&last.cuts[..kept]);
        let first = last.cuts.get(kept);
        let common_start = first.map_or(0, |cut| cut.before);
        next.stretches.extend_from_slice(&last.stretches[..common_start]);
        let text = std::mem::take(&mut next.text);
        let mut found = stretches_from(
            &text,
            first.filter(|_| kept > 0).map_or(Position::default(), |cut| cut.position),
        );
        let mut common = Common { start: next.stretches.len(), end: 0 };
        let mut is_independent = true;
        loop {
            let position = found.position();
            if position.at + end >= text.len()
                && let Some(same) = last.cut_at(position.moved(text.len(), last.text.len()))
            {
                common.end = next.append_end(last, same, text.len());
                break;
            }
            let Some(stretch) = found.next() else { break };
            let before = next.stretches.len();
            next.cuts.push(Cut { position, end: stretch.range.end, before });
            let number = self.stretch(&text[stretch.range], (0, stretch.join));
            is_independent &= self.flatten(number, &mut next.stretches);
        }
        next.text = text;
        self.count_quoted(next, last, common);
        is_independent.then_some(common)
    }

    /// Counts the bytes of a text by what differs from the last one.
    fn count_quoted(&self, next: &mut Sectioned, last: &Sectioned, common: Common) {
        let sum = |sectioned: &Sectioned| {
            let range = common.start..sectioned.stretches.len() - common.end;
            let stretches =
                sectioned.stretches[range].iter().map(|&number| &self.stretches[number as usize]);
            stretches.fold((0, 0), |sum, stretch| (sum.0 + stretch.quoted, sum.1 + stretch.bytes))
        };
        let (added, removed) = (sum(next), sum(last));
        next.quoted = last.quoted + added.0 - removed.0;
        next.bytes = last.bytes + added.1 - removed.1;
    }

    /// Appends the stretches with pieces that a stretch consists of. Returns whether they mean the same in any text.
    fn flatten(&self, number: u32, out: &mut Vec<u32>) -> bool {
        let stretch = &self.stretches[number as usize];
        if !stretch.pieces.is_empty() {
            out.push(number);
        }
        stretch
            .inner
            .iter()
            .fold(stretch.is_independent, |all, &inner| self.flatten(inner, out) && all)
    }

    fn stretch(&mut self, text: &str, setting: Setting) -> u32 {
        let by_text = self.by_text.entry(setting).or_default();
        if let Some(&number) = by_text.get(text) {
            return number;
        }
        let number = self.stretches.len() as u32;
        by_text.insert(text.into(), number);
        let is_independent = is_independent(text);
        self.stretches.push(Stretch { is_independent, ..Stretch::default() });
        if is_independent {
            let inner = self.entry(text, setting);
            let pieces = if inner.is_empty() { joined_pieces(text, setting) } else { Vec::new() };
            let (quoted, bytes) = quoted_bytes(&pieces);
            let outlines =
                pieces.iter().take(LOOK_AHEAD).map(|piece| self.outline(piece)).collect();
            self.stretches[number as usize] =
                Stretch { pieces, outlines, inner, quoted, bytes, is_independent };
        }
        number
    }

    /// The stretches of a list entry; none if it is not one that can be cut.
    fn entry(&mut self, text: &str, (depth, join): Setting) -> Vec<u32> {
        let inner = if depth < MAX_DEPTH { entry_stretches(text, join) } else { None };
        let Some(inner) = inner else { return Vec::new() };
        let mut inner = inner.into_iter();
        let first = inner.next().map(|first| self.stretch(&first.text, (depth, join)));
        // The entry is then what comes next.
        let Some(first) = first.filter(|&first| !self.stretches[first as usize].pieces.is_empty())
        else {
            return Vec::new();
        };
        let rest = inner.map(|next| self.stretch(&next.text, (depth + 1, next.join)));
        std::iter::once(first).chain(rest).collect()
    }

    /// The parts of a text that is cut.
    fn walk(&mut self, next: &mut Sectioned, last: &Sectioned, common: Common) -> Vec<TextPart> {
        let count = next.stretches.len();
        let mut state = self.intern(State::new(is_mostly_quoted(next.quoted, next.bytes)));
        // The pieces after a stretch decide about it as well.
        let known = common.start.saturating_sub(LOOK_AHEAD);
        if last.steps.first().is_some_and(|&(first, _)| first == state) && known > 0 {
            next.steps.extend_from_slice(&last.steps[..known]);
            state = last.steps[known].0;
        }
        let mut clauses = Vec::new();
        while next.steps.len() < count {
            let i = next.steps.len();
            // From here on, nothing differs.
            if count - i <= common.end {
                let rest = &last.steps[last.steps.len() - (count - i)..];
                if rest[0].0 == state {
                    next.steps.extend_from_slice(rest);
                    break;
                }
            }
            let stretch = next.stretches[i];
            let context = Context { state, stretch, after: self.after(&next.stretches[i + 1..]) };
            let (number, following) = match self.steps.get(&context) {
                Some(&step) => step,
                None => {
                    let (number, new, following) = self.step(context);
                    clauses.push((i, new));
                    (number, following)
                }
            };
            next.steps.push((state, number));
            state = following;
        }
        let known = next.steps.iter().map(|&(_, number)| TextPart { number, clauses: None });
        let mut parts: Vec<TextPart> = known.collect();
        for (i, new) in clauses {
            parts[i].clauses = Some(new);
        }
        parts
    }

    fn outline(&mut self, piece: &Piece) -> u32 {
        let next = self.outlines.len() as u32;
        match self.by_outline.entry(Outline::of(piece)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.outlines.push(new.key().clone());
                *new.insert(next)
            }
        }
    }

    /// The outlines of the next pieces.
    fn after(&self, following: &[u32]) -> [u32; LOOK_AHEAD] {
        let mut after = [NONE; LOOK_AHEAD];
        // Each stretch here has a piece.
        let following = following.iter().take(LOOK_AHEAD);
        let outlines = following.flat_map(|&number| &self.stretches[number as usize].outlines);
        for (after, &outline) in after.iter_mut().zip(outlines) {
            *after = outline;
        }
        after
    }

    /// Settles a stretch in a context in which it was not met before.
    fn step(&mut self, context: Context) -> (usize, Vec<Clause>, u32) {
        let mut state = State::clone(&self.states[context.state as usize]);
        let after =
            context.after.iter().filter_map(|&number| self.outlines.get(number as usize)).cloned();
        let clauses =
            state.assemble(self.stretches[context.stretch as usize].pieces.clone(), after);
        let next = self.intern(state);
        let number = self.next_part();
        self.steps.insert(context, (number, next));
        (number, clauses, next)
    }

    fn intern(&mut self, state: State) -> u32 {
        let state = Arc::new(state);
        match self.by_state.entry(Arc::clone(&state)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.states.push(state);
                *new.insert((self.states.len() - 1) as u32)
            }
        }
    }
}

impl Sectioned {
    /// The cut that was looked for at `position`.
    fn cut_at(&self, position: Position) -> Option<usize> {
        let found = self.cuts.partition_point(|cut| cut.position.at < position.at);
        self.cuts.get(found).filter(|cut| cut.position == position).map(|_| found)
    }

    /// Appends the cuts of `last` from `first` on, of a text that is `length` bytes long. Returns how many stretches that are.
    fn append_end(&mut self, last: &Sectioned, first: usize, length: usize) -> usize {
        let cuts = &last.cuts[first..];
        let from = cuts.first().map_or(last.stretches.len(), |cut| cut.before);
        let before = self.stretches.len();
        self.cuts.extend(cuts.iter().map(|cut| Cut {
            position: cut.position.moved(last.text.len(), length),
            end: (cut.end + length) - last.text.len(),
            before: cut.before - from + before,
        }));
        self.stretches.extend_from_slice(&last.stretches[from..]);
        last.stretches.len() - from
    }
}

/// How many bytes are compared at once: enough that the comparison of memory is at its full speed.
const CHUNK: usize = 1024;

/// How many bytes two texts have in common at their start.
fn common_start(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK));
    let whole = chunks.take_while(|(a, b)| a == b).count() * CHUNK;
    whole + a[whole..].iter().zip(&b[whole..]).take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts have in common at their end.
fn common_end(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.rchunks_exact(CHUNK).zip(b.rchunks_exact(CHUNK));
    let whole = chunks.take_while(|(a, b)| a == b).count() * CHUNK;
    let (a, b) = (&a[..a.len() - whole], &b[..b.len() - whole]);
    whole + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// The pieces of a stretch that stands in so many list entries, its first list being the one that it goes on with.
fn joined_pieces(text: &str, (depth, join): Setting) -> Vec<Piece> {
    let mut pieces = pieces(text);
    for piece in &mut pieces {
        piece.list_depth += depth;
        if let (Join::List(start), Some(list)) = (join, &mut piece.list)
            && list.number == FIRST_LIST
        {
            *list = List { number: OPEN_LIST, start };
        }
    }
    pieces
}
