//! A scan of raw Markdown that strips marks. It knows nothing about CommonMark, so it is rough, but
//! independent of every parser.

use super::query::occurrences;
use super::tokens::folded;

/// The folded tokens of each block of a raw file that contains any.
pub fn blocks(raw: &str) -> Vec<Vec<String>> {
    let tokens = plain_blocks(raw).into_iter().map(|block| folded(&block));
    tokens.filter(|tokens| !tokens.is_empty()).collect()
}

/// The blocks of a raw file without their marks, cut at blank lines, rules, headings and list
/// marks.
pub fn plain_blocks(raw: &str) -> Vec<String> {
    let is_header = |line: &str| line.contains("text is extracted and transformed from the");
    let skipped = usize::from(raw.lines().next().is_some_and(is_header));
    let mut blocks = vec![String::new()];
    for line in raw.lines().skip(skipped) {
        let line = line.trim_start_matches([' ', '\t', '>']).trim_end();
        let marks: String = line.split_whitespace().collect();
        let is_rule =
            marks.len() > 2 && ["-", "*", "_", "="].iter().any(|m| marks.replace(m, "").is_empty());
        let mark = line.split(' ').next().unwrap_or_default();
        let number = mark.strip_suffix(['.', ')']).unwrap_or_default();
        let is_number =
            (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let is_item = ["*", "-", "+"].contains(&mark) || is_number;
        if line.is_empty() || is_rule || is_item || line.starts_with('#') {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut().filter(|_| !is_rule) {
            *block += if is_item { &line[mark.len()..] } else { line };
            *block += "\n";
        }
        if line.starts_with('#') {
            blocks.push(String::new());
        }
    }
    blocks.iter().map(|block| plain(block)).collect()
}

/// The number of blocks that contain the phrase.
pub fn count(raw: &str, phrase: &[String]) -> usize {
    let phrase = folded(&phrase.join(" "));
    let holds = |block: &&Vec<String>| !occurrences(block, &phrase).is_empty();
    blocks(raw).iter().filter(holds).count()
}

/// A block without its inline marks. `_`, `|`, `<` and `>` may remain, because they separate tokens
/// in any case.
fn plain(block: &str) -> String {
    const REFERENCES: [(&str, &str); 5] =
        [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&nbsp;", " ")];
    let (mut text, mut rest, mut brackets) = (String::new(), block, Vec::new());
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        let mut shown = c.to_string();
        if let Some((name, value)) = REFERENCES.iter().find(|(name, _)| rest.starts_with(name)) {
            (used, shown) = (name.len(), (*value).to_owned());
        } else if let Some((length, referred)) = numeric_reference(rest) {
            (used, shown) = (length, referred.to_string());
        } else if let Some(escaped) = rest.strip_prefix('\\').and_then(|r| r.chars().next()) {
            if escaped.is_ascii_punctuation() {
                (used, shown) = (2, escaped.to_string());
            }
        } else if rest.starts_with("<br>") {
            (used, shown) = (4, " ".to_owned());
        } else if c == '*' || c == '`' {
            shown.clear();
        } else if c == '[' {
            brackets.push(text.len());
        } else if c == ']' {
            let open = brackets.pop();
            let target = target_length(&rest[1..]);
            if let (Some(length), true) = (target, open.is_none()) {
                // The opening half of a link around blocks is in another block.
                if is_address(&rest[2..length]) {
                    (used, shown) = (1 + length, String::new());
                }
            } else if let (Some(open), Some(length)) = (open, target) {
                // A picture is a space, and its alternative text is not seen.
                if text[..open].ends_with('!') {
                    text.truncate(open - 1);
                    text.push(' ');
                } else {
                    text.remove(open);
                }
                (used, shown) = (1 + length, String::new());
            }
        }
        text += &shown;
        rest = &rest[used..];
    }
    text
}

/// The length of `&#NN;` at the start of `rest`, and its character.
fn numeric_reference(rest: &str) -> Option<(usize, char)> {
    let digits = rest.strip_prefix("&#")?.split(';').next()?;
    let referred = char::from_u32(digits.parse().ok()?)?;
    rest[2 + digits.len()..].starts_with(';').then_some((digits.len() + 3, referred))
}

/// Whether the text between the parentheses of a link is an address.
fn is_address(target: &str) -> bool {
    let target = target.split(['"', '\'']).next().unwrap_or_default().trim();
    let is_word = !target.is_empty() && !target.contains(' ');
    is_word
        && ["http", "www", "mailto", "#", "/", ".", "@"].iter().any(|part| target.contains(part))
}

/// The length of a link target `(...)` at the start of `rest`, with inner parentheses. A space may
/// precede the address of a page.
fn target_length(rest: &str) -> Option<usize> {
    let bare = rest.trim_start_matches([' ', '\n']);
    let is_page =
        ["(http:", "(https:", "(www.", "(mailto:"].iter().any(|start| bare.starts_with(start));
    if bare.len() < rest.len() {
        let length = target_length(bare).filter(|length| {
            is_page && rest.len() - bare.len() == 1 && !bare[..*length].contains([' ', '\n'])
        })?;
        return Some(rest.len() - bare.len() + length);
    }
    let mut depth = 0_usize;
    for (i, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (c == ')').then_some(i + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(raw: &str) -> Vec<String> {
        blocks(raw).iter().map(|block| block.join(" ")).collect()
    }

    #[test]
    fn blocks_are_cut_where_lines_say_so() {
        let raw = "> *The following text is extracted and transformed from the a.com privacy \
            policy.*\n\n# Title\nBody\nof it.\n\n\
                   \x20 * **One.** a\n  2. two\nmore\n* * *\n> quoted\n> twice\n\n1\\. no item\n## \
                   Next ##\nend";
        assert_eq!(
            words(raw),
            [
                "title",
                "body of it",
                "one a",
                "two more",
                "quoted twice",
                "1 no item",
                "next",
                "end"
            ]
        );
    }

    #[test]
    fn inline_marks_go_and_words_stay() {
        for (raw, expected) in [
            ("we **sell** or _rent_ `it`", "we sell or rent it"),
            ("un**likely**", "unlikely"),
            ("see [our *site*](http://a.b/c_(d) \"t\"), now", "see our site now"),
            ("[info@x](mailto:a)[.org](b) to[day](c)", "info x org today"),
            ("![logo](a.png)[ ](b) [1] foo[2]", "1 foo 2"),
            ("<http://a.example/b>", "http a example b"),
            (
                "foo\\_bar \\* AT&amp;T don&#39;t a&nbsp;b &#x; &#bad",
                "foo bar at t don t a b x bad",
            ),
            ("a | b |\\", "a b"),
            ("a<br>b", "a b"),
            ("[open (never", "open never"),
            ("a ](#4-share) b](see c)", "a b see c"),
            ("[our\nsite](http://a.b/c-\nd) [e] (https://f.g) [h] (i)", "our site e h i"),
        ] {
            assert_eq!(words(raw), [expected], "{raw}");
        }
    }

    #[test]
    fn counting() {
        let raw = "We don't **sell** it.\n\nWe do not\nsell it. We don’t sell it.\n\nsell";
        let count = |phrase: &str| count(raw, &[phrase.to_owned()]);
        assert_eq!(count("don’t sell"), 2);
        assert_eq!(count("not sell"), 1);
        assert_eq!(count("sell"), 3);
        assert_eq!(count("it we"), 1);
        assert_eq!(count("-"), 0);
    }
}
