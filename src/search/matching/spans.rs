//! Finds where a pattern occurs in a text, given the positions of its words.
//!
//! A *word span* is a range of words of a text. The spans of a phrase without a gap are its
//! occurrences. The spans of a phrase with a gap, and of NEAR, are the shortest: none contains
//! another span of the same phrase or pair (the minimal intervals of Clarke, Cormack and Burkowski,
//! "An algebra for structured text search", 1995). A distance counts the words between two spans,
//! which do not overlap.

use std::cmp::Reverse;

use crate::search::plan::Spans;

/// A range of words of a text. Ordered by its start, then its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WordSpan {
    /// The first word.
    pub start: u32,
    /// The word after the last.
    pub end: u32,
}

impl WordSpan {
    /// The span from the start of the earlier to the end of the later.
    fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A text as a pattern sees it.
#[derive(Clone, Copy)]
pub(super) struct WordPositions<'t> {
    /// By slot of the pattern, the positions of the words that it matches: ascending.
    pub by_slot: &'t [Vec<u32>],
    /// How many words the text has.
    pub length: u32,
}

/// The spans of a pattern in a text: ascending, each once.
pub(super) fn find(spans: &Spans, text: WordPositions<'_>) -> Vec<WordSpan> {
    let mut found = match spans {
        Spans::Phrase { words, gap: 0 } => adjacent(words, text),
        Spans::Phrase { words, gap } => return with_gap(words, *gap, text),
        Spans::Or(operands) => operands.iter().flat_map(|operand| find(operand, text)).collect(),
        Spans::Near { distance, left, right } => {
            let pairs = pairs(&find(left, text), &find(right, text), *distance);
            return shortest(pairs.into_iter().map(|(left, right)| left.cover(right)).collect());
        }
        Spans::Within { distance, is_negated, found, beside } => {
            let beside = SpanBorders::new(find(beside, text));
            let mut spans = find(found, text);
            spans.retain(|span| beside.is_near(*span, *distance) != *is_negated);
            return spans;
        }
    };
    found.sort_unstable();
    found.dedup();
    found
}

/// Appends the spans of the phrases that make up these spans of the pattern, for highlights.
pub(super) fn mark(
    spans: &Spans,
    text: WordPositions<'_>,
    found: &[WordSpan],
    out: &mut Vec<WordSpan>,
) {
    match spans {
        Spans::Phrase { .. } => out.extend(found),
        Spans::Or(operands) => {
            for operand in operands {
                let mut own = find(operand, text);
                own.retain(|span| found.binary_search(span).is_ok());
                mark(operand, text, &own, out);
            }
        }
        Spans::Near { distance, left, right } => {
            let mut pairs = pairs(&find(left, text), &find(right, text), *distance);
            pairs.retain(|(left, right)| found.binary_search(&left.cover(*right)).is_ok());
            let (mut lefts, mut rights): (Vec<WordSpan>, Vec<WordSpan>) = pairs.into_iter().unzip();
            for spans in [&mut lefts, &mut rights] {
                spans.sort_unstable();
                spans.dedup();
            }
            mark(left, text, &lefts, out);
            mark(right, text, &rights, out);
        }
        Spans::Within { found: inner, .. } => mark(inner, text, found, out),
    }
}

/// The occurrences of words next to each other.
fn adjacent(words: &[Option<usize>], text: WordPositions<'_>) -> Vec<WordSpan> {
    let length = words.len() as u32;
    // The rarest word says where to look.
    let rarest = sought(words, text).min_by_key(|(positions, _)| positions.len());
    let Some((positions, offset)) = rarest else { return Vec::new() };
    let starts = positions.iter().filter_map(|position| position.checked_sub(offset));
    starts
        .filter(|&start| length <= text.length.saturating_sub(start))
        .filter(|&start| is_phrase_at(words, text, start))
        .map(|start| WordSpan { start, end: start + length })
        .collect()
}

/// Whether every word of the phrase is at its position if the phrase begins at `start`.
fn is_phrase_at(words: &[Option<usize>], text: WordPositions<'_>, start: u32) -> bool {
    sought(words, text)
        .all(|(positions, offset)| positions.binary_search(&(start + offset)).is_ok())
}

/// The words of a phrase that are not `*`: their positions in the text, and their offset in the
/// phrase.
fn sought<'t>(
    words: &'t [Option<usize>],
    text: WordPositions<'t>,
) -> impl Iterator<Item = (&'t Vec<u32>, u32)> {
    words.iter().zip(0..).filter_map(move |(slot, offset)| Some((&text.by_slot[(*slot)?], offset)))
}

