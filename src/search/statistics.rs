//! The numbers behind scores: counted over clauses, so that an index gives the same scores however its segments fell.

use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::{Field, IndexRecordOption};

use crate::index::OpenIndex;

/// Statistics over the clauses of an index; the library's own count the policies' tables as documents too.
pub(crate) struct LiveStatistics<'i>(pub &'i OpenIndex);

impl Bm25StatisticsProvider for LiveStatistics<'_> {
    fn total_num_tokens(&self, _field: Field) -> tantivy::Result<u64> {
        Ok(self.0.manifest().length_sum.max(1))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        // At least one, since an average is taken over them.
        Ok(self.0.manifest().counts.clauses.max(1))
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let mut count = 0;
        for segment in self.0.searcher().segment_readers() {
            let inverted = segment.inverted_index(term.field())?;
            let Some(info) = inverted.get_term_info(term)? else { continue };
            count += match segment.alive_bitset() {
                None => u64::from(info.doc_freq),
                // The library counts what is deleted until a merge, which would give an updated index other scores than a new one.
                Some(alive) => {
                    let postings = inverted.read_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                    u64::from(postings.doc_freq_given_deletes(alive))
                }
            };
        }
        Ok(count)
    }
}
