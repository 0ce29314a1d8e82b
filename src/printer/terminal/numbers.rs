//! Numbers as people read them.

/// A number with its unit: `1 policy`, `2 policies`, `1234 policies`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A number with commas, and its unit: `1,234 policies`.
pub fn counted_grouped(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with commas: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number of bytes in powers of 1000: `1.27 GB`.
pub fn bytes(number: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    match units.into_iter().find(|&(_, size)| number >= size) {
        Some((name, size)) => format!("{:.2} {name}", number as f64 / size as f64),
        None => format!("{number} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(counted_grouped(1, "policy", "policies"), "1 policy");
        assert_eq!(counted_grouped(1000, "policy", "policies"), "1,000 policies");
    }

    #[test]
    fn bytes_have_units() {
        let expected = ["0 bytes", "999 bytes", "1.50 kB", "1.27 GB"];
        assert_eq!([0, 999, 1500, 1_270_000_000].map(bytes), expected);
    }
}
