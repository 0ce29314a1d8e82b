//! The order of texts in which numbers count by their value: `row 9` is before `row 10`.

use std::cmp::Ordering;

/// Compares texts in which runs of digits are numbers.
pub(crate) fn by_value(mut a: &[u8], mut b: &[u8]) -> Ordering {
    loop {
        let order = match (digits(a), digits(b)) {
            (0, _) | (_, 0) => match (a.split_first(), b.split_first()) {
                (Some((x, rest_a)), Some((y, rest_b))) => {
                    (a, b) = (rest_a, rest_b);
                    x.cmp(y)
                }
                _ => return a.len().cmp(&b.len()),
            },
            (in_a, in_b) => {
                let (x, rest_a) = a.split_at(in_a);
                let (y, rest_b) = b.split_at(in_b);
                (a, b) = (rest_a, rest_b);
                let (x, y) = (without_zeros(x), without_zeros(y));
                x.len().cmp(&y.len()).then(x.cmp(y))
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The number of digits at the start.
fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn without_zeros(digits: &[u8]) -> &[u8] {
    &digits[digits.iter().take_while(|digit| **digit == b'0').count()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_by_their_value() {
        let texts = ["a", "row 1", "row 09", "row 10", "row 10 of 2", "row 100", "s"];
        for (at, text) in texts.iter().enumerate() {
            for (other_at, other) in texts.iter().enumerate() {
                let order = by_value(text.as_bytes(), other.as_bytes());
                assert_eq!(order, at.cmp(&other_at), "{text} {other}");
            }
        }
    }
}
