//! Matches names of companies, policy types and collections as users write them.
//!
//! A name is whole, in any case, or a glob.

use glob::{MatchOptions, Pattern};

use crate::error::Error;
use crate::index::{PolicyEntry, PolicyTable};

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
    fn of(self, entry: &PolicyEntry) -> &str {
        match self {
            NameField::Company => &entry.key.company,
            NameField::Type => &entry.key.policy_type,
            NameField::Collection => &entry.key.collection,
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

/// A pattern for one name, in which `*`, `?` and `[` mean themselves.
pub(crate) fn literal_name(name: &str) -> String {
    Pattern::escape(name)
}

/// A whole name, or a glob if it has `*`, `?` or `[`.
#[derive(Debug)]
pub(crate) struct NamePattern {
    written: String,
    folded: String,
    glob: Option<Pattern>,
}

impl NamePattern {
    /// Reads a name or a glob as a user wrote it.
    ///
    /// # Errors
    ///
    /// It has `*`, `?` or `[`, but is no glob.
    pub fn new(written: &str) -> Result<Self, NameError> {
        let folded = written.to_lowercase();
        let glob = match written.contains(['*', '?', '[']) {
            false => None,
            true => {
                let glob = Pattern::new(&as_pattern(&folded));
                Some(glob.map_err(|error| NameError::BadGlob {
                    glob: written.to_owned(),
                    reason: error.msg.to_owned(),
                })?)
            }
        };
        Ok(Self { written: written.to_owned(), folded, glob })
    }

    /// Whether `name` matches.
    pub fn matches(&self, name: &str) -> bool {
        let folded = name.to_lowercase();
        match &self.glob {
            Some(glob) => glob.matches_with(&folded, MatchOptions::default()),
            None => folded == self.folded,
        }
    }

    /// By rank, which policies have a name that matches.
    ///
    /// # Errors
    ///
    /// No policy has one.
    pub fn policies(
        &self,
        field: NameField,
        policies: &PolicyTable,
    ) -> Result<Vec<bool>, NameError> {
        let set: Vec<bool> =
            policies.entries().iter().map(|entry| self.matches(field.of(entry))).collect();
        if set.contains(&true) {
            return Ok(set);
        }
        let near = near(&self.folded, policies.entries().iter().map(|entry| field.of(entry)));
        Err(NameError::Unknown { field, name: self.written.clone(), near })
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

/// The names most like `wanted`, best first. A name that contains `wanted` counts as near.
fn near<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> = names
        .map(|name| (likeness(wanted, name), name))
        .filter(|&(likeness, _)| likeness >= NEAR)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(NEAR_NAMES).map(|(_, name)| name.to_owned()).collect()
}

/// How alike two names are, from 0 to 1. `wanted` is folded.
fn likeness(wanted: &str, name: &str) -> f64 {
    let folded = name.to_lowercase();
    let contains = wanted.chars().count() > 2 && folded.contains(wanted);
    let likeness = strsim::normalized_damerau_levenshtein(wanted, &folded);
    if contains { likeness.max(NEAR) } else { likeness }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_over_letters() {
        let fits = |pattern: &str, name: &str| {
            NamePattern::new(pattern).map(|pattern| pattern.matches(name))
        };
        for (pattern, name) in [
            ("caf?", "Café"),
            ("*.EXAMPLE", "a.example"),
            ("a**b", "a/{b"),
            ("[^x]b", "éb"),
            ("[a-c]?", "B1"),
            ("{a}", "{A}"),
        ] {
            assert_eq!(fits(pattern, name), Ok(true), "{pattern} {name}");
        }
        assert_eq!(fits("[!x]b", "xb"), Ok(false));
        assert!(fits("[ab", "a").is_err());
    }

    #[test]
    fn a_literal_name_matches_itself_only() {
        for (name, other) in [("a[1]", "a1"), ("b*", "bc"), ("c?**", "cde"), ("[^d]", "e")] {
            let pattern = NamePattern::new(&literal_name(name)).unwrap();
            assert!(pattern.matches(name) && !pattern.matches(other), "{name}");
        }
        assert_eq!(literal_name("ssh.com"), "ssh.com");
    }

    #[test]
    fn near_names_are_near() {
        let names = ["datagrove.example", "harbor-chat.example", "linden-bank.example"];
        assert_eq!(near("datagrov.example", names.into_iter()), ["datagrove.example"]);
        assert_eq!(near("linden", names.into_iter()), ["linden-bank.example"]);
        assert_eq!(near("example.com", names.into_iter()), [""; 0]);
    }
}
