//! Tests phrases of real policies: a search finds the same as a scan of the clauses and a scan of
//! the raw Markdown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use fineprint::model::{Clause, Period};
use fineprint::search::{Filters, Searcher, SnapshotDates};
use fineprint::section::{ClauseIdentity, section};

use crate::library::{asking, index_of, run};
use crate::oracle::query::occurrences;
use crate::oracle::strip;
use crate::oracle::tokens::{folded, tokens};
use crate::util::{contrib_history, corpora, feed};

/// A file with the Princeton-Leuven header, read and sectioned without the index.
struct Snapshot {
    company: String,
    /// `2006-08-20T15:15:14Z`
    time: String,
    raw: String,
    clauses: Vec<Scanned>,
}

struct Scanned {
    id: String,
    text: String,
    tokens: Vec<String>,
    /// The tokens with the number in front, which the raw text has.
    numbered: Vec<String>,
    is_furniture: bool,
}

impl Scanned {
    fn of(clause: Clause, company: &str) -> Self {
        let tokens = folded(&clause.text);
        let number = clause.number.as_deref().map(folded).unwrap_or_default();
        Self {
            id: ClauseIdentity::of(&clause).clause_id(company, "Privacy Policy").to_string(),
            numbered: [number, tokens.clone()].concat(),
            tokens,
            text: clause.text,
            is_furniture: clause.is_furniture,
        }
    }

    /// Whether a search finds it.
    fn matches(&self, phrase: &[String]) -> bool {
        !self.is_furniture && !occurrences(&self.tokens, phrase).is_empty()
    }
}

impl Snapshot {
    fn read(raw: String) -> Self {
        let line = raw.lines().next().unwrap();
        let between = |open: &str, close: &str| {
            let rest = &line[line.find(open).unwrap() + open.len()..];
            rest[..rest.find(close).unwrap()].to_owned()
        };
        let company = between("transformed from the ", " privacy policy");
        let date = between("archived on ", ".");
        let stamp = between("/web/", "id_/");
        assert_eq!(date.replace('-', ""), stamp[..8]);
        let time = format!("{date}T{}:{}:{}Z", &stamp[8..10], &stamp[10..12], &stamp[12..14]);
        let clauses = section(&raw[line.len()..]);
        let clauses = clauses.into_iter().map(|clause| Scanned::of(clause, &company)).collect();
        Self { company, time, raw, clauses }
    }

    fn date(&self) -> &str {
        &self.time[..10]
    }

    /// Whether a search for the phrase finds a clause of it.
    fn matches(&self, phrase: &[String]) -> bool {
        self.clauses.iter().any(|clause| clause.matches(phrase))
    }

    /// How often the phrase occurs in the clauses, without and with the numbers in front.
    fn in_clauses(&self, phrase: &[String]) -> [usize; 2] {
        let of = |tokens: fn(&Scanned) -> &[String]| {
            self.clauses.iter().map(|clause| occurrences(tokens(clause), phrase).len()).sum()
        };
        [of(|clause| &clause.tokens), of(|clause| &clause.numbered)]
    }

    /// How often the phrase occurs in the blocks of the raw text.
    fn in_blocks(blocks: &[Vec<String>], phrase: &[String]) -> usize {
        blocks.iter().map(|block| occurrences(block, phrase).len()).sum()
    }
}

fn read_folder(folder: &Path) -> Vec<Snapshot> {
    let mut snapshots = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            snapshots.extend(read_folder(&path));
        } else {
            snapshots.push(Snapshot::read(std::fs::read_to_string(path).unwrap()));
        }
    }
    snapshots.sort_by(|a, b| (&a.company, &a.time).cmp(&(&b.company, &b.time)));
    snapshots
}

/// Random numbers that are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

/// A window of 1 to 6 tokens of `text`: its bytes, and the folded tokens.
fn window(dice: &mut Dice, text: &str) -> Option<(std::ops::Range<usize>, Vec<String>)> {
    let cut = tokens(text);
    let length = 1 + dice.roll(6);
    if cut.len() < length {
        return None;
    }
    let start = dice.roll(cut.len() - length + 1);
    let chosen = &cut[start..start + length];
    Some((
        chosen[0].start..chosen[length - 1].end,
        chosen.iter().map(|t| t.folded.clone()).collect(),
    ))
}

