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
    "a", "abbr", "acronym", "applet", "area", "audio", "b", "base", "basefont", "bdi", "bdo",
    "big", "button", "canvas", "cite", "code", "data", "datalist", "del", "dfn", "em", "embed",
    "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "link", "map", "mark", "meta",
    "meter", "nobr", "noscript", "object", "output", "param", "picture", "progress", "q", "rp",
    "rt", "ruby", "s", "samp", "script", "select", "slot", "small", "source", "span", "strike",
    "strong", "style", "sub", "sup", "svg", "template", "time", "title", "track", "tt", "u", "var",
    "video", "wbr",
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

/// Attributes that stand without a value.
const BARE_ATTRIBUTES: &[&str] = &[
    "allowfullscreen",
    "async",
    "autofocus",
    "autoplay",
    "checked",
    "compact",
    "controls",
    "defer",
    "disabled",
    "hidden",
    "ismap",
    "loop",
    "multiple",
    "muted",
    "nohref",
    "noresize",
    "noshade",
    "nowrap",
    "open",
    "readonly",
    "required",
    "reversed",
    "selected",
];

/// What `tag`, written `<...>`, is.
pub(super) fn tag(tag: &str) -> Tag {
    let inner = tag.trim_start_matches('<').trim_start_matches('/');
    let is = |opening: &str| {
        inner.get(..opening.len()).is_some_and(|start| start.eq_ignore_ascii_case(opening))
    };
    if inner.starts_with(['!', '?']) {
        let is_mark = is("!--") || is("!doctype") || is("![") || is("?") && inner.ends_with("?>");
        return if is_mark { Tag::Inline } else { Tag::Text };
    }
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = inner[..end].to_ascii_lowercase();
    // A tag's name is followed by white space, `/` or `>`: `<a@b.example>` is an address.
    if !inner[end..].starts_with(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>') {
        return Tag::Text;
    }
    // `<link to our policy>` is a template too: tags have attributes with values, or of a few names.
    let attributes = inner[end..].split('>').next().unwrap_or_default().trim_end_matches('/');
    let mut words = attributes.split_ascii_whitespace();
    if !attributes.contains('=')
        && words.any(|word| !BARE_ATTRIBUTES.contains(&word.to_ascii_lowercase().as_str()))
    {
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

/// The text of a block of HTML as Markdown to be read again; a `<` that begins no tag of HTML is escaped in it.
///
/// Comments, scripts and style sheets are no text that a reader of the page saw.
pub(super) fn strip(block: &Source<'_>) -> Source<'static> {
    let text = block.text.as_ref();
    let mut out = Source::empty();
    let ends = LastEnds::of(text);
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|i| at + i) {
        out.push_from(&text[at..open], block, at);
        let end = end_of_tag(text, open, &ends);
        let kind = end.map_or(Tag::Text, |end| tag(&text[open..end]));
        let Some(end) = end.filter(|_| kind != Tag::Text) else {
            let is_address = end.is_some_and(|end| {
                text[open..end].contains("://") || text[open..end].contains('@')
            });
            out.push(if is_address { "<" } else { "\\<" }, block.origin(open));
            at = open + 1;
            continue;
        };
        match kind {
            Tag::Block => out.push("\n\n", block.origin(open)),
            Tag::Break => out.push("  \n", block.origin(open)),
            Tag::Inline | Tag::Text => {}
        }
        at = end;
    }
    out.push_from(&text[at..], block, at);
    out
}

/// Where the last comment, script and style sheet of a text end: what opens behind that has no end, and is not searched for one.
struct LastEnds {
    comment: usize,
    /// Lower case, for the names of tags.
    folded: String,
    script: usize,
    style: usize,
}

impl LastEnds {
    fn of(text: &str) -> Self {
        let folded = text.to_ascii_lowercase();
        let last = |end: &str| folded.rfind(end).unwrap_or(0);
        Self { comment: last("-->"), script: last("</script"), style: last("</style"), folded }
    }
}

/// Where the tag, comment, script or style sheet that opens at `open` ends.
fn end_of_tag(text: &str, open: usize, ends: &LastEnds) -> Option<usize> {
    let rest = &text[open..];
    if rest.starts_with("<!--") {
        // A comment without an end would hide the rest of the policy: its opening alone is taken for a mark.
        let end = if open < ends.comment { rest.find("-->") } else { None };
        return Some(open + end.map_or(4, |i| i + 3));
    }
    let end = open + rest.find('>')? + 1;
    for (name, close, last) in
        [("<script", "</script", ends.script), ("<style", "</style", ends.style)]
    {
        let is_opening =
            ends.folded[open..].starts_with(name) && tag(&text[open..end]) == Tag::Inline;
        if is_opening && open < last {
            let close = ends.folded[open..].find(close).map_or(end, |i| open + i);
            return Some(text[close..].find('>').map_or(text.len(), |i| close + i + 1));
        }
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(html: &str) -> String {
        strip(&Source::whole(html)).text.into_owned()
    }

    #[test]
    fn tags_are_marks_and_templates_are_text() {
        assert_eq!(tag("<br/>"), Tag::Break);
        assert_eq!(tag("<company name>"), Tag::Text);
        assert_eq!(tag("</div>"), Tag::Block);
        assert_eq!(tag("<a@b.example>"), Tag::Text);
        assert_eq!(
            stripped("<p>One<script>x < y</script></p>\n<!-- no -->two"),
            "\n\nOne\n\n\ntwo"
        );
        assert_eq!(stripped("<your name> <b>here <!-- or"), "\\<your name> here  or");
        assert_eq!(tag("<link to our policy>"), Tag::Text);
        assert_eq!(tag("<hr noshade size=1>"), Tag::Block);
        assert_eq!(tag("<!doctype html>"), Tag::Inline);
        assert_eq!(tag("<! we sell it >"), Tag::Text);
        assert_eq!(
            link_target("<a class=x HREF = 'https://x.example/y'>"),
            Some("https://x.example/y")
        );
    }
}
