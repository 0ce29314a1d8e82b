//! Path patterns: how the paths of a corpus name company, policy type and date.
//!
//! A pattern looks like `{company}/{type}/{date}.md`. `*` matches any characters of one part of a
//! path, and `**` any number of parts.

use std::collections::HashSet;

use super::form::PartialKey;
use crate::corpus::read_options::ReadOptions;
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

/// A piece of one part of a path in a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPiece {
    Literal(String),
    Named(NamedPart),
    /// `*`: any characters.
    Any,
}

/// What a pattern says about the parts of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPart {
    /// One part that consists of these pieces.
    One(Vec<PatternPiece>),
    /// `**`: any number of parts, also none.
    AnyNumber,
}

/// A pattern of paths. `{company}` and `{type}` match something of one part of a path, at least one
/// character and as short as possible. `{date}` matches only a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus) struct PathPattern {
    parts: Vec<PatternPart>,
}

/// What else may name the company of a corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus) enum CompanySource {
    /// The pattern alone.
    Pattern,
    /// Pages of web archives, by their hosts.
    Host,
}

impl PathPattern {
    /// Returns the pattern of these options, if they have one.
    ///
    /// # Errors
    ///
    /// The pattern has an unknown name, an unmatched brace, a repeated name, or something beside
    /// `**` in one part; or the company is named by nothing, or by both the pattern and the
    /// options.
    pub fn of(options: &ReadOptions, source: CompanySource) -> Result<Option<Self>> {
        let Some(text) = options.path.as_deref() else { return Ok(None) };
        Self::parse(text, options.company.is_some(), source).map(Some)
    }

    /// Parses a pattern. `has_company`: whether the options give the company.
    fn parse(text: &str, has_company: bool, source: CompanySource) -> Result<Self> {
        let rest = text.strip_prefix("./").unwrap_or(text);
        let mut parser = PatternParser { text, rest, seen: Vec::new(), has_company };
        let mut parts = vec![parser.part()?];
        while let Some(rest) = parser.rest.strip_prefix('/') {
            parser.rest = rest;
            parts.push(parser.part()?);
        }
        match (has_company, parser.seen.contains(&NamedPart::Company)) {
            (false, false) if source == CompanySource::Pattern => {
                Err(parser.error("`{company}` is missing"))
            }
            (true, true) => {
                let at = text.find("{company}").unwrap_or(0);
                parser.rest = &text[at..];
                Err(parser.error("`{company}` is not needed where the company is given"))
            }
            _ => Ok(Self { parts }),
        }
    }

    /// Whether paths name the date.
    pub fn has_date(&self) -> bool {
        let date = PatternPiece::Named(NamedPart::Date);
        let has = |part: &PatternPart| match part {
            PatternPart::One(pieces) => pieces.contains(&date),
            PatternPart::AnyNumber => false,
        };
        self.parts.iter().any(has)
    }

    /// Returns what a path names, or `None` if it does not match.
    pub fn key_of(&self, path: &str) -> Option<PartialKey> {
        let path: Vec<&str> = path.split('/').collect();
        let mut key = PartialKey::default();
        let (mut next, mut at) = (0, 0);
        // The last `**` takes one part more when what follows it does not match. An earlier one
        // never has to: what follows it matched as early as possible.
        let mut retry = None;
        loop {
            match (self.parts.get(next), path.get(at)) {
                (Some(PatternPart::AnyNumber), _) => {
                    next += 1;
                    retry = Some((next, at));
                }
                (Some(PatternPart::One(pieces)), Some(part))
                    if part.len() <= MAX_PART_BYTES
                        && matches(pieces, part, &mut key, &mut HashSet::new()) =>
                {
                    (next, at) = (next + 1, at + 1);
                }
                (None, None) => return Some(key),
                _ => {
                    let (part, start) = retry.filter(|(_, start)| *start < path.len())?;
                    (next, at) = (part, start + 1);
                    retry = Some((part, start + 1));
                }
            }
        }
    }
}

/// The state of parsing a pattern.
struct PatternParser<'t> {
    text: &'t str,
    /// The part of the text that is not parsed yet.
    rest: &'t str,
    /// The names so far.
    seen: Vec<NamedPart>,
    /// Whether the company is known without the pattern.
    has_company: bool,
}

impl PatternParser<'_> {
    /// Parses up to the next `/` or the end.
    fn part(&mut self) -> Result<PatternPart> {
        let end = self.rest.find('/').unwrap_or(self.rest.len());
        if &self.rest[..end] == "**" {
            self.rest = &self.rest[end..];
            return Ok(PatternPart::AnyNumber);
        }
        let mut pieces = Vec::new();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '/' => break,
                '{' => pieces.push(PatternPiece::Named(self.name()?)),
                '}' => return Err(self.error("`}` has no `{`")),
                '*' if self.rest.starts_with("**") => {
                    return Err(self.error("`**` stands between `/`, with nothing beside it"));
                }
                '*' => {
                    pieces.push(PatternPiece::Any);
                    self.rest = &self.rest[1..];
                }
                _ => {
                    let end = self.rest.find(['/', '{', '}', '*']).unwrap_or(self.rest.len());
                    pieces.push(PatternPiece::Literal(self.rest[..end].to_owned()));
                    self.rest = &self.rest[end..];
                }
            }
        }
        Ok(PatternPart::One(pieces))
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
        let (pattern, has_company) = (self.text.to_owned(), self.has_company);
        Error::BadPathPattern { pattern, what: what.into(), column, has_company }
    }
}

