//! Counts by the values of a field.

use std::io::{self, Write};

use super::rows::{RowOptions, cell, write_rows};
use super::terminal::columns::write_aligned;
use super::terminal::sanitize::sanitize;
use crate::search::{FacetCount, Facets};

/// The value of clauses that have none.
const NO_VALUE: &str = "(none)";

/// Writes counts for people, in aligned columns.
pub fn print_facets(out: &mut impl Write, facets: &Facets) -> io::Result<()> {
    let by = facets.by.to_string();
    let names = [&*by, "clauses", "policies", "companies"];
    let mut rows = vec![names.map(str::to_owned).to_vec()];
    for facet in &facets.facets {
        let value = sanitize(facet.value.as_deref().unwrap_or(NO_VALUE)).into_owned();
        rows.push(row(value, facet));
    }
    write_aligned(out, &rows, 3)
}

/// Writes counts as CSV, one row for each value.
pub fn print_facets_csv(
    out: &mut impl Write,
    facets: &Facets,
    options: RowOptions,
) -> io::Result<()> {
    let names = ["value", "clauses", "policies", "companies"];
    let rows = facets.facets.iter().map(|facet| row(cell(facet.value.as_ref()), facet));
    write_rows(out, options, &names, rows)
}

fn row(value: String, facet: &FacetCount) -> Vec<String> {
    let numbers = [facet.clauses, facet.policies, facet.companies];
    std::iter::once(value).chain(numbers.iter().map(u64::to_string)).collect()
}
