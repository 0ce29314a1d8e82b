//! What the numbers of `highlights` count.

use std::borrow::Cow;

use crate::search::Hit;

/// What the numbers of `highlights` count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OffsetUnit {
    /// Bytes of the UTF-8 form of the text.
    #[default]
    Bytes,
    /// Unicode scalar values: what Python, R and SQL count, and JavaScript outside the astral planes.
    Chars,
}

impl OffsetUnit {
    /// The hit with its highlights, which are in bytes, counted this way.
    pub(in crate::printer) fn of(self, hit: &Hit) -> Cow<'_, Hit> {
        match self {
            OffsetUnit::Bytes => Cow::Borrowed(hit),
            OffsetUnit::Chars => {
                let highlights = in_chars(&hit.text, &hit.highlights);
                Cow::Owned(Hit { highlights, ..hit.clone() })
            }
        }
    }
}

/// Ascending byte ranges as ranges of scalar values; the text is walked through once.
fn in_chars(text: &str, ranges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let (mut byte, mut chars) = (0, 0);
    let mut count = |to: usize| {
        chars += text.get(byte..to).map_or(0, |stretch| stretch.chars().count());
        byte = to;
        chars
    };
    ranges.iter().map(|&(start, end)| (count(start), count(end))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalar_values_are_counted() {
        let text = "é個😀 sell, sell";
        let at = |word: &str, from: usize| text[from..].find(word).unwrap() + from;
        let first = at("sell", 0);
        let second = at("sell", first + 1);
        let ranges = [(0, 2), (first, first + 4), (second, second + 4)];
        assert_eq!(in_chars(text, &ranges), [(0, 1), (4, 8), (10, 14)]);
    }
}
