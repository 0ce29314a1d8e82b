//! Sections the texts of one policy and remembers what it has read, since successive texts repeat
//! nearly everything.
//!
//! A text is cut at blank lines into *fragments*, which CommonMark reads alone as it reads them in
//! their text. Each distinct fragment is parsed once. What its passages become depends on their
//! surroundings: on the [`AssemblyState`] before it and on the next passages after it. So the
//! clauses of a fragment, a [`TextPart`], are known by state, fragment and following passages. All
//! three are small numbers, and a text that repeats another one costs little more than finding its
//! blank lines. Nothing is guessed: parts are equal only if everything that decides is equal.
//!
//! Which numbers in front of clauses are part of their texts depends on all clauses of a text. So
//! parts are assembled with their numbers, and settled when all parts of the text are known.
//!
//! Texts with marks that can reach over blank lines (fences, comments, link definitions) are read
//! whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::markdown::blocks::{FIRST_LIST, ListId, blocks};
use super::markdown::fragments::{
    FragmentPosition, Join, entry_fragments, fragments_from, is_independent,
};
use super::markdown::mapped_text::MappedText;
use super::markdown::prepare::prepare;
use super::numbers::settling::{MarkedNumbers, PartNumbers, PathNumber, SettledPaths, TextNumbers};
use super::structure::assembly::{AssemblyState, LOOK_AHEAD};
use super::structure::list_items::OPEN_LIST;
use super::structure::outline::Outline;
use super::structure::passages::{Passage, QuotedBytes, passages};
use super::whole_text::section_prepared;
use crate::model::Clause;

/// A part of a text: consecutive clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPart {
    /// The number of the part among the parts of the policy, from 0. Parts with equal numbers have
    /// equal clauses.
    pub number: usize,
    /// The clauses, if the part is met for the first time. Their ranges count bytes of the fragment
    /// from which they were read.
    pub clauses: Option<Vec<Clause>>,
}

/// Sections the texts of one policy, in any order.
///
/// The parts of a text together are the clauses that [`section`](super::section) returns, except
/// for the ranges. If more than half of the words of a text are furniture, the caller removes the
/// marks.
///
/// ```
/// use fineprint::section::Sectioner;
/// let mut sectioner = Sectioner::default();
/// let text = "# Privacy\n\nWe sell data.\n\nWe ask first.\n\nThe end.";
/// let first = sectioner.section(text);
/// assert!(first.iter().all(|part| part.clauses.is_some()));
/// let next = sectioner.section(text.replace("end", "very end"));
/// assert_eq!(next[0].number, first[0].number);
/// assert!(next[0].clauses.is_none());
/// ```
#[derive(Default)]
pub struct Sectioner {
    /// The numbers of the distinct fragments, by setting and text.
    by_text: HashMap<FragmentSetting, HashMap<Box<str>, u32, FxBuildHasher>, FxBuildHasher>,
    fragments: Vec<KnownFragment>,
    by_state: HashMap<Arc<AssemblyState>, u32, FxBuildHasher>,
    states: Vec<Arc<AssemblyState>>,
    outlines: Vec<Outline>,
    by_outline: HashMap<Outline, u32, FxBuildHasher>,
    /// The result of each fragment in each of its surroundings.
    steps: HashMap<Surroundings, KnownStep, FxBuildHasher>,
    /// The parts as they are before their numbers are settled.
    assembled: Vec<AssembledPart>,
    settled: HashMap<SettledKey, SettledPart, FxBuildHasher>,
    paths: SettledPaths,
    /// The number of distinct parts after that.
    parts: usize,
    last: Option<SectionedText>,
}

/// A text that was sectioned. Of the next text, only the difference from it is processed.
#[derive(Default)]
struct SectionedText {
    text: String,
    cuts: Vec<FragmentCut>,
    /// The fragments of the text that have passages.
    fragments: Vec<u32>,
    /// For each of these fragments, what it became.
    steps: Vec<TextStep>,
    quoted: QuotedBytes,
    /// Whether each line of the text was a paragraph.
    has_paragraph_lines: bool,
}

/// A fragment of a text as it was cut, which may consist of further fragments.
#[derive(Clone, Copy)]
struct FragmentCut {
    /// The position from which it was searched.
    position: FragmentPosition,
    /// The byte after it.
    end: usize,
    /// The number of fragments with passages before it.
    before: usize,
}

