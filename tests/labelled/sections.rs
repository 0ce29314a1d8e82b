//! Tests the sectioner against labelled snapshots, and against its promises for any text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use fineprint::model::{Clause, ClauseKind};
use fineprint::section::{Sectioner, section};
use sha2::{Digest, Sha256};

use crate::util::{corpora, repository};

/// A labelled snapshot: the place of its text, and offset, kind and hash of each clause.
struct Labelled {
    name: String,
    source: String,
    sha256: String,
    clauses: Vec<(usize, ClauseKind, String)>,
}

fn labelled(folder: &str) -> Vec<Labelled> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(repository().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "tsv"))
        .collect();
    files.sort();
    files.iter().map(|path| read_labels(path)).collect()
}

fn read_labels(path: &Path) -> Labelled {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let mut head = |key: &str| {
        let line = lines.next().unwrap();
        line.strip_prefix(key)
            .unwrap_or_else(|| panic!("{}: `{line}` is not `{key}`", path.display()))
            .trim()
            .to_owned()
    };
    let (source, sha256) = (head("# source"), head("# sha256"));
    let clauses = lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].parse().unwrap(), fields[1].parse().unwrap(), fields[2].to_owned())
        })
        .collect();
    Labelled {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        source,
        sha256,
        clauses,
    }
}

