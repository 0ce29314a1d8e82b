//! Sectioning: no word of any text is lost, and none takes too long.

use std::collections::BTreeMap;

use fineprint::model::Clause;
use fineprint::section::section;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;
use crate::library::body;
use crate::oracle::strip;
use crate::oracle::tokens::folded;
use crate::util::corpora;

/// The place of a marker word in a template.
const MARKER: char = '\u{E000}';

/// Replaces the places in a template with marker words, numbered in order: `w0w`, `w1w`.
fn numbered(template: &str) -> String {
    let mut number = 0;
    let mut out = String::with_capacity(template.len() * 2);
    for c in template.chars() {
        if c == MARKER {
            out += &format!("w{number}w");
            number += 1;
        } else {
            out.push(c);
        }
    }
    out
}

/// The number of a marker word; `None` for any other word.
fn marker(term: &str) -> Option<usize> {
    term.strip_prefix('w')?.strip_suffix('w')?.parse().ok()
}

/// Checks that every clause has words, and that the sources of the clauses are ranges of the text,
/// in order, that begin and end between characters.
#[track_caller]
fn check_sound(text: &str, clauses: &[Clause]) {
    let mut last = 0;
    for clause in clauses {
        assert!(!folded(&clause.text).is_empty(), "a clause without words in {text:?}");
        assert!(!clause.text.contains('\0'), "NUL in {:?}", clause.text);
        let source = &clause.source;
        assert!(text.get(source.clone()).is_some(), "{source:?} of {text:?}");
        assert!(source.start >= last, "{source:?} begins before {last} in {text:?}");
        last = source.start;
    }
}

/// Checks that every marker word is in exactly one clause, in order, and within the source of that
/// clause.
#[track_caller]
fn check_markers(text: &str) {
    let clauses = section(text);
    check_sound(text, &clauses);
    let expected: Vec<usize> = folded(text).iter().filter_map(|term| marker(term)).collect();
    let found: Vec<usize> = clauses
        .iter()
        .flat_map(|clause| folded(&clause.text))
        .filter_map(|term| marker(&term))
        .collect();
    let shown: Vec<_> = clauses.iter().map(|clause| (clause.kind.name(), &clause.text)).collect();
    assert_eq!(found, expected, "words of {text:?}, cut as {shown:#?}");
    for clause in &clauses {
        for word in folded(&clause.text).iter().filter(|term| marker(term).is_some()) {
            let at = text.find(word.as_str()).unwrap();
            assert!(
                clause.source.contains(&at),
                "{word} at {at} is not in {:?} of {text:?}",
                clause.source
            );
        }
    }
}

/// Pieces of a line as real texts have them, well formed or not; `W` is the place of a marker word.
/// Something that separates words is between any two places.
const INLINES: &[&str] = &[
    "W",
    "W W",
    "**W**",
    "** W **",
    "**W",
    "W**",
    "****",
    "** **",
    "*W*",
    "_W_",
    "_ _",
    "_W",
    "W_",
    "__W__",
    "**_W_**",
    "*W",
    "W *",
    "W*.",
    "*W**",
    "***W***",
    "`W`",
    "``W` W``",
    "`W",
    "[W](http://zzz.example/a_b)",
    "[W](zzz \"zzz\")",
    "[ W ](mailto:z@z.example)",
    "[](zzz)",
    "[ ](zzz)",
    "[W](<zzz zzz>)",
    "[W](zzz(zzz)zzz)",
    "[W W",
    "W] W",
    "[W] (W)",
    "[W](W W)",
    "[W][zzz]",
    "[W][]",
    "[zzz1][] W",
    "[W]",
    "[^1] W",
    "![zzz](zzz.png)",
    "W ![zzz *zzz* [zzz](zzz)](zzz.png)W",
    "![](zzz.png)",
    "[![zzz](zzz)](zzz) W",
    "<http://W.example/W>",
    "<W@W.example>",
    "<W>",
    "<W W>",
    "</W>",
    "<b>W</b>",
    "<span class=\"zzz\">W</span>",
    "W<br>W",
    "<br/>",
    "<i>W",
    "W</p>W",
    "<a href='zzz'>W</a>",
    "W < W",
    "W > W",
    "<W",
    "<!-- zzz -->",
    "<3 W",
    "a<W>b",
    "&amp; W",
    "&nbsp;W",
    "&#39;W",
    "&W;",
    "& W",
    "&hellip; W",
    "\\*W\\*",
    "\\_W",
    "\\#W",
    "1\\. W",
    "\\-W",
    "\\[W\\]",
    "\\ W",
    "\\\\W",
    "W | W",
    "| W",
    "||",
    "W, W.",
    "(W)",
    "“W”",
    "W—W",
    "W's",
    "• W",
    "· W",
    "~~W~~",
    "W~W",
    "~W~",
    "$W$",
    "^W^",
    "==W==",
    ":W:",
    "{W}",
    "W:W",
    "W/W",
    "@W",
    "#W",
    "%W",
    "http://W.example/W?W=W",
    "www.W.example",
    "W@W.example",
    "\u{AD}",
    "\u{200B} W",
    "é W",
    "個 W 人",
    "👍 W",
    "\u{301} W",
    "\t W",
    "  W",
    "\u{A0}W",
    "\u{85}W",
    "\u{B}W",
];

