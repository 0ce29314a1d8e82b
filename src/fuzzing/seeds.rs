//! The inputs from which fuzzing begins, made of the sample policies and of other texts of this
//! repository, all of them fictional.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::model_pack::{ModelEntry, deflated};
use crate::corpus::fuzzed_files::read_text;

/// How many policies are seeds. More of them reach no more code.
const POLICIES: usize = 8;

/// The seeds of a target.
pub(super) fn seeds_of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "archives" => archives(),
        "csv" => vec![
            table(csv_row, "company,date,text\n"),
            plain_table(csv_row, "company,date,text\n"),
            csv_of_semicolons(),
        ],
        "front_matter" => {
            let policies = policies().chain([SamplePolicy::plain("northwind traders")]);
            policies.map(|policy| policy.with_front_matter()).collect()
        }
        "git" => objects(),
        "header" => policies().map(|policy| policy.file).collect(),
        "html" => pages(),
        "json_lines" => vec![table(json_row, ""), plain_table(json_row, ""), json_array()],
        "manifest" => with_modes(&[kept_index("fineprint.json")], 2),
        "query" => queries(),
        "sections" => policies().map(|policy| policy.body.into_bytes()).collect(),
        "tables" => tables(),
        _ => panic!("the target {target} has no seeds"),
    }
}

/// A policy of the sample corpus.
struct SamplePolicy {
    file: Vec<u8>,
    company: String,
    date: String,
    body: String,
}

impl SamplePolicy {
    /// A policy of plain words.
    fn plain(company: &str) -> Self {
        let (date, body) = ("2001-02-03".to_owned(), "we do not sell".to_owned());
        Self { file: Vec::new(), company: company.to_owned(), date, body }
    }

