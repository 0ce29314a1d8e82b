//! Tests that files which are not read are named, with the one step that helps.

use std::io::Write;

use super::fails;
use crate::reading::git::{START, Stream};
use crate::util::{Fixture, PROGRAM, feed, fptest, gzip, listing};

/// Asserts that a corpus is refused with a line that begins like this, and that nothing is written.
#[track_caller]
fn refuses(fx: &Fixture, name: &str, reason: &str) {
    let before = listing(&fx.root());
    for args in [&["index", name][..], &["search", "sell", "--corpus", name]] {
        let run = fx.run(args);
        let line = format!("error: {name}: nothing to index: {reason}");
        run.exits(2).stdout_is("").stderr_has(&line);
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
        assert!(listing(&fx.root()) == before, "{args:?} changed the folder");
    }
}

/// Asserts that a file of these bytes is refused with this reason, and so is a pipe.
#[track_caller]
fn refused(name: &str, bytes: &[u8], reason: &str) {
    let fx = Fixture::new();
    fx.file(name, bytes);
    refuses(&fx, name, reason);
    let mut command = fx.command(PROGRAM);
    command.args(["index", "-"]);
    let output = feed(command, bytes);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    if !reason.contains("its first row") && !reason.contains("it begins") {
        assert!(told.contains(&format!("error: -: nothing to index: {reason}")), "{told}");
    }
}

#[test]
fn formats_that_are_not_read_are_named() {
    let compound = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 600]].concat();
    let lines: [(&str, &[u8], &str); 16] = [
        ("a.csv.xz", b"\xFD7zXZ\0\0\x04", "is compressed with xz; unpack it with `xz -d`"),
        ("a.bz2", b"BZh91AY&SY\x8f", "is compressed with bzip2; unpack it with `bunzip2`"),
        ("a.lz4", b"\x04\x22\x4D\x18\x64", "is compressed with lz4; unpack it with `lz4 -d`"),
        ("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04", "is a 7-Zip archive; unpack it with `7z x`"),
        ("a.rar", b"Rar!\x1A\x07\x01\0", "is a RAR archive; unpack it with `unrar x`"),
        ("a.bundle", b"# v2 git bundle\n\nPACK", "is a git bundle; make a repository of it with"),
        ("a.parquet", b"PAR1\x15\x04", "is a Parquet file; convert it with `duckdb -c"),
        ("a.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3", "is a PDF; convert it to text with"),
        ("a.rtf", b"{\\rtf1 We sell}", "is an RTF document; convert it with `pandoc"),
        ("a.xls", &compound, "is a file of an old Microsoft Office; save it as CSV"),
        ("a.csv", b"\xFF\xFE\0\0c\0\0\0", "is in UTF-32; convert it with `iconv -f UTF-32"),
        ("a.md", b"#\0 \0U\0s\0e\0", "is in UTF-16 without a byte order mark; convert it with"),
        ("a.json", b"[[\"company\"], [\"a\"]]", "is a JSON array whose elements are no objects"),
        ("a.json", b"{'company': 'a'}", "is in the notation of Python, not JSON"),
        ("a.json", b"hello { world", "it begins neither with an object of JSON nor"),
        ("a.csv", b"hello\nworld\n", "its first row does not name columns"),
    ];
    for (name, bytes, reason) in lines {
        refused(name, bytes, reason);
    }
    // Texts may begin with the letters of a signature.
    for text in [
        "ORCHARD BANK PRIVACY POLICY\n",
        "BZhang and friends\n",
        "PAR1SIAN RULES\n",
        "WARC/1 is our policy\n",
    ] {
        let fx = Fixture::new();
        fx.file("a.txt", text);
        let told = fx.run(["index", "a.txt"]).exits(2).stderr().to_owned();
        assert!(!["ORC", "bzip2", "Parquet"].iter().any(|name| told.contains(name)), "{told}");
        fx.run(["index", "a.txt", "--company", "Acme", "--date", "2001-02-03"]).exits(0);
    }
}

