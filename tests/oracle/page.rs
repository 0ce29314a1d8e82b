//! Lists the words that a page shows, by plain scanning. It knows neither tables nor open elements.

/// The elements whose content is never shown.
const UNSEEN: [&str; 8] =
    ["script", "style", "noscript", "iframe", "noembed", "noframes", "template", "title"];

/// The elements that do not separate the words beside them.
const JOINING: [&str; 18] = [
    "a", "abbr", "b", "big", "code", "em", "font", "i", "label", "nobr", "s", "small", "span",
    "strong", "sub", "tt", "u", "wbr",
];

/// Pieces of pages that join to valid and invalid HTML. Every letter outside of tags is shown.
pub const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<a href=\"https://acme.example/x\">",
    "<a href=\"https://acme.example/(x\">",
    "<a href='https://acme.example/x)]['>",
    "<a href='a b'>",
    "<a>",
    "</a>",
    "<h1>",
    "</h1>",
    "<h2>",
    "</h2>",
    "<ul>",
    "</ul>",
    "<ol>",
    "<ol start=7>",
    "</ol>",
    "<li>",
    "<li value=3>",
    "</li>",
    "<dl>",
    "<dt>",
    "<dd>",
    "</dd>",
    "</dl>",
    "<blockquote>",
    "</blockquote>",
    "<br>",
    "<pre>",
    "</pre>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "<td colspan=2>",
    "</td>",
    "<th>",
    "</th>",
    "<thead>",
    "<caption>",
    "</caption>",
    "<div>",
    "</div>",
    "<div hidden>",
    "<span style='display:none'>",
    "<b hidden>",
    "<span>",
    "</span>",
    "<nav>",
    "</nav>",
    "<header>",
    "</header>",
    "<dialog>",
    "</dialog>",
    "<code>",
    "</code>",
    "<hr>",
    "<img alt=x src=y>",
    "<select><option>",
    "</select>",
    "<button>",
    "</button>",
    "<textarea>",
    "</textarea>",
    "<svg><text>",
    "</text></svg>",
    "<font color=red>",
    "<x-widget>",
    " ",
    "\n",
    "\n\n",
    "&nbsp;",
    "&amp;",
    "&lt;",
    "|",
    "*",
    "_",
    "**",
    "`",
    "```",
    "~~~",
    "#",
    "# ",
    "- ",
    "+ ",
    "1. ",
    "1) ",
    "> ",
    "[",
    "](",
    "]:",
    "]",
    ")",
    "!",
    "\\",
    "---",
    "===",
    ".",
    "    ",
    "é",
    "個",
    "a",
    "b c",
    "Data",
    "word",
    "We sell",
    "https://acme.example/",
];

/// How the words that were found in a page differ from those that it shows; `None` if they do not.
pub fn difference(page: &str, found: Vec<String>) -> Option<String> {
    let (found, shown) = (without_digits(found), without_digits(words(page)));
    // Text that is hidden within a line moves behind the line, so what is beside it in the source
    // may be another word; but no letter is lost or invented.
    let is_moved = page.contains("<b hidden>") || page.contains("<span style");
    let is_equal = if is_moved { letters(&found) == letters(&shown) } else { found == shown };
    (!is_equal).then(|| format!("{found:?} were found, {shown:?} are shown"))
}

/// The words without their digits, sorted. The digits of the pages are in numbers alone, and the
/// number of an ordered list is no word of a page.
fn without_digits(words: Vec<String>) -> Vec<String> {
    let letters = |word: String| word.replace(|c: char| c.is_ascii_digit(), "");
    let mut words: Vec<String> = words.into_iter().map(letters).collect();
    words.retain(|word| !word.is_empty());
    words.sort();
    words
}

/// The letters of these words, sorted.
fn letters(words: &[String]) -> Vec<char> {
    let mut letters: Vec<char> = words.iter().flat_map(|word| word.chars()).collect();
    letters.sort_unstable();
    letters
}

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
