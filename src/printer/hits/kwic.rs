//! Keywords in context: a line for each match, with the text before it, the match, and the text
//! after it, so that matches are below each other.
//!
//! Columns are the columns of a terminal: wide letters take two, accents none, and no grapheme
//! cluster is cut. Text from right to left keeps its reading order, since characters that would
//! turn the direction, isolates too, are replaced like all others that a terminal would obey.

use std::ops::Range;
use std::str::FromStr;

use unicode_segmentation::GraphemeCursor;

use crate::printer::terminal::columns::{columns, cut, first, last};
use crate::printer::terminal::pen::{BOLD, DATE, MATCH, styled};
use crate::search::Hit;
use crate::token::{Token, tokens};

/// How lines are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KwicOptions {
    /// The columns of a line, from [`KwicOptions::MIN_WIDTH`] to [`KwicOptions::MAX_WIDTH`]. Less
    /// and more count as these.
    pub width: usize,
    /// The keys by which lines are sorted. Sorted lines are written after the last hit; without a
    /// key, lines are written in the order of the hits.
    pub sort: Vec<KwicKey>,
    /// Whether colours are used.
    pub has_colour: bool,
}

impl KwicOptions {
    /// The least columns of a line: room for a few words beside the company and the date.
    pub const MIN_WIDTH: usize = 60;

    /// The most columns of a line. Every line is filled with spaces, so lines of any width would
    /// take any amount of memory.
    pub const MAX_WIDTH: usize = 10_000;
}

/// A key by which lines are sorted. Words are compared folded, as queries compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KwicKey {
    /// The word this many places before the match, from 1.
    Left(usize),
    /// The words of the match, which concordancers call the node.
    Node,
    /// The word this many places after the match, from 1.
    Right(usize),
}

/// The largest distance from the match, in words, of a key.
const MAX_PLACES: usize = 20;

impl FromStr for KwicKey {
    type Err = ();

    /// `L1`, `R2` or `N`, in upper or lower case.
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.as_bytes() {
            [b'L' | b'l', ..] => Ok(Self::Left(places(&text[1..])?)),
            [b'R' | b'r', ..] => Ok(Self::Right(places(&text[1..])?)),
            [b'N' | b'n'] => Ok(Self::Node),
            _ => Err(()),
        }
    }
}

/// A distance from the match. `+1`, which Rust would parse as a number, is refused.
fn places(digits: &str) -> Result<usize, ()> {
    match digits.parse() {
        Ok(places) if !digits.starts_with('+') && (1..=MAX_PLACES).contains(&places) => Ok(places),
        _ => Err(()),
    }
}

/// A line and the words by which it is sorted.
pub(super) struct KwicLine {
    pub key: Vec<String>,
    pub text: String,
}

const GAP: &str = "  ";
/// The columns of an ISO date.
const DATE_WIDTH: usize = 10;

/// The lines of a hit, one for each match. A hit without a match in its text, since only names or
/// sections were searched, has one line with its beginning.
pub(super) fn lines(hit: &Hit, options: &KwicOptions) -> Vec<KwicLine> {
    let nothing = 0..0;
    let matches = match hit.highlights.as_slice() {
        [] => std::slice::from_ref(&nothing),
        matches => matches,
    };
    let tokens: Vec<Token> =
        if options.sort.is_empty() { Vec::new() } else { tokens(&hit.text).collect() };
    let mut lines = Vec::with_capacity(matches.len());
    for matched in matches {
        let keys = options.sort.iter();
        lines.push(KwicLine {
            key: keys.map(|&key| word(key, &hit.text, &tokens, matched.clone())).collect(),
            text: draw(hit, whole_clusters(&hit.text, matched.clone()), options),
        });
    }
    lines
}

fn draw(hit: &Hit, node: Range<usize>, options: &KwicOptions) -> String {
    let layout = KwicLayout::new(options.width);
    let before = last(hit.text[..node.start].trim_end(), layout.before);
    let before = before.trim_start();
    let matched = cut(&hit.text[node.clone()], layout.rest);
    let room = layout.rest.saturating_sub(columns(&matched) + GAP.len());
    let after = first(hit.text[node.end..].trim_start(), room);
    let company = cut(&hit.company, layout.company);
    format!(
        "{}{before}{GAP}{}{GAP}{after}{}{GAP}{}{}{GAP}{}",
        padding(layout.before, before),
        styled(MATCH, &matched, options.has_colour),
        padding(room, &after),
        styled(BOLD, &company, options.has_colour),
        padding(layout.company, &company),
        styled(DATE, &hit.archive_time.date(), options.has_colour),
    )
}

