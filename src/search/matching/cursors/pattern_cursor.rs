//! Walks the clauses of a segment that contain a pattern: first the clauses with its words, then
//! how often the words follow each other as the pattern demands.

use tantivy::{DocAddress, DocId, SegmentOrdinal, TERMINATED};

use super::slot_cursor::SlotCursor;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::search::matching::spans::{WordPositions, find};
use crate::search::matching::tokenized_text::TokenizedText;
use crate::search::plan::{Pattern, PatternWords, Spans};

/// The clauses of a segment that contain a pattern. The clauses that are asked about ascend.
pub(crate) struct PatternCursor<'p> {
    index: &'p OpenIndex,
    segment: SegmentOrdinal,
    pattern: &'p Pattern,
    slots: Vec<SlotCursor>,
    /// The positions by slot in the clause at hand: kept, so that no list is made per clause.
    positions: Vec<Vec<u32>>,
    /// The words of a phrase without a gap, the rarest first; `None` for any other pattern.
    phrase: Option<Vec<PhraseSlot>>,
    depends_on_length: bool,
    /// The last candidate: the clause is known to have all words.
    candidate: DocId,
    /// The last clause that was counted, and its count.
    counted: (DocId, u32),
}

/// A word of a phrase without a gap.
#[derive(Clone, Copy)]
struct PhraseSlot {
    /// Its place in the phrase.
    offset: u32,
    /// Its slot.
    slot: usize,
}

impl<'p> PatternCursor<'p> {
    /// Opens the postings of a pattern, whose words of the index are `words`.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn new(
        index: &'p OpenIndex,
        segment: SegmentOrdinal,
        pattern: &'p Pattern,
        words: &PatternWords,
    ) -> Result<Self> {
        let reader = index.searcher().segment_reader(segment);
        let mut slots = Vec::with_capacity(words.by_slot().len());
        for words in words.by_slot() {
            slots.push(SlotCursor::open(index, reader, words)?);
        }
        Ok(Self {
            index,
            segment,
            pattern,
            phrase: phrase_slots(&pattern.spans, &slots),
            depends_on_length: pattern.spans.depends_on_length(),
            positions: vec![Vec::new(); slots.len()],
            slots,
            candidate: TERMINATED,
            counted: (TERMINATED, 0),
        })
    }

    /// Opens the postings of several patterns. `words` are the words of each.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn open_all(
        index: &'p OpenIndex,
        segment: SegmentOrdinal,
        patterns: &'p [Pattern],
        words: &[PatternWords],
    ) -> Result<Vec<Self>> {
        let patterns = patterns.iter().zip(words);
        patterns.map(|(pattern, words)| Self::new(index, segment, pattern, words)).collect()
    }

    /// The first clause from `target` on that has the words.
    pub fn candidate(&mut self, target: DocId) -> DocId {
        if self.candidate != target {
            self.candidate = match &self.phrase {
                Some(words) => {
                    let slots = words.iter().map(|word| word.slot);
                    first_with_all(slots, &mut self.slots, target)
                }
                None => first_candidate(&self.pattern.spans, &mut self.slots, target),
            };
        }
        self.candidate
    }

    /// How often the pattern occurs in a clause.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn count(&mut self, doc: DocId) -> Result<u32> {
        if self.counted.0 != doc {
            let count = if self.candidate(doc) == doc { self.count_spans(doc)? } else { 0 };
            self.counted = (doc, count);
        }
        Ok(self.counted.1)
    }

    fn count_spans(&mut self, doc: DocId) -> Result<u32> {
        if self.depends_on_length {
            // The index knows the length of long texts only roughly.
            let text = self.index.clause(DocAddress::new(self.segment, doc))?.text;
            return Ok(TokenizedText::new(&text).count(self.pattern));
        }
        if let Some(words) = &self.phrase {
            return Ok(count_phrase(words, &mut self.slots, &mut self.positions, doc));
        }
        for (slot, positions) in self.slots.iter_mut().zip(&mut self.positions) {
            slot.positions(doc, positions);
        }
        let text = WordPositions { by_slot: &self.positions, length: u32::MAX };
        Ok(find(&self.pattern.spans, text).len() as u32)
    }
}

