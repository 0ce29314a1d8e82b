//! Cuts a text into fragments that CommonMark reads alone as it reads them together.
//!
//! After a blank line, a line without indent begins a new block at top level (CommonMark 0.31,
//! section 3), with two exceptions. A list continues with another entry. Fenced code, comments and
//! a few kinds of raw HTML continue over blank lines. These, and link definitions, which hold for
//! the whole text, make a fragment *dependent*: its text must be read whole.
//!
//! An entry of a list at top level is a fragment of its own, if no line since the start of the list
//! could have ended it. The fragment says which list it continues. The entry may be cut further.

use std::ops::Range;

use super::mend::{is_marked, is_moved, may_define};

/// A fragment of a text, from its first line to its last line that is not blank. The last line end
/// is not included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fragment {
    /// Its bytes in the text.
    pub range: Range<usize>,
    pub join: Join,
}

/// The relation of a fragment to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Join {
    /// The fragment begins a block.
    New,
    /// The fragment continues the list of the fragment before.
    List {
        /// The number of the first entry of the list, if its entries are numbered.
        start: Option<u64>,
        is_after_blank: bool,
    },
}

/// The fragments of `text`. Everything outside of them is blank.
pub(crate) fn fragments(text: &str) -> Fragments<'_> {
    fragments_from(text, FragmentPosition::default())
}

/// The fragments of `text` from this position on.
///
/// The position is one that [`Fragments::position`] returned for this text, or for a text that is
/// equal up to there.
pub(crate) fn fragments_from(text: &str, position: FragmentPosition) -> Fragments<'_> {
    let FragmentPosition { at, list, is_after_blank } = position;
    Fragments { text: text.as_bytes(), at, list, is_after_blank }
}

/// Iterates over the fragments of a text. Made by [`fragments`] or [`fragments_from`].
pub(crate) struct Fragments<'t> {
    text: &'t [u8],
    at: usize,
    list: Option<ListMark>,
    is_after_blank: bool,
}

/// The position from which the next fragment is searched, and everything about the text before it
/// that matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FragmentPosition {
    /// The first byte of a line. After the first fragment, the next one begins with this line.
    pub at: usize,
    /// The list that certainly contains everything at top level since it began.
    list: Option<ListMark>,
    /// Whether a blank line precedes it.
    is_after_blank: bool,
}

impl Fragments<'_> {
    /// The position from which the next fragment is searched.
    pub fn position(&self) -> FragmentPosition {
        FragmentPosition { at: self.at, list: self.list, is_after_blank: self.is_after_blank }
    }
}

impl FragmentPosition {
    /// The same position in another text that ends equally. `from` and `to` are the sizes of this
    /// text and the other one, in bytes.
    pub fn moved(self, from: usize, to: usize) -> Self {
        Self { at: (self.at + to).saturating_sub(from), ..self }
    }
}

/// The marks of a list at top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ListMark {
    /// The bullet, or the character after the number.
    sign: u8,
    /// The number of the first entry, if the entries are numbered.
    start: Option<u64>,
    /// The column at which the text of the last entry begins. A line with less indent may not
    /// belong to the entry.
    text: usize,
}

impl Iterator for Fragments<'_> {
    type Item = Fragment;

    fn next(&mut self) -> Option<Fragment> {
        let mut fragment: Option<Fragment> = None;
        let mut seen = SeenLines { is_paragraph: true, after_blank: true, may_have_list: false };
        while self.at < self.text.len() {
            let line = FragmentLine::of(&self.text[self.at..]);
            if line.indent == line.text.len() {
                seen.after_blank = true;
                self.at += line.text.len() + 1;
                continue;
            }
            if let Some(join) = self.begins(&line, fragment.is_some(), &seen) {
                if fragment.is_some() {
                    self.is_after_blank = seen.after_blank;
                    break;
                }
                self.list = match (join, self.list, line.entry) {
                    (Join::List { start, .. }, Some(_), Some(entry)) => {
                        Some(ListMark { start, ..entry })
                    }
                    _ => line.entry,
                };
                fragment = Some(Fragment { range: self.at..self.at, join });
            } else {
                // The line may begin another block at top level, which would end the list.
                self.list = self.list.filter(|list| line.indent >= list.text);
            }
            seen.add(&line);
            self.at += line.text.len() + 1;
            if let Some(fragment) = &mut fragment {
                fragment.range.end = self.at - 1;
            }
        }
        fragment
    }
}