fn inline() -> BoxedStrategy<String> {
    let separator = select(&[" ", " ", " ", "\n", "  \n", "\\\n", ", ", ". "][..]);
    vec((select(INLINES), separator), 1..6)
        .prop_map(|pieces| {
            pieces.into_iter().map(|(piece, separator)| format!("{piece}{separator}")).collect()
        })
        .prop_map(|text: String| text.trim_end_matches('\\').to_owned())
        .boxed()
}

/// Blocks as real texts have them; `I` is the place of one or more lines of debris, `L` of one
/// line.
const BLOCKS: &[&str] = &[
    "I",
    "I",
    "# L",
    "## L ##",
    "#L",
    "####### L",
    "#",
    "L\n===",
    "L\n---",
    "L\n-",
    "**L**",
    "**L**  \nI",
    "**L  \n**I",
    "**  \nL\n**",
    "L  \n\\-----",
    "* * *",
    "---",
    "___",
    "  * L\n  * L",
    "  * L\n    * L\n      * L",
    "  1. L\n    * L\n  2. L",
    "1. L\n2. L\n\nI\n\n3. L",
    "* L\n\n* L\n\n  I",
    "* L\n\nI\n\n* L",
    "-\n  L",
    "- # L\n- > L",
    "1) L\n2) L",
    "  * **L**  \nI",
    "  * L\n\n\n\n",
    "+ L\n+ L",
    "10. L\n11. L",
    "*",
    "* *",
    "(a) L\n(b) L",
    "a. L  \nb. L",
    "• L\n• L",
    "• L  \n· L",
    "» L",
    "– L\n– L",
    "1\\. L\n\n2\\. L",
    "| L | L |\n|---|---|\n| L | L |",
    "L | L\n---|---\nL | L\nL",
    "---|---\nL | L",
    "|  |  |\n|---|---|\n| L |  |\n|  | L |",
    "|\n\nI\n\n|",
    "| L\n|  \n| L",
    "|---|\n| L |",
    "| L | L |\n|---|---|\n| L | L | L | L |\n| L |",
    "  |  |   |    \n---|---|---|---\n  L | |L| L",
    "I\n|\nI",
    "> I",
    "> L\n> L\nL",
    "> * L\n> * L",
    "> > L\n> L",
    ">L\n\n>L",
    "> # L\n> L",
    "    L\n    L",
    "        i.      L\n",
    "\tL",
    "    L\n\n    L",
    "* L\n\n      L\n\n        L",
    "```\nL\n```",
    "```L\nL\n\nL\n```",
    "```\nL",
    "~~~ L\nL\n~~~",
    "~~~\nL\n```\nL",
    "* ```\n  L\n  ```\n",
    "> ```\n> L\nL",
    "<div>\nL\n</div>",
    "<div>L\n\nI\n</div>",
    "<p>L<p>L",
    "<!-- zzz -->\nL",
    "<!-- zzz --> L",
    "<table><tr><td>L</td><td>L</td></tr></table>",
    "<W>\nL",
    "<W W>\nL",
    "<pre>\nL\n\nL\n</pre>",
    "<div\nclass='zzz'>\nL",
    "</div>\nL",
    "<hr>L",
    "<details><summary>L</summary>L</details>",
    "<textarea>L\n\nL",
    "<div><div><div><div><div><div><div><div>\nL\n",
    "<?zzz ?>\nL",
    "<W\nL",
    "<br>\nL",
    "<center>**L**</center>",
    "<script>zzz</script>L",
    "[W]: http://W.example/W",
    "[W]: W",
    "[W]: <W> 'W'",
    "[W]: http://W.example \"W W\"\nL",
    "[^1]: W W W",
    "[^W]: W",
    "[W]:\nhttp://W.example/W\n\"W\"",
    "[W\nW]: W",
    "[W  W]: W\n\n[W  W]: W",
    "  *[W]: W W",
    "> [W]: W",
    "* [W]: W",
    "[zzz1]: http://zzz.example",
    "L [W]\n\n[W]: W L",
    "[W]: L",
    "\\[W]: W",
    "[W\\]: W",
    "[W]: W\n===",
    "[W]: W\n[W]: W\n[W]: W",
    "L\n[W]: W",
];

