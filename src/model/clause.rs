//! The clause, the smallest citable piece of a policy, with its kind and its id.

use std::fmt;
use std::ops::{Range, RangeInclusive};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The comments before and after each stretch of furniture in the Markdown that fineprint writes,
/// each on a line of its own.
pub(crate) const FURNITURE_COMMENTS: [&str; 2] =
    ["<!-- furniture -->", "<!-- end of furniture -->"];

/// The noncharacters that mark furniture in the Markdown that sectioning reads: a line with only
/// the first one begins furniture, and a line with only the second one ends it. In foreign text
/// they mean nothing and are removed.
pub(crate) const FURNITURE_MARKS: [char; 2] = ['\u{FDD0}', '\u{FDD1}'];

/// Where the marks of furniture are in a text.
pub(crate) fn furniture_marks(text: &str) -> impl Iterator<Item = usize> {
    /// The byte that both marks begin with. Beside the full-width signs of Chinese and Japanese,
    /// few characters do, and one byte is searched faster than two.
    const FIRST_BYTE: u8 = 0xEF;
    let starts = memchr::memchr_iter(FIRST_BYTE, text.as_bytes());
    starts.filter(|&start| text[start..].starts_with(FURNITURE_MARKS))
}

/// The start of the tag that tells, inside an entry of a list, what CommonMark has no sign for: a
/// number such as `b.`, or that the entry is a term. A mark and a tag that closes it end the tag.
pub(crate) const ENTRY_TAG: &str = "<data value=\"entry ";

/// The kind of a clause: what it is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClauseKind {
    /// A title of the text below it.
    Heading,
    /// Running text.
    Paragraph,
    /// An entry of a list, without the entries of lists inside it.
    Item,
    /// A row of a table.
    Row,
    /// A paragraph in a block quotation.
    Quote,
}

impl ClauseKind {
    /// Every kind. The index stores a kind as its position in this list.
    pub const ALL: [ClauseKind; 5] = [
        ClauseKind::Heading,
        ClauseKind::Paragraph,
        ClauseKind::Item,
        ClauseKind::Row,
        ClauseKind::Quote,
    ];

    /// The name of the kind in output and in the option `--kind`.
    pub fn name(self) -> &'static str {
        match self {
            ClauseKind::Heading => "heading",
            ClauseKind::Paragraph => "paragraph",
            ClauseKind::Item => "item",
            ClauseKind::Row => "row",
            ClauseKind::Quote => "quote",
        }
    }
}

impl fmt::Display for ClauseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ClauseKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ClauseKind::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| {
            format!("`{text}` is not a kind of clause: heading, paragraph, item, row or quote")
        })
    }
}

/// A clause of one snapshot, as [`crate::section`] cuts it from the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What the clause is.
    pub kind: ClauseKind,
    /// The headings above it with their numbers, outermost first. A heading is not part of its own
    /// path.
    pub section: Arc<[String]>,
    /// The sentence that introduces the list of an item, or the header row of the table of a row.
    pub lead_in: Option<Arc<str>>,
    /// The number in front of the text, which is no part of it: `1.`, `4.9`, `(b)`.
    pub number: Option<String>,
    /// Whether the clause is furniture: a menu, a header, a footer or hidden text.
    pub is_furniture: bool,
    /// The rendered text, without marks, link targets and references. A hard line break is `\n`.
    pub text: String,
    /// The distinct targets of its links in order: host and path, without stamps of archives.
    pub links: Vec<String>,
    /// The bytes of the snapshot's text from the first to the last letter or digit of the clause.
    pub source: Range<usize>,
}

/// The stable name of a distinct clause: 80 bits of a hash of company, policy type and identity.
///
/// It is written as `c` and 16 characters of base32 (RFC 4648, lower case).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId([u8; 10]);

