//! Which clauses of one segment match, and in which snapshots: exact, one candidate after the other.
//!
//! Cursors hand out the clauses that have the words of each pattern. Candidates are combined here, and each is then decided by the truth
//! of the query for it - for queries about sections, links or kinds: by its truth at each place of the clause in each chosen snapshot.

use std::ops::Range;

use tantivy::columnar::Column;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::{DocId, SegmentOrdinal, SegmentReader, TERMINATED};

use super::context::Context;
use super::cursor::PatternCursor;
use super::explain::{ScoreExplanation, ScorePart};
use super::highlight::contains;
use super::places::PlaceCursor;
use super::policies::PolicyCache;
use super::ranges::PolicyCursor;
use super::request::LifeFilter;
use super::scope::{Scope, Units};
use super::selection::{Selection, Snapshots};
use super::statistics::Prepared;
use super::truth::{self, Leaf, is_true};
use crate::collapse::{OrdinalRun, PlaceChange};
use crate::error::Result;
use crate::index::{OpenIndex, PolicyTables, place_change, run};
use crate::lang::Lang;
use crate::model::{ClauseKind, Ordinal};
use crate::query::bind::{Operand, PlaceField, PlacePattern, Plan};

/// How much the score of a heading counts. Chosen by argument, and measured not to cost the answers to questions anything.
const HEADING_WEIGHT: f64 = 0.5;

/// So many candidates of one policy are looked at before the documents of its clauses are looked up.
const MANY_CANDIDATES: u32 = 8;

/// What decides about a match besides the plan.
pub(crate) struct Conditions<'c> {
    pub selection: Selection,
    pub life: LifeFilter,
    pub kinds: &'c [ClauseKind],
    pub langs: &'c [Lang],
    /// Whether archive times are wanted for order as well.
    pub needs_times: bool,
    pub is_scored: bool,
    pub scope: Scope,
    pub policies: &'c PolicyCache,
}

impl Conditions<'_> {
    /// Whether clauses of this kind are let through.
    pub fn has_kind(&self, kind: ClauseKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// A clause that matches.
pub(crate) struct Match<'m> {
    pub doc: DocId,
    /// The rank of its policy.
    pub rank: u32,
    /// What its weight as a heading or no heading is still to be taken to: that is read only of those that may be among the first.
    pub score: f64,
    /// The chosen snapshots in which it matches: ascending, not empty.
    pub matching: &'m [OrdinalRun],
    /// All snapshots in which it stood.
    pub runs: &'m [OrdinalRun],
    /// Archive times by ordinal; empty unless asked for.
    pub times: &'m [i64],
}

/// The columns of a segment that searches read.
pub(crate) struct Columns {
    pub policy: Column<u64>,
    pub runs: Column<u64>,
    pub places: Column<u64>,
    pub order: Column<u64>,
    pub text_key: Column<u64>,
    pub lang: Column<u64>,
}

impl Columns {
    pub fn open(index: &OpenIndex, segment: &SegmentReader) -> Result<Self> {
        let column = |name: &str| index.column(segment, name);
        Ok(Self {
            policy: column("policy")?,
            runs: column("runs")?,
            places: column("places")?,
            order: column("order")?,
            text_key: column("text_key")?,
            lang: column("lang")?,
        })
    }

    /// How much the score of a clause counts: whoever asks for words wants what is said with them, and a heading only announces it. What came
    /// to the policy as a heading is one.
    pub fn weight(&self, doc: DocId) -> f64 {
        match self.places.first(doc).map(place_change) {
            Some((_, ClauseKind::Heading)) => HEADING_WEIGHT,
            _ => 1.0,
        }
    }
}

/// What is known of the policy at hand.
#[derive(Default)]
pub(super) struct PolicyState {
    hash: Option<u64>,
    /// The documents of its clauses, once they are known: within them nothing is read to know whose a clause is.
    clauses: Range<DocId>,
    /// How many candidates it had while they were not.
    candidates: u32,
    pub rank: u32,
    pub snapshots: u32,
    /// The stretches of ordinals that count: ascending, none empty.
    pub chosen: Vec<Range<u32>>,
    pub times: Vec<i64>,
    /// Per place pattern, per place: whether it holds there.
    pub place_truth: Vec<Vec<bool>>,
    /// What queries are about, unless it is clauses.
    pub units: Units,
}

