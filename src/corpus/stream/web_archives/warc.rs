//! Reads a WARC file: finds the pages among its records.
//!
//! Records about the crawl itself (`warcinfo`, `request`, `metadata`, and answers of DNS) are no
//! inputs, as folders of an archive are none. Every other record ends in one counter.

use std::io::{self, BufReader, Read};

use super::content_coding::{self, DecodedBody};
use super::header_fields::HeaderFields;
use super::http_message::HttpMessage;
use super::media_type::{BodyKind, MediaType};
use super::page_address::PageAddress;
use super::record_reader::RecordReader;
use crate::corpus::corpus_reader::SeenInput;
use crate::corpus::forms::form::{PartialKey, SnapshotKey, SnapshotRecord, UnreadText, head_of};
use crate::corpus::forms::html::conversion::{convert_page, decode_declared, to_markdown};
use crate::corpus::found_snapshot::fingerprint;
use crate::corpus::no_text;
use crate::corpus::notices::{CorpusNotice, SkipReason};
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::{MAX_BYTES, SourceText, too_large};
use crate::corpus::stream::scanning::{RecordPlace, StreamScan};
use crate::corpus::times::{archive_time, no_time};

/// How much of a block is read, in bytes: a text, and the header in front of it.
const MAX_BLOCK_BYTES: u64 = MAX_BYTES + (1 << 20);

/// The status of a response that has the page itself.
const OK: u16 = 200;

/// The record types without a page that are no inputs.
const CRAWL_TYPES: [&str; 3] = ["warcinfo", "request", "metadata"];

/// The record types that may have a page. A resource is one that was not kept with its header, and
/// a conversion one that was converted, such as to plain text.
const PAGE_TYPES: [&str; 3] = ["response", "resource", "conversion"];

/// Reads the records of a file: the stream, or the file `entry` of an archive.
pub(in crate::corpus::stream) fn read(
    source: impl Read,
    entry: Option<&str>,
    scan: &mut StreamScan<'_>,
) -> io::Result<()> {
    let records = RecordReader::new(BufReader::new(source));
    WarcScan { records, entry, scan }.read()
}

/// A file that is being read.
struct WarcScan<'w, 's, R> {
    records: RecordReader<R>,
    /// The file in an archive, if it is not the whole stream.
    entry: Option<&'w str>,
    scan: &'w mut StreamScan<'s>,
}

/// A record that may have a page.
struct PageRecord {
    number: u64,
    url: String,
    key: SnapshotKey,
    /// Whether it is a message of HTTP, with a header of its own.
    is_message: bool,
    fields: HeaderFields,
}

impl<R: io::BufRead> WarcScan<'_, '_, R> {
    fn read(&mut self) -> io::Result<()> {
        loop {
            let number = self.records.next_number();
            self.go_to(number, None);
            let Some(fields) = self.records.next()? else { return Ok(()) };
            // Some crawlers put the address between angle brackets.
            let url = fields.get("WARC-Target-URI").unwrap_or_default();
            let url = url.trim_matches(['<', '>']).to_owned();
            self.go_to(number, Some(&url));
            let kind = fields.get("WARC-Type").unwrap_or_default().to_ascii_lowercase();
            if CRAWL_TYPES.contains(&kind.as_str()) || url.starts_with("dns:") {
                continue;
            }
            match self.page_record(number, url, &kind, fields) {
                Ok(page) => self.read_page(page)?,
                Err(unread) => self.scan.leave_out(unread),
            }
        }
    }

    fn go_to(&mut self, number: u64, url: Option<&str>) {
        let entry = self.entry.map(|entry| format!("{entry}: ")).unwrap_or_default();
        let url = url.filter(|url| !url.is_empty()).map(|url| format!(" ({url})"));
        self.scan.at = format!("{entry}record {number}{}", url.unwrap_or_default());
    }

