//! Tests what the tags of a page become: the kinds of its clauses, their lead-ins, tables, and text
//! that is no part of the policy.

use std::path::Path;

use fineprint::corpus::{self, ReadOptions, SeenInput};
use fineprint::model::ClauseKind;
use fineprint::section::section;

use crate::util::{Fixture, contrib_history, corpora, fptest};

/// The Markdown of a page, with the lines that mark furniture as `{` and `}`.
fn markdown(html: &str) -> String {
    markdown_of("2001-02-03.html", html)
}

/// The Markdown of a file with this name.
fn markdown_of(name: &str, text: &str) -> String {
    let fx = Fixture::new();
    fx.file(format!("corpus/acme.example/{name}"), text);
    let end = Path::new(name).extension().unwrap().to_string_lossy().into_owned();
    let options =
        ReadOptions { path: Some(format!("{{company}}/{{date}}.{end}")), ..ReadOptions::default() };
    let reader = corpus::open(&fx.path("corpus"), &options).unwrap();
    let mut text = None;
    reader
        .scan(&mut |seen| {
            let SeenInput::Found { found, .. } = seen else { panic!("{seen:?}") };
            text = reader.session().read(&found, true).unwrap().text;
        })
        .unwrap();
    text.unwrap().body.replace('\u{FDD0}', "{").replace('\u{FDD1}', "}")
}

/// The clauses of a page, one per line: the kind, the lead-in if there is one, and the text.
fn clauses(html: &str) -> Vec<String> {
    clauses_of(&markdown(html))
}

fn clauses_of(markdown: &str) -> Vec<String> {
    let clauses = section(&without_marks(markdown)).into_iter();
    let shown = clauses.map(|clause| match clause.lead_in {
        Some(lead_in) if clause.kind == ClauseKind::Item => {
            format!("{} [{lead_in}] {}", clause.kind, clause.text)
        }
        _ => format!("{} {}", clause.kind, clause.text),
    });
    shown.collect()
}

/// The Markdown without the lines that mark furniture.
fn without_marks(markdown: &str) -> String {
    markdown.replace(['{', '}'], "")
}

/// The Markdown without the blank lines beside the lines that mark furniture.
fn tight(markdown: &str) -> String {
    let lines: Vec<&str> = markdown.lines().collect();
    let is_mark = |line: Option<&&str>| line.is_some_and(|line| matches!(line.trim(), "{" | "}"));
    let kept = lines.iter().enumerate().filter(|(at, line)| {
        let before = at.checked_sub(1).and_then(|before| lines.get(before));
        !line.is_empty() || !is_mark(before) && !is_mark(lines.get(at + 1))
    });
    kept.map(|(_, line)| format!("{line}\n")).collect()
}

#[track_caller]
fn check(html: &str, expected: &[&str]) {
    assert_eq!(clauses(html), expected, "{html}\n{}", markdown(html));
}

#[test]
fn fragments_of_pages_are_html_under_any_name() {
    let html = "<p>We never:</p><ul><li>sell it</li></ul>";
    for name in ["2001-02-03.txt", "2001-02-03.md", "2001-02-03.html"] {
        assert_eq!(
            clauses_of(&markdown_of(name, html)),
            ["paragraph We never:", "item [We never:] sell it"],
            "{name}"
        );
    }
    let old =
        "<h2>Privacy\n<p>We sell it.\n\n<P>We never:\n<UL>\n<LI>rent it\n<LI>lend it\n</UL>\n";
    for name in ["2001-02-03.txt", "2001-02-03.html"] {
        assert_eq!(
            clauses_of(&markdown_of(name, old)),
            [
                "heading Privacy",
                "paragraph We sell it.",
                "paragraph We never:",
                "item [We never:] rent it",
                "item [We never:] lend it"
            ],
            "{name}"
        );
    }
    let markdown =
        "# Privacy\n\n<p align=center><b>Acme</b></p>\n\n* one\n* two\n\n<p>x</p></div>\n";
    assert_eq!(markdown_of("2001-02-03.md", markdown), markdown);
}

