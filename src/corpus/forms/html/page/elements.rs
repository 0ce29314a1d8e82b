//! What the elements of HTML mean for the clauses of a page, and which of them close others.

/// What an element means for the clauses of a page. Elements of the same meaning share a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus::forms::html) enum ElementRole {
    /// A mark on words: bold, italics, a link, or one without a meaning here.
    Mark,
    /// A heading of this level, from 1.
    Heading(u8),
    /// A list.
    List,
    /// A list whose entries are numbered.
    OrderedList,
    /// An entry of a list.
    Item,
    /// A term, or its meaning, in a list of definitions.
    Term,
    /// The meaning of a term.
    Meaning,
    Quote,
    /// A line break.
    Break,
    /// A line, which ends a paragraph and has no content.
    Rule,
    Preformatted,
    Table,
    /// The rows of a table: its head or a part of its body.
    RowGroup,
    Row,
    /// A cell.
    Cell,
    Caption,
    /// A picture or a control without text. It separates words.
    Picture,
    /// A box within a line, such as a button. It separates its words from those beside it.
    Box,
    /// Something that is shown apart from the text around it: the text of a drawing, or the entries
    /// of a menu of choices.
    Apart,
    /// An entry of a menu of choices.
    Choice,
    /// The content is never shown.
    Dropped,
    /// Any other element that begins and ends a paragraph.
    Block,
    /// Any other element inside a line.
    Inline,
    /// An element without content that means nothing.
    Void,
}

/// The role of an element.
pub(in crate::corpus::forms::html) fn role(name: &str) -> ElementRole {
    match name {
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike"
        | "strong" | "tt" | "u" => ElementRole::Mark,
        "h1" => ElementRole::Heading(1),
        "h2" => ElementRole::Heading(2),
        "h3" => ElementRole::Heading(3),
        "h4" => ElementRole::Heading(4),
        "h5" => ElementRole::Heading(5),
        "h6" => ElementRole::Heading(6),
        "ul" | "menu" | "dir" | "dl" => ElementRole::List,
        "ol" => ElementRole::OrderedList,
        "li" => ElementRole::Item,
        "dt" => ElementRole::Term,
        "dd" => ElementRole::Meaning,
        "blockquote" => ElementRole::Quote,
        "br" => ElementRole::Break,
        "hr" => ElementRole::Rule,
        "pre" | "textarea" | "xmp" | "listing" | "plaintext" => ElementRole::Preformatted,
        "table" => ElementRole::Table,
        "thead" | "tbody" | "tfoot" => ElementRole::RowGroup,
        "tr" => ElementRole::Row,
        "td" | "th" => ElementRole::Cell,
        "caption" => ElementRole::Caption,
        "img" | "input" | "embed" => ElementRole::Picture,
        "button" | "meter" | "progress" | "rt" => ElementRole::Box,
        "svg" | "select" | "datalist" | "canvas" | "video" | "audio" => ElementRole::Apart,
        "option" | "optgroup" => ElementRole::Choice,
        "template" | "defs" | "symbol" | "metadata" | "desc" | "annotation" | "annotation-xml" => {
            ElementRole::Dropped
        }
        "area" | "base" | "basefont" | "bgsound" | "col" | "frame" | "keygen" | "link" | "meta"
        | "param" | "source" | "track" | "wbr" => ElementRole::Void,
        "address" | "article" | "aside" | "body" | "center" | "colgroup" | "details" | "dialog"
        | "div" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "frameset"
        | "head" | "header" | "hgroup" | "html" | "legend" | "main" | "nav" | "p" | "search"
        | "section" | "summary" => ElementRole::Block,
        _ => ElementRole::Inline,
    }
}

impl ElementRole {
    /// Whether a start tag of the element ends an open paragraph (HTML standard, 13.2.6.4.7).
    pub fn ends_paragraph(self) -> bool {
        matches!(
            self,
            Self::Heading(_)
                | Self::List
                | Self::OrderedList
                | Self::Item
                | Self::Term
                | Self::Meaning
                | Self::Quote
                | Self::Rule
                | Self::Table
                | Self::Block
        )
    }

    /// Whether an end tag inside the element leaves the elements outside of it open (HTML standard,
    /// "has an element in scope").
    pub fn is_scope(self, name: &str) -> bool {
        matches!(self, Self::Table | Self::Cell | Self::Caption | Self::Dropped | Self::Apart)
            || matches!(name, "button" | "object" | "applet" | "marquee")
    }

    /// Whether an end tag of an element inside a line leaves the element open if it is not its own.
    pub fn is_special(self) -> bool {
        !matches!(self, Self::Mark | Self::Inline | Self::Choice)
    }

    /// Whether an entry of a list inside the element leaves entries outside of it open.
    pub fn is_entry_border(self, name: &str) -> bool {
        self.is_special()
            && !matches!(self, Self::Item | Self::Term | Self::Meaning)
            && !matches!(name, "p" | "div" | "address")
    }

    /// Whether the element is a part of a table, and means nothing elsewhere.
    pub fn is_table_part(self) -> bool {
        matches!(self, Self::RowGroup | Self::Row | Self::Cell | Self::Caption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_borders() {
        assert!(role("td").is_scope("td") && role("button").is_scope("button"));
        assert!(!role("div").is_scope("div") && !role("li").is_scope("li"));
        assert!(role("ul").is_entry_border("ul") && !role("div").is_entry_border("div"));
        assert!(role("p").is_special() && !role("span").is_special());
        assert_eq!(role("x-widget"), ElementRole::Inline);
    }
}
