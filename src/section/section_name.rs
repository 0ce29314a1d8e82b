//! The name of a section in a path.

use std::borrow::Cow;

use crate::error::floor_border;

/// The size of the longest name, in bytes. A path is stored with each clause of its section, so a
/// page that is one heading would take the square of its size.
const MAX_BYTES: usize = 1000;

/// The heading as a path shows it. The rest of a longer heading is in the clause of the heading
/// alone.
pub(super) fn section_name(heading: &str) -> Cow<'_, str> {
    if heading.len() <= MAX_BYTES {
        return Cow::Borrowed(heading);
    }
    let shown = heading[..floor_border(heading, MAX_BYTES)].trim_end();
    Cow::Owned(format!("{shown}…"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::section;

    #[test]
    fn long_names_are_cut_and_no_word_is_lost() {
        assert_eq!(section_name("Data"), "Data");
        let heading = "é ".repeat(2000);
        let text = format!("# {heading}\n\nA.\n\n## B\n\nC.");
        let clauses = section(&text);
        assert_eq!(clauses[0].text, heading.trim_end());
        let path: Vec<usize> = clauses[3].section.iter().map(String::len).collect();
        assert_eq!(path, ["é ".repeat(333).len() + 2, 1]);
        assert!(clauses[3].section[0].ends_with("é…"));
    }
}
