//! Names of companies, types and collections as users give them: whole, in any case, or as a glob.

use crate::index::{Policies, PolicyEntry};

/// How many near names an error offers.
const NEAR_NAMES: usize = 3;
/// How alike (Jaro-Winkler, 0 to 1) a name must be to be offered.
const NEAR: f64 = 0.75;

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

/// A glob over the letters of a name: `*` is any number of them, `?` one, `[a-z]` one of these, `[!a-z]` one of the others.
///
/// Not the globs of files: in names, braces, backslashes and slashes mean themselves, and a letter is one, however many bytes it has.
#[derive(Debug)]
struct Glob(Vec<Part>);

#[derive(Debug)]
enum Part {
    Any,
    One,
    Letter(char),
    /// Ranges, first and last included, and whether the letter must be outside them.
    Class(Vec<(char, char)>, bool),
}

impl Glob {
    /// `None`: a `[` without its `]`.
    fn new(glob: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = glob;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            parts.push(match c {
                '*' => Part::Any,
                '?' => Part::One,
                '[' => {
                    let members = rest.strip_prefix(['!', '^']);
                    let body = members.unwrap_or(rest);
                    // A `]` right after the opening is a member.
                    let first = body.chars().next()?.len_utf8();
                    let end = first + body[first..].find(']')?;
                    rest = &body[end + 1..];
                    Part::Class(ranges(&body[..end]), members.is_some())
                }
                letter => Part::Letter(letter),
            });
        }
        Some(Self(parts))
    }

    fn is_match(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut part, mut at) = (0, 0);
        // Where the last `*` stands, and how far it reaches: only the last one need ever be moved.
        let mut star: Option<(usize, usize)> = None;
        loop {
            match (self.0.get(part), name.get(at)) {
                (None, None) => return true,
                (Some(Part::Any), _) => {
                    star = Some((part, at));
                    part += 1;
                }
                (Some(one), Some(&c)) if one.fits(c) => (part, at) = (part + 1, at + 1),
                _ => match star {
                    Some((any, reach)) if reach < name.len() => {
                        star = Some((any, reach + 1));
                        (part, at) = (any + 1, reach + 1);
                    }
                    _ => return false,
                },
            }
        }
    }
}

impl Part {
    fn fits(&self, c: char) -> bool {
        match self {
            Part::Any => false,
            Part::One => true,
            Part::Letter(letter) => *letter == c,
            Part::Class(ranges, is_outside) => {
                ranges.iter().any(|&(first, last)| (first..=last).contains(&c)) != *is_outside
            }
        }
    }
}

fn ranges(members: &str) -> Vec<(char, char)> {
    let members: Vec<char> = members.chars().collect();
    let mut ranges = Vec::new();
    let mut rest = members.as_slice();
    loop {
        rest = match rest {
            [first, '-', last, rest @ ..] => {
                ranges.push((*first, *last));
                rest
            }
            [one, rest @ ..] => {
                ranges.push((*one, *one));
                rest
            }
            [] => return ranges,
        };
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
    glob: Option<Glob>,
}

impl NamePattern {
    pub fn new(written: &str) -> Result<Self, NameError> {
        let folded = written.to_lowercase();
        let glob = match written.contains(['*', '?', '[']) {
            false => None,
            true => Some(Glob::new(&folded).ok_or_else(|| NameError {
                message: format!("`{written}` is no glob: unclosed character class; missing ']'"),
                hint: None,
            })?),
        };
        Ok(Self { written: written.to_owned(), folded, glob })
    }

    fn fits(&self, name: &str) -> bool {
        let folded = name.to_lowercase();
        match &self.glob {
            Some(glob) => glob.is_match(&folded),
            None => folded == self.folded,
        }
    }

    /// Which policies (by rank) have a name that fits; an error if none has.
    pub fn policies(&self, field: NameField, policies: &Policies) -> Result<Vec<bool>, NameError> {
        let set: Vec<bool> = policies.entries().iter().map(|entry| self.fits(field.of(entry))).collect();
        if set.contains(&true) {
            return Ok(set);
        }
        let near = near(&self.folded, policies.entries().iter().map(|entry| field.of(entry)));
        let hint = (!near.is_empty()).then(|| format!("did you mean {}?", near.join(", ")));
        Err(NameError { message: format!("no {} `{}` in the index", field.word(), self.written), hint })
    }
}

/// The names most like `wanted`, best first.
fn near<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> = names
        .map(|name| (strsim::jaro_winkler(wanted, &name.to_lowercase()), name))
        .filter(|&(score, _)| score >= NEAR)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(NEAR_NAMES).map(|(_, name)| format!("`{name}`")).collect()
}
