//! Recognises what other query languages write: `-word`, `&&`, `w/3`, `/two words/`.
//!
//! None of it means anything here. Read as words, it would silently find something else than was
//! meant, so it is a mistake, and the hint says how the same is written in this language.

use super::language::{MAX_DISTANCE, Matching};
use super::text::{QueryText, is_number, is_pattern, is_quote, is_separator};
use crate::error::{QueryError, QueryErrorKind, QuerySpan, echo};

/// A hint.
const QUOTES: &str = "to search for the words themselves, put them in quotes";

/// A mistake: its kind, and how the same is written here.
type Correction = (QueryErrorKind, String);

/// Refuses a bare word that another query language would read as an operator.
///
/// # Errors
///
/// [`QueryErrorKind::ForeignSyntax`]; [`QueryErrorKind::BadDistance`] for an operator of distance
/// without a number; [`QueryErrorKind::BadRegex`] for a regular expression with a space.
pub(super) fn refuse_foreign(
    text: QueryText<'_>,
    matching: Matching,
    span: QuerySpan,
) -> Result<(), QueryError> {
    let word = text.slice(span);
    if is_pattern(word) {
        return Ok(());
    }
    let after = text.rest(span.end);
    if let Some(length) = spaced_pattern(word, after) {
        let span = QuerySpan::new(span.start, span.end + length);
        let message = format!("{} has a space", echo(text.slice(span)));
        let error = text.error(QueryErrorKind::BadRegex, span, message);
        let hint = "a regular expression is over one word; write one for each word, as in \
                    `/two/ /words?/`";
        return Err(error.with_hint(hint));
    }
    let correction = bare_distance(word)
        .or_else(|| foreign_distance(word))
        .or_else(|| distance_of_other_form(word, after))
        .or_else(|| sign_in_front(word, after))
        .or_else(|| programming_operator(word))
        .or_else(|| foreign_mark(word, after))
        // In a question in plain language, a question mark between words ends a sentence.
        .or_else(|| (matching == Matching::Phrase).then(|| inner_question_mark(word)).flatten());
    let Some((kind, hint)) = correction else { return Ok(()) };
    let fault = match kind {
        QueryErrorKind::BadDistance => "has no number of words",
        _ => "is no operator here",
    };
    let message = format!("{} {fault}", echo(word));
    Err(text.error(kind, span, message).with_hint(format!("{hint}; {QUOTES}")))
}

/// `NEAR` and `WITHIN` without a number.
fn bare_distance(word: &str) -> Option<Correction> {
    ["NEAR", "WITHIN"].into_iter().find_map(|operator| {
        let rest = word.strip_prefix(operator)?;
        let is_bare = rest.is_empty() || rest.starts_with(['/', ':', '~']) || is_number(rest);
        let number = rest.trim_start_matches(['/', ':', '~']);
        is_bare.then(|| (QueryErrorKind::BadDistance, at_distance(operator, number)))
    })
}

/// `near/5`, `w/3`, `pre/3`, and alone between words `/3`, `/s` and `/p`.
fn foreign_distance(word: &str) -> Option<Correction> {
    let (operator, distance) = word.split_once('/')?;
    let operator = operator.to_ascii_lowercase();
    let is_distance = is_number(distance) || matches!(distance, "s" | "p") && operator.len() < 2;
    let known = ["", "near", "within", "around", "w", "n", "pre", "adj", "onear"];
    let is_foreign = is_distance && known.contains(&operator.as_str());
    is_foreign.then(|| (QueryErrorKind::ForeignSyntax, at_distance("NEAR", distance)))
}

/// `AROUND(3)`, `AROUND/3`, `ADJ`, `ADJ3`, `<->` and `<3>`.
fn distance_of_other_form(word: &str, after: &str) -> Option<Correction> {
    let arrow = word.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let adjacency = word.strip_prefix("ADJ").or_else(|| word.strip_prefix("adj"));
    let number = match word {
        "<->" | "ADJ" => "",
        "AROUND" => after.trim_start_matches(is_separator).strip_prefix('(')?.split_once(')')?.0,
        _ => arrow.or(adjacency)?,
    };
    let is_foreign = matches!(word, "<->" | "ADJ") || is_number(number);
    is_foreign.then(|| (QueryErrorKind::ForeignSyntax, at_distance("NEAR", number)))
}

/// Says how a distance is written, with the number that was meant if there is one.
fn at_distance(operator: &str, number: &str) -> String {
    let distance = number.parse().ok().filter(|&distance: &u32| distance <= MAX_DISTANCE);
    let distance = distance.unwrap_or(5);
    format!(
        "write a distance as in `a {operator}/{distance} b`, in capitals, with the most words that \
         may be between a and b"
    )
}

/// `-word`, `!word` and `+word`, also before a quote or a group.
fn sign_in_front(word: &str, after: &str) -> Option<Correction> {
    let rest = word.strip_prefix(['-', '!', '+'])?;
    let next = rest.chars().next();
    let begins_operand = match next {
        Some(next) => next.is_alphanumeric(),
        None => after.starts_with(|c| c == '(' || is_quote(c)),
    };
    // `+49` begins a telephone number.
    let is_telephone = word.starts_with('+') && next.is_some_and(char::is_numeric);
    let hint = match word.starts_with('+') {
        true => "all words of a query have to occur; join the parts with `AND`",
        false if after.starts_with(is_quote) && next.is_none() => {
            "write what is left out as `NOT \"two words\"`"
        }
        false => "write what is left out as `NOT word`",
    };
    (begins_operand && !is_telephone).then(|| (QueryErrorKind::ForeignSyntax, hint.to_owned()))
}

