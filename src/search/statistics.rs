//! The numbers behind scores: counted over the clauses of an index, so that it gives the same scores however its segments fell.

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{SegmentReader, Term};

use super::vocabulary::words;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::query::bind::Plan;
use crate::query::pattern::{Pattern, Spans};

/// How quickly more occurrences in one clause stop counting: the usual value of BM25.
const K1: f64 = 1.2;

/// How much long clauses count less, 0 to 1. Less than the usual .75: a long clause of a policy says more than a short one, it does not
/// only use more words.
const B: f64 = 0.3;

/// What is known of the patterns of a plan before any clause is looked at.
pub(crate) struct Prepared {
    /// By number of the pattern.
    pub patterns: Vec<PreparedPattern>,
    /// By number of the boost; none unless hits are scored.
    pub boosts: Vec<PreparedPattern>,
    average_length: f64,
}

/// What is known of a pattern.
pub(crate) struct PreparedPattern {
    /// By slot, the words of the index that it stands for.
    pub words: Vec<Vec<String>>,
    /// How telling it is: the sum over its words of the logarithms of how rare they are.
    pub idf: f64,
}

impl Prepared {
    /// Looks up the words of a plan, and counts them if hits are scored.
    ///
    /// # Errors
    ///
    /// A word stands for too many words of the index, or the index is damaged.
    pub fn new(index: &OpenIndex, plan: &Plan, is_scored: bool) -> Result<Self> {
        let prepare = |patterns: &[Pattern]| -> Result<Vec<PreparedPattern>> {
            patterns.iter().map(|pattern| prepared(index, pattern, is_scored)).collect()
        };
        let patterns = prepare(&plan.patterns)?;
        let boosts = if is_scored { prepare(&plan.boosts)? } else { Vec::new() };
        let manifest = index.manifest();
        let average_length =
            manifest.length_sum.max(1) as f64 / manifest.counts.clauses.max(1) as f64;
        Ok(Self { patterns, boosts, average_length })
    }

    /// The score of a pattern that stands `count` times in a clause of `length` words: BM25 (Robertson and Zaragoza, "The Probabilistic
    /// Relevance Framework: BM25 and Beyond", 2009) with the pattern as the term.
    pub fn score(&self, pattern: &PreparedPattern, count: u32, length: u32) -> f64 {
        let count = f64::from(count);
        let norm = K1 * (1.0 - B + B * f64::from(length) / self.average_length);
        pattern.idf * count * (K1 + 1.0) / (count + norm)
    }
}

fn prepared(index: &OpenIndex, pattern: &Pattern, is_scored: bool) -> Result<PreparedPattern> {
    let text = index.fields().text;
    let words: Vec<Vec<String>> =
        pattern.slots.iter().map(|slot| words(index, text, slot)).collect::<Result<_>>()?;
    let idf = match is_scored && pattern.is_wanted {
        true => {
            let of_slot =
                words.iter().map(|words| idf(index, text, words)).collect::<Result<Vec<_>>>()?;
            idf_of(&pattern.spans, &of_slot) * pattern.weight
        }
        false => 0.0,
    };
    Ok(PreparedPattern { words, idf })
}

/// Of several ways to match, the commonest decides.
fn idf_of(spans: &Spans, of_slot: &[f64]) -> f64 {
    match spans {
        Spans::Phrase { words, .. } => words.iter().flatten().map(|&slot| of_slot[slot]).sum(),
        Spans::Or(operands) => {
            operands.iter().map(|operand| idf_of(operand, of_slot)).fold(f64::INFINITY, f64::min)
        }
        Spans::Near { left, right, .. } => idf_of(left, of_slot) + idf_of(right, of_slot),
        Spans::Within { found, .. } => idf_of(found, of_slot),
    }
}

/// How rare a word is, or a set of words: ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N clauses.
pub(crate) fn idf(index: &OpenIndex, field: Field, words: &[String]) -> Result<f64> {
    let clauses = index.manifest().counts.clauses.max(1);
    let mut with_word = 0;
    for word in words {
        with_word += clauses_with(index, &Term::from_field_text(field, word))?;
    }
    let (all, with_word) = (clauses as f64, with_word.min(clauses) as f64);
    Ok((1.0 + (all - with_word + 0.5) / (with_word + 0.5)).ln())
}

/// In how many clauses a term stands. The library counts what is deleted until a merge, which would give an updated index other scores
/// than a new one.
pub(super) fn clauses_with(index: &OpenIndex, term: &Term) -> Result<u64> {
    let mut count = 0;
    for segment in index.searcher().segment_readers() {
        count += in_segment(segment, term).map_err(index.failed())?;
    }
    Ok(count)
}

fn in_segment(segment: &SegmentReader, term: &Term) -> tantivy::Result<u64> {
    let inverted = segment.inverted_index(term.field())?;
    let Some(info) = inverted.get_term_info(term)? else { return Ok(0) };
    let Some(alive) = segment.alive_bitset() else { return Ok(u64::from(info.doc_freq)) };
    let postings = inverted.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
    Ok(u64::from(postings.doc_freq_given_deletes(alive)))
}
