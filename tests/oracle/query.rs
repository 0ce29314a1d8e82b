//! Queries: their tree, their spelling, their matches and their highlights.

use std::fmt;

use proptest::prelude::*;
use proptest::sample::select;
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::tokens::{folded, plain_name, tokens};
use super::{corpus, memory};

/// A query. A phrase keeps its words as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Q {
    Phrase(Vec<String>),
    And(Box<Q>, Box<Q>),
    Or(Box<Q>, Box<Q>),
    /// The first operand without the second.
    AndNot(Box<Q>, Box<Q>),
    /// Words for `section` and `link`, a name or glob for `company` and `type`.
    Field(Field, String),
    /// Patterns with a place in the text: phrases with more than plain words, and operands of
    /// distances.
    Spans(S),
}

/// A pattern with a place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum S {
    /// Words in this order with at most this many other words between them.
    Phrase(Vec<W>, usize),
    Or(Box<S>, Box<S>),
    Near(usize, Box<S>, Box<S>),
    /// The first operand with the second near it or, if true, without it.
    Within(usize, bool, Box<S>, Box<S>),
}

/// A word of a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum W {
    /// One token, as typed.
    Word(String),
    Prefix(String),
    Any,
    Regex(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Section,
    Link,
    Company,
    Type,
}

/// One place of a clause, on which a query is judged.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub company: &'a str,
    pub policy_type: &'a str,
    pub section: &'a [String],
    pub links: &'a [String],
    pub text: &'a str,
}

impl fmt::Display for Q {
    /// Phrases are always quoted and compound operands always in parentheses, so that nothing
    /// depends on precedence.
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
            Q::Spans(spans) => write!(f, "{spans}"),
        }
    }
}

impl fmt::Display for S {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            S::Phrase(words, gap) => {
                let written = |word: &W| match word {
                    W::Word(word) => word.clone(),
                    W::Prefix(start) => format!("{start}*"),
                    W::Any => "*".to_owned(),
                    W::Regex(pattern) => format!("/{pattern}/"),
                };
                let words: Vec<String> = words.iter().map(written).collect();
                write!(f, "\"{}\"", words.join(" "))?;
                if *gap > 0 { write!(f, "~{gap}") } else { Ok(()) }
            }
            S::Or(a, b) => write!(f, "({a} OR {b})"),
            S::Near(distance, a, b) => write!(f, "({a} NEAR/{distance} {b})"),
            S::Within(distance, false, a, b) => write!(f, "({a} WITHIN/{distance} {b})"),
            S::Within(distance, true, a, b) => write!(f, "({a} NOT WITHIN/{distance} {b})"),
        }
    }
}

/// A range of tokens: the first token, and the one after the last.
pub type Stretch = (usize, usize);

/// The stem of an English word.
pub fn english_stem(word: &str) -> String {
    frostem::Stemmer::new(frostem::Algorithm::English).stem(word).into_owned()
}

