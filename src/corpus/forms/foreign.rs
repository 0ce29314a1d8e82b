//! Names formats that are not read, and the step that turns each into one that is read.

use encoding_rs::UTF_16LE;

use crate::corpus::encodings::{is_utf_16, utf_16_of_rows};

/// Formats by their first bytes.
#[rustfmt::skip]
const FORMATS: &[(&[u8], &str)] = &[
    (b"\xFD7zXZ\0", "is compressed with xz; unpack it with `xz -d`"),
    (b"BZh", "is compressed with bzip2; unpack it with `bunzip2`"),
    (b"\x5D\0\0", "is compressed with lzma; unpack it with `xz -d`"),
    (b"\x04\x22\x4D\x18", "is compressed with lz4; unpack it with `lz4 -d`"),
    (b"\x1F\x9D", "is compressed with compress; unpack it with `uncompress`"),
    (b"LZIP\x01", "is compressed with lzip; unpack it with `lzip -d`"),
    (b"\x1F\x8B", TWICE_GZIP),
    (b"\x28\xB5\x2F\xFD", TWICE_ZSTD),
    (b"7z\xBC\xAF\x27\x1C", "is a 7-Zip archive; unpack it with `7z x` and name the folder"),
    (b"Rar!\x1A\x07", "is a RAR archive; unpack it with `unrar x` and name the folder"),
    (b"# v2 git bundle", BUNDLE),
    (b"# v3 git bundle", BUNDLE),
    (b"PAR1", "is a Parquet file; convert it with \
               `duckdb -c \"COPY 'FILE' TO 'FILE.csv'\"`"),
    (b"ARROW1", "is an Arrow file; convert it to CSV or JSON Lines"),
    (b"ORC", "is an ORC file; convert it to CSV or JSON Lines"),
    (b"Obj\x01", "is an Avro file; convert it to CSV or JSON Lines"),
    (b"\x89HDF\r\n\x1A\n", "is an HDF5 file; convert it to CSV or JSON Lines"),
    (b"\x80\x04\x95", "is a pickle of Python; convert it to CSV or JSON Lines"),
    (SQLITE_START, "is an SQLite database; name its file, uncompressed"),
    (b"PGDMP\x01", "is a dump of PostgreSQL; restore it and write a table of it as CSV"),
    (b"%PDF-", "is a PDF; convert it to text with `pdftotext`"),
    (b"{\\rtf", "is an RTF document; convert it with `pandoc -t markdown`"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "is a file of an old Microsoft Office; save it as CSV or \
                                          as text"),
    (b"FILEDESC:", "is an ARC file, which is not read; extract its pages, and name their folder"),
    (b"filedesc:", "is an ARC file, which is not read; extract its pages, and name their folder"),
    (b"\xFF\xFE\0\0", UTF_32),
    (b"\0\0\xFE\xFF", UTF_32),
];

const TWICE_GZIP: &str = "is compressed twice; unpack it once with `gzip -d`";
const TWICE_ZSTD: &str = "is compressed twice; unpack it once with `zstd -d`";

/// These are said only of compressed data in compressed data.
const READ_ONCE: [&str; 2] = [TWICE_GZIP, TWICE_ZSTD];

/// How every database of SQLite begins.
pub(in crate::corpus) const SQLITE_START: &[u8] = b"SQLite format 3\0";

const BUNDLE: &str = "is a git bundle; make a repository of it with `git clone` and name that";
const UTF_32: &str = "is in UTF-32; convert it with `iconv -f UTF-32 -t UTF-8`";

const UTF_16_LITTLE: &str = "is in UTF-16 without a byte order mark; convert it with `iconv -f \
                             UTF-16LE -t UTF-8`";
const UTF_16_BIG: &str = "is in UTF-16 without a byte order mark; convert it with `iconv -f \
                          UTF-16BE -t UTF-8`";