/// The spaces that fill a part of the line.
fn padding(width: usize, text: &str) -> String {
    " ".repeat(width.saturating_sub(columns(text)))
}

/// The columns of the parts of a line.
struct KwicLayout {
    before: usize,
    /// The match and the text after it.
    rest: usize,
    company: usize,
}

impl KwicLayout {
    fn new(width: usize) -> Self {
        let width = width.clamp(KwicOptions::MIN_WIDTH, KwicOptions::MAX_WIDTH);
        let company = (width / 5).min(24);
        let text = width - company - DATE_WIDTH - 3 * GAP.len();
        let before = text * 2 / 5;
        Self { before, rest: text - before, company }
    }
}

/// The range, widened to whole grapheme clusters. A match can end within one: before a mark that
/// belongs to no word, such as a joiner.
fn whole_clusters(text: &str, range: Range<usize>) -> Range<usize> {
    let complete = "the cursor has the whole text";
    let mut start = GraphemeCursor::new(range.start, text.len(), true);
    let mut end = GraphemeCursor::new(range.end, text.len(), true);
    let start = match start.is_boundary(text, 0).expect(complete) {
        true => range.start,
        false => start.prev_boundary(text, 0).expect(complete).unwrap_or(0),
    };
    let end = match end.is_boundary(text, 0).expect(complete) {
        true => range.end,
        false => end.next_boundary(text, 0).expect(complete).unwrap_or(text.len()),
    };
    start..end
}

/// The folded word that a key names. It is empty, and so sorts first, if the clause has none there.
fn word(key: KwicKey, text: &str, tokens: &[Token], node: Range<usize>) -> String {
    let first = tokens.partition_point(|token| token.range.end <= node.start);
    let after = tokens.partition_point(|token| token.range.start < node.end).max(first);
    let words = match key {
        KwicKey::Node => first..after,
        KwicKey::Left(places) => one(first.checked_sub(places)),
        KwicKey::Right(places) => one((after + places).checked_sub(1)),
    };
    let words = tokens.get(words).into_iter().flatten();
    words.map(|token| token.term(text)).collect::<Vec<_>>().join(" ")
}

/// The range of one word, or an empty one.
fn one(at: Option<usize>) -> Range<usize> {
    at.map_or(0..0, |at| at..at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_match_has_whole_clusters() {
        let text = "sell\u{200d}\u{301} it";
        assert_eq!(whole_clusters(text, 0..4), 0..9);
        assert_eq!(whole_clusters(text, 10..12), 10..12);
        assert_eq!(whole_clusters("", 0..0), 0..0);
    }

    #[test]
    fn keys_name_words_around_a_match() {
        let text = "We will NEVER, ever sell or rent Your data";
        let tokens: Vec<Token> = tokens(text).collect();
        let start = text.find("sell").unwrap();
        let node = start..start + "sell or rent".len();
        let expected = [
            (KwicKey::Node, "sell or rent"),
            (KwicKey::Left(1), "ever"),
            (KwicKey::Left(2), "never"),
            (KwicKey::Right(1), "your"),
            (KwicKey::Right(3), ""),
            (KwicKey::Left(5), ""),
        ];
        for (key, expected) in expected {
            assert_eq!(word(key, text, &tokens, node.clone()), expected, "{key:?}");
        }
    }

    #[test]
    fn keys_are_parsed() {
        assert_eq!("l2".parse(), Ok(KwicKey::Left(2)));
        assert_eq!("R20".parse(), Ok(KwicKey::Right(20)));
        assert_eq!("n".parse(), Ok(KwicKey::Node));
        for wrong in ["", "L", "L0", "L+1", "R21", "N1", "X1"] {
            assert_eq!(wrong.parse::<KwicKey>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn parts_fill_the_line() {
        for width in [60, 80, 120, 500] {
            let KwicLayout { before, rest, company } = KwicLayout::new(width);
            assert_eq!(before + rest + company + DATE_WIDTH + 3 * GAP.len(), width);
        }
    }
}