#[test]
fn definitions_are_items_below_their_terms() {
    check(
        "<p>Words:</p><dl><dt>Cookie</dt><dd>A file.</dd><dt>Site</dt><dt>Page</dt>\
         <dd>A place.<p>And more.</dd><dd>A text.</dl><p>End.",
        &[
            "paragraph Words:",
            "paragraph Cookie",
            "item [Cookie] A file.",
            "paragraph Site",
            "paragraph Page",
            "item [Page] A place.",
            "paragraph And more.",
            "item [Page] A text.",
            "paragraph End.",
        ],
    );
    check(
        "<dl><dt><h3>Cookies</h3></dt><dd>They are files.</dd></dl>",
        &["heading Cookies", "item They are files."],
    );
}

#[test]
fn a_number_and_its_paragraph_are_one_item() {
    for html in [
        "<dl><dd>1.1 <p>You may sell it.</p></dd><dd>1.2 <p>You may rent it.</p></dd></dl>",
        "<ul><li>1.1 <p>You may sell it.</p></li><li><p>1.2</p><p>You may rent it.</p></ul>",
        "<dd>1.1<p>You may sell it.<dd>1.2<div>You may rent it.</div>",
    ] {
        let found = clauses(html);
        assert_eq!(found.len(), 2, "{html}: {found:?}");
        assert!(found.iter().all(|clause| clause.starts_with("item ")), "{html}: {found:?}");
        assert!(found[0].ends_with("You may sell it."), "{html}: {found:?}");
    }
    check("<ul><li>Data.<p>We sell it.</p></ul>", &["item Data.", "paragraph We sell it."]);
}

#[test]
fn titles_and_bold_words_in_entries() {
    check(
        "<ul><li><strong>Cookies</strong><br>We use cookies to keep you signed in.</li>\
         <li><strong>Logs</strong><br>We keep logs of your visits for a year.</li></ul>",
        &[
            "heading Cookies",
            "item We use cookies to keep you signed in.",
            "heading Logs",
            "item We keep logs of your visits for a year.",
        ],
    );
    check(
        "<ul><li>We sell your data. <strong>Always.</strong></li>\
         <li>We rent it, too, <b>but never on Sundays</b></li></ul>",
        &["item We sell your data. Always.", "item We rent it, too, but never on Sundays"],
    );
}

#[test]
fn numbers_of_lists_are_those_that_a_browser_shows() {
    for (html, expected) in [
        ("<ol type=a><li>x<li>y</ol>", ["a.", "b."]),
        ("<ol style='list-style-type: upper-roman'><li>x<li>y</ol>", ["I.", "II."]),
        ("<ol reversed><li>x<li>y</ol>", ["2.", "1."]),
        ("<ol><li>x</ol><ol start=2><li>y</ol>", ["1.", "2."]),
        ("<ol><li>x</ol><ol><li>y</ol>", ["1.", "1."]),
        ("<ol><li>x<li value=5>y<li>z</ol>", ["1.", "5."]),
        ("<ol><li>1. x<li>2. y</ol>", ["1.", "2."]),
        ("<ol><li>(a) x<li>(b) y</ol>", ["(a)", "(b)"]),
    ] {
        let clauses = section(&markdown(html));
        let found = clauses.iter().take(2).map(|clause| clause.number.as_deref());
        let texts = clauses.iter().take(2).map(|clause| clause.text.as_str());
        assert!(found.eq(expected.map(Some)), "{html}: {clauses:?}");
        assert!(texts.eq(["x", "y"]), "{html}: {clauses:?}");
    }
}