impl Fragments<'_> {
    /// Whether a line begins a fragment, and which one. `is_open` says whether one has begun.
    fn begins(&self, line: &FragmentLine<'_>, is_open: bool, seen: &SeenLines) -> Option<Join> {
        match (is_open, self.list, line.entry) {
            // The entries of a list that is known to have begun are fragments.
            (_, Some(list), Some(next)) if list.sign == next.sign => {
                Some(Join::List { start: list.start, is_after_blank: self.is_after_blank })
            }
            // These entries end a paragraph even without a blank line.
            (true, _, Some(ListMark { start: None | Some(1), .. })) if seen.is_paragraph => {
                Some(Join::New)
            }
            _ if seen.after_blank
                && line.indent == 0
                && !(seen.may_have_list && line.is_marked) =>
            {
                Some(Join::New)
            }
            (false, ..) => Some(Join::New),
            _ => None,
        }
    }
}

/// A line, as far as the start of a fragment depends on it.
struct FragmentLine<'t> {
    text: &'t [u8],
    /// The number of spaces and tabs at its start.
    indent: usize,
    /// Whether it may begin a list entry.
    is_marked: bool,
    /// The mark of a list entry that it certainly begins at top level.
    entry: Option<ListMark>,
}

impl<'t> FragmentLine<'t> {
    /// The first line of `rest`.
    fn of(rest: &'t [u8]) -> Self {
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let text = &rest[..length];
        let indent = text.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
        let is_marked = is_marked(&text[indent..]);
        let entry = if indent == 0 && is_marked { entry(text) } else { None };
        Self { text, indent, is_marked, entry }
    }
}

/// The lines of a fragment that were seen so far.
struct SeenLines {
    /// Whether all of them certainly belong to one paragraph.
    is_paragraph: bool,
    /// Whether a blank line, or the start of the text, precedes the next line.
    after_blank: bool,
    may_have_list: bool,
}

impl SeenLines {
    fn add(&mut self, line: &FragmentLine<'_>) {
        self.may_have_list |= line.is_marked;
        self.is_paragraph &= line.indent == 0 && is_of_paragraph(line.text);
        self.after_blank = false;
    }
}

/// Whether a line certainly belongs to a paragraph, if it begins a block or continues a paragraph
/// and has no indent.
fn is_of_paragraph(line: &[u8]) -> bool {
    let Some(&first) = line.first() else { return false };
    let is_text = first.is_ascii_alphabetic()
        || first >= 0x80
        || matches!(first, b'"' | b'\'' | b'(' | b'\\');
    is_text && !line.contains(&b'|')
}

/// The mark of the list entry that a line begins. Returns `None` if the line does not certainly
/// begin an entry with text.
fn entry(line: &[u8]) -> Option<ListMark> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = *line.get(digits)?;
    let start = match sign {
        b'*' | b'-' | b'+' if digits == 0 => None,
        b'.' | b')' if (1..=9).contains(&digits) => {
            std::str::from_utf8(&line[..digits]).ok()?.parse().ok()
        }
        _ => return None,
    };
    let rest = line.get(digits + 1..)?;
    let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
    // After five spaces or more the text is code, which begins after the first space.
    let column = digits + 1 + if spaces > 4 { 1 } else { spaces };
    let text = rest.strip_prefix(b" ")?.trim_ascii();
    // Without text, the line is a rule or an underline, or the entry begins with the next line.
    let is_text = text.iter().any(|byte| !matches!(byte, b'*' | b'-' | b'_' | b'=' | b' ' | b'\t'));
    is_text.then_some(ListMark { sign, start, text: column })
}

