//! Writes the words of one block as Markdown: escaped, with marks for bold, italics and links.
//!
//! Every character that could mean something in Markdown is escaped, except where only the start of
//! a line decides: `markdown_writer` escapes these.

use std::rc::Rc;

use crate::model::FURNITURE_MARKS;

/// The tag between a mark and a character that would keep CommonMark from reading the mark. It
/// means nothing in Markdown and is no word.
const SEPARATOR: &str = "<wbr>";

/// The marks on words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct WordStyle {
    pub is_bold: bool,
    pub is_italic: bool,
    /// Whether they are raised, as the marks of footnotes and exponents are.
    pub is_raised: bool,
    /// The target, if the words are a link.
    pub link: Option<Rc<str>>,
}

/// What separates the next word from the one before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum WordGap {
    #[default]
    None,
    /// A picture or a box. It separates words, but no word from its punctuation.
    Box,
    Space,
}

/// The words of one block while they are read.
#[derive(Debug, Default)]
pub(super) struct InlineText {
    markdown: String,
    /// The style whose marks are open.
    open: WordStyle,
    gap: WordGap,
    /// Whether the marks that were closed last need a separator before a letter.
    needs_separator: bool,
    /// Whether the tag of a superscript is open. Sectioning reads the text inside.
    is_raised: bool,
}

impl InlineText {
    /// Whether it has no words or signs.
    pub fn is_empty(&self) -> bool {
        self.markdown.is_empty()
    }

    /// Takes the Markdown of the block and begins another block.
    pub fn take(&mut self) -> String {
        self.close_superscript();
        let mut markdown = std::mem::take(self).markdown;
        markdown.truncate(markdown.trim_end_matches('\n').len());
        markdown
    }

    /// Separates the next word by white space.
    pub fn space(&mut self) {
        self.gap = WordGap::Space;
    }

    /// Separates the next word as a picture or a box does.
    pub fn box_gap(&mut self) {
        self.gap = self.gap.max(WordGap::Box);
    }

    /// Begins another line. Returns `false` if the line is empty: then the block should end.
    pub fn line_break(&mut self) -> bool {
        if self.markdown.is_empty() {
            return true;
        }
        if self.markdown.ends_with('\n') {
            return false;
        }
        self.close_superscript();
        self.markdown.push('\n');
        self.gap = WordGap::None;
        self.needs_separator = false;
        true
    }

    /// Adds text with white space as it is in the page.
    pub fn push(&mut self, text: &str, style: &WordStyle) {
        let words = text.trim();
        if words.is_empty() {
            if !text.is_empty() {
                self.space();
            }
            return;
        }
        if text.starts_with(char::is_whitespace) {
            self.space();
        }
        let has_letter = words.contains(char::is_alphanumeric);
        // Bold punctuation says nothing, and its marks would be hard to place.
        let style = WordStyle {
            is_bold: style.is_bold && has_letter,
            is_italic: style.is_italic && has_letter,
            ..style.clone()
        };
        self.open_style(style, words);
        self.push_words(words);
        if text.ends_with(char::is_whitespace) {
            self.space();
        }
    }

    /// Opens and closes marks until the open style is `style`. White space is written outside of
    /// marks, because marks of Markdown must touch their words.
    fn open_style(&mut self, style: WordStyle, words: &str) {
        let first = words.chars().next().expect("there are words");
        if self.is_raised && !style.is_raised {
            self.close_superscript();
        } else if self.open != style {
            self.close_style();
        }
        self.write_gap(first);
        if style.is_raised && !self.is_raised {
            // The tag is outside of all marks, which then touch their words.
            self.markdown.push_str("<sup>");
            self.is_raised = true;
        }
        if self.open == style {
            if std::mem::take(&mut self.needs_separator) && first.is_alphanumeric() {
                self.markdown.push_str(SEPARATOR);
            }
            return;
        }
        let marks = usize::from(style.is_italic) + 2 * usize::from(style.is_bold);
        if marks > 0 || style.link.is_some() {
            self.separate_opening(first, marks > 0 && style.link.is_none());
        } else if std::mem::take(&mut self.needs_separator) && first.is_alphanumeric() {
            self.markdown.push_str(SEPARATOR);
        }
        self.needs_separator = false;
        if style.link.is_some() {
            self.markdown.push('[');
        }
        self.markdown.extend(std::iter::repeat_n('*', marks));
        self.open = style;
    }

