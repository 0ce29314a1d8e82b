//! Random sequences of changes, builds, kills and damage, compared with a model of what the index
//! has to contain.
//!
//! The model is a list of snapshots; it shares no code with the program. After each step that may
//! change the index, all hits of a query are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::util::{Fixture, PROGRAM, fptest, listing, random};

/// The sentences of which texts consist. The query finds those that contain `sell`.
const SENTENCES: [&str; 6] = [
    "We sell data.",
    "We never sell your data.",
    "We rent data.",
    "We keep what you sell.",
    "You may sell nothing here.",
    "We share data with partners.",
];
const QUERY: &str = "sell";
const COMPANIES: [&str; 4] = ["acme.example", "brick.example", "clay.example", "dune.example"];
/// Names of corpora, which are also the names of their collections.
const CORPORA: [&str; 2] = ["one", "two"];

/// A file of a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SnapshotFile {
    sentences: Vec<&'static str>,
    is_readable: bool,
}

/// The collection, the company and the date of a snapshot.
type SnapshotKey = (usize, usize, u32);

/// The snapshots of an index, with their sentences.
type Indexed = BTreeMap<SnapshotKey, Vec<&'static str>>;

/// What a hit says: collection, company, text, dates of its first and last snapshot, and the number
/// of its snapshots.
type Hit = (String, String, String, String, String, u64);

/// The corpora as they are on disk, and the snapshots that the index has to have.
struct Model<'f> {
    fx: &'f Fixture,
    files: BTreeMap<SnapshotKey, SnapshotFile>,
    indexed: Indexed,
    /// The collections that the index contains.
    collections: BTreeSet<usize>,
    /// A counter from which all choices follow.
    choice: u64,
    /// How often each kind of step was done.
    done: BTreeMap<&'static str, u32>,
}

impl<'f> Model<'f> {
    fn new(fx: &'f Fixture, seed: u64) -> Self {
        for corpus in CORPORA {
            fs::create_dir_all(fx.path(corpus)).unwrap();
        }
        let mut model = Self {
            fx,
            files: BTreeMap::new(),
            indexed: Indexed::new(),
            collections: BTreeSet::new(),
            choice: seed << 32,
            done: BTreeMap::new(),
        };
        for corpus in 0..CORPORA.len() {
            model.write((corpus, 0, 0));
            model.update(corpus, &[]);
        }
        model
    }

    /// A number below `end`.
    fn pick(&mut self, end: usize) -> usize {
        self.choice += 1;
        (random(self.choice) % end as u64) as usize
    }

    fn path(&self, (corpus, company, date): SnapshotKey) -> PathBuf {
        self.fx.path(format!("{}/{company}-{date}.md", CORPORA[corpus]))
    }

    /// Writes a file with a random text.
    fn write(&mut self, key: SnapshotKey) {
        let mut sentences = BTreeSet::new();
        for _ in 0..=self.pick(3) {
            sentences.insert(SENTENCES[self.pick(SENTENCES.len())]);
        }
        let sentences: Vec<_> = sentences.into_iter().collect();
        self.put(key, SnapshotFile { sentences, is_readable: true });
    }

    fn put(&mut self, key: SnapshotKey, file: SnapshotFile) {
        let (_, company, date) = key;
        // Front matter with a quote that nothing closes cannot be read.
        let quote = if file.is_readable { "" } else { "\"" };
        let head =
            format!("---\ncompany: {quote}{}\ndate: {}\n---\n", COMPANIES[company], day(date));
        fs::write(self.path(key), format!("{head}\n{}\n", file.sentences.join("\n\n"))).unwrap();
        self.files.insert(key, file);
    }

    fn any_file(&mut self) -> Option<SnapshotKey> {
        let count = self.files.len();
        (count > 0).then(|| self.pick(count)).and_then(|at| self.files.keys().nth(at).copied())
    }