/// Reads a labelled text from the corpora folder or from the history bundle in it.
fn text_of(labelled: &Labelled, corpora: &Path, history: &Path) -> String {
    let bytes = match labelled.source.strip_prefix("git:") {
        None => std::fs::read(corpora.join(&labelled.source)).unwrap(),
        Some(blob) => {
            let output = Command::new("git")
                .arg("-C")
                .arg(history)
                .args(["cat-file", "blob", blob])
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "git cat-file {blob}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        }
    };
    assert_eq!(
        hex(&bytes),
        labelled.sha256,
        "{} is not the text that was labelled",
        labelled.source
    );
    String::from_utf8(bytes).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

#[derive(Default, Clone, Copy)]
struct Score {
    found: usize,
    labelled: usize,
    right: usize,
}

impl Score {
    fn add(&mut self, found: &BTreeSet<usize>, labelled: &BTreeSet<usize>) {
        self.found += found.len();
        self.labelled += labelled.len();
        self.right += found.intersection(labelled).count();
    }

    fn precision(self) -> f64 {
        self.right as f64 / self.found as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / self.labelled as f64
    }
}

/// What was counted of the labelled texts of a folder.
#[derive(Default)]
struct Measured {
    borders: Score,
    headings: Score,
    kinds_right: usize,
    kinds_seen: usize,
}

impl Measured {
    fn add(&mut self, found: &BTreeMap<usize, ClauseKind>, truth: &BTreeMap<usize, ClauseKind>) {
        let starts = |map: &BTreeMap<usize, ClauseKind>| map.keys().copied().collect();
        let titles = |map: &BTreeMap<usize, ClauseKind>| {
            map.iter()
                .filter(|&(_, &kind)| kind == ClauseKind::Heading)
                .map(|(&at, _)| at)
                .collect()
        };
        self.borders.add(&starts(found), &starts(truth));
        self.headings.add(&titles(found), &titles(truth));
        for (at, kind) in truth {
            self.kinds_seen += usize::from(found.contains_key(at));
            self.kinds_right += usize::from(found.get(at) == Some(kind));
        }
    }

    /// The results may not fall below these, which are rounded down: precision and recall of
    /// borders, the same of headings, and the share of clauses with the right kind among those with
    /// the right border. A change that lowers one of them is a regression.
    fn is_at_least(&self, borders: (f64, f64), headings: (f64, f64), least_kinds: f64) {
        let kinds = self.kinds_right as f64 / self.kinds_seen as f64;
        for (name, score) in [("borders", self.borders), ("headings", self.headings)] {
            println!(
                "{name:9} precision {:.4}, recall {:.4} of {}",
                score.precision(),
                score.recall(),
                score.labelled
            );
        }
        println!("kinds     {kinds:.4} of {}", self.kinds_seen);
        assert!(
            self.borders.precision() >= borders.0 && self.borders.recall() >= borders.1,
            "borders fell below {borders:?}"
        );
        assert!(
            self.headings.precision() >= headings.0 && self.headings.recall() >= headings.1,
            "headings fell below {headings:?}"
        );
        assert!(kinds >= least_kinds, "kinds fell below {least_kinds}");
    }
}

fn assert_unchanged(labelled: &Labelled, text: &str) {
    for window in labelled.clauses.windows(2) {
        let slice = text[window[0].0..window[1].0].trim_end_matches(|c: char| !c.is_alphanumeric());
        assert!(
            hex(slice.as_bytes()).starts_with(&window[0].2),
            "{}: hash at {}",
            labelled.name,
            window[0].0
        );
    }
}

/// Sections the labelled texts of a folder, if there are corpora.
fn measured(folder: &str) -> Option<Measured> {
    let corpora = corpora()?;
    let history = crate::util::contrib_history(&corpora);
    let only = std::env::var("FINEPRINT_GOLDEN").ok();
    let mut measured = Measured::default();
    for labelled in labelled(folder) {
        let text = text_of(&labelled, &corpora, &history);
        assert_unchanged(&labelled, &text);
        let start =
            if text.starts_with("> *The following text") { text.find('\n').unwrap() } else { 0 };
        let found: BTreeMap<usize, ClauseKind> = fineprint::section::section(&text[start..])
            .iter()
            .map(|clause| (clause.source.start + start, clause.kind))
            .collect();
        let truth: BTreeMap<usize, ClauseKind> =
            labelled.clauses.iter().map(|&(at, kind, _)| (at, kind)).collect();
        measured.add(&found, &truth);
        if only.as_deref().is_some_and(|only| only == "all" || labelled.name.contains(only)) {
            print_differences(&labelled.name, &text, &found, &truth);
        }
    }
    Some(measured)
}

#[test]
fn labelled_snapshots_are_cut_as_people_cut_them() {
    let Some(measured) = measured("tests/golden/sections") else { return };
    measured.is_at_least((0.997, 0.991), (0.988, 0.963), 0.987);
}

/// These texts were labelled later, before the rules of the second version of sectioning.
#[test]
fn snapshots_of_the_second_half_are_cut_as_people_cut_them() {
    let Some(measured) = measured("tests/golden/sections-second/real") else { return };
    measured.is_at_least((1.0, 1.0), (1.0, 1.0), 0.989);
}

fn print_differences(
    name: &str,
    text: &str,
    found: &BTreeMap<usize, ClauseKind>,
    truth: &BTreeMap<usize, ClauseKind>,
) {
    let all: BTreeSet<usize> = found.keys().chain(truth.keys()).copied().collect();
    for at in all {
        let (f, t) = (found.get(&at), truth.get(&at));
        if f != t {
            let show = |kind: Option<&ClauseKind>| kind.map_or("-", |kind| kind.name());
            let excerpt: String = text[at..].chars().take(90).collect();
            println!("{name} {at}: found {}, labelled {}: {excerpt:?}", show(f), show(t));
        }
    }
}

/// A paragraph with a long run of marks, or with many different links.
#[test]
fn no_long_paragraph_makes_sectioning_slow() {
    let run = |mark: &'static str| move |n: usize| format!("a{}b\n", mark.repeat(n));
    let links =
        |n: usize| (0..n / 16).map(|i| format!("[a](https://b.example/{i}) ")).collect::<String>();
    let texts: [&dyn Fn(usize) -> String; 4] = [&run("*"), &run("_"), &links, &|n| "_".repeat(n)];
    for text in texts {
        let take = |n: usize| {
            let text = text(n);
            let start = std::time::Instant::now();
            fineprint::section::section(&text);
            start.elapsed().as_secs_f64()
        };
        let shortest = |n: usize| (0..2).map(|_| take(n)).fold(f64::INFINITY, f64::min);
        let (short, long) = (shortest(16_000), shortest(64_000));
        assert!(
            long < 0.4 || long < 9.0 * short,
            "{short} s, four times as many {long} s: {:?}",
            &text(40)
        );
    }
}

/// Lines whose meaning depends on their neighbours: after blank lines, in lists, in quotations.
const LINES: [&str; 64] = [
    "We sell data.",
    "we may share it:",
    "Sharing",
    "**Sharing**",
    "**Cookies.** We use them.",
    "# Title",
    "## Sub",
    "Title",
    "=====",
    "-----",
    "---",
    "* * *",
    "* a",
    "* b:",
    "*   wide",
    "*     code",
    "* * both",
    "- dash",
    "+ plus",
    "-",
    "*",
    "1. one",
    "2. two",
    "2) two",
    "3. **Three**",
    "7. seven",
    "10. ten",
    "  * in",
    "  * in:",
    "    * deeper",
    "    text",
    "   text",
    "      * far",
    "        farther",
    "    1. first",
    "    2. second",
    "   -- ",
    "(a) first;",
    "(b) second.",
    "1.1 Of us",
    "1.2 Of you",
    "A. LETTERS",
    "WE NEVER SELL,",
    "OR RENT, ANYTHING",
    "> quoted",
    "> * in a quote",
    "> ",
    "| a | b |",
    "| --- | --- |",
    "| c | d |",
    "a | b",
    "<div>",
    "</div>",
    "<!-- a",
    "-->",
    "<pre>",
    "```",
    "~~~",
    "[a]: /b",
    "[a] and [c][a]",
    "see [d](e f.example",
    "\ttab",
    "• typed",
    "We share with the following",
];

/// A linear congruential generator (Knuth, MMIX), which gives the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// A random line. In a tame text, no line that makes the whole text one block.
    fn line(&mut self, is_tame: bool) -> String {
        let is_wild = |line: &str| line.contains(['<', '`', '~']) || line.contains("]:");
        let mut line = LINES[self.roll(LINES.len())];
        while is_tame && is_wild(line) {
            line = LINES[self.roll(LINES.len())];
        }
        let end = ["\n", "\n", "\n\n", "\n\n", "\n  \n", "  \n"][self.roll(6)];
        format!("{line}{end}")
    }
}

#[test]
fn texts_after_each_other_are_sectioned_as_alone() {
    let mut dice = Dice(1);
    let bare = |clauses: Vec<Clause>| -> Vec<Clause> {
        clauses.into_iter().map(|clause| Clause { source: 0..0, ..clause }).collect()
    };
    let (mut known, mut new) = (0, 0);
    for series in 0..3000 {
        let is_tame = series % 4 > 0;
        let mut sectioner = Sectioner::default();
        let mut parts: Vec<Vec<Clause>> = Vec::new();
        let count = 1 + dice.roll(14);
        let mut lines: Vec<String> = (0..count).map(|_| dice.line(is_tame)).collect();
        for _ in 0..12 {
            let text = lines.concat();
            let mut clauses = Vec::new();
            for part in sectioner.section(text.as_str()) {
                known += 1;
                if let Some(first) = part.clauses {
                    new += 1;
                    parts.push(first);
                }
                clauses.extend(parts[part.number].iter().cloned());
            }
            assert_eq!(bare(clauses), bare(section(&text)), "{text:?}");
            // The next text has one line more, one line fewer, or one changed line.
            let at = dice.roll(lines.len());
            match dice.roll(3) {
                0 => lines.insert(at, dice.line(is_tame)),
                1 if lines.len() > 1 => drop(lines.remove(at)),
                _ => lines[at] = dice.line(is_tame),
            }
        }
    }
    assert!(4 * known > 5 * new, "of {known} parts {new} are new");
}
