//! A query tree and an open index to a plan: words become index terms, names become sets of policies.
//!
//! With `search/` this is the only place where a query meets the index. User text never reaches the index library's own parser, which
//! has silent traps (a bare query is an OR, `a AND NOT b` is nothing).

use super::names::{NameError, NameField, NamePattern};
use super::pattern::{Origin, Pattern, Slot, Spans};
use super::plain_language::{
    FORMS_WEIGHT, SYNONYM_WEIGHT, TYPED_WEIGHT, Weights, is_telling, synonyms,
};
use super::{
    Matching, NodeKind, Phrase, PhraseWord, QueryError, QueryErrorKind, QueryField, QueryNode,
    QuerySpan, TermRegex,
};
use crate::index::PolicyTable;
use crate::stem::stem;
use crate::token::{has_token, terms};

/// What is asked, in terms of the index.
#[derive(Debug)]
pub(crate) struct Plan {
    pub root: Operand,
    pub patterns: Vec<Pattern>,
    /// What adds score to a clause that matches, and makes no match.
    pub boosts: Vec<Pattern>,
    /// Whether clauses beside a match add to its score.
    pub has_context: bool,
    pub place_patterns: Vec<PlacePattern>,
    /// Sets of policies by rank.
    pub policy_sets: Vec<Vec<bool>>,
}

impl Plan {
    /// The plan that everything fits.
    pub fn of_all() -> Self {
        Self {
            root: Operand::And(Vec::new()),
            patterns: Vec::new(),
            boosts: Vec::new(),
            has_context: false,
            place_patterns: Vec::new(),
            policy_sets: Vec::new(),
        }
    }
}

/// A node of the plan; numbers point into the lists of the plan.
#[derive(Debug)]
pub(crate) enum Operand {
    /// The clause has the pattern.
    Pattern(usize),
    /// A place of the clause has the pattern in a heading above it, or in a link.
    Place(usize),
    /// The clause is of one of the policies.
    Policies(usize),
    /// Only beside something positive.
    Not(Box<Operand>),
    And(Vec<Operand>),
    Or(Vec<Operand>),
}

/// A pattern in one heading or one link target of a place.
#[derive(Debug)]
pub(crate) struct PlacePattern {
    pub field: PlaceField,
    pub pattern: Pattern,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceField {
    Section,
    Link,
}

/// How words are read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    pub matching: Matching,
    /// Whether words match all their forms.
    pub has_forms: bool,
}

/// Binds a query and the tree that was parsed from it, or none, which every clause fits, to the policies of an index; `section` are the
/// texts of `--section`.
pub(crate) fn bind(
    tree: Option<(&str, &QueryNode)>,
    reading: Reading,
    section: &[String],
    policies: &PolicyTable,
) -> Result<Plan, QueryError> {
    let query = tree.map_or("", |(query, _)| query);
    let mut binder = Binder { query, reading, policies, plan: Plan::of_all() };
    let mut root = vec![match tree {
        Some((_, tree)) => binder.node(tree, None, true)?,
        None => binder.every_policy(),
    }];
    if !section.is_empty() {
        let headings =
            section.iter().map(|text| binder.place(PlaceField::Section, plain(text, reading)));
        root.push(Operand::Or(headings.collect()));
    }
    binder.plan.root = Operand::And(root);
    Ok(binder.plan)
}

/// The pattern of a plain phrase.
fn plain(text: &str, reading: Reading) -> Pattern {
    let mut slots = Slots { reading, slots: Vec::new(), shared_from: 0 };
    let words = slots.text(text);
    Pattern {
        spans: Spans::Phrase { words, gap: 0 },
        slots: slots.slots,
        is_wanted: true,
        weight: 1.0,
        text: text.to_owned(),
        origin: Origin::Asked,
    }
}

/// The words of a pattern while it is bound.
struct Slots {
    reading: Reading,
    slots: Vec<Slot>,
    /// The first slot that another word may share.
    shared_from: usize,
}

