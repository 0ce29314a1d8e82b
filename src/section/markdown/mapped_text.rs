//! Text with the origin of each of its bytes: Markdown that is read again after something was taken
//! out of it or put in.

use std::borrow::Cow;

/// A part of a snapshot's text, perhaps changed, with a map from its bytes to the bytes of the
/// snapshot's text.
#[derive(Debug, Clone)]
pub(crate) struct MappedText<'t> {
    pub text: Cow<'t, str>,
    /// The starts of ranges in which both texts advance together. Ascending.
    map: Vec<MapEntry>,
}

/// A byte of a text, and the byte of the snapshot's text that it came from.
#[derive(Debug, Clone, Copy)]
struct MapEntry {
    here: usize,
    origin: usize,
}

impl<'t> MappedText<'t> {
    /// The whole text of a snapshot, unchanged.
    pub fn whole(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text), map: vec![MapEntry { here: 0, origin: 0 }] }
    }

    /// The same text, without a copy of it.
    pub fn borrow(&self) -> MappedText<'_> {
        MappedText { text: Cow::Borrowed(&self.text), map: self.map.clone() }
    }

    /// An empty text, to which parts are appended.
    pub fn empty() -> Self {
        Self { text: Cow::Owned(String::new()), map: Vec::new() }
    }

    /// Appends `text`, which comes from byte `origin` of the snapshot's text.
    pub fn push(&mut self, text: &str, origin: usize) {
        self.map.push(MapEntry { here: self.text.len(), origin });
        self.text.to_mut().push_str(text);
    }

    /// Appends `text`, which begins at byte `start` of `from`, with its origins.
    pub fn push_from(&mut self, text: &str, from: &MappedText<'_>, start: usize) {
        let base = self.text.len();
        self.push(text, from.origin(start));
        let end = start + text.len();
        let inside = from.map.partition_point(|entry| entry.here <= start);
        let inside = from.map[inside..].iter().take_while(|entry| entry.here < end);
        self.map.extend(inside.map(|entry| MapEntry { here: base + entry.here - start, ..*entry }));
    }

    /// The byte of the snapshot's text from which the byte at `here` came.
    pub fn origin(&self, here: usize) -> usize {
        match self.map.partition_point(|entry| entry.here <= here).checked_sub(1) {
            Some(last) => self.map[last].origin + (here - self.map[last].here),
            None => here,
        }
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
    fn a_whole_text_is_its_own_origin() {
        let whole = MappedText::whole("abc");
        assert_eq!(whole.borrow().origin(2), 2);
    }
}