    /// The files of a corpus.
    fn files_of(&self, corpus: usize) -> impl Iterator<Item = (&SnapshotKey, &SnapshotFile)> {
        self.files.iter().filter(move |(key, _)| key.0 == corpus)
    }

    /// What the index has after an update of this corpus that comes to its end.
    fn updated(&self, corpus: usize, prunes: bool) -> Indexed {
        let mut indexed = self.indexed.clone();
        let is_whole = self.files_of(corpus).all(|(_, file)| file.is_readable);
        if prunes && is_whole && self.files_of(corpus).next().is_some() {
            indexed.retain(|key, _| key.0 != corpus || self.files.contains_key(key));
        }
        for (key, file) in self.files_of(corpus).filter(|(_, file)| file.is_readable) {
            indexed.insert(*key, file.sentences.clone());
        }
        indexed
    }

    /// Updates a corpus, and compares the status with what its files make likely.
    fn update(&mut self, corpus: usize, flags: &[&str]) {
        let prunes = flags.contains(&"--prune");
        let expected = self.updated(corpus, prunes);
        let run = self.fx.run(index_args(corpus).into_iter().chain(flags.iter().copied()));
        let is_whole = self.files_of(corpus).all(|(_, file)| file.is_readable);
        let is_empty = self.files_of(corpus).next().is_none();
        // An empty corpus is an error if the index does not know it, or if it is to be pruned.
        let is_error = is_empty && (prunes || !self.collections.contains(&corpus));
        let expected_status = if is_whole && !is_error { 0 } else { 2 };
        let files: Vec<_> = self.files_of(corpus).collect();
        assert_eq!(
            run.output.status.code(),
            Some(expected_status),
            "{files:?}, {:?}, after {:?}\n{run}",
            self.indexed,
            self.done
        );
        self.indexed = expected;
        if self.files_of(corpus).any(|(_, file)| file.is_readable) {
            self.collections.insert(corpus);
        }
        self.compare();
    }

    /// Kills an update of this corpus after some time. The index is as before or as after.
    fn kill(&mut self, corpus: usize) {
        let after = self.updated(corpus, false);
        let mut command = self.fx.command(PROGRAM);
        command.args(index_args(corpus)).stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(self.pick(30) as u64));
        let _ = child.kill();
        child.wait().unwrap();
        let found = self.hits();
        if found == hits_of(&after) {
            self.indexed = after;
        }
        self.compare();
    }

    /// Flips a bit of a file of the index. A command gives the right answer or an error; then the
    /// bit is flipped back.
    fn flip(&mut self) {
        let folder = self.fx.path(".fineprint");
        let files: Vec<PathBuf> =
            listing(&folder).into_keys().map(|name| folder.join(name)).collect();
        let at = self.pick(files.len());
        let path = &files[at];
        let Ok(whole) = fs::read(path) else { return };
        if whole.is_empty() {
            return;
        }
        let mut bytes = whole.clone();
        let byte = self.pick(bytes.len());
        bytes[byte] ^= 1 << self.pick(8);
        fs::write(path, bytes).unwrap();
        let run = self.fx.run(search_args());
        if run.output.status.code() == Some(2) {
            run.stderr_has("build it again");
            self.fx.run(["check"]).exits(2);
        } else {
            assert_eq!(hits_in(run.stdout()), hits_of(&self.indexed), "{}", path.display());
        }
        fs::write(path, whole).unwrap();
        self.compare();
    }

    /// Removes a collection from the index. The last one stays.
    fn remove(&mut self, corpus: usize) {
        if self.collections.len() < 2 || !self.collections.remove(&corpus) {
            return;
        }
        self.fx.run(["index", "--remove", CORPORA[corpus]]).exits(0);
        self.indexed.retain(|key, _| key.0 != corpus);
        self.compare();
    }

    /// All hits of the query.
    fn hits(&self) -> BTreeSet<Hit> {
        let run = self.fx.run(search_args());
        assert!(matches!(run.output.status.code(), Some(0 | 1)), "{run}");
        hits_in(run.stdout())
    }

    fn compare(&self) {
        assert_eq!(self.hits(), hits_of(&self.indexed), "after {:?}", self.done);
    }

    fn step(&mut self) {
        let corpus = self.pick(CORPORA.len());
        let name = match self.pick(20) {
            0..=4 => {
                let key = (corpus, self.pick(COMPANIES.len()), self.pick(12) as u32);
                self.write(key);
                "new or changed snapshot"
            }
            5 | 6 => {
                if let Some(key) = self.any_file() {
                    fs::remove_file(self.path(key)).unwrap();
                    self.files.remove(&key);
                }
                "vanished snapshot"
            }
            7 => {
                if let Some(key) = self.any_file() {
                    let file = self.files[&key].clone();
                    self.put(key, SnapshotFile { is_readable: !file.is_readable, ..file });
                }
                "unreadable snapshot, or readable again"
            }
            8 => {
                let company = self.pick(COMPANIES.len());
                let gone: Vec<SnapshotKey> = self
                    .files_of(corpus)
                    .map(|(key, _)| *key)
                    .filter(|key| key.1 == company)
                    .collect();
                for key in gone {
                    fs::remove_file(self.path(key)).unwrap();
                    self.files.remove(&key);
                }
                "deleted policy"
            }
            9..=13 => {
                self.update(corpus, &[]);
                "update"
            }
            14 | 15 => {
                self.update(corpus, &["--prune"]);
                "prune"
            }
            16 => {
                self.remove(corpus);
                "remove"
            }
            17 => {
                self.kill(corpus);
                "kill"
            }
            18 => {
                self.flip();
                "flip"
            }
            _ => {
                self.fx.run(["check"]).exits(0);
                "check"
            }
        };
        *self.done.entry(name).or_default() += 1;
    }
}

