//! Makes up a history of policies that repeats itself as much as a real one, and writes it at the
//! same time.
//!
//! Only the numbers of each policy's paragraphs are kept in memory, because the words of a
//! paragraph follow from its number. The proportions are taken from the Open Terms Archive contrib
//! history: 42,627 snapshots of 877 policies, 15,180 of which return to an earlier text; 27,055
//! distinct texts of about 153 paragraphs, with 331 thousand paragraphs that are distinct within
//! their policy. A quarter of the paragraphs are list entries, and a quarter have links.

use std::io::{self, Write};

/// The size of a history, and the seed of its random numbers.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub snapshots: u64,
    pub policies: u64,
    pub seed: u64,
}

/// The figures of a written history, to compare counts with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    pub snapshots: u64,
    pub policies: u64,
    /// Snapshots that return to the text before the last one.
    pub returns: u64,
    /// Snapshots that only record a technical change of the archive.
    pub technical: u64,
    /// Distinct texts, their paragraphs and their bytes.
    pub texts: u64,
    pub paragraphs: u64,
    pub text_bytes: u64,
    /// Paragraphs that are distinct within their policy.
    pub distinct_paragraphs: u64,
    /// Snapshots and texts that contain the phrase "sell or rent".
    pub planted_snapshots: u64,
    pub planted_texts: u64,
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014), which
/// gives the same numbers on every machine.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn is(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// A whole number of at least 1, `mean` on average, where small ones are most frequent.
    fn geometric(&mut self, mean: f64) -> usize {
        let u = 1.0 - self.share();
        1 + (u.ln() / (1.0 - 1.0 / mean).ln()) as usize
    }
}

/// A policy with the paragraphs of its newest text and of the text before it.
#[derive(Debug, Default)]
struct Policy {
    newest: Vec<u64>,
    before: Vec<u64>,
    paragraphs: u64,
}

/// Writes a history as a stream for `git fast-import`. Each commit is a record of one policy, in
/// the layout of Open Terms Archive.
///
/// # Errors
///
/// Writing fails.
pub fn write(size: Size, out: &mut impl Write) -> io::Result<Made> {
    let mut random = Random(size.seed);
    let mut policies: Vec<Policy> = (0..size.policies).map(|_| Policy::default()).collect();
    let chances = chances(size.policies);
    let mut made = Made { policies: size.policies, ..Made::default() };
    let mut untouched: u64 = size.policies;
    let mut first_untouched = 0;
    writeln!(out, "feature done")?;
    for i in 0..size.snapshots {
        let mut number = pick(&chances, &mut random);
        // Every policy gets at least one snapshot.
        if size.snapshots - i <= untouched {
            while !policies[first_untouched].newest.is_empty() {
                first_untouched += 1;
            }
            number = first_untouched;
        }
        let policy = &mut policies[number];
        let verb = step(policy, number as u64, size.seed, &mut random, &mut made);
        untouched -= u64::from(verb == "First record of");
        let text = text(policy, number as u64, size.seed);
        let is_planted = policy.newest.iter().any(|&paragraph| is_planted(paragraph));
        made.snapshots += 1;
        made.technical += u64::from(verb.starts_with("Apply"));
        made.planted_snapshots += u64::from(is_planted);
        if verb != RETURN {
            made.texts += 1;
            made.text_bytes += text.len() as u64;
            made.paragraphs += policy.newest.len() as u64;
            made.planted_texts += u64::from(is_planted);
        }
        // One record in a hundred was fetched long before it was committed.
        let late = if random.is(0.009) { random.below(1 << 22) } else { 0 };
        let time = 1_340_000_000 + i * 440_000_000 / size.snapshots - late;
        commit(out, number as u64, verb, time, &text)?;
    }
    writeln!(out, "done")?;
    Ok(made)
}

/// Archives record a return like any other change. White space at the end of the line marks it
/// here.
const RETURN: &str = "Record new changes of ";

/// Changes a policy and returns the archive's name for the change.
fn step(
    policy: &mut Policy,
    number: u64,
    seed: u64,
    random: &mut Random,
    made: &mut Made,
) -> &'static str {
    if policy.newest.is_empty() {
        // Most texts have some dozens of paragraphs, a few have a thousand.
        let count = (150.0 * (random.share() + random.share() + 0.1).powi(3) / 1.6) as usize + 5;
        policy.newest = (0..count).map(|_| policy.paragraph(number, seed, made)).collect();
        return "First record of";
    }
    if !policy.before.is_empty() && random.is(0.375) {
        std::mem::swap(&mut policy.newest, &mut policy.before);
        made.returns += 1;
        return RETURN;
    }
    policy.before.clone_from(&policy.newest);
    // Changes are close to each other. Most replace paragraphs, and as many add as remove some, so
    // that texts do not grow without end.
    let count = random.geometric(8.0);
    let at = random.below(policy.newest.len() as u64) as usize;
    let (added, taken) = match random.below(10) {
        0 => (count, 0),
        1 if policy.newest.len() > 2 * count => (0, count),
        _ => (count, count),
    };
    let end = policy.newest.len().min(at + taken);
    let new: Vec<u64> = (0..added).map(|_| policy.paragraph(number, seed, made)).collect();
    policy.newest.splice(at..end, new);
    if random.is(0.042) {
        "Apply technical or declaration upgrade on"
    } else {
        "Record new changes of"
    }
}

