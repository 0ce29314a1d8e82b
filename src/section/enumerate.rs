//! Numbers and letters that authors typed before points and titles: `1.`, `2.1`, `(a)`, `iv)`.

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Digits {
    Decimal,
    Letter,
    Roman,
}

/// A number or letter before a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Enumerator {
    /// What `i` is depends on its neighbours: both readings are kept.
    readings: Vec<(Digits, u32)>,
    /// The numbers before the last, as in the `2` of `2.1`.
    parents: Vec<u32>,
    /// The brackets or dot around it.
    style: (bool, Option<char>),
    /// Letters and digits that it takes.
    pub letters: usize,
    /// Bytes up to the text after it.
    pub len: usize,
}

impl Enumerator {
    /// Whether this is the next number after `first`, written alike.
    pub fn follows(&self, first: &Self) -> bool {
        self.style == first.style
            && self.parents == first.parents
            && self
                .readings
                .iter()
                .any(|&(digits, value)| first.readings.contains(&(digits, value.wrapping_sub(1))))
    }

    /// Whether it stands further on in the list of `last`: written alike, and a higher number (authors leave some out).
    pub fn continues(&self, last: &Self) -> bool {
        let is_higher = |&(digits, value): &(Digits, u32)| {
            last.readings.iter().any(|&(other, before)| other == digits && before < value)
        };
        self.style == last.style
            && self.parents == last.parents
            && self.readings.iter().any(is_higher)
    }

    /// Whether it is the first of a list in one of its readings.
    pub fn is_first(&self) -> bool {
        self.readings.iter().any(|&(_, value)| value == 1)
    }

    /// How many levels deep it is numbered: 1 for `2.`, 2 for `2.1`.
    pub fn depth(&self) -> usize {
        1 + self.parents.len()
    }
}

/// The enumerator that `text` begins with.
pub(super) fn enumerator(text: &str) -> Option<Enumerator> {
    let (open, rest) = match text.strip_prefix('(') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
    let number = &rest[..end];
    let after = &rest[end..];
    let (number, close) = match (after.chars().next(), number.strip_suffix('.')) {
        (Some(')'), None) => (number, Some(')')),
        (_, Some(number)) => (number, Some('.')),
        // `2.1 Sharing` and `1 Information`, but not `2 years`: the latter is left to the caller's look at the title.
        _ => (number, None),
    };
    if open && close != Some(')') {
        return None;
    }
    let len = text.len() - after.len() + usize::from(close == Some(')'));
    let rest = &text[len..];
    if !open && close != Some(')') && !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let mut parts: Vec<&str> = number.split('.').collect();
    let last = parts.pop()?;
    let parents: Vec<u32> = parts.iter().map(|part| decimal(part)).collect::<Option<_>>()?;
    let mut readings = readings(last);
    // Without a bracket or dot only decimals count: `a` and `I` are words.
    if close.is_none() {
        readings.retain(|&(digits, _)| digits == Digits::Decimal);
    }
    if readings.is_empty() {
        return None;
    }
    let letters = number.chars().filter(char::is_ascii_alphanumeric).count();
    Some(Enumerator {
        readings,
        parents,
        style: (open, close),
        letters,
        len: text.len() - rest.trim_start().len(),
    })
}

/// A clause without the number or letter before it: `3. Cookies` and `(b) Cookies` are `Cookies`, `30 days` and `3.5 million` stay. What
/// has nothing else stays as it is.
pub fn without_number(text: &str) -> &str {
    let Some(number) = enumerator(text) else { return text };
    let rest = &text[number.len..];
    let is_marked = number.style.1.is_some()
        || !number.parents.is_empty() && !rest.chars().next().is_some_and(char::is_lowercase);
    if is_marked && !rest.is_empty() { rest } else { text }
}

fn decimal(text: &str) -> Option<u32> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn readings(text: &str) -> Vec<(Digits, u32)> {
    let mut readings = Vec::new();
    if let Some(value) = decimal(text) {
        readings.push((Digits::Decimal, value));
    }
    if let [letter] = text.as_bytes()
        && letter.is_ascii_alphabetic()
    {
        readings.push((Digits::Letter, u32::from(letter.to_ascii_lowercase() - b'a') + 1));
    }
    if let Some(value) = roman(text) {
        readings.push((Digits::Roman, value));
    }
    readings
}

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
        assert_eq!(enumerator("e.g. this"), None);
        assert_eq!(enumerator("2019 was"), None);
    }
}
