//! Text with the origin of each of its bytes: Markdown that is read again after something was taken
//! out of it or put in.

use std::borrow::Cow;
use std::ops::Range;

/// A part of a snapshot's text, perhaps changed, with a map from its bytes to the bytes of the
/// snapshot's text.
#[derive(Debug, Clone)]
pub(crate) struct MappedText<'t> {
    pub text: Cow<'t, str>,
    /// The starts of ranges in which both texts advance together. Ascending.
    map: Vec<MapEntry>,
}

/// A change of a text: `text` takes the place of the bytes in `range`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextEdit {
    pub range: Range<usize>,
    pub text: Cow<'static, str>,
}

impl TextEdit {
    /// Inserts a text before a byte.
    pub fn insert(at: usize, text: impl Into<Cow<'static, str>>) -> Self {
        Self { range: at..at, text: text.into() }
    }

    /// Replaces bytes by a text.
    pub fn replace(range: Range<usize>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { range, text: text.into() }
    }

    /// Removes bytes.
    pub fn remove(range: Range<usize>) -> Self {
        Self { range, text: Cow::Borrowed("") }
    }
}

/// A byte of a text, and the byte of the snapshot's text that it came from.
#[derive(Debug, Clone, Copy)]
struct MapEntry {
    here: usize,
    origin: usize,
    /// The last byte of the snapshot's text to which bytes are mapped. A text may be longer than
    /// what it took the place of.
    last: usize,
}

impl<'t> MappedText<'t> {
    /// The whole text of a snapshot, unchanged.
    pub fn whole(text: &'t str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            map: vec![MapEntry { here: 0, origin: 0, last: usize::MAX }],
        }
    }

    /// The same text, without a copy of it.
    pub fn borrow(&self) -> MappedText<'_> {
        MappedText { text: Cow::Borrowed(&self.text), map: self.map.clone() }
    }

    /// The same text, which borrows nothing.
    pub fn into_owned(self) -> MappedText<'static> {
        MappedText { text: Cow::Owned(self.text.into_owned()), map: self.map }
    }

    /// An empty text, to which parts are appended.
    pub fn empty() -> Self {
        Self { text: Cow::Owned(String::new()), map: Vec::new() }
    }

    /// Appends `text`, which comes from byte `origin` of the snapshot's text.
    pub fn push(&mut self, text: &str, origin: usize) {
        self.push_until(text, origin, usize::MAX);
    }

    /// Appends `text`, which comes from bytes `origin` to `last` of the snapshot's text.
    fn push_until(&mut self, text: &str, origin: usize, last: usize) {
        self.map.push(MapEntry { here: self.text.len(), origin, last });
        self.text.to_mut().push_str(text);
    }

    /// Appends `text`, which begins at byte `start` of `from`, with its origins.
    pub fn push_from(&mut self, text: &str, from: &MappedText<'_>, start: usize) {
        let base = self.text.len();
        let last = from.entry(start).map_or(usize::MAX, |entry| entry.last);
        self.push_until(text, from.origin(start), last);
        let end = start + text.len();
        let inside = from.map.partition_point(|entry| entry.here <= start);
        let inside = from.map[inside..].iter().take_while(|entry| entry.here < end);
        self.map.extend(inside.map(|entry| MapEntry { here: base + entry.here - start, ..*entry }));
    }

    /// The text after these edits. Of edits that overlap, only the first one is made.
    ///
    /// Insertions at one byte are made in the order of their texts: a line end comes before the
    /// spaces that move the line after it, and these come before a mark.
    pub fn edited(&self, mut edits: Vec<TextEdit>) -> MappedText<'_> {
        if edits.is_empty() {
            return self.borrow();
        }
        edits.sort_by(|a, b| {
            (a.range.start, a.range.end, &a.text).cmp(&(b.range.start, b.range.end, &b.text))
        });
        let mut out = MappedText::empty();
        let mut copied = 0;
        for TextEdit { range, text } in edits {
            if range.start < copied {
                continue;
            }
            out.push_from(&self.text[copied..range.start], self, copied);
            let (first, end) = (self.origin(range.start), self.origin(range.end));
            out.push_until(&text, first, end.saturating_sub(1).max(first));
            copied = range.end;
        }
        out.push_from(&self.text[copied..], self, copied);
        out
    }

    /// The byte of the snapshot's text from which the byte at `here` came.
    pub fn origin(&self, here: usize) -> usize {
        match self.entry(here) {
            Some(entry) => (entry.origin + (here - entry.here)).min(entry.last),
            None => here,
        }
    }

    /// The entry of the map for the byte at `here`.
    fn entry(&self, here: usize) -> Option<&MapEntry> {
        let next = self.map.partition_point(|entry| entry.here <= here);
        next.checked_sub(1).map(|at| &self.map[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_survive_changes() {
        let whole = MappedText::whole("one two three");
        let mut first = MappedText::empty();
        first.push_from("two", &whole, 4);
        first.push(" and ", 7);
        first.push_from("three", &whole, 8);
        assert_eq!(first.text, "two and three");
        let mut second = MappedText::empty();
        second.push_from("o and th", &first, 2);
        assert_eq!(second.text, "o and th");
        assert_eq!(second.origin(0), 6);
        assert_eq!(second.origin(6), 8);
        assert_eq!(second.origin(7), 9);
    }

    #[test]
    fn edits_insert_replace_and_remove() {
        let whole = MappedText::whole("one two three");
        let edited = whole.edited(vec![
            TextEdit::remove(7..8),
            TextEdit::insert(3, "!"),
            TextEdit::replace(4..7, "2"),
            TextEdit::replace(5..6, "no"),
        ]);
        assert_eq!(edited.text, "one! 2three");
        assert_eq!(edited.origin(edited.text.find("three").unwrap()), 8);
    }

    #[test]
    fn a_longer_text_comes_from_what_it_replaced() {
        let whole = MappedText::whole("a b c");
        let edited = whole.edited(vec![TextEdit::replace(2..3, "long"), TextEdit::insert(5, "!!")]);
        assert_eq!(edited.text, "a long c!!");
        let origins: Vec<_> = (0..edited.text.len()).map(|here| edited.origin(here)).collect();
        assert_eq!(origins, [0, 1, 2, 2, 2, 2, 3, 4, 5, 5]);
        let mut part = MappedText::empty();
        part.push_from("ng c", &edited, 4);
        assert_eq!((0..4).map(|here| part.origin(here)).collect::<Vec<_>>(), [2, 2, 3, 4]);
    }

    #[test]
    fn a_whole_text_is_its_own_origin() {
        let whole = MappedText::whole("abc");
        assert_eq!(whole.borrow().origin(2), 2);
    }
}
