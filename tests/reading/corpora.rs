//! Tests that fifty policies have the same clauses, companies and times in every shape of corpus.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use fineprint::corpus::{self, ReadOptions, SeenInput};
use fineprint::index::{BuildOptions, CorpusScan, OpenIndex, build};
use fineprint::model::{Ordinal, Rank};
use fineprint::progress::SilentProgress;

use crate::reading::containers::release_tables::ReleaseTables;
use crate::reading::containers::warc_files;
use crate::reading::git::Stream;
use crate::util::{Fixture, fptest, repository};

struct Snapshot {
    company: String,
    seconds: i64,
    /// `YYYY-MM-DDThh:mm:ssZ`
    time: String,
    text: String,
}

impl Snapshot {
    fn digits(&self) -> String {
        self.time.chars().filter(char::is_ascii_digit).collect()
    }

    fn header_file(&self) -> String {
        let Self { company, time, .. } = self;
        format!(
            "> *The following text is extracted and transformed from the {company} privacy policy \
             that was archived on {}. \
             Please check the [original snapshot on the Wayback Machine]\
             (https://web.archive.org/web/{}id_/http%3A//{company}/) \
             for the most accurate reproduction.*\n\n{}",
            &time[..10],
            self.digits(),
            self.text
        )
    }

    fn page(&self) -> String {
        let Self { company, time, .. } = self;
        let mut page = format!(
            "<!--The following is the downloaded HTML source of the {company} privacy policy that \
             was archived on {}.\n \
             Please check the original snapshot on the Wayback Machine \
             (https://web.archive.org/web/{}id_/http%3A//{company}/) \
             for the most accurate reproduction.-->\n<html><body>\n",
            &time[..10],
            self.digits()
        );
        let options = pulldown_cmark::Options::ENABLE_TABLES;
        pulldown_cmark::html::push_html(
            &mut page,
            pulldown_cmark::Parser::new_ext(&self.text, options),
        );
        page + "</body></html>\n"
    }
}

/// The policies of the samples, and copies of some under other names, fifty in all.
fn fifty() -> Vec<Snapshot> {
    let reader =
        corpus::open(&repository().join("data/policies"), &ReadOptions::default()).unwrap();
    let mut snapshots = Vec::new();
    reader
        .scan(&mut |seen| {
            let SeenInput::Found { company, found, .. } = seen else { panic!("{seen:?}") };
            let text = reader.session().read(&found, true).unwrap().text.unwrap().body;
            let (seconds, time) = (found.time.seconds(), found.time.rfc3339());
            snapshots.push(Snapshot { company, seconds, time, text });
        })
        .unwrap();
    let companies: BTreeSet<String> =
        snapshots.iter().map(|snapshot| snapshot.company.clone()).collect();
    let copied: Vec<&String> = companies.iter().take(50 - companies.len()).collect();
    let copies = snapshots.iter().filter(|snapshot| copied.contains(&&snapshot.company));
    let copies = copies.map(|Snapshot { company, seconds, time, text }| Snapshot {
        company: format!("copy-{company}"),
        seconds: *seconds,
        time: time.clone(),
        text: text.clone(),
    });
    let copies: Vec<_> = copies.collect();
    snapshots.extend(copies);
    snapshots
}

/// Every clause of every snapshot of an index of `corpus`: company, archive time, position in the
/// snapshot, kind, text.
fn clauses(fx: &Fixture, corpus: &Path) -> BTreeSet<(String, i64, usize, String, String)> {
    let dir = fx.path("index");
    let scan = CorpusScan::new(&[corpus.to_owned()], "default", &SilentProgress).unwrap();
    let options = BuildOptions { index: dir.clone(), rebuild: true, ..BuildOptions::default() };
    let (_, report) = build(scan, &options, &SilentProgress).unwrap();
    assert!(report.failed.is_empty() && report.adds_up(), "{report:?}");
    let index = OpenIndex::open(&dir).unwrap();
    let mut all = BTreeSet::new();
    for (entry, rank) in index.policies().entries().unwrap().iter().zip(0..) {
        for ordinal in 0..entry.snapshots {
            let (info, clauses) = index.snapshot(Rank::new(rank), Ordinal::new(ordinal)).unwrap();
            for (at, (kind, clause)) in clauses.into_iter().enumerate() {
                let (company, time) = (entry.key.company.clone(), info.time.seconds());
                all.insert((company, time, at, kind.to_string(), clause.text));
            }
        }
    }
    all
}

