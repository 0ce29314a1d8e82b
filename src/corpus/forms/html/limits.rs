//! Recognises pages that would keep the HTML parser busy for hours, or fill the memory.
//!
//! The parser compares each attribute of a tag with every other attribute of that tag, so its time
//! grows with the square of their number. Each tag takes about 80 bytes until the page is written.

/// The largest number of attributes in one tag. Real tags have far fewer and attacks have hundreds
/// of thousands. The parser compares this many in a hundredth of a second.
const MAX_ATTRIBUTES: usize = 4000;

/// The largest number of tags of a page. A page of a megabyte has some ten thousand.
const MAX_TAGS: usize = 1_000_000;

/// The largest size of a page in bytes. The parser takes some five times as much.
const MAX_PAGE: usize = 32 << 20;

/// How many bytes may be examined for each byte of the page. Only parsing tells where tags begin,
/// so every `<` is examined as if it began one.
const MAX_BYTES_PER_BYTE: usize = 256;

/// Why a page is not parsed: it is too large, it has too many tags, a tag has too many attributes,
/// or a part of the page that looks like a tag has. `None`: it is parsed.
pub(super) fn reason_of_attack(html: &str) -> Option<&'static str> {
    const ATTRIBUTES: &str = "has tags that are none of a page: thousands of attributes in one";
    const TAGS: &str = "has more than 1,000,000 tags, which no page has";
    const SIZE: &str = "is larger than 32 MiB, too much for one page";
    let bytes = html.as_bytes();
    if bytes.len() > MAX_PAGE {
        return Some(SIZE);
    }
    let mut budget = bytes.len().saturating_mul(MAX_BYTES_PER_BYTE);
    let mut tags = 0;
    for start in memchr::memchr_iter(b'<', bytes) {
        let tag = &bytes[start + 1..];
        if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        tags += 1;
        let size = TagSize::of(tag);
        let Some(remaining) = budget.checked_sub(size.bytes) else { return Some(ATTRIBUTES) };
        budget = remaining;
        if size.attributes > MAX_ATTRIBUTES {
            return Some(ATTRIBUTES);
        }
        if tags > MAX_TAGS {
            return Some(TAGS);
        }
    }
    None
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
            assert!(reason_of_attack(&attack).is_some(), "{}", &attack[..40]);
        }
        let endless = "<a b='".repeat(100_001);
        assert!(reason_of_attack(&endless).is_some(), "many tags without an end");
        let tags = reason_of_attack(&"<p>a".repeat(MAX_TAGS + 1));
        assert_eq!(tags, Some("has more than 1,000,000 tags, which no page has"));
        let size = reason_of_attack(&"a".repeat(MAX_PAGE + 1));
        assert_eq!(size, Some("is larger than 32 MiB, too much for one page"));
        let image = format!("<img src='data:image/png;base64,{}'>", "abc/".repeat(100_000));
        for page in [
            image,
            "<p>x ".repeat(100_000),
            "a < b ".repeat(100_000),
            String::new(),
            "<p".to_owned(),
        ] {
            assert_eq!(reason_of_attack(&page), None, "{:?}", page.get(..40));
        }
    }
}
