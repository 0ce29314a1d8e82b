//! Path patterns: how the paths of a corpus name company, policy type and date.
//!
//! A pattern looks like `{company}/{type}/{date}.md`.

use super::form::PartialKey;
use crate::corpus::times::{TIME_FORMS, archive_time};
use crate::error::{Error, Result};
use crate::model::ArchiveTime;

/// The longest part of a path that is matched, in bytes. Matching takes time that grows with the
/// square of the length, and real parts are shorter.
const MAX_PART_BYTES: usize = 1024;

/// A name between braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamedPart {
    Company,
    Type,
    Date,
}

/// The names as they are written in a pattern.
const NAMES: [(&str, NamedPart); 3] =
    [("company", NamedPart::Company), ("type", NamedPart::Type), ("date", NamedPart::Date)];

/// A piece of one path component in a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPiece {
    Literal(String),
    Named(NamedPart),
}

/// A pattern of paths. `{company}` and `{type}` match part of one path component, at least one
/// character and as short as possible. `{date}` matches only a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus) struct PathPattern {
    /// The pieces of each path component.
    components: Vec<Vec<PatternPiece>>,
}

impl PathPattern {
    /// Parses a pattern.
    ///
    /// # Errors
    ///
    /// The pattern has an unknown name, an unmatched brace, a repeated name, or no `{company}`.
    pub fn parse(text: &str) -> Result<Self> {
        let rest = text.strip_prefix("./").unwrap_or(text);
        let mut parser = PatternParser { text, rest, seen: Vec::new() };
        let mut components = vec![parser.component()?];
        while let Some(rest) = parser.rest.strip_prefix('/') {
            parser.rest = rest;
            components.push(parser.component()?);
        }
        if !parser.seen.contains(&NamedPart::Company) {
            return Err(parser.error("`{company}` is missing"));
        }
        Ok(Self { components })
    }

    /// Whether paths name the date.
    pub fn has_date(&self) -> bool {
        let date = PatternPiece::Named(NamedPart::Date);
        self.components.iter().flatten().any(|piece| *piece == date)
    }

    /// Returns what a path names, or `None` if it does not match.
    pub fn key_of(&self, path: &str) -> Option<PartialKey> {
        let mut key = PartialKey::default();
        let mut components = path.split('/');
        for pieces in &self.components {
            let component = components.next()?;
            if component.len() > MAX_PART_BYTES || !matches(pieces, component, &mut key) {
                return None;
            }
        }
        components.next().is_none().then_some(key)
    }
}

/// The state of parsing a pattern.
struct PatternParser<'t> {
    text: &'t str,
    /// The part of the text that is not parsed yet.
    rest: &'t str,
    /// The names so far.
    seen: Vec<NamedPart>,
}

impl PatternParser<'_> {
    /// Parses up to the next `/` or the end.
    fn component(&mut self) -> Result<Vec<PatternPiece>> {
        let mut pieces = Vec::new();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '/' => break,
                '{' => pieces.push(PatternPiece::Named(self.name()?)),
                '}' => return Err(self.error("`}` has no `{`")),
                _ => {
                    let end = self.rest.find(['/', '{', '}']).unwrap_or(self.rest.len());
                    pieces.push(PatternPiece::Literal(self.rest[..end].to_owned()));
                    self.rest = &self.rest[end..];
                }
            }
        }
        Ok(pieces)
    }

    /// Parses a name in braces.
    fn name(&mut self) -> Result<NamedPart> {
        let Some((written, rest)) = self.rest[1..].split_once('}') else {
            return Err(self.error("`{` has no `}`"));
        };
        let Some((_, name)) = NAMES.into_iter().find(|(name, _)| *name == written) else {
            return Err(self.error(format!("`{{{written}}}` is not a known name")));
        };
        if self.seen.contains(&name) {
            return Err(self.error(format!("`{{{written}}}` occurs twice")));
        }
        self.seen.push(name);
        self.rest = rest;
        Ok(name)
    }

    /// The error for a mistake at the start of the rest.
    fn error(&self, what: impl Into<String>) -> Error {
        let before = &self.text[..self.text.len() - self.rest.len()];
        let column = before.chars().count() + 1;
        Error::BadPathPattern { pattern: self.text.to_owned(), what: what.into(), column }
    }
}