/// Phrases that a mark, a link or a line end breaks in the raw text, phrases of clauses, and
/// phrases that occur nowhere.
fn sample(snapshots: &[Snapshot], each: usize, absent: usize) -> Vec<Vec<String>> {
    let mut dice = Dice(2);
    let plain: Vec<Vec<String>> =
        snapshots.iter().map(|snapshot| strip::plain_blocks(&snapshot.raw)).collect();
    let mut phrases: BTreeSet<Vec<String>> = BTreeSet::new();
    while phrases.len() < each {
        let number = dice.roll(snapshots.len());
        let (snapshot, blocks) = (&snapshots[number], &plain[number]);
        let block = &blocks[dice.roll(blocks.len())];
        let Some((range, words)) = window(&mut dice, block) else { continue };
        let written = &block[range];
        if written.contains('\n') || !snapshot.raw.contains(written) {
            phrases.insert(words);
        }
    }
    while phrases.len() < 2 * each {
        let snapshot = &snapshots[dice.roll(snapshots.len())];
        let clause = &snapshot.clauses[dice.roll(snapshot.clauses.len())];
        phrases.extend(window(&mut dice, &clause.text).map(|(_, words)| words));
    }
    while phrases.len() < 2 * each + absent {
        let mut words = Vec::new();
        for _ in 0..2 {
            let snapshot = &snapshots[dice.roll(snapshots.len())];
            let clause = &snapshot.clauses[dice.roll(snapshot.clauses.len())];
            words.extend(
                window(&mut dice, &clause.text).map(|(_, words)| words).unwrap_or_default(),
            );
        }
        words.truncate(6);
        if snapshots.iter().all(|snapshot| snapshot.in_clauses(&words)[0] == 0) {
            phrases.insert(words);
        }
    }
    phrases.into_iter().collect()
}

/// A found clause: company, id, first and last date, number of snapshots, newest time.
type Found = (String, String, String, String, u64, String);

fn scanned(snapshots: &[Snapshot], phrase: &[String]) -> BTreeSet<Found> {
    let mut lives: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let mut holding = BTreeSet::new();
    for snapshot in snapshots {
        for id in snapshot.clauses.iter().map(|clause| clause.id.as_str()).collect::<BTreeSet<_>>()
        {
            lives.entry((&snapshot.company, id)).or_default().push(&snapshot.time);
        }
        let matching = snapshot.clauses.iter().filter(|clause| clause.matches(phrase));
        holding.extend(matching.map(|clause| (snapshot.company.as_str(), clause.id.as_str())));
    }
    let found = holding.into_iter().map(|key| {
        let times = &lives[&key];
        let (first, last) = (times[0], times[times.len() - 1]);
        let date = |time: &str| time[..10].to_owned();
        (
            key.0.to_owned(),
            key.1.to_owned(),
            date(first),
            date(last),
            times.len() as u64,
            last.to_owned(),
        )
    });
    found.collect()
}

