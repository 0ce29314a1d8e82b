//! Judges the numbers of real texts by the naive rule of `tests/oracle/numbers.rs`.

use std::path::Path;

use fineprint::model::Clause;
use fineprint::section::section;
use walkdir::WalkDir;

use crate::oracle::numbers::without_a_sequence;
use crate::searching::phrases::newest_versions;
use crate::util::{corpora, repository};

/// How many numbers were judged, and those that break the rule.
#[derive(Default)]
struct Judgement {
    numbers: usize,
    unread: usize,
    wrong: Vec<String>,
}

impl Judgement {
    fn judge(&mut self, name: &str, text: &str) {
        let clauses = section(text);
        let numbered: Vec<&Clause> =
            clauses.iter().filter(|clause| clause.number.is_some()).collect();
        let numbers: Vec<&str> =
            numbered.iter().filter_map(|clause| clause.number.as_deref()).collect();
        let (alone, unread) = without_a_sequence(&numbers);
        self.numbers += numbers.len();
        self.unread += unread;
        for clause in alone.into_iter().map(|at| numbered[at]) {
            let number = clause.number.as_deref().unwrap_or_default();
            self.wrong.push(format!("{name}: {number} has no other beside it: {}", clause.text));
        }
        // `10. 000` is an amount, and so is `4. %`.
        for clause in numbered {
            if clause.text.starts_with(|c: char| "$€£%°".contains(c)) {
                self.wrong.push(format!("{name}: an amount: {}", clause.text));
            }
        }
    }

    fn folder(&mut self, folder: &Path) {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.path().extension().is_some_and(|extension| extension == "md")
                && let Ok(text) = std::fs::read_to_string(entry.path())
            {
                self.judge(&entry.path().display().to_string(), &text);
            }
        }
    }

    fn check(self, least: usize) {
        println!("{} numbers, {} in unknown digits", self.numbers, self.unread);
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        assert!(self.numbers >= least && self.unread * 100 <= self.numbers, "{}", self.numbers);
    }
}

#[test]
fn numbers_of_the_samples_continue_sequences() {
    let mut judgement = Judgement::default();
    judgement.folder(&repository().join("data"));
    judgement.folder(&repository().join("tests/golden/sections-second"));
    judgement.check(100);
}

#[test]
fn numbers_of_real_texts_continue_sequences() {
    let Some(corpora) = corpora() else { return };
    let mut judgement = Judgement::default();
    judgement.folder(&corpora.join("princeton-leuven/files"));
    for (path, text) in newest_versions(&corpora).into_iter().step_by(4) {
        judgement.judge(&path, &text);
    }
    judgement.check(5_000);
}
