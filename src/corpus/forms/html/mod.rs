//! HTML files: each is a page as it was downloaded.
//!
//! Pages of the Princeton-Leuven corpus begin with a comment of two lines:
//!
//! ```text
//! <!--The following is the downloaded HTML source of the SITE privacy policy that was archived on
//! YYYY-MM-DD.
//!  Please check the original snapshot on the Wayback Machine (URL) for the most accurate
//! reproduction.-->
//! ```
//!
//! A page becomes Markdown: first its title as a heading of the first level, as in the Markdown
//! files of that corpus, then the words that a reader sees. Scripts, styles, pictures and
//! replacements for scripts are left out.
//!
//! Text around the policy stays and is marked as furniture: navigation, headers, footers, asides,
//! dialogs, fields and menus of choices, text that is not shown, and the toolbar of an archive. A
//! line with only U+FDD0 begins it, and a line with only U+FDD1 ends it; sectioning reads these
//! lines. Both are noncharacters, which Unicode reserves for the inside of programs, and they are
//! removed from texts that are read.

pub(in crate::corpus) mod conversion;
mod inline_text;
mod likeness;
mod limits;
mod markdown_writer;
mod page;
mod tokens;

use self::conversion::{decode, is_html, to_markdown};
use super::form::{FileForm, PartialKey, UnreadText};
use super::header::{ARCHIVED, archive_time, link_target, original_url, site_name};
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;
use crate::model::{ArchiveTime, PRIVACY_POLICY};

/// The start of the comment, before the site.
const OPENING: &str = "The following is the downloaded HTML source of the ";

/// The extensions of HTML files. A file with one of them is a page however it begins.
const EXTENSIONS: [&str; 3] = [".html", ".htm", ".xhtml"];

/// HTML files.
pub(in crate::corpus) struct HtmlForm;

impl FileForm for HtmlForm {
    fn recognise(&self, path: &str, head: &str) -> Result<Option<PartialKey>, String> {
        if let Some(comment) = SourceComment::parse(head)? {
            return Ok(Some(PartialKey {
                company: Some(comment.site),
                policy_type: Some(PRIVACY_POLICY.to_owned()),
                time: Some(comment.time),
            }));
        }
        let path = path.to_ascii_lowercase();
        let is_page = EXTENSIONS.iter().any(|end| path.ends_with(end)) || is_html(head);
        Ok(is_page.then(PartialKey::default))
    }

    fn read(&self, _path: &str, bytes: Vec<u8>) -> Result<(SnapshotFacts, SourceText), UnreadText> {
        let mut text = decode(bytes);
        let comment = SourceComment::parse(&text.body).ok().flatten();
        let archive_url = comment.and_then(|comment| comment.archive_url);
        text.body = to_markdown(&text.body)?;
        let url = archive_url.as_deref().and_then(original_url);
        Ok((SnapshotFacts { url, archive_url, ..SnapshotFacts::default() }, text))
    }
}

/// The content of the comment in pages of the Princeton-Leuven corpus.
struct SourceComment {
    site: String,
    time: ArchiveTime,
    archive_url: Option<String>,
}

