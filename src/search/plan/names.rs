//! Matches names of companies, policy types and collections as users write them.
//!
//! A name is whole, in the folding of words, or a glob.

use std::cmp::Ordering;
use std::collections::HashMap;

use glob::{MatchOptions, Pattern};

use crate::error::{self, Error};
use crate::index::{PolicyRecord, PolicyTable};
use crate::model::canonical_name;
use crate::token::{fold_name, tokens};

/// How many near names an error offers.
const NEAR_NAMES: usize = 3;

/// How alike a name must be to be offered: 1 less the Damerau-Levenshtein distance over the longer
/// length. Sites share their endings, so that below this value `.example` alone makes two names
/// alike.
const NEAR: f64 = 0.7;

/// Which of the three names of a policy is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NameField {
    Company,
    Type,
    Collection,
}

impl NameField {
    /// The names of all policies, by rank.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn names(self, policies: &PolicyTable) -> error::Result<Vec<&str>> {
        policies.names_of(|record| self.number(record))
    }

    /// The number of the name.
    fn number(self, record: &PolicyRecord) -> u32 {
        match self {
            NameField::Company => record.company,
            NameField::Type => record.policy_type,
            NameField::Collection => record.collection,
        }
    }

    /// The word for it in messages.
    fn word(self) -> &'static str {
        match self {
            NameField::Company => "company",
            NameField::Type => "policy type",
            NameField::Collection => "collection",
        }
    }
}

/// Why a name does not choose any policy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NameError {
    /// The name has `*`, `?` or `[`, but is no glob.
    BadGlob {
        /// The name as it was written.
        glob: String,
        /// The reason of the glob library.
        reason: String,
    },
    /// No policy of the index has a name that matches.
    Unknown {
        /// Which name was looked for.
        field: NameField,
        /// The name as it was written.
        name: String,
        /// Names of the index that are nearly the same, best first.
        near: Vec<String>,
    },
}

impl NameError {
    /// The mistake in one line, and the advice that helps if there is any.
    pub fn message_and_hint(&self) -> (String, Option<String>) {
        match self {
            Self::BadGlob { glob, reason } => (format!("`{glob}` is no glob: {reason}"), None),
            Self::Unknown { field, name, near } => {
                let message = format!("no {} `{name}` in the index", field.word());
                let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
                let hint = format!("did you mean {}?", near.join(", "));
                (message, (!near.is_empty()).then_some(hint))
            }
        }
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        match error {
            NameError::BadGlob { glob, reason } => Self::BadGlob { glob, reason },
            NameError::Unknown { field, name, near } => {
                Self::UnknownName { field: field.word(), name, near }
            }
        }
    }
}

/// A whole name or a glob, as a user wrote it.
#[derive(Debug)]
pub(crate) struct NamePattern {
    /// The name as an index stores it.
    exact: String,
    folded: String,
    /// The name read as a glob, if it has `*`, `?` or `[`; an error if it is no glob.
    glob: Option<Result<NameGlob, String>>,
}

impl NamePattern {
    /// Reads a name or a glob as a user wrote it.
    pub fn new(written: &str) -> Self {
        let exact = canonical_name(written);
        let folded = fold_name(&exact);
        let glob = written.contains(['*', '?', '[']).then(|| NameGlob::new(&exact, &folded));
        Self { exact, folded, glob }
    }

    /// Whether `name` matches, as a whole name or by the glob. A name that is no glob only matches
    /// as a whole.
    pub fn matches(&self, name: &str) -> bool {
        self.is_whole(name) || matches!(&self.glob, Some(Ok(glob)) if glob.matches(name))
    }

    /// Whether `name` is equal after folding.
    fn is_whole(&self, name: &str) -> bool {
        match name.is_ascii() {
            true => name.eq_ignore_ascii_case(&self.folded),
            false => fold_name(name) == self.folded,
        }
    }

    /// By rank, which policies have the name: exactly as it was written; if no policy does, equal
    /// after folding; if none is, by the glob. `names` are the names of all policies, by rank.
    ///
    /// # Errors
    ///
    /// No policy has the name, or it is a bad glob.
    pub fn policies(&self, field: NameField, names: &[&str]) -> Result<Vec<bool>, NameError> {
        let names = || names.iter().copied();
        let mut set: Vec<bool> = names().map(|name| name == self.exact).collect();
        if !set.contains(&true) {
            set = names().map(|name| self.is_whole(name)).collect();
        }
        if let (Some(glob), false) = (&self.glob, set.contains(&true)) {
            let glob = glob.as_ref().map_err(|reason| NameError::BadGlob {
                glob: self.exact.clone(),
                reason: reason.clone(),
            })?;
            set = names().map(|name| glob.matches(name)).collect();
        }
        if set.contains(&true) {
            return Ok(set);
        }
        let near = near(&self.folded, names());
        Err(NameError::Unknown { field, name: self.exact.clone(), near })
    }
}

/// A glob over names.
#[derive(Debug)]
struct NameGlob {
    /// Over folded names.
    folded: Pattern,
    /// Over names in lower case, in which every letter is one character: `?` stands for `ß`, which
    /// is folded to two letters.
    lower: Pattern,
}