/// A text of blocks as real texts have them, with numbered marker words.
pub fn debris() -> BoxedStrategy<String> {
    let block =
        (select(BLOCKS), vec(inline(), 6), any::<bool>()).prop_map(|(block, inlines, is_loose)| {
            let mut inlines = inlines.iter().cycle();
            let mut out = String::new();
            for c in block.chars() {
                match c {
                    'I' => out += inlines.next().unwrap(),
                    'L' => out += &inlines.next().unwrap().replace(['\n', '\\'], " "),
                    c => out.push(c),
                }
            }
            out + if is_loose { "\n\n" } else { "\n" }
        });
    (vec(block, 1..8), 0..8_u8)
        .prop_map(|(blocks, ending)| {
            let text = numbered(&blocks.concat().replace('W', &MARKER.to_string()));
            match ending {
                0 => text.replace('\n', "\r\n"),
                1 => text.replace("  ", "\t"),
                2 => text.replace(". ", ".\0 "),
                3 => text.trim_end().to_owned(),
                _ => text,
            }
        })
        .boxed()
}

/// Marks that hide no words, in any order, with marker words between spaces.
const MARKS: &[&str] = &[
    " W ",
    " W ",
    " W ",
    " W ",
    " W W ",
    "\n",
    "\n",
    "\n\n",
    "  \n",
    "\\\n",
    "*",
    "**",
    "_",
    "__",
    "***",
    "`",
    "``",
    "```",
    "```\n",
    "~~~",
    "\n~~~\n",
    "|",
    " | ",
    "\n|---|---|\n",
    "---|---\n",
    "> ",
    "# ",
    "## ",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "2) ",
    "    ",
    "  ",
    "\t",
    "\n---\n",
    "\n===\n",
    "* * *\n",
    "[",
    "]",
    "![",
    "(",
    ")",
    "\\",
    "&",
    "&amp;",
    ";",
    ":",
    ". ",
    "•",
    "~",
    "\r\n",
    "\r",
    "-",
    "=",
    "!",
    "<br>",
    "<div>\n",
    "</div>",
    "\n<p>\n",
    "<b>",
    "> ",
];

fn marks() -> BoxedStrategy<String> {
    vec(select(MARKS), 0..40)
        .prop_map(|pieces| {
            pieces
                .concat()
                .replace("](", "] (")
                .replace("]:", "] :")
                .replace('W', &MARKER.to_string())
        })
        .prop_map(|text| numbered(&text))
        .boxed()
}

/// Any text, with marks of every kind in it.
fn noise() -> BoxedStrategy<String> {
    const MORE: &[&str] = &[
        "](",
        "](zzz)",
        "]:",
        "[a]: b\n",
        "[a]",
        "<!--",
        "-->",
        "<",
        ">",
        "<a ",
        "href=",
        "\"",
        "'",
        "<script>",
        "<style",
        "</script>",
        "<![CDATA[",
        "?>",
        "<?",
        "\0",
        "é",
        "個",
        "\u{301}",
        "&#0;",
        "&#x110000;",
        "&nGt;",
        "&eacute;",
        "\u{FEFF}",
        "<a@b.c>",
        "<http://x>",
        "mailto:",
        "http",
        "İ",
        "`[",
        "|\\|",
    ];
    let piece = prop_oneof![
        6 => select(MARKS).prop_map(str::to_owned),
        6 => select(MORE).prop_map(str::to_owned),
        2 => select(INLINES).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat()).boxed()
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_word_of_real_debris_is_lost(text in debris()) {
        check_markers(&text);
    }

    #[test]
    fn no_word_among_marks_is_lost(text in marks()) {
        check_markers(&text);
    }

    #[test]
    fn any_text_is_sectioned(text in noise()) {
        check_sound(&text, &section(&text));
    }
}

