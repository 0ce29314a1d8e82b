//! Files that begin with the header line of the Princeton-Leuven Longitudinal Corpus.
//!
//! ```text
//! > *The following text is extracted and transformed from the SITE privacy policy that was
//! archived on YYYY-MM-DD. Please check the [original snapshot on the Wayback Machine](URL) for
//! the most accurate reproduction.*
//! ```
//!
//! The header is one line; the corpus is the repository citp/privacy-policy-historical. A fork of
//! the corpus has the same header without Markdown and without the link. Its texts are plain: the
//! second line is the title and every later line a paragraph.

use super::form::{FileForm, PartialKey, UnreadText};
use super::html::conversion::{convert_page, decode};
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::model::{ArchiveTime, PRIVACY_POLICY};

/// The start of the header, before the site.
const OPENING: &str = "The following text is extracted and transformed from the ";
/// The words between site and date, in this header and in the comment of the HTML files.
pub(super) const ARCHIVED: &str = " privacy policy that was archived on ";

/// The ends of lines: `\n`, `\r\n`, and in old files `\r`.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// The content of a header line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PolicyHeader {
    site: String,
    time: ArchiveTime,
    archive_url: Option<String>,
    /// Whether the file is from the fork, whose texts are plain.
    is_plain: bool,
}

/// Files with the header line.
pub(super) struct HeaderForm;

impl FileForm for HeaderForm {
    fn recognise(&self, _path: &str, head: &str) -> Result<Option<PartialKey>, String> {
        let header = parse(first_line(head))?;
        Ok(header.map(|header| PartialKey {
            company: Some(header.site),
            policy_type: Some(PRIVACY_POLICY.to_owned()),
            time: Some(header.time),
        }))
    }

    fn read(&self, _path: &str, bytes: Vec<u8>) -> Result<(SnapshotFacts, SourceText), UnreadText> {
        let mut text = decode(bytes);
        let addresses = cut_header(&mut text).ok_or_else(|| "the header is gone".to_owned())?;
        convert_page(&mut text.body)?;
        let ArchivedAddresses { url, archive_url } = addresses;
        Ok((SnapshotFacts { url, archive_url, ..SnapshotFacts::default() }, text))
    }
}

/// The addresses in a header line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::corpus) struct ArchivedAddresses {
    /// The address of the policy.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
}

/// Removes the header line from a text and returns its addresses. Returns `None` if the text has
/// no header.
pub(in crate::corpus) fn cut_header(text: &mut SourceText) -> Option<ArchivedAddresses> {
    let header = parse(first_line(&text.body)).ok().flatten()?;
    let body = text.body.split_off(first_line(&text.body).len());
    text.body = if header.is_plain { mark_plain_lines(&body) } else { body };
    let archive_url = header.archive_url;
    Some(ArchivedAddresses { url: archive_url.as_deref().and_then(original_url), archive_url })
}

fn first_line(text: &str) -> &str {
    text.split_once(LINE_ENDS).map_or(text, |(line, _)| line)
}

/// Reads a first line. Returns `None` if it is not a header.
///
/// # Errors
///
/// The line is a header with an invalid date or without a site: the reason in one line.
fn parse(line: &str) -> Result<Option<PolicyHeader>, String> {
    let bare = line.trim_start_matches(['>', '*', ' ', '\t']);
    let Some(rest) = bare.strip_prefix(OPENING) else { return Ok(None) };
    let Some((site, rest)) = rest.split_once(ARCHIVED) else { return Ok(None) };
    let archive_url = link_target(rest, "](");
    let column = line[..line.len() - rest.len()].chars().count() + 1;
    let time = archive_time(rest, column, archive_url.as_deref())?;
    let site = site_name(site)?;
    Ok(Some(PolicyHeader { site, time, archive_url, is_plain: bare.len() == line.len() }))
}

/// Returns the site that a header names.
pub(super) fn site_name(site: &str) -> Result<String, String> {
    let site = site.trim();
    if site.is_empty() {
        Err("line 1: the header names no site".to_owned())
    } else {
        Ok(site.to_owned())
    }
}