impl Policy {
    /// The next paragraph that the policy has never had.
    fn paragraph(&mut self, number: u64, seed: u64, made: &mut Made) -> u64 {
        self.paragraphs += 1;
        made.distinct_paragraphs += 1;
        Random(seed ^ number << 40 ^ self.paragraphs).next()
    }
}

/// The summed probabilities that a policy is the next one: a few policies have thousands of
/// versions, most have some dozens.
fn chances(policies: u64) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |rank| {
        sum += 1.0 / (rank as f64 + 4.0).powf(1.1);
        sum
    };
    (0..policies).map(add).collect()
}

fn pick(chances: &[f64], random: &mut Random) -> usize {
    let at = random.share() * chances.last().copied().unwrap_or(0.0);
    chances.partition_point(|&sum| sum < at).min(chances.len().saturating_sub(1))
}

fn name(policy: u64) -> String {
    const TYPES: [&str; 3] = ["Privacy Policy", "Terms of Service", "Trackers Policy"];
    let company = policy / 2;
    format!(
        "{} {company}/{}",
        capitalised(&word(company * 7 + 500)),
        TYPES[(policy % 2 + company % 2) as usize]
    )
}

fn commit(out: &mut impl Write, policy: u64, verb: &str, time: u64, text: &str) -> io::Result<()> {
    let name = name(policy);
    let subject = format!("{} {}\n", verb.trim_end(), name.replace('/', " "));
    writeln!(out, "commit refs/heads/main")?;
    writeln!(out, "author Archive <archive@archive.example> {time} +0000")?;
    writeln!(out, "committer Archive <archive@archive.example> {time} +0000")?;
    write!(out, "data {}\n{subject}\n", subject.len())?;
    write!(out, "M 100644 inline \"{name}.md\"\ndata {}\n{text}\n", text.len())
}

/// The Markdown of a policy's newest text.
fn text(policy: &Policy, number: u64, seed: u64) -> String {
    let mut out = format!("# {}\n", name(number).replace('/', " - "));
    for &paragraph in &policy.newest {
        out.push('\n');
        push_paragraph(paragraph, seed, &mut out);
        out.push('\n');
    }
    out
}

fn is_planted(paragraph: u64) -> bool {
    paragraph.is_multiple_of(6000)
}

fn push_paragraph(paragraph: u64, seed: u64, out: &mut String) {
    let mut random = Random(paragraph ^ seed.rotate_left(17));
    match random.below(100) {
        0..=5 => {
            let title = sentence(&mut random, 5);
            let line = "-".repeat(title.len());
            out.push_str(&format!("{title}\n{line}"));
        }
        6..=11 => out.push_str(&format!("## {}", sentence(&mut random, 5))),
        12..=32 => out.push_str(&format!("*   {}", prose(&mut random, 22))),
        33..=38 => {
            let (first, next) = (prose(&mut random, 12), prose(&mut random, 14));
            out.push_str(&format!("*   {first}\n    *   {next}"));
        }
        39 => {
            let cell = |random: &mut Random| sentence(random, 3);
            let (a, b, c, d) =
                (cell(&mut random), cell(&mut random), cell(&mut random), cell(&mut random));
            out.push_str(&format!("| {a} | {b} |\n| --- | --- |\n| {c} | {d} |"));
        }
        _ => out.push_str(&prose(&mut random, 55)),
    }
    if is_planted(paragraph) {
        out.push_str(" we never sell **or**\nrent it");
    }
}

/// Sentences with about this many words in all, a quarter of them with a link.
fn prose(random: &mut Random, words: usize) -> String {
    let mut left = random.geometric(words as f64);
    let mut out = String::new();
    while left > 0 {
        let count = left.min(6 + random.below(18) as usize);
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&sentence(random, count));
        out.push('.');
        left -= count;
    }
    if random.is(0.24) {
        let (text, target) = (sentence(random, 2), word(random.below(3000)));
        out.push_str(&format!(
            " See [{text}](https://www.{target}.example/{}).",
            random.below(1000)
        ));
    }
    out
}

fn sentence(random: &mut Random, words: usize) -> String {
    // Frequencies decrease as in any text: half of the words are among the first few dozens.
    let rank = |random: &mut Random| (8000f64.powf(random.share().powf(0.8)) - 1.0) as u64;
    let words: Vec<String> = (0..words).map(|_| word(rank(random))).collect();
    capitalised(&words.join(" "))
}

/// The word of a frequency rank: common words first, then made-up ones.
fn word(rank: u64) -> String {
    const COMMON: &str = "the to of and or your you we our in for a any this by with that is on as \
        may not such other are be information from use \
        it services will data if personal at an have terms us can site these account all when \
        cookies which their about content";
    const SYLLABLES: [&str; 20] = [
        "ba", "con", "der", "el", "fi", "gra", "hon", "is", "ju", "kel", "lo", "men", "nor", "pe",
        "qui", "ra", "sti", "tu", "ver", "wy",
    ];
    if let Some(common) = COMMON.split_whitespace().nth(rank as usize) {
        return common.to_owned();
    }
    let mut out = String::new();
    let mut rest = rank;
    while rest > 0 {
        out.push_str(SYLLABLES[(rest % 20) as usize]);
        rest /= 20;
    }
    out
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
