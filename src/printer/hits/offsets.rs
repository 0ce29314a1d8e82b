//! The unit of the numbers in `highlights`.

use std::borrow::Cow;
use std::ops::Range;

use crate::search::Hit;

/// The unit of the numbers in `highlights`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OffsetUnit {
    /// Bytes of the text as UTF-8.
    #[default]
    Bytes,
    /// Unicode scalar values, as Python, R and SQL count them, and JavaScript up to U+FFFF.
    Chars,
}

impl OffsetUnit {
    /// The hit with its highlights, which are in bytes, converted to this unit.
    pub(super) fn applied_to(self, hit: &Hit) -> Cow<'_, Hit> {
        match self {
            OffsetUnit::Bytes => Cow::Borrowed(hit),
            OffsetUnit::Chars => {
                let highlights = in_chars(&hit.text, &hit.highlights);
                Cow::Owned(Hit { highlights, ..hit.clone() })
            }
        }
    }
}

/// Ascending byte ranges as ranges of scalar values. The text is read once.
fn in_chars(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut converted = Vec::with_capacity(ranges.len());
    let (mut byte, mut chars) = (0, 0);
    for range in ranges {
        let first = chars + text[byte..range.start].chars().count();
        chars = first + text[range.clone()].chars().count();
        byte = range.end;
        converted.push(first..chars);
    }
    converted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalar_values_are_counted() {
        let text = "é個😀 sell, sell";
        let first = text.find("sell").unwrap();
        let second = text.rfind("sell").unwrap();
        let ranges = [0..2, first..first + 4, second..second + 4];
        assert_eq!(in_chars(text, &ranges), [0..1, 4..8, 10..14]);
    }
}