/// The number of fragments with passages that a text has in common with the text before, at its
/// start and at its end.
#[derive(Default, Clone, Copy)]
struct CommonEnds {
    start: usize,
    end: usize,
}

/// The facts besides its text that decide what passages a fragment has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct FragmentSetting {
    /// The number of list entries that contain it.
    depth: usize,
    join: Join,
}

/// A fragment and everything that decides what it becomes.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct Surroundings {
    state: u32,
    fragment: u32,
    /// The outlines of the passages after it; [`NO_OUTLINE`] where the text ends.
    after: [u32; LOOK_AHEAD],
}

/// A part whose numbers are still in its texts.
struct AssembledPart {
    /// What it was assembled from.
    here: Surroundings,
    numbers: PartNumbers,
}

/// A part and everything in the rest of its text that decides about its numbers and headings.
#[derive(PartialEq, Eq, Hash)]
struct SettledKey {
    assembled: usize,
    /// The headings before it.
    path: PathNumber,
    roles: MarkedNumbers,
}

/// A part whose numbers are settled.
#[derive(Clone, Copy)]
struct SettledPart {
    number: usize,
    /// The headings after it.
    path: PathNumber,
}

/// What a fragment became in its surroundings.
#[derive(Clone, Copy)]
struct KnownStep {
    /// The index of the assembled part.
    part: usize,
    /// The state after the fragment.
    next_state: u32,
}

/// What a fragment of a text became.
#[derive(Clone, Copy)]
struct TextStep {
    /// The state before the fragment.
    state: u32,
    part: usize,
}

/// The clauses of parts that were assembled for one text, by index of the part.
type NewParts = HashMap<usize, Vec<Clause>, FxBuildHasher>;

const NO_OUTLINE: u32 = u32::MAX;

/// The depth up to which entries in entries are cut. Real lists have at most five levels.
const MAX_DEPTH: usize = 8;

/// A distinct fragment.
#[derive(Default)]
struct KnownFragment {
    passages: Vec<Passage>,
    /// The fragments that it consists of, if it is cut further. It has no passages of its own then.
    inner: Vec<u32>,
    /// The outlines of its first passages.
    outlines: Vec<u32>,
    quoted: QuotedBytes,
    /// Whether it means the same alone as in any text.
    is_independent: bool,
}

impl Sectioner {
    /// The parts of `text`, in reading order.
    pub fn section(&mut self, text: impl Into<String>) -> Vec<TextPart> {
        let last = self.last.take().unwrap_or_default();
        let text = text.into();
        let prepared = prepare(&text);
        let has_paragraph_lines = prepared.has_paragraph_lines;
        let text = match prepared.text.text {
            Cow::Owned(prepared) => prepared,
            Cow::Borrowed(_) => text,
        };
        let mut next = SectionedText { text, has_paragraph_lines, ..SectionedText::default() };
        let Some(common) = self.cut(&mut next, &last) else {
            let text = MappedText::whole(&next.text);
            let clauses = section_prepared(&text, has_paragraph_lines);
            return vec![TextPart { number: self.next_part(), clauses: Some(clauses) }];
        };
        let mut new_parts = self.assemble(&mut next, &last, common);
        let parts = self.settle(&next.steps, &mut new_parts);
        self.last = Some(next);
        parts
    }

    /// Settles the numbers of a text that consists of these steps. `assembled` has the clauses of
    /// the parts that were assembled just now.
    fn settle(&mut self, steps: &[TextStep], assembled: &mut NewParts) -> Vec<TextPart> {
        let parts = steps.iter().map(|step| &self.assembled[step.part].numbers);
        let mut numbers = TextNumbers::of(parts);
        let mut path = 0;
        let mut out = Vec::with_capacity(steps.len());
        for &TextStep { part, .. } in steps {
            let AssembledPart { here, numbers: possible } = &self.assembled[part];
            let roles = numbers.next_part(possible);
            let key = SettledKey { assembled: part, path, roles };
            if let Some(known) = self.settled.get(&key) {
                path = known.path;
                out.push(TextPart { number: known.number, clauses: None });
                continue;
            }
            let mut clauses = match assembled.remove(&part) {
                Some(clauses) => clauses,
                None => assemble(&self.states, &self.fragments, &self.outlines, *here).0,
            };
            self.paths.settle(&mut clauses, possible, &key.roles, &mut path);
            let number = self.parts;
            self.parts += 1;
            self.settled.insert(key, SettledPart { number, path });
            out.push(TextPart { number, clauses: Some(clauses) });
        }
        out
    }

