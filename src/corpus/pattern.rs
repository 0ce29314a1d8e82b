//! `--path`: where paths say whose policy a file is, of which type, and of when.

use super::forms::Claims;
use super::times::{TIME_FORMS, archive_time};
use crate::error::{Error, Result};

/// No part of a path in use is longer, and matching takes the square of it.
const MAX_PART: usize = 1024;

/// What a path can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Company,
    Type,
    Date,
}

/// The names between braces.
const NAMES: [(&str, Name); 3] =
    [("company", Name::Company), ("type", Name::Type), ("date", Name::Date)];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(String),
    Name(Name),
}

/// A pattern of paths: `{company}/{type}/{date}.md`. A name stands for some of one part of a path, as little as fits; `{date}` only for what
/// is a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// Of each part of the path.
    parts: Vec<Vec<Token>>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// An unknown name, a brace without its other, the same name twice, no `{company}`.
    pub fn parse(text: &str) -> Result<Self> {
        let mut pattern = Self { parts: vec![Vec::new()] };
        let mut seen = Vec::new();
        let mut rest = text.strip_prefix("./").unwrap_or(text);
        while let Some(c) = rest.chars().next() {
            let error = |what: String| usage(text, text.len() - rest.len(), &what);
            if c == '/' {
                pattern.parts.push(Vec::new());
                rest = &rest[1..];
            } else if let Some(after) = rest.strip_prefix('{') {
                let Some((written, after)) = after.split_once('}') else {
                    return Err(error("`{` has no `}`".to_owned()));
                };
                let Some((_, name)) = NAMES.into_iter().find(|(name, _)| *name == written) else {
                    return Err(error(format!("`{{{written}}}` is no name")));
                };
                if seen.contains(&name) {
                    return Err(error(format!("`{{{written}}}` stands twice")));
                }
                seen.push(name);
                pattern.push(Token::Name(name));
                rest = after;
            } else if c == '}' {
                return Err(error("`}` has no `{`".to_owned()));
            } else {
                let end = rest.find(['/', '{', '}']).unwrap_or(rest.len());
                pattern.push(Token::Literal(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
        if !seen.contains(&Name::Company) {
            return Err(usage(text, text.len(), "`{company}` is missing"));
        }
        Ok(pattern)
    }

    fn push(&mut self, token: Token) {
        if let Some(part) = self.parts.last_mut() {
            part.push(token);
        }
    }

    /// Whether paths say when.
    pub fn has_date(&self) -> bool {
        self.parts.iter().flatten().any(|token| *token == Token::Name(Name::Date))
    }

    /// What a path says; `None` if it is not of this pattern.
    pub fn claims(&self, path: &str) -> Option<Claims> {
        let mut claims = Claims::default();
        let mut parts = path.split('/');
        for tokens in &self.parts {
            let part = parts.next().filter(|part| part.len() <= MAX_PART)?;
            take(tokens, part, &mut claims).then_some(())?;
        }
        parts.next().is_none().then_some(claims)
    }
}

/// Takes what a part of a path says. Returns whether it is of these tokens.
fn take(tokens: &[Token], text: &str, claims: &mut Claims) -> bool {
    match tokens {
        [] => text.is_empty(),
        [Token::Literal(literal), rest @ ..] => {
            text.strip_prefix(literal.as_str()).is_some_and(|text| take(rest, text, claims))
        }
        [Token::Name(name), rest @ ..] => {
            let ends = text.char_indices().skip(1).map(|(end, _)| end).chain([text.len()]);
            ends.filter(|end| *end > 0)
                .any(|end| set(*name, &text[..end], claims) && take(rest, &text[end..], claims))
        }
    }
}

/// Sets what a name stands for. Returns whether it can.
fn set(name: Name, value: &str, claims: &mut Claims) -> bool {
    let text = || Some(value.to_owned());
    match name {
        Name::Company => claims.company = text(),
        Name::Type => claims.policy_type = text(),
        Name::Date => {
            claims.time = archive_time(value);
            return claims.time.is_some();
        }
    }
    true
}

/// An error in a pattern: what, where, and what was expected.
fn usage(pattern: &str, at: usize, what: &str) -> Error {
    let column = pattern[..at].chars().count() + 1;
    Error::Usage(format!(
        "--path '{pattern}': {what} (column {column}); write a pattern such as '{{company}}/{{type}}/{{date}}.md', in which a path names \
         {{company}}, {{type}} and {{date}}"
    ))
}

/// Reads `--date`.
///
/// # Errors
///
/// It is none.
pub(super) fn default_time(text: &str) -> Result<crate::model::ArchiveTime> {
    archive_time(text)
        .ok_or_else(|| Error::Usage(format!("--date '{text}': no such date; write {TIME_FORMS}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(pattern: &str, path: &str) -> Option<(String, String, String)> {
        let claims = Pattern::parse(pattern).unwrap().claims(path)?;
        let date = claims.time.map(|time| time.rfc3339()).unwrap_or_default();
        Some((claims.company.unwrap_or_default(), claims.policy_type.unwrap_or_default(), date))
    }

    fn three(company: &str, policy_type: &str, date: &str) -> Option<(String, String, String)> {
        Some((company.to_owned(), policy_type.to_owned(), date.to_owned()))
    }

    #[test]
    fn paths_name_policies() {
        let day = "2001-02-03T00:00:00Z";
        let pattern = "{company}/{type}/{date}.md";
        assert_eq!(
            claims(pattern, "Acme, Inc./Terms/2001-02-03.md"),
            three("Acme, Inc.", "Terms", day)
        );
        assert_eq!(claims(pattern, "żółw/Ü/20010203.md"), three("żółw", "Ü", day));
        for path in [
            "Acme/2001-02-03.md",
            "a/Acme/Terms/2001-02-03.md",
            "Acme/Terms/2001-02-30.md",
            "Acme/Terms/2001-02-03.txt",
            "/Terms/2001-02-03.md",
            "Acme/Terms/README.md",
            "",
        ] {
            assert_eq!(claims(pattern, path), None, "{path}");
        }
        // As little as fits, and a date is a date.
        assert_eq!(
            claims("{company}-{date}.txt", "acme-inc-2001-02-03.txt"),
            three("acme-inc", "", day)
        );
        assert_eq!(
            claims("{company}_{type}.md", "acme_terms_of.md"),
            three("acme", "terms_of", "")
        );
        assert_eq!(claims("./p/{date}{company}", "p/20010203acme"), three("acme", "", day));
        assert_eq!(
            claims("x/{date}/{company}.html", "x/20010203040506/a.b.html"),
            three("a.b", "", "2001-02-03T04:05:06Z")
        );
        assert_eq!(claims("{company}", &"a".repeat(MAX_PART + 1)), None);
    }

    #[test]
    fn errors_point() {
        for (pattern, what) in [
            ("{type}/{date}.md", "`{company}` is missing (column 17)"),
            ("{company}/{service}.md", "`{service}` is no name (column 11)"),
            ("{company", "`{` has no `}` (column 1)"),
            ("ż/company}", "`}` has no `{` (column 10)"),
            ("{company}/{company}", "`{company}` stands twice (column 11)"),
            ("", "`{company}` is missing (column 1)"),
        ] {
            let error = Pattern::parse(pattern).unwrap_err().to_string();
            assert!(error.starts_with(&format!("--path '{pattern}': {what}; write")), "{error}");
        }
        assert!(
            default_time("soon")
                .unwrap_err()
                .to_string()
                .starts_with("--date 'soon': no such date; write YYYY")
        );
    }
}
