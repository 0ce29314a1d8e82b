//! Text that is read again after marks were taken out of it, and where each byte of it came from.

use std::borrow::Cow;

/// A piece of Markdown, and a map from its bytes to bytes of the snapshot's text.
#[derive(Debug, Clone)]
pub(super) struct Source<'t> {
    pub text: Cow<'t, str>,
    /// (byte here, byte there), ascending: from each on, both count up together.
    map: Vec<(usize, usize)>,
}

impl<'t> Source<'t> {
    /// A text that is its own source.
    pub fn whole(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text), map: vec![(0, 0)] }
    }

    /// The same, without a copy of the text.
    pub fn borrow(&self) -> Source<'_> {
        Source { text: Cow::Borrowed(&self.text), map: self.map.clone() }
    }

    /// An empty text to be filled with [`Source::push`].
    pub fn empty() -> Self {
        Self { text: Cow::Owned(String::new()), map: Vec::new() }
    }

    /// Appends `text`, which came from byte `origin` of the snapshot's text.
    pub fn push(&mut self, text: &str, origin: usize) {
        self.map.push((self.text.len(), origin));
        self.text.to_mut().push_str(text);
    }

    /// Appends `text`, which stands at byte `start` of `from`, and came from where that came from.
    pub fn push_from(&mut self, text: &str, from: &Source<'_>, start: usize) {
        let base = self.text.len();
        self.push(text, from.origin(start));
        let (first, end) = (start + 1, start + text.len());
        let from_start = from.map.partition_point(|&(here, _)| here < first);
        let inside = from.map[from_start..].iter().take_while(|&&(here, _)| here < end);
        self.map.extend(inside.map(|&(here, there)| (base + here - start, there)));
    }

    /// Where the byte at `here` came from.
    pub fn origin(&self, here: usize) -> usize {
        let next = self.map.partition_point(|&(start, _)| start <= here);
        match next.checked_sub(1).map(|i| self.map[i]) {
            Some((start, origin)) => origin + (here - start),
            None => here,
        }
    }
}
