//! Lists the words that a page shows, by plain scanning. It knows neither tables nor open elements.

/// The elements whose content is never shown.
const UNSEEN: [&str; 8] =
    ["script", "style", "noscript", "iframe", "noembed", "noframes", "template", "title"];

/// The elements that do not separate the words beside them.
const JOINING: [&str; 18] = [
    "a", "abbr", "b", "big", "code", "em", "font", "i", "label", "nobr", "s", "small", "span",
    "strong", "sub", "tt", "u", "wbr",
];

/// The words of a page in lower case, in the order of its source.
pub fn words(html: &str) -> Vec<String> {
    let shown = decoded(&without_tags(&without_unseen(html)));
    let words = shown.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// The page without comments and without elements whose content is never shown.
fn without_unseen(html: &str) -> String {
    let mut page = html.to_owned();
    while let Some(start) = page.find("<!--") {
        let end = page[start..].find("-->").map_or(page.len(), |end| start + end + 3);
        page.replace_range(start..end, "");
    }
    for name in UNSEEN {
        while let Some(start) = page.find(&format!("<{name}")) {
            let close = format!("</{name}>");
            let end =
                page[start..].find(&close).map_or(page.len(), |end| start + end + close.len());
            page.replace_range(start..end, " ");
        }
    }
    fields_as_text(&page)
}

/// The page with the content of its text fields escaped, in which tags are text.
fn fields_as_text(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(start) = rest.find("<textarea>") {
        let inside = start + "<textarea>".len();
        let end = rest[inside..].find("</textarea>").map_or(rest.len(), |end| inside + end);
        out.push_str(&rest[..inside]);
        out.push_str(&rest[inside..end].replace('<', "&lt;"));
        rest = &rest[end..];
    }
    out + rest
}

/// The page with each tag replaced by a space, or by nothing if it separates no words.
fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        let tag = &rest[start + 1..];
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            out.push('<');
            rest = tag;
            continue;
        }
        let end = tag_end(tag);
        let name = tag.trim_start_matches('/').chars();
        let name: String = name.take_while(|&c| c.is_ascii_alphanumeric() || c == '-').collect();
        // Browsers know no box for elements of other names, so these join, too.
        if !name.contains('-') && !JOINING.contains(&name.to_lowercase().as_str()) {
            out.push(' ');
        }
        rest = &tag[end..];
    }
    out + rest
}

/// The byte after the end of a tag; a quoted value may contain `>`.
fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') if before == '=' => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        before = c;
    }
    tag.len()
}

/// The text with a few character references replaced.
fn decoded(text: &str) -> String {
    let mut text = text.to_owned();
    for (reference, sign) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&eacute;", "é"),
        ("&amp;", "&"),
    ] {
        text = text.replace(reference, sign);
    }
    text
}
