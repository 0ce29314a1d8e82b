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
        if let Some(shown) = &clause.number {
            if shown.contains(' ') {
                return None;
            }
            let number = enumerator(&format!("{shown} -"))?;
            let is_amount = follows_amount(&clause.text) || begins_with_thousands(&clause.text);
            let shown = shown.as_str().into();
            return (!is_amount).then_some(Self { number, shown, is_of_list: true, is_heading });
        }
        let number = enumerator(&clause.text)?;
        let rest = &clause.text[number.len..];
        if !may_number(&number, rest, is_heading) {
            return None;
        }
        let shown = clause.text[..number.shown].into();
        Some(Self { number, shown, is_of_list: false, is_heading })
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
        marks.open.is_some() || matches!(marks.close, Some(')' | '、' | '．'))
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
