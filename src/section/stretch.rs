//! Where a text can be cut so that CommonMark reads its stretches alone as it reads them together.
//!
//! After a blank line a line without indent begins a new block at top level (CommonMark 0.31, section 3), with these exceptions: a list
//! goes on with another entry, and fenced code, comments and a few kinds of raw HTML go on over blank lines. The latter, and link
//! definitions, which are for the whole text, make a stretch dependent. An entry of a list at top level is a stretch of its own where
//! nothing but a mark like that of the list's first entry stands at the start of a line; it says which list it goes on with.

use std::ops::Range;

use super::mend::{is_moved, may_define};

/// A stretch of a text: from its first line to its last one that is not blank, without the line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub range: Range<usize>,
    pub join: Join,
}

/// How a stretch is joined to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Join {
    /// It begins a block.
    New,
    /// It goes on with the list of the stretch before, whose first entry has this number (none: it has bullets).
    List(Option<u64>),
}

/// The stretches of `text`. What is not in one is blank.
pub(super) fn stretches(text: &str) -> Stretches<'_> {
    stretches_from(text, Position::default())
}

/// The stretches of `text` from a position on that [`Stretches::position`] had in this text, or in one that is equal up to there.
pub(super) fn stretches_from(text: &str, position: Position) -> Stretches<'_> {
    let Position { at, list } = position;
    Stretches { text: text.as_bytes(), at, list }
}

/// See [`stretches`].
pub(super) struct Stretches<'t> {
    text: &'t [u8],
    at: usize,
    list: Option<ListMark>,
}

/// Where in a text the next stretch is looked for, and all that is remembered of the text before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// A byte at the start of a line, after the first stretch that of the next one.
    pub at: usize,
    /// The list that the text at hand is certainly in, with nothing else at top level since it began.
    list: Option<ListMark>,
}

impl Stretches<'_> {
    /// Where the next stretch is looked for.
    pub fn position(&self) -> Position {
        Position { at: self.at, list: self.list }
    }
}

impl Position {
    /// The same position in a text that differs before it in so many bytes.
    pub fn moved(self, from: usize, to: usize) -> Self {
        Self { at: (self.at + to).saturating_sub(from), ..self }
    }
}

/// The mark of a list at top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ListMark {
    /// The bullet, or what stands after the number.
    sign: u8,
    /// The number of the first entry.
    start: Option<u64>,
    /// The column at which the text of the last entry begins: what is indented less may be none of its.
    text: usize,
}

impl Iterator for Stretches<'_> {
    type Item = Stretch;

    fn next(&mut self) -> Option<Stretch> {
        let mut stretch: Option<Stretch> = None;
        let mut may_have_list = false;
        let mut is_paragraph = true;
        let mut after_blank = true;
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = &rest[..length];
            let indent = line.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
            if indent == length {
                after_blank = true;
                self.at += length + 1;
                continue;
            }
            let is_marked = is_marked(&line[indent..]);
            let entry = if indent == 0 && is_marked { entry(line) } else { None };
            let begins = match (&stretch, self.list, entry) {
                // Where a list began, its entries are stretches.
                (_, Some(list), Some(next)) if list.sign == next.sign => {
                    Some(Join::List(list.start))
                }
                // Such an entry ends a paragraph even without a blank line.
                (Some(_), _, Some(ListMark { start: None | Some(1), .. })) if is_paragraph => {
                    Some(Join::New)
                }
                _ if after_blank && indent == 0 && !(may_have_list && is_marked) => Some(Join::New),
                (None, ..) => Some(Join::New),
                _ => None,
            };
            if let Some(join) = begins {
                if stretch.is_some() {
                    break;
                }
                self.list = match (join, self.list, entry) {
                    (Join::List(start), Some(_), Some(entry)) => Some(ListMark { start, ..entry }),
                    _ => entry,
                };
                stretch = Some(Stretch { range: self.at..self.at, join });
            } else {
                // Perhaps another block at top level: the list may end here.
                self.list = self.list.filter(|list| indent >= list.text);
            }
            may_have_list |= is_marked;
            is_paragraph &= indent == 0 && is_of_paragraph(line);
            after_blank = false;
            self.at += length + 1;
            if let Some(stretch) = &mut stretch {
                stretch.range.end = self.at - 1;
            }
        }
        stretch
    }
}

/// Whether a line may begin a list entry: `* `, `1.`, or a block quotation, which may hold one.
fn is_marked(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_mark = match line.get(digits) {
        Some(b'.' | b')') => digits > 0,
        Some(b'*' | b'-' | b'+') => digits == 0,
        Some(b'>') => return digits == 0,
        _ => false,
    };
    is_mark && matches!(line.get(digits + 1), None | Some(b' ' | b'\t'))
}

/// Whether a line without indent that begins a block, or goes on with a paragraph, certainly is of a paragraph.
fn is_of_paragraph(line: &[u8]) -> bool {
    let is_text = |byte: u8| {
        byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b'"' | b'\'' | b'(' | b'\\')
    };
    line.first().is_some_and(|&first| is_text(first)) && !line.contains(&b'|')
}