fptest!(fifty_policies_are_the_same_in_every_shape, |fx: Fixture| {
    let snapshots = fifty();
    for (number, snapshot) in snapshots.iter().enumerate() {
        fx.file(format!("files/{number}.md"), snapshot.header_file());
        fx.file(format!("pages/{number}.html"), snapshot.page());
    }
    let expected = clauses(&fx, &fx.path("files"));
    let companies: BTreeSet<&String> = expected.iter().map(|(company, ..)| company).collect();
    assert_eq!(companies.len(), 50);
    assert!(expected.len() > 2500, "{}", expected.len());

    let mut history = Stream::default();
    let mut by_time: Vec<&Snapshot> = snapshots.iter().collect();
    by_time.sort_by_key(|snapshot| snapshot.seconds);
    for snapshot in by_time {
        let company = &snapshot.company;
        let start = |len: usize| company.chars().take(len).collect::<String>();
        let path = format!("{}/{}/{}/{company}.md", start(1), start(2), start(3));
        let message =
            format!(r#"{{"domain": "{company}", "alexa_rank": NaN, "time": "{}"}}"#, snapshot.time);
        history =
            history.commit(snapshot.seconds, &message, &[(&path, Some(&snapshot.header_file()))]);
    }
    history.bare(&fx, "history.git");

    let mut zip = zip::ZipWriter::new(fs::File::create(fx.path("dataset.zip")).unwrap());
    for snapshot in &snapshots {
        let name =
            format!("{}/Privacy Policy/{}.md", snapshot.company, snapshot.time.replace(':', "-"));
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(snapshot.text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();

    let line = |s: &Snapshot| {
        serde_json::json!({"company": s.company, "archive_time": s.time, "text": s.text})
            .to_string()
            + "\n"
    };
    fx.file("lines.jsonl", snapshots.iter().map(line).collect::<String>());
    let mut csv = csv::Writer::from_path(fx.path("rows.csv")).unwrap();
    csv.write_record(["company", "date", "text"]).unwrap();
    for snapshot in &snapshots {
        csv.write_record([&snapshot.company, &snapshot.time, &snapshot.text]).unwrap();
    }
    csv.flush().unwrap();

    let mut tar = tar::Builder::new(Vec::new());
    for (number, snapshot) in snapshots.iter().enumerate() {
        let bytes = snapshot.header_file();
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, format!("{number}.md"), bytes.as_bytes()).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    fx.file("files.tar.zst", ruzstd::encoding::compress_to_vec(tar.as_slice(), level));

    let database = ReleaseTables::create(&fx.path("release_db.sqlite"));
    database.run("BEGIN");
    for snapshot in &snapshots {
        database.add(&snapshot.company, &snapshot.digits(), &snapshot.text);
    }
    database.run("COMMIT");
    drop(database);

    let record = |snapshot: &Snapshot| {
        let url = format!("https://www.{}/privacy", snapshot.company);
        let head = "200 OK\r\nContent-Type: text/plain; charset=utf-8";
        warc_files::response(&url, &snapshot.time, head, snapshot.text.as_bytes())
    };
    let records: Vec<Vec<u8>> = snapshots.iter().map(record).collect();
    fx.file("crawl.warc.gz", warc_files::gzip(&records));

    let shapes = [
        "history.git",
        "dataset.zip",
        "lines.jsonl",
        "rows.csv",
        "files.tar.zst",
        "release_db.sqlite",
        "crawl.warc.gz",
    ];
    for corpus in shapes {
        let found = clauses(&fx, &fx.path(corpus));
        let differing: Vec<_> = found.symmetric_difference(&expected).take(3).collect();
        assert!(differing.is_empty(), "{corpus}: {differing:?}");
    }

    // HTML holds the text that the page shows, not the way its Markdown was written, so positions
    // and kinds are not compared.
    type Shown = BTreeSet<(String, i64, String)>;
    let shown = |clauses: BTreeSet<(String, i64, usize, String, String)>| -> Shown {
        clauses.into_iter().map(|(company, time, _, _, text)| (company, time, text)).collect()
    };
    let (found, expected) = (shown(clauses(&fx, &fx.path("pages"))), shown(expected));
    let same = found.intersection(&expected).count();
    println!(
        "HTML: {same} of {} clauses as in Markdown, {} others",
        expected.len(),
        found.len() - same
    );
    for difference in expected.difference(&found).take(12) {
        println!("only in Markdown: {difference:?}");
    }
    for difference in found.difference(&expected).take(12) {
        println!("only in HTML: {difference:?}");
    }
    assert!(same * 100 >= expected.len() * 95, "{same} of {}", expected.len());
});
