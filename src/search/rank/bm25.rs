//! The weights of patterns, and the formula of a score.
//!
//! Everything is counted over the live clauses of the whole index, so scores do not depend on how
//! clauses are distributed over segments.

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{SegmentReader, Term};

use crate::error::Result;
use crate::index::OpenIndex;
use crate::search::plan::{Pattern, PatternWords, Plan, Spans};

/// How quickly more occurrences in one clause stop counting: the usual value of BM25.
const K1: f64 = 1.2;

/// How much a long clause is discounted, from 0 to 1. Less than the usual 0.75: a long clause of a
/// policy says more than a short one instead of only using more words.
const B: f64 = 0.3;

/// What scoring needs to know of a plan: the weights of its patterns.
pub(crate) struct PatternWeights {
    /// By pattern of the plan.
    patterns: Vec<f64>,
    /// By boost of the plan.
    boosts: Vec<f64>,
    /// The words of each boost.
    boost_words: Vec<PatternWords>,
    /// The average number of words of a clause.
    average_length: f64,
}

impl PatternWeights {
    /// Counts the words of a plan. `words` are the words of its patterns.
    ///
    /// # Errors
    ///
    /// A word of a boost matches too many words of the index, or the index is damaged.
    pub fn new(index: &OpenIndex, plan: &Plan, words: &[PatternWords]) -> Result<Self> {
        let mut patterns = Vec::with_capacity(plan.patterns.len());
        for (pattern, words) in plan.patterns.iter().zip(words) {
            patterns.push(weight(index, pattern, words)?);
        }
        let mut boosts = Vec::with_capacity(plan.boosts.len());
        let mut boost_words = Vec::with_capacity(plan.boosts.len());
        for boost in &plan.boosts {
            let words = PatternWords::look_up(index, boost)?;
            boosts.push(weight(index, boost, &words)?);
            boost_words.push(words);
        }
        let manifest = index.manifest();
        let clauses = manifest.counts.clauses.max(1) as f64;
        let average_length = manifest.length_sum.max(1) as f64 / clauses;
        Ok(Self { patterns, boosts, boost_words, average_length })
    }

    /// The weight of a pattern of the plan.
    pub fn pattern(&self, pattern: usize) -> f64 {
        self.patterns[pattern]
    }

    /// The weight of a boost of the plan.
    pub fn boost(&self, boost: usize) -> f64 {
        self.boosts[boost]
    }

    /// The words of each boost of the plan.
    pub fn boost_words(&self) -> &[PatternWords] {
        &self.boost_words
    }

    /// The score of a pattern with this weight that occurs `count` times in a clause of `length`
    /// words.
    ///
    /// This is BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
    /// Beyond", 2009) with the pattern as the term.
    pub fn score(&self, weight: f64, count: u32, length: u32) -> f64 {
        let count = f64::from(count);
        let norm = K1 * (1.0 - B + B * f64::from(length) / self.average_length);
        weight * count * (K1 + 1.0) / (count + norm)
    }
}

/// The weight of a pattern: the sum of the rarities of its words, times its factor. A pattern that
/// is excluded has none.
fn weight(index: &OpenIndex, pattern: &Pattern, words: &PatternWords) -> Result<f64> {
    if !pattern.is_wanted {
        return Ok(0.0);
    }
    let text = index.fields().text;
    let by_slot = words.by_slot().iter().map(|words| rarity(index, text, words));
    let by_slot = by_slot.collect::<Result<Vec<f64>>>()?;
    Ok(rarity_of_spans(&pattern.spans, &by_slot) * pattern.weight)
}

/// The rarity of spans. Of several alternatives, the commonest decides.
fn rarity_of_spans(spans: &Spans, by_slot: &[f64]) -> f64 {
    match spans {
        Spans::Phrase { words, .. } => words.iter().flatten().map(|&slot| by_slot[slot]).sum(),
        Spans::Or(operands) => {
            let operands = operands.iter().map(|operand| rarity_of_spans(operand, by_slot));
            operands.fold(f64::INFINITY, f64::min)
        }
        Spans::Near { left, right, .. } => {
            rarity_of_spans(left, by_slot) + rarity_of_spans(right, by_slot)
        }
        Spans::Within { found, .. } => rarity_of_spans(found, by_slot),
    }
}

/// How rare a set of words is: ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N clauses.
fn rarity(index: &OpenIndex, field: Field, words: &[String]) -> Result<f64> {
    let clauses = index.manifest().counts.clauses.max(1);
    let mut with_word = 0;
    for word in words {
        with_word += clauses_with(index, &Term::from_field_text(field, word))?;
    }
    let (all, with_word) = (clauses as f64, with_word.min(clauses) as f64);
    Ok((1.0 + (all - with_word + 0.5) / (with_word + 0.5)).ln())
}

/// How many live clauses contain a term. The library's own count includes deleted clauses until a
/// merge, which would give an updated index other scores than a new one.
pub(crate) fn clauses_with(index: &OpenIndex, term: &Term) -> Result<u64> {
    let mut count = 0;
    for segment in index.searcher().segment_readers() {
        count += clauses_of_segment(segment, term).map_err(index.failed())?;
    }
    Ok(count)
}

fn clauses_of_segment(segment: &SegmentReader, term: &Term) -> tantivy::Result<u64> {
    let inverted = segment.inverted_index(term.field())?;
    let Some(info) = inverted.get_term_info(term)? else { return Ok(0) };
    let Some(alive) = segment.alive_bitset() else { return Ok(u64::from(info.doc_freq)) };
    let postings = inverted.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
    Ok(u64::from(postings.doc_freq_given_deletes(alive)))
}
