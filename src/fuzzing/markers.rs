//! Puts numbered marker words, `w0w`, `w1w`, into a text that hides none of its words.

/// The tags that stay as they are. They hide no text.
const TAGS: [&str; 6] = ["<br>", "<div>", "</div>", "<p>", "<b>", "</b>"];

/// Replaces each word of a text by a marker word between spaces, and breaks up what hides text: the
/// targets of links, definitions, other tags and references of characters. Single letters stay,
/// because they number clauses. Returns the text and the number of markers.
pub(super) fn with_markers(text: &str) -> (String, usize) {
    let mut out = String::with_capacity(text.len() * 2);
    let (mut rest, mut count) = (text, 0);
    while let Some(first) = rest.chars().next() {
        let mut used = first.len_utf8();
        if let Some(tag) = TAGS.iter().find(|tag| rest.starts_with(**tag)) {
            used = tag.len();
            out.push_str(tag);
        } else if first.is_alphabetic() {
            used = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if used == 1 && first != 'w' {
                out.push(first);
            } else {
                out.push_str(&format!(" w{count}w "));
                count += 1;
            }
        } else if first.is_ascii_graphic() || first.is_whitespace() {
            out.push(first);
            if matches!(first, '<' | '&' | ']') {
                out.push(' ');
            }
        }
        rest = &rest[used..];
    }
    (out, count)
}

/// The numbers of the marker words in a text.
pub(super) fn markers(text: &str) -> impl Iterator<Item = usize> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter_map(|word| word.strip_prefix('w')?.strip_suffix('w')?.parse().ok())
}