    /// Separates opening marks, or a link, from the characters before them.
    fn separate_opening(&mut self, first: char, are_marks: bool) {
        let Some(last) = self.markdown.chars().next_back() else { return };
        let is_glued = are_marks && last.is_alphanumeric() && !first.is_alphanumeric();
        // An exclamation mark before a link would make a picture of it.
        if is_glued || matches!(last, '*' | '!') || self.needs_separator {
            self.markdown.push_str(SEPARATOR);
        }
    }

    /// Closes the marks of the open style.
    fn close_style(&mut self) {
        let open = std::mem::take(&mut self.open);
        let marks = usize::from(open.is_italic) + 2 * usize::from(open.is_bold);
        if marks > 0 {
            let last = self.markdown.chars().next_back();
            self.needs_separator =
                open.link.is_none() && last.is_some_and(|last| !last.is_alphanumeric());
            self.markdown.extend(std::iter::repeat_n('*', marks));
        }
        if let Some(link) = open.link {
            self.markdown.push_str("](<");
            push_target(&mut self.markdown, &link);
            self.markdown.push_str(">)");
        }
    }

    /// Closes the marks of the open style, and the tag of a superscript around them.
    fn close_superscript(&mut self) {
        self.close_style();
        if std::mem::take(&mut self.is_raised) {
            self.markdown.push_str("</sup>");
        }
    }

    /// Writes the gap before the next word, unless a line begins here.
    fn write_gap(&mut self, first: char) {
        let gap = std::mem::take(&mut self.gap);
        if self.markdown.is_empty() || self.markdown.ends_with('\n') {
            return;
        }
        let is_written = match gap {
            WordGap::None => false,
            WordGap::Box => first.is_alphanumeric(),
            WordGap::Space => true,
        };
        if is_written {
            self.markdown.push(' ');
            self.needs_separator = false;
        }
    }

    /// Writes words with single spaces between them.
    fn push_words(&mut self, words: &str) {
        let mut was_space = false;
        for c in words.chars() {
            let is_space = c.is_whitespace();
            if is_space && !was_space {
                self.markdown.push(' ');
            } else if !is_space {
                self.push_char(c);
            }
            was_space = is_space;
        }
    }

    /// Writes a character.
    fn push_char(&mut self, c: char) {
        let out = &mut self.markdown;
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '&' => {
                out.push('\\');
                out.push(c);
            }
            // In a table, `\|` would be read before the escapes.
            '|' => out.push_str("&#124;"),
            '(' | ':' if out.ends_with(']') => {
                out.push('\\');
                out.push(c);
            }
            // Sectioning takes a link whose text begins like a heading for a link around it.
            '#' if out.ends_with('[') => out.push_str("\\#"),
            '\0' => {}
            c if FURNITURE_MARKS.contains(&c) => {}
            c => out.push(c),
        }
    }
}