#[test]
fn lists_keep_their_numbers_and_their_order() {
    assert_eq!(
        markdown("<ol start=4><li>a<li>b<ul><li>c</ul></ol><ol><li value=9>d</ol>"),
        "4. a\n5. b\n   * c\n\n9) <data value=\"entry 9.\"></data>d\n"
    );
    assert_eq!(markdown("<ul><li>a<ul><li>b</ul></ul><ul><li>c</ul>"), "* a\n  * b\n\n- c\n");
    assert_eq!(markdown("<ul>a<ul><li>b</ul></ul>"), "a\n\n* b\n");
    assert_eq!(markdown("<ul><li>a</li><ul><li>b</ul><li>c</ul>"), "* a\n  * b\n* c\n");
    assert_eq!(markdown("<li>a<li>b<p>c"), "* a\n* b\n\n  c\n");
    assert_eq!(markdown("<div><li>a</li><li>b</li>c</div>"), "* a\n* b\n\nc\n");
}

#[test]
fn data_tables_are_rows() {
    for (html, rows) in [
        (
            "<table><caption>Uses</caption><tr><th>Data</th><th>Why</th></tr>\
             <tr><td>Location</td><td>Maps</td></tr></table>",
            vec!["heading Uses", "row Data | Why", "row Location | Maps"],
        ),
        (
            "<table><thead><tr><td>Data</td><td>Why</td></tr></thead><tbody><tr><td>Location</td>\
             <td><ul><li>Maps</li><li>Ads</li></ul></td></tr></tbody></table>",
            vec!["row Data | Why", "row Location | Maps Ads"],
        ),
        (
            "<table><tr><td>Who</td><td>What they get</td></tr><tr><td><h4>Banks</h4></td>\
             <td><blockquote>Your name</blockquote><p>Your age</td></tr></table>",
            vec!["row Who | What they get", "row Banks | Your name Your age"],
        ),
        (
            "<table><tr><th>Data<th>Why<th>Who<tr><td rowspan=2>Name<td>Ads<td>Us\
             <tr><td>Maps<td>Them</table>",
            vec!["row Data | Why | Who", "row Name | Ads | Us", "row Name | Maps | Them"],
        ),
        (
            "<table><tr><td>Data<td>Why<tr style='display:none'><td>Secret<td>Plan\
             <tr><td>Name<td>Ads</table>",
            vec!["row Data | Why", "row Name | Ads", "paragraph Secret", "paragraph Plan"],
        ),
        (
            "<table role=presentation><tr><td>Data<td>Why<tr><td>Name<td>Ads</table>",
            vec!["paragraph Data", "paragraph Why", "paragraph Name", "paragraph Ads"],
        ),
    ] {
        assert_eq!(clauses(html), rows, "{html}\n{}", markdown(html));
    }
}

#[test]
fn words_are_separated_as_they_are_shown() {
    for (html, text) in [
        ("We <button>sell</button> data", "We sell data"),
        ("We<button>sell</button>data", "We sell data"),
        ("We sell<img src=x>data<img src=y>.", "We sell data."),
        ("We <svg><text>Logo</text></svg>sell data", "We sell data"),
        ("We <select><option>France<option>Spain</select> sell data", "We sell data"),
        ("We <span hidden>never</span> sell <i style='display: none'>no</i>data", "We sell data"),
        ("<a href=u><b>We</b> se<wbr>ll</a> <i>da</i>ta", "We sell data"),
        ("<p><span style='display:block'>We</span><span>sell data</span>", "We"),
        ("<div>We <div style='display:inline'>sell</div> data</div>", "We sell data"),
        ("<x-a>We <x-b>sell</x-b></x-a> data", "We sell data"),
        ("We sell<sup>2</sup> data", "We sell² data"),
        ("10<sup>6</sup> of the 1<sup>st</sup> H<sub>2</sub>O", "10⁶ of the 1st H2O"),
        ("<h2>We<br>sell data</h2>", "We sell data"),
        ("<h2><div></div>We sell data</h2>", "We sell data"),
        ("<p>We sell</b> data</i></p>", "We sell data"),
        ("<template>no</template>We sell data", "We sell data"),
        ("<div><template shadowrootmode=open><p>We sell data</template></div>", "We sell data"),
    ] {
        assert_eq!(section(&markdown(html))[0].text, text, "{html}\n{}", markdown(html));
    }
}

