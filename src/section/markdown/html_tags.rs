//! Reads the tags of raw HTML inside Markdown: which are marks, which end a line or a block, and
//! which are not tags at all.

use std::ops::Range;

use super::mapped_text::MappedText;

/// The effect of a tag on the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HtmlTag {
    /// A mark inside a line, which leaves nothing.
    Inline,
    /// A line break.
    Break,
    /// The start or end of a superscript.
    Superscript,
    /// A tag that begins or ends a block.
    Block,
    /// Not a tag of HTML, but text, such as the unfilled template `<company name>`.
    Text,
}

/// Elements inside a line of text, from the HTML standard and its list of obsolete elements.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "applet", "area", "audio", "b", "base", "basefont", "bdi", "bdo",
    "big", "button", "canvas", "cite", "code", "data", "datalist", "del", "dfn", "em", "embed",
    "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "link", "map", "mark", "meta",
    "meter", "nobr", "noscript", "object", "output", "param", "picture", "progress", "q", "rp",
    "rt", "ruby", "s", "samp", "script", "select", "slot", "small", "source", "span", "strike",
    "strong", "style", "sub", "svg", "template", "time", "title", "track", "tt", "u", "var",
    "video", "wbr",
];

/// Elements that begin or end a block, from the same lists.
#[rustfmt::skip]
const BLOCK: &[&str] = &[
    "address", "article", "aside", "blockquote", "body", "caption", "center", "col", "colgroup",
    "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "noframes", "ol", "optgroup",
    "option", "p", "pre", "section", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "tr", "ul",
];

/// Attributes that may be written without a value.
#[rustfmt::skip]
const BARE_ATTRIBUTES: &[&str] = &[
    "allowfullscreen", "async", "autofocus", "autoplay", "checked", "compact", "controls", "defer",
    "disabled", "hidden", "ismap", "loop", "multiple", "muted", "nohref", "noresize", "noshade",
    "nowrap", "open", "readonly", "required", "reversed", "selected",
];

/// Classifies `tag`, which is written `<...>`.
pub(crate) fn tag(tag: &str) -> HtmlTag {
    let inner = tag.trim_start_matches('<').trim_start_matches('/');
    if inner.starts_with(['!', '?']) {
        let is_mark = inner.starts_with("!--")
            || inner.starts_with("![")
            || inner.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("!doctype"))
            || inner.starts_with('?') && inner.ends_with("?>");
        return if is_mark { HtmlTag::Inline } else { HtmlTag::Text };
    }
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let name = inner[..end].to_ascii_lowercase();
    // The name of a tag ends with white space, `/` or `>`. `<a@b.example>` is an address.
    if !inner[end..].starts_with(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>') {
        return HtmlTag::Text;
    }
    // `<link to our policy>` is a template, too: only a few attributes may come without a value.
    let attributes = inner[end..].split('>').next().unwrap_or_default().trim_end_matches('/');
    let mut words = attributes.split_ascii_whitespace();
    if !attributes.contains('=')
        && words.any(|word| !BARE_ATTRIBUTES.contains(&word.to_ascii_lowercase().as_str()))
    {
        return HtmlTag::Text;
    }
    match name.as_str() {
        "br" => HtmlTag::Break,
        "sup" => HtmlTag::Superscript,
        name if INLINE.contains(&name) => HtmlTag::Inline,
        name if BLOCK.contains(&name) => HtmlTag::Block,
        _ => HtmlTag::Text,
    }
}

/// The target of a link, if `tag` is written `<a href=...>`.
pub(crate) fn link_target(tag: &str) -> Option<&str> {
    let rest = tag.strip_prefix("<a").or_else(|| tag.strip_prefix("<A"))?;
    let at = rest.to_ascii_lowercase().find("href")?;
    let value = rest[at + 4..].trim_start().strip_prefix('=')?.trim_start();
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
    }
}

/// The text of a block of HTML, as Markdown that can be read again: block tags become blank lines,
/// headings, list entries and links get their marks, and a `<` that begins no tag is escaped.
///
/// Comments, scripts and style sheets are left out, since a reader of the page does not see them.
pub(crate) fn strip(block: &MappedText<'_>) -> MappedText<'static> {
    let text = block.text.as_ref();
    let mut out = MarkedText::new(block);
    let ends = LastEnds::of(text);
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|i| at + i) {
        out.push_text(at..open);
        let end = end_of_tag(text, open, &ends);
        // Without an end, it is a lone `<`.
        let end = end.unwrap_or(open + 1);
        let marked = &text[open..end];
        at = end;
        match tag(marked) {
            HtmlTag::Block => out.push_block(marked, open),
            HtmlTag::Break => out.push("  \n", open),
            HtmlTag::Superscript => out.push_made(marked, open),
            HtmlTag::Inline => out.push_link(marked, open),
            HtmlTag::Text => {
                let is_address = marked.contains("://") || marked.contains('@');
                out.push_made(if is_address { "<" } else { "\\<" }, open);
                at = open + 1;
            }
        }
    }
    out.push_text(at..text.len());
    out.out
}

/// Markdown that is made of a block of HTML.
struct MarkedText<'s, 't> {
    out: MappedText<'static>,
    source: &'s MappedText<'t>,
    /// The mark that the next text begins with.
    mark: Option<String>,
    /// Whether the text of a heading is open, which has a single line.
    is_title: bool,
    /// The number of open lists.
    lists: usize,
}

impl<'s, 't> MarkedText<'s, 't> {
    fn new(source: &'s MappedText<'t>) -> Self {
        Self { out: MappedText::empty(), source, mark: None, is_title: false, lists: 0 }
    }