/// Compares the answers of the index with a scan of the clauses. Returns the number of comparisons.
fn compare(
    index: &Searcher,
    snapshots: &[Snapshot],
    phrases: &[Vec<String>],
    by_day: bool,
) -> usize {
    let mut days: BTreeMap<&str, Vec<&Snapshot>> = BTreeMap::new();
    for snapshot in snapshots {
        days.entry(snapshot.date()).or_default().push(snapshot);
    }
    let mut compared = 0;
    for phrase in phrases {
        let query = format!("\"{}\"", phrase.join(" "));
        let mut request = asking(&query);
        let (hits, summary) = run(index, &request).unwrap();
        let found: BTreeSet<Found> = hits
            .iter()
            .map(|hit| {
                let times = (
                    hit.first_seen.date(),
                    hit.last_seen.date(),
                    hit.snapshots,
                    hit.archive_time.rfc3339(),
                );
                (hit.company.clone(), hit.id.to_string(), times.0, times.1, times.2, times.3)
            })
            .collect();
        assert_eq!(found.len(), hits.len(), "a clause twice: {}", query);
        assert_eq!(found, scanned(snapshots, phrase), "{}", query);
        let holding = snapshots.iter().filter(|snapshot| snapshot.matches(phrase)).count() as u64;
        assert_eq!(summary.totals.snapshots, holding, "{}", query);
        for hit in &hits {
            let shown: Vec<Vec<String>> =
                hit.highlights.iter().map(|range| folded(&hit.text[range.clone()])).collect();
            // Overlapping occurrences are one highlight.
            assert!(shown.iter().all(|words| !occurrences(words, phrase).is_empty()), "{shown:?}");
            let marked: usize = shown.iter().map(|words| occurrences(words, phrase).len()).sum();
            assert_eq!(marked, occurrences(&folded(&hit.text), phrase).len(), "{}", query);
        }
        compared += 1;
        for (day, there) in days.iter().filter(|_| by_day) {
            let period: Period = day.parse().unwrap();
            let dates = SnapshotDates::Between { since: Some(period), until: Some(period) };
            request.select.filters = Filters { dates, ..Filters::default() };
            let (hits, summary) = run(index, &request).unwrap();
            let found: BTreeSet<(String, String)> =
                hits.into_iter().map(|hit| (hit.company, hit.id.to_string())).collect();
            let mut expected = BTreeSet::new();
            for snapshot in there {
                let matching = snapshot.clauses.iter().filter(|clause| clause.matches(phrase));
                expected
                    .extend(matching.map(|clause| (snapshot.company.clone(), clause.id.clone())));
            }
            assert_eq!(found, expected, "{} on {day}", query);
            let holding = there.iter().filter(|snapshot| snapshot.matches(phrase)).count() as u64;
            assert_eq!(summary.totals.snapshots, holding, "{} on {day}", query);
            compared += 1;
        }
    }
    compared
}

/// A snapshot whose raw text and clauses contain a phrase differently often.
type Difference = (String, String, usize, usize);

fn differences(snapshots: &[Snapshot], phrases: &[Vec<String>]) -> BTreeSet<Difference> {
    let mut found = BTreeSet::new();
    for snapshot in snapshots {
        let blocks = strip::blocks(&snapshot.raw);
        for phrase in phrases {
            let raw = Snapshot::in_blocks(&blocks, phrase);
            let [cut, numbered] = snapshot.in_clauses(phrase);
            // The raw text has those numbers in front that are no marks of Markdown.
            if !(cut..=numbered).contains(&raw) {
                found.insert((
                    phrase.join(" "),
                    format!("{} {}", snapshot.company, snapshot.date()),
                    raw,
                    cut,
                ));
            }
        }
    }
    found
}

/// The classified differences of `tests/golden/phrases.tsv`.
fn classified() -> BTreeMap<Difference, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/phrases.tsv");
    let table = std::fs::read_to_string(path).unwrap();
    let rows = table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [phrase, snapshot, raw, cut, class] = fields[..] else {
            panic!("{line:?} has not five fields")
        };
        let difference =
            (phrase.to_owned(), snapshot.to_owned(), raw.parse().unwrap(), cut.parse().unwrap());
        (difference, class.to_owned())
    });
    rows.collect()
}

#[test]
fn phrases_of_the_princeton_sample_are_found() {
    let Some(corpora) = corpora() else { return };
    let files = corpora.join("princeton-leuven/files");
    let folder = tempfile::tempdir().unwrap();
    let index = index_of(&files, &folder.path().join("index"));
    let snapshots = read_folder(&files);
    let phrases = sample(&snapshots, 64, 12);
    let compared = compare(&index, &snapshots, &phrases, true);
    println!(
        "{} phrases, {compared} searches equal a scan of {} snapshots",
        phrases.len(),
        snapshots.len()
    );

    let found = differences(&snapshots, &phrases);
    let known = classified();
    if std::env::var_os("FINEPRINT_GOLDEN").is_some() {
        for difference in &found {
            let (phrase, snapshot, raw, cut) = difference;
            println!(
                "{phrase}\t{snapshot}\t{raw}\t{cut}\t{}",
                known.get(difference).map_or("?", |class| class)
            );
        }
    }
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for class in known.values() {
        assert!(
            ["clause-border", "debris", "scan-limit"].contains(&class.as_str()),
            "class {class}"
        );
        *classes.entry(class).or_default() += 1;
    }
    println!("differences from the raw text: {classes:?}");
    let unknown: Vec<_> =
        found.iter().filter(|difference| !known.contains_key(difference)).collect();
    assert!(unknown.is_empty(), "not in tests/golden/phrases.tsv: {unknown:#?}");
    let stale: Vec<_> = known.keys().filter(|difference| !found.contains(difference)).collect();
    assert!(stale.is_empty(), "no differences any more: {stale:#?}");
}