#[test]
fn drawings_and_styles_leave_the_text_whole() {
    for (html, text) in [
        ("<header><svg class=i /></header><p>We sell.", "We sell."),
        ("<p>We <svg class=i /> sell.</p>", "We sell."),
        ("<p>We <math/> sell.</p>", "We sell."),
        ("<svg><defs></svg><p>We sell.", "We sell."),
        ("<svg><defs><svg></svg></defs></svg><p>We sell.", "We sell."),
        ("<p>We sell.<div style='display:inline'>We rent.</div>", "We sell."),
        ("<title>Our Rules</title><h1>Our<br>Rules</h1><p>Hi.", "Our Rules"),
        ("<ul><li>Civil:<p>Law.</ul>", "Civil:"),
    ] {
        let found = section(&markdown(html));
        let texts: Vec<&str> = found.iter().map(|clause| clause.text.as_str()).collect();
        assert_eq!(texts.first(), Some(&text), "{html}\n{}", markdown(html));
        assert_eq!(texts.iter().filter(|found| **found == text).count(), 1, "{html}");
    }
    let hidden = "<p style='display:none'>A<span style='display:block'>B</span></p><p>We sell.";
    assert_eq!(markdown(hidden), "{\n\nA\n\nB\n\n}\n\nWe sell.\n");
}

#[test]
fn addresses_of_links_around_blocks_are_no_words() {
    for (address, target) in [
        ("https://acme.example/(x", "acme.example/(x"),
        ("https://acme.example/x)", "acme.example/x)"),
        ("https://acme.example/)x(", "acme.example/)x("),
        ("https://acme.example/[x", "acme.example/[x"),
        ("https://acme.example/x](y", "acme.example/x](y"),
        ("https://acme.example/&quot;x", "acme.example/\"x"),
        ("https://acme.example/'x", "acme.example/'x"),
        ("https://acme.example/x`", "acme.example/x`"),
        ("https://acme.example/\\(x", "acme.example/%5C(x"),
        ("https://acme.example/*x_*", "acme.example/*x_*"),
    ] {
        for (page, expected) in [
            (format!("<a href=\"{address}\"><blockquote># c &amp;<h1>1) b"), "# c & b"),
            (
                format!("<blockquote><a href=\"{address}\"><div hidden># c &amp;<textarea><p>1) b"),
                "# c & <p>1) b",
            ),
            (format!("<a href=\"{address}\"><h2>b</h2><p>c</p></a>d"), "b c d"),
            (format!("<a href=\"{address}\"><p>b<p># c</a> [d](e)"), "b # c [d](e)"),
            (
                format!("<a href=\"{address}\"><table><tr><th>b<th>c<tr><td>d<td>e</table>"),
                "b | c d | e",
            ),
            (format!("<ul><li><a href=\"{address}\"># b<p>c</a><li>d"), "# b c d"),
        ] {
            let markdown = markdown(&page);
            let clauses = section(&without_marks(&markdown));
            let texts: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
            assert_eq!(texts.join(" "), expected, "{page}\n{markdown}");
            assert!(clauses.iter().all(|clause| clause.links.iter().all(|link| link == target)));
            assert!(clauses.iter().any(|clause| !clause.links.is_empty()), "{page}\n{markdown}");
        }
    }
}

#[test]
fn links_lead_to_what_was_archived() {
    for address in [
        "https://acme.example/x",
        "/web/20200102030405/https://acme.example/x",
        "/web/20200102030405id_/https%3A//acme.example/x?y=(z)",
        "https://web.archive.org/web/20200102030405id_/https://acme.example/x#y",
        "//web.archive.org/web/20200102030405/http://acme.example/x/",
        "http://web.archive.org:80/web/2020/acme.example/x",
    ] {
        let html = markdown(&format!("<p>See <a href=\"{address}\">this</a>.<p>End"));
        let text = markdown_of("2001-02-03.md", &format!("See [this]({address}).\n\nEnd\n"));
        for markdown in [html, text] {
            let links = section(&markdown).remove(0).links;
            assert_eq!(links, ["acme.example/x"], "{markdown}");
        }
    }
}