    /// Tells by the header of a record whether it may have a page, and whose.
    fn page_record(
        &self,
        number: u64,
        url: String,
        kind: &str,
        fields: HeaderFields,
    ) -> Result<PageRecord, UnreadText> {
        if kind == "revisit" {
            return Err(UnreadText::Skipped(SkipReason::Revisit));
        }
        if kind == "continuation" || fields.get("WARC-Segment-Number").is_some() {
            let reason = "is a part of a record that was cut into several, which are not joined";
            return Err(reason.to_owned().into());
        }
        let address = PageAddress::parse(&url).filter(|_| PAGE_TYPES.contains(&kind));
        let address = address.ok_or(UnreadText::Skipped(SkipReason::NoPage))?;
        let key = self.key(&address, &fields)?;
        Ok(PageRecord { number, url, key, is_message: kind == "response", fields })
    }

    /// The policy and the time of a page.
    fn key(&self, address: &PageAddress, fields: &HeaderFields) -> Result<SnapshotKey, UnreadText> {
        let date = fields.get("WARC-Date").map(str::trim);
        let time = date.map(|date| archive_time(date).ok_or_else(|| no_time(date))).transpose()?;
        let company = Some(address.company().to_owned());
        let key = PartialKey { company, policy_type: None, time };
        let forms = &self.scan.parts.forms;
        forms.key_of_address(&address.pattern_path(), key)
    }

    /// Reads the page of a record.
    fn read_page(&mut self, page: PageRecord) -> io::Result<()> {
        let block = self.records.read_block(MAX_BLOCK_BYTES)?;
        let is_too_large = self.records.block_left() > 0;
        match page.text(&block, is_too_large) {
            Ok((text, is_cut)) => {
                if is_cut {
                    self.scan.report(|at| SeenInput::Noted(at, CorpusNotice::CutOff));
                }
                self.keep(page, &block, text)
            }
            Err(unread) => {
                self.scan.leave_out(unread);
                Ok(())
            }
        }
    }

    fn keep(&mut self, page: PageRecord, block: &[u8], text: SourceText) -> io::Result<()> {
        let PageRecord { number, url, key, .. } = page;
        let entry = self.entry.map(str::to_owned);
        let name = entry.as_deref().unwrap_or_default();
        let time = key.time.rfc3339();
        // The number is left out, so that a record keeps its fingerprint where others come or go.
        let print = fingerprint(&[name.as_bytes(), url.as_bytes(), time.as_bytes(), block]);
        let print = self.scan.numbered(print);
        let facts = SnapshotFacts { url: Some(url), ..SnapshotFacts::default() };
        let place = RecordPlace { entry, line: None, number: Some(number) };
        self.scan.keep(SnapshotRecord { key, facts, text }, print, place)
    }
}

impl PageRecord {
    /// Reads the text in the block of the record, and tells whether it is cut off.
    fn text(&self, block: &[u8], is_too_large: bool) -> Result<(SourceText, bool), UnreadText> {
        let message = self.is_message.then(|| HttpMessage::parse(block));
        let (fields, body) = match &message {
            Some(Some(message)) if message.status != OK => {
                return Err(UnreadText::Skipped(SkipReason::NotOk));
            }
            Some(Some(message)) => (&message.fields, message.body),
            Some(None) => return Err("is no response of HTTP".to_owned().into()),
            None => (&self.fields, block),
        };
        let media = MediaType::parse(fields.get("Content-Type"));
        if media.kind == BodyKind::Other {
            return Err(UnreadText::Skipped(SkipReason::NoPage));
        }
        if is_too_large {
            return Err(too_large().into());
        }
        let body = match message {
            Some(_) => content_coding::decode(fields, body)?,
            None => DecodedBody { bytes: body.to_vec(), is_cut: false },
        };
        let is_cut = body.is_cut || self.fields.get("WARC-Truncated").is_some();
        Ok((text_of(body.bytes, media)?, is_cut))
    }
}

/// Reads a body as a text.
fn text_of(bytes: Vec<u8>, media: MediaType) -> Result<SourceText, UnreadText> {
    if bytes.is_empty() {
        return Err(UnreadText::Skipped(SkipReason::Empty));
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large().into());
    }
    if let Some(reason) = no_text::reason(head_of(&bytes)) {
        return Err(UnreadText::Skipped(reason));
    }
    let mut text = decode_declared(bytes, media.encoding);
    if media.kind == BodyKind::Page {
        text.body = to_markdown(&text.body)?;
    } else {
        convert_page(&mut text.body)?;
    }
    Ok(text)
}
