//! Reads the tags of raw HTML inside Markdown: which are marks, which end a line or a block, and
//! which are not tags at all.

use std::ops::Range;

use super::html_tables::data_table;
use super::mapped_text::MappedText;
use super::tag_ends::TagEnds;
use crate::model::{ENTRY_TAG, FURNITURE_MARKS};

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
    let name = tag_name(tag);
    let end = name.len();
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
    let is_link = tag.starts_with('<') && name_of(tag).eq_ignore_ascii_case("a");
    is_link.then(|| attribute(tag, "href")).flatten()
}

/// What the tag in a list entry that was made from a page says: its number, or `dt` for a term.
pub(crate) fn entry_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix(ENTRY_TAG)?.strip_suffix("\">")
}

/// The text of a block of HTML, as Markdown that can be read again: block tags become blank lines,
/// headings, list entries and links get their marks, and a `<` that begins no tag is escaped.
///
/// Comments, scripts and style sheets are left out, since a reader of the page does not see them.
pub(crate) fn strip(block: &MappedText<'_>) -> MappedText<'static> {
    let text = block.text.as_ref();
    let mut out = MarkedText::new(block);
    let mut ends = TagEnds::of(text);
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|i| at + i) {
        out.push_text(at..open);
        let end = ends.end(open);
        let marked = &text[open..end];
        at = end;
        match tag(marked) {
            HtmlTag::Block if out.is_of_table(marked, open) => out.push_part_of_table(marked, open),
            HtmlTag::Block => out.push_block(marked, open),
            HtmlTag::Break if out.table.is_some() => out.push_made("<br>", open),
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
    // The end tag may be in a comment or in a table.
    out.end_hidden(text.len());
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
    /// The open lists, outermost first.
    lists: Vec<HtmlList>,
    /// The open table of data.
    table: Option<HtmlTable>,
    /// The number of tables that hold no data.
    layouts: usize,
    /// The end of the hidden element that is open.
    hidden: Option<usize>,
    /// The names of hidden elements that had no end, so that none is searched for again.
    endless: Vec<String>,
}

/// An open list of raw HTML.
struct HtmlList {
    /// The number of the next entry, if the entries are numbered.
    next: Option<u64>,
    /// The size of the mark of the last entry, by which lists inside it are indented.
    width: usize,
}

/// A table of raw HTML that becomes rows.
#[derive(Default)]
struct HtmlTable {
    /// The byte after the table.
    end: usize,
    rows: usize,
    /// The number of cells of the current row so far.
    cells: usize,
}

impl<'s, 't> MarkedText<'s, 't> {
    fn new(source: &'s MappedText<'t>) -> Self {
        Self {
            out: MappedText::empty(),
            source,
            mark: None,
            is_title: false,
            lists: Vec::new(),
            table: None,
            layouts: 0,
            hidden: None,
            endless: Vec::new(),
        }
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
        if self.table.is_some() {
            return self.push_cell_text(start..range.end);
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
        let name = tag_name(tag);
        self.is_title = false;
        if is_end {
            self.mark = None;
        } else {
            self.begin_hidden(tag, at, &name);
        }
        match (name.as_str(), is_end) {
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => {
                let level = usize::from(name.as_bytes()[1] - b'0');
                self.mark = Some(format!("{} ", "#".repeat(level)));
                self.is_title = true;
            }
            ("ul" | "menu" | "dir", false) => self.lists.push(HtmlList { next: None, width: 2 }),
            ("ol", false) => {
                let start = number_attribute(tag, "start").unwrap_or(1);
                self.lists.push(HtmlList { next: Some(start), width: 3 });
            }
            ("ul" | "ol" | "menu" | "dir", true) => drop(self.lists.pop()),
            ("li", false) => self.mark = Some(self.entry_mark(number_attribute(tag, "value"))),
            ("dt", false) => self.mark = Some(format!("* {ENTRY_TAG}dt\"></data>")),
            ("dd", false) => self.mark = Some("  * ".to_owned()),
            // A block at the start of a list entry does not part it from its mark.
            _ => {}
        }
        self.end_hidden(at + tag.len());
    }

    /// The mark of the next entry of the innermost list. `value` is its number, if it has its own.
    fn entry_mark(&mut self, value: Option<u64>) -> String {
        let outer = self.lists.len().saturating_sub(1).min(MAX_LIST_DEPTH);
        let indent = self.lists[..outer].iter().map(|list| list.width).sum();
        let Some(list) = self.lists.last_mut() else { return "* ".to_owned() };
        let mark = match &mut list.next {
            None => "* ".to_owned(),
            Some(next) => {
                *next = value.unwrap_or(*next);
                let mark = format!("{next}. ");
                *next = next.saturating_add(1);
                mark
            }
        };
        list.width = mark.len();
        format!("{}{mark}", " ".repeat(indent))
    }

    /// Begins furniture at an element that is hidden, if its end is in this block.
    fn begin_hidden(&mut self, tag: &str, at: usize, name: &str) {
        let may_begin = self.hidden.is_none() && !self.endless.iter().any(|known| known == name);
        if !may_begin || !is_hidden(tag) {
            return;
        }
        match end_of_element(&self.source.text, at, name, &[]) {
            Some(end) => {
                self.hidden = Some(end);
                self.push_furniture(0, at);
            }
            None => self.endless.push(name.to_owned()),
        }
    }

    /// Ends furniture, if the hidden element ends before this byte.
    fn end_hidden(&mut self, at: usize) {
        if self.hidden.is_some_and(|end| at >= end) {
            self.hidden = None;
            self.push_furniture(1, at);
        }
    }

    fn push_furniture(&mut self, mark: usize, at: usize) {
        self.push(&format!("{}\n\n", FURNITURE_MARKS[mark]), at);
    }

    /// Whether a tag at this byte belongs to a table of data, or begins one.
    fn is_of_table(&mut self, tag: &str, at: usize) -> bool {
        let may_begin = self.table.is_none() && self.layouts < MAX_LAYOUTS;
        let is_table = !tag.starts_with("</") && name_of(tag).eq_ignore_ascii_case("table");
        // A hidden table is furniture, and no rows.
        if may_begin && is_table && !is_hidden(tag) {
            let end = data_table(&self.source.text[at..]).map(|length| at + length);
            self.layouts += usize::from(end.is_none());
            self.table = end.map(|end| HtmlTable { end, ..HtmlTable::default() });
        }
        self.table.is_some()
    }

    /// Adds the borders of cells and rows. Other blocks in a cell are only apart.
    fn push_part_of_table(&mut self, tag: &str, at: usize) {
        let Some(table) = &mut self.table else { return };
        let is_end = tag.starts_with("</");
        let mut text = String::new();
        match tag_name(tag).as_str() {
            "td" | "th" if !is_end => {
                text.push_str("| ");
                table.cells += 1;
            }
            "tr" | "table" => {
                table.end_row(&mut text);
                if !is_end && table.rows == 0 {
                    text.push_str("\n\n");
                }
            }
            _ => text.push(' '),
        }
        if at + tag.len() >= table.end {
            self.table = None;
            text.push('\n');
        }
        self.push(&text, at);
    }

    /// Adds text in a table, in which a row has one line.
    fn push_cell_text(&mut self, range: Range<usize>) {
        let mut start = range.start;
        for (i, sign) in self.source.text[range.clone()].match_indices(['\n', '|']) {
            let at = range.start + i;
            self.out.push_from(&self.source.text[start..at], self.source, start);
            self.push(if sign == "|" { "\\|" } else { " " }, at);
            start = at + 1;
        }
        self.out.push_from(&self.source.text[start..range.end], self.source, start);
    }

    /// Adds the target of a link as a link without text.
    fn push_link(&mut self, tag: &str, at: usize) {
        let Some(target) = link_target(tag).filter(|target| !target.is_empty()) else { return };
        // In a row, `|` would be the border of a cell.
        let is_in_row = self.table.is_some();
        let mut written = String::with_capacity(target.len());
        for c in target.chars() {
            match c {
                '<' => written.push_str("%3C"),
                '>' => written.push_str("%3E"),
                '\\' => written.push_str("%5C"),
                '|' if is_in_row => written.push_str("%7C"),
                // These would look like the end of another link.
                '[' | ']' | '(' | ')' => written.extend(['\\', c]),
                // A browser leaves out line ends.
                '\n' | '\r' => {}
                c => written.push(c),
            }
        }
        self.push_made(&format!("[](<{written}>)"), at);
    }
}

impl HtmlTable {
    /// Writes the end of the current row, and the line of dashes below the first one.
    fn end_row(&mut self, text: &mut String) {
        let cells = std::mem::take(&mut self.cells);
        if cells == 0 {
            return;
        }
        text.push_str("|\n");
        self.rows += 1;
        if self.rows == 1 {
            text.push_str(&"|---".repeat(cells));
            text.push_str("|\n");
        }
    }
}

/// The name of a tag, as it is written.
fn name_of(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())]
}

/// The name of a tag in small letters.
pub(crate) fn tag_name(tag: &str) -> String {
    name_of(tag).to_ascii_lowercase()
}

/// The names and values of the attributes of a tag, as they are written. An attribute without a
/// value has an empty one.
fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_between = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>');
    let mut rest = &tag.trim_start_matches(['<', '/'])[name_of(tag).len()..];
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_between);
        let first = rest.chars().next()?.len_utf8();
        let end = rest[first..].find(|c: char| c == '=' || is_between(c));
        let (name, after) = rest.split_at(end.map_or(rest.len(), |end| first + end));
        let Some(value) = after.trim_start().strip_prefix('=') else {
            rest = after;
            return Some((name, ""));
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|&c| matches!(c, '"' | '\''));
        let value = &value[usize::from(quote.is_some())..];
        let is_end = |c: char| match quote {
            Some(quote) => c == quote,
            None => c.is_ascii_whitespace() || c == '>',
        };
        let (value, after) = value.split_at(value.find(is_end).unwrap_or(value.len()));
        rest = quote.map_or(after, |quote| after.strip_prefix(quote).unwrap_or(after));
        Some((name, value))
    })
}