pub(crate) struct SegmentSearch<'s> {
    pub(super) index: &'s OpenIndex,
    pub(super) segment: &'s SegmentReader,
    pub(super) plan: &'s Plan,
    pub(super) conditions: &'s Conditions<'s>,
    pub(super) columns: &'s Columns,
    prepared: &'s Prepared,
    pub(super) patterns: Vec<PatternCursor<'s>>,
    boosts: Vec<PatternCursor<'s>>,
    context: Option<Context<'s>>,
    lengths: FieldNormReader,
    /// The patterns that are part of the match at hand, once a place has been found where it holds.
    matched: Vec<usize>,
    is_matched: bool,
    places: Vec<PlaceCursor<'s>>,
    pub(super) policy_sets: Vec<PolicyCursor>,
    pub(super) policy: PolicyState,
    pub(super) runs: Vec<OrdinalRun>,
    changes: Vec<(PlaceChange, ClauseKind)>,
    pub(super) matching: Vec<OrdinalRun>,
}

impl<'s> SegmentSearch<'s> {
    pub fn new(
        index: &'s OpenIndex,
        ord: SegmentOrdinal,
        columns: &'s Columns,
        plan: &'s Plan,
        prepared: &'s Prepared,
        conditions: &'s Conditions<'s>,
    ) -> Result<Self> {
        let segment = index.searcher().segment_reader(ord);
        let open = |(pattern, prepared)| PatternCursor::new(index, ord, pattern, prepared);
        let patterns = plan.patterns.iter().zip(&prepared.patterns).map(open);
        let boosts = plan.boosts.iter().zip(&prepared.boosts).map(open);
        let places = plan
            .place_patterns
            .iter()
            .map(|pattern| PlaceCursor::new(index, segment, columns, pattern));
        let policy_sets = plan.policy_sets.iter().map(|set| PolicyCursor::new(index, ord, set));
        Ok(Self {
            prepared,
            patterns: patterns.collect::<Result<_>>()?,
            boosts: boosts.collect::<Result<_>>()?,
            context: Context::new(index, ord, columns, plan, prepared)?,
            lengths: segment.get_fieldnorms_reader(index.fields().text).map_err(index.failed())?,
            matched: Vec::new(),
            is_matched: false,
            places: places.collect::<Result<_>>()?,
            policy_sets: policy_sets.collect::<Result<_>>()?,
            index,
            segment,
            plan,
            conditions,
            columns,
            policy: PolicyState::default(),
            runs: Vec::new(),
            changes: Vec::new(),
            matching: Vec::new(),
        })
    }

