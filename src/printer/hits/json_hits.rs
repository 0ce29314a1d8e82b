//! Hits as JSON: an object for the whole result, or an object per line.

use std::io::{self, Write};

use serde::Serialize;

use crate::printer::json::write_json;
use crate::search::{Hit, SearchSummary};

/// A hit, with the id of its query and its citation, which only the printer knows.
#[derive(Serialize)]
pub(in crate::printer) struct JsonHit<'h> {
    /// The query of a batch that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_id: Option<&'h str>,
    #[serde(flatten)]
    pub hit: &'h Hit,
    pub citation: Option<String>,
}

/// Writes the object up to the beginning of the list of hits.
pub(super) fn write_begin(out: &mut impl Write, summary: &SearchSummary) -> io::Result<()> {
    out.write_all(b"{\"query\":")?;
    write_json(out, &summary.query)?;
    out.write_all(b",\"interpreted\":")?;
    write_json(out, &summary.interpreted)?;
    out.write_all(b",\"totals\":")?;
    write_json(out, &summary.totals)?;
    write!(out, ",\"truncated\":{},\"hits\":[", summary.truncated)
}

/// Writes an element of the list of hits.
pub(super) fn write_hit(out: &mut impl Write, hit: &JsonHit<'_>, is_first: bool) -> io::Result<()> {
    out.write_all(if is_first { b"\n" } else { b",\n" })?;
    write_json(out, hit)
}

/// Ends the list of hits, which may be empty, and the object.
pub(super) fn write_end(out: &mut impl Write, is_empty: bool) -> io::Result<()> {
    out.write_all(if is_empty { b"]}\n" } else { b"\n]}\n" })
}