/// The value of an attribute of a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let mut named = attributes(tag).filter(|(own, _)| own.eq_ignore_ascii_case(name));
    named.next().map(|(_, value)| value)
}

/// The number in an attribute of a tag.
fn number_attribute(tag: &str, name: &str) -> Option<u64> {
    let number = attribute(tag, name)?.trim().parse().ok();
    number.filter(|&number| number < 1_000_000_000)
}

/// Whether a browser does not show the element that a tag begins.
pub(crate) fn is_hidden(tag: &str) -> bool {
    attributes(tag).any(|(name, value)| {
        // A browser finds text that is hidden until found, and shows it.
        let is_hidden = name.eq_ignore_ascii_case("hidden");
        is_hidden && !value.eq_ignore_ascii_case("until-found")
            || name.eq_ignore_ascii_case("style") && value.split(';').any(hides)
    })
}

/// Whether a declaration of a style hides an element: `display: none`.
fn hides(declaration: &str) -> bool {
    let Some((name, value)) = declaration.split_once(':') else { return false };
    let value = value.split('!').next().unwrap_or_default().trim();
    let is_one_of = |values: &[&str]| values.iter().any(|one| value.eq_ignore_ascii_case(one));
    match name.trim() {
        name if name.eq_ignore_ascii_case("display") => is_one_of(&["none"]),
        name if name.eq_ignore_ascii_case("visibility") => is_one_of(&["hidden", "collapse"]),
        _ => false,
    }
}

