//! Lists of companies.

use std::io::{self, Write};

use super::rows::{RowOptions, cell, write_rows};
use super::terminal::columns::write_aligned;
use super::terminal::sanitize::sanitize;
use crate::search::{CompanyEntry, CompanyList};

/// Writes companies for people, in aligned columns.
pub fn print_companies(out: &mut impl Write, companies: &CompanyList) -> io::Result<()> {
    let mut names = vec!["company", "first", "last", "policies", "snapshots"];
    if companies.query.is_some() {
        names.extend(["saying it", "clauses"]);
    }
    let numbers = names.len() - 3;
    let mut rows = vec![names.into_iter().map(str::to_owned).collect()];
    rows.extend(companies.companies.iter().map(row_for_people));
    write_aligned(out, &rows, numbers)
}

fn row_for_people(entry: &CompanyEntry) -> Vec<String> {
    let CompanyEntry { company, policies, snapshots, first, last, clauses, saying } = entry;
    let company = sanitize(company).into_owned();
    let mut row = vec![company, first.date(), last.date()];
    row.extend([*policies, *snapshots].map(|number| number.to_string()));
    row.extend([saying, clauses].into_iter().flatten().map(|number| number.to_string()));
    row
}

/// Writes companies as CSV, one row for each.
pub fn print_companies_csv(
    out: &mut impl Write,
    companies: &CompanyList,
    options: RowOptions,
) -> io::Result<()> {
    let names = ["company", "policies", "snapshots", "first", "last", "clauses", "saying"];
    write_rows(out, options, &names, companies.companies.iter().map(csv_row))
}

fn csv_row(entry: &CompanyEntry) -> Vec<String> {
    let CompanyEntry { company, policies, snapshots, first, last, clauses, saying } = entry;
    vec![
        company.clone(),
        policies.to_string(),
        snapshots.to_string(),
        first.date(),
        last.date(),
        cell(*clauses),
        cell(*saying),
    ]
}