/// The pattern as one of whole tokens. `None` if it is wrong.
pub fn whole_regex(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

/// Whether a word of a query matches a token.
pub fn stands_for(word: &W, token: &str, has_forms: bool) -> bool {
    match word {
        W::Word(word) => {
            let word = &folded(word)[0];
            let stem = memory::english_stem;
            word == token
                || (has_forms && word.is_ascii() && token.is_ascii() && stem(word) == stem(token))
        }
        W::Prefix(start) => token.starts_with(&folded(start)[0]),
        W::Any => true,
        W::Regex(pattern) => {
            memory::whole_regex(pattern).as_ref().as_ref().is_some_and(|r| r.is_match(token))
        }
    }
}

/// Whether the words match tokens in ascending order, the first word the first token of the range,
/// the last word its last token.
fn fills(words: &[W], text: &[String], (start, end): Stretch, has_forms: bool) -> bool {
    let Some((first, rest)) = words.split_first() else { return start == end };
    if start >= end || !stands_for(first, &text[start], has_forms) {
        return false;
    }
    if rest.is_empty() {
        return start + 1 == end;
    }
    (start + 1..end).any(|next| fills(rest, text, (next, end), has_forms))
}

/// Every range that matches, found by trying all. A phrase with a gap or a NEAR keeps only the
/// ranges that contain no other.
pub fn stretches(spans: &S, text: &[String], has_forms: bool) -> Vec<Stretch> {
    let all =
        || (0..text.len()).flat_map(|start| (start + 1..=text.len()).map(move |end| (start, end)));
    match spans {
        S::Phrase(words, gap) => {
            let fits = |&(start, end): &Stretch| {
                (words.len()..=words.len() + gap).contains(&(end - start))
                    && fills(words, text, (start, end), has_forms)
            };
            smallest(all().filter(fits).collect())
        }
        S::Or(a, b) => {
            let (a, b) = (stretches(a, text, has_forms), stretches(b, text, has_forms));
            all().filter(|stretch| a.contains(stretch) || b.contains(stretch)).collect()
        }
        S::Near(distance, a, b) => {
            let near =
                pairs(&stretches(a, text, has_forms), &stretches(b, text, has_forms), *distance);
            smallest(near.into_iter().map(|(a, b)| (a.0.min(b.0), a.1.max(b.1))).collect())
        }
        S::Within(distance, is_negated, a, b) => {
            let (a, b) = (stretches(a, text, has_forms), stretches(b, text, has_forms));
            a.into_iter()
                .filter(|a| b.iter().any(|b| apart(*a, *b, *distance)) != *is_negated)
                .collect()
        }
    }
}

/// Whether the ranges do not overlap and at most this many words are between them.
fn apart(a: Stretch, b: Stretch, distance: usize) -> bool {
    (a.1 <= b.0 && b.0 - a.1 <= distance) || (b.1 <= a.0 && a.0 - b.1 <= distance)
}

fn pairs(a: &[Stretch], b: &[Stretch], distance: usize) -> Vec<(Stretch, Stretch)> {
    let all = a.iter().flat_map(|a| b.iter().map(move |b| (*a, *b)));
    all.filter(|(a, b)| apart(*a, *b, distance)).collect()
}

fn smallest(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let holds_other = |(start, end): Stretch| {
        stretches.iter().any(|&other| other != (start, end) && start <= other.0 && other.1 <= end)
    };
    let mut smallest: Vec<Stretch> =
        stretches.iter().copied().filter(|s| !holds_other(*s)).collect();
    smallest.sort_unstable();
    smallest.dedup();
    smallest
}

/// The phrases within these ranges of a match.
fn marked(spans: &S, text: &[String], chosen: &[Stretch], has_forms: bool) -> Vec<Stretch> {
    match spans {
        S::Phrase(..) => chosen.to_vec(),
        S::Or(a, b) => [a, b]
            .into_iter()
            .flat_map(|operand| {
                let mut own = stretches(operand, text, has_forms);
                own.retain(|stretch| chosen.contains(stretch));
                marked(operand, text, &own, has_forms)
            })
            .collect(),
        S::Near(distance, a, b) => {
            let mut pairs =
                pairs(&stretches(a, text, has_forms), &stretches(b, text, has_forms), *distance);
            pairs.retain(|(a, b)| chosen.contains(&(a.0.min(b.0), a.1.max(b.1))));
            let lefts: Vec<Stretch> = pairs.iter().map(|pair| pair.0).collect();
            let rights: Vec<Stretch> = pairs.iter().map(|pair| pair.1).collect();
            [marked(a, text, &lefts, has_forms), marked(b, text, &rights, has_forms)].concat()
        }
        S::Within(_, _, a, _) => marked(a, text, chosen, has_forms),
    }
}

/// The bytes of the text that a match of `spans` covers, in ascending order. Overlapping ranges are
/// merged.
pub fn marks(spans: &S, text: &str, has_forms: bool) -> Vec<(usize, usize)> {
    let (tokens, folded) = (tokens(text), folded(text));
    let chosen = stretches(spans, &folded, has_forms);
    let marked = marked(spans, &folded, &chosen, has_forms);
    merge(
        marked.into_iter().map(|(start, end)| (tokens[start].start, tokens[end - 1].end)).collect(),
    )
}

struct Operand<'a>(&'a Q);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Q::Phrase(_) | Q::Field(..) | Q::Spans(_) => write!(f, "{}", self.0),
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
        Q::Spans(spans) => !stretches(spans, &memory::folded(place.text), false).is_empty(),
    }
}

/// Whether the tokens of `phrase` are consecutive tokens of `text`. An empty phrase matches
/// nothing.
pub fn holds_phrase(text: &str, phrase: &str) -> bool {
    !occurrences(&memory::folded(text), &memory::folded(phrase)).is_empty()
}

/// Every index in `text` at which `phrase` begins.
pub fn occurrences(text: &[String], phrase: &[String]) -> Vec<usize> {
    (0..text.len()).filter(|&i| !phrase.is_empty() && text[i..].starts_with(phrase)).collect()
}

/// The bytes of the text that these patterns cover: every occurrence of each pattern, sorted.
/// Overlapping ranges are merged; ranges that only touch stay apart.
pub fn covered(patterns: &[S], text: &str) -> Vec<(usize, usize)> {
    merge(patterns.iter().flat_map(|spans| marks(spans, text, false)).collect())
}