/// Files of these kinds are read when they are named themselves.
pub(in crate::corpus) const TABLE: &str = "is a table; read it with `fineprint index FILE`";
pub(in crate::corpus) const ARCHIVE: &str = "is an archive; read it with `fineprint index FILE`";
pub(in crate::corpus) const PACKED: &str = "is compressed; read it with `fineprint index FILE`";

/// In an archive, these have to be unpacked first.
pub(in crate::corpus) const INNER_TABLE: &str = "is a table that lacks columns or names them \
    otherwise; unpack the archive, and read the table with `fineprint index FILE`";
pub(in crate::corpus) const INNER_ARCHIVE: &str = "is an archive in an archive; unpack the outer \
    one, and read this one with `fineprint index FILE`";

/// Names in zip archives that are documents, and what those are.
const OFFICE: &[(&str, &str)] = &[
    ("xl/workbook.xml", EXCEL),
    ("xl/workbook.bin", EXCEL),
    ("word/document.xml", WORD),
    ("ppt/presentation.xml", POWERPOINT),
    ("META-INF/container.xml", EPUB),
    ("META-INF/manifest.xml", OPEN_DOCUMENT),
];

/// What the first bytes of such archives contain: names of entries, or the media type.
const PACKAGES: &[(&str, &str)] = &[
    ("application/epub+zip", EPUB),
    ("application/vnd.oasis.", OPEN_DOCUMENT),
    ("xl/", EXCEL),
    ("word/", WORD),
    ("ppt/", POWERPOINT),
];

const EXCEL: &str = "is an Excel workbook; save its sheet as CSV";
const WORD: &str = "is a Word document; convert it with `pandoc -t markdown`";
const POWERPOINT: &str = "is a PowerPoint presentation; save it as text";
const EPUB: &str = "is an EPUB; convert it with `pandoc -t markdown`";
const OPEN_DOCUMENT: &str = "is an OpenDocument file; save it as CSV or as text";
const PACKAGE: &str = "is an office document; save it as CSV or as text";

/// Everything that is said of a file among others.
pub(in crate::corpus) fn kinds() -> impl Iterator<Item = &'static str> {
    let formats = FORMATS.iter().map(|(_, kind)| *kind).filter(|kind| !READ_ONCE.contains(kind));
    [TABLE, ARCHIVE, PACKED, INNER_TABLE, INNER_ARCHIVE, PACKAGE, UTF_16_LITTLE, UTF_16_BIG]
        .into_iter()
        .chain(formats)
        .chain(PACKAGES.iter().map(|(_, kind)| *kind))
}

/// Says what a file among others is by its signature, and what to do with it. Returns `None` if its
/// format is unknown, or is read.
pub(in crate::corpus) fn kind_of_binary(head: &[u8]) -> Option<&'static str> {
    if is_document(head) {
        let package =
            PACKAGES.iter().find(|(name, _)| memchr::memmem::find(head, name.as_bytes()).is_some());
        return Some(package.map_or(PACKAGE, |(_, kind)| kind));
    }
    let known = kind_of_signature(head).filter(|kind| !READ_ONCE.contains(kind));
    known.or_else(|| kind_of_unmarked_text(head))
}

/// Says which encoding of two bytes a text has. Its letters would be guesses in any language
/// without a byte order mark.
fn kind_of_unmarked_text(head: &[u8]) -> Option<&'static str> {
    let encoding = utf_16_of_rows(head).filter(|_| !is_utf_16(head))?;
    Some(if encoding == UTF_16LE { UTF_16_LITTLE } else { UTF_16_BIG })
}

fn kind_of_signature(head: &[u8]) -> Option<&'static str> {
    let mut known = FORMATS.iter().filter(|(start, _)| head.starts_with(start));
    known.find(|(start, _)| !is_word(start, head)).map(|(_, kind)| *kind)
}

/// Says what a file with these first bytes is, and what to do with it. Returns `None` if its format
/// is unknown, or is read.
pub(in crate::corpus) fn kind(head: &[u8]) -> Option<&'static str> {
    let known = kind_of_signature(head).or_else(|| kind_of_unmarked_text(head));
    known.or_else(|| kind_of_text(&String::from_utf8_lossy(head)))
}

