//! Blocks to pieces: a paragraph is cut at its hard breaks where a title or a typed list entry begins.

use std::collections::HashSet;

use super::blocks::{Block, List, Role};
use super::enumerate::{Enumerator, enumerator};
use super::inline::{Line, Run, typed_bullet};
use super::wording::{ends_sentence, is_capitals, is_date_line, is_small_word, reads_as_title};

/// A future clause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Piece {
    pub role: Role,
    pub text: String,
    /// Whether all its words (a leading number aside) are bold, or italic.
    pub is_bold: bool,
    pub is_italic: bool,
    /// Whether it begins in bold and is bold for at least half of its letters.
    pub is_mostly_bold: bool,
    /// Whether all its words are the text of links.
    pub is_linked: bool,
    pub links: Vec<String>,
    pub list_depth: usize,
    pub list: Option<List>,
    pub is_quoted: bool,
    /// Whether the next piece is of the same block: only a hard break divides them.
    pub has_body: bool,
    /// Whether the piece before is of the same block.
    pub continues: bool,
    /// Whether the piece before is the first of the same list entry.
    pub continues_entry: bool,
    /// Whether the author typed a bullet before it.
    pub has_bullet: bool,
    /// The number or letter that it begins with.
    pub enumerator: Option<Enumerator>,
    pub start: usize,
    pub end: usize,
}

/// Cuts the blocks of a snapshot into pieces.
pub(super) fn pieces(blocks: Vec<Block>) -> Vec<Piece> {
    let mut out = Vec::with_capacity(blocks.len());
    for block in blocks {
        cut(block, &mut out);
    }
    out
}

fn cut(block: Block, out: &mut Vec<Piece>) {
    let is_text = matches!(block.role, Role::Text | Role::Entry);
    let groups = if is_text { group(split_tails(block.lines)) } else { vec![block.lines] };
    let last = groups.len().saturating_sub(1);
    let mut role = block.role.clone();
    let mut list = block.list;
    for (i, lines) in groups.into_iter().enumerate() {
        let mut piece = piece(lines, role.clone());
        piece.list_depth = block.list_depth;
        piece.is_quoted = block.is_quoted;
        piece.has_body = i < last;
        piece.continues = i > 0;
        piece.continues_entry = i == 1 && block.role == Role::Entry;
        piece.list = list.take();
        out.push(piece);
        role = Role::Text;
    }
}

fn piece(lines: Vec<Line>, role: Role) -> Piece {
    let mut text = match lines.as_slice() {
        [line] => line.text(),
        lines => {
            let texts = lines.iter().map(Line::text).filter(|text| !text.is_empty());
            texts.collect::<Vec<_>>().join("\n")
        }
    };
    let bullet = if matches!(role, Role::Text | Role::Entry) { typed_bullet(&text) } else { None };
    if let Some(len) = bullet {
        text.drain(..len);
    }
    let enumerator = enumerator(&text);
    let number = enumerator.as_ref().map_or(0, |e| e.letters);
    let count = |is_counted: &dyn Fn(&Run) -> bool| {
        lines.iter().map(|l| l.letters(is_counted)).sum::<usize>()
    };
    let all = count(&|_| true);
    let bold = count(&|run| run.is_bold);
    let italic = count(&|run| run.is_italic);
    let linked: usize = lines.iter().map(|line| line.linked).sum();
    let first_bold = lines
        .iter()
        .flat_map(|line| &line.runs)
        .find(|run| run.text.contains(char::is_alphanumeric));
    let mut seen = HashSet::new();
    let links = lines
        .iter()
        .flat_map(|line| &line.links)
        .filter(|link| seen.insert(*link))
        .cloned()
        .collect();
    Piece {
        role,
        text,
        is_bold: bold > 0 && bold + number >= all,
        is_italic: italic > 0 && italic + number >= all,
        is_mostly_bold: first_bold.is_some_and(|run| run.is_bold) && 2 * bold >= all,
        is_linked: linked > 0 && linked >= all,
        links,
        list_depth: 0,
        list: None,
        is_quoted: false,
        has_body: false,
        continues: false,
        continues_entry: false,
        has_bullet: bullet.is_some(),
        enumerator,
        start: lines.iter().find(|line| line.has_word()).map_or(0, Line::start),
        end: lines.last().map_or(0, Line::end),
    }
}

/// Parts a title at the end of a line from the text before it: `... sources. _Advertisers_` and a hard break.
fn split_tails(lines: Vec<Line>) -> Vec<Line> {
    let mut out = Vec::with_capacity(lines.len());
    let count = lines.len();
    for (i, mut line) in lines.into_iter().enumerate() {
        let cut = if i + 1 < count { tail(&line) } else { None };
        match cut {
            Some(at) => {
                let tail = line.runs.split_off(at);
                // Which links are the tail's is not known any more; a title has none.
                let tail = Line { runs: tail, ..Line::default() };
                out.push(line);
                out.push(tail);
            }
            None => out.push(line),
        }
    }
    out
}