fn merge(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
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

/// The patterns that are part of a match. An OR contributes only its true operands, and a NOT only
/// the operands that a second NOT affirms again. These patterns are scored and highlighted;
/// patterns of a field are not.
pub fn matched(q: &Q, place: &Place<'_>) -> Vec<S> {
    match q {
        Q::Phrase(words) => vec![plain(words)],
        Q::Spans(spans) => vec![spans.clone()],
        Q::Field(..) => Vec::new(),
        Q::And(a, b) => [matched(a, place), matched(b, place)].concat(),
        Q::Or(a, b) => {
            let operands = [a, b].into_iter().filter(|operand| matches(operand, place));
            operands.flat_map(|operand| matched(operand, place)).collect()
        }
        Q::AndNot(a, b) => [matched(a, place), wanted_again(b, place, true)].concat(),
    }
}

/// Several clauses of one policy on which a query is judged together: each part of it may be true
/// of another clause.
pub struct Unit<'a> {
    pub places: Vec<Place<'a>>,
    /// A heading that belongs to all of the clauses.
    pub heading: Option<&'a str>,
}

/// A leaf of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    Pattern(S),
    /// A section or link.
    Place(Q),
}

fn leaf_holds(q: &Q, unit: &Unit<'_>) -> bool {
    let in_heading = |heading: &str| {
        let place = Place { company: "", policy_type: "", section: &[], links: &[], text: heading };
        matches!(q, Q::Phrase(_) | Q::Spans(_)) && matches(q, &place)
    };
    unit.places.iter().any(|place| matches(q, place)) || unit.heading.is_some_and(in_heading)
}

/// Whether the query is true of the clauses together.
pub fn holds_for_unit(q: &Q, unit: &Unit<'_>) -> bool {
    match q {
        Q::And(a, b) => holds_for_unit(a, unit) && holds_for_unit(b, unit),
        Q::Or(a, b) => holds_for_unit(a, unit) || holds_for_unit(b, unit),
        Q::AndNot(a, b) => holds_for_unit(a, unit) && !holds_for_unit(b, unit),
        leaf => leaf_holds(leaf, unit),
    }
}

/// The leaves that make a query true, by the rules of [`matched`].
pub fn matched_in_unit(q: &Q, unit: &Unit<'_>) -> Vec<Leaf> {
    match q {
        Q::Phrase(words) => vec![Leaf::Pattern(plain(words))],
        Q::Spans(spans) => vec![Leaf::Pattern(spans.clone())],
        Q::Field(Field::Section | Field::Link, _) => vec![Leaf::Place(q.clone())],
        Q::Field(..) => Vec::new(),
        Q::And(a, b) => [matched_in_unit(a, unit), matched_in_unit(b, unit)].concat(),
        Q::Or(a, b) => {
            let operands = [a, b].into_iter().filter(|operand| holds_for_unit(operand, unit));
            operands.flat_map(|operand| matched_in_unit(operand, unit)).collect()
        }
        Q::AndNot(a, b) => [matched_in_unit(a, unit), wanted_again_in_unit(b, unit, true)].concat(),
    }
}

fn wanted_again_in_unit(q: &Q, unit: &Unit<'_>, is_negated: bool) -> Vec<Leaf> {
    let both = |a, b, negated| {
        [wanted_again_in_unit(a, unit, is_negated), wanted_again_in_unit(b, unit, negated)].concat()
    };
    match q {
        Q::Phrase(_) | Q::Spans(_) if !is_negated && leaf_holds(q, unit) => {
            matched_in_unit(q, unit)
        }
        Q::Phrase(_) | Q::Spans(_) | Q::Field(..) => Vec::new(),
        Q::And(a, b) | Q::Or(a, b) => both(a, b, is_negated),
        Q::AndNot(a, b) => both(a, b, !is_negated),
    }
}

/// The patterns for which a clause of a unit is a hit; `None` if it is not a hit. If no phrase
/// makes the query true, headings and links do; if these do not either, every clause is a hit.
pub fn hit_in_unit(q: &Q, unit: &Unit<'_>, place: &Place<'_>) -> Option<Vec<S>> {
    if !holds_for_unit(q, unit) {
        return None;
    }
    let leaves = matched_in_unit(q, unit);
    let patterns: Vec<S> = leaves
        .iter()
        .filter_map(|leaf| match leaf {
            Leaf::Pattern(spans) => Some(spans.clone()),
            Leaf::Place(_) => None,
        })
        .collect();
    if !patterns.is_empty() {
        let here = |spans: &S| matches(&Q::Spans(spans.clone()), place);
        let standing: Vec<S> = patterns.into_iter().filter(here).collect();
        return (!standing.is_empty()).then_some(standing);
    }
    let is_hit = leaves.is_empty()
        || leaves.iter().any(|leaf| matches!(leaf, Leaf::Place(field) if matches(field, place)));
    is_hit.then(Vec::new)
}

/// A phrase of plain words, token by token.
pub fn plain(words: &[String]) -> S {
    S::Phrase(folded(&words.join(" ")).into_iter().map(W::Word).collect(), 0)
}

