//! Targets that read one text: header lines, front matter, and the sections of Markdown.

use super::markers::{markers, with_markers};
use crate::corpus::fuzzed_files::{RecognisedText, read_text};
use crate::model::{ArchiveTime, Clause, PRIVACY_POLICY};
use crate::section::section;

/// Cuts Markdown into clauses. Checks that their sources are ranges of the text, in order, and that
/// they have no more letters than the text. Then it marks every word: each marker is in one clause,
/// within its source, and in order.
pub fn sections(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    check_clauses(&text, &section(&text));
    let (text, count) = with_markers(&text);
    let clauses = section(&text);
    check_clauses(&text, &clauses);
    let mut found = Vec::new();
    for clause in &clauses {
        for marker in markers(&clause.text) {
            let at = text.find(&format!("w{marker}w")).expect("every marker is in the text");
            assert!(clause.source.contains(&at), "{marker} is outside of {:?}", clause.source);
            found.push(marker);
        }
    }
    assert!(found.iter().copied().eq(0..count), "{found:?} of {count} markers: {text:?}");
}

/// Checks what holds for the clauses of every text.
pub(super) fn check_clauses(text: &str, clauses: &[Clause]) {
    let mut last = 0;
    for clause in clauses {
        assert!(!clause.text.trim().is_empty(), "a clause without words in {text:?}");
        let source = &clause.source;
        assert!(text.get(source.clone()).is_some(), "{source:?} of {text:?}");
        assert!(source.start >= last, "{source:?} begins before {last} in {text:?}");
        last = source.start;
    }
    let letters: usize = clauses.iter().map(|clause| count_letters(&clause.text)).sum();
    assert!(letters <= count_letters(text), "clauses have letters that are not in {text:?}");
}

/// The number of letters and digits. A reference in digits may mean a letter.
fn count_letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

const OPENING: &str = "> *The following text is extracted and transformed from the ";
const ARCHIVED: &str = " privacy policy that was archived on ";

/// Reads a file that may begin with a header line. If the line is written as the corpus writes it,
/// site and day are as the line says, and the rest of the text is unchanged.
pub fn header(bytes: &[u8]) {
    let read = read_text("page.md", bytes);
    let Some(text) = plain_ascii(bytes) else { return };
    let (line, rest) = text.split_at(text.find(['\n', '\r']).unwrap_or(text.len()));
    let Some(after) = line.strip_prefix(OPENING) else { return };
    let Some((site, after)) = after.split_once(ARCHIVED) else { return };
    let day = after.get(..10).and_then(ArchiveTime::from_date);
    let (Some(day), false) = (day, site.trim().is_empty()) else {
        assert!(read.is_none(), "{line:?} is no header");
        return;
    };
    let read = read.expect("a header with a site and a day is read");
    assert_eq!(read.company, site.trim());
    assert_eq!(read.policy_type, PRIVACY_POLICY);
    assert_eq!(read.time.date(), day.date());
    assert_eq!(read.body, rest, "the text behind the header is unchanged");
}

/// Reads a file that may begin with front matter. If that consists of plain fields, company, type
/// and day are as they are written there, and the text behind it is unchanged.
pub fn front_matter(bytes: &[u8]) {
    let read = read_text("page.md", bytes);
    let Some(text) = plain_ascii(bytes) else { return };
    let Some(expected) = plain_front_matter(text) else { return };
    let read = read.unwrap_or_else(|| panic!("{text:?} has plain front matter"));
    assert_eq!(read, expected);
}

/// The text of bytes that leave no choice: ASCII without control characters, tags and comments.
fn plain_ascii(bytes: &[u8]) -> Option<&str> {
    let mut signs = bytes.iter();
    let is_plain = signs.all(|sign| matches!(sign, b'\n' | b'\r' | b' '..=b';' | b'='..=b'~'));
    std::str::from_utf8(bytes).ok().filter(|_| is_plain)
}

/// Reads front matter whose lines are `key: word word` with company and date, and no key twice.
pub(super) fn plain_front_matter(text: &str) -> Option<RecognisedText> {
    let (matter, body) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    let (mut company, mut policy_type, mut date) = (None, None, None);
    for line in matter.split('\n') {
        let (key, value) = line.split_once(": ")?;
        let place = match key {
            "company" if value.split(' ').all(is_long_word) => &mut company,
            "type" if value.split(' ').all(is_long_word) => &mut policy_type,
            "date" => &mut date,
            _ => return None,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    Some(RecognisedText {
        company: company?.to_owned(),
        policy_type: policy_type.unwrap_or(PRIVACY_POLICY).to_owned(),
        time: ArchiveTime::from_date(date?)?,
        body: body.to_owned(),
    })
}

/// Whether YAML reads a word as a text. `null`, `true` and `yes` are shorter, and `false` is none.
fn is_long_word(word: &str) -> bool {
    word.len() > 4 && word != "false" && word.bytes().all(|byte| byte.is_ascii_lowercase())
}
