//! Files whose first line is the header of the Princeton-Leuven Longitudinal Corpus, whatever their names.
//!
//! ```text
//! > *The following text is extracted and transformed from the SITE privacy policy that was archived on YYYY-MM-DD.
//! Please check the [original snapshot on the Wayback Machine](URL) for the most accurate reproduction.*
//! ```
//!
//! (one line; the corpus is citp/privacy-policy-historical). A fork stores the same without marks and without the link; there the
//! second line is the title and every further line a paragraph.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Body, Found, MAX_BYTES, Reader, Seen, Session, Skip, Snapshot, Text};
use crate::error::{Error, Result};
use crate::model::{ArchiveTime, FileStamp, PRIVACY_POLICY, SnapshotInfo, Source};
use crate::section::percent_decode;

const OPENING: &str = "The following text is extracted and transformed from the ";
const ARCHIVED: &str = " privacy policy that was archived on ";

/// How much of a file is looked at for its first line. Real headers have up to a few hundred bytes; the address in one may be long.
const HEAD_BYTES: u64 = 16 * 1024;

/// A line ends with `\n`, `\r\n` or, in old files, `\r`.
const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// The file that marks a folder as an index.
const MANIFEST: &str = "fineprint.json";

/// What a header line says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Header {
    site: String,
    time: ArchiveTime,
    archive_url: Option<String>,
    /// Whether the file is of the fork without marks.
    is_plain: bool,
}

/// A folder of files with the header, or one such file.
#[derive(Debug)]
pub struct HeaderFiles {
    root: PathBuf,
}

impl HeaderFiles {
    /// The reader for the folder or file `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn visit(&self, entry: &DirEntry) -> Option<Seen> {
        let path = entry.path();
        let at = || path.to_string_lossy().into_owned();
        let kind = entry.file_type();
        if entry.depth() > 0 && is_hidden(entry) {
            return Some(Seen::Skipped(at(), Skip::Hidden));
        }
        if kind.is_dir() {
            return is_index(entry).then(|| Seen::Skipped(at(), Skip::Index));
        }
        if kind.is_symlink() && entry.depth() > 0 {
            return Some(Seen::Skipped(at(), Skip::SymbolicLink));
        }
        // The corpus itself may be a link; what it points to decides.
        let is_file = if kind.is_symlink() { path.is_file() } else { kind.is_file() };
        if !is_file {
            return Some(Seen::Skipped(at(), Skip::NoFile));
        }
        Some(match read_head(path) {
            Ok(head) if head.is_empty() => Seen::Skipped(at(), Skip::Empty),
            Ok(head) => match parse(first_line(&decode_first_line(head))) {
                Ok(Some(header)) => found(path, header),
                Ok(None) => Seen::Skipped(at(), Skip::NoHeader),
                Err(reason) => Seen::Failed(at(), reason),
            },
            Err(error) => Seen::Failed(at(), error.to_string()),
        })
    }

    fn info(&self, path: &Path, header: Header, file: Option<FileStamp>) -> SnapshotInfo {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        let inside = if inside.as_os_str().is_empty() {
            Path::new(path.file_name().unwrap_or_default())
        } else {
            inside
        };
        let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let source = Source {
            corpus: self.root.to_string_lossy().into_owned(),
            path: parts.join("/"),
            commit: None,
            entry: None,
            line: None,
        };
        let url = header.archive_url.as_deref().and_then(original_url);
        SnapshotInfo {
            time: header.time,
            source,
            url,
            archive_url: header.archive_url,
            is_technical: false,
            metadata: String::new(),
            file,
        }
    }
}

fn found(path: &Path, header: Header) -> Seen {
    let file = stamp(path);
    let found = Found {
        time: header.time,
        order: 0,
        size: file.map_or(1, |file| file.bytes),
        file,
        body: Body::File(path.to_owned()),
    };
    Seen::Found { company: header.site, policy_type: PRIVACY_POLICY.to_owned(), found: Box::new(found) }
}

impl Reader for HeaderFiles {
    fn name(&self) -> &'static str {
        "files with header"
    }

    fn scan(&self, sink: &mut dyn FnMut(Seen)) -> Result<()> {
        let mut walk = WalkDir::new(&self.root).follow_root_links(true).sort_by_file_name().into_iter();
        while let Some(entry) = walk.next() {
            match entry {
                Ok(entry) => {
                    let is_dir = entry.file_type().is_dir();
                    if let Some(seen) = self.visit(&entry) {
                        if is_dir {
                            walk.skip_current_dir();
                        }
                        sink(seen);
                    }
                }
                Err(error) => {
                    let at = error.path().unwrap_or(&self.root).to_string_lossy().into_owned();
                    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                    sink(Seen::Failed(at, reason));
                }
            }
        }
        Ok(())
    }

    fn at(&self, found: &Found) -> String {
        match &found.body {
            Body::File(path) => path.to_string_lossy().into_owned(),
            Body::Git(_) => String::new(),
        }
    }

    fn session(&self) -> Box<dyn Session + '_> {
        Box::new(HeaderSession(self))
    }
}