fn wanted_again(q: &Q, place: &Place<'_>, is_negated: bool) -> Vec<S> {
    match q {
        Q::Phrase(words) if !is_negated && matches(q, place) => vec![plain(words)],
        Q::Spans(spans) if !is_negated && matches(q, place) => vec![spans.clone()],
        Q::Phrase(_) | Q::Spans(_) | Q::Field(..) => Vec::new(),
        Q::And(a, b) | Q::Or(a, b) => {
            [wanted_again(a, place, is_negated), wanted_again(b, place, is_negated)].concat()
        }
        Q::AndNot(a, b) => {
            [wanted_again(a, place, is_negated), wanted_again(b, place, !is_negated)].concat()
        }
    }
}

/// Whether `pattern` is the folded `name`, or a glob that matches all of it, folded or in lower
/// case.
pub fn names(pattern: &str, name: &str) -> bool {
    if plain_name(pattern) == plain_name(name) {
        return true;
    }
    let lower = |text: &str| text.nfc().collect::<String>().to_lowercase();
    is_glob(pattern)
        && [plain_name, lower].iter().any(|form: &fn(&str) -> String| {
            let pattern: Vec<char> = form(pattern).chars().collect();
            let name: Vec<char> = form(name).chars().collect();
            glob(&pattern, &name)
        })
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// `*` matches any characters, `?` one character, `[a-z]` one of these and `[!a-z]` one other
/// character. A `[` that is never closed matches itself.
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
        // A `]` at the start of the class is one of its members.
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

/// Words of the random corpora, and spellings of them that must fold to the same form.
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

/// Random queries over the words of the random corpora, at most four operators deep. A third of
/// them is one leaf.
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
        3 => spans().prop_map(of_spans),
        1 => select(corpus::SECTION_WORDS).prop_map(|w| Q::Field(Field::Section, w.to_owned())),
        1 => select(corpus::LINK_WORDS).prop_map(|w| Q::Field(Field::Link, w.to_owned())),
        1 => select(corpus::COMPANY_NAMES).prop_map(|w| Q::Field(Field::Company, w.to_owned())),
        1 => select(corpus::TYPE_NAMES).prop_map(|w| Q::Field(Field::Type, w.to_owned())),
    ]
    .boxed()
}

/// Random phrases: from the vocabulary, or one to four consecutive words of a sentence of the
/// random corpora.
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

/// Outside of distances, an OR joins queries.
fn of_spans(spans: S) -> Q {
    match spans {
        S::Or(a, b) => Q::Or(Box::new(of_spans(*a)), Box::new(of_spans(*b))),
        spans => Q::Spans(spans),
    }
}

/// Random phrases with gaps, stars and regular expressions, joined by distances, at most three
/// operators deep.
pub fn spans() -> BoxedStrategy<S> {
    let phrase = (
        phrases(),
        prop::collection::vec((0..8_u8, 0..6_usize), 0..4),
        prop_oneof![3 => Just(0), 1 => 1..4_usize],
    );
    let phrase = phrase.prop_map(|(words, changes, gap)| {
        let mut words: Vec<W> = folded(&words.join(" ")).into_iter().map(W::Word).collect();
        for (how, at) in changes {
            let at = at % words.len();
            let W::Word(word) = words[at].clone() else { continue };
            match how {
                0 => words[at] = W::Any,
                1 => words.insert(at, W::Any),
                2 => words.push(W::Any),
                3 => {
                    words[at] =
                        W::Regex(["s.*", "(sell|rent)s?", "[a-d].+", ".*e", "or|and|not", "."][at])
                }
                4 => words[at] = W::Prefix(word.chars().take(2).collect()),
                5 => words.insert(at, W::Word(word)),
                6 => words.truncate(at.max(1)),
                _ => words.truncate(1),
            }
        }
        if words.iter().all(|word| *word == W::Any) {
            words.push(W::Word("or".to_owned()));
        }
        S::Phrase(words, gap)
    });
    let tree = phrase.prop_recursive(3, 8, 2, |inner| {
        (0..5_u8, 0..5_usize, inner.clone(), inner).prop_map(|(operator, distance, a, b)| {
            let (a, b) = (Box::new(a), Box::new(b));
            match operator {
                0 | 1 => S::Near(distance, a, b),
                2 => S::Within(distance, false, a, b),
                3 => S::Within(distance, true, a, b),
                _ => S::Or(a, b),
            }
        })
    });
    tree.boxed()
}

/// The words of a text without the punctuation around them, because quotes would be syntax in a
/// query.
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
            "(\"sell or rent\" OR (\"a\" AND section:\"your choices\")) AND NOT (\"don’t\" AND NOT \
             type:privacy*)"
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
            let place = Place { company: "", policy_type: "", section: &[], links: &[], text };
            covered(&matched(q, &place), text)
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
        // "rent" occurs there, but not with "children".
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
