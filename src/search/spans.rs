//! Where a pattern stands in a text, given where its words stand.
//!
//! A *span* is a stretch of words, `start..end`. The spans of a phrase without a gap are its occurrences. Those of a phrase with a gap, and
//! of NEAR, are the shortest: none holds another of the same phrase or pair (the minimal intervals of Clarke, Cormack and Burkowski, "An
//! algebra for structured text search", 1995). Distances count the words between two spans, which do not overlap.

use crate::query::pattern::Spans;

/// A stretch of words: the first, and the one after the last.
pub(super) type WordSpan = (u32, u32);

/// A text, as a pattern sees it.
#[derive(Clone, Copy)]
pub(super) struct WordPositions<'t> {
    /// Of each slot of the pattern, which words of the text it stands for: ascending.
    pub positions: &'t [Vec<u32>],
    /// How many words the text has.
    pub length: u32,
}

impl Spans {
    /// The spans in a text: ascending, each once.
    pub(super) fn find(&self, text: WordPositions<'_>) -> Vec<WordSpan> {
        let mut found = match self {
            Spans::Phrase { words, gap: 0 } => adjacent(words, text),
            Spans::Phrase { words, gap } => return with_gap(words, *gap, text),
            Spans::Or(operands) => operands.iter().flat_map(|operand| operand.find(text)).collect(),
            Spans::Near { distance, left, right } => {
                let pairs = pairs(&left.find(text), &right.find(text), *distance);
                return shortest(
                    pairs.into_iter().map(|(left, right)| cover(left, right)).collect(),
                );
            }
            Spans::Within { distance, is_negated, found, beside } => {
                let beside = Beside::new(beside.find(text), *distance);
                let mut spans = found.find(text);
                spans.retain(|span| beside.is_near(*span) != *is_negated);
                return spans;
            }
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The phrases that make these spans of this pattern, for highlights.
    pub(super) fn mark(
        &self,
        text: WordPositions<'_>,
        spans: &[WordSpan],
        out: &mut Vec<WordSpan>,
    ) {
        match self {
            Spans::Phrase { .. } => out.extend(spans),
            Spans::Or(operands) => {
                for operand in operands {
                    let mut own = operand.find(text);
                    own.retain(|span| spans.binary_search(span).is_ok());
                    operand.mark(text, &own, out);
                }
            }
            Spans::Near { distance, left, right } => {
                let mut pairs = pairs(&left.find(text), &right.find(text), *distance);
                pairs.retain(|pair| spans.binary_search(&cover(pair.0, pair.1)).is_ok());
                let (mut lefts, mut rights): (Vec<WordSpan>, Vec<WordSpan>) =
                    pairs.into_iter().unzip();
                for spans in [&mut lefts, &mut rights] {
                    spans.sort_unstable();
                    spans.dedup();
                }
                left.mark(text, &lefts, out);
                right.mark(text, &rights, out);
            }
            Spans::Within { found, .. } => found.mark(text, spans, out),
        }
    }
}

/// The occurrences of words next to each other.
fn adjacent(words: &[Option<usize>], text: WordPositions<'_>) -> Vec<WordSpan> {
    let length = words.len() as u32;
    adjacent_starts(words, text).map(|start| (start, start + length)).collect()
}

/// Where they begin, ascending.
fn adjacent_starts<'t>(
    words: &'t [Option<usize>],
    text: WordPositions<'t>,
) -> impl Iterator<Item = u32> + 't {
    let sought = move || {
        words.iter().zip(0..).filter_map(move |(slot, at)| Some((&text.positions[(*slot)?], at)))
    };
    // The rarest word says where to look.
    let rarest = sought().min_by_key(|(positions, _)| positions.len());
    let length = words.len() as u32;
    let holds = move |start: &u32, at: u32| {
        length <= text.length.saturating_sub(*start)
            && sought().all(|(positions, other)| {
                other == at || positions.binary_search(&(start + other)).is_ok()
            })
    };
    rarest.into_iter().flat_map(move |(positions, at)| {
        let starts = positions.iter().filter_map(move |position| position.checked_sub(at));
        starts.filter(move |start| holds(start, at))
    })
}

/// The shortest stretches with the words in this order and at most `gap` others between them.
fn with_gap(words: &[Option<usize>], gap: u32, text: WordPositions<'_>) -> Vec<WordSpan> {
    let length = words.len() as u32;
    // Any words before the first and after the last that is sought are next to them, or the stretch would not be the shortest.
    let before = words.iter().take_while(|slot| slot.is_none()).count();
    let after = words.iter().rev().take_while(|slot| slot.is_none()).count();
    let inner = words.get(before..words.len() - after).unwrap_or_default();
    let Some(Some(first)) = inner.first() else { return Vec::new() };
    let mut spans: Vec<WordSpan> = Vec::new();
    for &position in &text.positions[*first] {
        let Some(last) = last_of(inner, position, text) else { break };
        let Some(start) = position.checked_sub(before as u32) else { continue };
        let end = last + 1 + after as u32;
        if end > text.length || end - start > length + gap {
            continue;
        }
        spans.push((start, end));
    }
    shortest(spans)
}

/// Where the last of the words is if the first is at `start` and each of the others as early as it can be.
fn last_of(words: &[Option<usize>], start: u32, text: WordPositions<'_>) -> Option<u32> {
    let mut at = start;
    let mut skipped = 0;
    for slot in &words[1..] {
        let Some(slot) = slot else {
            skipped += 1;
            continue;
        };
        let positions = &text.positions[*slot];
        at = *positions.get(positions.partition_point(|&position| position <= at + skipped))?;
        skipped = 0;
    }
    Some(at)
}

/// The spans that hold no other, ascending.
fn shortest(mut spans: Vec<WordSpan>) -> Vec<WordSpan> {
    spans.sort_unstable_by_key(|&(start, end)| (std::cmp::Reverse(start), end));
    let mut end = u32::MAX;
    // From the last start on: what ends as late as one that starts later holds it.
    spans.retain(|span| {
        let is_shortest = span.1 < end;
        end = end.min(span.1);
        is_shortest
    });
    spans.reverse();
    spans
}

fn cover(a: WordSpan, b: WordSpan) -> WordSpan {
    (a.0.min(b.0), a.1.max(b.1))
}

/// The pairs with at most `distance` words between them.
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

/// Those of `others` that begin at most `distance` words after the end of `span`.
fn following(span: WordSpan, others: &[WordSpan], distance: u32) -> impl Iterator<Item = WordSpan> {
    let first = others.partition_point(|other| other.0 < span.1);
    others[first..].iter().copied().take_while(move |other| other.0 - span.1 <= distance)
}

/// Spans by their starts and by their ends.
struct Beside {
    starts: Vec<u32>,
    ends: Vec<u32>,
    distance: u32,
}

impl Beside {
    fn new(spans: Vec<WordSpan>, distance: u32) -> Self {
        let (starts, mut ends): (Vec<u32>, Vec<u32>) = spans.into_iter().unzip();
        ends.sort_unstable();
        Self { starts, ends, distance }
    }

    /// Whether one of them is near this span, on either side, without overlapping it.
    fn is_near(&self, (start, end): WordSpan) -> bool {
        let next = self.starts.get(self.starts.partition_point(|&other| other < end));
        let before = self.ends.partition_point(|&other| other <= start).checked_sub(1);
        next.is_some_and(|next| next - end <= self.distance)
            || before.is_some_and(|before| start - self.ends[before] <= self.distance)
    }
}