impl NameGlob {
    /// The glob, or the reason of the library why it is none.
    fn new(exact: &str, folded: &str) -> Result<Self, String> {
        let parsed =
            |glob: &str| Pattern::new(&as_pattern(glob)).map_err(|error| error.msg.to_owned());
        Ok(Self { folded: parsed(folded)?, lower: parsed(&exact.to_lowercase())? })
    }

    fn matches(&self, name: &str) -> bool {
        let options = MatchOptions::default();
        self.folded.matches_with(&fold_name(name), options)
            || self.lower.matches_with(&name.to_lowercase(), options)
    }
}

/// The glob in the form of the library: `[^a]` becomes `[!a]`, and `**`, which means folders
/// there, becomes `*`.
fn as_pattern(glob: &str) -> String {
    let mut pattern = glob.replace("[^", "[!");
    while pattern.contains("**") {
        pattern = pattern.replace("**", "*");
    }
    pattern
}

/// The names most like `wanted`, best first: names with all of its words, then names that contain
/// it, then names that are spelt nearly so. `names` has a name for each policy; names with the
/// words come in the order of their numbers of policies.
fn near<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let near = counts
        .into_iter()
        .filter_map(|(name, count)| Some((Nearness::of(wanted, name, count)?, name)));
    let mut near: Vec<_> = near.collect();
    near.sort_by(|(a, a_name), (b, b_name)| b.compare(a).then(a_name.cmp(b_name)));
    near.into_iter().take(NEAR_NAMES).map(|(_, name)| name.to_owned()).collect()
}

/// How near a name is.
struct Nearness {
    /// 2 for a name that begins with the words, 1 for one that has them, 0 for all others.
    words: u8,
    /// The number of policies with the name, if it has the words.
    policies: usize,
    /// How alike the spellings are, from 0 to 1.
    likeness: f64,
}

impl Nearness {
    /// How near `name` is to `wanted`, which is folded. `None`: it is not.
    fn of(wanted: &str, name: &str, policies: usize) -> Option<Self> {
        let folded = fold_name(name);
        let likeness = strsim::normalized_damerau_levenshtein(wanted, &folded);
        let words = match word_position(wanted, &folded) {
            Some(0) => 2,
            Some(_) => 1,
            None => 0,
        };
        let contains = wanted.chars().count() > 2 && folded.contains(wanted);
        let likeness = if contains { likeness.max(NEAR) } else { likeness };
        let policies = if words > 0 { policies } else { 0 };
        (words > 0 || likeness >= NEAR).then_some(Self { words, policies, likeness })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let by_words = (self.words, self.policies).cmp(&(other.words, other.policies));
        by_words.then(self.likeness.total_cmp(&other.likeness))
    }
}

/// The number of the word of `name` with which the words of `wanted` begin; `None` if it does not
/// have them. Both are folded.
fn word_position(wanted: &str, name: &str) -> Option<usize> {
    let words = |text| tokens(text).map(|token| &text[token.range]).collect::<Vec<&str>>();
    let (wanted, name) = (words(wanted), words(name));
    if wanted.is_empty() {
        return None;
    }
    name.windows(wanted.len()).position(|words| words == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fits(pattern: &str, name: &str) -> bool {
        NamePattern::new(pattern).matches(name)
    }

    #[test]
    fn names_are_equal_after_folding() {
        for (pattern, name) in [
            ("SOCIÉTÉ", "Socie\u{301}te\u{301}"),
            ("strasse", "Straße"),
            ("IŞIK", "ışık"),
            ("Acme [Beta]", "acme [beta]"),
            ("b**", "B**"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        assert!(!fits("a.b", "a b"));
    }

    #[test]
    fn globs_are_over_letters() {
        for (pattern, name) in [
            ("caf?", "Café"),
            ("*.EXAMPLE", "a.example"),
            ("a**b", "a/{b"),
            ("[^x]b", "éb"),
            ("[a-c]?", "B1"),
            ("{a}", "{A}"),
            ("stra?e", "Straße"),
            ("*ﬁn*", "Infinity"),
            ("SOCI?TÉ*", "Socie\u{301}te\u{301} Une"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        assert!(!fits("[!x]b", "xb"));
        assert!(fits("[ab", "[AB") && !fits("[ab", "a"));
    }

    #[test]
    fn near_names_are_near() {
        let names = ["datagrove.example", "harbor-chat.example", "linden-bank.example"];
        assert_eq!(near("datagrov.example", names.into_iter()), ["datagrove.example"]);
        assert_eq!(near("linden", names.into_iter()), ["linden-bank.example"]);
        assert_eq!(near("example.com", names.into_iter()), [""; 0]);
    }

    #[test]
    fn names_with_the_words_come_first() {
        let policy = ["Privacy Policy", "Privacy Policy", "Privacy Notice", "Kids Privacy"];
        let others = ["Privaci", "Privacyland"];
        let names = || others.into_iter().chain(policy);
        assert_eq!(near("privacy", names()), ["Privacy Policy", "Privacy Notice", "Kids Privacy"]);
        assert_eq!(near("policy privacy", names()), [""; 0]);
        assert_eq!(near("privac", names()), ["Privaci", "Kids Privacy", "Privacy Notice"]);
    }
}