    fn next_part(&mut self) -> usize {
        self.parts += 1;
        self.parts - 1
    }

    /// Cuts the text of `next` into fragments. Returns `None` if it must be read whole.
    fn cut(&mut self, next: &mut SectionedText, last: &SectionedText) -> Option<CommonEnds> {
        let start = common_start(next.text.as_bytes(), last.text.as_bytes());
        let (rest, last_rest) = (&next.text.as_bytes()[start..], &last.text.as_bytes()[start..]);
        let end = common_end(rest, last_rest);
        let position = next.copy_start(last, start);
        let text = std::mem::take(&mut next.text);
        let mut found = fragments_from(&text, position);
        let mut common = CommonEnds { start: next.fragments.len(), end: 0 };
        let mut is_independent = true;
        loop {
            let position = found.position();
            if position.at + end >= text.len()
                && let Some(same) = last.cut_at(position.moved(text.len(), last.text.len()))
            {
                common.end = next.copy_end(last, same, text.len());
                break;
            }
            let Some(fragment) = found.next() else { break };
            let before = next.fragments.len();
            next.cuts.push(FragmentCut { position, end: fragment.range.end, before });
            let setting = FragmentSetting { depth: 0, join: fragment.join };
            let number = self.fragment(&text[fragment.range], setting);
            is_independent &= self.flatten(number, &mut next.fragments);
        }
        next.text = text;
        next.quoted = last.quoted.plus(self.quoted_between(next, common));
        next.quoted = next.quoted.minus(self.quoted_between(last, common));
        is_independent.then_some(common)
    }

    /// The quoted bytes of a text between the ends that it has in common with another one.
    fn quoted_between(&self, text: &SectionedText, common: CommonEnds) -> QuotedBytes {
        let between = &text.fragments[common.start..text.fragments.len() - common.end];
        let quoted = between.iter().map(|&number| self.fragments[number as usize].quoted);
        quoted.fold(QuotedBytes::default(), QuotedBytes::plus)
    }

    /// Appends the fragments with passages that a fragment consists of. Returns whether all of them
    /// mean the same in any text.
    fn flatten(&self, number: u32, out: &mut Vec<u32>) -> bool {
        let fragment = &self.fragments[number as usize];
        if !fragment.passages.is_empty() {
            out.push(number);
        }
        fragment
            .inner
            .iter()
            .fold(fragment.is_independent, |all, &inner| self.flatten(inner, out) && all)
    }

    /// The number of the fragment with this text and setting.
    fn fragment(&mut self, text: &str, setting: FragmentSetting) -> u32 {
        let by_text = self.by_text.entry(setting).or_default();
        if let Some(&number) = by_text.get(text) {
            return number;
        }
        let number = self.fragments.len() as u32;
        by_text.insert(text.into(), number);
        let is_independent = is_independent(text);
        self.fragments.push(KnownFragment { is_independent, ..KnownFragment::default() });
        if is_independent {
            let inner = self.entry(text, setting);
            let passages = if inner.is_empty() { passages_in(text, setting) } else { Vec::new() };
            let quoted = QuotedBytes::of(&passages);
            let outlines =
                passages.iter().take(LOOK_AHEAD).map(|passage| self.outline(passage)).collect();
            self.fragments[number as usize] =
                KnownFragment { passages, outlines, inner, quoted, is_independent };
        }
        number
    }

    /// The fragments of a list entry. There are none if `text` is not an entry that can be cut.
    fn entry(&mut self, text: &str, setting: FragmentSetting) -> Vec<u32> {
        let FragmentSetting { depth, join } = setting;
        let inner = if depth < MAX_DEPTH { entry_fragments(text, join) } else { None };
        let Some(inner) = inner else { return Vec::new() };
        let mut inner = inner.into_iter();
        let first = inner.next().map(|first| self.fragment(&first.text, setting));
        // Without words in its first line, the entry begins with the fragment after it.
        let Some(first) =
            first.filter(|&first| !self.fragments[first as usize].passages.is_empty())
        else {
            return Vec::new();
        };
        let rest = inner.map(|next| {
            self.fragment(&next.text, FragmentSetting { depth: depth + 1, join: next.join })
        });
        std::iter::once(first).chain(rest).collect()
    }