/// The shortest spans with the words in this order and at most `gap` other words between them.
fn with_gap(words: &[Option<usize>], gap: u32, text: WordPositions<'_>) -> Vec<WordSpan> {
    let length = words.len() as u32;
    // A `*` before the first and after the last sought word is next to it, or the span would not be
    // the shortest.
    let before = words.iter().take_while(|slot| slot.is_none()).count();
    let after = words.iter().rev().take_while(|slot| slot.is_none()).count();
    let inner = words.get(before..words.len() - after).unwrap_or_default();
    let Some(Some(first)) = inner.first() else { return Vec::new() };
    let mut spans: Vec<WordSpan> = Vec::new();
    for &position in &text.by_slot[*first] {
        let Some(last) = earliest_last(inner, position, text) else { break };
        let Some(start) = position.checked_sub(before as u32) else { continue };
        let end = last + 1 + after as u32;
        if end <= text.length && end - start <= length + gap {
            spans.push(WordSpan { start, end });
        }
    }
    shortest(spans)
}

/// The position of the last word if the first is at `start` and each other as early as possible.
fn earliest_last(words: &[Option<usize>], start: u32, text: WordPositions<'_>) -> Option<u32> {
    let mut at = start;
    let mut skipped = 0;
    for slot in &words[1..] {
        let Some(slot) = slot else {
            skipped += 1;
            continue;
        };
        let positions = &text.by_slot[*slot];
        at = *positions.get(positions.partition_point(|&position| position <= at + skipped))?;
        skipped = 0;
    }
    Some(at)
}

/// The spans that contain no other, ascending.
fn shortest(mut spans: Vec<WordSpan>) -> Vec<WordSpan> {
    spans.sort_unstable_by_key(|span| (Reverse(span.start), span.end));
    let mut end = u32::MAX;
    // From the last start on: a span that ends no earlier than one that starts later contains it.
    spans.retain(|span| {
        let is_shortest = span.end < end;
        end = end.min(span.end);
        is_shortest
    });
    spans.reverse();
    spans
}

/// The pairs with at most `distance` words between their two spans, as (left, right).
fn pairs(left: &[WordSpan], right: &[WordSpan], distance: u32) -> Vec<(WordSpan, WordSpan)> {
    let mut pairs = Vec::new();
    for &span in left {
        pairs.extend(following(span, right, distance).map(|other| (span, other)));
    }
    for &span in right {
        pairs.extend(following(span, left, distance).map(|other| (other, span)));
    }
    pairs
}

/// The spans of `others` that begin at most `distance` words after the end of `span`.
fn following(span: WordSpan, others: &[WordSpan], distance: u32) -> impl Iterator<Item = WordSpan> {
    let first = others.partition_point(|other| other.start < span.end);
    others[first..].iter().copied().take_while(move |other| other.start - span.end <= distance)
}

/// The starts and the ends of spans, each ascending.
struct SpanBorders {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl SpanBorders {
    fn new(spans: Vec<WordSpan>) -> Self {
        let (starts, mut ends): (Vec<u32>, Vec<u32>) =
            spans.into_iter().map(|span| (span.start, span.end)).unzip();
        ends.sort_unstable();
        Self { starts, ends }
    }

    /// Whether one of the spans is at most `distance` words from `span`, on either side, without
    /// overlapping it.
    fn is_near(&self, span: WordSpan, distance: u32) -> bool {
        let next = self.starts.get(self.starts.partition_point(|&start| start < span.end));
        let before = self.ends.partition_point(|&end| end <= span.start).checked_sub(1);
        next.is_some_and(|next| next - span.end <= distance)
            || before.is_some_and(|before| span.start - self.ends[before] <= distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spans of `spans` where slot `i` matches the words at `positions[i]`.
    fn found(spans: &Spans, positions: &[&[u32]]) -> Vec<(u32, u32)> {
        let by_slot: Vec<Vec<u32>> = positions.iter().map(|slot| slot.to_vec()).collect();
        let text = WordPositions { by_slot: &by_slot, length: 10 };
        find(spans, text).iter().map(|span| (span.start, span.end)).collect()
    }

    fn word(slot: usize) -> Box<Spans> {
        Box::new(Spans::phrase(vec![Some(slot)]))
    }

    #[test]
    fn a_phrase_is_found_where_all_its_words_follow_each_other() {
        let phrase = Spans::phrase(vec![Some(0), None, Some(1)]);
        assert_eq!(found(&phrase, &[&[0, 4, 8], &[2, 7]]), [(0, 3)]);
        let at_the_end = Spans::phrase(vec![Some(0), None]);
        assert_eq!(found(&at_the_end, &[&[0, 9]]), [(0, 2)]);
    }

    #[test]
    fn a_gap_finds_the_shortest_spans() {
        let phrase = Spans::Phrase { words: vec![Some(0), Some(1)], gap: 3 };
        assert_eq!(found(&phrase, &[&[0, 1, 6], &[3, 4]]), [(1, 4)]);
    }

    #[test]
    fn near_takes_both_orders_and_within_only_what_is_found() {
        let near = Spans::Near { distance: 1, left: word(0), right: word(1) };
        assert_eq!(found(&near, &[&[2], &[0, 4]]), [(0, 3), (2, 5)]);
        let within =
            |is_negated| Spans::Within { distance: 1, is_negated, found: word(0), beside: word(1) };
        assert_eq!(found(&within(false), &[&[2, 8], &[4]]), [(2, 3)]);
        assert_eq!(found(&within(true), &[&[2, 8], &[4]]), [(8, 9)]);
    }
}
