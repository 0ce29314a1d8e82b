//! Tests the whole way from a file to its clauses against made-up texts that were labelled before
//! any rule was made on them. See `tests/golden/sections-second/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::util::{Fixture, repository};

/// The results that no change may lower, for all forms together: precision and recall of borders
/// and of headings, and the shares of right kinds, right headings above and right lead-ins.
const LEAST: Least = Least {
    borders: (0.999, 0.999),
    headings: (0.981, 0.990),
    kinds: 0.988,
    above: 0.960,
    lead_ins: 0.975,
};

struct Least {
    borders: (f64, f64),
    headings: (f64, f64),
    kinds: f64,
    above: f64,
    lead_ins: f64,
}

/// A clause as a person labelled it, or as the program printed it.
#[derive(Debug)]
struct Shown {
    kind: String,
    is_furniture: bool,
    /// The innermost heading above.
    above: String,
    lead_in: String,
    number: String,
    text: String,
}

impl Shown {
    fn from_label(line: &str) -> Self {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 5, "{line}");
        let kind = fields[0].strip_suffix(" furniture");
        Self {
            kind: kind.unwrap_or(fields[0]).to_owned(),
            is_furniture: kind.is_some(),
            above: fields[1].rsplit(" > ").next().unwrap_or_default().to_owned(),
            lead_in: fields[2].to_owned(),
            number: fields[3].to_owned(),
            text: fields[4].to_owned(),
        }
    }

    fn from_json(clause: &Value) -> Self {
        let string = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            kind: string(&clause["kind"]),
            is_furniture: clause["is_furniture"].as_bool().unwrap_or(false),
            above: clause["section"].as_array().unwrap().last().map(string).unwrap_or_default(),
            lead_in: string(&clause["lead_in"]),
            number: string(&clause["number"]),
            text: string(&clause["text"]),
        }
    }
}

/// A word, with the place that it has.
#[derive(Debug)]
struct Word {
    /// In lower case, without a footnote mark.
    text: String,
    /// The digits of a footnote mark behind it.
    footnote: String,
    /// The number of its clause.
    clause: usize,
    /// Whether it belongs to the number in front of its clause.
    is_number: bool,
}

impl Word {
    /// Whether a word of the labels is this word of the program.
    fn is(&self, found: &Word) -> bool {
        let whole = |word: &Word| format!("{}{}", word.text, word.footnote);
        self.text == found.text || whole(self) == whole(found)
    }
}

/// Cuts words: runs of letters and digits, and each letter of Chinese, Japanese and Korean alone.
fn words_of(text: &str, clause: usize, is_number: bool, words: &mut Vec<Word>) {
    const SUPERSCRIPTS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let mut is_open = false;
    for letter in text.chars() {
        let mark = SUPERSCRIPTS.chars().position(|superscript| superscript == letter);
        let is_alone = matches!(letter, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}');
        match mark {
            Some(digit) if is_open => {
                words.last_mut().unwrap().footnote.push_str(&digit.to_string());
            }
            Some(_) => {}
            None if letter.is_alphanumeric() => {
                if !is_open || is_alone {
                    let text = String::new();
                    words.push(Word { text, footnote: String::new(), clause, is_number });
                }
                words.last_mut().unwrap().text.extend(letter.to_lowercase());
                is_open = !is_alone;
            }
            None => is_open = false,
        }
    }
}

fn words(clauses: &[Shown]) -> Vec<Word> {
    let mut words = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        words_of(&clause.number, at, true, &mut words);
        words_of(&clause.text, at, false, &mut words);
    }
    words
}

/// The pairs of a longest common subsequence: places in the labels and in what was found.
fn aligned(labels: &[Word], found: &[Word]) -> Vec<(usize, usize)> {
    let width = found.len() + 1;
    let mut lengths = vec![0u16; (labels.len() + 1) * width];
    for l in (0..labels.len()).rev() {
        for f in (0..found.len()).rev() {
            lengths[l * width + f] = if labels[l].is(&found[f]) {
                lengths[(l + 1) * width + f + 1] + 1
            } else {
                lengths[(l + 1) * width + f].max(lengths[l * width + f + 1])
            };
        }
    }
    let (mut l, mut f, mut pairs) = (0, 0, Vec::new());
    while l < labels.len() && f < found.len() {
        if labels[l].is(&found[f]) {
            pairs.push((l, f));
            (l, f) = (l + 1, f + 1);
        } else if lengths[(l + 1) * width + f] >= lengths[l * width + f + 1] {
            l += 1;
        } else {
            f += 1;
        }
    }
    pairs
}