/// Whether the pieces match the whole text. Sets what the names match. `dead` are the numbers of
/// pieces and of bytes at the end that are known not to match: without them, the time would grow
/// exponentially with the number of stars.
fn matches(
    pieces: &[PatternPiece],
    text: &str,
    key: &mut PartialKey,
    dead: &mut HashSet<(usize, usize)>,
) -> bool {
    let (piece, rest) = match pieces {
        [] => return text.is_empty(),
        [PatternPiece::Literal(literal), rest @ ..] => {
            let text = text.strip_prefix(literal.as_str());
            return text.is_some_and(|text| matches(rest, text, key, dead));
        }
        [piece, rest @ ..] => (piece, rest),
    };
    let state = (pieces.len(), text.len());
    if dead.contains(&state) {
        return false;
    }
    // The shortest match is tried first.
    let mut ends = text.char_indices().map(|(end, _)| end).chain([text.len()]);
    let is_match = ends.any(|end| {
        let (taken, after) = text.split_at(end);
        let may_take = match piece {
            PatternPiece::Named(name) => set(*name, taken, key),
            _ => true,
        };
        may_take && matches(rest, after, key, dead)
    });
    if !is_match {
        dead.insert(state);
    }
    is_match
}

/// Sets what a name matches. Returns whether the name can match this text.
fn set(name: NamedPart, text: &str, key: &mut PartialKey) -> bool {
    match name {
        _ if text.is_empty() => return false,
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
        let has_company = !pattern.contains("{company}");
        let source = CompanySource::Pattern;
        let key = PathPattern::parse(pattern, has_company, source).unwrap().key_of(path)?;
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
    fn stars_stand_for_parts() {
        let named = |company: &str, policy_type: &str| three(company, policy_type, "");
        for (pattern, path, expected) in [
            // `*` is one part, or something of one part.
            ("*/{company}/{type}.md", "x/acme/terms.md", named("acme", "terms")),
            ("*/{company}/{type}.md", "acme/terms.md", None),
            ("*/{company}/{type}.md", "x/y/acme/terms.md", None),
            ("{company}/*", "acme/any thing.txt", named("acme", "")),
            ("{company}/{type}*.md", "acme/terms.md", named("acme", "t")),
            ("{company}/{type}-*.md", "acme/terms-v2.md", named("acme", "terms")),
            ("{company}/{type}.*", "acme/terms.html", named("acme", "terms")),
            ("*-{company}.md", "1-2-acme.md", named("2-acme", "")),
            ("*{company}.md", "acme.md", named("acme", "")),
            ("żó*w/{company}", "żółw/Ü", named("Ü", "")),
            // `**` is any number of parts, also none, and as few as possible.
            ("**/{company}/{type}.md", "acme/terms.md", named("acme", "terms")),
            ("**/{company}/{type}.md", "x/y/z/acme/terms.md", named("acme", "terms")),
            ("**/{company}/{type}.md", "terms.md", None),
            ("{company}/**/{type}.md", "acme/terms.md", named("acme", "terms")),
            ("{company}/**/{type}.md", "acme/x/y/terms.md", named("acme", "terms")),
            ("{company}/**/{type}.md", "acme/x/y/terms.txt", None),
            ("{company}/**", "acme", named("acme", "")),
            ("{company}/**", "acme/x/y", named("acme", "")),
            ("**/p/{company}/**/q/*.md", "p/p/acme/q/q/q/t.md", named("p", "")),
            ("**/p/{company}/**/q/*.md", "p/acme/q/r/t.md", None),
            ("**/**/{company}.md", "a/b.md", named("b", "")),
            ("**/x/*/{company}.md", "x/y/x/z/acme.md", named("acme", "")),
            // Where the company is given, a pattern needs no name at all.
            ("{type}.md", "terms.md", named("", "terms")),
            ("**", "a/b/c", named("", "")),
            ("privacy.md", "privacy.md", named("", "")),
            ("privacy.md", "terms.md", None),
            ("*", "a/b", None),
        ] {
            assert_eq!(read(pattern, path), expected, "{pattern} {path}");
        }
        let date = "2001-02-03T00:00:00Z";
        assert_eq!(read("**/{date}/**", "x/2001-02-30/2001-02-03/y"), three("", "", date));
        assert_eq!(read("**/{date}*", "2001-02-03-final.md"), three("", "", date));
    }

    #[test]
    fn long_paths_end() {
        let path = "a/".repeat(2000) + "b";
        assert_eq!(read(&("**/a/".repeat(200) + "{company}/c"), &path), None);
        let part = "a".repeat(MAX_PART_BYTES);
        for pattern in ["*a".repeat(40) + "b", "a*{company}*{type}*".to_owned() + "a*b{date}"] {
            assert_eq!(read(&pattern, &part), None, "{pattern}");
        }
        let company = "a".repeat(MAX_PART_BYTES - 40);
        assert_eq!(read(&("{company}".to_owned() + &"*a".repeat(40)), &part).unwrap().0, "a");
        assert_eq!(read(&("{company}".to_owned() + &"a".repeat(40)), &part).unwrap().0, company);
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
            ("*/**.md", "`**` stands between `/`, with nothing beside it (column 3)"),
            ("{company}**", "`**` stands between `/`, with nothing beside it (column 10)"),
            ("***/{company}", "`**` stands between `/`, with nothing beside it (column 1)"),
        ] {
            let error =
                PathPattern::parse(pattern, false, CompanySource::Pattern).unwrap_err().to_string();
            assert!(error.starts_with(&format!("'{pattern}': {what}; write")), "{error}");
        }
        let source = CompanySource::Host;
        PathPattern::parse("{type}.md", false, source).unwrap();
        let error = PathPattern::parse("{company}/*", true, source).unwrap_err().to_string();
        assert!(error.contains("`{company}` is not needed where the company is given"), "{error}");
        assert!(
            default_time("soon")
                .unwrap_err()
                .to_string()
                .starts_with("'soon': no such date; write YYYY")
        );
    }
}
