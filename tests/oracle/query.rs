//! Queries: a tree, how it is written, what it matches, what it highlights.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::select;

use super::corpus;
use super::tokens::{folded, tokens};

/// A query. A phrase keeps its words as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Q {
    Phrase(Vec<String>),
    And(Box<Q>, Box<Q>),
    Or(Box<Q>, Box<Q>),
    /// The first and not the second.
    AndNot(Box<Q>, Box<Q>),
    /// Words for `section` and `link`, a name or glob for `company` and `type`.
    Field(Field, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Section,
    Link,
    Company,
    Type,
}

/// One place of a clause: what a query is judged on.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub company: &'a str,
    pub policy_type: &'a str,
    pub section: &'a [String],
    pub links: &'a [String],
    pub text: &'a str,
}

impl fmt::Display for Q {
    /// Phrases are always quoted and compound operands always in parentheses, so that nothing hangs on binding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Q::Phrase(words) => write!(f, "\"{}\"", words.join(" ")),
            Q::And(a, b) => write!(f, "{} AND {}", Operand(a), Operand(b)),
            Q::Or(a, b) => write!(f, "{} OR {}", Operand(a), Operand(b)),
            Q::AndNot(a, b) => write!(f, "{} AND NOT {}", Operand(a), Operand(b)),
            Q::Field(field, value) => {
                let name = match field {
                    Field::Section => "section",
                    Field::Link => "link",
                    Field::Company => "company",
                    Field::Type => "type",
                };
                if is_glob(value) && !value.contains(' ') {
                    write!(f, "{name}:{value}")
                } else {
                    write!(f, "{name}:\"{value}\"")
                }
            }
        }
    }
}

struct Operand<'a>(&'a Q);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Q::Phrase(_) | Q::Field(..) => write!(f, "{}", self.0),
            _ => write!(f, "({})", self.0),
        }
    }
}

/// Whether the query holds at this place.
pub fn matches(q: &Q, place: &Place<'_>) -> bool {
    match q {
        Q::Phrase(words) => holds_phrase(place.text, &words.join(" ")),
        Q::And(a, b) => matches(a, place) && matches(b, place),
        Q::Or(a, b) => matches(a, place) || matches(b, place),
        Q::AndNot(a, b) => matches(a, place) && !matches(b, place),
        Q::Field(Field::Section, words) => place.section.iter().any(|h| holds_phrase(h, words)),
        Q::Field(Field::Link, words) => place.links.iter().any(|l| holds_phrase(l, words)),
        Q::Field(Field::Company, name) => names(name, place.company),
        Q::Field(Field::Type, name) => names(name, place.policy_type),
    }
}

/// Whether the tokens of `phrase` stand one after another in `text`. No words match nothing.
pub fn holds_phrase(text: &str, phrase: &str) -> bool {
    !occurrences(&folded(text), &folded(phrase)).is_empty()
}

/// Every index in `text` at which `phrase` begins.
pub fn occurrences(text: &[String], phrase: &[String]) -> Vec<usize> {
    (0..text.len()).filter(|&i| !phrase.is_empty() && text[i..].starts_with(phrase)).collect()
}

