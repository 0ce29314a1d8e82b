//! Judges which lines of a block are titles of the lines after them.

use crate::section::markdown::inline::{TextLine, typed_bullet};
use crate::section::structure::title_words::{
    ends_sentence, is_capitals, is_date_line, is_plain_title, is_small_word, named_by,
    reads_as_title,
};
use crate::section::structure::vocabulary::begins_with_section;

/// Whether line `i` of a block is a title, and not a line of an address or a verse. `after_title`
/// tells whether the line before is one.
pub(super) fn is_title_line(
    line: &TextLine,
    i: usize,
    after_title: bool,
    texts: &[String],
) -> bool {
    let (text, is_first, is_followed) = (texts[i].as_str(), i == 0, i + 1 < texts.len());
    let words = text.split_whitespace().count();
    if words == 0 || words > 14 || text.ends_with([',', ';']) || is_date_line(text) {
        return false;
    }
    // A name above a house number is an address.
    if is_followed && is_first && texts[1].len() < 60 && starts_with_house_number(&texts[1]) {
        return false;
    }
    let is_styled = line.is_all(|text| text.is_bold) || line.is_all(|text| text.is_italic);
    if is_styled {
        return if is_first { is_followed } else { after_title || is_apart(i, texts) };
    }
    if !is_first || !is_followed {
        return false;
    }
    let body: usize = texts[1..].iter().map(String::len).sum();
    let starts_bold = line.first_with_letter().is_some_and(|text| text.is_bold);
    let half_bold = starts_bold && 2 * line.letters(|text| text.is_bold) >= line.letters(|_| true);
    let next_is_long = texts[1].len() >= 60;
    half_bold && words <= 10 && next_is_long
        || is_capitals(text) && words <= 12 && !is_list_of_names(texts)
        || next_is_long && body >= 60 && reads_as_title(text)
        || is_title_of_sentence(text, &texts[1])
        || is_section_title(text, &texts[1])
}

/// Whether three or more lines are names in capitals, and not the lines of one title.
fn is_list_of_names(texts: &[String]) -> bool {
    let is_name = |text: &String| is_capitals(text) && !text.split(' ').any(is_small_word);
    texts.len() > 2 && texts.iter().all(is_name)
}

/// Whether a line is the name and number of a section, perhaps with its title, above its text.
fn is_section_title(text: &str, next: &str) -> bool {
    begins_with_section(text) && is_plain_title(text) && !next.starts_with(char::is_lowercase)
}

/// Whether a line without any style is the title of the sentence after it.
fn is_title_of_sentence(text: &str, next: &str) -> bool {
    let is_sentence =
        next.len() >= 40 && ends_sentence(next) && !next.starts_with(char::is_lowercase);
    is_sentence && named_by(text).is_some_and(is_plain_title)
}

/// Whether line `i` is not inside a sentence, as the second of these lines is: `We share it with`,
/// **no one at all**, `unless ...`.
fn is_apart(i: usize, texts: &[String]) -> bool {
    let before = &texts[i - 1];
    let continues = texts.get(i + 1).is_some_and(|next| next.starts_with(char::is_lowercase));
    !continues
        && (ends_sentence(before) || before.ends_with([')', ']']) || typed_bullet(before).is_some())
}

fn starts_with_house_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(' ')
}
