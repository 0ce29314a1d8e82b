//! Keyword in context: a line per match, what stands before it, the match, what stands after it, below each other.
//!
//! Columns are those of a terminal: wide letters take two, accents none, and no grapheme cluster is cut. The order of a line is that of reading,
//! also for scripts from right to left: what turns the direction, as isolates would, is kept out like all that a terminal obeys.

use std::ops::Range;
use std::str::FromStr;

use anstyle::{AnsiColor, Style};
use unicode_segmentation::GraphemeCursor;

use crate::printer::terminal::columns::{columns, cut, first, last};
use crate::search::Hit;
use crate::token::{Token, tokens};

/// How lines are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KwicOptions {
    /// Columns of a line; fewer than [`KwicOptions::MIN_WIDTH`] are taken for that many.
    pub width: usize,
    /// What lines are ordered by, first key first; without one they come as hits do. An order holds all lines back until the last hit.
    pub sort: Vec<KwicKey>,
    /// Whether to use colours.
    pub has_colour: bool,
}

impl KwicOptions {
    /// Room for a few words beside company and date.
    pub const MIN_WIDTH: usize = 60;
}

/// What lines are ordered by: folded words, as queries compare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KwicKey {
    /// The word so many places before the match, from 1.
    Left(usize),
    /// The words of the match.
    Node,
    /// The word so many places after the match, from 1.
    Right(usize),
}

/// The most words from the match that an order can name.
const MAX_PLACES: usize = 20;

impl FromStr for KwicKey {
    type Err = ();

    /// `L1`, `R2`, `N`, in any case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let places = |digits: &str| {
            let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits
                .parse()
                .ok()
                .filter(|places| is_plain && (1..=MAX_PLACES).contains(places))
                .ok_or(())
        };
        match text.as_bytes() {
            [b'L' | b'l', ..] => Ok(Self::Left(places(&text[1..])?)),
            [b'R' | b'r', ..] => Ok(Self::Right(places(&text[1..])?)),
            [b'N' | b'n'] => Ok(Self::Node),
            _ => Err(()),
        }
    }
}

/// A line and what orders it.
pub(in crate::printer) struct Line {
    pub key: Vec<String>,
    pub text: String,
}

const COMPANY: Style = Style::new().bold();
const DATE: Style = AnsiColor::Green.on_default();
const MATCH: Style = AnsiColor::Red.on_default().bold();

const GAP: &str = "  ";
/// The columns of an ISO date.
const DATE_WIDTH: usize = 10;

/// A line for each match of the hit; for a hit without matched words (only names or sections were asked for) its beginning.
pub(in crate::printer) fn lines(hit: &Hit, options: &KwicOptions) -> Vec<Line> {
    let nodes = if hit.highlights.is_empty() { &[(0, 0)][..] } else { &hit.highlights };
    let tokens: Vec<Token> =
        if options.sort.is_empty() { Vec::new() } else { tokens(&hit.text).collect() };
    let line = |&(start, end): &(usize, usize)| {
        let node = whole_clusters(&hit.text, start..end);
        Line {
            key: options
                .sort
                .iter()
                .map(|&key| word(key, &hit.text, &tokens, start..end))
                .collect(),
            text: draw(hit, node, options),
        }
    };
    nodes.iter().map(line).collect()
}

fn draw(hit: &Hit, node: Range<usize>, options: &KwicOptions) -> String {
    let layout = Layout::new(options.width);
    let before = last(hit.text[..node.start].trim_end(), layout.before);
    let before = before.trim_start();
    let match_ = cut(&hit.text[node.clone()], layout.rest);
    let room = layout.rest.saturating_sub(columns(&match_) + GAP.len());
    let after = first(hit.text[node.end..].trim_start(), room);
    let company = cut(&hit.company, layout.company);
    let pad = |width: usize, text: &str| " ".repeat(width.saturating_sub(columns(text)));
    format!(
        "{}{before}{GAP}{}{GAP}{after}{}{GAP}{}{}{GAP}{}",
        pad(layout.before, before),
        styled(MATCH, &match_, options),
        " ".repeat(room.saturating_sub(columns(&after))),
        styled(COMPANY, &company, options),
        pad(layout.company, &company),
        styled(DATE, &hit.archive_date, options),
    )
}

fn styled(style: Style, text: &str, options: &KwicOptions) -> String {
    if options.has_colour && !text.is_empty() {
        format!("{}{text}{}", style.render(), style.render_reset())
    } else {
        text.to_owned()
    }
}

/// The columns of the parts of a line.
struct Layout {
    before: usize,
    /// The match and what follows.
    rest: usize,
    company: usize,
}

impl Layout {
    fn new(width: usize) -> Self {
        let width = width.max(KwicOptions::MIN_WIDTH);
        let company = (width / 5).min(24);
        let text = width - company - DATE_WIDTH - 3 * GAP.len();
        let before = text * 2 / 5;
        Self { before, rest: text - before, company }
    }
}

/// The range, widened to the borders of grapheme clusters: a match can end before a mark that no word has, such as a joiner.
fn whole_clusters(text: &str, range: Range<usize>) -> Range<usize> {
    let is_border =
        |at| GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true);
    let (mut start, mut end) = (range.start, range.end);
    if !is_border(start) {
        start = GraphemeCursor::new(start, text.len(), true)
            .prev_boundary(text, 0)
            .ok()
            .flatten()
            .unwrap_or(0);
    }
    if !is_border(end) {
        let next = GraphemeCursor::new(end, text.len(), true).next_boundary(text, 0).ok().flatten();
        end = next.unwrap_or(text.len());
    }
    start..end
}

/// The folded word that a key names; empty, which comes first, where the clause has none there.
fn word(key: KwicKey, text: &str, tokens: &[Token], node: Range<usize>) -> String {
    let first = tokens.partition_point(|token| token.range.end <= node.start);
    let after = tokens.partition_point(|token| token.range.start < node.end).max(first);
    let term = |at: Option<usize>| {
        at.and_then(|at| tokens.get(at)).map(|token| token.term(text).into_owned())
    };
    match key {
        KwicKey::Left(places) => term(first.checked_sub(places)).unwrap_or_default(),
        KwicKey::Right(places) => term((after + places).checked_sub(1)).unwrap_or_default(),
        KwicKey::Node => {
            let terms: Vec<_> = tokens[first..after].iter().map(|token| token.term(text)).collect();
            terms.join(" ")
        }
    }
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
    fn words_around_a_match() {
        let text = "We will NEVER, ever sell or rent Your data";
        let tokens: Vec<Token> = tokens(text).collect();
        let start = text.find("sell").unwrap();
        let word = |key| word(key, text, &tokens, start..start + "sell or rent".len());
        assert_eq!(word(KwicKey::Node), "sell or rent");
        assert_eq!(word(KwicKey::Left(1)), "ever");
        assert_eq!(word(KwicKey::Left(2)), "never");
        assert_eq!(word(KwicKey::Right(1)), "your");
        assert_eq!(word(KwicKey::Right(3)), "");
        assert_eq!(word(KwicKey::Left(5)), "");
    }

    #[test]
    fn parts_fill_the_line() {
        for width in [60, 80, 120, 500] {
            let Layout { before, rest, company } = Layout::new(width);
            assert_eq!(before + rest + company + DATE_WIDTH + 3 * GAP.len(), width);
        }
    }
}
