//! Tests archives and compression: names, links, repeated entries, tables inside, old and rare
//! formats. Archives that no library writes are put together here.

use std::io::Write;

use fineprint::corpus::{CorpusNotice, SkipReason};

use super::tables::rows;
use crate::util::{Fixture, PROGRAM, Run, feed, gzip, zstd};

const TEXT: &[u8] = b"We never sell your data.\n";
const CSV: &[u8] = b"company,date,text\nacme.example,2020-01-02,We sell.\n";
const JSON: &[u8] = b"[{\"company\": \"b\", \"date\": \"2020-01-02\", \"text\": \"We rent.\"}]";

/// The path of a snapshot in a dataset.
fn path(company: &str, month: u8) -> String {
    format!("{company}/Privacy Policy/2020-{month:02}-02T03-04-05Z.md")
}

/// An entry of a stored zip archive: name, bytes, flags and extra fields.
type ZipEntry<'e> = (&'e [u8], &'e [u8], u16, &'e [u8]);

/// A zip archive whose entries are stored as they are given.
fn zip(entries: &[ZipEntry<'_>]) -> Vec<u8> {
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes, flags, extra) in entries {
        let start = files.len() as u32;
        let mut common = flags.to_le_bytes().to_vec();
        common.extend([0; 6]);
        common.extend(crc32(bytes).to_le_bytes());
        common.extend([(bytes.len() as u32).to_le_bytes(); 2].concat());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend((extra.len() as u16).to_le_bytes());
        files.extend([b"PK\x03\x04\x14\0".as_slice(), &common, name, extra, bytes].concat());
        directory.extend([b"PK\x01\x02\x14\0\x14\0".as_slice(), &common, &[0; 10]].concat());
        directory.extend(start.to_le_bytes());
        directory.extend([*name, *extra].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let sizes = [(directory.len() as u32).to_le_bytes(), (files.len() as u32).to_le_bytes()];
    [
        files,
        directory,
        [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count].concat(),
        sizes.concat(),
        vec![0; 2],
    ]
    .concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// An entry of a tar archive: name and bytes, or the target of a link.
enum TarEntry<'e> {
    File(&'e str, &'e [u8]),
    HardLink(&'e str, &'e str),
    SymbolicLink(&'e str, &'e str),
}

fn tar(entries: &[TarEntry<'_>]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        let (name, kind, target) = match entry {
            TarEntry::File(name, bytes) => {
                header.set_size(bytes.len() as u64);
                tar.append_data(&mut header, name, *bytes).unwrap();
                continue;
            }
            TarEntry::HardLink(name, target) => (name, tar::EntryType::Link, target),
            TarEntry::SymbolicLink(name, target) => (name, tar::EntryType::Symlink, target),
        };
        header.set_entry_type(kind);
        header.set_size(0);
        tar.append_link(&mut header, name, target).unwrap();
    }
    tar.into_inner().unwrap()
}

fn index(fx: &Fixture, name: &str, bytes: &[u8]) -> Run {
    fx.file(name, bytes);
    fx.run(["index", name, "--rebuild=force"])
}

/// Asserts that an archive ends with this status, and the messages and rows that it gives.
#[track_caller]
fn gives(name: &str, bytes: &[u8], code: i32, printed: &[&str], expected: &[&str]) {
    let fx = Fixture::new();
    let run = index(&fx, name, bytes);
    run.exits(code);
    for part in printed {
        run.stderr_has(part);
    }
    assert_eq!(rows(&fx), expected, "{name}\n{run}");
    // Whatever the archive contains, a second run finds nothing new.
    fx.run(["index", name]).exits(code);
    assert_eq!(rows(&fx), expected, "{name} again");
}

const NEVER: &str = "0 Société | 2020-01-02 | We never sell your data.";

#[test]
fn names_in_zip_archives_are_utf_8_if_they_can_be() {
    let utf_8 = path("Société", 1);
    let old = utf_8.bytes().collect::<Vec<_>>();
    let old = old.windows(2).fold(Vec::new(), |mut name, pair| {
        match pair {
            [0xC3, 0xA9] => name.push(0x82),
            [0xA9, _] if name.last() == Some(&0x82) => {}
            [byte, _] => name.push(*byte),
            _ => {}
        }
        name
    });
    let old = [old, b"d".to_vec()].concat();
    let field = [&[1], crc32(&old).to_le_bytes().as_slice(), utf_8.as_bytes()].concat();
    let head = [0x7075_u16.to_le_bytes(), (field.len() as u16).to_le_bytes()].concat();
    let extra = [head, field].concat();
    let notice = format!("{}: 1", CorpusNotice::NotUtf8.text());
    gives("a.zip", &zip(&[(utf_8.as_bytes(), TEXT, 0, b"")]), 0, &[], &[NEVER]);
    gives("a.zip", &zip(&[(utf_8.as_bytes(), TEXT, 0x800, b"")]), 0, &[], &[NEVER]);
    gives("a.zip", &zip(&[(&old, TEXT, 0, &extra)]), 0, &[], &[NEVER]);
    gives("a.zip", &zip(&[(&old, TEXT, 0, b"")]), 0, &[&notice], &[NEVER]);
}

#[test]
fn entries_that_overlap_end_a_zip_archive() {
    let (one, two) = (path("Acme", 1), path("Acme", 2));
    let mut bytes = zip(&[(one.as_bytes(), TEXT, 0, b""), (two.as_bytes(), TEXT, 0, b"")]);
    // The directory says that the second entry begins where the first one does.
    let entry = memchr::memmem::rfind(&bytes, b"PK\x01\x02").unwrap();
    bytes[entry + 42..entry + 46].fill(0);
    let message = format!("error: a.zip: {two}: the rest cannot be read: the entry overlaps");
    gives("a.zip", &bytes, 2, &[&message], &["0 Acme | 2020-01-02 | We never sell your data."]);
}

#[test]
fn headers_of_tar_archives_are_limited() {
    let mut large = tar::Header::new_ustar();
    large.set_entry_type(tar::EntryType::XHeader);
    large.set_size(1 << 40);
    large.set_cksum();
    let first = path("Acme", 1);
    let mut bytes = tar(&[TarEntry::File(&first, TEXT)]);
    // Two empty blocks end an archive.
    bytes.truncate(bytes.len() - 1024);
    bytes.extend(large.as_bytes());
    let message = "the name or the attributes of the next entry have 1099511627776 bytes";
    for bytes in [gzip(&bytes), bytes] {
        let expected = "0 Acme | 2020-01-02 | We never sell your data.";
        gives("a.tar", &bytes, 2, &[&first, message], &[expected]);
    }
}

#[test]
fn checksums_of_zstd_frames_are_compared() {
    let line = b"{\"company\":\"a\",\"date\":\"2020-01-02\",\"text\":\"We sell qxjkvbpz.\"}\n";
    let mut damaged = zstd(line);
    let at = memchr::memmem::find(&damaged, b"qxjk").expect("short texts are stored as they are");
    damaged[at] ^= 1;
    let skippable = [b"\x5a\x2a\x4d\x18\x04\0\0\0".as_slice(), b"seek"].concat();
    let message = "the checksum of the zstd data does not fit its content";
    for frames in [damaged.clone(), [skippable, zstd(b""), damaged].concat()] {
        let fx = Fixture::new();
        index(&fx, "a.jsonl.zst", &frames).exits(2).stderr_has(message);
    }
}

#[test]
fn the_last_entry_of_a_name_wins() {
    let (name, replaced) = (path("Société", 1), SkipReason::Replaced.reason());
    let skipped = format!("skipped 1: {replaced} (such as a: {name})");
    let zip = zip(&[(name.as_bytes(), b"Old.", 0, b""), (name.as_bytes(), TEXT, 0, b"")]);
    let [old, new] = [TarEntry::File(&name, b"Old."), TarEntry::File(&name, TEXT)];
    gives("a", &zip, 0, &[&skipped], &[NEVER]);
    gives("a", &tar(&[old, new]), 0, &[&skipped], &[NEVER]);
    let more = [CSV, b"b,2020-01-02,Old.\n"].concat();
    let tables = tar(&[TarEntry::File("a.csv", &more), TarEntry::File("./a.csv", CSV)]);
    let skipped = format!("skipped 2: {replaced} (such as a: a.csv)");
    gives("a", &tables, 0, &[&skipped], &["2 acme.example | 2020-01-02 | We sell."]);
}

#[test]
fn hard_links_survive_damage_and_give_way_to_files() {
    let names: [String; 3] = [1, 2, 3].map(|month| path("Société", month));
    let [one, two, three] = names.each_ref().map(String::as_str);
    let other = b"We sell everything that you tell us.\n".repeat(50);
    // The archive is cut off behind the file of a link.
    let whole = tar(&[
        TarEntry::File(one, TEXT),
        TarEntry::HardLink(two, one),
        TarEntry::File(three, &other),
    ]);
    let cut = &whole[..whole.len() - 2048];
    let newest = "0 Société | 2020-02-02 | We never sell your data.";
    gives("a.tar", cut, 2, &["the rest cannot be read", "indexed 2 snapshots"], &[newest]);
    // Here the link is in front of a file that the damage makes unreadable.
    let late = tar(&[
        TarEntry::File(one, TEXT),
        TarEntry::HardLink(two, three),
        TarEntry::File(three, &other),
    ]);
    let lost = format!("error: a.tar: {two}: is a hard link to `{three}`, which cannot be read");
    gives("a.tar", &late[..late.len() - 2048], 2, &[&lost], &[NEVER]);
    // A file that was appended later replaces the link of its name.
    let appended = tar(&[
        TarEntry::File(one, TEXT),
        TarEntry::HardLink(two, one),
        TarEntry::File(two, b"Now.\n"),
    ]);
    let replaced = "0 Société | 2020-02-02 | Now.";
    gives(
        "a.tar",
        &appended,
        0,
        &["indexed 2 snapshots", "skipped 1: replaced"],
        &[NEVER, replaced],
    );
}

#[test]
fn hard_links_keep_the_file_that_they_were_made_of() {
    let names: [String; 4] = [1, 2, 3, 4].map(|month| path("Société", month));
    let [one, two, three, four] = names.each_ref().map(String::as_str);
    let old = || TarEntry::File(one, b"We rent.\n");
    let new = |name| TarEntry::File(name, TEXT);
    let link = TarEntry::HardLink;
    let [new_two, old_two] = ["We never sell your data.", "We rent."]
        .map(|text| format!("0 Société | 2020-02-02 | {text}"));
    let old_four = "0 Société | 2020-04-02 | We rent.";
    for (entries, expected) in [
        (&[old(), new(one), link(two, one)][..], &[new_two.as_str()][..]),
        (&[old(), link(two, one), new(one)], &[NEVER, &old_two]),
        // A link in front of its file has the first one.
        (&[link(two, one), old(), new(one)], &[NEVER, &old_two]),
        // A link to a link has the file of that link, which a later entry may replace.
        (
            &[old(), link(two, one), link(three, two), new(two), link(four, three)],
            &[&new_two, old_four],
        ),
    ] {
        gives("a.tar", &tar(entries), 0, &["skipped 1: replaced"], expected);
    }
}

#[test]
fn hard_links_are_read_as_their_files() {
    let names: [String; 4] = [1, 2, 3, 4].map(|month| path("Société", month));
    let [one, two, three, four] = names.each_ref().map(String::as_str);
    let dotted = format!("./{two}");
    let linked = tar(&[
        TarEntry::File(one, TEXT),
        TarEntry::HardLink(two, one),
        TarEntry::HardLink(three, &dotted),
    ]);
    let counts = "indexed 3 snapshots of 1 policy";
    let newest = "0 Société | 2020-03-02 | We never sell your data.";
    gives("a.tar", &linked, 0, &[counts], &[newest]);
    gives("a.tar.gz", &gzip(&linked), 0, &[counts], &[newest]);
    gives("a.tar.zst", &zstd(&linked), 0, &[counts], &[newest]);
    // The files of links may be hidden, missing, or links of the other kind.
    let odd = tar(&[
        TarEntry::File(".store/1", TEXT),
        TarEntry::HardLink(one, ".store/1"),
        TarEntry::HardLink(two, "nowhere"),
        TarEntry::SymbolicLink(three, one),
        TarEntry::HardLink(four, three),
    ]);
    let missing = format!("error: a.tar: {two}: is a hard link to `nowhere`, which is no file");
    gives("a.tar", &odd, 2, &[&missing, "skipped 1: hidden", "skipped 2: symbolic link"], &[NEVER]);

    let fx = Fixture::new();
    let mut command = fx.command(PROGRAM);
    command.args(["index", "-"]);
    let output = feed(command, &linked);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("skipped 2: hard link, whose file"), "{told}");
    assert_eq!(rows(&fx), [NEVER]);
}