/// A fragment of a list entry.
pub(crate) struct InnerFragment {
    /// The text without the indent of the entry. The first fragment includes the mark of the entry.
    pub text: String,
    pub join: Join,
}

/// Cuts a list entry that is itself a fragment. Returns `None` if it has only one fragment or
/// cannot be cut.
///
/// Lines that are indented as the text of the entry is, or up to three columns more, mean the same
/// as they would without that indent (CommonMark 0.31, section 5.2).
pub(crate) fn entry_fragments(entry: &str, join: Join) -> Option<Vec<InnerFragment>> {
    let (first_line, rest) = entry.split_once('\n')?;
    let width = text_column(first_line)?;
    let indent = rest.split('\n').filter_map(indent_of).min()?;
    let first_text = &first_line[width..];
    let more = indent.checked_sub(width).filter(|&more| more < CODE)?;
    // A line that is code with the common indent might be none without it.
    let mut indents = rest.split('\n').filter_map(indent_of);
    let may_lose_code = indents.any(|own| (CODE..CODE + more).contains(&(own - width)));
    // If a list begins in the line of the mark, that line belongs to both lists.
    if is_marked(first_text.as_bytes()) || is_moved(entry) || may_lose_code {
        return None;
    }
    let mut inner = String::with_capacity(entry.len());
    inner.push_str(first_text);
    for line in rest.split('\n') {
        inner.push('\n');
        if indent_of(line).is_some() {
            inner.push_str(&line[indent..]);
        }
    }
    let mut found = fragments(&inner);
    let first = found.next()?.range.end;
    let last_line = inner[..first].bytes().filter(|&byte| byte == b'\n').count();
    let with_mark = entry.split('\n').take(last_line + 1).collect::<Vec<_>>().join("\n");
    let mut out = vec![InnerFragment { text: with_mark, join }];
    out.extend(
        found.map(|next| InnerFragment { text: inner[next.range].to_owned(), join: next.join }),
    );
    (out.len() > 1).then_some(out)
}

/// The indent from which a line is code, in columns.
const CODE: usize = 4;

/// The number of spaces that a line begins with; `None` for a blank line.
fn indent_of(line: &str) -> Option<usize> {
    let indent = line.bytes().take_while(|&byte| byte == b' ').count();
    line.bytes().any(|byte| !matches!(byte, b' ' | b'\t')).then_some(indent)
}

/// The column at which the text of an entry begins, if it begins in the line of the mark.
fn text_column(line: &str) -> Option<usize> {
    entry(line.as_bytes())?;
    let mark = 1 + line.bytes().take_while(u8::is_ascii_digit).count();
    let spaces = line[mark..].bytes().take_while(|&byte| byte == b' ').count();
    // Text after more spaces is code, and a tab may take several columns.
    ((1..=4).contains(&spaces) && line.as_bytes().get(mark + spaces) != Some(&b'\t'))
        .then_some(mark + spaces)
}

/// Whether a fragment means the same alone as in any text that contains it.
pub(crate) fn is_independent(fragment: &str) -> bool {
    let bytes = fragment.as_bytes();
    let may_have_fence = memchr::memchr2(b'`', b'~', bytes).is_some();
    !(may_have_fence && (fragment.contains("```") || fragment.contains("~~~")))
        && !memchr::memchr_iter(b'<', bytes).any(|at| continues_over_blank_lines(&bytes[at + 1..]))
        && !bytes.iter().any(|&byte| byte < b' ' && byte != b'\n' && byte != b'\t')
        && !may_define(fragment)
}

