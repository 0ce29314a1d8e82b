//! Reads the numbers and letters that authors type before paragraphs and titles: `1.`, `2.1`,
//! `(a)`, `iv)`.

/// The digits of a number: `2`, `b` or `ii`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum NumberStyle {
    Decimal,
    Letter,
    Roman,
}

/// One way to read a number. `i` is the ninth letter and also a Roman one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct NumberReading {
    style: NumberStyle,
    value: u32,
}

/// The marks around a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct NumberMarks {
    is_bracketed: bool,
    /// The closing bracket or full stop.
    close: Option<char>,
}

/// A number or letter before a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Enumerator {
    /// All readings of the last number. Which one is meant shows in the numbers beside it.
    readings: Vec<NumberReading>,
    /// The numbers before the last one: the `2` of `2.1`.
    parents: Vec<u32>,
    marks: NumberMarks,
    /// The number of letters and digits in it.
    pub letters: usize,
    /// The number of bytes up to the text after it.
    pub len: usize,
}

impl Enumerator {
    /// Whether this is the next number after `first`, and written alike.
    pub fn follows(&self, first: &Self) -> bool {
        self.is_like(first, |first, own| first.wrapping_add(1) == own)
    }

    /// Whether this may be a later number in the list of `last`: written alike, and higher. It need
    /// not be the next one, as authors leave some out.
    pub fn continues(&self, last: &Self) -> bool {
        self.is_like(last, |last, own| last < own)
    }

    /// Whether this is written like `other` and, in one reading, `is_related` holds for the values
    /// of the other and this one.
    fn is_like(&self, other: &Self, is_related: impl Fn(u32, u32) -> bool) -> bool {
        self.marks == other.marks
            && self.parents == other.parents
            && self.readings.iter().any(|own| {
                other.readings.iter().any(|reading| {
                    reading.style == own.style && is_related(reading.value, own.value)
                })
            })
    }

    /// Whether this is the first number of a list in one of its readings.
    pub fn is_first(&self) -> bool {
        self.readings.iter().any(|reading| reading.value == 1)
    }

    /// The number of levels that it numbers: 1 for `2.`, 2 for `2.1`.
    pub fn depth(&self) -> usize {
        1 + self.parents.len()
    }
}

/// The number or letter that `text` begins with.
pub(crate) fn enumerator(text: &str) -> Option<Enumerator> {
    let (is_bracketed, rest) = match text.strip_prefix('(') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
    let number = &rest[..end];
    let after = &rest[end..];
    let (number, close) = match (after.chars().next(), number.strip_suffix('.')) {
        (Some(')'), None) => (number, Some(')')),
        (_, Some(number)) => (number, Some('.')),
        // This is `1 Information`, but also `2 years`: the caller judges the words after it.
        _ => (number, None),
    };
    if is_bracketed && close != Some(')') {
        return None;
    }
    let len = text.len() - after.len() + usize::from(close == Some(')'));
    let rest = &text[len..];
    if !is_bracketed && close != Some(')') && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let mut parts: Vec<&str> = number.split('.').collect();
    let last = parts.pop()?;
    let parents: Vec<u32> = parts.iter().map(|part| decimal(part)).collect::<Option<_>>()?;
    let mut readings = readings(last);
    // Without a bracket or full stop, only decimals are numbers: `a` and `I` are words.
    if close.is_none() {
        readings.retain(|reading| reading.style == NumberStyle::Decimal);
    }
    if readings.is_empty() {
        return None;
    }
    let letters = number.chars().filter(char::is_ascii_alphanumeric).count();
    Some(Enumerator {
        readings,
        parents,
        marks: NumberMarks { is_bracketed, close },
        letters,
        len: text.len() - rest.trim_start().len(),
    })
}

/// The text of a clause without the number or letter in front of it.
///
/// `3. Cookies` and `(b) Cookies` become `Cookies`, while `30 days` and `3.5 million` are kept. A
/// text that is nothing but a number is kept, too.
pub fn without_number(text: &str) -> &str {
    let Some(number) = enumerator(text) else { return text };
    let rest = &text[number.len..];
    let is_marked = number.marks.close.is_some()
        || !number.parents.is_empty() && !rest.chars().next().is_some_and(char::is_lowercase);
    if is_marked && !rest.is_empty() { rest } else { text }
}

/// A decimal number of at most three digits. Longer ones are years or amounts.
fn decimal(text: &str) -> Option<u32> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn readings(text: &str) -> Vec<NumberReading> {
    let values = [
        (NumberStyle::Decimal, decimal(text)),
        (NumberStyle::Letter, letter(text)),
        (NumberStyle::Roman, roman(text)),
    ];
    let readings = values.into_iter().filter_map(|(style, value)| {
        let value = value?;
        Some(NumberReading { style, value })
    });
    readings.collect()
}

/// The position of a single letter in the alphabet, from 1.
fn letter(text: &str) -> Option<u32> {
    match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => {
            Some(u32::from(letter.to_ascii_lowercase() - b'a') + 1)
        }
        _ => None,
    }
}

/// The value of a Roman number below 100.
fn roman(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 6 {
        return None;
    }
    let digits: Vec<u32> = text
        .chars()
        .map(|c| match c.to_ascii_lowercase() {
            'i' => Some(1),
            'v' => Some(5),
            'x' => Some(10),
            'l' => Some(50),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let value = digits.iter().enumerate().fold(0i64, |sum, (i, &digit)| {
        let is_less = digits.get(i + 1).is_some_and(|&next| next > digit);
        sum + if is_less { -i64::from(digit) } else { i64::from(digit) }
    });
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follows(first: &str, next: &str) -> bool {
        match (enumerator(first), enumerator(next)) {
            (Some(first), Some(next)) => next.follows(&first),
            _ => false,
        }
    }

    #[test]
    fn neighbours_decide() {
        for (first, next) in [
            ("1. a", "2. b"),
            ("(h) x", "(i) y"),
            ("(i) x", "(ii) y"),
            ("2.1 x", "2.2 y"),
            ("a) x", "b) y"),
        ] {
            assert!(follows(first, next), "{first} {next}");
        }
        for (first, next) in [
            ("1. a", "3. b"),
            ("1. a", "2) b"),
            ("a b", "b c"),
            ("1.1 x", "2.2 y"),
            ("(a x", "(b y"),
        ] {
            assert!(!follows(first, next), "{first} {next}");
        }
        assert_eq!(enumerator("1.10 LINKS").map(|e| (e.depth(), e.len)), Some((2, 5)));
        let continues = |last: &str, next: &str| {
            enumerator(next).unwrap().continues(&enumerator(last).unwrap())
        };
        assert!(continues("1. a", "3. b") && !continues("3. a", "3. b"));
        assert_eq!(enumerator("e.g. this"), None);
        assert_eq!(enumerator("2019 was"), None);
    }

    #[test]
    fn numbers_are_removed_and_amounts_are_kept() {
        for text in ["3. Cookies", "(b) Cookies", "iv) Cookies", "2.1 Cookies"] {
            assert_eq!(without_number(text), "Cookies", "{text}");
        }
        for text in ["30 days", "3.5 million", "2.", "Cookies", ""] {
            assert_eq!(without_number(text), text);
        }
    }

    #[test]
    fn roman_numbers_subtract_smaller_digits() {
        assert_eq!([roman("iv"), roman("xl"), roman("xii")], [Some(4), Some(40), Some(12)]);
        assert_eq!([roman("c"), roman("")], [None, None]);
    }
}