/// What was counted of one text or of many.
#[derive(Default, Clone)]
struct Tally {
    clauses: usize,
    found: usize,
    matched: usize,
    headings: usize,
    headings_found: usize,
    headings_matched: usize,
    kinds: usize,
    above: usize,
    above_of: usize,
    lead_ins: usize,
    lead_ins_of: usize,
    words: usize,
    lost: usize,
    invented: usize,
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        let Tally {
            clauses,
            found,
            matched,
            headings,
            headings_found,
            headings_matched,
            kinds,
            above,
            above_of,
            lead_ins,
            lead_ins_of,
            words,
            lost,
            invented,
        } = other;
        self.clauses += clauses;
        self.found += found;
        self.matched += matched;
        self.headings += headings;
        self.headings_found += headings_found;
        self.headings_matched += headings_matched;
        self.kinds += kinds;
        self.above += above;
        self.above_of += above_of;
        self.lead_ins += lead_ins;
        self.lead_ins_of += lead_ins_of;
        self.words += words;
        self.lost += lost;
        self.invented += invented;
    }

    fn borders(&self) -> (f64, f64) {
        (share(self.matched, self.found), share(self.matched, self.clauses))
    }

    fn heading_borders(&self) -> (f64, f64) {
        (
            share(self.headings_matched, self.headings_found),
            share(self.headings_matched, self.headings),
        )
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (borders, headings) = (self.borders(), self.heading_borders());
        write!(
            f,
            "{:5} clauses  borders {:.4}/{:.4}  headings {:.4}/{:.4}  kinds {:.4}  above {:.4}  \
             lead-ins {:.4}  lost {}, invented {} of {} words",
            self.clauses,
            borders.0,
            borders.1,
            headings.0,
            headings.1,
            share(self.kinds, self.matched),
            share(self.above, self.above_of),
            share(self.lead_ins, self.lead_ins_of),
            self.lost,
            self.invented,
            self.words
        )
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Two readings of one text, with its words aligned.
struct Judged<'t> {
    labels: &'t [Shown],
    found: &'t [Shown],
    label_words: Vec<Word>,
    found_words: Vec<Word>,
    pairs: Vec<(usize, usize)>,
}

impl<'t> Judged<'t> {
    fn new(labels: &'t [Shown], found: &'t [Shown]) -> Self {
        let (label_words, found_words) = (words(labels), words(found));
        let pairs = aligned(&label_words, &found_words);
        Self { labels, found, label_words, found_words, pairs }
    }

    /// For each found clause, the labelled clause that begins where it begins. A number in front
    /// may be missing, or be a clause of its own. Each labelled clause is matched once.
    fn matches(&self) -> BTreeMap<usize, usize> {
        let mut starts: BTreeMap<usize, usize> = BTreeMap::new();
        for (at, word) in self.label_words.iter().enumerate() {
            if !word.is_number {
                starts.entry(word.clause).or_insert(at);
            }
        }
        let (mut matches, mut taken, mut seen) =
            (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        for &(label, found) in &self.pairs {
            let (label_word, found_word) = (&self.label_words[label], &self.found_words[found]);
            // The first word of a found clause decides, unless its number is all that it has.
            if !seen.insert(found_word.clause) {
                continue;
            }
            let clause = label_word.clause;
            let is_start = label_word.is_number || starts.get(&clause) == Some(&label);
            if is_start && taken.insert(clause) {
                matches.insert(found_word.clause, clause);
            }
        }
        matches
    }

    /// Whether two texts have the same words, one of them with the number of its clause or without.
    fn is_same(&self, label: &str, found: &str) -> bool {
        let plain = |text: &str| {
            let mut words = Vec::new();
            words_of(text, 0, false, &mut words);
            words.into_iter().map(|word| word.text).collect::<Vec<_>>()
        };
        let (label, found) = (plain(label), plain(found));
        let numbered = self.labels.iter().find(|clause| plain(&clause.text).ends_with(&label));
        let with_number = numbered.map(|clause| [plain(&clause.number), label.clone()].concat());
        label == found || with_number == Some(found)
    }

    fn tally(&self, differences: &mut Vec<String>) -> Tally {
        let matches = self.matches();
        let is_heading = |clause: &&Shown| clause.kind == "heading";
        let mut tally = Tally {
            clauses: self.labels.len(),
            found: self.found.len(),
            matched: matches.len(),
            headings: self.labels.iter().filter(is_heading).count(),
            headings_found: self.found.iter().filter(is_heading).count(),
            ..Tally::default()
        };
        self.count_words(&mut tally, differences);
        for (found, label) in &matches {
            let (label, found) = (&self.labels[*label], &self.found[*found]);
            self.count_match(label, found, &mut tally, differences);
        }
        let matched: BTreeSet<usize> = matches.values().copied().collect();
        for (at, clause) in self.labels.iter().enumerate() {
            if !matched.contains(&at) {
                differences.push(format!("no {}: {:?}", clause.kind, clause.text));
            }
        }
        for (at, clause) in self.found.iter().enumerate() {
            if !matches.contains_key(&at) {
                differences.push(format!("extra {}: {:?}", clause.kind, clause.text));
            }
        }
        tally
    }

    fn count_words(&self, tally: &mut Tally, differences: &mut Vec<String>) {
        let labels: BTreeSet<usize> = self.pairs.iter().map(|pair| pair.0).collect();
        let found: BTreeSet<usize> = self.pairs.iter().map(|pair| pair.1).collect();
        tally.words = self.label_words.iter().filter(|word| !word.is_number).count();
        for (at, word) in self.label_words.iter().enumerate() {
            if !word.is_number && !labels.contains(&at) {
                tally.lost += 1;
                differences.push(format!("lost word {:?}", word.text));
            }
        }
        for (at, word) in self.found_words.iter().enumerate() {
            if !word.is_number && !found.contains(&at) {
                tally.invented += 1;
                differences.push(format!("invented word {:?}", word.text));
            }
        }
    }

    fn count_match(
        &self,
        label: &Shown,
        found: &Shown,
        tally: &mut Tally,
        differences: &mut Vec<String>,
    ) {
        let text = &label.text;
        if label.kind == found.kind {
            tally.kinds += 1;
            tally.headings_matched += usize::from(label.kind == "heading");
        } else {
            differences.push(format!("{} is {}: {text:?}", label.kind, found.kind));
        }
        if label.is_furniture {
            return;
        }
        tally.above_of += 1;
        if self.is_same(&label.above, &found.above) {
            tally.above += 1;
        } else {
            differences
                .push(format!("not {:?} above but {:?}: {text:?}", label.above, found.above));
        }
        if !label.lead_in.is_empty() || !found.lead_in.is_empty() {
            tally.lead_ins_of += 1;
            if self.is_same(&label.lead_in, &found.lead_in) {
                tally.lead_ins += 1;
            } else {
                let (label, found) = (&label.lead_in, &found.lead_in);
                differences.push(format!("not led by {label:?} but {found:?}: {text:?}"));
            }
        }
    }
}

fn folder() -> PathBuf {
    repository().join("tests/golden/sections-second")
}

/// The texts, in order of their names.
fn texts() -> Vec<PathBuf> {
    let mut texts: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.with_extension("tsv").is_file())
        .filter(|path| path.extension().is_some_and(|extension| extension != "tsv"))
        .collect();
    texts.sort();
    texts
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// The form of a text: its name without the last part.
fn form(name: &str) -> String {
    let form = name.rsplit_once('-').unwrap().0;
    if form.starts_with("lang-") { "lang".to_owned() } else { form.to_owned() }
}

/// Indexes the texts, each as the only policy of a company.
fn index(fx: &Fixture) {
    for text in texts() {
        let extension = text.extension().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&text).unwrap();
        fx.file(format!("corpus/{}/2020-01-02.{extension}", stem(&text)), bytes);
    }
    fx.run(["index", "corpus", "--path", "{company}/{date}.{type}"]).exits(0);
}