/// Finds the address between `mark` and the end of the link. `rest` is the header after the site.
pub(super) fn link_target(rest: &str, mark: &str) -> Option<String> {
    let (_, tail) = rest.split_once(mark)?;
    let end = tail.rfind(") for the most").or_else(|| tail.rfind(')'))?;
    Some(tail[..end].to_owned())
}

/// Reads the date at the start of `rest`, which begins at this column of line 1. The address of the
/// archived page adds the time of day.
pub(super) fn archive_time(
    rest: &str,
    column: usize,
    archive_url: Option<&str>,
) -> Result<ArchiveTime, String> {
    let date = rest.char_indices().nth(10).map_or(rest, |(end, _)| &rest[..end]);
    let Some(day) = ArchiveTime::from_date(date) else {
        return Err(format!("line 1, column {column}: `{date}` is no date of the calendar"));
    };
    // The date of the header decides. The stamp in the address counts only if its day is the same.
    let stamp = archive_url.and_then(wayback_time);
    Ok(stamp.filter(|time| time.date() == day.date()).unwrap_or(day))
}

/// Splits `https://web.archive.org/web/<stamp>id_/<address>` into the stamp and the address.
fn wayback_parts(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("web.archive.org/web/")?;
    rest.split_once('/')
}

/// The time in the address of an archived page.
pub(in crate::corpus) fn wayback_time(url: &str) -> Option<ArchiveTime> {
    let (stamp, _) = wayback_parts(url)?;
    ArchiveTime::from_wayback_stamp(stamp.get(..14)?)
}

/// Returns the address of the policy, given the address of the archived page.
pub(super) fn original_url(url: &str) -> Option<String> {
    let (_, address) = wayback_parts(url)?;
    Some(percent_encoding::percent_decode_str(address).decode_utf8_lossy().into_owned())
}

/// Turns the plain lines of the fork into Markdown: a title and paragraphs.
fn mark_plain_lines(body: &str) -> String {
    let mut out = String::with_capacity(body.len() + 64);
    let mut lines = body.split(LINE_ENDS).map(str::trim).filter(|line| !line.is_empty());
    if let Some(title) = lines.next() {
        out.push_str("# ");
        out.push_str(title);
    }
    for line in lines {
        out.push_str("\n\n");
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(date: &str, rest: &str) -> String {
        format!(
            "> *{OPENING}acme.example{ARCHIVED}{date}. Please check the [original snapshot on the \
             Wayback Machine]({rest}) for the most accurate reproduction.*"
        )
    }

    #[test]
    fn headers_are_read() {
        let url = "https://web.archive.org/web/20060820151514id_/\
                   http%3A//www.acme.example/a_(b).html%3Fx%3D1";
        let read = parse(&header("2006-08-20", url)).unwrap().unwrap();
        assert_eq!(
            (read.site.as_str(), read.time.rfc3339().as_str()),
            ("acme.example", "2006-08-20T15:15:14Z")
        );
        assert_eq!(read.archive_url.as_deref(), Some(url));
        assert_eq!(original_url(url).as_deref(), Some("http://www.acme.example/a_(b).html?x=1"));
        assert!(!read.is_plain);
        let other_day = parse(&header("2006-08-21", url)).unwrap().unwrap();
        assert_eq!(other_day.time.rfc3339(), "2006-08-21T00:00:00Z");
    }

    #[test]
    fn the_fork_and_other_lines() {
        let line = format!(
            "{OPENING}1.1.1.1{ARCHIVED}2001-02-03. Please check the original snapshot on the \
             Wayback Machine for the most accurate reproduction."
        );
        let read = parse(&line).unwrap().unwrap();
        assert!(read.is_plain && read.archive_url.is_none());
        assert_eq!(parse("# Privacy").unwrap(), None);
        assert_eq!(parse("").unwrap(), None);
        assert!(parse(&header("2006-02-30", "x")).unwrap_err().contains("`2006-02-30` is no date"));
        assert_eq!(mark_plain_lines("\nTitle\nOne.\nTwo.\n"), "# Title\n\nOne.\n\nTwo.");
    }
}
