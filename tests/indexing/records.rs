//! Writes the same records of one policy in every format.

use std::io::Write;

use crate::reading::containers::release_tables::ReleaseTables;
use crate::reading::containers::warc_files::page;
use crate::reading::git::Stream;
use crate::util::{Fixture, fptest};

/// The company of all records.
pub const COMPANY: &str = "acme.example";

/// A record: its time in RFC 3339, and its text.
pub type Record<'r> = (&'r str, &'r str);

/// A format of corpora.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Files,
    DatedFiles,
    JsonLines,
    Csv,
    Tar,
    TarLinks,
    Zip,
    TableInZip,
    Warc,
    Git,
    Database,
}

impl Format {
    pub const ALL: [Self; 11] = [
        Self::Files,
        Self::DatedFiles,
        Self::JsonLines,
        Self::Csv,
        Self::Tar,
        Self::TarLinks,
        Self::Zip,
        Self::TableInZip,
        Self::Warc,
        Self::Git,
        Self::Database,
    ];

    /// The formats that can have several records of one time.
    pub fn with_order() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|format| *format != Self::DatedFiles)
    }

    /// Whether it has times with fractions of a second.
    pub fn has_fractions(self) -> bool {
        !matches!(self, Self::Git | Self::Database)
    }

    /// Writes records, and returns the arguments that index them.
    pub fn write(self, fx: &Fixture, records: &[Record<'_>]) -> Vec<&'static str> {
        match self {
            Self::Files => {
                write_files(fx, records);
                vec!["files"]
            }
            Self::DatedFiles => {
                let _ = std::fs::remove_dir_all(fx.path("dated"));
                for (time, text) in records {
                    fx.file(format!("dated/{COMPANY}/{}.md", time.replace(':', "-")), text);
                }
                vec!["dated", "--path", "{company}/{date}.md"]
            }
            Self::JsonLines => {
                fx.file("lines.jsonl", json_lines(records));
                vec!["lines.jsonl"]
            }
            Self::Csv => {
                let rows = records.iter().map(|(time, text)| format!("{COMPANY},{time},{text}\n"));
                fx.file("rows.csv", format!("company,date,text\n{}", rows.collect::<String>()));
                vec!["rows.csv"]
            }
            Self::Tar => {
                fx.file("files.tar", tar(records, false));
                vec!["files.tar"]
            }
            Self::TarLinks => {
                fx.file("links.tar", tar(records, true));
                vec!["links.tar"]
            }
            Self::Zip => {
                let entries = entries(records);
                fx.file("files.zip", zip(entries.iter().map(|(name, text)| (&**name, &**text))));
                vec!["files.zip"]
            }
            Self::TableInZip => {
                let lines = json_lines(records);
                fx.file("table.zip", zip([("lines.jsonl", &*lines)].into_iter()));
                vec!["table.zip"]
            }
            Self::Warc => {
                let url = format!("https://{COMPANY}/privacy");
                let pages = records
                    .iter()
                    .map(|(time, text)| page(&url, time, &format!("<p>{text}</p>\n")));
                fx.file("pages.warc", pages.collect::<Vec<_>>().concat());
                vec!["pages.warc"]
            }
            Self::Git => {
                let _ = std::fs::remove_dir_all(fx.path("history.git"));
                history(records, &[]).bare(fx, "history.git");
                vec!["history.git"]
            }
            Self::Database => {
                let _ = std::fs::remove_file(fx.path("release.db"));
                let tables = ReleaseTables::create(&fx.path("release.db"));
                for (time, text) in records {
                    let stamp: String = time.chars().filter(char::is_ascii_digit).collect();
                    tables.add(COMPANY, &stamp, text);
                }
                vec!["release.db"]
            }
        }
    }
}

/// Writes one file for each record, and leaves those as they are that have not changed.
fn write_files(fx: &Fixture, records: &[Record<'_>]) {
    let path = |number: usize| fx.path(format!("files/{number}.md"));
    for (number, record) in (1..).zip(records) {
        let text = with_front_matter(record);
        if !std::fs::read_to_string(path(number)).is_ok_and(|before| before == text) {
            fx.file(path(number), text);
        }
    }
    let surplus = (records.len() + 1..).take_while(|number| path(*number).exists());
    surplus.for_each(|number| std::fs::remove_file(path(number)).unwrap());
}

fn with_front_matter(record: &Record<'_>) -> String {
    let (time, text) = record;
    format!("---\ncompany: {COMPANY}\ndate: {time}\n---\n\n{text}\n")
}

pub fn json_lines(records: &[Record<'_>]) -> String {
    let lines = records.iter().map(|(time, text)| {
        let line = serde_json::json!({"company": COMPANY, "date": time, "text": text});
        format!("{line}\n")
    });
    lines.collect()
}

/// The entries of archives, whose names are not in the order of the records.
pub fn entries(records: &[Record<'_>]) -> Vec<(String, String)> {
    let name = |number: usize| format!("{}-{number}.md", (number * 7) % 10);
    records.iter().enumerate().map(|(at, record)| (name(at), with_front_matter(record))).collect()
}

pub fn zip<'e>(entries: impl Iterator<Item = (&'e str, &'e str)>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in entries {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A tar archive. With links, a file that was there before is a hard link.
fn tar(records: &[Record<'_>], with_links: bool) -> Vec<u8> {
    let entries = entries(records);
    let mut tar = tar::Builder::new(Vec::new());
    for (at, (name, text)) in entries.iter().enumerate() {
        let mut header = tar::Header::new_gnu();
        match entries[..at].iter().find(|(_, before)| with_links && before == text) {
            Some((before, _)) => {
                header.set_entry_type(tar::EntryType::Link);
                header.set_size(0);
                tar.append_link(&mut header, name, before).unwrap();
            }
            None => {
                header.set_size(text.len() as u64);
                tar.append_data(&mut header, name, text.as_bytes()).unwrap();
            }
        }
    }
    tar.into_inner().unwrap()
}

/// A history with one commit per record, whose fractions are cut. The records of `sides` are made
/// on a side branch, and merged.
pub fn history(records: &[Record<'_>], sides: &[bool]) -> Stream {
    let path = format!("{COMPANY}/Privacy Policy.md");
    let message = format!("Record new changes of {COMPANY} Privacy Policy");
    let mut stream = Stream::default();
    // The commits of the main branch.
    let mut main: Vec<usize> = Vec::new();
    for (at, (time, text)) in records.iter().enumerate() {
        let seconds = time.parse::<jiff::Timestamp>().unwrap().as_second();
        let text = format!("{text}\n");
        let changes = [(path.as_str(), Some(text.as_str()))];
        let is_side = sides.get(at).is_some_and(|is_side| *is_side);
        let parents: Vec<usize> = main.last().copied().into_iter().collect();
        stream = match main.iter().rev().nth(1) {
            Some(fork) if is_side => {
                let side = "refs/heads/side";
                let stream = stream.commit_on(side, &[*fork], seconds, &message, &changes);
                let parents = [parents[0], stream.commits];
                stream.commit_on("refs/heads/main", &parents, seconds, &message, &changes)
            }
            _ => stream.commit_on("refs/heads/main", &parents, seconds, &message, &changes),
        };
        main.push(stream.commits);
    }
    stream
}

fptest!(every_format_has_all_records, |fx: Fixture| {
    let records = [("2020-01-02T03:04:05Z", "One."), ("2021-01-02T03:04:05Z", "Two.")];
    for format in Format::ALL {
        let corpus = format.write(&fx, &records);
        let run = fx.run(["index", "--rebuild=force"].into_iter().chain(corpus));
        run.exits(0).stderr_has("indexed 2 snapshots");
    }
});
