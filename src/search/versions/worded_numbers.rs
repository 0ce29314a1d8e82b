//! Finds headings whose number follows a word, such as `Article 5` and `第五条`, and whose
//! siblings continue its sequence. The word and its number are text, but another number there is no
//! rewording.

use std::collections::HashMap;

use super::compared_clause::ComparedClause;
use crate::model::ClauseKind;
use crate::section::{
    ClauseIdentity, NumberReading, follows_amount, names_division, number_readings,
};

/// The signs of Chinese, Japanese and Korean after the number of a section.
#[rustfmt::skip]
const SECTION_SIGNS: [char; 11] = [
    '条', '條', '章', '節', '节', '款', '部', '編', '조', '장', '항',
];

/// A heading with a number after its first word.
struct WordedNumber<'c> {
    /// The position of the heading in its list.
    at: usize,
    word: &'c str,
    /// The numbers before the last one: the `2` of `2.1`.
    parents: &'c str,
    readings: Vec<NumberReading>,
    /// The text after the number.
    rest: &'c str,
}

/// For each clause of a version, its identity without its number, if it is a heading whose number
/// follows a word, and if the heading before or after it of the same word has the number before or
/// after its own.
pub(super) fn without_worded_numbers(
    clauses: &[ComparedClause<'_>],
) -> Vec<Option<ClauseIdentity>> {
    let mut by_word: HashMap<(String, &str), Vec<WordedNumber<'_>>> = HashMap::new();
    for (at, clause) in clauses.iter().enumerate() {
        if clause.kind == ClauseKind::Heading
            && let Some(found) = WordedNumber::of(at, clause.text)
        {
            by_word.entry((found.word.to_lowercase(), found.parents)).or_default().push(found);
        }
    }
    let mut identities = vec![None; clauses.len()];
    for numbers in by_word.values() {
        for pair in numbers.windows(2) {
            if pair[1].follows(&pair[0]) {
                identities[pair[0].at] = Some(pair[0].identity());
                identities[pair[1].at] = Some(pair[1].identity());
            }
        }
    }
    identities
}

impl<'c> WordedNumber<'c> {
    /// The number after the first word of a text.
    fn of(at: usize, text: &'c str) -> Option<Self> {
        let word_end = match text.chars().next()? {
            counter @ ('第' | '제') => counter.len_utf8(),
            _ => text.find(|c: char| !c.is_alphabetic())?,
        };
        let (word, after) = text.split_at(word_end);
        let is_border = |c: char| c.is_whitespace() || matches!(c, '.' | '°' | 'º' | '#');
        let after = after.trim_start_matches(is_border);
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(after.len());
        let end = match word {
            "第" | "제" => after.find(SECTION_SIGNS)?,
            _ => end,
        };
        let number = after[..end].trim_end_matches('.');
        let (parents, last) = number.rsplit_once('.').unwrap_or(("", number));
        let readings = number_readings(last);
        let rest = &after[number.len()..];
        let is_number = !readings.is_empty()
            && names_division(&word.to_lowercase())
            && !follows_amount(rest.trim_start_matches('.'));
        is_number.then_some(Self { at, word, parents, readings, rest })
    }

    /// Whether this is the next number after `first`.
    fn follows(&self, first: &Self) -> bool {
        self.readings.iter().any(|own| {
            let is_next = |first: &NumberReading| {
                first.style == own.style && first.value.checked_add(1) == Some(own.value)
            };
            first.readings.iter().any(is_next)
        })
    }

    /// The identity of the heading with a mark in the place of its number. No text has a NUL.
    fn identity(&self) -> ClauseIdentity {
        let text = format!("{} \0{}", self.word, self.rest);
        ClauseIdentity::new(ClauseKind::Heading, None, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of these headings lose their number.
    fn numbered(texts: &[&str]) -> Vec<bool> {
        let clauses: Vec<ComparedClause<'_>> =
            texts.iter().map(|text| ComparedClause::new(ClauseKind::Heading, None, text)).collect();
        without_worded_numbers(&clauses).iter().map(Option::is_some).collect()
    }

    #[test]
    fn siblings_make_a_sequence() {
        for texts in [
            ["ARTICLE 4 - OBJET", "ARTICLE 5 - PRIX"],
            ["Section 4.", "Section 5."],
            ["第四条 价格", "第五条 期限"],
            ["제4조 가격", "제5조 기간"],
            ["Article IV: Scope", "Article V: Price"],
            ["Annex A", "Annex B"],
            ["Section 2.1 Price", "Section 2.2 Term"],
        ] {
            assert_eq!(numbered(&texts), [true, true], "{texts:?}");
        }
        assert_eq!(numbered(&["Article 6 GDPR is our basis", "Your rights"]), [false, false]);
        assert_eq!(numbered(&["Article 4", "Article 6", "Section 7"]), [false; 3]);
        for texts in [
            ["Retention 13 days", "Retention 14 days"],
            ["Fee 13 Euro", "Fee 14 Euro"],
            ["Age 13", "Age 14"],
            ["May 13", "May 14"],
            ["Ab 13 Jahren", "Ab 14 Jahren"],
            ["Windows 10", "Windows 11"],
            ["Step 13 days", "Step 14 days"],
        ] {
            assert_eq!(numbered(&texts), [false, false], "{texts:?}");
        }
        let other = without_worded_numbers(&[
            ComparedClause::new(ClauseKind::Paragraph, None, "Article 4 GDPR"),
            ComparedClause::new(ClauseKind::Paragraph, None, "Article 5 GDPR"),
        ]);
        assert_eq!(other, [None, None]);
    }
}
