//! Companies and facets: aligned columns for people, rows for programs.

use std::io::{self, Write};

use crate::printer::hits::table::print_rows;
use crate::printer::terminal::columns::columns;
use crate::printer::terminal::sanitize::sanitize;
use crate::search::{CompanyEntry, CompanyList, FacetCount, Facets};

/// What stands for no value.
const NONE: &str = "(none)";

/// Writes columns: the first ones as they are, the last `numbers` of them to the right.
fn aligned(out: &mut impl Write, rows: &[Vec<String>], numbers: usize) -> io::Result<()> {
    let count = rows.first().map_or(0, Vec::len);
    let width = |at: usize| rows.iter().map(|row| columns(&row[at])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (at, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let space = " ".repeat(width.saturating_sub(columns(cell)));
            let between = if at == 0 { "" } else { "  " };
            let is_number = at + numbers >= count;
            line += &if is_number {
                format!("{between}{space}{cell}")
            } else {
                format!("{between}{cell}{space}")
            };
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    out.flush()
}

/// Writes facets for people, the first `limit` of them.
pub fn print_facets(out: &mut impl Write, facets: &Facets, limit: usize) -> io::Result<()> {
    let head = [&*facets.by, "clauses", "policies", "companies"].map(str::to_owned).to_vec();
    let row = |facet: &FacetCount| {
        let value = facet.value.as_deref().map_or(NONE.into(), sanitize).into_owned();
        vec![
            value,
            facet.clauses.to_string(),
            facet.policies.to_string(),
            facet.companies.to_string(),
        ]
    };
    let rows: Vec<_> =
        std::iter::once(head).chain(facets.facets.iter().take(limit).map(row)).collect();
    aligned(out, &rows, 3)
}

/// Writes a row for each of the first `limit` facets (RFC 4180), below a row of names.
pub fn print_facets_csv(out: &mut impl Write, facets: &Facets, limit: usize) -> io::Result<()> {
    let row = |facet: &FacetCount| {
        let FacetCount { value, clauses, policies, companies } = facet;
        vec![
            value.clone().unwrap_or_default(),
            clauses.to_string(),
            policies.to_string(),
            companies.to_string(),
        ]
    };
    let names = ["value", "clauses", "policies", "companies"];
    print_rows(out, &names, facets.facets.iter().take(limit).map(row))
}

/// Writes companies for people.
pub fn print_companies(out: &mut impl Write, companies: &CompanyList) -> io::Result<()> {
    let mut head =
        ["company", "first", "last", "policies", "snapshots"].map(str::to_owned).to_vec();
    if companies.query.is_some() {
        head.extend(["saying it", "clauses"].map(str::to_owned));
    }
    let numbers = head.len() - 3;
    let row = |entry: &CompanyEntry| {
        let mut row = vec![
            sanitize(&entry.company).into_owned(),
            entry.first.clone(),
            entry.last.clone(),
            entry.policies.to_string(),
            entry.snapshots.to_string(),
        ];
        row.extend(
            [entry.saying, entry.clauses].into_iter().flatten().map(|number| number.to_string()),
        );
        row
    };
    let rows: Vec<_> = std::iter::once(head).chain(companies.companies.iter().map(row)).collect();
    aligned(out, &rows, numbers)
}

/// Writes a row for each company (RFC 4180), below a row of names.
pub fn print_companies_csv(out: &mut impl Write, companies: &CompanyList) -> io::Result<()> {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let row = |entry: &CompanyEntry| {
        let CompanyEntry { company, policies, snapshots, first, last, clauses, saying } = entry;
        vec![
            company.clone(),
            policies.to_string(),
            snapshots.to_string(),
            first.clone(),
            last.clone(),
            number(*clauses),
            number(*saying),
        ]
    };
    let names = ["company", "policies", "snapshots", "first", "last", "clauses", "saying"];
    print_rows(out, &names, companies.companies.iter().map(row))
}
