//! The smallest citable piece of a policy.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What a clause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClauseKind {
    /// A line that titles what follows.
    Heading,
    /// Running text.
    Paragraph,
    /// One entry of a list, without the entries below it.
    Item,
    /// One row of a table.
    Row,
    /// A paragraph in a block quotation.
    Quote,
}

impl ClauseKind {
    /// Every kind, in the order of its number in the index.
    pub const ALL: [ClauseKind; 5] = [
        ClauseKind::Heading,
        ClauseKind::Paragraph,
        ClauseKind::Item,
        ClauseKind::Row,
        ClauseKind::Quote,
    ];

    /// The name in output and in `--kind`.
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
            format!("`{text}` is no kind of clause: heading, paragraph, item, row or quote")
        })
    }
}

/// A clause of one snapshot, as the sectioner cuts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// What it is.
    pub kind: ClauseKind,
    /// The headings above it, outermost first; a heading is not part of its own path.
    pub section: Arc<[String]>,
    /// For an item the sentence that introduces its list, for a row the header row of its table.
    pub lead_in: Option<Arc<str>>,
    /// The rendered text: no marks, link targets or references; a hard line break is `\n`.
    pub text: String,
    /// Targets of its links: host and path, archive stamps stripped, in order, each once.
    pub links: Vec<String>,
    /// The bytes of the snapshot's text from its first to its last letter or digit.
    pub source: Range<usize>,
}

/// The stable name of a distinct clause: `c` and 16 base32 characters (80 bits of a hash of company, type and identity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClauseId([u8; 10]);

impl ClauseId {
    /// The id made of these 80 bits.
    pub fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The first 64 bits: how the index looks an id up.
    pub fn prefix(self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0[..8]);
        u64::from_be_bytes(first)
    }

    /// Whether `text` is written like an id (it need not exist).
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('c').filter(|digits| digits.len() == 16)?;
        let bytes =
            data_encoding::BASE32_NOPAD.decode(digits.to_ascii_uppercase().as_bytes()).ok()?;
        Some(Self(bytes.try_into().ok()?))
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
    fn ids_are_read_as_they_are_printed() {
        let id = ClauseId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 255]);
        assert_eq!(id.to_string().len(), 17);
        assert_eq!(ClauseId::parse(&id.to_string()), Some(id));
        for other in ["", "c", "acme.example", "c0000000000000000", "caaaaaaaaaaaaaaa"] {
            assert_eq!(ClauseId::parse(other), None, "{other}");
        }
    }
}