/// Whether the pieces match the whole text. Sets what the names match.
fn matches(pieces: &[PatternPiece], text: &str, key: &mut PartialKey) -> bool {
    match pieces {
        [] => text.is_empty(),
        [PatternPiece::Literal(literal), rest @ ..] => {
            text.strip_prefix(literal.as_str()).is_some_and(|text| matches(rest, text, key))
        }
        [PatternPiece::Named(name), rest @ ..] => {
            // Try the shortest match first.
            text.char_indices()
                .map(|(start, c)| start + c.len_utf8())
                .any(|end| set(*name, &text[..end], key) && matches(rest, &text[end..], key))
        }
    }
}

/// Sets what a name matches. Returns whether the name can match this text.
fn set(name: NamedPart, text: &str, key: &mut PartialKey) -> bool {
    match name {
        NamedPart::Company => key.company = Some(text.to_owned()),
        NamedPart::Type => key.policy_type = Some(text.to_owned()),
        NamedPart::Date => {
            key.time = archive_time(text);
            return key.time.is_some();
        }
    }
    true
}

/// Reads the archive date of the options.
///
/// # Errors
///
/// The text is not a date.
pub(super) fn default_time(text: &str) -> Result<ArchiveTime> {
    archive_time(text)
        .ok_or_else(|| Error::BadDefaultDate { date: text.to_owned(), forms: TIME_FORMS })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, path: &str) -> Option<(String, String, String)> {
        let key = PathPattern::parse(pattern).unwrap().key_of(path)?;
        let date = key.time.map(|time| time.rfc3339()).unwrap_or_default();
        Some((key.company.unwrap_or_default(), key.policy_type.unwrap_or_default(), date))
    }

    fn three(company: &str, policy_type: &str, date: &str) -> Option<(String, String, String)> {
        Some((company.to_owned(), policy_type.to_owned(), date.to_owned()))
    }

    #[test]
    fn paths_name_policies() {
        let day = "2001-02-03T00:00:00Z";
        let pattern = "{company}/{type}/{date}.md";
        assert_eq!(
            read(pattern, "Acme, Inc./Terms/2001-02-03.md"),
            three("Acme, Inc.", "Terms", day)
        );
        assert_eq!(read(pattern, "żółw/Ü/20010203.md"), three("żółw", "Ü", day));
        for path in [
            "Acme/2001-02-03.md",
            "a/Acme/Terms/2001-02-03.md",
            "Acme/Terms/2001-02-30.md",
            "Acme/Terms/2001-02-03.txt",
            "/Terms/2001-02-03.md",
            "Acme/Terms/README.md",
            "",
        ] {
            assert_eq!(read(pattern, path), None, "{path}");
        }
        // A name matches as little as possible, and a date must be a date.
        assert_eq!(
            read("{company}-{date}.txt", "acme-inc-2001-02-03.txt"),
            three("acme-inc", "", day)
        );
        assert_eq!(read("{company}_{type}.md", "acme_terms_of.md"), three("acme", "terms_of", ""));
        assert_eq!(read("./p/{date}{company}", "p/20010203acme"), three("acme", "", day));
        assert_eq!(
            read("x/{date}/{company}.html", "x/20010203040506/a.b.html"),
            three("a.b", "", "2001-02-03T04:05:06Z")
        );
        assert_eq!(read("{company}", &"a".repeat(MAX_PART_BYTES + 1)), None);
    }

    #[test]
    fn errors_point() {
        for (pattern, what) in [
            ("{type}/{date}.md", "`{company}` is missing (column 17)"),
            ("{company}/{service}.md", "`{service}` is not a known name (column 11)"),
            ("{company", "`{` has no `}` (column 1)"),
            ("ż/company}", "`}` has no `{` (column 10)"),
            ("{company}/{company}", "`{company}` occurs twice (column 11)"),
            ("", "`{company}` is missing (column 1)"),
        ] {
            let error = PathPattern::parse(pattern).unwrap_err().to_string();
            assert!(error.starts_with(&format!("'{pattern}': {what}; write")), "{error}");
        }
        assert!(
            default_time("soon")
                .unwrap_err()
                .to_string()
                .starts_with("'soon': no such date; write YYYY")
        );
    }
}
