//! The style of the next words: which marks are open around them.

use std::rc::Rc;

use html5ever::LocalName;

use crate::corpus::forms::html::inline_text::WordStyle;

/// The largest number of open marks. More have no effect. Real pages have about five.
const MAX_STYLES: usize = 64;

/// How an element changes the style of its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::corpus::forms::html) struct StyleChange {
    /// Whether they are bold, if the element decides it.
    pub is_bold: Option<bool>,
    /// Whether they are italic, if the element decides it.
    pub is_italic: Option<bool>,
    /// Whether they are raised.
    pub is_raised: bool,
    /// The target of the link that they are, if the element decides it.
    pub link: Option<Option<Rc<str>>>,
}

/// What opened a style.
#[derive(Debug, PartialEq, Eq)]
enum StyleOrigin {
    /// A mark, which only its own end tag closes, and the number of elements around it.
    Mark(LocalName, usize),
    /// An open element at this position.
    Element(usize),
    /// A cell at this position, outside of which its marks have no effect.
    Cell(usize),
}

impl StyleOrigin {
    fn is_cell(&self) -> bool {
        matches!(self, Self::Cell(_))
    }
}

/// The styles that are open, from the outside in.
#[derive(Debug, Default)]
pub(in crate::corpus::forms::html) struct WordStyles {
    open: Vec<(StyleOrigin, StyleChange)>,
    /// The style of the next words.
    current: WordStyle,
}

impl WordStyles {
    /// The style of the next words.
    pub fn current(&self) -> &WordStyle {
        &self.current
    }

    /// Opens a mark inside this number of elements.
    pub fn open_mark(&mut self, name: LocalName, depth: usize, change: StyleChange) {
        self.push(StyleOrigin::Mark(name, depth), change);
    }

    /// Opens the style of the element at this position.
    pub fn open_element(&mut self, at: usize, change: StyleChange) {
        self.push(StyleOrigin::Element(at), change);
    }

    /// Opens the cell at this position.
    pub fn open_cell(&mut self, at: usize) {
        self.push(StyleOrigin::Cell(at), StyleChange::default());
    }

    /// Closes the innermost mark with this name in the current cell, if it is inside the element at
    /// position `around`. Returns `false` if there is none.
    pub fn close_mark(&mut self, name: &LocalName, around: Option<usize>) -> bool {
        let start = self.open.iter().rposition(|(origin, _)| origin.is_cell());
        let start = start.map_or(0, |cell| cell + 1);
        let mark = self.open[start..].iter().rposition(|(origin, _)| {
            matches!(origin, StyleOrigin::Mark(mark, depth)
                if mark == name && around.is_none_or(|around| *depth > around))
        });
        if let Some(mark) = mark {
            self.open.remove(start + mark);
            self.update();
        }
        mark.is_some()
    }

    /// Closes the style of the element, or the cell, at this position.
    pub fn close_element(&mut self, at: usize) {
        let own = self.open.iter().rposition(|(origin, _)| {
            matches!(origin, StyleOrigin::Element(own) | StyleOrigin::Cell(own) if *own == at)
        });
        let Some(own) = own else { return };
        match self.open[own].0 {
            StyleOrigin::Cell(_) => self.open.truncate(own),
            _ => drop(self.open.remove(own)),
        }
        self.update();
    }

    fn push(&mut self, origin: StyleOrigin, change: StyleChange) {
        if self.open.len() < MAX_STYLES {
            self.open.push((origin, change));
            self.update();
        }
    }

    fn update(&mut self) {
        let mut style = WordStyle::default();
        for (_, change) in &self.open {
            style.is_bold = change.is_bold.unwrap_or(style.is_bold);
            style.is_italic = change.is_italic.unwrap_or(style.is_italic);
            style.is_raised |= change.is_raised;
            if let Some(link) = &change.link {
                style.link.clone_from(link);
            }
        }
        self.current = style;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bold(is_bold: bool) -> StyleChange {
        StyleChange { is_bold: Some(is_bold), ..StyleChange::default() }
    }

    #[test]
    fn marks_end_where_their_own_tag_says() {
        let mut styles = WordStyles::default();
        let b = LocalName::from("b");
        styles.open_mark(b.clone(), 0, bold(true));
        styles.open_mark(LocalName::from("strong"), 0, bold(true));
        assert!(styles.close_mark(&b, None) && styles.current().is_bold);
        assert!(!styles.close_mark(&b, None));
    }

    #[test]
    fn marks_in_cells_end_with_the_cell() {
        let mut styles = WordStyles::default();
        let b = LocalName::from("b");
        styles.open_cell(3);
        styles.open_mark(b.clone(), 0, bold(true));
        styles.close_element(3);
        assert!(!styles.current().is_bold && !styles.close_mark(&b, None));
        styles.open_mark(b.clone(), 0, bold(true));
        styles.open_element(5, bold(false));
        assert!(!styles.current().is_bold);
        styles.close_element(5);
        assert!(styles.current().is_bold);
    }
}
