//! The clauses of one segment in which a pattern stands: candidates that have its words, each then decided by where they stand.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocId, DocSet, SegmentOrdinal, SegmentReader, TERMINATED, Term};

use super::highlight::Words;
use super::spans::WordPositions;
use super::statistics::PreparedPattern;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::query::pattern::{Pattern, Spans};

/// So many words are followed side by side; the places of more are collected first.
const MAX_SIDE_BY_SIDE: usize = 64;

/// The clauses with one of the words for which a slot stands, and where.
enum SlotCursor {
    One(Box<SegmentPostings>),
    Several(Vec<SegmentPostings>),
    /// Clause and position, ascending, and how far they were read.
    Collected(Vec<(DocId, u32)>, usize),
}

impl SlotCursor {
    fn open(index: &OpenIndex, segment: &SegmentReader, words: &[String]) -> Result<Self> {
        let field = index.fields().text;
        let inverted = segment.inverted_index(field).map_err(index.failed())?;
        let mut all = Vec::new();
        for word in words {
            let term = Term::from_field_text(field, word);
            let postings = inverted.read_postings(&term, IndexRecordOption::WithFreqsAndPositions);
            all.extend(postings.map_err(index.failed())?);
        }
        Ok(match all.len() {
            1 => Self::One(Box::new(all.remove(0))),
            0..=MAX_SIDE_BY_SIDE => Self::Several(all),
            _ => Self::collect(all),
        })
    }

    fn collect(all: Vec<SegmentPostings>) -> Self {
        let mut places = Vec::new();
        let mut positions = Vec::new();
        for mut postings in all {
            while postings.doc() != TERMINATED {
                postings.positions(&mut positions);
                places.extend(positions.iter().map(|&position| (postings.doc(), position)));
                postings.advance();
            }
        }
        places.sort_unstable();
        Self::Collected(places, 0)
    }

    /// In about how many clauses it stands.
    fn clauses(&self) -> u64 {
        match self {
            Self::One(postings) => u64::from(postings.doc_freq()),
            Self::Several(all) => all.iter().map(|postings| u64::from(postings.doc_freq())).sum(),
            Self::Collected(places, _) => places.len() as u64,
        }
    }

    /// The first clause from `target` on; targets ascend.
    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::One(postings) => seek(postings, target),
            Self::Several(all) => {
                all.iter_mut().map(|postings| seek(postings, target)).min().unwrap_or(TERMINATED)
            }
            Self::Collected(places, at) => {
                *at += places[*at..].partition_point(|&(doc, _)| doc < target);
                places.get(*at).map_or(TERMINATED, |&(doc, _)| doc)
            }
        }
    }

    /// The positions in this clause, ascending; none if it has no such word.
    fn positions(&mut self, doc: DocId, out: &mut Vec<u32>) {
        out.clear();
        if self.seek(doc) != doc {
            return;
        }
        match self {
            Self::One(postings) => postings.positions(out),
            Self::Several(all) => {
                for postings in all.iter_mut().filter(|postings| postings.doc() == doc) {
                    postings.append_positions_with_offset(0, out);
                }
                // Two words never stand at one position.
                out.sort_unstable();
            }
            Self::Collected(places, at) => {
                out.extend(
                    places[*at..].iter().take_while(|place| place.0 == doc).map(|place| place.1),
                );
            }
        }
    }
}

fn seek(postings: &mut SegmentPostings, target: DocId) -> DocId {
    if postings.doc() < target { postings.seek(target) } else { postings.doc() }
}

/// The clauses of a segment in which a pattern stands.
pub(super) struct PatternCursor<'p> {
    index: &'p OpenIndex,
    ord: SegmentOrdinal,
    pattern: &'p Pattern,
    slots: Vec<SlotCursor>,
    positions: Vec<Vec<u32>>,
    /// Of a phrase without gaps, its words: places in the phrase and slots, the rarest word first.
    words: Option<Vec<(u32, usize)>>,
    hangs_on_length: bool,
    /// The last candidate: all its words are known to stand there.
    candidate: DocId,
    /// The last clause that was decided, and how often the pattern stands in it.
    decided: (DocId, u32),
}

impl<'p> PatternCursor<'p> {
    pub fn new(
        index: &'p OpenIndex,
        ord: SegmentOrdinal,
        pattern: &'p Pattern,
        prepared: &PreparedPattern,
    ) -> Result<Self> {
        let segment = index.searcher().segment_reader(ord);
        let slots = prepared.words.iter().map(|words| SlotCursor::open(index, segment, words));
        let slots: Vec<SlotCursor> = slots.collect::<Result<_>>()?;
        Ok(Self {
            index,
            ord,
            pattern,
            words: phrase_words(&pattern.spans, &slots),
            hangs_on_length: pattern.spans.hangs_on_length(),
            slots,
            positions: vec![Vec::new(); pattern.slots.len()],
            candidate: TERMINATED,
            decided: (TERMINATED, 0),
        })
    }