#[test]
fn tables_without_the_columns_name_the_ones_they_have() {
    for (name, bytes, reason) in [
        (
            "a.csv",
            "Company,Date,Text\na,2020-01-02,We sell.\n",
            "no column is named `company`, `date`, `text`; columns found: `Company`, `Date`, \
             `Text`; name them with --map company=Company,date=Date,text=Text",
        ),
        (
            "a.csv",
            "site;day;body\na;2020-01-02;We sell.\n",
            "no column is named `company`, `date`, `text`; columns found: `site`, `day`, `body`; \
             say which they are with --map company=NAME,date=NAME,text=NAME",
        ),
        (
            "table",
            "company\tdate\tbody\na\t2020-01-02\tWe sell.\n",
            "no column is named `text`; columns found: `company`, `date`, `body`; say which they \
             are with --map text=NAME",
        ),
        (
            "a.jsonl",
            "{\"site\": \"a\", \"date\": \"2020-01-02\", \"Text\": \"We sell.\"}\n",
            "no member is named `company`, `text`; members found: `Text`, `date`, `site`; name \
             them with --map text=Text",
        ),
        (
            "a.json",
            "{\"n\": 1, \"rows\": [ {\"company\": \"a\"}]}",
            "its objects are in the member `rows`; take them out with `jq -c '.[\"rows\"][]'`",
        ),
    ] {
        refused(name, bytes.as_bytes(), reason);
    }
}