#[test]
fn sell_or_rent_occurs_once_in_the_seeds() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().unwrap();
    let index = index_of(&corpora.join("seeds"), &folder.path().join("index"));
    let ask = |query: &str| run(&index, &asking(query)).unwrap().0;
    let hits = ask("sell or rent");
    let shown: Vec<_> =
        hits.iter().map(|hit| (hit.company.as_str(), hit.archive_time.date())).collect();
    assert_eq!(shown, [("senderbase.org", "2006-08-20".to_owned())]);
    let marked: Vec<_> =
        hits[0].highlights.iter().map(|range| folded(&hits[0].text[range.clone()])).collect();
    assert_eq!(marked, [["sell", "or", "rent"]]);
    assert!(!hits[0].section.is_empty());
    for hit in ask("\"sell, rent, trade\"") {
        assert_ne!(hit.id, hits[0].id);
    }
}

/// The path and text of the newest version of every policy of the contrib history.
pub fn newest_versions(corpora: &Path) -> Vec<(String, String)> {
    let history = contrib_history(corpora);
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(&history).args(args);
        command
    };
    let listed = git(&["ls-tree", "-r", "-z", "HEAD"]).output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    let files = listed.split('\0').filter_map(|entry| entry.split_once('\t'));
    let files: Vec<(&str, &str)> =
        files.filter(|(_, path)| path.contains('/') && path.ends_with(".md")).collect();
    let names: String = files
        .iter()
        .map(|(entry, _)| format!("{}\n", entry.split(' ').next_back().unwrap()))
        .collect();
    let output = feed(git(&["cat-file", "--batch"]), names.as_bytes());
    assert!(output.status.success());
    let mut rest = output.stdout.as_slice();
    files
        .iter()
        .map(|(_, path)| {
            let end = rest.iter().position(|&b| b == b'\n').unwrap();
            let size: usize = std::str::from_utf8(&rest[..end])
                .unwrap()
                .split(' ')
                .next_back()
                .unwrap()
                .parse()
                .unwrap();
            let text = String::from_utf8_lossy(&rest[end + 1..end + 1 + size]).into_owned();
            rest = &rest[end + size + 2..];
            ((*path).to_owned(), text)
        })
        .collect()
}

#[test]
fn phrases_of_newest_contrib_versions_are_found() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().unwrap();
    let files: PathBuf = folder.path().join("files");
    std::fs::create_dir(&files).unwrap();
    let mut snapshots = Vec::new();
    for (i, (path, text)) in newest_versions(&corpora).into_iter().enumerate().step_by(12) {
        let name = path.trim_end_matches(".md").replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let raw = format!(
            "> *The following text is extracted and transformed from the {name} privacy policy \
             that was archived on 2026-01-02. \
             Please check the [original snapshot on the Wayback Machine]\
             (https://web.archive.org/web/20260102030405id_/{i}) \
             for the most accurate reproduction.*\n\n{text}"
        );
        std::fs::write(files.join(format!("{i}.md")), &raw).unwrap();
        snapshots.push(Snapshot::read(raw));
    }
    let index = index_of(&files, &folder.path().join("index"));
    let phrases = sample(&snapshots, 26, 8);
    let compared = compare(&index, &snapshots, &phrases, false);
    println!("{compared} searches equal a scan of {} newest versions", snapshots.len());
}