/// Earlier versions lost or misplaced a word of these texts.
#[test]
fn no_word_of_known_trouble_is_lost() {
    for template in [
        // Rows with more cells than the header row.
        "| W | W |\n|---|---|\n| W | W | W | *W* [W](zzz) |\nW",
        "> W | W\n> ---|---\n> W | W | W\\|W | W",
        // Link definitions: a label over two lines, labels that differ in spaces, a label in code,
        // a second definition.
        "[W\nW]: W\n\nW",
        "`[zzz]` W\n\n[zzz]: W",
        "W [zzz]\n\n[zzz]: http://zzz.example\n[zzz]: http://W.example",
        "W [1]\n\n[1]: W",
        "    W\n    [W]: http://W.example\n\nW",
        "<div>\n[W]: W\n</div>\n\nW",
        // A comment without an end, and templates that look like tags.
        "<!-- W\n\nW",
        "W <link to W> and <address of W>\n\n<title of W>\nW",
        "<! W W > W",
        // Fences and HTML blocks whose content is read a second time.
        "```&amp; W\nW\n```\nW",
        "<div>W<div>W\n\n<p>W <p W> W",
        "| W |\n|---|\n| W | <!-- zzz --> W | # W | 1. W |",
        // Carriage returns, and backticks used as apostrophes.
        "    W\n\rW\r\nW\r\rW",
        "W `W [W](zzz)\n1. W  \n<br> W `W` W",
        "`\n<br> W ` W",
        "` W `W` W `1. W",
    ] {
        check_markers(&numbered(&template.replace('W', &MARKER.to_string())));
    }
}

#[test]
fn links_of_a_line_are_its_own() {
    let clauses = section(
        "**[One  \n](http://one.example)**We do what we say in this long sentence \
         here.\n\n[a][r]\n\n[r]: http://r.example/x\n[s]: y\n[t]: http://t.example\n\n[t]",
    );
    let links: Vec<_> =
        clauses.iter().map(|clause| (clause.text.as_str(), clause.links.join(" "))).collect();
    let long = "We do what we say in this long sentence here.";
    let expected = [
        ("One", "one.example"),
        (long, ""),
        ("a", "r.example/x"),
        ("[s]: y", ""),
        ("t", "t.example"),
    ];
    assert_eq!(links, expected.map(|(text, links)| (text, links.to_owned())));
}

/// Counts the words that only the mark-stripping scan finds, and the words that only the clauses
/// contain. Returns both and the number of words of the scan.
fn lost_and_extra(text: &str) -> (BTreeMap<String, i64>, BTreeMap<String, i64>, usize) {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let mut words = 0;
    for word in strip::blocks(text).into_iter().flatten() {
        *counts.entry(word).or_default() += 1;
        words += 1;
    }
    let clauses = section(text);
    check_sound(text, &clauses);
    for word in clauses.iter().flat_map(|clause| folded(&with_typed_number(text, clause))) {
        *counts.entry(word).or_default() -= 1;
    }
    let extra =
        counts.iter().filter(|&(_, &n)| n < 0).map(|(word, n)| (word.clone(), -n)).collect();
    counts.retain(|_, n| *n > 0);
    (counts, extra, words)
}

/// The text of a clause with its number, unless the number is the mark of a list entry, which the
/// scan leaves out.
fn with_typed_number(text: &str, clause: &Clause) -> String {
    let Some(number) = &clause.number else { return clause.text.clone() };
    let before = text[..clause.source.start].trim_end_matches(|c: char| !c.is_alphanumeric());
    let digits = number.trim_matches(|c: char| !c.is_alphanumeric());
    if before.ends_with(digits) && !text[clause.source.start..].starts_with(digits) {
        clause.text.clone()
    } else {
        format!("{number} {}", clause.text)
    }
}