/// The mark of a line that certainly begins a list entry with text.
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
    // The text after five spaces and more is code, which begins after the first.
    let column = digits + 1 + if spaces > 4 { 1 } else { spaces };
    let text = rest.strip_prefix(b" ")?.trim_ascii();
    // A rule, an underline, or an entry that begins with the next line.
    let is_text = text.iter().any(|byte| !matches!(byte, b'*' | b'-' | b'_' | b'=' | b' ' | b'\t'));
    is_text.then_some(ListMark { sign, start, text: column })
}

/// A stretch of the text of a list entry.
pub(super) struct Inner {
    /// Without the indent of the entry; the first has the entry's mark.
    pub text: String,
    pub join: Join,
}

/// The stretches of the text of a list entry that is itself a stretch; `None` if it has only one or cannot be cut.
///
/// The lines of an entry that are indented as its text is, or up to three columns more, are blocks as they would be without that indent.
pub(super) fn entry_stretches(entry: &str, join: Join) -> Option<Vec<Inner>> {
    let (first_line, rest) = entry.split_once('\n')?;
    let width = text_column(first_line)?;
    let indent = rest.split('\n').filter_map(indent_of).min()?;
    let first_text = &first_line[width..];
    let more = indent.checked_sub(width).filter(|&more| more < CODE)?;
    // What is code with the indent may be none without it.
    let may_be_code =
        |line| indent_of(line).is_some_and(|own| (CODE..CODE + more).contains(&(own - width)));
    // A list that begins in the line of the mark belongs to both lists.
    if is_marked(first_text.as_bytes()) || is_moved(entry) || rest.split('\n').any(may_be_code) {
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
    let mut found = stretches(&inner);
    let first = found.next()?.range.end;
    let last_line = inner[..first].bytes().filter(|&byte| byte == b'\n').count();
    let with_mark = entry.split('\n').take(last_line + 1).collect::<Vec<_>>().join("\n");
    let mut out = vec![Inner { text: with_mark, join }];
    out.extend(found.map(|next| Inner { text: inner[next.range].to_owned(), join: next.join }));
    (out.len() > 1).then_some(out)
}

/// The columns from which on a line is indented code.
const CODE: usize = 4;

/// How many spaces a line begins with; `None` for a blank line.
fn indent_of(line: &str) -> Option<usize> {
    let indent = line.bytes().take_while(|&byte| byte == b' ').count();
    line.bytes().any(|byte| !matches!(byte, b' ' | b'\t')).then_some(indent)
}

/// The column at which the text of an entry begins, if that is in the line of its mark.
fn text_column(line: &str) -> Option<usize> {
    entry(line.as_bytes())?;
    let mark = 1 + line.bytes().take_while(u8::is_ascii_digit).count();
    let spaces = line[mark..].bytes().take_while(|&byte| byte == b' ').count();
    // More would be code; a tab counts differently.
    ((1..=4).contains(&spaces) && line.as_bytes().get(mark + spaces) != Some(&b'\t'))
        .then_some(mark + spaces)
}

/// Whether a stretch means the same alone as in any text.
pub(super) fn is_independent(stretch: &str) -> bool {
    let bytes = stretch.as_bytes();
    let is_control = |&byte: &u8| byte < b' ' && byte != b'\n' && byte != b'\t';
    let may_have_fence = memchr::memchr2(b'`', b'~', bytes).is_some();
    !(may_have_fence && (stretch.contains("```") || stretch.contains("~~~")))
        && !memchr::memchr_iter(b'<', bytes).any(|at| goes_on(&bytes[at + 1..]))
        && !bytes.iter().any(is_control)
        && !may_define(stretch)
}

/// Whether raw HTML that begins so after its `<` goes on over blank lines (CommonMark 0.31, section 4.6, kinds 1 to 5).
fn goes_on(html: &[u8]) -> bool {
    const NAMES: [&[u8]; 4] = [b"script", b"pre", b"style", b"textarea"];
    let is_name =
        |name: &&[u8]| html.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    matches!(html.first(), Some(b'!' | b'?')) || NAMES.iter().any(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        stretches(text).map(|stretch| &text[stretch.range]).collect()
    }

    fn joins(text: &str) -> Vec<Join> {
        stretches(text).map(|stretch| stretch.join).collect()
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
    fn entries_go_on_with_their_list() {
        let (new, bullet) = (Join::New, Join::List(None));
        assert_eq!(joins("* a\n* b\n\n    * c\n* d"), [new, bullet, bullet]);
        assert_eq!(joins("3. a\n4. b\n\n7. c"), [new, Join::List(Some(3)), Join::List(Some(3))]);
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
            let found = entry_stretches(entry, Join::New).unwrap_or_default();
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
    fn what_reaches_over_blank_lines_is_dependent() {
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