/// Writes a link target between `<` and `>`.
fn push_target(out: &mut String, target: &str) {
    for c in target.chars() {
        match c {
            '\\' => out.push_str("%5C"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '|' => out.push_str("%7C"),
            '&' => out.push_str("&amp;"),
            '[' | ']' | '(' | ')' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_whitespace() => out.push_str("%20"),
            c if c.is_control() || FURNITURE_MARKS.contains(&c) => {}
            c => out.push(c),
        }
    }
}

/// Whether the Markdown of a block is nothing but a number in front of other text, such as `1.1`,
/// `4.`, `(b)` or `IV.`.
pub(super) fn is_bare_number(markdown: &str) -> bool {
    /// The size of the longest number, in bytes.
    const MAX_BYTES: usize = 12;
    if markdown.len() > MAX_BYTES {
        return false;
    }
    let inner = markdown.trim_matches('*').trim_start_matches('(');
    let bare = inner.trim_end_matches(['.', ')', ':']);
    let is_closed = bare.len() < inner.len();
    let mut parts = bare.split(['.', '-']);
    let is_number = parts.all(|part| {
        let is_digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_roman = !part.is_empty() && part.bytes().all(|byte| b"ivxlIVXL".contains(&byte));
        is_digits && part.len() <= 3 || part.len() == 1 && is_letter(part) || is_roman
    });
    let has_parts = bare.contains('.') && bare.contains(|c: char| c.is_ascii_digit());
    !bare.is_empty() && is_number && (is_closed || has_parts)
}

fn is_letter(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;

    fn style(is_bold: bool, link: Option<&str>) -> WordStyle {
        WordStyle { is_bold, link: link.map(Rc::from), ..WordStyle::default() }
    }

    /// The Markdown of texts, each with its style.
    fn written(texts: &[(&str, WordStyle)]) -> String {
        let mut inline = InlineText::default();
        for (text, style) in texts {
            inline.push(text, style);
        }
        inline.take()
    }

    /// The words that CommonMark reads, with `*` around bold ones.
    fn read(markdown: &str) -> String {
        let mut out = String::new();
        for event in Parser::new_ext(&format!("x {markdown}"), Options::ENABLE_TABLES) {
            match event {
                Event::Text(text) => out.push_str(&text),
                Event::Start(Tag::Strong) => out.push('<'),
                Event::End(pulldown_cmark::TagEnd::Strong) => out.push('>'),
                Event::Start(Tag::Link { .. }) => out.push('{'),
                Event::End(pulldown_cmark::TagEnd::Link) => out.push('}'),
                Event::SoftBreak | Event::HardBreak => out.push(' '),
                Event::Code(text) => panic!("code: {text}"),
                _ => {}
            }
        }
        out["x ".len()..].to_owned()
    }

    #[test]
    fn marks_are_read_whatever_is_beside_them() {
        let bold = || style(true, None);
        let plain = WordStyle::default;
        for (texts, expected) in [
            (vec![("We", plain()), (" sell ", bold()), ("data", plain())], "We <sell> data"),
            (vec![("\"foo\"", bold()), ("bar", plain())], "<\"foo\">bar"),
            (vec![("foo", plain()), ("\"bar\"", bold()), ("x", plain())], "foo<\"bar\">x"),
            (vec![("*", bold()), ("a*", bold()), ("b", plain())], "*<a*>b"),
            (vec![("a", bold()), ("b", style(true, Some("u")))], "<a>{<b>}"),
            (vec![("你好。", bold()), ("吧", plain())], "<你好。>吧"),
            (vec![("Read!", plain()), ("it", style(false, Some("u v")))], "Read!{it}"),
            (
                vec![("[x](y) a|b &copy; <b> \\ `c` ~~~", plain())],
                "[x](y) a|b &copy; <b> \\ `c` ~~~",
            ),
        ] {
            let markdown = written(&texts);
            assert_eq!(read(&markdown), expected, "{markdown}");
        }
    }

    #[test]
    fn superscripts_keep_their_tag_around_all_marks() {
        let raised = WordStyle { is_raised: true, ..WordStyle::default() };
        let link = WordStyle { link: Some("u".into()), ..raised.clone() };
        let it = ("it", WordStyle::default());
        for (texts, expected) in [
            (vec![it.clone(), ("2", raised.clone())], "it<sup>2</sup>"),
            (
                vec![it.clone(), ("[", raised.clone()), ("3", link), ("]", raised.clone())],
                "it<sup>\\[[3](<u>)\\]</sup>",
            ),
            (vec![it, ("st", raised), (" to", WordStyle::default())], "it<sup>st</sup> to"),
        ] {
            assert_eq!(written(&texts), expected);
        }
    }

    #[test]
    fn pictures_separate_words_and_no_punctuation() {
        let mut inline = InlineText::default();
        for text in ["a", "b", "."] {
            inline.push(text, &WordStyle::default());
            inline.box_gap();
        }
        assert_eq!(inline.take(), "a b.");
    }

    #[test]
    fn numbers_in_front() {
        for number in ["1.1", "4.", "(b)", "a)", "IV.", "12)", "1.2.3", "**1.**"] {
            assert!(is_bare_number(number), "{number}");
        }
        for text in ["1", "a", "", "Data.", "100.000.000.000", "...", "2019", "mix."] {
            assert!(!is_bare_number(text), "{text}");
        }
    }
}
