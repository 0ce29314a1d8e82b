//! Reads tables: JSON and CSV, one snapshot in each row.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use super::refusal;
use super::rows::csv;
use super::rows::decoded_rows::{DecodedRows, TextRow};
use super::rows::json::{self, JsonLayout, JsonMembers};
use super::rows::record;
use super::rows::row_ends::{LineEnds, ObjectEnds, RecordEnds, RowEnds, line_ends};
use super::rows::row_reader::{MAX_ROW, RawRow, RowContent, RowReader};
use super::rows::text_stream;
use super::scanning::{RecordPlace, StreamScan};
use super::shape::TableShape;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::forms::form::UnreadText;
use crate::corpus::found_snapshot::fingerprint;
use crate::corpus::notices::CorpusNotice;
use crate::corpus::source_text::SourceText;

/// Reads a table that begins with `head`: the stream, or the file `entry` of an archive.
pub(super) fn read<'r>(
    shape: TableShape,
    head: &[u8],
    source: Box<dyn Read + 'r>,
    entry: Option<String>,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let source = BufReader::new(text_stream::with_plain_ends(head, source)?);
    let ends: Box<dyn RowEnds> = match shape {
        TableShape::Json(JsonLayout::Lines) => Box::new(LineEnds),
        TableShape::Json(JsonLayout::Objects) => Box::new(ObjectEnds::default()),
        TableShape::Csv(delimiter) => Box::new(RecordEnds::new(delimiter)),
    };
    let rows = DecodedRows::new(RowReader::new(source, MAX_ROW, ends));
    let mut table = TableScan { rows, entry, scan, has_snapshot: false };
    match shape {
        TableShape::Json(_) => table.json(),
        TableShape::Csv(delimiter) => table.csv(delimiter),
    }
}

/// A table that is being read.
struct TableScan<'t, 's, R> {
    rows: DecodedRows<R>,
    /// The file in an archive, if the table is not the whole stream.
    entry: Option<String>,
    scan: &'t mut StreamScan<'s>,
    /// Whether a row was a snapshot.
    has_snapshot: bool,
}

impl<R: BufRead> TableScan<'_, '_, R> {
    fn json(&mut self) -> io::Result<()> {
        let mut first: Option<JsonMembers> = None;
        while let Some(row) = self.next()? {
            let Some(TextRow { line, print, text }) = self.whole(row) else { continue };
            let SourceText { body, is_recoded } = text;
            let object = body.trim_start_matches([',', '[', ']', ' ', '\t', '\n', '\r']);
            if object.is_empty() {
                continue;
            }
            let before = &body.as_bytes()[..body.len() - object.len()];
            let line = line + line_ends(before, &mut false);
            self.go_to(line);
            let object = json::without_lone_surrogates(object);
            if matches!(object, Cow::Owned(_)) {
                self.scan.report(|at| SeenInput::Noted(at, CorpusNotice::LoneSurrogate));
            }
            let members = json::members(&object);
            // A text may be large, and the members have a copy of it.
            drop(object);
            drop(body);
            if let (None, Ok(members)) = (&first, &members) {
                first = Some(json::heads(members));
            }
            self.record(line, print, members, is_recoded)?;
        }
        if let (false, None, Some(first)) = (self.has_snapshot, &self.entry, first) {
            self.scan.refusal =
                refusal::members(first, &self.scan.parts.path, &self.scan.parts.names);
        }
        Ok(())
    }

    fn csv(&mut self, delimiter: u8) -> io::Result<()> {
        let Some(columns) = self.columns(delimiter)? else { return Ok(()) };
        while let Some(row) = self.next()? {
            let Some(TextRow { line, print, text }) = self.whole(row) else { continue };
            if text.body.trim().is_empty() {
                continue;
            }
            let cells = csv::cells(&text.body, delimiter);
            // A text may be large, and the cells have a copy of it.
            drop(text.body);
            let members = cells.and_then(|cells| csv::members(&columns, cells));
            // Spreadsheets write rows of empty cells.
            if !members.as_ref().is_ok_and(JsonMembers::is_empty) {
                self.record(line, print, members, text.is_recoded)?;
            }
        }
        Ok(())
    }

    /// Reads the first row, which names the columns. Returns `None` if no row can be read.
    fn columns(&mut self, delimiter: u8) -> io::Result<Option<Vec<String>>> {
        loop {
            let Some(row) = self.next()? else { return Ok(None) };
            let Some(TextRow { text, .. }) = self.whole(row) else { return Ok(None) };
            if csv::is_wordless(&text.body) || csv::delimiter_of_line(&text.body).is_some() {
                continue;
            }
            let columns =
                csv::column_names(csv::cells(&text.body, delimiter).map_err(io::Error::other)?);
            if text.is_recoded {
                self.scan.report(|at| SeenInput::Noted(at, CorpusNotice::NotUtf8));
            }
            if let Some(name) = csv::repeated(&columns) {
                self.scan.fail(format!("two columns are named `{name}`; rename one of them"));
                return Ok(None);
            }
            let parts = self.scan.parts;
            if !csv::missing(&columns, &parts.names).is_empty() {
                self.scan.refusal =
                    Some(refusal::columns("column", columns, &parts.path, &parts.names));
                return Ok(None);
            }
            return Ok(Some(columns));
        }
    }

    /// Reads the next row and goes to its line.
    fn next(&mut self) -> io::Result<Option<Result<TextRow, RawRow>>> {
        self.go_to(self.rows.line());
        let row = self.rows.next()?;
        if let Some(Ok(TextRow { line, .. }) | Err(RawRow { line, .. })) = row {
            self.go_to(line);
        }
        Ok(row)
    }

    fn go_to(&mut self, line: u64) {
        self.scan.at = match &self.entry {
            Some(entry) => format!("{entry}: line {line}"),
            None => format!("line {line}"),
        };
    }

    /// Returns the row if it is whole, and reports why it is not.
    fn whole(&mut self, row: Result<TextRow, RawRow>) -> Option<TextRow> {
        let reason = match row {
            Ok(row) => return Some(row),
            Err(RawRow { content: RowContent::Broken(reason), .. }) => reason,
            Err(_) => format!("is longer than {} MiB", MAX_ROW >> 20),
        };
        self.scan.fail(reason);
        None
    }

    /// Reads the snapshot in a row.
    fn record(
        &mut self,
        line: u64,
        print: u64,
        members: Result<JsonMembers, String>,
        is_recoded: bool,
    ) -> io::Result<()> {
        let members = members.map_err(UnreadText::Failed);
        let names = &self.scan.parts.names;
        match members.and_then(|members| record::read(members, names, is_recoded)) {
            Ok(record) => {
                self.has_snapshot = true;
                let print = match &self.entry {
                    Some(entry) => {
                        let print = fingerprint(&[entry.as_bytes(), &print.to_le_bytes()]);
                        self.scan.numbered(print)
                    }
                    None => print,
                };
                let place =
                    RecordPlace { entry: self.entry.clone(), line: Some(line), number: None };
                self.scan.keep(record, print, place)
            }
            Err(unread) => {
                self.scan.leave_out(unread);
                Ok(())
            }
        }
    }
}