impl SourceComment {
    /// Reads the comment at the start of a page. Returns `None` if there is none.
    ///
    /// # Errors
    ///
    /// The comment has an invalid date or no site: the reason in one line.
    fn parse(html: &str) -> Result<Option<Self>, String> {
        let Some(comment) = html.trim_start().strip_prefix("<!--") else { return Ok(None) };
        let comment = comment.split_once("-->").map_or(comment, |(comment, _)| comment);
        let Some(rest) = comment.trim_start().strip_prefix(OPENING) else { return Ok(None) };
        let Some((site, rest)) = rest.split_once(ARCHIVED) else { return Ok(None) };
        let archive_url = link_target(rest, "Wayback Machine (");
        let column = comment[..comment.len() - rest.len()].chars().count() + "<!--".len() + 1;
        let time = archive_time(rest, column, archive_url.as_deref())?;
        Ok(Some(Self { site: site_name(site)?, time, archive_url }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::section;

    fn clauses(html: &str) -> Vec<(&'static str, String)> {
        let markdown = to_markdown(html).unwrap();
        section(&markdown).into_iter().map(|clause| (clause.kind.name(), clause.text)).collect()
    }

    #[track_caller]
    fn check(html: &str, expected: &[(&str, &str)]) {
        let clauses = clauses(html);
        let clauses: Vec<_> = clauses.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        assert_eq!(clauses, expected, "{html}\n{}", to_markdown(html).unwrap());
    }

    #[test]
    fn pages_become_clauses() {
        let html = "<html><head><title>Privacy</title><script>var a = '<p>no</p>';</script></head>\
            <body><div class=x><h2>1. Sharing</h2><div>We <b>may</b> sell\nor \
            <a href=\"https://acme.example/a_(b)\">rent</a> data.</div>\
            <p>We never:<ul><li>sell data<li><p>rent data</p><ul><li>to anyone</ul></ul></div>\
            <blockquote>A quotation.</blockquote></body></html>";
        check(
            html,
            &[
                ("heading", "Privacy"),
                ("heading", "Sharing"),
                ("paragraph", "We may sell or rent data."),
                ("paragraph", "We never:"),
                ("item", "sell data"),
                ("item", "rent data"),
                ("item", "to anyone"),
                ("quote", "A quotation."),
            ],
        );
    }

    #[test]
    fn text_is_text_whatever_it_looks_like() {
        check(
            "<p>1. not *a* list_of_ # marks</p><p># no heading</p>\
             <p>no tag &lt;b&gt; &amp;copy; [x](y) a|b</p>",
            &[
                ("paragraph", "1. not *a* list_of_ # marks"),
                ("paragraph", "# no heading"),
                ("paragraph", "no tag <b> &copy; [x](y) a|b"),
            ],
        );
    }

    #[test]
    fn tables_of_data_are_rows_and_others_are_not() {
        let data = "<table><tr><th>Data</th><th>Use</th></tr>\
            <tr><th>Name</th><td><p>Letters</p></td></tr>\
            <tr><td>Age</td><td>Ads | offers</td><td>more</td></tr></table>";
        let found = clauses(data);
        assert!(found.iter().all(|(kind, _)| *kind == "row"), "{found:?}");
        let words: String = found.iter().map(|(_, text)| format!("{text} ")).collect();
        for word in ["Data", "Use", "Name", "Letters", "Age", "Ads", "offers", "more"] {
            assert!(words.contains(word), "{word}: {words}");
        }
        check(
            "<table><tr><td>Home</td><td><h2>Privacy</h2><p>We sell data.</p>\
             <table><tr><td>We rent data.</table></table>The end.",
            &[
                ("paragraph", "Home"),
                ("heading", "Privacy"),
                ("paragraph", "We sell data."),
                ("paragraph", "We rent data."),
                ("paragraph", "The end."),
            ],
        );
    }

    #[test]
    fn preformatted_text_has_paragraphs() {
        check(
            "<pre>\n\nPRIVACY\n\n    We sell\n    or rent data.\n\n\n    The end.</pre>",
            &[
                ("heading", "PRIVACY"),
                ("paragraph", "We sell or rent data."),
                ("paragraph", "The end."),
            ],
        );
    }

    #[test]
    fn comments_are_read() {
        let comment = |date: &str| {
            format!(
                "<!--{OPENING}acme.example{ARCHIVED}{date}.\n Please check the original snapshot \
                 on the Wayback Machine \
                 (https://web.archive.org/web/20010203040506id_/http%3A//acme.example/a_(b)) \
                 for the most accurate reproduction.-->\n<p>x"
            )
        };
        let read = SourceComment::parse(&comment("2001-02-03")).unwrap().unwrap();
        assert_eq!(
            (read.site.as_str(), read.time.rfc3339().as_str()),
            ("acme.example", "2001-02-03T04:05:06Z")
        );
        assert_eq!(original_url(&read.archive_url.unwrap()).unwrap(), "http://acme.example/a_(b)");
        assert!(SourceComment::parse("<!-- other --><p>").unwrap().is_none());
        let error = SourceComment::parse(&comment("2001-02-30")).err().unwrap();
        assert!(error.contains("`2001-02-30` is no date"), "{error}");
    }

    #[test]
    fn a_hundred_thousand_tags_deep() {
        for tag in [
            "div",
            "b",
            "ul><li",
            "blockquote",
            "table><tr><td",
            "font",
            "p",
            "a href=x",
            "i><p",
            "h1",
        ] {
            let html = format!("{}We sell data.", format!("<{tag}>").repeat(100_000));
            let found = clauses(&html);
            let words: Vec<_> = found.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(words, ["We sell data."], "{tag}");
        }
    }
}