/// The words of a phrase without a gap, the rarest first; `None` for any other pattern.
fn phrase_slots(spans: &Spans, slots: &[SlotCursor]) -> Option<Vec<PhraseSlot>> {
    let Spans::Phrase { words, gap: 0 } = spans else { return None };
    let mut phrase: Vec<PhraseSlot> = (0..)
        .zip(words)
        .filter_map(|(offset, slot)| Some(PhraseSlot { offset, slot: (*slot)? }))
        .collect();
    phrase.sort_by_key(|word| slots[word.slot].estimated_clauses());
    Some(phrase)
}

/// The first clause from `target` on that has all these slots. The first slot leads: the others are
/// looked up only in its clauses.
fn first_with_all(
    mut wanted: impl Iterator<Item = usize> + Clone,
    slots: &mut [SlotCursor],
    mut target: DocId,
) -> DocId {
    let Some(lead) = wanted.next() else { return TERMINATED };
    loop {
        let clause = slots[lead].seek(target);
        if clause == TERMINATED {
            return TERMINATED;
        }
        let mut reached = wanted.clone().map(|slot| slots[slot].seek(clause));
        match reached.find(|&next| next != clause) {
            None => return clause,
            Some(TERMINATED) => return TERMINATED,
            Some(next) => target = next,
        }
    }
}

/// How often the words of a phrase are at their positions. Positions are costly to read, so those
/// of the next word are read only while occurrences remain.
fn count_phrase(
    words: &[PhraseSlot],
    slots: &mut [SlotCursor],
    positions: &mut [Vec<u32>],
    doc: DocId,
) -> u32 {
    let Some((first, others)) = words.split_first() else { return 0 };
    let mut starts = std::mem::take(&mut positions[first.slot]);
    slots[first.slot].positions(doc, &mut starts);
    starts.retain_mut(|position| {
        let is_inside = *position >= first.offset;
        *position = position.wrapping_sub(first.offset);
        is_inside
    });
    for other in others {
        if starts.is_empty() {
            break;
        }
        // The positions of a word that occurs twice in the phrase were taken away above.
        if other.slot == first.slot {
            let mut own = Vec::new();
            slots[other.slot].positions(doc, &mut own);
            keep_followed(&mut starts, &own, other.offset);
        } else {
            slots[other.slot].positions(doc, &mut positions[other.slot]);
            keep_followed(&mut starts, &positions[other.slot], other.offset);
        }
    }
    let count = starts.len() as u32;
    positions[first.slot] = starts;
    count
}

/// Keeps the starts that have one of `positions` at `offset` behind them; both ascend.
fn keep_followed(starts: &mut Vec<u32>, positions: &[u32], offset: u32) {
    let mut rest = positions;
    starts.retain(|start| {
        let wanted = start + offset;
        while rest.first().is_some_and(|&position| position < wanted) {
            rest = &rest[1..];
        }
        rest.first() == Some(&wanted)
    });
}

/// The first clause from `target` on that may have the spans: it has their words.
fn first_candidate(spans: &Spans, slots: &mut [SlotCursor], target: DocId) -> DocId {
    match spans {
        Spans::Phrase { words, .. } => {
            first_with_all(words.iter().flatten().copied(), slots, target)
        }
        Spans::Or(operands) => {
            let reached = operands.iter().map(|operand| first_candidate(operand, slots, target));
            reached.min().unwrap_or(TERMINATED)
        }
        Spans::Near { left, right, .. }
        | Spans::Within { is_negated: false, found: left, beside: right, .. } => {
            let mut target = target;
            loop {
                let reached = first_candidate(left, slots, target);
                let reached = first_candidate(right, slots, reached);
                if reached == target || reached == TERMINATED {
                    return reached;
                }
                target = reached;
            }
        }
        Spans::Within { found, .. } => first_candidate(found, slots, target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_without_the_next_word_are_removed() {
        let mut starts = vec![0, 4, 9];
        keep_followed(&mut starts, &[2, 3, 11], 2);
        assert_eq!(starts, [0, 9]);
        keep_followed(&mut starts, &[], 3);
        assert!(starts.is_empty());
    }
}