    fn with_front_matter(&self) -> Vec<u8> {
        let Self { company, date, body, .. } = self;
        format!("---\ncompany: {company}\ntype: terms\ndate: {date}\n---\n{body}").into_bytes()
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Some policies of the sample corpus, each of another company where there are enough.
fn policies() -> impl Iterator<Item = SamplePolicy> {
    let files = WalkDir::new(repository().join("data/policies")).sort_by_file_name();
    let files = files.into_iter().map(|entry| entry.expect("the sample can be read").into_path());
    let paths: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
    let step = paths.len() / POLICIES;
    paths.into_iter().step_by(step).take(POLICIES).map(|path| {
        let file = read(&path);
        let text = read_text("page.md", &file).expect("a sample has a header");
        let (company, date) = (text.company, text.time.date());
        SamplePolicy { file, company, date, body: text.body }
    })
}

/// A table of two policies, of which each row is made by `row`.
fn table(row: fn(&SamplePolicy) -> String, head: &str) -> Vec<u8> {
    let rows: String = policies().take(2).map(|policy| row(&policy)).collect();
    format!("{head}{rows}").into_bytes()
}

/// A table of two policies of plain words.
fn plain_table(row: fn(&SamplePolicy) -> String, head: &str) -> Vec<u8> {
    let rows = ["acme", "beta"].map(|company| row(&SamplePolicy::plain(company)));
    format!("{head}{}", rows.concat()).into_bytes()
}

fn json_row(policy: &SamplePolicy) -> String {
    let SamplePolicy { company, date, body, .. } = policy;
    let body: String = body.chars().take(500).collect();
    serde_json::json!({"company": company, "date": date, "text": body}).to_string() + "\n"
}

fn csv_row(policy: &SamplePolicy) -> String {
    let SamplePolicy { company, date, body, .. } = policy;
    let body: String = body.chars().take(500).collect();
    format!("{company},{date},\"{}\"\n", body.replace('"', "\"\""))
}

fn csv_of_semicolons() -> Vec<u8> {
    b"company;type;date;text\r\nacme;Terms;2001-02-03;\"we; do\r\nnot\"\r\n".to_vec()
}

fn json_array() -> Vec<u8> {
    br#"[{"company": "acme", "date": "2001-02-03", "text": "we sell"}, {"company": "beta"}]"#
        .to_vec()
}

/// Each of some contents after each first byte below `count`.
fn with_modes(contents: &[Vec<u8>], count: u8) -> Vec<Vec<u8>> {
    contents
        .iter()
        .flat_map(|content| (0..count).map(move |mode| with_mode(mode, content)))
        .collect()
}

fn with_mode(mode: u8, content: &[u8]) -> Vec<u8> {
    [&[mode], content].concat()
}

fn archives() -> Vec<Vec<u8>> {
    let rows = table(json_row, "");
    let policy = policies().next().expect("there are policies").file;
    let mut tar = tar::Builder::new(Vec::new());
    for (name, content) in [("policies/a.md", &policy), ("rows.jsonl", &rows)] {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, content.as_slice()).expect("memory can be written");
    }
    let mut link = tar::Header::new_gnu();
    link.set_entry_type(tar::EntryType::Link);
    link.set_size(0);
    tar.append_link(&mut link, "b.md", "policies/a.md").expect("memory can be written");
    let tar = tar.into_inner().expect("memory can be written");
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let zst = ruzstd::encoding::compress_to_vec(rows.as_slice(), level);
    let plain = [zip_of(&policy), gzipped(&policy), gzipped(&tar), zst];
    [with_modes(&[tar], 4), with_modes(&plain, 1)].concat()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory can be written")
}

fn zip_of(policy: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let methods = [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated];
    for (name, method) in ["a.md", "folder/b.md"].into_iter().zip(methods) {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(name, options).expect("memory can be written");
        zip.write_all(policy).expect("memory can be written");
    }
    zip.finish().expect("memory can be written").into_inner()
}

fn objects() -> Vec<Vec<u8>> {
    let hex = "0123456789abcdef0123456789abcdef01234567";
    let commit = format!(
        "tree {hex}\nparent {hex}\nauthor A <a@b.example> 981173106 +0000\n\nOn 2001-02-03\n"
    );
    let entries = ["100644 a.md\0", "100644 b.md\0", "40000 b\0"]
        .map(|head| [head.as_bytes(), &[7; 20]].concat());
    let ours = entries[..2].concat();
    let theirs = [&entries[0][..], &entries[2]].concat();
    // The base has 10 bytes. Of these, 4 are copied from the third on, before 2 others.
    let delta = [10, 6, 0x91, 3, 4, 2, b'x', b'y'];
    let base = *b"we do sell";
    let loose = [b"blob 10\0".as_slice(), &base].concat();
    let pack = [&[3, 0, 10], base.as_slice(), &[0, 1, 8], &delta, &[5, 0, 8], &delta].concat();
    let (file, _) = ModelEntry::pack(&ModelEntry::all(&pack));
    [
        (0, commit.into_bytes()),
        (1, [vec![ours.len() as u8], ours.clone(), theirs].concat()),
        (1, [vec![ours.len() as u8], ours.clone(), ours].concat()),
        (2, [&[10], base.as_slice(), &delta].concat()),
        (3, deflated(&loose)),
        (4, loose),
        (5, file),
        (6, pack),
    ]
    .map(|(mode, content)| with_mode(mode, &content))
    .to_vec()
}

/// Some pages with labels.
fn pages() -> Vec<Vec<u8>> {
    let folder = repository().join("tests/golden/sections-second");
    let names = ["page-app", "page-bank", "page-host", "page-old", "lang-es-hotel"];
    names.map(|name| read(&folder.join(name).with_extension("html"))).to_vec()
}

/// The queries with known hits.
fn queries() -> Vec<Vec<u8>> {
    let lines = String::from_utf8(read(&repository().join("tests/queries.jsonl")));
    let lines = lines.expect("the queries are UTF-8");
    lines.lines().map(query_of_line).collect()
}

fn query_of_line(line: &str) -> Vec<u8> {
    let line: serde_json::Value = serde_json::from_str(line).expect("each line is an object");
    line["query"].as_str().expect("each line has a query").to_owned().into_bytes()
}

/// A file of the newest index that is kept for compatibility.
fn kept_index(name: &str) -> Vec<u8> {
    let folders = fs::read_dir(repository().join("tests/compat")).expect("there are indexes");
    let folders = folders.map(|folder| folder.expect("they can be listed").path());
    let newest = folders.max_by_key(|folder| format_of(folder)).expect("there is an index");
    read(&newest.join("index").join(name))
}

/// The number in the name of a folder such as `format-6`.
fn format_of(folder: &Path) -> Option<u32> {
    folder.to_str()?.rsplit_once('-')?.1.parse().ok()
}

fn tables() -> Vec<Vec<u8>> {
    let [sums, no_texts, policies, sources] = ["sums", "texts", "policies", "sources"]
        .map(|name| kept_index(&format!("generation-1/{name}.bin")));
    let length = sums[0];
    let (head, rest) = sums[8..].split_at(usize::from(length));
    let unchecked_sums = [&[length], head, &rest[8..]].concat();
    let (head, rest) = policies.split_at(4 * 8);
    let headless_policies = [&[head[0], head[8], head[16], head[24]], rest].concat();
    let texts: Vec<u8> = (0..600_u64)
        .flat_map(|key| [&(3 * key).to_le_bytes()[..], &[2, 0, 0, 0]].concat())
        .collect();
    [
        (0, sums.clone()),
        (1, unchecked_sums),
        (2, no_texts),
        (2, texts.clone()),
        (3, [&[7, 8], &texts[..]].concat()),
        (4, policies.clone()),
        (5, sources.clone()),
        (6, policies),
        (7, sources),
        (8, vec![2, 1, 1, 2, 0, 0, 1, 1, 1, 0, 0, 2]),
        (9, headless_policies),
    ]
    .map(|(mode, content)| with_mode(mode, &content))
    .to_vec()
}