    /// Calls `found` for every match, in document order; a policy's matches are together.
    pub fn run(&mut self, mut found: impl FnMut(Match<'_>)) -> Result<()> {
        if self.conditions.scope != Scope::Clause {
            return self.run_units(&mut found);
        }
        let alive = self.segment.alive_bitset();
        let mut doc = self.candidate(&self.plan.root, 0);
        while doc != TERMINATED {
            if alive.is_none_or(|alive| alive.is_alive(doc)) && self.decide(doc)? {
                let score = self.score(doc)?;
                let rank = self.policy.rank;
                found(Match {
                    doc,
                    rank,
                    score,
                    matching: &self.matching,
                    runs: &self.runs,
                    times: &self.policy.times,
                });
            }
            doc = self.candidate(&self.plan.root, doc + 1);
        }
        Ok(())
    }

    /// The first document from `target` on that may match: what NOT excludes is decided later.
    fn candidate(&mut self, operand: &Operand, target: DocId) -> DocId {
        match operand {
            Operand::Pattern(i) => self.patterns[*i].candidate(target),
            Operand::Place(i) => self.places[*i].seek(target),
            Operand::Policies(i) => self.policy_sets[*i].seek(target),
            Operand::Not(_) => target,
            Operand::Or(operands) => operands
                .iter()
                .map(|operand| self.candidate(operand, target))
                .min()
                .unwrap_or(TERMINATED),
            Operand::And(operands) if operands.len() == 1 => self.candidate(&operands[0], target),
            Operand::And(operands) => {
                let mut target = target;
                loop {
                    let mut reached = target;
                    for operand in operands {
                        reached = self.candidate(operand, reached);
                        if reached >= TERMINATED {
                            return TERMINATED;
                        }
                    }
                    if reached == target {
                        return target;
                    }
                    target = reached;
                }
            }
        }
    }

    /// Whether the clause matches; if so, `runs` and `matching` are its own.
    fn decide(&mut self, doc: DocId) -> Result<bool> {
        self.is_matched = false;
        // Most candidates fail by where their words stand: before anything else is read of them.
        let is_plain = self.plan.place_patterns.is_empty() && self.conditions.kinds.is_empty();
        let is_text_alone = is_plain && self.plan.policy_sets.is_empty();
        if is_text_alone && !self.judge(doc, None)? {
            return Ok(false);
        }
        if !self.policy.clauses.contains(&doc) && !self.reach_policy(doc)? {
            return Ok(false);
        }
        if !self.has_lang(doc) {
            return Ok(false);
        }
        if self.policy.chosen.is_empty() {
            return Ok(false);
        }
        self.runs.clear();
        self.runs.extend(self.columns.runs.values_for_doc(doc).map(run));
        if !self.has_life() {
            return Ok(false);
        }
        self.matching.clear();
        if is_plain {
            if is_text_alone || self.judge(doc, None)? {
                for chosen in &self.policy.chosen {
                    intersect(&self.runs, chosen, &mut self.matching);
                }
            }
        } else {
            self.decide_places(doc)?;
        }
        Ok(!self.matching.is_empty())
    }

    /// Enters the policy of a clause, unless it is the one at hand. No clause has none.
    fn reach_policy(&mut self, doc: DocId) -> Result<bool> {
        let Some(hash) = self.columns.policy.first(doc) else { return Ok(false) };
        let policies = self.conditions.policies;
        if self.policy.hash != Some(hash) {
            self.enter_policy(hash)?;
            self.policy.clauses = policies.known_clauses(hash).unwrap_or_default();
            return Ok(true);
        }
        self.policy.candidates += 1;
        // To look them up pays where many candidates follow each other.
        if self.policy.candidates == MANY_CANDIDATES {
            self.policy.clauses = policies.clauses(self.index, hash, self.policy.rank)?;
        }
        Ok(true)
    }

    /// Judges each stretch of snapshots over which the places of the clause stay the same.
    fn decide_places(&mut self, doc: DocId) -> Result<()> {
        // Taken out and put back: candidates are many, and each would make a list of its own.
        let mut changes = std::mem::take(&mut self.changes);
        changes.clear();
        changes.extend(self.columns.places.values_for_doc(doc).map(place_change));
        // Taken out and put back as well: judging needs the rest of the policy.
        let chosen = std::mem::take(&mut self.policy.chosen);
        for (ordinals, places) in stretches(&changes) {
            let chosen = chosen.iter();
            let stretches =
                chosen.map(|chosen| ordinals.start.max(chosen.start)..ordinals.end.min(chosen.end));
            // Before the matched phrases are taken from a place, the clause must have stood there in a chosen snapshot.
            let stood = |stretch: &Range<u32>| {
                self.runs.iter().any(|run| {
                    !stretch.is_empty()
                        && run.start.get() < stretch.end
                        && run.last.get() >= stretch.start
                })
            };
            if stretches.clone().any(|stretch| stood(&stretch)) && self.holds_at_one(doc, places)? {
                stretches.for_each(|stretch| intersect(&self.runs, &stretch, &mut self.matching));
            }
        }
        self.policy.chosen = chosen;
        self.matching.sort_by_key(|run| run.start);
        self.changes = changes;
        Ok(())
    }

    /// Whether the query holds at one of these places.
    fn holds_at_one(&mut self, doc: DocId, places: &[(PlaceChange, ClauseKind)]) -> Result<bool> {
        for &(change, kind) in places {
            if self.conditions.has_kind(kind) && self.judge(doc, Some(change.place.index()))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn has_lang(&self, doc: DocId) -> bool {
        let langs = self.conditions.langs;
        langs.is_empty()
            || self
                .columns
                .lang
                .first(doc)
                .is_some_and(|number| langs.contains(&Lang::of_number(number)))
    }

    /// Whether the life of the clause with `runs` is as wanted.
    pub(super) fn has_life(&self) -> bool {
        self.conditions.life.lets_through(&self.runs, &self.policy.times, self.policy.snapshots)
    }

    /// Whether the query is true for the clause at this place. The patterns of the first place that is asked about and fits - the one that
    /// is shown - are the matched ones.
    fn judge(&mut self, doc: DocId, place: Option<usize>) -> Result<bool> {
        let Self { patterns, policy, plan, matched, is_matched, .. } = self;
        let mut failed = None;
        let mut holds = |leaf| match leaf {
            Leaf::Pattern(i) => match patterns[i].count(doc) {
                Ok(count) => count > 0,
                Err(error) => {
                    failed = Some(error);
                    false
                }
            },
            Leaf::Place(i) => {
                let truth = policy.place_truth.get(i);
                place.and_then(|place| truth?.get(place)).copied().unwrap_or(false)
            }
            Leaf::Policies(i) => plan.policy_sets[i].get(policy.rank as usize) == Some(&true),
        };
        let holds_here = is_true(&plan.root, &mut holds);
        if holds_here && !*is_matched {
            matched.clear();
            truth::matched(&plan.root, plan, &mut holds, matched);
            *is_matched = true;
        }
        failed.map_or(Ok(holds_here), Err)
    }

    /// The score of the clause that was judged.
    fn score(&mut self, doc: DocId) -> Result<f64> {
        if !self.conditions.is_scored {
            return Ok(0.0);
        }
        let length = self.lengths.fieldnorm(doc);
        let mut sum = 0.0;
        // Each pattern is in `matched` once.
        for &pattern in &self.matched {
            let count = self.patterns[pattern].count(doc)?;
            sum += self.prepared.score(&self.prepared.patterns[pattern], count, length);
        }
        Ok(sum + self.boost(doc, length)?)
    }

    /// The sum of the scores of patterns that stand so often in a clause, in their order: the same on every run.
    pub(super) fn score_of(&mut self, doc: DocId, counts: &[(usize, u32)]) -> Result<f64> {
        if !self.conditions.is_scored {
            return Ok(0.0);
        }
        let length = self.lengths.fieldnorm(doc);
        let score = |&(pattern, count): &(usize, u32)| {
            self.prepared.score(&self.prepared.patterns[pattern], count, length)
        };
        let sum: f64 = counts.iter().map(score).sum();
        Ok(sum + self.boost(doc, length)?)
    }

    /// The parts of the score of a clause of which these patterns match. For people: cursors are read anew for each clause.
    pub(super) fn explain(&mut self, doc: DocId, matched: &[usize]) -> Result<ScoreExplanation> {
        let length = self.lengths.fieldnorm(doc);
        let mut parts = Vec::new();
        for &i in matched {
            let (count, prepared) = (self.patterns[i].count(doc)?, &self.prepared.patterns[i]);
            let score = self.prepared.score(prepared, count, length);
            parts.push(ScorePart::new(&self.plan.patterns[i], count, score));
        }
        for (i, boost) in self.boosts.iter_mut().enumerate() {
            let count = boost.count(doc)?;
            if count > 0 {
                let score = self.prepared.score(&self.prepared.boosts[i], count, length);
                parts.push(ScorePart::new(&self.plan.boosts[i], count, score));
            }
        }
        if let Some(context) = &mut self.context {
            parts.extend(ScorePart::of_neighbours(context.score(doc, &self.lengths)?));
        }
        Ok(ScoreExplanation::new(parts, length, self.columns.weight(doc)))
    }

    /// What adds score without making a match.
    fn boost(&mut self, doc: DocId, length: u32) -> Result<f64> {
        let mut sum = 0.0;
        for (boost, prepared) in self.boosts.iter_mut().zip(&self.prepared.boosts) {
            sum += self.prepared.score(prepared, boost.count(doc)?, length);
        }
        if let Some(context) = &mut self.context {
            sum += context.score(doc, &self.lengths)?;
        }
        Ok(sum)
    }

    pub(super) fn enter_policy(&mut self, hash: u64) -> Result<()> {
        let index = self.index;
        let rank = index
            .policies()
            .rank(hash)
            .ok_or_else(|| index.damaged("a clause of an unknown policy"))?;
        let snapshots = index.policies().get(rank).map_or(0, |entry| entry.snapshots);
        let conditions = self.conditions;
        let selection = &conditions.selection;
        let needs_times =
            conditions.needs_times || selection.needs_times() || conditions.life.needs_times();
        let needs_places =
            !self.plan.place_patterns.is_empty() || conditions.scope != Scope::Clause;
        self.policy = PolicyState { hash: Some(hash), rank, snapshots, ..PolicyState::default() };
        let needs_policy = needs_times || needs_places || selection.needs_policy();
        let address = if needs_policy { Some(index.policy_address(hash)?) } else { None };
        if let Some(address) = address {
            if needs_times {
                self.policy.times = index.times(address)?;
            }
            if needs_places {
                let tables = index.policy_tables(address)?;
                self.policy.place_truth = place_truth(self.plan, &tables);
                self.policy.units = Units::new(conditions.scope, &tables);
            }
        }
        let times = &self.policy.times;
        self.policy.chosen =
            selection.ordinals(index, Snapshots { count: snapshots, address, times })?;
        Ok(())
    }
}

/// Ordinals, and the places of a clause there.
type Stretch<'c> = (Range<u32>, &'c [(PlaceChange, ClauseKind)]);

/// The stretches of ordinals over which the places of a clause stay the same, each with these places; the newest first.
pub(super) fn stretches(
    changes: &[(PlaceChange, ClauseKind)],
) -> impl Iterator<Item = Stretch<'_>> {
    let groups = changes.chunk_by(|(a, _), (b, _)| a.ordinal == b.ordinal).rev();
    groups.scan(u32::MAX, |until, places| {
        let from = places[0].0.ordinal.get();
        Some((from..std::mem::replace(until, from), places))
    })
}

/// Per place pattern, per place of the policy: whether one heading, or one link target, has it.
pub(crate) fn place_truth(plan: &Plan, tables: &PolicyTables) -> Vec<Vec<bool>> {
    let truth = |pattern: &PlacePattern| match pattern.field {
        PlaceField::Section => {
            let headings: Vec<bool> =
                tables.headings.iter().map(|heading| contains(heading, &pattern.pattern)).collect();
            let has = |&heading: &u32| headings.get(heading as usize) == Some(&true);
            tables.places.iter().map(|place| place.section.iter().any(has)).collect()
        }
        PlaceField::Link => {
            let has = |link: &String| contains(link, &pattern.pattern);
            tables.places.iter().map(|place| place.links.iter().any(has)).collect()
        }
    };
    plan.place_patterns.iter().map(truth).collect()
}

/// Appends the parts of `runs` inside `range`.
fn intersect(runs: &[OrdinalRun], range: &Range<u32>, out: &mut Vec<OrdinalRun>) {
    for run in runs {
        let start = run.start.max(Ordinal::new(range.start));
        let last = run.last.min(Ordinal::new(range.end.saturating_sub(1)));
        if start <= last && range.start < range.end {
            out.push(OrdinalRun { start, last });
        }
    }
}