#[test]
fn text_around_the_policy_is_marked() {
    for (html, expected) in [
        ("<nav><a href=/>Home</a></nav><p>We sell.", "{\n[Home](</>)\n\n}\nWe sell.\n"),
        (
            "<header>Acme</header><main><header><h1>Privacy</h1></header></main>",
            "{\nAcme\n\n}\n# Privacy\n",
        ),
        (
            "<article><footer>Signed</footer></article><footer>2020</footer>",
            "Signed\n\n{\n2020\n}\n",
        ),
        ("<p>We sell.<div role=contentinfo>2020</div>", "We sell.\n\n{\n2020\n}\n"),
        ("<div role=navigation>a</div><nav role=presentation>b</nav>", "{\na\n\n}\nb\n"),
        ("<dialog>a</dialog><dialog open>b</dialog><p>c", "{\na\n\nb\n\n}\nc\n"),
        ("<p hidden>a<p>b<p aria-hidden=true>c", "{\na\n\n}\nb\n\nc\n"),
        ("<div style='display: none !important'><p>a<p>b</div>c", "{\na\n\nb\n\n}\nc\n"),
        ("<p>We <span hidden>a</span>sell.<p>b", "We sell.\n\n{\na\n\n}\nb\n"),
        ("<ul><li>a<li hidden>b<li>c</ul>", "* a\n  {\n* b\n  }\n* c\n"),
        ("<details><summary>a</summary>b</details>", "a\n\nb\n"),
        (
            "<p>I live in <select><option>France<option>Spain</select>.",
            "I live in .\n\n{\n* France\n* Spain\n}\n",
        ),
        ("<textarea>Your message</textarea>", "{\nYour message\n}\n"),
        ("<nav><div><nav>a</nav></div>b</nav>c", "{\na\n\nb\n\n}\nc\n"),
        ("<div hidden='until-found'>a</div>", "a\n"),
        ("<p>a<div id=wm-ipp-base>b</div>c", "a\n\n{\nb\n\n}\nc\n"),
        ("&#xFDD0;<p>a<p>&#xFDD1;", "a\n"),
        ("<title>Acme</title><header><h1>Acme</h1></header><p>a", "# Acme\n\n{\n# Acme\n\n}\na\n"),
    ] {
        assert_eq!(tight(&markdown(html)), tight(expected), "{html}");
    }
    let terms = format!("<textarea>{}</textarea>", "We sell your data. ".repeat(20));
    assert!(!markdown(&terms).contains('{'));
}

const TOOLBAR: &str = "<!-- BEGIN WAYBACK TOOLBAR INSERT -->\n<style>p { color: red }</style>\
    <div id=\"wm-ipp-base\" lang=\"en\" style=\"display:none;direction:ltr;\"><div id=\"wm-ipp\">\
    <p>12 captures</p><ul><li>May<li>2020</ul></div></div><p>About this capture</p>\n\
    <!-- END WAYBACK TOOLBAR INSERT -->";

fptest!(the_toolbar_of_an_archive_is_no_change, |fx: Fixture| {
    let page = |toolbar: &str| {
        format!(
            "<html><head><title>Privacy</title></head><body>{toolbar}<h1>Privacy</h1>\
             <p>We sell data.</p><p>We rent data.</p>\
             <p>This page is longer than the toolbar, as the pages of real policies are.</p>\
             </body></html>"
        )
    };
    let (plain, marked) = (markdown(&page("")), markdown(&page(TOOLBAR)));
    let start = marked.find('{').unwrap();
    let end = marked.rfind('}').unwrap();
    let policy = format!("{}{}", &marked[..start], &marked[end + 2..]);
    assert_eq!(policy.trim_start(), plain, "{marked}");
    assert!(marked[start..end].contains("12 captures") && marked.contains("About this capture"));
    let shown = TOOLBAR.replace("display:none;", "");
    let banner = "<div id=wm-ipp-print><p>The Wayback Machine - archive</div>";
    for (year, toolbar) in ["", TOOLBAR, &shown, &format!("{TOOLBAR}{banner}")].iter().enumerate() {
        fx.file(format!("corpus/acme.example/{}-02-03.html", 2001 + year), page(toolbar));
    }
    fx.run(["index", "corpus", "--path", "{company}/{date}.html"]).exits(0);
    for (older, newer) in [("2001", "2002"), ("2002", "2003"), ("2003", "2004")] {
        fx.run(["diff", "acme.example", older, newer])
            .exits(1)
            .stdout_has("0 added, 0 removed, 0 changed, 0 moved; 4 clauses the same");
    }
    fx.run(["search", "captures", "--count"]).exits(1);
    fx.run(["search", "captures", "--count", "--furniture"]).exits(0).stdout_is("1\n");
});