impl ClauseId {
    /// The id with these 80 bits.
    pub fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The first 64 bits, by which the index looks up an id.
    pub fn prefix(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Reads an id as it is printed. After the `c`, case does not matter.
    ///
    /// Returns `None` if `text` is not written like an id. A clause with the id need not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('c').filter(|digits| digits.len() == 16)?;
        let bytes =
            data_encoding::BASE32_NOPAD.decode(digits.to_ascii_uppercase().as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }
}

/// The beginning of an id, as a person shortens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseIdPrefix(String);

impl ClauseIdPrefix {
    /// The fewest characters of an id that name a clause.
    pub const LEAST: usize = 6;

    /// Reads the beginning of an id. After the `c`, case does not matter. Returns `None` if no id
    /// begins so, or if it is shorter than [`ClauseIdPrefix::LEAST`].
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('c').filter(|digits| digits.len() <= 16)?;
        let is_digit = |c: char| matches!(c, 'a'..='z' | 'A'..='Z' | '2'..='7');
        let is_start = text.len() >= Self::LEAST && digits.chars().all(is_digit);
        is_start.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The [prefixes](ClauseId::prefix) of all ids that begin so, and of a few others if this is
    /// more than 60 bits long.
    pub fn range(&self) -> RangeInclusive<u64> {
        /// So many digits of 5 bits are in 64 bits.
        const WHOLE_DIGITS: usize = 12;
        let digits = self.0.bytes().skip(1).take(WHOLE_DIGITS);
        let (first, length) = digits.fold((0, 0), |(bits, length), digit| {
            let value = if digit.is_ascii_digit() { digit - b'2' + 26 } else { digit - b'a' };
            (bits << 5 | u64::from(value), length + 5)
        });
        let rest = u64::MAX >> length;
        first << (64 - length)..=(first << (64 - length) | rest)
    }

    /// Whether the id begins so.
    pub fn is_of(&self, id: ClauseId) -> bool {
        id.to_string().starts_with(&self.0)
    }
}

impl fmt::Display for ClauseIdPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ClauseId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Display for ClauseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", data_encoding::BASE32_NOPAD.encode(&self.0).to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_the_first_eight_bytes() {
        let id = ClauseId::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert_eq!(id.prefix(), 0x0102_0304_0506_0708);
    }

    #[test]
    fn beginnings_of_ids_are_ranges() {
        let id = ClauseId::from_bytes([0x9c, 2, 3, 4, 5, 6, 7, 8, 9, 250]);
        let text = id.to_string();
        for length in ClauseIdPrefix::LEAST..=text.len() {
            let prefix = ClauseIdPrefix::parse(&text[..length]).unwrap();
            assert!(prefix.is_of(id) && prefix.range().contains(&id.prefix()), "{length}");
            assert_eq!(ClauseIdPrefix::parse(&text[..length].to_uppercase()), None);
        }
        let other = ClauseIdPrefix::parse("caaaaa").unwrap();
        assert!(!other.is_of(id) && !other.range().contains(&id.prefix()));
        let last = ClauseIdPrefix::parse("c77777").unwrap().range();
        assert_eq!((*last.start(), *last.end()), (u64::MAX << 39, u64::MAX));
        let (short, long) = (&text[..5], format!("{text}a"));
        for other in [short, &long, "acme.example", "c11111", "Census", "c-aaaa", ""] {
            assert_eq!(ClauseIdPrefix::parse(other), None, "{other}");
        }
    }

    #[test]
    fn kinds_are_read_as_they_are_printed() {
        for kind in ClauseKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("headings".parse::<ClauseKind>().unwrap_err().contains("row or quote"));
    }

    #[test]
    fn ids_are_read_as_they_are_printed() {
        let id = ClauseId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 255]);
        assert_eq!(id.to_string().len(), 17);
        assert_eq!(ClauseId::parse(&id.to_string()), Some(id));
        for other in ["", "c", "acme.example", "c0000000000000000", "caaaaaaaaaaaaaaa"] {
            assert_eq!(ClauseId::parse(other), None, "{other}");
        }
    }
}
