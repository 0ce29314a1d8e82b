//! The flags that every query command has.

use clap::Args;
use fineprint::error::Result;
use fineprint::search::Select;

use super::filters::FilterArgs;
use super::index_choice::IndexChoice;
use super::reading::ReadingArgs;

/// How a query is read, in which index it searches, and which snapshots and clauses it may find.
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// How the query is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The index.
    #[command(flatten)]
    pub index: IndexChoice,
    /// Which snapshots and clauses are searched.
    #[command(flatten)]
    pub filters: FilterArgs,
}

impl QueryArgs {
    /// The selection of this query; without a query, of every clause that the filters let through.
    ///
    /// # Errors
    ///
    /// A query that cannot be parsed, and filters that exclude each other. Both are found here, so
    /// that nobody waits for an index to be built only to read about a mistake in a query.
    pub fn select(&self, query: Option<String>) -> Result<Select> {
        let filters = self.filters.filters()?;
        let query = query.map(|query| self.reading.query(query)).transpose()?;
        Ok(Select { query, stem: self.reading.stem, scope: self.reading.scope(), filters })
    }
}