/// Files need nothing that lasts from one to the next.
struct HeaderSession<'r>(&'r HeaderFiles);

impl Session for HeaderSession<'_> {
    fn read(&mut self, found: &Found, _wants_text: bool) -> Result<Snapshot> {
        let Body::File(path) = &found.body else { return Err(no_file(&self.0.root)) };
        let changed =
            || Error::Corpus { path: path.clone(), message: "has changed while it was read".to_owned() };
        let mut text = Text::decode(read_whole(path).map_err(Error::io(path))?);
        let line = first_line(&text.body);
        let header =
            parse(line).ok().flatten().filter(|header| header.time == found.time).ok_or_else(changed)?;
        cut(&mut text, &header);
        Ok(Snapshot { info: self.0.info(path, header, found.file), text: Some(text) })
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_index(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.path().join(MANIFEST).is_file()
}

fn read_head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    Ok(head)
}

/// All bytes of a file, unless they are too many, whatever its size was said to be.
fn read_whole(path: &Path) -> std::io::Result<Vec<u8>> {
    let too_large = || {
        let reason = format!("is larger than {} MiB, too much for one text", MAX_BYTES >> 20);
        std::io::Error::new(std::io::ErrorKind::FileTooLarge, reason)
    };
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if size > MAX_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES { Err(too_large()) } else { Ok(bytes) }
}

fn stamp(path: &Path) -> Option<FileStamp> {
    let metadata = std::fs::metadata(path).ok()?;
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = modified.and_then(|since| i128::try_from(since.as_nanos()).ok()).unwrap_or(0);
    Some(FileStamp { bytes: metadata.len(), modified })
}

/// The start of a file as text, its first line whole.
fn decode_first_line(mut head: Vec<u8>) -> String {
    // The end of the head may cut a character, which says nothing of how the file is encoded. (UTF-16, known by its mark, has NULs.)
    if !head.contains(&0)
        && let Some(end) = head.iter().position(|byte| matches!(byte, b'\n' | b'\r'))
    {
        head.truncate(end);
    }
    Text::decode(head).body
}

/// What can only be if a reader is asked for what another one found.
fn no_file(root: &Path) -> Error {
    Error::Corpus { path: root.to_owned(), message: "was not found in this folder".to_owned() }
}

/// Takes the header off a text of another form of the corpus, and gives the address of the policy and that of the archived page. `None`:
/// there is no header.
pub(super) fn cut_header(text: &mut Text) -> Option<(Option<String>, Option<String>)> {
    let header = parse(first_line(&text.body)).ok().flatten()?;
    cut(text, &header);
    Some((header.archive_url.as_deref().and_then(original_url), header.archive_url))
}

fn cut(text: &mut Text, header: &Header) {
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
    let site = site.trim();
    let date = rest.char_indices().nth(10).map_or(rest, |(end, _)| &rest[..end]);
    let Some(day) = ArchiveTime::from_date(date) else {
        let column = line[..line.len() - rest.len()].chars().count() + 1;
        return Err(format!("line 1, column {column}: `{date}` is no date of the calendar"));
    };
    if site.is_empty() {
        return Err("line 1: the header names no site".to_owned());
    }
    let archive_url = rest.split_once("](").and_then(|(_, tail)| {
        let end = tail.rfind(") for the most").or_else(|| tail.rfind(')'))?;
        Some(tail[..end].to_owned())
    });
    let stamp = archive_url.as_deref().and_then(wayback_time);
    // The header's day is the archive date; the stamp adds the time of that day.
    let time = stamp.filter(|time| time.date() == day.date()).unwrap_or(day);
    Ok(Some(Header { site: site.to_owned(), time, archive_url, is_plain: bare.len() == line.len() }))
}

/// The stamp and the address in `https://web.archive.org/web/<stamp>id_/<address>`.
fn wayback_parts(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url.split_once("web.archive.org/web/")?;
    rest.split_once('/')
}

fn wayback_time(url: &str) -> Option<ArchiveTime> {
    ArchiveTime::from_wayback_stamp(wayback_parts(url)?.0.get(..14)?)
}

fn original_url(url: &str) -> Option<String> {
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
        let url =
            "https://web.archive.org/web/20060820151514id_/http%3A//www.acme.example/a_(b).html%3Fx%3D1";
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
