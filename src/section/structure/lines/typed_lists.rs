//! Finds the entries of lists that the author typed, without marks of Markdown.

use crate::section::markdown::inline::{is_bullet, typed_bullet};
use crate::section::structure::enumerator::{Enumerator, enumerator};
use crate::section::structure::title_words::{ends_colon, ends_sentence};

/// The line after a typed list: the only one that follows an entry without a mark of its own. It
/// begins with a capital, after the end of a sentence.
pub(super) fn after_list(is_entry: &[bool], texts: &[String]) -> Option<usize> {
    let first = is_entry.iter().position(|&is_entry| is_entry)?;
    let last = is_entry.iter().rposition(|&is_entry| is_entry)?;
    let is_unbroken = is_entry[first..=last].iter().all(|&is_entry| is_entry);
    let next = texts.get(last + 1)?;
    let is_sentence =
        texts[last].ends_with(['.', '!', '。']) && next.starts_with(char::is_uppercase);
    let is_long = next.len() >= 40 && ends_sentence(next);
    (is_unbroken && is_sentence && is_long).then_some(last + 1)
}

/// The largest distance between successive numbers of a typed list, in lines. The limit keeps
/// paragraphs of 100,000 numbered lines, which exist, from taking quadratic time.
const ENTRY_LINES: usize = 40;

/// For each line, whether it begins an entry of a list that the author typed with bullets or
/// numbers.
pub(super) fn typed_lists(texts: &[String]) -> Vec<bool> {
    let numbers: Vec<Option<Enumerator>> = texts.iter().map(|text| enumerator(text)).collect();
    let bulleted = texts.iter().filter(|text| typed_bullet(text).is_some()).count();
    (0..texts.len())
        .map(|i| {
            let is_introduced = i > 0 && ends_colon(&texts[i - 1]);
            let is_first = i == 0 || is_introduced || is_bullet(&texts[i]);
            typed_bullet(&texts[i]).is_some() && (bulleted > 1 || is_first)
                || is_numbered_entry(&numbers, i)
                || is_introduced
                    && numbers[i].as_ref().is_some_and(|n| is_first_entry(n, &texts[i]))
        })
        .collect()
}

/// Whether a line after a line with a colon begins the first entry of a list, the rest of which is
/// in other blocks. Its number has a mark: `(1)`, `a)`, `1.`.
fn is_first_entry(number: &Enumerator, text: &str) -> bool {
    let mark = text[..number.len].trim_end();
    number.is_first() && mark.ends_with(['.', ')', ']'])
}

/// Whether line `i` has a number that follows another one or is followed by one. The other number
/// may be some lines away, since entries continue after hard breaks.
pub(super) fn is_numbered_entry(numbers: &[Option<Enumerator>], i: usize) -> bool {
    let Some(number) = &numbers[i] else { return false };
    let before = &numbers[i.saturating_sub(ENTRY_LINES)..i];
    let after = &numbers[i + 1..numbers.len().min(i + 1 + ENTRY_LINES)];
    before.iter().rev().flatten().any(|before| number.follows(before))
        || after.iter().flatten().any(|next| next.follows(number))
}