fptest!(empty_inputs_say_so, |fx: Fixture| {
    for (name, bytes, reason) in [
        ("a.csv", &b"company,date,text\n"[..], "the table has no rows"),
        ("a.json", b"[ ]\n", "it has no objects"),
        ("a.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "the archive has no files"),
        ("a.md", b"", "empty file"),
        ("b.csv", b"\r\n \n", "it contains nothing but white space"),
        ("a.png", b"\x89PNG\r\n\x1A\n\0\0", "not a text, but a PDF, a picture"),
    ] {
        fx.file(name, bytes);
        refuses(&fx, name, reason);
    }
});

fptest!(folders_without_anything_to_read_say_what_is_in_them, |fx: Fixture| {
    let hidden = |example: &str| {
        format!("everything in it is hidden, such as `{example}`; rename what is to be read, so")
    };
    fx.file("one/.a.md", "We sell.\n");
    refuses(&fx, "one", &hidden("one/.a.md"));
    fx.file("two/.a.md", "We sell.\n");
    fx.file("two/.b/c.md", "We sell.\n");
    refuses(&fx, "two", &hidden("two/.a.md"));
    // A new work tree has no commit and no file.
    Stream::default().bare(&fx, "tree/.git");
    refuses(&fx, "tree", "the work tree of this git repository has no files; add the texts");
    fx.file("mixed/.a.md", "We sell.\n");
    fx.file("mixed/b.md", "");
    fx.file("mixed/c.md", "");
    refuses(&fx, "mixed", "every input is left out: empty file (2), hidden (1)");
    // A hidden folder is read when it is named.
    fx.run(["index", "two/.b", "--company", "Acme", "--date", "2001-02-03"]).exits(0);
});

fptest!(repositories_of_submodules_are_named, |fx: Fixture| {
    fx.file("all/.gitmodules", "[submodule \"a\"]\n\tpath = a\n\turl = ../a\n");
    fx.file("all/README.md", "# Archives\n");
    refuses(&fx, "all", "its policies may be in its submodules; fetch them with `git submodule");
    let commit = "1".repeat(40);
    let list = "[submodule \"a\"]\n\tpath = a\n\turl = ../a\n";
    let changes = [(".gitmodules", Some(list)), ("160000 a", Some(commit.as_str()))];
    Stream::default().commit(START, "Add", &changes).bare(&fx, "all.git");
    for args in [&["index", "all.git"][..], &["index", "all.git", "--path", "{company}/{type}.md"]]
    {
        fx.run(args).exits(2).stderr_has(
            "all.git: its policies may be in its submodules, which have repositories of their own; \
             name these",
        );
    }
});

fptest!(tables_and_archives_in_folders_are_named, |fx: Fixture| {
    let csv = "company,date,text\na.example,2020-01-02,We sell.\n";
    fx.file("corpus/a.csv", csv);
    fx.file("corpus/b.jsonl", "{\"company\": \"a\", \"date\": \"2020-01-02\", \"text\": \"We\"}\n");
    fx.file("corpus/package.json", "{\"name\": \"x\"}");
    fails(
        &fx,
        &["index", "corpus"],
        "corpus: nothing to index: each of 2 files such as `a.csv` is a table; read it with \
         `fineprint index FILE`",
    );
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"])
        .exits(0)
        .stderr_has("skipped 2: a table; read it with `fineprint index FILE`")
        .stderr_has("(such as corpus/a.csv")
        .stderr_has("skipped 1: names no company");
});

/// A file among others: its name, its bytes, and its description in a folder and in an archive.
type OtherFile = (&'static str, Vec<u8>, &'static str, Option<&'static str>);

fn other_files() -> Vec<OtherFile> {
    const TABLE: &str = "a table; read it with `fineprint index FILE`";
    const ARCHIVE: &str = "an archive; read it with `fineprint index FILE`";
    const PACKED: &str = "compressed; read it with `fineprint index FILE`";
    const INNER: &str = "an archive in an archive; unpack the outer one, and read this one with";
    const POLICY: &str = "---\ncompany: a\ndate: 2020-01-02\n---\nWe sell.\n";
    let csv = "company,date,text\na.example,2020-01-02,We sell.\n";
    let json = b"{\"company\": \"a\", \"date\": \"2020-01-02\", \"text\": \"We sell.\"}\n";
    let package = |name: &str| zip(&[("[Content_Types].xml", "x"), (name, "x")]);
    let tar = tar("a.md", POLICY);
    let same = |name, bytes, kind| (name, bytes, kind, Some(kind));
    vec![
        // Tables in archives are read.
        ("a.csv", csv.into(), TABLE, None),
        ("a.jsonl.gz", gzip(json), PACKED, None),
        ("b.csv", b"site,day,body\na,b,c\n".into(), TABLE, Some("a table that lacks columns")),
        ("a.zip", zip(&[("a.md", POLICY)]), ARCHIVE, Some(INNER)),
        ("a.tar.gz", gzip(&tar), PACKED, Some(INNER)),
        ("a.tar", tar, ARCHIVE, Some(INNER)),
        same("a.pdf", b"%PDF-1.4\n\0".into(), "a PDF; convert it to text with `pdftotext`"),
        same("a.docx", package("word/document.xml"), "a Word document; convert it with `pandoc"),
        same("a.xlsx", package("xl/workbook.xml"), "an Excel workbook; save its sheet as CSV"),
        same("a.db", b"SQLite format 3\0".into(), "an SQLite database; name its file"),
        same("a.xz", b"\xFD7zXZ\0\0".into(), "compressed with xz; unpack it with `xz -d`"),
        same("a.parquet", b"PAR1\x15\0".into(), "a Parquet file; convert it with"),
    ]
}

#[test]
fn formats_among_others_are_named_with_a_step() {
    for (name, bytes, in_folder, in_archive) in other_files() {
        let fx = Fixture::new();
        fx.file(format!("folder/{name}"), &bytes);
        fx.file("archive.tar", tar(name, &bytes));
        let refused = |corpus: &str, kind: &str| {
            let error = format!("{corpus}: nothing to index: `{name}` is {kind}");
            fx.run(["index", corpus]).exits(2).stderr_has(&error);
        };
        refused("folder", in_folder);
        if let Some(kind) = in_archive {
            refused("archive.tar", kind);
        } else {
            fx.run(["index", "archive.tar"]).exits(0);
        }
        // Beside a policy, it is a notice.
        fx.file("folder/policy.md", "---\ncompany: b\ndate: 2020-01-02\n---\nWe rent.\n");
        fx.run(["index", "folder", "--rebuild=force"])
            .exits(0)
            .stderr_has(&format!("skipped 1: {in_folder}"))
            .stderr_has(&format!("(such as folder/{name})"));
    }
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tar(name: &str, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, name, bytes).unwrap();
    tar.into_inner().unwrap()
}