impl Slots {
    fn add(&mut self, slot: Slot) -> Option<usize> {
        let known = self.slots[self.shared_from..].iter().position(|known| *known == slot);
        Some(known.map(|known| self.shared_from + known).unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        }))
    }

    fn text(&mut self, text: &str) -> Vec<Option<usize>> {
        let has_forms = self.reading.has_forms;
        let word = |term: String| {
            if has_forms { Slot::Forms(stem(&term).into_owned()) } else { Slot::Exact(term) }
        };
        owned_terms(text).into_iter().map(|term| self.add(word(term))).collect()
    }

    fn phrase(&mut self, phrase: &Phrase) -> Result<Spans, String> {
        let mut words = Vec::new();
        for word in &phrase.words {
            match word {
                PhraseWord::Text(text) => words.extend(self.text(text)),
                PhraseWord::Any => words.push(None),
                PhraseWord::Regex(pattern) => {
                    words.push(self.add(Slot::Regex(Box::new(TermRegex::new(pattern)?))))
                }
                PhraseWord::Prefix(text) => {
                    let mut terms = owned_terms(text);
                    let start = terms.pop().unwrap_or_default();
                    words.extend(self.text(&terms.join(" ")));
                    words.push(self.add(Slot::Prefix(start)));
                }
            }
        }
        Ok(Spans::Phrase { words, gap: phrase.gap })
    }

    /// What the parser lets stand beside an operator of distance.
    ///
    /// Words of alternatives are slots of their own, since a slot stands at one clause at a time.
    fn spans(&mut self, node: &QueryNode) -> Result<Spans, String> {
        let boxed = |spans: Spans| Box::new(spans);
        Ok(match &node.kind {
            NodeKind::Phrase(phrase) => self.phrase(phrase)?,
            NodeKind::Near { distance, left, right } => {
                let (left, right) = (boxed(self.spans(left)?), boxed(self.spans(right)?));
                Spans::Near { distance: *distance, left, right }
            }
            NodeKind::Within { distance, is_negated, found, beside } => {
                let (found, beside) = (boxed(self.spans(found)?), boxed(self.spans(beside)?));
                Spans::Within { distance: *distance, is_negated: *is_negated, found, beside }
            }
            NodeKind::Or(operands) => {
                let alone = |operand| {
                    // Looking for one alternative goes past where its words stand for another one.
                    self.shared_from = self.slots.len();
                    self.spans(operand)
                };
                let operands = operands.iter().map(alone).collect::<Result<_, _>>()?;
                self.shared_from = self.slots.len();
                Spans::Or(operands)
            }
            NodeKind::Set(_) | NodeKind::And(_) | NodeKind::Not(_) | NodeKind::Field { .. } => {
                return Err("this has no distance from anything".to_owned());
            }
        })
    }
}

struct Binder<'b> {
    query: &'b str,
    reading: Reading,
    policies: &'b PolicyTable,
    plan: Plan,
}

