//! Decides whether a hit is a judged clause, and measures a list of hits.
//!
//! Systems cut clauses differently, so texts are compared by their words. A hit counts as a judged
//! clause if it contains all of it and is not much longer, if it is a large part of it, or if both
//! share most of their runs of four words. A judged clause counts once, for the first hit that
//! fits.

use std::collections::{BTreeMap, HashMap, HashSet};

/// Means over questions: nDCG@10 (linear gain, logarithmic discount), MRR@10, Recall@100.
#[derive(Default)]
pub struct Measures {
    pub questions: usize,
    sums: [f64; 3],
}

impl Measures {
    pub fn add(&mut self, question: Option<[f64; 3]>) {
        let Some(values) = question else { return };
        self.questions += 1;
        self.sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }

    pub fn means(&self) -> [f64; 3] {
        self.sums.map(|sum| sum / self.questions.max(1) as f64)
    }
}

struct Clause {
    words: String,
    count: usize,
    runs: HashSet<String>,
}

impl Clause {
    fn new(text: &str) -> Self {
        let plain = without_targets(text).to_lowercase().replace(['\u{2019}', '\''], "");
        let words: Vec<&str> =
            plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        Self {
            words: words.join(" "),
            count: words.len(),
            runs: words.windows(4).map(|run| run.join(" ")).collect(),
        }
    }

    fn fits(&self, judged: &Clause) -> bool {
        let (hit, wanted) = (self.words.as_str(), judged.words.as_str());
        if hit.is_empty() || wanted.is_empty() {
            return false;
        }
        let (hit_length, wanted_length) = (hit.chars().count(), wanted.chars().count());
        let is_short_enough = hit_length <= (4 * wanted_length).max(1500);
        let holds = |long: &str, short: &str| format!(" {long} ").contains(&format!(" {short} "));
        if wanted_length <= hit_length {
            if (is_short_enough || hit == wanted) && holds(hit, wanted) {
                return true;
            }
        } else if holds(wanted, hit) && (hit_length >= 40 || 2 * hit_length >= wanted_length) {
            return true;
        }
        if self.count < 8 || judged.count < 8 {
            return false;
        }
        let shared = self.runs.intersection(&judged.runs).count() as f64;
        (is_short_enough && shared >= 0.6 * judged.runs.len() as f64)
            || shared >= 0.8 * self.runs.len() as f64
    }
}

/// A text without the targets of its Markdown links.
fn without_targets(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("](") {
        let (before, target) = rest.split_at(start + 2);
        let end = target.find(')').filter(|&end| !target[..end].contains(char::is_whitespace));
        let Some(end) = end else {
            plain.push_str(before);
            rest = target;
            continue;
        };
        plain.push_str(&before[..start]);
        plain.push(' ');
        rest = &target[end + 1..];
    }
    plain + rest
}

/// The judged clauses of each question, with their grades.
pub struct Judged(HashMap<String, Vec<(Clause, f64)>>);

impl Judged {
    pub fn read(rows: impl Iterator<Item = [String; 3]>) -> Self {
        let mut judged: HashMap<String, BTreeMap<String, (Clause, f64)>> = HashMap::new();
        for [question, text, grade] in rows {
            let (clause, grade) = (Clause::new(&text), grade.parse::<f64>().unwrap_or(0.0));
            if clause.words.is_empty() || grade <= 0.0 {
                continue;
            }
            let known = judged.entry(question).or_default();
            match known.get_mut(&clause.words) {
                Some(old) => old.1 = old.1.max(grade),
                None => {
                    known.insert(clause.words.clone(), (clause, grade));
                }
            }
        }
        Self(
            judged.into_iter().map(|(id, clauses)| (id, clauses.into_values().collect())).collect(),
        )
    }

    /// nDCG@10, MRR@10 and Recall@100 of the hits of a question; `None` if no clause is judged for
    /// it.
    pub fn measure(&self, question: &str, hits: &[String]) -> Option<[f64; 3]> {
        let judged = self.0.get(question)?;
        let mut left: Vec<bool> = vec![true; judged.len()];
        let mut gains = Vec::new();
        for text in hits {
            let hit = Clause::new(text);
            let mut gain = 0.0_f64;
            for ((clause, grade), left) in judged.iter().zip(&mut left) {
                if *left && hit.fits(clause) {
                    *left = false;
                    gain = gain.max(*grade);
                }
            }
            gains.push(gain);
        }
        let discounted = |gains: &[f64]| -> f64 {
            let of_rank = |(rank, gain): (usize, &f64)| gain / (rank as f64 + 2.0).log2();
            gains.iter().take(10).enumerate().map(of_rank).sum()
        };
        let mut ideal: Vec<f64> = judged.iter().map(|(_, grade)| *grade).collect();
        ideal.sort_by(|a, b| b.total_cmp(a));
        let first = gains.iter().take(10).position(|&gain| gain > 0.0);
        let found = left.iter().filter(|&&left| !left).count();
        Some([
            discounted(&gains) / discounted(&ideal),
            first.map_or(0.0, |rank| 1.0 / (rank + 1) as f64),
            found as f64 / judged.len() as f64,
        ])
    }
}