    /// Finds the steps of a text that is cut. Returns the clauses of the parts that are new.
    fn assemble(
        &mut self,
        next: &mut SectionedText,
        last: &SectionedText,
        common: CommonEnds,
    ) -> NewParts {
        let count = next.fragments.len();
        let start = AssemblyState::new(next.quoted.is_most(), next.has_paragraph_lines);
        let mut state = self.state_number(start);
        // The last fragments of a common start may be followed by other passages.
        let known = common.start.saturating_sub(LOOK_AHEAD);
        if last.steps.first().is_some_and(|first| first.state == state) && known > 0 {
            next.steps.extend_from_slice(&last.steps[..known]);
            state = last.steps[known].state;
        }
        let mut new_parts = NewParts::default();
        while next.steps.len() < count {
            let i = next.steps.len();
            // In a common end, nothing differs after the first equal state.
            if count - i <= common.end {
                let rest = &last.steps[last.steps.len() - (count - i)..];
                if rest[0].state == state {
                    next.steps.extend_from_slice(rest);
                    break;
                }
            }
            let after = self.outlines_after(&next.fragments[i + 1..]);
            let here = Surroundings { state, fragment: next.fragments[i], after };
            let step = match self.steps.get(&here) {
                Some(&step) => step,
                None => {
                    let (step, clauses) = self.new_step(here);
                    new_parts.insert(step.part, clauses);
                    step
                }
            };
            next.steps.push(TextStep { state, part: step.part });
            state = step.next_state;
        }
        new_parts
    }

    /// The number of the outline of a passage.
    fn outline(&mut self, passage: &Passage) -> u32 {
        let next = self.outlines.len() as u32;
        match self.by_outline.entry(Outline::of(passage)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.outlines.push(new.key().clone());
                *new.insert(next)
            }
        }
    }

    /// The outlines of the first passages of `following`.
    fn outlines_after(&self, following: &[u32]) -> [u32; LOOK_AHEAD] {
        let mut after = [NO_OUTLINE; LOOK_AHEAD];
        // Each of these fragments has a passage, so a few fragments are enough.
        let following = following.iter().take(LOOK_AHEAD);
        let outlines = following.flat_map(|&number| &self.fragments[number as usize].outlines);
        for (after, &outline) in after.iter_mut().zip(outlines) {
            *after = outline;
        }
        after
    }

    /// Assembles a fragment in surroundings in which it was not met before.
    fn new_step(&mut self, here: Surroundings) -> (KnownStep, Vec<Clause>) {
        let (clauses, state) = assemble(&self.states, &self.fragments, &self.outlines, here);
        let next_state = self.state_number(state);
        let step = KnownStep { part: self.assembled.len(), next_state };
        self.assembled.push(AssembledPart { here, numbers: PartNumbers::of(&clauses) });
        self.steps.insert(here, step);
        (step, clauses)
    }

    /// The number of a state.
    fn state_number(&mut self, state: AssemblyState) -> u32 {
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

/// The clauses of a fragment in its surroundings, and the state after it.
fn assemble(
    states: &[Arc<AssemblyState>],
    fragments: &[KnownFragment],
    outlines: &[Outline],
    here: Surroundings,
) -> (Vec<Clause>, AssemblyState) {
    let mut state = AssemblyState::clone(&states[here.state as usize]);
    let after = here.after.iter().filter_map(|&number| outlines.get(number as usize)).cloned();
    let passages = fragments[here.fragment as usize].passages.clone();
    let clauses = state.assemble(passages, after);
    (clauses, state)
}

impl SectionedText {
    /// Copies the cuts of `last`, with which the text has `start` bytes in common. Returns the
    /// position from which the text must be cut anew.
    fn copy_start(&mut self, last: &SectionedText, start: usize) -> FragmentPosition {
        // The end of a fragment depends on the first line of the fragment after it.
        let kept = last.cuts.iter().skip(1).take_while(|cut| cut.end < start).count();
        self.cuts.extend_from_slice(&last.cuts[..kept]);
        let Some(first) = last.cuts.get(kept) else { return FragmentPosition::default() };
        self.fragments.extend_from_slice(&last.fragments[..first.before]);
        if kept > 0 { first.position } else { FragmentPosition::default() }
    }

    /// The index of the cut that was searched from `position`.
    fn cut_at(&self, position: FragmentPosition) -> Option<usize> {
        let found = self.cuts.partition_point(|cut| cut.position.at < position.at);
        self.cuts.get(found).filter(|cut| cut.position == position).map(|_| found)
    }

    /// Copies the cuts of `last` from the one with index `first` on. `length` is the size of this
    /// text in bytes. Returns the number of fragments that were copied.
    fn copy_end(&mut self, last: &SectionedText, first: usize, length: usize) -> usize {
        let cuts = &last.cuts[first..];
        let from = cuts.first().map_or(last.fragments.len(), |cut| cut.before);
        let before = self.fragments.len();
        self.cuts.extend(cuts.iter().map(|cut| FragmentCut {
            position: cut.position.moved(last.text.len(), length),
            end: (cut.end + length) - last.text.len(),
            before: cut.before - from + before,
        }));
        self.fragments.extend_from_slice(&last.fragments[from..]);
        last.fragments.len() - from
    }
}

/// The number of bytes that are compared at once: enough for memory to be compared at full speed.
const CHUNK: usize = 1024;

/// The number of bytes that two texts have in common at their starts.
fn common_start(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK));
    let whole = chunks.take_while(|(a, b)| a == b).count() * CHUNK;
    whole + a[whole..].iter().zip(&b[whole..]).take_while(|(a, b)| a == b).count()
}