/// The bytes of the text that the match covers: each occurrence of each phrase that is part of it, sorted, overlapping ones merged; ranges that only touch stay apart.
pub fn highlights(q: &Q, place: &Place<'_>) -> Vec<(usize, usize)> {
    let text_tokens = tokens(place.text);
    let text_folded = folded(place.text);
    let mut ranges = Vec::new();
    for phrase in matched(q, place) {
        for i in occurrences(&text_folded, &phrase) {
            ranges.push((text_tokens[i].start, text_tokens[i + phrase.len() - 1].end));
        }
    }
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start < last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// The folded phrases that are part of a match: of an OR only those operands that hold. Under a NOT only what a second NOT makes wanted again. They score and are highlighted; those of a field do not.
pub fn matched(q: &Q, place: &Place<'_>) -> Vec<Vec<String>> {
    match q {
        Q::Phrase(words) => vec![folded(&words.join(" "))],
        Q::Field(..) => Vec::new(),
        Q::And(a, b) => [matched(a, place), matched(b, place)].concat(),
        Q::Or(a, b) => {
            let operands = [a, b].into_iter().filter(|operand| matches(operand, place));
            operands.flat_map(|operand| matched(operand, place)).collect()
        }
        Q::AndNot(a, b) => [matched(a, place), wanted_again(b, place, true)].concat(),
    }
}

fn wanted_again(q: &Q, place: &Place<'_>, is_negated: bool) -> Vec<Vec<String>> {
    match q {
        Q::Phrase(words) if !is_negated && matches(q, place) => vec![folded(&words.join(" "))],
        Q::Phrase(_) | Q::Field(..) => Vec::new(),
        Q::And(a, b) | Q::Or(a, b) => {
            [wanted_again(a, place, is_negated), wanted_again(b, place, is_negated)].concat()
        }
        Q::AndNot(a, b) => [wanted_again(a, place, is_negated), wanted_again(b, place, !is_negated)].concat(),
    }
}

/// Whether `pattern` names `name`: the whole of it, case-folded, or as a glob.
pub fn names(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    if is_glob(&pattern) {
        let pattern: Vec<char> = pattern.chars().collect();
        let name: Vec<char> = name.chars().collect();
        glob(&pattern, &name)
    } else {
        pattern == name
    }
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// `*` any characters, `?` any one, `[a-z]` and `[!a-z]` one of, or none of, these. A `[` that never closes is itself.
fn glob(pattern: &[char], name: &[char]) -> bool {
    let Some((&first, rest)) = pattern.split_first() else {
        return name.is_empty();
    };
    if first == '*' {
        return (0..=name.len()).any(|skipped| glob(rest, &name[skipped..]));
    }
    let Some((&c, name_rest)) = name.split_first() else {
        return false;
    };
    if first == '?' {
        return glob(rest, name_rest);
    }
    if first == '[' {
        let negated = matches!(rest.first(), Some('!' | '^'));
        let body = if negated { &rest[1..] } else { rest };
        // A `]` that opens the class is one of its members.
        if let Some(close) = (1..body.len()).find(|&i| body[i] == ']') {
            return in_class(&body[..close], c) != negated && glob(&body[close + 1..], name_rest);
        }
    }
    first == c && glob(rest, name_rest)
}

fn in_class(class: &[char], c: char) -> bool {
    match class {
        [] => false,
        [from, '-', to, rest @ ..] => (*from..=*to).contains(&c) || in_class(rest, c),
        [one, rest @ ..] => *one == c || in_class(rest, c),
    }
}

/// Words of the random corpora, and spellings of them that must fold alike.
const VOCABULARY: &[&str] = &[
    "we",
    "sell",
    "Sell or Rent",
    "or",
    "NOT",
    "not sell",
    "never",
    "your data",
    "data",
    "data data",
    "we sell",
    "you",
    "personal information",
    "third party",
    "third-party",
    "third parties",
    "don't",
    "DON’T",
    "won't",
    "cookies",
    "Zurich",
    "zu\u{308}rich",
    "Istanbul",
    "resume",
    "café",
    "information",
    "INFORMATION",
    "children",
    "opt-out",
    "opt out",
    "個人",
    "第三者",
    "정보",
    "มูล",
    "advertisers",
    "nowhere",
    "ads",
    "and",
];

/// Random queries over the words of the random corpora, at most four operators deep; a third of them is one leaf.
pub fn queries() -> BoxedStrategy<Q> {
    let tree = leaf().prop_recursive(4, 24, 2, |inner| {
        (0..4_u8, inner.clone(), inner).prop_map(|(operator, a, b)| {
            let (a, b) = (Box::new(a), Box::new(b));
            match operator {
                0 => Q::And(a, b),
                1 => Q::AndNot(a, b),
                _ => Q::Or(a, b),
            }
        })
    });
    prop_oneof![1 => leaf(), 2 => tree].boxed()
}

fn leaf() -> BoxedStrategy<Q> {
    prop_oneof![
        6 => phrases().prop_map(Q::Phrase),
        1 => select(corpus::SECTION_WORDS).prop_map(|w| Q::Field(Field::Section, w.to_owned())),
        1 => select(corpus::LINK_WORDS).prop_map(|w| Q::Field(Field::Link, w.to_owned())),
        1 => select(corpus::COMPANY_NAMES).prop_map(|w| Q::Field(Field::Company, w.to_owned())),
        1 => select(corpus::TYPE_NAMES).prop_map(|w| Q::Field(Field::Type, w.to_owned())),
    ]
    .boxed()
}

/// Random phrases: from the vocabulary, or one to four words in sequence out of a sentence of the random corpora.
pub fn phrases() -> BoxedStrategy<Vec<String>> {
    let known = select(VOCABULARY).prop_map(split);
    let cut_out = (select(corpus::SENTENCES), any::<prop::sample::Index>(), 1..5_usize).prop_map(
        |(sentence, at, length)| {
            let words = split(sentence);
            let start = at.index(words.len());
            let end = words.len().min(start + length);
            words[start..end].to_vec()
        },
    );
    prop_oneof![known, cut_out].boxed()
}

/// The words of a text without the punctuation around them (quotes would be syntax in a query).
fn split(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Q {
        Q::Phrase(text.split(' ').map(str::to_owned).collect())
    }

    fn field(field: Field, value: &str) -> Q {
        Q::Field(field, value.to_owned())
    }

    fn and(a: Q, b: Q) -> Q {
        Q::And(Box::new(a), Box::new(b))
    }

    fn or(a: Q, b: Q) -> Q {
        Q::Or(Box::new(a), Box::new(b))
    }

    fn and_not(a: Q, b: Q) -> Q {
        Q::AndNot(Box::new(a), Box::new(b))
    }

    fn in_text(q: &Q, text: &str) -> bool {
        let place = Place {
            company: "Acme.com",
            policy_type: "Privacy Policy",
            section: &["Privacy Policy".to_owned(), "Your choices".to_owned()],
            links: &["ads.example/opt-out".to_owned(), "b.example".to_owned()],
            text,
        };
        matches(q, &place)
    }

    #[test]
    fn queries_print_unambiguously() {
        let q = and_not(
            or(phrase("sell or rent"), and(phrase("a"), field(Field::Section, "your choices"))),
            and_not(phrase("don’t"), field(Field::Type, "privacy*")),
        );
        assert_eq!(
            q.to_string(),
            "(\"sell or rent\" OR (\"a\" AND section:\"your choices\")) AND NOT (\"don’t\" AND NOT type:privacy*)"
        );
    }

    #[test]
    fn phrases_are_consecutive_tokens() {
        assert!(in_text(&phrase("sell or rent"), "We SELL-or, rent it."));
        assert!(!in_text(&phrase("sell or rent"), "We sell it or rent it."));
        assert!(!in_text(&phrase("ell or"), "We sell or rent."));
        assert!(in_text(&phrase("don’t"), "we don't"));
        assert!(in_text(&phrase("resume"), "your résumé"));
        assert!(in_text(&phrase("정보"), "개인정보"));
        assert!(!in_text(&phrase("개정"), "개인정보"));
        assert!(!in_text(&phrase("-"), "a - b"));
    }

    #[test]
    fn operators_combine() {
        let (yes, no) = (phrase("yes"), phrase("no"));
        let check = |q: Q, expected| assert_eq!(in_text(&q, "yes"), expected, "{q}");
        check(and(yes.clone(), no.clone()), false);
        check(or(no.clone(), yes.clone()), true);
        check(and_not(yes.clone(), no.clone()), true);
        check(and_not(yes.clone(), yes.clone()), false);
        check(and_not(no.clone(), no), false);
    }

    #[test]
    fn fields_stay_within_one_heading_and_one_link() {
        let check = |f, value, expected| assert_eq!(in_text(&field(f, value), "x"), expected);
        check(Field::Section, "CHOICES", true);
        check(Field::Section, "policy your", false);
        check(Field::Link, "example/opt", true);
        check(Field::Link, "out b", false);
        check(Field::Company, "acme.COM", true);
        check(Field::Company, "acme", false);
        check(Field::Company, "a*.c?m", true);
        check(Field::Type, "privacy policy", true);
        check(Field::Type, "*privacy", false);
    }

    #[test]
    fn globs() {
        for (pattern, name, expected) in [
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b", "abc", false),
            ("?", "", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[^a]x", "bx", true),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("[ab", "[ab", true),
            ("ssh.com", "sshxcom", false),
        ] {
            assert_eq!(names(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn highlights_merge_overlaps_only() {
        let highlights = |q: &Q, text: &str| {
            highlights(q, &Place { company: "", policy_type: "", section: &[], links: &[], text })
        };
        assert_eq!(highlights(&phrase("a a"), "a a a, b"), [(0, 5)]);
        assert_eq!(highlights(&or(phrase("個"), phrase("人")), "個人"), [(0, 3), (3, 6)]);
        assert_eq!(highlights(&or(phrase("b c"), phrase("a b")), "x (a b c)"), [(3, 8)]);
        assert_eq!(
            highlights(&and_not(phrase("sell"), phrase("not")), "not sell, sell’"),
            [(4, 8), (10, 14)]
        );
        assert_eq!(highlights(&field(Field::Section, "a"), "a"), []);
        assert_eq!(highlights(&phrase("information it"), "\"infor\u{AD}mation\" it"), [(1, 18)]);
        // "rent" stands there, but not with "children".
        let branch = Q::And(Box::new(phrase("rent")), Box::new(phrase("children")));
        assert_eq!(highlights(&or(phrase("sell"), branch), "sell, rent"), [(0, 4)]);
    }

    proptest! {
        #[test]
        fn random_phrases_have_tokens(words in phrases()) {
            prop_assert!(!folded(&words.join(" ")).is_empty());
            prop_assert!(words.iter().all(|w| !w.contains(['"', '*', '/', '\\', '“', '”'])));
        }

        #[test]
        fn random_queries_balance(q in queries()) {
            let written = q.to_string();
            prop_assert_eq!(written.matches('(').count(), written.matches(')').count());
        }
    }
}