impl Binder<'_> {
    fn node(
        &mut self,
        node: &QueryNode,
        field: Option<QueryField>,
        is_wanted: bool,
    ) -> Result<Operand, QueryError> {
        Ok(match &node.kind {
            NodeKind::Phrase(_) | NodeKind::Near { .. } | NodeKind::Within { .. } => {
                self.pattern(node, field, is_wanted)?
            }
            NodeKind::Set(text) => self.set(text, node.span, is_wanted)?,
            NodeKind::Field { field, operand } => self.node(operand, Some(*field), is_wanted)?,
            NodeKind::Not(operand) => {
                Operand::Not(Box::new(self.node(operand, field, !is_wanted)?))
            }
            NodeKind::And(operands) => Operand::And(self.nodes(operands, field, is_wanted)?),
            NodeKind::Or(operands) => Operand::Or(self.nodes(operands, field, is_wanted)?),
        })
    }

    /// What every clause fits, and no other document.
    fn every_policy(&mut self) -> Operand {
        self.plan.policy_sets.push(vec![true; self.policies.entries().len()]);
        Operand::Policies(self.plan.policy_sets.len() - 1)
    }

    fn nodes(
        &mut self,
        nodes: &[QueryNode],
        field: Option<QueryField>,
        is_wanted: bool,
    ) -> Result<Vec<Operand>, QueryError> {
        nodes.iter().map(|node| self.node(node, field, is_wanted)).collect()
    }

    fn error(&self, kind: QueryErrorKind, span: QuerySpan, message: &str) -> QueryError {
        QueryError::new(kind, self.query, span, message)
    }

    fn pattern(
        &mut self,
        node: &QueryNode,
        field: Option<QueryField>,
        is_wanted: bool,
    ) -> Result<Operand, QueryError> {
        if let (Some(field @ (QueryField::Company | QueryField::Type)), NodeKind::Phrase(phrase)) =
            (field, &node.kind)
        {
            return self.names(field, phrase.as_plain().unwrap_or_default(), node.span);
        }
        let mut slots = Slots { reading: self.reading, slots: Vec::new(), shared_from: 0 };
        let spans = slots
            .spans(node)
            .map_err(|why| self.error(QueryErrorKind::BadOperand, node.span, &why))?;
        if let Some(words) = spans.wordless() {
            let message =
                if words { "no word to search for" } else { "`*` alone stands for any word" };
            return Err(self.error(QueryErrorKind::NoWord, node.span, message));
        }
        let (text, origin) = (node.to_string(), Origin::Asked);
        let pattern = Pattern { slots: slots.slots, spans, is_wanted, weight: 1.0, text, origin };
        Ok(match field {
            Some(QueryField::Section) => self.place(PlaceField::Section, pattern),
            Some(QueryField::Link) => self.place(PlaceField::Link, pattern),
            _ => {
                self.plan.patterns.push(pattern);
                Operand::Pattern(self.plan.patterns.len() - 1)
            }
        })
    }

    /// A pattern for each word: any or all of them must stand in the clause.
    fn set(&mut self, text: &str, span: QuerySpan, is_wanted: bool) -> Result<Operand, QueryError> {
        if !has_token(text) {
            return Err(self.error(QueryErrorKind::NoWord, span, "no word to search for"));
        }
        let mut words = owned_terms(text);
        let mut known = std::collections::HashSet::new();
        words.retain(|word| known.insert(word.clone()));
        self.plan.has_context |= is_wanted;
        let first = self.plan.patterns.len();
        let weights = Weights::new();
        for word in &words {
            let weight = weights.of(word);
            let forms = stem(word).into_owned();
            let mut pattern = Pattern { is_wanted, weight, ..plain(word, self.reading) };
            if is_wanted && is_telling(weight) {
                if !self.reading.has_forms {
                    pattern.weight = weight * TYPED_WEIGHT;
                    self.boost(vec![forms.clone()], weight * FORMS_WEIGHT, (word, Origin::Forms));
                }
                self.boost(synonyms(&forms), weight * SYNONYM_WEIGHT, (word, Origin::Synonyms));
            }
            self.plan.patterns.push(pattern);
        }
        let operands = (first..self.plan.patterns.len()).map(Operand::Pattern).collect();
        Ok(match self.reading.matching {
            Matching::All => Operand::And(operands),
            Matching::Any | Matching::Phrase => Operand::Or(operands),
        })
    }

    /// Adds score where one of these stems stands.
    fn boost(&mut self, stems: Vec<String>, weight: f64, (word, origin): (&str, Origin)) {
        if stems.is_empty() {
            return;
        }
        let one = |slot| Spans::Phrase { words: vec![Some(slot)], gap: 0 };
        let spans = Spans::Or((0..stems.len()).map(one).collect());
        let slots = stems.into_iter().map(Slot::Forms).collect();
        let text = word.to_owned();
        self.plan.boosts.push(Pattern { slots, spans, is_wanted: true, weight, text, origin });
    }

    fn place(&mut self, field: PlaceField, pattern: Pattern) -> Operand {
        self.plan.place_patterns.push(PlacePattern { field, pattern });
        Operand::Place(self.plan.place_patterns.len() - 1)
    }

    fn names(
        &mut self,
        field: QueryField,
        text: &str,
        span: QuerySpan,
    ) -> Result<Operand, QueryError> {
        let names = if field == QueryField::Company { NameField::Company } else { NameField::Type };
        let set = NamePattern::new(text).and_then(|pattern| pattern.policies(names, self.policies));
        match set {
            Ok(set) => {
                self.plan.policy_sets.push(set);
                Ok(Operand::Policies(self.plan.policy_sets.len() - 1))
            }
            Err(NameError { message, hint }) => {
                let error = QueryError::new(QueryErrorKind::Binding, self.query, span, message);
                Err(match hint {
                    Some(hint) => error.with_hint(hint),
                    None => error,
                })
            }
        }
    }
}

fn owned_terms(text: &str) -> Vec<String> {
    terms(text).map(|term| term.into_owned()).collect()
}