/// Prints how the words of some texts and of their clauses differ. Returns the numbers of words, of
/// lost words and of extra words.
fn measure(name: &str, texts: &[(String, String)]) -> (usize, i64, i64) {
    let (mut words, mut lost, mut extra) = (0, 0, 0);
    for (path, text) in texts {
        let (missing, more, all) = lost_and_extra(text);
        words += all;
        lost += missing.values().sum::<i64>();
        extra += more.values().sum::<i64>();
        if std::env::var_os("FINEPRINT_GOLDEN").is_some()
            && !(missing.is_empty() && more.is_empty())
        {
            println!("{path}: lost {missing:?}, extra {more:?}");
        }
    }
    println!(
        "{name}: {} texts, {words} words, {lost} only in the raw scan, {extra} only in clauses",
        texts.len()
    );
    (words, lost, extra)
}

#[test]
fn the_words_of_real_policies_are_in_their_clauses() {
    let Some(corpora) = corpora() else { return };
    let mut files = Vec::new();
    let mut folders = vec![corpora.join("princeton-leuven/files")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let file = std::fs::read_to_string(&path).unwrap();
                files.push((path.file_name().unwrap().to_string_lossy().into_owned(), body(&file)));
            }
        }
    }
    let newest: Vec<_> =
        crate::searching::phrases::newest_versions(&corpora).into_iter().step_by(8).collect();
    for (name, texts) in [("Princeton sample", files), ("newest contrib versions", newest)] {
        let (words, lost, extra) = measure(name, &texts);
        // The scan misreads some debris: list numbers below list numbers, parentheses in link
        // targets.
        assert!(lost + extra <= words as i64 / 5_000, "{name}: {lost} and {extra} of {words}");
    }
}

/// No text that repeats one thing many times takes a time that grows with the square of its length.
#[test]
fn no_mark_makes_sectioning_slow() {
    const REPEATED: &[&str] = &[
        "[a]: b\n",
        "[a]:",
        "[a](",
        "[a](b c",
        "[a](mailto: b) ",
        "[",
        "]:",
        "[[a]: b\n",
        "a [b]\n\n[b]: c\n",
        "`a\n`b ",
        "`",
        "*",
        "_",
        "**a ",
        "*a_ ",
        "_a ",
        "<",
        "<a ",
        "<!--",
        "<div>",
        "<script>",
        "<b c>",
        "</p>a",
        "<!-- a -->",
        "> ",
        ">",
        "- ",
        "* a\n",
        "  * a\n    * b\n",
        "1. a  \n",
        "1\\. a  \n",
        "a  \n",
        "a\n",
        "|",
        "| a ",
        "|---",
        "| a |\n|---|\n",
        "\\",
        "&",
        "&amp;",
        "a ",
        "a",
        "\u{301}",
        "\u{AD}",
        "é",
        "個",
        "\r",
        "\r\n",
        "\t",
        "    a\n",
        "```\n",
        "```a\n\n",
        "~~~\n",
        "# a\n",
        "**a**  \n",
        "**a**\n\n",
        "A. a\n\n",
        "• a\n",
        "[a](b) ",
        "![a](b) ",
        "[a\n\n",
        "](/a) ",
        "[a\n\nb](/c)\n\n",
        "[\n\n",
        "[a] (http://b) ",
        "[a](http://b\n",
        "<li>a",
        "<ul>",
        "<h2>a\n",
        "<sup>1</sup>",
        "[1](#a)",
        "\u{FDD0}\n",
        "a\n\n===\n\n",
        "A:\nb\nC d.\n",
        "http://a.b/ ",
        "<http://a.b> ",
        "a:\n\n- b\n\n",
        "\n",
        "---\n",
        "===\n",
        "a\n===\n",
        "\0",
        "( ",
        "](",
        "a. ",
    ];
    for piece in REPEATED {
        for before in ["", "<div>\n", "    "] {
            let take = |bytes: usize| {
                let text = format!("{before}{}", piece.repeat(bytes / piece.len()));
                let start = std::time::Instant::now();
                section(&text);
                start.elapsed().as_secs_f64()
            };
            // Most take a few milliseconds. On a busy machine a single time can be long, but rarely
            // the shorter of two.
            if take(8_000) < 0.06 {
                continue;
            }
            let shortest = |bytes: usize| (0..2).map(|_| take(bytes)).fold(f64::INFINITY, f64::min);
            let (short, long) = (shortest(8_000), shortest(32_000));
            assert!(
                long < 0.4 || long < 9.0 * short,
                "{before:?} and many {piece:?}: {short} s, four times as many {long} s"
            );
        }
    }
}