/// The company of a text: its name, or the site that its header line names.
fn company(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.strip_prefix("> *The following text is extracted and transformed from the ")
        .map_or(stem(path), |rest| rest.split(' ').next().unwrap())
        .to_owned()
}

fn found(fx: &Fixture, path: &Path) -> Vec<Shown> {
    let shown = fx.run(["show", &company(path), "--format", "json"]).exits(0).json();
    shown["clauses"].as_array().unwrap().iter().map(Shown::from_json).collect()
}

/// With `FINEPRINT_GOLDEN=all`, or a part of a name, prints each difference.
#[test]
fn made_up_texts_are_cut_as_they_were_labelled() {
    let fx = Fixture::new();
    index(&fx);
    let only = std::env::var("FINEPRINT_GOLDEN").ok();
    let (mut all, mut forms): (Tally, BTreeMap<String, Tally>) = Default::default();
    for path in texts() {
        let labels = std::fs::read_to_string(path.with_extension("tsv")).unwrap();
        let labels: Vec<Shown> = labels.lines().map(Shown::from_label).collect();
        let found = found(&fx, &path);
        let mut differences = Vec::new();
        let tally = Judged::new(&labels, &found).tally(&mut differences);
        all.add(&tally);
        forms.entry(form(stem(&path))).or_default().add(&tally);
        if only.as_deref().is_some_and(|only| only == "all" || stem(&path).contains(only)) {
            println!("{}: {tally}", stem(&path));
            for difference in differences {
                println!("    {difference}");
            }
        }
    }
    for (form, tally) in &forms {
        println!("{form:10} {tally}");
    }
    println!("{:10} {all}", "all");
    assert!(forms.len() >= 8 && all.clauses > 700, "texts are missing");
    let (borders, headings) = (all.borders(), all.heading_borders());
    assert!(borders.0 >= LEAST.borders.0 && borders.1 >= LEAST.borders.1, "borders: {all}");
    assert!(headings.0 >= LEAST.headings.0 && headings.1 >= LEAST.headings.1, "headings: {all}");
    assert!(share(all.kinds, all.matched) >= LEAST.kinds, "kinds: {all}");
    assert!(share(all.above, all.above_of) >= LEAST.above, "headings above: {all}");
    assert!(share(all.lead_ins, all.lead_ins_of) >= LEAST.lead_ins, "lead-ins: {all}");
    assert!(all.lost == 0 && all.invented == 0, "words: {all}");
}
