//! Recognises pages that would keep the HTML parser busy for hours.
//!
//! The parser compares each attribute of a tag with every other attribute of that tag, so its time
//! grows with the square of their number.

/// The largest number of attributes in one tag. Real tags have far fewer and attacks have hundreds
/// of thousands. The parser compares this many in a hundredth of a second.
const MAX_ATTRIBUTES: usize = 4000;

/// How many bytes may be examined for each byte of the page. Only parsing tells where tags begin,
/// so every `<` is examined as if it began one.
const MAX_BYTES_PER_BYTE: usize = 256;

/// Whether a tag has too many attributes, or a part of the page that looks like a tag has.
pub(super) fn is_attack(html: &str) -> bool {
    let bytes = html.as_bytes();
    let mut budget = bytes.len().saturating_mul(MAX_BYTES_PER_BYTE);
    for start in memchr::memchr_iter(b'<', bytes) {
        let tag = &bytes[start + 1..];
        if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let size = TagSize::of(tag);
        let Some(remaining) = budget.checked_sub(size.bytes) else { return true };
        budget = remaining;
        if size.attributes > MAX_ATTRIBUTES {
            return true;
        }
    }
    false
}

/// The size of a tag.
struct TagSize {
    /// The number of attributes, estimated and not too low. Counting ends above the limit.
    attributes: usize,
    /// How many bytes were examined.
    bytes: usize,
}

impl TagSize {
    /// Measures the tag at the start of `tag`, which follows its `<`.
    fn of(tag: &[u8]) -> Self {
        let (mut attributes, mut at) = (0, 0);
        let mut was_equals = false;
        while let Some(&byte) = tag.get(at) {
            at += 1;
            match byte {
                b'>' => break,
                // A quote opens a quoted text only at the start of a value.
                b'"' | b'\'' if was_equals => {
                    let end = memchr::memchr(byte, &tag[at..]);
                    at = end.map_or(tag.len(), |end| at + end + 1);
                    attributes += 1;
                    was_equals = false;
                }
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' if was_equals => {}
                // An attribute may begin after white space or a slash; the last of several counts.
                b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' => {
                    let is_last = !tag
                        .get(at)
                        .is_some_and(|next| next.is_ascii_whitespace() || *next == b'/');
                    attributes += usize::from(is_last);
                }
                _ => was_equals = byte == b'=',
            }
            if attributes > MAX_ATTRIBUTES {
                break;
            }
        }
        Self { attributes, bytes: at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(tag: &str) -> usize {
        TagSize::of(tag.as_bytes()).attributes
    }

    #[test]
    fn tags_are_measured() {
        assert_eq!(attributes("p>a b c"), 0);
        assert_eq!(attributes("p a  b / c>"), 3);
        assert!(attributes("p a='>' b=\"> x y z\" c = d>") <= 6);
        assert_eq!(TagSize::of(b"p a='>' >x").bytes, 9, "a quoted mark does not end the tag");
        assert_eq!(TagSize::of(b"p a' >x").bytes, 6, "a quote that opens no value does nothing");
    }

    #[test]
    fn attacks() {
        let many = |between: &str| {
            format!("<p{}", (0..9000).map(|i| format!("{between}a{i}")).collect::<String>())
        };
        for attack in [
            many(" "),
            many("/"),
            many(" x='>' "),
            many(" <"),
            many("=''"),
            format!("<!-- -->{}", many("\n")),
        ] {
            assert!(is_attack(&attack), "{}", &attack[..40]);
        }
        assert!(is_attack(&"<a b='".repeat(100_001)), "many tags without an end");
        let image = format!("<img src='data:image/png;base64,{}'>", "abc/".repeat(100_000));
        for page in [
            image,
            "<p>x ".repeat(100_000),
            "a < b ".repeat(100_000),
            String::new(),
            "<p".to_owned(),
        ] {
            assert!(!is_attack(&page), "{:?}", page.get(..40));
        }
    }
}
