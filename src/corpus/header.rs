//! Files whose first line is the header of the Princeton-Leuven Longitudinal Corpus, whatever their names.
//!
//! ```text
//! > *The following text is extracted and transformed from the SITE privacy policy that was archived on YYYY-MM-DD.
//! Please check the [original snapshot on the Wayback Machine](URL) for the most accurate reproduction.*
//! ```
//!
//! (one line; the corpus is citp/privacy-policy-historical). A fork stores the same without marks and without the link; there the
//! second line is the title and every further line a paragraph.

use super::facts::Facts;
use super::forms::{Claims, Form};
use super::text::SourceText;
use crate::model::{ArchiveTime, PRIVACY_POLICY};
use crate::section::percent_decode;

const OPENING: &str = "The following text is extracted and transformed from the ";
/// Between site and date, in this header and in that of the HTML form.
pub(super) const ARCHIVED: &str = " privacy policy that was archived on ";

/// A line ends with `\n`, `\r\n` or, in old files, `\r`.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// What a header line says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Header {
    site: String,
    time: ArchiveTime,
    archive_url: Option<String>,
    /// Whether the file is of the fork without marks.
    is_plain: bool,
}

/// Files with the header.
pub(super) struct HeaderForm;

impl Form for HeaderForm {
    fn recognise(&self, _path: &str, head: &[u8]) -> std::result::Result<Option<Claims>, String> {
        let header = parse(first_line(&decode_first_line(head.to_vec())))?;
        Ok(header.map(|header| Claims {
            company: Some(header.site),
            policy_type: Some(PRIVACY_POLICY.to_owned()),
            time: Some(header.time),
        }))
    }

    fn read(
        &self,
        _path: &str,
        bytes: Vec<u8>,
    ) -> std::result::Result<(Facts, SourceText), String> {
        let mut text = SourceText::decode(bytes);
        let (url, archive_url) = cut_header(&mut text).ok_or("the header is gone")?;
        Ok((Facts { url, archive_url, ..Facts::default() }, text))
    }
}

/// The start of a file as text, its first line whole.
fn decode_first_line(mut head: Vec<u8>) -> String {
    // The end of the head may cut a character, which says nothing of how the file is encoded. (UTF-16, known by its mark, has NULs.)
    if !head.contains(&0)
        && let Some(end) = head.iter().position(|byte| matches!(byte, b'\n' | b'\r'))
    {
        head.truncate(end);
    }
    SourceText::decode(head).body
}

/// Takes the header off a text of another form of the corpus, and gives the address of the policy and that of the archived page. `None`:
/// there is no header.
pub(super) fn cut_header(text: &mut SourceText) -> Option<(Option<String>, Option<String>)> {
    let header = parse(first_line(&text.body)).ok().flatten()?;
    cut(text, &header);
    Some((header.archive_url.as_deref().and_then(original_url), header.archive_url))
}

fn cut(text: &mut SourceText, header: &Header) {
    let body = text.body.split_off(first_line(&text.body).len());
    text.body = if header.is_plain { mark_plain_lines(&body) } else { body };
}

fn first_line(text: &str) -> &str {
    text.split(LINE_ENDS).next().unwrap_or_default()
}

/// Reads a first line. `None`: it is no header. `Err`: it is one, but says something impossible.
fn parse(line: &str) -> std::result::Result<Option<Header>, String> {
    let bare = line.trim_start_matches(['>', '*', ' ', '\t']);
    let Some(rest) = bare.strip_prefix(OPENING) else { return Ok(None) };
    let Some((site, rest)) = rest.split_once(ARCHIVED) else { return Ok(None) };
    let archive_url = link_target(rest, "](");
    let column = line[..line.len() - rest.len()].chars().count() + 1;
    let time = archive_time(rest, column, archive_url.as_deref())?;
    let site = site_name(site)?;
    Ok(Some(Header { site, time, archive_url, is_plain: bare.len() == line.len() }))
}

/// The site that a header names.
pub(super) fn site_name(site: &str) -> std::result::Result<String, String> {
    let site = site.trim();
    if site.is_empty() {
        Err("line 1: the header names no site".to_owned())
    } else {
        Ok(site.to_owned())
    }
}

/// What stands between this mark and the end of the link, in what follows the site.
pub(super) fn link_target(rest: &str, mark: &str) -> Option<String> {
    let (_, tail) = rest.split_once(mark)?;
    let end = tail.rfind(") for the most").or_else(|| tail.rfind(')'))?;
    Some(tail[..end].to_owned())
}

/// When it was archived, from what follows the site at this column of line 1, and the address of the archived page.
pub(super) fn archive_time(
    rest: &str,
    column: usize,
    archive_url: Option<&str>,
) -> std::result::Result<ArchiveTime, String> {
    let date = rest.char_indices().nth(10).map_or(rest, |(end, _)| &rest[..end]);
    let Some(day) = ArchiveTime::from_date(date) else {
        return Err(format!("line 1, column {column}: `{date}` is no date of the calendar"));
    };
    // The header's day is the archive date; the stamp adds the time of that day.
    let stamp = archive_url.and_then(wayback_time);
    Ok(stamp.filter(|time| time.date() == day.date()).unwrap_or(day))
}

/// The stamp and the address in `https://web.archive.org/web/<stamp>id_/<address>`.
fn wayback_parts(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("web.archive.org/web/")?;
    rest.split_once('/')
}

fn wayback_time(url: &str) -> Option<ArchiveTime> {
    ArchiveTime::from_wayback_stamp(wayback_parts(url)?.0.get(..14)?)
}

/// The address that was archived, from that of the archived page.
pub(super) fn original_url(url: &str) -> Option<String> {
    Some(percent_decode(wayback_parts(url)?.1))
}

/// Gives the lines of the fork the marks that it dropped: the first is the title, each other a paragraph.
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
            "> *{OPENING}acme.example{ARCHIVED}{date}. Please check the [original snapshot on the Wayback Machine]({rest}) for the most accurate reproduction.*"
        )
    }

    #[test]
    fn headers_are_read() {
        let url = "https://web.archive.org/web/20060820151514id_/http%3A//www.acme.example/a_(b).html%3Fx%3D1";
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
            "{OPENING}1.1.1.1{ARCHIVED}2001-02-03. Please check the original snapshot on the Wayback Machine for the most accurate reproduction."
        );
        let read = parse(&line).unwrap().unwrap();
        assert!(read.is_plain && read.archive_url.is_none());
        assert_eq!(parse("# Privacy").unwrap(), None);
        assert_eq!(parse("").unwrap(), None);
        assert!(parse(&header("2006-02-30", "x")).unwrap_err().contains("`2006-02-30` is no date"));
        assert_eq!(mark_plain_lines("\nTitle\nOne.\nTwo.\n"), "# Title\n\nOne.\n\nTwo.");
    }
}