/// The run at which a title in another style begins, after the end of a sentence.
fn tail(line: &Line) -> Option<usize> {
    let is_styled =
        |run: &Run| run.is_bold || run.is_italic || !run.text.contains(char::is_alphanumeric);
    let plain = line.runs.iter().rposition(|run| !is_styled(run))?;
    let at = plain
        + 1
        + line.runs[plain + 1..].iter().position(|run| run.text.contains(char::is_alphanumeric))?;
    let before: String = line.runs[..at].iter().map(|run| run.text.as_str()).collect();
    before.trim_end().ends_with(['.', '!', '?', ':', ';', ')', ']']).then_some(at)
}

/// Groups the lines of a block: a title is a group, a typed list entry begins one, the rest stays together.
fn group(lines: Vec<Line>) -> Vec<Vec<Line>> {
    if lines.len() < 2 {
        return vec![lines];
    }
    let texts: Vec<String> = lines.iter().map(Line::text).collect();
    let is_list = typed_lists(&texts);
    let mut groups: Vec<Vec<Line>> = Vec::new();
    let mut after_title = true;
    for (i, line) in lines.into_iter().enumerate() {
        let is_title = is_title_line(&line, i, after_title, &texts);
        let goes_on = is_title && after_title && i > 0 && is_one_title(&texts[i - 1], &texts[i]);
        if !goes_on && (after_title || is_title || is_list[i]) {
            groups.push(vec![line]);
        } else if let Some(group) = groups.last_mut() {
            group.push(line);
        }
        after_title = is_title;
    }
    groups
}

/// Whether a title goes on over a line break: `PRIVACY POLICY`, `OF`, `ACME`.
fn is_one_title(first: &str, next: &str) -> bool {
    let is_small = |word: Option<&str>| word.is_some_and(is_small_word);
    is_small(first.split_whitespace().next_back())
        || is_small(next.split_whitespace().next()) && next.len() <= 3
}

/// Whether a line among others looks like a title rather than a line of an address or a verse.
fn is_title_line(line: &Line, i: usize, after_title: bool, texts: &[String]) -> bool {
    let (text, is_first, is_followed) = (texts[i].as_str(), i == 0, i + 1 < texts.len());
    let words = text.split_whitespace().count();
    if words == 0 || words > 14 || text.ends_with([',', ';']) || is_date_line(text) {
        return false;
    }
    // A name above a street and a house number is an address.
    if is_followed && is_first && texts[1].len() < 60 && starts_with_house_number(&texts[1]) {
        return false;
    }
    let is_styled = line.is_all(|run| run.is_bold) || line.is_all(|run| run.is_italic);
    if is_styled {
        return if is_first { is_followed } else { after_title || stands_apart(i, texts) };
    }
    if !is_first || !is_followed {
        return false;
    }
    let body: usize = texts[1..].iter().map(String::len).sum();
    let starts_bold = line
        .runs
        .iter()
        .find(|r| r.text.contains(char::is_alphanumeric))
        .is_some_and(|r| r.is_bold);
    let half_bold = starts_bold && 2 * line.letters(|run| run.is_bold) >= line.letters(|_| true);
    let next_is_long = texts[1].len() >= 60;
    half_bold && words <= 10 && next_is_long
        || is_capitals(text) && words <= 12
        || next_is_long && body >= 60 && reads_as_title(text)
}

/// Whether line `i` is no part of a sentence that goes on over it: `We share it with`, **no one at all**, `unless ...`.
fn stands_apart(i: usize, texts: &[String]) -> bool {
    let before = &texts[i - 1];
    let goes_on = texts.get(i + 1).is_some_and(|next| next.starts_with(char::is_lowercase));
    !goes_on
        && (ends_sentence(before) || before.ends_with([')', ']']) || typed_bullet(before).is_some())
}

fn starts_with_house_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(' ')
}

/// How many lines away the next number of a typed list may be. A bound: paragraphs of 100,000 numbered lines exist.
const ENTRY_LINES: usize = 40;

/// Which lines begin an entry of a list that the author typed with bullets or numbers.
fn typed_lists(texts: &[String]) -> Vec<bool> {
    let numbers: Vec<Option<Enumerator>> = texts.iter().map(|text| enumerator(text)).collect();
    let bulleted = texts.iter().filter(|text| typed_bullet(text).is_some()).count();
    (0..texts.len())
        .map(|i| {
            let is_bullet = typed_bullet(&texts[i]).is_some() && (bulleted > 1 || i == 0);
            let follows = |a: usize, b: usize| match (numbers.get(a), numbers.get(b)) {
                (Some(Some(first)), Some(Some(next))) => next.follows(first),
                _ => false,
            };
            // Its predecessor or successor may be some lines away: entries run over hard breaks.
            let before = i.saturating_sub(ENTRY_LINES)..i;
            let after = i + 1..texts.len().min(i + 1 + ENTRY_LINES);
            let is_numbered = numbers[i].is_some()
                && (before.rev().any(|j| follows(j, i))
                    || after.into_iter().any(|j| follows(i, j)));
            is_bullet || is_numbered
        })
        .collect()
}