#[test]
fn hostile_pages_take_linear_time() {
    let cells = format!("<table>{}</table>", "<tr><td>a<td>b".repeat(50_000));
    assert_eq!(section(&markdown(&cells)).len(), 50_000);
    let is_long = std::env::var_os("FINEPRINT_LONG").is_some();
    let words = "word ".repeat(if is_long { 6 << 20 } else { 400_000 });
    assert_eq!(section(&markdown(&format!("<p>{words}")))[0].text.len(), words.len() - 1);
    for tags in [
        "<div>",
        "<b>",
        "<ul><li>",
        "<ul hidden><li>",
        "<table hidden><tr><td>",
        "<blockquote>",
        "<table><tr><td>",
        "<p>",
        "<a href=x>",
        "<i><p>",
        "<h1>",
        "<span hidden>",
        "<dl><dt>",
        "<dl><dd>",
        "<svg>",
        "<select>",
        "<button>",
        "<nav>",
        "<span style='font-weight:bold'>",
        "<div></p>",
        "<p></div>",
        "<b></p>",
        "<dialog><li>",
        "<td>",
        "<tr>",
        "</p>",
        "</td>",
        "<sup>",
    ] {
        let page = format!("{}We sell data.", tags.repeat(100_000));
        let found = section(&without_marks(&markdown(&page)));
        let words: Vec<&str> = found.iter().map(|clause| clause.text.as_str()).collect();
        assert_eq!(words, ["We sell data."], "{tags}");
    }
}

/// The texts of a corpus that differ from the ends of their files, as pages do.
fn converted(folder: &Path, options: &ReadOptions) -> (usize, Vec<String>) {
    let reader = corpus::open(folder, options).unwrap();
    let (mut count, mut found) = (0, Vec::new());
    reader
        .scan(&mut |seen| {
            let SeenInput::Found { found: snapshot, .. } = seen else { return };
            let read = reader.session().read(&snapshot, true).unwrap();
            let path = folder.join(&read.info.source.path);
            let file = std::fs::read(path).unwrap();
            count += 1;
            if !String::from_utf8_lossy(&file).ends_with(&read.text.unwrap().body) {
                found.push(read.info.source.path);
            }
        })
        .unwrap();
    (count, found)
}

fptest!(no_markdown_of_real_corpora_is_taken_for_html, |fx: Fixture| {
    let Some(corpora) = corpora() else { return };
    let files = corpora.join("princeton-leuven/files");
    let (count, found) = converted(&files, &ReadOptions::default());
    assert!(count >= 92 && found.is_empty(), "{count}: {found:?}");
    let tar = fx.path("contrib.tar");
    let status = std::process::Command::new("git")
        .arg("-C")
        .arg(contrib_history(&corpora))
        .args(["archive", "--output"])
        .arg(&tar)
        .arg("HEAD")
        .status();
    assert!(status.unwrap().success());
    let folder = fx.path("contrib");
    tar::Archive::new(std::fs::File::open(&tar).unwrap()).unpack(&folder).unwrap();
    let options = ReadOptions {
        path: Some("{company}/{type}.md".to_owned()),
        date: Some("2020-01-02".to_owned()),
        ..ReadOptions::default()
    };
    let (count, found) = converted(&folder, &options);
    assert!(count > 500 && found.is_empty(), "{count}: {found:?}");
});