/// Whether raw HTML with this text after its first `<` continues over blank lines (CommonMark 0.31,
/// section 4.6, kinds 1 to 5).
fn continues_over_blank_lines(html: &[u8]) -> bool {
    const NAMES: [&[u8]; 4] = [b"script", b"pre", b"style", b"textarea"];
    matches!(html.first(), Some(b'!' | b'?'))
        || NAMES.iter().any(|name| {
            html.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        fragments(text).map(|fragment| &text[fragment.range]).collect()
    }

    fn joins(text: &str) -> Vec<Join> {
        fragments(text).map(|fragment| fragment.join).collect()
    }

    #[test]
    fn texts_are_cut_where_blocks_begin() {
        assert_eq!(cut("# A\n\nb\nc\n\n \n  d\n"), ["# A", "b\nc\n\n \n  d"]);
        assert_eq!(cut("a\n\n* b\n\n* c\n\n  d\n\ne"), ["a", "* b", "* c\n\n  d", "e"]);
        assert_eq!(cut("a\n---\n\n* b\n\n* * *"), ["a\n---", "* b\n\n* * *"]);
        assert_eq!(cut("a\n* b\n\n* c"), ["a", "* b", "* c"]);
        assert_eq!(cut("|a|\n* b\n\n* c"), ["|a|\n* b\n\n* c"]);
        assert_eq!(cut("a\n2. b\n\n2. c"), ["a\n2. b\n\n2. c"]);
        assert_eq!(cut("a\n\n**b** c\n\n1998 d\n\n1. e"), ["a", "**b** c", "1998 d", "1. e"]);
        assert_eq!(cut("\n \n\ta\n\n    b"), ["\ta\n\n    b"]);
        assert_eq!(cut(" \n"), [""; 0]);
    }

    #[test]
    fn entries_continue_their_list() {
        let new = Join::New;
        let list = |start, is_after_blank| Join::List { start, is_after_blank };
        let bullet = list(None, false);
        assert_eq!(joins("* a\n* b\n\n    * c\n* d"), [new, bullet, bullet]);
        assert_eq!(joins("3. a\n4. b\n\n7. c"), [new, list(Some(3), false), list(Some(3), true)]);
        for text in [
            "* a\n- b\n* c",
            "* a\n# b\n* c",
            "* a\n* * *\n* c",
            "*  a\n  - b\n* c",
            "10. a\n\n   b\n2. c",
            "1. a\n2) b",
            "* a\n*\n* b",
        ] {
            assert_eq!(joins(text), [new], "{text}");
        }
        assert_eq!(joins("* a\n\nb\n\n* c"), [new, new, new]);
    }

    #[test]
    fn entries_are_cut_like_texts() {
        let inner = |entry: &str| -> Vec<String> {
            let found = entry_fragments(entry, Join::New).unwrap_or_default();
            found.into_iter().map(|inner| inner.text).collect()
        };
        assert_eq!(
            inner("*   a\n    b\n\n    c\n    * d\n    * e\n\n      f"),
            ["*   a\n    b", "c", "* d", "* e\n\n  f"]
        );
        assert_eq!(inner("1. A\n   --\n\n   1. b\n   2. c"), ["1. A\n   --", "1. b", "2. c"]);
        for entry in [
            "* a",
            "* a\nb\n\n  c",
            "*      a\n\n  b",
            "* * a\n\n  b",
            "*    a\n  * b\n\n     c",
            "*\ta\n\n  b",
        ] {
            assert_eq!(inner(entry), [""; 0], "{entry}");
        }
    }

    #[test]
    fn marks_that_reach_over_blank_lines_make_dependent() {
        for text in
            ["```\na", "* ~~~", "a <!-- b", "<PRE>", "[a]: b", "a\rb", "> [a b\nc]: /d", "x]: y"]
        {
            assert!(!is_independent(text), "{text}");
        }
        for text in ["a [b](c): d", "<p>a</p>", "[a](b)", "a * b", "see [1]. So: it"] {
            assert!(is_independent(text), "{text}");
        }
    }
}