/// The byte after the end tag of the element that begins at `start` and has this name. `removed`
/// are the elements that are removed from the text, in its order: tags inside them are no tags.
pub(crate) fn end_of_element(
    text: &str,
    start: usize,
    name: &str,
    removed: &[Range<usize>],
) -> Option<usize> {
    let removed = &removed[removed.partition_point(|cut| cut.end <= start)..];
    let mut removed = removed.iter().peekable();
    let mut depth = 0usize;
    for at in memchr::memchr_iter(b'<', &text.as_bytes()[start..]).map(|at| start + at) {
        while removed.next_if(|cut| cut.end <= at).is_some() {}
        if removed.peek().is_some_and(|cut| cut.start <= at) {
            continue;
        }
        let rest = &text.as_bytes()[at + 1..];
        let is_end = rest.starts_with(b"/");
        let own = rest.get(usize::from(is_end)..)?;
        let is_own = own.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name.as_bytes()))
            && own.get(name.len()).is_some_and(|byte| !byte.is_ascii_alphanumeric());
        if !is_own {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        if depth == 0 {
            return text[at..].find('>').map(|end| at + end + 1);
        }
    }
    None
}

/// The number of tables for layout in a block after which no more are looked at.
const MAX_LAYOUTS: usize = 200;

/// The depth up to which lists in lists are marked.
const MAX_LIST_DEPTH: usize = 8;

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
        assert_eq!(
            stripped("<ol start=3><li>a<li value='7'>b<ul><li>c</ul></ol>").replace('\n', ""),
            "3. a7. b   * c"
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