#[test]
fn tables_in_archives_are_read() {
    let wide: Vec<u8> =
        String::from_utf8_lossy(CSV).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let packed = gzip(CSV);
    let text = b"---\ncompany: c\ndate: 2020-01-02\n---\nWe hold.\n";
    let broken = &packed[..packed.len() - 12];
    let expected = ["0 c | 2020-01-02 | We hold.", "1 b | 2020-01-02 | We rent.", SOLD];
    const SOLD: &str = "2 acme.example | 2020-01-02 | We sell.";
    for (name, table) in [("x/a.csv", CSV), ("a.tsv", &wide), ("a.csv.gz", &packed)] {
        let skips = [
            "skipped 1: names no company (such as a.",
            "skipped 1: a table that lacks columns or names them otherwise; unpack the archive",
            "skipped 1: an archive in an archive; unpack the outer one",
        ];
        let files: [(&str, &[u8]); 6] = [
            (name, table),
            ("b.json", JSON),
            ("c.md.zst", &zstd(text)),
            ("package.json", b"{\n\"name\": \"x\"}"),
            ("list.csv", b"name,text\na,b\n"),
            ("in.tar", &tar(&[TarEntry::File("a.csv", CSV)])[..]),
        ];
        let in_tar: Vec<_> =
            files.iter().map(|(name, bytes)| TarEntry::File(name, bytes)).collect();
        let in_zip: Vec<ZipEntry<'_>> = files
            .iter()
            .map(|(name, bytes)| (name.as_bytes(), *bytes, 0, b"".as_slice()))
            .collect();
        gives("a.tar", &tar(&in_tar), 0, &skips, &expected);
        gives("a.zip", &zip(&in_zip), 0, &skips, &expected);
    }
    let damaged = zip(&[(b"b.csv.gz", broken, 0, b""), (b"a.csv", CSV, 0, b"")]);
    let again = [CSV, b"b,2020-01-02,\"We\n"].concat();
    gives("a.zip", &damaged, 2, &["error: a.zip: b.csv.gz: "], &[SOLD]);
    let open = "error: a.zip: a.csv: line 3: the quote that opens in line 3 is never closed";
    gives("a.zip", &zip(&[(b"a.csv", &again, 0, b"")]), 2, &[open], &[SOLD]);
    let fx = Fixture::new();
    index(&fx, "a.zip", &zip(&[(b"x/a.csv", CSV, 0, b"")])).exits(0);
    let hit = &fx.run(["search", "we sell", "--format", "jsonl"]).json_lines()[0]["source"];
    assert_eq!((&hit["entry"], &hit["line"]), (&"x/a.csv".into(), &2.into()));
}