/// The number of bytes that two texts have in common at their ends.
fn common_end(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.rchunks_exact(CHUNK).zip(b.rchunks_exact(CHUNK));
    let whole = chunks.take_while(|(a, b)| a == b).count() * CHUNK;
    let (a, b) = (&a[..a.len() - whole], &b[..b.len() - whole]);
    whole + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// The passages of a fragment in its setting: nested as deep, and in the list that it continues.
fn passages_in(text: &str, setting: FragmentSetting) -> Vec<Passage> {
    let mut passages = passages(blocks(&MappedText::whole(text)));
    let mut is_first = true;
    for passage in &mut passages {
        passage.list_depth += setting.depth;
        if let (Join::List { start, is_after_blank }, Some(list)) =
            (setting.join, &mut passage.list)
            && list.number == FIRST_LIST
        {
            *list = ListId { number: OPEN_LIST, start };
            passage.is_after_blank |= std::mem::take(&mut is_first) && is_after_blank;
        }
    }
    passages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::section;

    /// The clauses of each text by one sectioner, without their ranges.
    fn sectioned(texts: &[&str]) -> Vec<Vec<Clause>> {
        let mut sectioner = Sectioner::default();
        let mut known: Vec<Vec<Clause>> = Vec::new();
        let mut out = Vec::new();
        for text in texts {
            let mut clauses = Vec::new();
            for part in sectioner.section(*text) {
                known.extend(part.clauses);
                clauses.extend(known[part.number].iter().cloned().map(without_range));
            }
            out.push(clauses);
        }
        out
    }

    fn without_range(clause: Clause) -> Clause {
        Clause { source: 0..0, ..clause }
    }

    #[test]
    fn parts_are_the_clauses_of_the_whole_text() {
        let texts = [
            "# A\n\nWe may:\n\n* sell\n* rent\n\n  more\n\nEnd.",
            "# A\n\nWe never:\n\n* sell\n* rent\n\n  more\n\nEnd.",
            "# B\n\n# A\n\nWe never:\n\n* sell\n\nEnd.",
            "",
            "> # A\n\n> quoted\n\n[a]: /b\n\n[a]",
            "# A\n\nWe may:\n\n* sell\n* rent\n\n  more\n\nEnd.",
        ];
        for (text, clauses) in texts.iter().zip(sectioned(&texts)) {
            let expected: Vec<Clause> = section(text).into_iter().map(without_range).collect();
            assert_eq!(clauses, expected, "{text}");
        }
    }

    #[test]
    fn common_ends_are_counted_in_bytes() {
        let long = "x".repeat(3 * CHUNK);
        let (a, b) = (format!("a{long}ab"), format!("a{long}b"));
        assert_eq!(common_start(a.as_bytes(), b.as_bytes()), 1 + 3 * CHUNK);
        assert_eq!(common_end(a.as_bytes(), b.as_bytes()), 1);
        assert_eq!(common_end(long.as_bytes(), long.as_bytes()), 3 * CHUNK);
    }
}
