//! JSON for programs: `schema/results.schema.json` for the whole, `schema/hit.schema.json` for a line.

use std::io::{self, Write};

use serde::Serialize;

use crate::search::{Hit, Summary};

pub(super) fn begin(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    out.write_all(b"{\"query\":")?;
    serde_json::to_writer(&mut *out, &summary.query)?;
    out.write_all(b",\"totals\":")?;
    serde_json::to_writer(&mut *out, &summary.totals)?;
    write!(out, ",\"truncated\":{},\"hits\":[", summary.truncated)
}

pub(super) fn hit(out: &mut impl Write, hit: &Hit, is_first: bool) -> io::Result<()> {
    out.write_all(if is_first { b"\n" } else { b",\n" })?;
    Ok(serde_json::to_writer(out, hit)?)
}

pub(super) fn finish(out: &mut impl Write, is_empty: bool) -> io::Result<()> {
    out.write_all(if is_empty { b"]}\n" } else { b"\n]}\n" })
}

pub(super) fn line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
