//! Sectioning the texts of one policy, of which successive ones repeat nearly everything: a stretch that was read before is not read again.
//!
//! A text is cut at blank lines into *stretches* that CommonMark reads the same alone as in their text. Each distinct stretch is parsed
//! once. What becomes of its pieces depends on what stands around it: on the [`State`] before it and on the next pieces after it. So the
//! clauses of a stretch - a [`Part`] - are known by (state, stretch, following stretches), all of them small numbers, and a text that repeats
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
use super::stretch::{Join, entry_stretches, is_independent, stretches};
use super::{is_mostly_quoted, pieces, quoted_bytes, section};
use crate::model::Clause;

/// A part of a text: clauses that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
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
    pub fn section(&mut self, text: &str) -> Vec<Part> {
        match self.known_stretches(text) {
            Some(stretches) => self.walk(&stretches),
            None => vec![Part { number: self.next_part(), clauses: Some(section(text)) }],
        }
    }

    fn next_part(&mut self) -> usize {
        self.parts += 1;
        self.parts - 1
    }

    /// The stretches of `text` that have pieces; `None` if it must be read whole.
    fn known_stretches(&mut self, text: &str) -> Option<Vec<u32>> {
        let mut found = Vec::new();
        let mut is_independent = true;
        for stretch in stretches(text) {
            let number = self.stretch(&text[stretch.range], (0, stretch.join));
            is_independent &= self.flatten(number, &mut found);
        }
        is_independent.then_some(found)
    }

    /// Appends the stretches with pieces that a stretch consists of. Returns whether they mean the same in any text.
    fn flatten(&self, number: u32, out: &mut Vec<u32>) -> bool {
        let stretch = &self.stretches[number as usize];
        if !stretch.pieces.is_empty() {
            out.push(number);
        }
        stretch.inner.iter().fold(stretch.is_independent, |all, &inner| self.flatten(inner, out) && all)
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
            let outlines = pieces.iter().take(LOOK_AHEAD).map(|piece| self.outline(piece)).collect();
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
        let Some(first) = first.filter(|&first| !self.stretches[first as usize].pieces.is_empty()) else {
            return Vec::new();
        };
        let rest = inner.map(|next| self.stretch(&next.text, (depth + 1, next.join)));
        std::iter::once(first).chain(rest).collect()
    }

    fn walk(&mut self, stretches: &[u32]) -> Vec<Part> {
        let all = stretches.iter().map(|&number| &self.stretches[number as usize]);
        let (quoted, bytes) = all.fold((0, 0), |sum, next| (sum.0 + next.quoted, sum.1 + next.bytes));
        let mut state = self.intern(State::new(is_mostly_quoted(quoted, bytes)));
        let mut parts = Vec::with_capacity(stretches.len());
        for (i, &stretch) in stretches.iter().enumerate() {
            let after = self.after(&stretches[i + 1..]);
            let context = Context { state, stretch, after };
            let (number, clauses, next) = match self.steps.get(&context) {
                Some(&(number, next)) => (number, None, next),
                None => self.step(context),
            };
            parts.push(Part { number, clauses });
            state = next;
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
    fn step(&mut self, context: Context) -> (usize, Option<Vec<Clause>>, u32) {
        let mut state = State::clone(&self.states[context.state as usize]);
        let after = context.after.iter().filter_map(|&number| self.outlines.get(number as usize)).cloned();
        let clauses = state.assemble(self.stretches[context.stretch as usize].pieces.clone(), after);
        let next = self.intern(state);
        let number = self.next_part();
        self.steps.insert(context, (number, next));
        (number, Some(clauses), next)
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
