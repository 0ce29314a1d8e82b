//! Reads what may be the number of a clause.

use super::amounts::follows_amount;
use crate::model::{Clause, ClauseKind};
use crate::section::structure::enumerator::{Enumerator, enumerator};

/// What a clause begins with, if this may be its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NumberCandidate {
    pub number: Enumerator,
    /// The number as it is shown, without the text after it.
    pub shown: Box<str>,
    /// Whether Markdown says that it is a number, since it is the mark of an entry of an ordered
    /// list. Then it is no part of the rendered text.
    pub is_of_list: bool,
    /// Whether the author typed it, so that the text of the clause begins with it.
    pub is_typed: bool,
    pub is_heading: bool,
}

impl NumberCandidate {
    /// The candidate of a clause, before the numbers of its snapshot are settled.
    ///
    /// There is none if the clause has no number, or if the words after the number make an amount,
    /// a date or an initial of it.
    pub fn of(clause: &Clause) -> Option<Self> {
        // The first cell of a row is data.
        if clause.kind == ClauseKind::Row {
            return None;
        }
        let is_heading = clause.kind == ClauseKind::Heading;
        match clause.number.as_deref() {
            Some(mark) => Self::of_entry(mark, &clause.text, is_heading),
            None => Self::typed(&clause.text, is_heading),
        }
    }

    /// The candidate of an entry of an ordered list with this mark.
    fn of_entry(mark: &str, text: &str, is_heading: bool) -> Option<Self> {
        let mark = match mark.split_once(' ') {
            None => mark,
            // The author typed the number again. `1. 1. 2024` is a date.
            Some((first, again)) if first == again && !begins_with_digit(text) => again,
            Some(_) => return None,
        };
        let number = enumerator(&format!("{mark} -"))?;
        if follows_amount(text) || begins_with_thousands(text) {
            return None;
        }
        if let Some(typed) = Self::typed(text, is_heading).filter(|typed| typed.repeats(&number)) {
            return Some(Self { is_of_list: true, ..typed });
        }
        Some(Self { number, shown: mark.into(), is_of_list: true, is_typed: false, is_heading })
    }

    /// The candidate that a text begins with.
    fn typed(text: &str, is_heading: bool) -> Option<Self> {
        let number = enumerator(text)?;
        let may_number = may_number(&number, &text[number.len..], is_heading);
        let shown = text[..number.shown].into();
        may_number.then_some(Self { number, shown, is_of_list: false, is_typed: true, is_heading })
    }

    /// Whether a number in an entry says the same as the mark of the entry: `(b)` in the second
    /// entry of a list.
    fn repeats(&self, mark: &Enumerator) -> bool {
        let own = &self.number.readings;
        let mut values = mark.readings.iter().map(|reading| reading.value);
        self.number.parents.is_empty()
            && !self.is_bare()
            && !self.is_initial()
            && values.any(|value| own.iter().any(|reading| reading.value == value))
    }

    /// Whether it looks like the initial of a name: `A.`
    pub fn is_initial(&self) -> bool {
        self.number.marks.is_capital
            && self.number.marks.close == Some('.')
            && self.number.letters == 1
            && self.number.parents.is_empty()
    }

    /// Whether no amount is written with these marks: `(b)`, `b)`, `§ 5`, `一、`.
    pub fn is_marked(&self) -> bool {
        let marks = self.number.marks;
        marks.open.is_some() || matches!(marks.close, Some(')' | ']' | '、' | '．'))
    }

    /// Whether it has neither a mark nor several levels: the `1` of `1 Price`.
    pub fn is_bare(&self) -> bool {
        let marks = self.number.marks;
        marks.open.is_none()
            && matches!(marks.close, None | Some('-' | ':'))
            && self.number.parents.is_empty()
    }
}

/// Whether a number that is typed before `rest` may be the number of a clause.
fn may_number(number: &Enumerator, rest: &str, is_heading: bool) -> bool {
    let Some(first) = rest.chars().next() else { return false };
    // Digits may be the rest of the number, and a further letter the rest of the initials.
    if first.is_numeric() || !rest.chars().any(char::is_alphanumeric) {
        return false;
    }
    if number.is_decimal() && follows_amount(rest) {
        return false;
    }
    if number.marks.is_capital && number.marks.close == Some('.') && begins_with_initial(rest) {
        return false;
    }
    let is_open =
        number.marks.open.is_none() && matches!(number.marks.close, None | Some('-' | ':'));
    // `1 Price` may be numbered, `1 price` and `2.5 times` are amounts.
    !is_open || (is_heading || !number.parents.is_empty()) && !first.is_lowercase()
}

fn begins_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text begins with three digits, which may be the rest of `10. 000`.
fn begins_with_thousands(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 3 && !text[digits..].starts_with(char::is_alphanumeric)
}

/// Whether a text begins with a further initial, as in `B. Smith` after `A.`
fn begins_with_initial(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next() == Some('.')
}
