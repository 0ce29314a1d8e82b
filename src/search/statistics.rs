//! The numbers behind scores: counted over clauses, so that an index gives the same scores however its segments fell.

use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;

use crate::index::OpenIndex;

/// Statistics over the clauses of an index; the library's own count the policies' tables as documents too.
pub(crate) struct LiveStatistics<'i>(pub &'i OpenIndex);

impl Bm25StatisticsProvider for LiveStatistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.0.searcher().total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        // At least one, since an average is taken over them.
        Ok(self.0.manifest().counts.clauses.max(1))
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.0.searcher().doc_freq(term)
    }
}