/// `&&`, `||` and `|`.
fn programming_operator(word: &str) -> Option<Correction> {
    let hint = match word {
        _ if word.contains("&&") => "write `AND`",
        _ if word.contains('|') => "write `OR`",
        _ => return None,
    };
    Some((QueryErrorKind::ForeignSyntax, hint.to_owned()))
}

/// `~word`, `word~` and `word^2`.
fn foreign_mark(word: &str, after: &str) -> Option<Correction> {
    // `~30` and `~about 30` are amounts.
    let is_amount = after.trim_start_matches(is_separator).starts_with(char::is_numeric);
    let is_like = word.strip_prefix('~').is_some_and(|rest| rest.starts_with(char::is_alphabetic))
        && !is_amount;
    if is_like || word.len() > 1 && word.ends_with('~') {
        let hint = "words of a like spelling are not searched; write a regular expression, \
                    as in `/cook(y|ie)s/`";
        return Some((QueryErrorKind::ForeignSyntax, hint.to_owned()));
    }
    let (_, boost) = word.split_once('^')?;
    let is_boost = boost.starts_with(|c: char| c.is_ascii_digit());
    is_boost.then(|| (QueryErrorKind::ForeignSyntax, "no word counts more than others".to_owned()))
}

/// `wom?n`. A question mark at the end is punctuation, and in an address it is a part of it.
fn inner_question_mark(word: &str) -> Option<Correction> {
    let (before, after) = word.split_once('?')?;
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_inner = is_letter(before.chars().next_back()) && is_letter(after.chars().next());
    let is_address = word.contains(['/', '=', '.']);
    let hint = "write one letter as `.` in a regular expression, as in `/wom.n/`";
    (is_inner && !is_address).then(|| (QueryErrorKind::ForeignSyntax, hint.to_owned()))
}

/// The bytes after `word` up to the end of the regular expression with spaces that it begins.
fn spaced_pattern(word: &str, after: &str) -> Option<usize> {
    /// How many words of such an expression are searched for its end.
    const MAX_WORDS: usize = 16;
    let has_start = word.len() > 1 && word.starts_with('/') && !word[1..].contains('/');
    if !has_start {
        return None;
    }
    let mut end = 0;
    for piece in after.split_inclusive(is_separator).take(MAX_WORDS) {
        let bare = piece.trim_end_matches(is_separator);
        if bare.contains(is_quote) {
            return None;
        }
        if bare.len() > 1 && bare.trim_end_matches(')').ends_with('/') {
            return Some(end + bare.trim_end_matches(')').len());
        }
        end += piece.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(query: &str) -> Option<QueryError> {
        let length = query.find([' ', '"', '(']).unwrap_or(query.len());
        let span = QuerySpan::new(0, length);
        refuse_foreign(QueryText(query), Matching::Phrase, span).err()
    }

    fn refused(query: &str) -> Option<QueryErrorKind> {
        error(query).map(|error| error.kind())
    }

    #[test]
    fn operators_of_other_languages_are_refused() {
        for query in [
            "-rent",
            "!rent",
            "+rent",
            "-\"third party\"",
            "-(a OR b)",
            "&&",
            "||",
            "|",
            "a||b",
            "sell|rent",
            "w/3",
            "W/3",
            "near/5",
            "within/5",
            "pre/5",
            "/5",
            "/s",
            "/p",
            "w/s",
            "sell~",
            "sell^2",
            "wom?n",
            "AROUND(3)",
            "AROUND (3)",
            "AROUND/3",
            "ADJ",
            "ADJ3",
            "adj3",
            "<->",
            "<2>",
            "~word",
            "~about thirty days",
        ] {
            assert_eq!(refused(query), Some(QueryErrorKind::ForeignSyntax), "{query}");
        }
        for query in ["NEAR", "NEAR/", "NEAR/x", "NEAR5", "NEAR:5", "WITHIN", "WITHIN/five"] {
            assert_eq!(refused(query), Some(QueryErrorKind::BadDistance), "{query}");
        }
        for query in ["/two words/", "/opt out s?/"] {
            assert_eq!(refused(query), Some(QueryErrorKind::BadRegex), "{query}");
        }
    }

    #[test]
    fn the_hint_has_the_number_that_was_meant() {
        for (query, hint) in [
            ("<3>", "`a NEAR/3 b`"),
            ("w/4", "`a NEAR/4 b`"),
            ("AROUND (12)", "`a NEAR/12 b`"),
            ("ADJ2", "`a NEAR/2 b`"),
            ("WITHIN:7", "`a WITHIN/7 b`"),
            ("NEAR8", "`a NEAR/8 b`"),
            // No number, and more than a distance can be.
            ("<->", "`a NEAR/5 b`"),
            ("/s", "`a NEAR/5 b`"),
            ("w/1001", "`a NEAR/5 b`"),
            ("<99999999999>", "`a NEAR/5 b`"),
            ("-\"third parties\"", "`NOT \"two words\"`"),
        ] {
            let error = error(query).unwrap();
            assert!(error.hint().unwrap().contains(hint), "{query}: {error}");
        }
    }

    #[test]
    fn words_with_such_signs_are_words() {
        for query in [
            "sell",
            "third-party",
            "-",
            "- rent",
            "--rent",
            "and/or",
            "24/7",
            "w/o",
            "n/a",
            "NEARBY",
            "WITHINGS",
            "+49",
            "C++",
            "AT&T",
            "&",
            "/rent/",
            "/privacy/policy",
            "what?",
            "Who?",
            "https://a.example/?x=y",
            "10/2020",
            "m/s",
            "!",
            "a^b",
            "~",
            "i/o",
            "AROUND",
            "AROUND (the clock)",
            "around",
            "adj",
            "<",
            "<a>",
            "~30",
            "~about 30 days",
            "<3",
            "ADJUST",
        ] {
            assert_eq!(refused(query), None, "{query}");
        }
    }
}
