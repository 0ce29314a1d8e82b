//! The elements that are open, as a browser keeps them: which end tags close which of them.
//!
//! This follows the tree construction of the HTML standard (13.2.6) as far as clauses depend on it.
//! Every step takes constant time, however deep the elements are nested.

use std::collections::HashMap;

use html5ever::LocalName;
use rustc_hash::FxBuildHasher;

use super::elements::{ElementRole, role};

/// The largest number of open elements. Elements that are nested deeper have no effect beyond their
/// words. Browsers stop at 512.
const MAX_OPEN: usize = 4096;

/// What the end of an element ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::corpus::forms::html) struct ElementEffects {
    /// Whether its end ends the block.
    pub is_block: bool,
    /// Whether it is a container of blocks, such as a list or a cell.
    pub is_container: bool,
    /// Whether its words are furniture.
    pub is_furniture: bool,
    /// Whether it is a part of the main text.
    pub is_part: bool,
    /// Whether its words are apart from the text around it.
    pub is_apart: bool,
    /// Whether its words are not shown at all.
    pub is_dropped: bool,
    /// Whether its line ends count.
    pub is_preformatted: bool,
    /// Whether its words have a style.
    pub has_style: bool,
    /// Whether it is a box within a line.
    pub is_box: bool,
    /// Whether it is a heading.
    pub is_heading: bool,
}

/// An open element.
#[derive(Debug)]
pub(in crate::corpus::forms::html) struct OpenElement {
    /// Its name.
    pub name: LocalName,
    /// Its effects.
    pub effects: ElementEffects,
}

/// The open elements, from the outside in.
#[derive(Debug, Default)]
pub(in crate::corpus::forms::html) struct OpenElements {
    elements: Vec<OpenElement>,
    /// The positions of the open elements with each name.
    by_name: HashMap<LocalName, Vec<usize>, FxBuildHasher>,
    /// The positions of elements that are scopes, special, or borders of list entries.
    scopes: Vec<usize>,
    specials: Vec<usize>,
    entry_borders: Vec<usize>,
    /// The number of elements that are open beyond the limit.
    beyond: usize,
}

impl OpenElements {
    /// The number of open elements.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Opens an element. Returns `false` if it is beyond the limit.
    pub fn push(&mut self, name: LocalName, effects: ElementEffects) -> bool {
        let at = self.elements.len();
        if at >= MAX_OPEN {
            self.beyond += 1;
            return false;
        }
        let role = role(&name);
        if role.is_scope(&name) {
            self.scopes.push(at);
        }
        if role.is_special() {
            self.specials.push(at);
        }
        if role.is_entry_border(&name) {
            self.entry_borders.push(at);
        }
        self.by_name.entry(name.clone()).or_default().push(at);
        self.elements.push(OpenElement { name, effects });
        true
    }

    /// Closes the innermost element.
    pub fn pop(&mut self) -> Option<OpenElement> {
        let element = self.elements.pop()?;
        let at = self.elements.len();
        if let Some(positions) = self.by_name.get_mut(&element.name) {
            positions.pop();
        }
        for positions in [&mut self.scopes, &mut self.specials, &mut self.entry_borders] {
            positions.pop_if(|last| *last == at);
        }
        Some(element)
    }

    /// Makes the end of the innermost element end its block, but no container.
    pub fn forget_container(&mut self) {
        if let Some(innermost) = self.elements.last_mut() {
            innermost.effects.is_container = false;
        }
    }

    /// Takes back an element beyond the limit, if there is one.
    pub fn pop_beyond(&mut self) -> bool {
        let has_some = self.beyond > 0;
        self.beyond -= usize::from(has_some);
        has_some
    }

    /// The position of the innermost open element with this name.
    pub fn last(&self, name: &str) -> Option<usize> {
        self.by_name.get(&LocalName::from(name))?.last().copied()
    }

    /// The position of the innermost open element with one of these names.
    pub fn last_of(&self, names: &[&str]) -> Option<usize> {
        names.iter().filter_map(|name| self.last(name)).max()
    }

    /// The position of the element that an end tag with this name closes.
    pub fn closed_by(&self, name: &str) -> Option<usize> {
        let role = role(name);
        let names: &[&str] = match role {
            ElementRole::Heading(_) => &["h1", "h2", "h3", "h4", "h5", "h6"],
            _ => &[name],
        };
        let last = self.last_of(names)?;
        let border = match role {
            ElementRole::Inline | ElementRole::Mark | ElementRole::Choice => self.specials.last(),
            _ if role.is_table_part() => return Some(last).filter(|at| Some(*at) > self.table()),
            ElementRole::Table | ElementRole::Apart | ElementRole::Dropped => return Some(last),
            _ => self.scopes.last(),
        };
        // An element that is a border itself is closed, too.
        border.is_none_or(|border| last >= *border).then_some(last)
    }

    /// The position of the innermost open paragraph, if a block ends it.
    pub fn paragraph(&self) -> Option<usize> {
        self.last("p").filter(|at| self.scopes.last().is_none_or(|scope| at > scope))
    }

    /// The position of the innermost open entry with one of these names, if another entry ends it.
    pub fn entry(&self, names: &[&str]) -> Option<usize> {
        self.last_of(names).filter(|at| self.entry_borders.last().is_none_or(|border| at > border))
    }

    /// The position of the innermost open table.
    pub fn table(&self) -> Option<usize> {
        self.last("table")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(names: &[&str]) -> OpenElements {
        let mut open = OpenElements::default();
        for name in names {
            open.push(LocalName::from(*name), ElementEffects::default());
        }
        open
    }

    #[test]
    fn end_tags_close_elements_in_scope() {
        assert_eq!(opened(&["div", "p", "span"]).closed_by("div"), Some(0));
        assert_eq!(opened(&["div", "table", "tr", "td"]).closed_by("div"), None);
        assert_eq!(opened(&["span", "div"]).closed_by("span"), None);
        assert_eq!(opened(&["table", "tr", "td", "div"]).closed_by("td"), Some(2));
        assert_eq!(opened(&["td", "table"]).closed_by("td"), None);
        assert_eq!(opened(&["h2", "b"]).closed_by("h3"), Some(0));
    }

    #[test]
    fn entries_end_entries_of_their_list() {
        assert_eq!(opened(&["ul", "li", "div", "p"]).entry(&["li"]), Some(1));
        assert_eq!(opened(&["ul", "li", "ul"]).entry(&["li"]), None);
        assert_eq!(opened(&["p", "span"]).paragraph(), Some(0));
        assert_eq!(opened(&["p", "button"]).paragraph(), None);
    }

    #[test]
    fn elements_beyond_the_limit_are_counted() {
        let mut open = opened(&["div"; MAX_OPEN + 2]);
        assert_eq!(open.len(), MAX_OPEN);
        assert!(open.pop_beyond() && open.pop_beyond() && !open.pop_beyond());
        while open.pop().is_some() {}
        assert_eq!(open.last("div"), None);
    }
}
