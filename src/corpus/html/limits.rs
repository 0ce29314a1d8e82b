//! Pages that would take the parser hours: it compares every attribute of a tag with every other.

/// More attributes than any tag of a page has; an attack has hundreds of thousands. Comparing this many takes a hundredth of a second.
const MAX_ATTRIBUTES: usize = 4000;

/// How many times its length a page may be looked at. Where tags begin is not known without parsing, so that each `<` may be one.
const MAX_WORK: usize = 256;

/// Whether some tag has more attributes than any tag of a page, or would have, were it one.
pub(super) fn is_attack(html: &str) -> bool {
    let bytes = html.as_bytes();
    let mut work = bytes.len().saturating_mul(MAX_WORK);
    for start in memchr::memchr_iter(b'<', bytes) {
        let tag = &bytes[start + 1..];
        if !tag.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let (attributes, len) = measure(tag);
        let Some(rest) = work.checked_sub(len) else { return true };
        work = rest;
        if attributes > MAX_ATTRIBUTES {
            return true;
        }
    }
    false
}

/// How many attributes a tag has, at least, and how far that was read.
fn measure(tag: &[u8]) -> (usize, usize) {
    let (mut attributes, mut at) = (0, 0);
    let mut was_equals = false;
    while let Some(&byte) = tag.get(at) {
        at += 1;
        match byte {
            b'>' => break,
            // Only a value is quoted.
            b'"' | b'\'' if was_equals => {
                let end = memchr::memchr(byte, &tag[at..]);
                at = end.map_or(tag.len(), |end| at + end + 1);
                attributes += 1;
                was_equals = false;
            }
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' if was_equals => {}
            b' ' | b'\t' | b'\n' | b'\r' | b'\x0C' | b'/' => {
                let is_first =
                    !tag.get(at).is_some_and(|next| next.is_ascii_whitespace() || *next == b'/');
                attributes += usize::from(is_first);
            }
            _ => was_equals = byte == b'=',
        }
        if attributes > MAX_ATTRIBUTES {
            break;
        }
    }
    (attributes, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_measured() {
        let attributes = |tag: &str| measure(tag.as_bytes()).0;
        assert_eq!(attributes("p>a b c"), 0);
        assert_eq!(attributes("p a  b / c>"), 3);
        assert!(attributes("p a='>' b=\"> x y z\" c = d>") <= 6);
        assert_eq!(measure(b"p a='>' >x").1, 9, "a quoted mark does not end the tag");
        assert_eq!(measure(b"p a' >x").1, 6, "what is no value is not quoted");
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
        assert!(is_attack(&"<a b='".repeat(100_001)), "many that do not end");
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
