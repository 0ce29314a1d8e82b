//! Rows of a stream: lines or objects of JSON, and records of CSV.
//!
//! A stream is cut into rows (`row_reader`), which are decoded alike (`decoded_rows`), split into
//! fields (`json`, `csv`) and read as snapshots (`record`).

pub(super) mod csv;
pub(super) mod decoded_rows;
pub(super) mod json;
pub(super) mod record;
pub(super) mod row_ends;
pub(super) mod row_reader;
pub(super) mod text_stream;