#[test]
fn archives_of_every_age_are_read() {
    let long = format!("{}/{}/{}", "d".repeat(120), "e".repeat(120), path("Société", 1));
    gives("gnu", &tar(&[TarEntry::File(&long, TEXT)]), 0, &[], &[NEVER]);

    let mut pax = tar::Builder::new(Vec::new());
    pax.append_pax_extensions([("path", long.as_bytes())]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(TEXT.len() as u64);
    pax.append_data(&mut header, "short", TEXT).unwrap();
    gives("pax", &pax.into_inner().unwrap(), 0, &[], &[NEVER]);

    // The first tar has neither a magic number nor a mark of regular files.
    let mut old = tar::Header::new_old();
    old.set_size(TEXT.len() as u64);
    old.as_mut_bytes()[156] = 0;
    let name = path("Acme", 1);
    old.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    old.set_cksum();
    let v7 = [old.as_bytes().as_slice(), TEXT, &vec![0; 512 - TEXT.len() + 1024]].concat();
    let acme = "0 Acme | 2020-01-02 | We never sell your data.";
    gives("v7", &v7, 0, &[], &[acme]);
    gives("v7.gz", &gzip(&v7), 0, &[], &[acme]);
    let mut latin = old.clone();
    latin.as_mut_bytes()[..4].copy_from_slice(b"Ren\xe9");
    latin.set_cksum();
    let latin = [latin.as_bytes().as_slice(), TEXT, &vec![0; 512 - TEXT.len() + 1024]].concat();
    let notice = format!("{}: 1", CorpusNotice::NotUtf8.text());
    gives("v7", &latin, 0, &[&notice], &["0 René | 2020-01-02 | We never sell your data."]);

    let mut large = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = ::zip::write::SimpleFileOptions::default().large_file(true);
    large.start_file(path("Acme", 1), options).unwrap();
    large.write_all(TEXT).unwrap();
    gives("zip64", &large.finish().unwrap().into_inner(), 0, &[], &[acme]);
}

#[test]
fn sizes_behind_the_data_are_read() {
    // Whoever writes to a pipe knows the sizes only afterwards.
    let mut streamed = ::zip::ZipWriter::new_stream(Vec::new());
    let options = ::zip::write::SimpleFileOptions::default();
    for name in [path("Acme", 1), path("Société", 1)] {
        streamed.start_file(name, options).unwrap();
        streamed.write_all(TEXT).unwrap();
    }
    let bytes = streamed.finish().unwrap().into_inner();
    assert_eq!(bytes[6] & 8, 8, "the archive has data descriptors");
    gives("a.zip", &bytes, 0, &[], &["0 Acme | 2020-01-02 | We never sell your data.", NEVER]);
}

#[test]
fn archives_that_are_cut_keep_what_was_read() {
    let (one, two) = (path("Acme", 1), path("Acme", 2));
    let files = [TarEntry::File(&one, TEXT), TarEntry::File(&two, TEXT)];
    let tar = tar(&files);
    let cut = &tar[..3 * 512 + 10];
    let message = format!("a: {two}: the rest cannot be read");
    for bytes in [cut.to_vec(), gzip(cut), zstd(cut)] {
        gives("a", &bytes, 2, &[&message], &["0 Acme | 2020-01-02 | We never sell your data."]);
    }
    // The directory of a zip archive is at its end.
    let whole = zip(&[(one.as_bytes(), TEXT, 0, b""), (two.as_bytes(), TEXT, 0, b"")]);
    let fx = Fixture::new();
    let run = index(&fx, "a.zip", &whole[..whole.len() / 2]);
    run.exits(2).stderr_has("error: a.zip: nothing to index: the rest cannot be read");
    // Of compressed data, the rows before the cut are read.
    let rows = [CSV, b"b,2020-01-02,We rent.\n".as_slice()];
    for pack in [gzip, zstd] {
        let packed = pack(rows[1]);
        let cut = [pack(rows[0]), packed[..packed.len() / 2].to_vec()].concat();
        let sold = "2 acme.example | 2020-01-02 | We sell.";
        gives("a", &cut, 2, &["a: line 3: the rest cannot be read"], &[sold]);
        let both = [pack(rows[0]), packed].concat();
        gives("a", &both, 0, &[], &[sold, "3 b | 2020-01-02 | We rent."]);
    }
}

#[test]
fn encrypted_entries_are_named() {
    let (open, closed) = (path("Société", 1), path("Société", 2));
    let sealed = [TEXT, b"0123456789ab"].concat();
    let zip = zip(&[(open.as_bytes(), TEXT, 0, b""), (closed.as_bytes(), &sealed, 1, b"")]);
    let message = format!("error: a.zip: {closed}: is encrypted; unpack the archive");
    gives("a.zip", &zip, 2, &[&message], &[NEVER]);
}

#[test]
fn padding_and_frames_without_data_are_passed_over() {
    let sold = "2 acme.example | 2020-01-02 | We sell.";
    let both = [sold, "3 b | 2020-01-02 | We rent."];
    let more = b"b,2020-01-02,We rent.\n";
    let frame = |bytes: &[u8]| {
        let magic: &[u8] = b"\x5A\x2A\x4D\x18";
        [magic, &(bytes.len() as u32).to_le_bytes(), bytes].concat()
    };
    let (zeros, tail) = (vec![0; 70_000], b"tail".as_slice());
    let read: [(Vec<u8>, &[&str]); 6] = [
        ([gzip(CSV), zeros.clone()].concat(), &both[..1]),
        ([gzip(CSV), zeros.clone(), gzip(more), vec![0]].concat(), &both),
        ([zstd(CSV), zeros].concat(), &both[..1]),
        ([frame(b"size"), zstd(CSV)].concat(), &both[..1]),
        ([zstd(CSV), frame(b""), zstd(more), frame(&[1; 9000])].concat(), &both),
        (zstd(CSV), &both[..1]),
    ];
    for (bytes, expected) in read {
        gives("a", &bytes, 0, &[], expected);
    }
    let follow = "a: line 3: the rest cannot be read: other bytes follow the end of the";
    gives("a", &[gzip(CSV), tail.to_vec()].concat(), 2, &[follow, "gzip"], &[sold]);
    gives("a", &[zstd(CSV), tail.to_vec()].concat(), 2, &[follow, "zstd"], &[sold]);
    let cut = [zstd(CSV), frame(&[1; 99])[..50].to_vec()].concat();
    gives("a", &cut, 2, &["a: line 3: the rest cannot be read"], &[sold]);
}