/// Whether the signature of a format is the beginning of a text, since it consists of letters.
pub(in crate::corpus) fn is_word(signature: &[u8], head: &[u8]) -> bool {
    match signature {
        b"BZh" => !is_bzip2(head),
        // Small numbers follow in these formats, as bytes that no text contains.
        b"ORC" | b"PAR1" => !head.iter().any(|byte| *byte < b'\t'),
        _ => false,
    }
}

/// Whether these are the first bytes of data compressed with bzip2: its name, a level of
/// compression, and the number pi.
fn is_bzip2(head: &[u8]) -> bool {
    head.starts_with(b"BZh") && head.get(4..6) == Some(b"1A")
}

/// Says what kind of data a text is.
fn kind_of_text(head: &str) -> Option<&'static str> {
    let text = head.trim_start_matches('\u{FEFF}').trim_start();
    let element = text.strip_prefix('[').map(str::trim_start);
    if element.is_some_and(|element| element.starts_with(['[', '"']) && element.contains(',')) {
        return Some(
            "is a JSON array whose elements are no objects; make an object of each, such as with \
             `jq -c '.[] | {company: .[0], date: .[1], text: .[2]}'`",
        );
    }
    let is_python = ["{'", "[{'"].iter().any(|start| text.starts_with(start));
    is_python.then_some("is in the notation of Python, not JSON; write it with `json.dumps`")
}

/// Says what kind of document an archive with these files is.
pub(in crate::corpus) fn kind_of_names<'n>(
    names: impl Iterator<Item = &'n str>,
) -> Option<&'static str> {
    let mut kind = None;
    let mut is_package = false;
    for name in names {
        is_package |= matches!(name, "[Content_Types].xml" | "mimetype");
        kind = kind.or(OFFICE.iter().find(|(known, _)| name == *known).map(|(_, kind)| *kind));
    }
    kind.filter(|_| is_package)
}

/// Whether these are the first bytes of a WARC file, or of one of its records: a version follows
/// its name.
pub(in crate::corpus) fn is_warc(head: &[u8]) -> bool {
    head.starts_with(b"WARC/0.") || head.starts_with(b"WARC/1.")
}

/// Whether these are the first bytes of a database of SQLite.
pub(in crate::corpus) fn is_sqlite(head: &[u8]) -> bool {
    head.starts_with(SQLITE_START)
}

/// Whether these are the first bytes of a zip archive that is a document.
pub(in crate::corpus) fn is_document(head: &[u8]) -> bool {
    const NAME: usize = 30;
    let starts = [&b"[Content_Types].xml"[..], b"mimetype", b"_rels/.rels", b"docProps/"];
    let name = head.get(NAME..).unwrap_or_default();
    head.starts_with(b"PK\x03\x04") && starts.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_with_a_step() {
        for (head, expected) in [
            (&b"\xFD7zXZ\0\0"[..], "`xz -d`"),
            (b"# v2 git bundle\n", "`git clone`"),
            (b"PAR1\x15\x04\x15", "Parquet"),
            (b"[[\"a\", 1], ", "jq"),
            (b" [\"a\", \"b\"]", "jq"),
            (b"{'company': 'a'}", "Python"),
            (b"\xFF\xFE\0\0a\0\0\0", "iconv"),
        ] {
            assert!(kind(head).unwrap().contains(expected), "{head:?}");
        }
        for head in [&b""[..], b"# Policy", b"[a](b)", b"[\"a\"]", b"\xFF\xFEa\0"] {
            assert_eq!(kind(head), None, "{head:?}");
        }
        let sheet = ["[Content_Types].xml", "xl/workbook.xml"];
        assert!(kind_of_names(sheet.into_iter()).unwrap().contains("CSV"));
        assert_eq!(kind_of_names(sheet[1..].iter().copied()), None);
    }
}
