//! Snapshots for exports, as JSON Lines or CSV, which `fineprint index` reads again.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;

use super::markdown::markdown;
use crate::printer::json::print_json_line;
use crate::printer::rows::{RowOptions, cell, write_row};
use crate::search::{PolicyVersion, SnapshotCard};

/// A snapshot as `schema/snapshot.schema.json` describes it.
#[derive(Serialize)]
struct SnapshotLine<'s> {
    company: &'s str,
    #[serde(rename = "type")]
    policy_type: &'s str,
    archive_time: String,
    url: Option<&'s str>,
    archive_url: Option<&'s str>,
    technical: bool,
    /// The metadata as they were written.
    metadata: Option<&'s RawValue>,
    text: String,
}

/// Writes a snapshot as a line of JSON (`schema/snapshot.schema.json`), its text as Markdown.
pub fn print_snapshot_json(out: &mut impl Write, version: &PolicyVersion) -> io::Result<()> {
    let card = &version.snapshot;
    let line = SnapshotLine {
        company: &card.company,
        policy_type: &card.policy_type,
        archive_time: card.archive_time.rfc3339(),
        url: card.url.as_deref(),
        archive_url: card.archive_url.as_deref(),
        technical: card.is_technical,
        metadata: serde_json::from_str(&card.metadata).ok(),
        text: markdown(&version.clauses),
    };
    print_json_line(out, &line)
}

/// Writes the row with the names of the columns of [`print_snapshot_csv`].
pub fn print_snapshot_csv_names(out: &mut impl Write, options: RowOptions) -> io::Result<()> {
    let names = ["company", "type", "archive_time", "url", "archive_url", "technical", "text"];
    write_row(out, options, names.into_iter().map(str::to_owned))
}

/// Writes a snapshot as a row of CSV, its text as Markdown.
pub fn print_snapshot_csv(
    out: &mut impl Write,
    version: &PolicyVersion,
    options: RowOptions,
) -> io::Result<()> {
    let SnapshotCard { company, policy_type, archive_time, url, archive_url, is_technical, .. } =
        &version.snapshot;
    let text = match markdown(&version.clauses) {
        // An empty cell would be read as a snapshot without a text, and refused.
        text if text.is_empty() => "\n".to_owned(),
        text => text,
    };
    let cells = [
        company.clone(),
        policy_type.clone(),
        archive_time.rfc3339(),
        cell(url.as_ref()),
        cell(archive_url.as_ref()),
        is_technical.to_string(),
        text,
    ];
    write_row(out, options, cells.into_iter())
}
