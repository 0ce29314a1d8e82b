//! Finds where the tags, comments, scripts and style sheets of raw HTML end.

/// How many bytes may be examined for each byte of a block, and how many in any block. Whatever a
/// `<` begins is searched for its end, so that many of them before one `>` would take a time that
/// grows with the square of their number. Real blocks need about one.
const MAX_BYTES_PER_BYTE: usize = 16;
const MIN_BYTES: usize = 4096;

/// The ends of what the tags of a text open, for each `<` in the order of the text.
pub(super) struct TagEnds<'t> {
    text: &'t str,
    /// The text in lower case, in which names of tags are searched.
    folded: String,
    /// The starts of the last end marks. What opens after them has no end, so that none is searched
    /// for.
    last_comment: usize,
    last_script: usize,
    last_style: usize,
    last_tag: usize,
    /// How many bytes may still be examined. After that, each `<` is text.
    budget: usize,
}

impl<'t> TagEnds<'t> {
    /// The ends in a block of HTML.
    pub fn of(text: &'t str) -> Self {
        let folded = text.to_ascii_lowercase();
        Self {
            text,
            last_comment: folded.rfind("-->").unwrap_or(0),
            last_script: folded.rfind("</script").unwrap_or(0),
            last_style: folded.rfind("</style").unwrap_or(0),
            last_tag: folded.rfind('>').unwrap_or(0),
            folded,
            budget: text.len().saturating_mul(MAX_BYTES_PER_BYTE).max(MIN_BYTES),
        }
    }

    /// The byte after what opens at this `<`. It is a lone sign if no `>` follows.
    pub fn end(&mut self, open: usize) -> usize {
        let rest = &self.text[open..];
        if rest.starts_with("<!--") {
            // A comment without an end would hide the rest of the policy. Only its opening is a
            // mark.
            let end = if open < self.last_comment { rest.find("-->") } else { None };
            return open + end.map_or(4, |i| i + 3);
        }
        let Some(end) = self.end_of_tag(open) else { return open + 1 };
        for (name, close, last) in
            [("<script", "</script", self.last_script), ("<style", "</style", self.last_style)]
        {
            let after = self.folded[open..].strip_prefix(name);
            let is_opening = after
                .is_some_and(|after| after.starts_with(['>', '/', ' ', '\t', '\n', '\r', '\x0C']));
            if is_opening && open < last {
                let close = self.folded[open..].find(close).map_or(end, |i| open + i);
                let after = &self.text[close..];
                return after.find('>').map_or(self.text.len(), |i| close + i + 1);
            }
        }
        end
    }

    /// The byte after the tag at this `<`.
    fn end_of_tag(&mut self, open: usize) -> Option<usize> {
        if open >= self.last_tag || self.budget == 0 {
            return None;
        }
        let rest = &self.text[open..];
        let near = &rest.as_bytes()[..rest.len().min(self.budget)];
        let (length, examined) = match quoted_tag(near) {
            Ok(length) => (Some(length), length),
            Err(examined) => (memchr::memchr(b'>', near).map(|end| end + 1), examined),
        };
        self.budget -= length.unwrap_or(near.len()).max(examined);
        length.map(|length| open + length)
    }
}

/// The length of the tag that `html` begins with. In the quoted values of attributes, `>` is a sign
/// like any other.
///
/// # Errors
///
/// A quote is not closed, or what follows does not belong to a tag: the number of bytes that were
/// examined.
fn quoted_tag(html: &[u8]) -> Result<usize, usize> {
    let mut at = 1;
    let mut is_value = false;
    while let Some(&byte) = html.get(at) {
        at += 1;
        match byte {
            b'>' => return Ok(at),
            b'<' => return Err(at),
            b'"' | b'\'' if is_value => {
                at += memchr::memchr(byte, &html[at..]).ok_or(html.len())? + 1;
                let next = html.get(at).copied().unwrap_or_default();
                if !next.is_ascii_whitespace() && !matches!(next, b'/' | b'>') {
                    return Err(at);
                }
                is_value = false;
            }
            _ => is_value = byte == b'=' || is_value && byte.is_ascii_whitespace(),
        }
    }
    Err(html.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_tag(text: &str) -> &str {
        &text[..TagEnds::of(text).end(0)]
    }

    #[test]
    fn quoted_values_may_contain_the_end_sign() {
        for (tag, rest) in [
            ("<a href=\"x>y z\">", "b"),
            ("<a title = 'a > \"b\"' href=c>", "d > e"),
            ("<a href=\"mailto:Bob <bob@x.example>\">", "b"),
            ("<a href=\"<?php a > b ?>\">", "c"),
            ("<a href=\"x>", "never \"sell\" it>"),
            ("<a href=\"x>", "never"),
            ("<p class=a\">", "b\">"),
            ("<!-- a > b -->", "c"),
            ("<!--", "c > d"),
            ("<script a>b > c</script>", "d"),
            ("<", "b"),
        ] {
            assert_eq!(first_tag(&format!("{tag}{rest}")), tag);
        }
    }

    #[test]
    fn many_signs_before_one_end_are_text() {
        for piece in ["<x ", "<", "<a b=\"", "<a b='<a b=\"", "<x a='b' "] {
            let text = piece.repeat(2_000_000 / piece.len()) + ">";
            let mut ends = TagEnds::of(&text);
            let bytes: usize =
                memchr::memchr_iter(b'<', text.as_bytes()).map(|open| ends.end(open) - open).sum();
            assert!(bytes <= (MAX_BYTES_PER_BYTE + 1) * text.len(), "{piece}: {bytes}");
        }
    }
}
