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
use super::lists::OPEN_LIST;
use super::pieces::Piece;
use super::stretch::{Join, is_independent, stretches};
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
    by_text: HashMap<Join, HashMap<Box<str>, u32, FxBuildHasher>, FxBuildHasher>,
    stretches: Vec<Stretch>,
    by_state: HashMap<Arc<State>, u32, FxBuildHasher>,
    states: Vec<Arc<State>>,
    /// (state, stretch, the two after it) to (part, state after it).
    steps: HashMap<Context, (usize, u32), FxBuildHasher>,
    parts: usize,
}

/// A stretch of text and all that decides what becomes of it. Stretches that do not matter are [`NONE`].
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct Context {
    state: u32,
    stretch: u32,
    after: [u32; LOOK_AHEAD],
}

const NONE: u32 = u32::MAX;

/// A distinct stretch, by its text and how it is joined.
struct Stretch {
    pieces: Vec<Piece>,
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
            let number = self.stretch(&text[stretch.range], stretch.join);
            let stretch = &self.stretches[number as usize];
            is_independent &= stretch.is_independent;
            if !stretch.pieces.is_empty() {
                found.push(number);
            }
        }
        is_independent.then_some(found)
    }

    fn stretch(&mut self, text: &str, join: Join) -> u32 {
        let by_text = self.by_text.entry(join).or_default();
        if let Some(&number) = by_text.get(text) {
            return number;
        }
        let number = self.stretches.len() as u32;
        let is_independent = is_independent(text);
        let mut pieces = if is_independent { pieces(text) } else { Vec::new() };
        join_list(&mut pieces, join);
        let (quoted, bytes) = quoted_bytes(&pieces);
        self.stretches.push(Stretch { pieces, quoted, bytes, is_independent });
        by_text.insert(text.into(), number);
        number
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

    /// The stretches that the next pieces are of.
    fn after(&self, following: &[u32]) -> [u32; LOOK_AHEAD] {
        let mut after = [NONE; LOOK_AHEAD];
        let mut pieces = 0;
        for (after, &number) in after.iter_mut().zip(following) {
            *after = number;
            pieces += self.stretches[number as usize].pieces.len();
            if pieces >= LOOK_AHEAD {
                break;
            }
        }
        after
    }

    /// Settles a stretch in a context in which it was not met before.
    fn step(&mut self, context: Context) -> (usize, Option<Vec<Clause>>, u32) {
        let mut state = State::clone(&self.states[context.state as usize]);
        let following = context.after.iter().filter_map(|&number| self.stretches.get(number as usize));
        let after: Vec<&Piece> = following.flat_map(|stretch| &stretch.pieces).take(LOOK_AHEAD).collect();
        let clauses = state.assemble(self.stretches[context.stretch as usize].pieces.clone(), &after);
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

/// Makes the first list of a stretch the one that it goes on with.
fn join_list(pieces: &mut [Piece], join: Join) {
    let Join::List(start) = join else { return };
    let lists = pieces.iter_mut().filter_map(|piece| piece.list.as_mut());
    for list in lists.filter(|list| list.number == FIRST_LIST) {
        *list = List { number: OPEN_LIST, start };
    }
}
