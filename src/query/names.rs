//! Names of companies, types and collections as users give them: whole, in any case, or as a glob.

use glob::{MatchOptions, Pattern};

use crate::index::{PolicyEntry, PolicyTable};

/// How many near names an error offers.
const NEAR_NAMES: usize = 3;
/// How alike (Damerau-Levenshtein over the longer length, 0 to 1) a name must be to be offered. Sites share their endings: at less than
/// this `.example` alone makes two names alike.
const NEAR: f64 = 0.7;

/// Which name of a policy is meant.
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

    fn word(self) -> &'static str {
        match self {
            NameField::Company => "company",
            NameField::Type => "policy type",
            NameField::Collection => "collection",
        }
    }
}

/// A name that is no glob, or that nothing has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NameError {
    pub message: String,
    pub hint: Option<String>,
}

impl std::fmt::Display for NameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.hint {
            Some(hint) => write!(f, "{}; {hint}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// A whole name, or a glob if it has `*`, `?` or `[`.
#[derive(Debug)]
pub(crate) struct NamePattern {
    written: String,
    folded: String,
    glob: Option<Pattern>,
}

impl NamePattern {
    pub fn new(written: &str) -> Result<Self, NameError> {
        let folded = written.to_lowercase();
        let glob = match written.contains(['*', '?', '[']) {
            false => None,
            true => Some(Pattern::new(&as_pattern(&folded)).map_err(|error| NameError {
                message: format!("`{written}` is no glob: {}", error.msg),
                hint: None,
            })?),
        };
        Ok(Self { written: written.to_owned(), folded, glob })
    }

    pub fn fits(&self, name: &str) -> bool {
        let folded = name.to_lowercase();
        match &self.glob {
            Some(glob) => glob.matches_with(&folded, MatchOptions::default()),
            None => folded == self.folded,
        }
    }

    /// Which policies (by rank) have a name that fits; an error if none has.
    pub fn policies(
        &self,
        field: NameField,
        policies: &PolicyTable,
    ) -> Result<Vec<bool>, NameError> {
        let set: Vec<bool> =
            policies.entries().iter().map(|entry| self.fits(field.of(entry))).collect();
        if set.contains(&true) {
            return Ok(set);
        }
        let near = near(&self.folded, policies.entries().iter().map(|entry| field.of(entry)));
        let hint = (!near.is_empty()).then(|| format!("did you mean {}?", near.join(", ")));
        Err(NameError {
            message: format!("no {} `{}` in the index", field.word(), self.written),
            hint,
        })
    }
}

/// The glob as the library writes it: `[^a]` is `[!a]`, and `**`, which means folders there, is `*`.
fn as_pattern(glob: &str) -> String {
    let mut pattern = glob.replace("[^", "[!");
    while pattern.contains("**") {
        pattern = pattern.replace("**", "*");
    }
    pattern
}

/// The names most like `wanted`, best first; those that have it as a part count as near.
fn near<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let likeness = |name: &str| {
        let folded = name.to_lowercase();
        let is_part = wanted.chars().count() > 2 && folded.contains(wanted);
        strsim::normalized_damerau_levenshtein(wanted, &folded).max(if is_part {
            NEAR
        } else {
            0.0
        })
    };
    let mut scored: Vec<(f64, &str)> =
        names.map(|name| (likeness(name), name)).filter(|&(score, _)| score >= NEAR).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(NEAR_NAMES).map(|(_, name)| format!("`{name}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_are_over_letters() {
        let fits =
            |pattern: &str, name: &str| NamePattern::new(pattern).map(|pattern| pattern.fits(name));
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
    fn near_names_are_near() {
        let names = ["datagrove.example", "harbor-chat.example", "linden-bank.example"];
        assert_eq!(near("datagrov.example", names.into_iter()), ["`datagrove.example`"]);
        assert_eq!(near("linden", names.into_iter()), ["`linden-bank.example`"]);
        assert_eq!(near("example.com", names.into_iter()), [""; 0]);
    }
}
