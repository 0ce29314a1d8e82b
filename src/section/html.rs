//! Raw HTML inside Markdown: its tags are marks, its text is text.

use super::source::Source;

/// What a tag does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// A mark inside a line: nothing is left of it.
    Inline,
    /// A line break.
    Break,
    /// Begins or ends a block.
    Block,
    /// No tag of HTML, such as the unfilled template `<company name>`: it is text.
    Text,
}

/// Elements of the HTML standard (and its obsolete ones) that stand in a line of text.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "applet", "area", "audio", "b", "base", "basefont", "bdi", "bdo", "big",
    "button", "canvas", "cite", "code", "data", "datalist", "del", "dfn", "em", "embed", "font", "i",
    "iframe", "img", "input", "ins", "kbd", "label", "link", "map", "mark", "meta", "meter", "nobr",
    "noscript", "object", "output", "param", "picture", "progress", "q", "rp", "rt", "ruby", "s", "samp",
    "script", "select", "slot", "small", "source", "span", "strike", "strong", "style", "sub", "sup", "svg",
    "template", "time", "title", "track", "tt", "u", "var", "video", "wbr",
];

/// Elements that begin or end a block.
const BLOCK: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// What `tag`, written `<...>`, is.
pub(super) fn tag(tag: &str) -> Tag {
    let inner = tag.trim_start_matches('<').trim_start_matches('/');
    if inner.starts_with('!') || inner.starts_with('?') {
        return Tag::Inline;
    }
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = inner[..end].to_ascii_lowercase();
    // A tag's name is followed by white space, `/` or `>`: `<a@b.example>` is an address.
    if !inner[end..].starts_with(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>') {
        return Tag::Text;
    }
    match name.as_str() {
        "br" => Tag::Break,
        name if INLINE.contains(&name) => Tag::Inline,
        name if BLOCK.contains(&name) => Tag::Block,
        _ => Tag::Text,
    }
}

/// The target of `<a href=...>`, if `tag` is such a tag.
pub(super) fn link_target(tag: &str) -> Option<&str> {
    let rest = tag.strip_prefix("<a").or_else(|| tag.strip_prefix("<A"))?;
    let at = rest.to_ascii_lowercase().find("href")?;
    let value = rest[at + 4..].trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
    }
}

/// The text of a block of HTML as Markdown to be read again, or `None` if it has no tag of HTML.
///
/// Comments, scripts and style sheets are no text that a reader of the page saw.
pub(super) fn strip<'t>(block: &Source<'t>) -> Option<Source<'t>> {
    let text = block.text.as_ref();
    let mut out = Source::empty();
    let (mut at, mut found) = (0, false);
    while let Some(open) = text[at..].find('<').map(|i| at + i) {
        let Some(end) = end_of_tag(text, open) else { break };
        let kind = tag(&text[open..end]);
        if kind == Tag::Text {
            out.push(&text[at..end], block.origin(at));
            at = end;
            continue;
        }
        found = true;
        out.push(&text[at..open], block.origin(at));
        match kind {
            Tag::Block => out.push("\n\n", block.origin(open)),
            Tag::Break => out.push("  \n", block.origin(open)),
            Tag::Inline | Tag::Text => {}
        }
        at = end;
    }
    out.push(&text[at..], block.origin(at));
    found.then_some(out)
}

/// Where the tag, comment, script or style sheet that opens at `open` ends.
fn end_of_tag(text: &str, open: usize) -> Option<usize> {
    let rest = &text[open..];
    if rest.starts_with("<!--") {
        return Some(rest.find("-->").map_or(text.len(), |i| open + i + 3));
    }
    let end = open + rest.find('>')? + 1;
    for name in ["script", "style"] {
        let is_opening = rest[1..].get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name))
            && tag(&text[open..end]) == Tag::Inline;
        if is_opening {
            let close = format!("</{name}");
            let found =
                rest.as_bytes().windows(close.len()).position(|w| w.eq_ignore_ascii_case(close.as_bytes()));
            return Some(match found {
                Some(i) => open + i + rest[i..].find('>').map_or(rest.len() - i, |j| j + 1),
                None => end,
            });
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(html: &str) -> Option<String> {
        strip(&Source::whole(html)).map(|s| s.text.into_owned())
    }

    #[test]
    fn tags_are_marks_and_templates_are_text() {
        assert_eq!(tag("<br/>"), Tag::Break);
        assert_eq!(tag("<company name>"), Tag::Text);
        assert_eq!(tag("</div>"), Tag::Block);
        assert_eq!(tag("<a@b.example>"), Tag::Text);
        assert_eq!(
            stripped("<p>One<script>x < y</script></p>\n<!-- no -->two").as_deref(),
            Some("\n\nOne\n\n\ntwo")
        );
        assert_eq!(stripped("<your name> here"), None);
        assert_eq!(link_target("<a class=x HREF = 'https://x.example/y'>"), Some("https://x.example/y"));
    }
}