    /// The first clause from `target` on that has the words; targets ascend.
    pub fn candidate(&mut self, target: DocId) -> DocId {
        if self.candidate != target {
            self.candidate = match &self.words {
                Some(words) => {
                    meeting(words.iter().map(|&(_, slot)| slot), &mut self.slots, target)
                }
                None => candidate(&self.pattern.spans, &mut self.slots, target),
            };
        }
        self.candidate
    }

    /// How often the pattern stands in a clause; clauses ascend.
    pub fn count(&mut self, doc: DocId) -> Result<u32> {
        if self.decided.0 != doc {
            let count = if self.candidate(doc) == doc { self.count_spans(doc)? } else { 0 };
            self.decided = (doc, count);
        }
        Ok(self.decided.1)
    }

    fn count_spans(&mut self, doc: DocId) -> Result<u32> {
        if self.hangs_on_length {
            // The index knows the length of long texts about only.
            let text = self.index.clause(DocAddress::new(self.ord, doc))?.text;
            return Ok(Words::cut(&text).spans(self.pattern).len() as u32);
        }
        if let Some(words) = &self.words {
            return Ok(count_phrase(words, &mut self.slots, &mut self.positions, doc));
        }
        for (slot, positions) in self.slots.iter_mut().zip(&mut self.positions) {
            slot.positions(doc, positions);
        }
        let text = WordPositions { positions: &self.positions, length: u32::MAX };
        Ok(self.pattern.spans.find(text).len() as u32)
    }
}

/// The words of a phrase without gaps, the rarest first; `None` of anything else.
fn phrase_words(spans: &Spans, slots: &[SlotCursor]) -> Option<Vec<(u32, usize)>> {
    let Spans::Phrase { words, gap: 0 } = spans else { return None };
    let mut known: Vec<(u32, usize)> =
        (0..).zip(words).filter_map(|(at, slot)| Some((at, (*slot)?))).collect();
    known.sort_by_key(|&(_, slot)| slots[slot].clauses());
    Some(known)
}

/// The first clause from `target` on that has all these words. The first one leads: the others are only looked for where it stands.
fn meeting(
    mut words: impl Iterator<Item = usize> + Clone,
    slots: &mut [SlotCursor],
    mut target: DocId,
) -> DocId {
    let Some(lead) = words.next() else { return TERMINATED };
    loop {
        let clause = slots[lead].seek(target);
        if clause == TERMINATED {
            return TERMINATED;
        }
        let mut elsewhere =
            words.clone().map(|slot| slots[slot].seek(clause)).filter(|&next| next != clause);
        match elsewhere.next() {
            None => return clause,
            Some(TERMINATED) => return TERMINATED,
            Some(next) => target = next,
        }
    }
}

/// How often the words stand where the phrase has them. Positions are costly to read: those of the next word only if some are left.
fn count_phrase(
    words: &[(u32, usize)],
    slots: &mut [SlotCursor],
    positions: &mut [Vec<u32>],
    doc: DocId,
) -> u32 {
    let Some((&(first, slot), others)) = words.split_first() else { return 0 };
    let mut starts = std::mem::take(&mut positions[slot]);
    slots[slot].positions(doc, &mut starts);
    starts.retain_mut(|position| {
        let is_inside = *position >= first;
        *position = position.wrapping_sub(first);
        is_inside
    });
    for &(at, other) in others {
        if starts.is_empty() {
            break;
        }
        // A word that the phrase has twice has given its positions away.
        if other == slot {
            let mut own = Vec::new();
            slots[other].positions(doc, &mut own);
            keep_followed(&mut starts, &own, at);
        } else {
            slots[other].positions(doc, &mut positions[other]);
            keep_followed(&mut starts, &positions[other], at);
        }
    }
    let count = starts.len() as u32;
    positions[slot] = starts;
    count
}

/// Keeps the starts of which `at` words further one of `positions` is; both ascend.
fn keep_followed(starts: &mut Vec<u32>, positions: &[u32], at: u32) {
    let mut rest = positions;
    starts.retain(|start| {
        let wanted = start + at;
        while rest.first().is_some_and(|&position| position < wanted) {
            rest = &rest[1..];
        }
        rest.first() == Some(&wanted)
    });
}

/// The first clause from `target` on that may have the spans: it has their words.
fn candidate(spans: &Spans, slots: &mut [SlotCursor], target: DocId) -> DocId {
    match spans {
        Spans::Phrase { words, .. } => meeting(words.iter().flatten().copied(), slots, target),
        Spans::Or(operands) => operands
            .iter()
            .map(|operand| candidate(operand, slots, target))
            .min()
            .unwrap_or(TERMINATED),
        Spans::Near { left, right, .. }
        | Spans::Within { is_negated: false, found: left, beside: right, .. } => {
            let mut target = target;
            loop {
                let reached = candidate(left, slots, target);
                let reached = candidate(right, slots, reached);
                if reached == target || reached == TERMINATED {
                    return reached;
                }
                target = reached;
            }
        }
        Spans::Within { found, .. } => candidate(found, slots, target),
    }
}