    fn push(&mut self, text: &str, at: usize) {
        self.out.push(text, self.source.origin(at));
    }

    /// Adds text of the source.
    fn push_text(&mut self, range: Range<usize>) {
        let text = &self.source.text[range.clone()];
        let mut start = range.start;
        if !text.trim().is_empty() && self.push_mark(start) {
            start += text.len() - text.trim_start().len();
        }
        while self.is_title
            && let Some(end) = self.source.text[start..range.end].find('\n')
        {
            self.out.push_from(&self.source.text[start..start + end], self.source, start);
            self.push(" ", start + end);
            start += end + 1;
        }
        self.out.push_from(&self.source.text[start..range.end], self.source, start);
    }

    /// Adds text that the source writes otherwise, at this byte.
    fn push_made(&mut self, text: &str, at: usize) {
        self.push_mark(at);
        self.push(text, at);
    }

    /// Adds the mark that the next text begins with, if there is one.
    fn push_mark(&mut self, at: usize) -> bool {
        let mark = self.mark.take();
        if let Some(mark) = &mark {
            self.push(mark, at);
        }
        mark.is_some()
    }

    /// Begins or ends a block.
    fn push_block(&mut self, tag: &str, at: usize) {
        self.push("\n\n", at);
        let is_end = tag.starts_with("</");
        let name = tag.trim_start_matches(['<', '/']).to_ascii_lowercase();
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        self.is_title = false;
        if is_end {
            self.mark = None;
        }
        match (name, is_end) {
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => {
                let level = usize::from(name.as_bytes()[1] - b'0');
                self.mark = Some(format!("{} ", "#".repeat(level)));
                self.is_title = true;
            }
            ("ul" | "ol" | "menu" | "dir", false) => self.lists += 1,
            ("ul" | "ol" | "menu" | "dir", true) => self.lists = self.lists.saturating_sub(1),
            ("li", false) => {
                let depth = self.lists.saturating_sub(1).min(MAX_LIST_DEPTH);
                self.mark = Some(format!("{}* ", "  ".repeat(depth)));
            }
            // A block at the start of a list entry does not part it from its mark.
            _ => {}
        }
    }

    /// Adds the target of a link as a link without text.
    fn push_link(&mut self, tag: &str, at: usize) {
        let Some(target) = link_target(tag).filter(|target| !target.is_empty()) else { return };
        if !target.contains(['<', '>', '\n', '\\']) {
            self.push_made(&format!("[](<{target}>)"), at);
        }
    }
}

/// The depth up to which lists in lists are marked.
const MAX_LIST_DEPTH: usize = 8;

/// The starts of the last end marks of comments, scripts and style sheets in a text. What opens
/// after them has no end, so that none is searched for: many openings would take quadratic time.
struct LastEnds {
    comment: usize,
    /// The text in lower case, in which names of tags are searched.
    folded: String,
    script: usize,
    style: usize,
}

impl LastEnds {
    fn of(text: &str) -> Self {
        let folded = text.to_ascii_lowercase();
        Self {
            comment: folded.rfind("-->").unwrap_or(0),
            script: folded.rfind("</script").unwrap_or(0),
            style: folded.rfind("</style").unwrap_or(0),
            folded,
        }
    }
}

/// The byte after the tag, comment, script or style sheet that opens at `open`; `None` if there is
/// no `>`.
fn end_of_tag(text: &str, open: usize, ends: &LastEnds) -> Option<usize> {
    let rest = &text[open..];
    if rest.starts_with("<!--") {
        // A comment without an end would hide the rest of the policy. Only its opening is a mark.
        let end = if open < ends.comment { rest.find("-->") } else { None };
        return Some(open + end.map_or(4, |i| i + 3));
    }
    let end = open + rest.find('>')? + 1;
    for (name, close, last) in
        [("<script", "</script", ends.script), ("<style", "</style", ends.style)]
    {
        let is_opening =
            ends.folded[open..].starts_with(name) && tag(&text[open..end]) == HtmlTag::Inline;
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
        strip(&MappedText::whole(html)).text.into_owned()
    }

    #[test]
    fn tags_are_marks_and_templates_are_text() {
        assert_eq!(tag("<br/>"), HtmlTag::Break);
        assert_eq!(tag("<company name>"), HtmlTag::Text);
        assert_eq!(tag("</div>"), HtmlTag::Block);
        assert_eq!(tag("<a@b.example>"), HtmlTag::Text);
        assert_eq!(
            stripped("<p>One<script>x < y</script></p>\n<!-- no -->two"),
            "\n\nOne\n\n\ntwo"
        );
        assert_eq!(stripped("<your name> <b>here <!-- or"), "\\<your name> here  or");
        assert_eq!(
            stripped("<h2>\nA <a href='/b'>c</a>\n</h2><ul><li><p>d<sup>1</sup></ul>"),
            "\n\n## A [](</b>)c \n\n\n\n\n\n\n\n* d<sup>1</sup>\n\n"
        );
        assert_eq!(tag("<link to our policy>"), HtmlTag::Text);
        assert_eq!(tag("<hr noshade size=1>"), HtmlTag::Block);
        assert_eq!(tag("<!doctype html>"), HtmlTag::Inline);
        assert_eq!(tag("<! we sell it >"), HtmlTag::Text);
        assert_eq!(
            link_target("<a class=x HREF = 'https://x.example/y'>"),
            Some("https://x.example/y")
        );
    }
}
