//! Finds menus without marks: runs of lines that are nothing but links to other pages. Measures how
//! much of a text is furniture.

use super::outline::Outline;
use crate::model::Clause;
use crate::token::tokens;

/// The number of lines in sequence that make a menu.
const MENU_LINES: u8 = 3;

/// The lines before a passage that may belong to a menu.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct MenuRun {
    /// Their number, which does not count beyond those that a menu needs.
    length: u8,
    /// Whether a heading or a lead-in is above them, so that they are a list of the policy.
    is_introduced: bool,
}

impl MenuRun {
    /// Adds a passage, and returns whether it belongs to a menu. `after` are the next passages.
    /// `is_introduced` tells whether a heading or a lead-in is above the passage.
    pub fn add(&mut self, own: &Outline, after: &[Outline], is_introduced: bool) -> bool {
        if !own.is_menu {
            *self = Self::default();
            return false;
        }
        if self.length == 0 {
            self.is_introduced = is_introduced;
        }
        let before = self.length;
        self.length = (before + 1).min(MENU_LINES - 1);
        let most = usize::from(MENU_LINES - 1);
        let following = after.iter().take(most).take_while(|next| next.is_menu).count();
        usize::from(before) + 1 + following >= usize::from(MENU_LINES) && !self.is_introduced
    }
}

/// The number of words in the furniture among these clauses.
pub(crate) fn furniture_words(clauses: &[Clause]) -> usize {
    let furniture = clauses.iter().filter(|clause| clause.is_furniture);
    word_count(furniture.map(|clause| clause.text.as_str()))
}

/// The number of words in these texts.
pub(crate) fn word_count<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(|text| tokens(text).count()).sum()
}

/// Whether more than half of the words of a text are furniture. Nothing of the text is furniture
/// then, because a policy never is.
pub(crate) fn is_most(furniture: usize, all: usize) -> bool {
    2 * furniture > all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::markdown::blocks::blocks;
    use crate::section::markdown::mapped_text::MappedText;
    use crate::section::structure::passages::passages;

    /// For each passage, whether it belongs to a menu.
    fn menus(markdown: &str, is_introduced: bool) -> Vec<bool> {
        let passages = passages(blocks(&MappedText::whole(markdown)));
        let outlines: Vec<Outline> = passages.iter().map(Outline::of).collect();
        let mut run = MenuRun::default();
        let own = |i: usize| run.add(&outlines[i], &outlines[i + 1..], is_introduced);
        (0..outlines.len()).map(own).collect()
    }

    #[test]
    fn three_links_are_a_menu() {
        let menu = "* [Home](/)\n* [About](/a)\n* [Contact](/c)";
        assert_eq!(menus(menu, false), [true; 3]);
        assert_eq!(menus(menu, true), [false; 3]);
        assert_eq!(menus(&format!("{menu}\n\nText."), false), [true, true, true, false]);
        assert_eq!(menus("[Home](/)\n\n[About](/a)", false), [false; 2]);
    }

    #[test]
    fn contents_are_no_menu() {
        assert_eq!(menus("* [Use](#use)\n* [Share](#share)\n* [Keep](/p#keep)", false), [false; 3]);
    }
}