fn index_args(corpus: usize) -> Vec<&'static str> {
    vec!["index", CORPORA[corpus], "--collection", CORPORA[corpus], "--quiet"]
}

fn search_args() -> [&'static str; 6] {
    ["search", QUERY, "--limit", "all", "--format", "jsonl"]
}

fn day(date: u32) -> String {
    format!("{}-06-01", 2001 + date)
}

/// The hits that these lines of JSON say.
fn hits_in(lines: &str) -> BTreeSet<Hit> {
    let hit = |line: &str| {
        let hit: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| hit[key].as_str().unwrap().to_owned();
        let count = hit["snapshots"].as_u64().unwrap();
        let (first, last) = (text("first_seen"), text("last_seen"));
        (text("collection"), text("company"), text("text"), first, last, count)
    };
    lines.lines().map(hit).collect()
}

/// The hits that an index with these snapshots has to give.
fn hits_of(indexed: &Indexed) -> BTreeSet<Hit> {
    let mut lives: BTreeMap<(usize, usize, &str), Vec<u32>> = BTreeMap::new();
    for ((collection, company, date), sentences) in indexed {
        for sentence in sentences.iter().filter(|sentence| sentence.contains(QUERY)) {
            lives.entry((*collection, *company, sentence)).or_default().push(*date);
        }
    }
    let hit = |((collection, company, sentence), dates): ((usize, usize, &str), Vec<u32>)| {
        let (first, last) = (day(dates[0]), day(dates[dates.len() - 1]));
        let (collection, company) = (CORPORA[collection].to_owned(), COMPANIES[company].to_owned());
        (collection, company, sentence.to_owned(), first, last, dates.len() as u64)
    };
    lives.into_iter().map(hit).collect()
}

fptest!(random_steps_agree_with_a_model, |fx: Fixture| {
    let steps = if std::env::var_os("FINEPRINT_LONG").is_some() { 10_000 } else { 300 };
    let mut model = Model::new(&fx, 1);
    for _ in 0..steps {
        model.step();
    }
    println!("{steps} steps: {:?}", model.done);
    assert!(model.done.len() >= 10);
});
