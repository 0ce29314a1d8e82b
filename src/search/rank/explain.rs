//! Explains the scores of rows.

use super::bm25::PatternWeights;
use super::explanation::ScoreExplanation;
use super::matched_sets::MatchedSets;
use super::rows::Row;
use super::scorer::{Scorer, kind_factor};
use crate::error::Result;
use crate::search::matching::{Columns, MatchedPattern, PatternCursor, SearchContext};

/// The explanations of these rows, in their order. The cursors of a segment are opened once: they
/// walk over its rows in document order.
///
/// # Errors
///
/// A damaged index.
pub(crate) fn explain_rows(
    context: SearchContext<'_>,
    weights: &PatternWeights,
    columns: &[Columns],
    sets: &MatchedSets,
    rows: &[Row],
) -> Result<Vec<ScoreExplanation>> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_unstable_by_key(|&i| (rows[i].segment, rows[i].doc));
    let mut explained = Vec::with_capacity(rows.len());
    for segment in order.chunk_by(|&a, &b| rows[a].segment == rows[b].segment) {
        let number = rows[segment[0]].segment;
        let columns = &columns[number as usize];
        let mut scorer = Scorer::new(context, weights, number, columns)?;
        let SearchContext { index, plan, words, .. } = context;
        let mut cursors = PatternCursor::open_all(index, number, &plan.patterns, words)?;
        for &i in segment {
            let row = &rows[i];
            let mut matched = Vec::new();
            for &pattern in sets.patterns(row.matched) {
                let count = cursors[pattern].count(row.doc)?;
                matched.push(MatchedPattern { pattern, count });
            }
            let factor = kind_factor(columns, row.doc);
            explained.push((i, scorer.explain(row.doc, &matched, factor)?));
        }
    }
    explained.sort_unstable_by_key(|(i, _)| *i);
    Ok(explained.into_iter().map(|(_, explanation)| explanation).collect())
}
