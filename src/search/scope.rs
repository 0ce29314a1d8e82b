//! Queries about whole sections or snapshots: their words may stand in different clauses.
//!
//! A unit is a section of a policy (a path of headings), or all of it. What a query says of a unit is worked out for all snapshots of the
//! policy at once, as sets of ordinals. The hits are the clauses of a unit, in the snapshots for which the query is true, that have one of
//! the phrases that make it true; where no phrase does, those under the headings or with the links that do; else all.

use std::collections::HashMap;
use std::ops::Range;

use fixedbitset::FixedBitSet;
use tantivy::{DocId, TERMINATED};

use super::highlight::contains;
use super::rows::Row;
use super::segment::{Columns, Conditions, Match, SegmentSearch, stretches};
use super::statistics::Prepared;
use super::truth::{Leaf, is_true};
use crate::collapse::{OrdinalRun, PlaceChange};
use crate::error::Result;
use crate::index::{OpenIndex, PolicyTables, place_change, run};
use crate::model::{ClauseKind, Ordinal};
use crate::query::bind::{Operand, Plan};

/// In what the words of a query must stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// In one clause.
    #[default]
    Clause,
    /// In one section of a snapshot: the clauses directly under one path of headings, and the last of these headings.
    Section,
    /// In one snapshot.
    Snapshot,
}

/// Which unit each place of a policy belongs to.
#[derive(Default)]
pub(super) struct Units {
    /// By place.
    of_place: Vec<usize>,
    /// By unit, its own heading.
    headings: Vec<Option<String>>,
}

impl Units {
    pub fn new(scope: Scope, tables: &PolicyTables) -> Self {
        if scope != Scope::Section {
            return Self { of_place: vec![0; tables.places.len()], headings: vec![None] };
        }
        let mut numbers: HashMap<&[u32], usize> = HashMap::new();
        let mut headings = Vec::new();
        let heading = |path: &[u32]| {
            path.last().and_then(|&last| tables.headings.get(last as usize)).cloned()
        };
        let mut of_place = Vec::with_capacity(tables.places.len());
        for place in &tables.places {
            let unit = *numbers.entry(&place.section).or_insert_with(|| {
                headings.push(heading(&place.section));
                headings.len() - 1
            });
            of_place.push(unit);
        }
        Self { of_place, headings }
    }
}

/// Sets of ordinals, by unit.
type ByUnit = Vec<FixedBitSet>;

/// What a query says of the units of one policy.
pub(super) struct Answer {
    /// Which patterns stand in which clauses, and how often: by clause.
    standing: HashMap<DocId, Vec<(usize, u32)>>,
    /// Per pattern, where it is part of what makes the query true.
    patterns: Vec<ByUnit>,
    /// The same per place pattern, where no pattern is.
    places: Vec<ByUnit>,
    /// Where neither is, and the query is true.
    rest: ByUnit,
}

/// The query itself, without the filters that stand beside it in a plan.
fn query(plan: &Plan) -> &Operand {
    match &plan.root {
        Operand::And(operands) => operands.first().unwrap_or(&plan.root),
        other => other,
    }
}

fn filters(plan: &Plan) -> &[Operand] {
    match &plan.root {
        Operand::And(operands) => operands.get(1..).unwrap_or_default(),
        _ => &[],
    }
}

/// Works out where a query is true, and by what.
struct Evaluation<'e> {
    plan: &'e Plan,
    snapshots: usize,
    rank: u32,
    /// Per pattern and place pattern, where it stands.
    patterns: Vec<ByUnit>,
    places: Vec<ByUnit>,
}

impl Evaluation<'_> {
    fn all(&self) -> FixedBitSet {
        let mut all = FixedBitSet::with_capacity(self.snapshots);
        all.insert_range(..);
        all
    }

    fn truth(&self, operand: &Operand, unit: usize) -> FixedBitSet {
        match operand {
            Operand::Pattern(i) => self.patterns[*i][unit].clone(),
            Operand::Place(i) => self.places[*i][unit].clone(),
            Operand::Policies(i)
                if self.plan.policy_sets[*i].get(self.rank as usize) == Some(&true) =>
            {
                self.all()
            }
            Operand::Policies(_) => FixedBitSet::with_capacity(self.snapshots),
            Operand::Not(operand) => {
                let mut truth = self.all();
                truth.difference_with(&self.truth(operand, unit));
                truth
            }
            Operand::And(operands) => {
                let mut truth = self.all();
                operands
                    .iter()
                    .for_each(|operand| truth.intersect_with(&self.truth(operand, unit)));
                truth
            }
            Operand::Or(operands) => {
                let mut truth = FixedBitSet::with_capacity(self.snapshots);
                operands.iter().for_each(|operand| truth.union_with(&self.truth(operand, unit)));
                truth
            }
        }
    }

    /// Tells `found` which leaves are part of the match of `operand` in `within`, where it is true unless it stands below a NOT: the same
    /// that [`super::truth::matched`] says of a clause.
    fn matched(
        &self,
        (operand, is_below_not): (&Operand, bool),
        unit: usize,
        within: &FixedBitSet,
        found: &mut dyn FnMut(Leaf, FixedBitSet),
    ) {
        let true_within = |operand: &Operand| {
            let mut truth = self.truth(operand, unit);
            truth.intersect_with(within);
            truth
        };
        match operand {
            Operand::Pattern(i) if self.plan.patterns[*i].is_wanted => {
                found(Leaf::Pattern(*i), true_within(operand));
            }
            Operand::Place(i) if !is_below_not => found(Leaf::Place(*i), within.clone()),
            Operand::Pattern(_) | Operand::Place(_) | Operand::Policies(_) => {}
            Operand::Not(operand) => self.matched((operand, true), unit, within, found),
            Operand::Or(operands) if !is_below_not => {
                for operand in operands {
                    self.matched((operand, false), unit, &true_within(operand), found);
                }
            }
            // Below a NOT only what a second NOT makes wanted again, where it holds.
            Operand::And(operands) | Operand::Or(operands) => {
                for operand in operands {
                    self.matched((operand, is_below_not), unit, within, found);
                }
            }
        }
    }

    fn answer(self, units: usize, standing: HashMap<DocId, Vec<(usize, u32)>>) -> Answer {
        let empty = |count: usize| vec![vec![FixedBitSet::new(); units]; count];
        let (mut patterns, mut places) = (empty(self.patterns.len()), empty(self.places.len()));
        let mut rest = Vec::with_capacity(units);
        let query = query(self.plan);
        for unit in 0..units {
            let mut truth = self.truth(query, unit);
            let (mut by_pattern, mut by_place) = (FixedBitSet::new(), FixedBitSet::new());
            self.matched((query, false), unit, &truth, &mut |leaf, ordinals| match leaf {
                Leaf::Pattern(i) => {
                    by_pattern.union_with(&ordinals);
                    patterns[i][unit].union_with(&ordinals);
                }
                Leaf::Place(i) => {
                    by_place.union_with(&ordinals);
                    places[i][unit].union_with(&ordinals);
                }
                Leaf::Policies(_) => {}
            });
            places
                .iter_mut()
                .for_each(|place: &mut ByUnit| place[unit].difference_with(&by_pattern));
            truth.difference_with(&by_pattern);
            truth.difference_with(&by_place);
            rest.push(truth);
        }
        Answer { standing, patterns, places, rest }
    }
}

impl Answer {
    /// The clauses that may be hits, in order.
    fn candidates(&self, clauses: Range<DocId>) -> Vec<DocId> {
        let mut others = self.rest.iter().chain(self.places.iter().flatten());
        if others.any(|ordinals| !ordinals.is_clear()) {
            return clauses.collect();
        }
        let mut candidates: Vec<DocId> = self.standing.keys().copied().collect();
        candidates.sort_unstable();
        candidates
    }

    /// The patterns of a clause that match in this unit at this ordinal, with their counts.
    fn matched(&self, doc: DocId, unit: usize, ordinal: u32) -> impl Iterator<Item = (usize, u32)> {
        let standing = self.standing.get(&doc).map(Vec::as_slice).unwrap_or_default();
        let is_matched =
            move |pattern: usize| self.patterns[pattern][unit].contains(ordinal as usize);
        standing.iter().copied().filter(move |&(pattern, _)| is_matched(pattern))
    }

    /// The ordinals in which a clause at this place is a hit.
    fn ordinals(
        &self,
        doc: DocId,
        unit: usize,
        place: usize,
        place_truth: &[Vec<bool>],
    ) -> FixedBitSet {
        let mut ordinals = self.rest[unit].clone();
        for (pattern, _) in self.standing.get(&doc).into_iter().flatten() {
            ordinals.union_with(&self.patterns[*pattern][unit]);
        }
        for (truth, by_unit) in place_truth.iter().zip(&self.places) {
            if truth.get(place) == Some(&true) {
                ordinals.union_with(&by_unit[unit]);
            }
        }
        ordinals
    }
}

impl SegmentSearch<'_> {
    /// Calls `found` for every clause of units for which the query is true, in document order.
    pub(super) fn run_units(&mut self, found: &mut dyn FnMut(Match<'_>)) -> Result<()> {
        let alive = self.segment.alive_bitset();
        let mut doc = self.next_of_units(0);
        while doc != TERMINATED {
            // The documents of policies and of their snapshots are of no policy.
            let is_alive = alive.is_none_or(|alive| alive.is_alive(doc));
            let Some(hash) = self.columns.policy.first(doc).filter(|_| is_alive) else {
                doc = self.next_of_units(doc + 1);
                continue;
            };
            self.enter_policy(hash)?;
            let clauses = self.conditions.policies.clauses(self.index, hash, self.policy.rank)?;
            if !self.policy.chosen.is_empty() {
                let answer = self.answer(clauses.clone())?;
                for doc in answer.candidates(clauses.clone()) {
                    self.find_in_units(doc, &answer, found)?;
                }
            }
            doc = self.next_of_units(clauses.end.max(doc + 1));
        }
        Ok(())
    }

    /// The first document from `target` on that may make a policy worth looking at.
    fn next_of_units(&mut self, target: DocId) -> DocId {
        let target = self.filtered(target);
        let wanted: Vec<usize> =
            (0..self.plan.patterns.len()).filter(|&i| self.plan.patterns[i].is_wanted).collect();
        // With fields alone, and where a policy's name is enough, any clause may be one.
        let any_may = wanted.is_empty() || has_fields(query(self.plan));
        if target >= self.segment.max_doc() || any_may {
            return if target >= self.segment.max_doc() { TERMINATED } else { target };
        }
        wanted.into_iter().map(|i| self.patterns[i].candidate(target)).min().unwrap_or(TERMINATED)
    }

    /// The first clause from `target` on of a policy that the filters of names let through.
    fn filtered(&mut self, mut target: DocId) -> DocId {
        // What must hold of every unit is as good as a filter.
        let of_query = match query(self.plan) {
            Operand::And(operands) => operands,
            other => std::slice::from_ref(other),
        };
        for filter in filters(self.plan).iter().chain(of_query) {
            if let Operand::Policies(i) = filter {
                target = self.policy_sets[*i].seek(target);
            }
        }
        target
    }

    /// Finds where the leaves of the query stand in the policy at hand, and what follows from it.
    pub(super) fn answer(&mut self, clauses: Range<DocId>) -> Result<Answer> {
        let units = self.policy.units.headings.len();
        let snapshots =
            self.index.policies().get(self.policy.rank).map_or(0, |entry| entry.snapshots as usize);
        let empty = |count: usize| vec![vec![FixedBitSet::with_capacity(snapshots); units]; count];
        let mut patterns = empty(self.plan.patterns.len());
        let mut standing: HashMap<DocId, Vec<(usize, u32)>> = HashMap::new();
        for (i, by_unit) in patterns.iter_mut().enumerate() {
            let mut doc = self.patterns[i].candidate(clauses.start);
            while doc < clauses.end {
                let count = self.patterns[i].count(doc)?;
                if count > 0 {
                    standing.entry(doc).or_default().push((i, count));
                    self.mark(doc, by_unit, |_| true);
                }
                doc = self.patterns[i].candidate(doc + 1);
            }
            for (heading, ordinals) in self.policy.units.headings.iter().zip(by_unit.iter_mut()) {
                let pattern = &self.plan.patterns[i];
                if heading.as_ref().is_some_and(|heading| contains(heading, pattern)) {
                    ordinals.insert_range(..);
                }
            }
        }
        let mut places = empty(self.plan.place_patterns.len());
        for (truth, by_unit) in self.policy.place_truth.iter().zip(&mut places) {
            if truth.contains(&true) {
                clauses.clone().for_each(|doc| {
                    self.mark(doc, by_unit, |place| truth.get(place) == Some(&true))
                });
            }
        }
        let evaluation =
            Evaluation { plan: self.plan, snapshots, rank: self.policy.rank, patterns, places };
        Ok(evaluation.answer(units, standing))
    }

    /// Adds the ordinals in which a clause stands at such places to their units.
    fn mark(&self, doc: DocId, by_unit: &mut ByUnit, is_meant: impl Fn(usize) -> bool) {
        let runs: Vec<OrdinalRun> = self.columns.runs.values_for_doc(doc).map(run).collect();
        let changes: Vec<_> = self.columns.places.values_for_doc(doc).map(place_change).collect();
        for (stretch, places) in stretches(&changes) {
            for (change, _) in places.iter().filter(|(change, _)| is_meant(change.place.index())) {
                let unit = self.policy.units.of_place.get(change.place.index());
                let Some(ordinals) = unit.and_then(|&unit| by_unit.get_mut(unit)) else { continue };
                for run in &runs {
                    let start = run.start.get().max(stretch.start);
                    let end = run.last.next().get().min(stretch.end);
                    let end = (end as usize).min(ordinals.len());
                    if (start as usize) < end {
                        ordinals.insert_range(start as usize..end);
                    }
                }
            }
        }
    }

    /// Tells `found` of a clause if it is a hit somewhere.
    fn find_in_units(
        &mut self,
        doc: DocId,
        answer: &Answer,
        found: &mut dyn FnMut(Match<'_>),
    ) -> Result<()> {
        if !self.has_lang(doc) {
            return Ok(());
        }
        let mut matching = FixedBitSet::new();
        self.runs.clear();
        self.runs.extend(self.columns.runs.values_for_doc(doc).map(run));
        if !self.has_life() {
            return Ok(());
        }
        let changes: Vec<_> = self.columns.places.values_for_doc(doc).map(place_change).collect();
        for (stretch, places) in stretches(&changes) {
            let mut ordinals = FixedBitSet::new();
            for &(change, kind) in places {
                if let Some(here) = self.ordinals_at(doc, change.place.index(), kind, answer) {
                    ordinals.union_with(&here);
                }
            }
            let ones = ordinals.ones().filter(|&ordinal| stretch.contains(&(ordinal as u32)));
            ones.for_each(|ordinal| matching.grow_and_insert(ordinal));
        }
        self.matching.clear();
        for run in &self.runs {
            for chosen in &self.policy.chosen {
                let within =
                    run.start.get().max(chosen.start)..run.last.next().get().min(chosen.end);
                push_runs(&matching, within, &mut self.matching);
            }
        }
        let Some(newest) = self.matching.iter().map(|run| run.last.get()).max() else {
            return Ok(());
        };
        self.matching.sort_by_key(|run| run.start);
        let score = self.score_in_unit(doc, &changes, newest, answer)?;
        let (runs, times, rank) = (&self.runs, &self.policy.times, self.policy.rank);
        found(Match { doc, rank, score, matching: &self.matching, runs, times });
        Ok(())
    }

    /// The ordinals in which a clause at this place is a hit; `None` where a filter leaves it out.
    fn ordinals_at(
        &self,
        doc: DocId,
        place: usize,
        kind: ClauseKind,
        answer: &Answer,
    ) -> Option<FixedBitSet> {
        let mut holds = |leaf| match leaf {
            Leaf::Place(i) => self.policy.place_truth[i].get(place) == Some(&true),
            Leaf::Policies(i) => {
                self.plan.policy_sets[i].get(self.policy.rank as usize) == Some(&true)
            }
            Leaf::Pattern(_) => false,
        };
        let is_let_through = self.conditions.has_kind(kind)
            && filters(self.plan).iter().all(|filter| is_true(filter, &mut holds));
        let unit = *self.policy.units.of_place.get(place)?;
        is_let_through.then(|| answer.ordinals(doc, unit, place, &self.policy.place_truth))
    }

    /// The first place of a clause at which it is a hit at this ordinal, and its unit.
    fn place_in_unit(
        &self,
        doc: DocId,
        changes: &[(PlaceChange, ClauseKind)],
        ordinal: u32,
        answer: &Answer,
    ) -> Option<(usize, usize)> {
        let (_, places) = stretches(changes).find(|(stretch, _)| stretch.contains(&ordinal))?;
        let is_hit = |place: usize, kind| {
            self.ordinals_at(doc, place, kind, answer)
                .is_some_and(|at| at.contains(ordinal as usize))
        };
        let place = places
            .iter()
            .find(|(change, kind)| is_hit(change.place.index(), *kind))?
            .0
            .place
            .index();
        Some((place, *self.policy.units.of_place.get(place)?))
    }

    fn score_in_unit(
        &mut self,
        doc: DocId,
        changes: &[(PlaceChange, ClauseKind)],
        newest: u32,
        answer: &Answer,
    ) -> Result<f64> {
        let Some((_, unit)) = self.place_in_unit(doc, changes, newest, answer) else {
            return Ok(0.0);
        };
        let counts: Vec<_> = answer.matched(doc, unit, newest).collect();
        self.score_of(doc, &counts)
    }

    /// What the query says of the units of a policy.
    pub(super) fn answer_of_policy(&mut self, hash: u64) -> Result<Answer> {
        self.enter_policy(hash)?;
        let clauses = self.conditions.policies.clauses(self.index, hash, self.policy.rank)?;
        self.answer(clauses)
    }

    /// The place at which a hit of the policy at hand is shown, and the patterns that match there.
    pub(super) fn shown_in_unit(
        &self,
        doc: DocId,
        newest: u32,
        answer: &Answer,
    ) -> Option<(usize, Vec<usize>)> {
        let changes: Vec<_> = self.columns.places.values_for_doc(doc).map(place_change).collect();
        let (place, unit) = self.place_in_unit(doc, &changes, newest, answer)?;
        Some((place, answer.matched(doc, unit, newest).map(|(pattern, _)| pattern).collect()))
    }
}

/// Reads again what the query says of the policies of hits. Keeps the last one.
pub(super) struct UnitReader<'u> {
    pub prepared: &'u Prepared,
    pub conditions: &'u Conditions<'u>,
    pub known: Option<(u32, SegmentSearch<'u>, Answer)>,
}

impl<'u> UnitReader<'u> {
    /// The place at which a hit is shown, and the patterns that match there.
    pub fn shown(
        &mut self,
        index: &'u OpenIndex,
        plan: &'u Plan,
        columns: &'u Columns,
        row: &Row,
    ) -> Result<Option<(usize, Vec<usize>)>> {
        if self.known.as_ref().is_none_or(|(rank, ..)| *rank != row.rank) {
            let hash = index.policies().get(row.rank).map(|entry| entry.hash);
            let hash = hash.ok_or_else(|| index.damaged("an unknown policy"))?;
            // Cursors only go forward: those of another policy may have passed this one.
            let mut search = SegmentSearch::new(
                index,
                row.segment,
                columns,
                plan,
                self.prepared,
                self.conditions,
            )?;
            let answer = search.answer_of_policy(hash)?;
            self.known = Some((row.rank, search, answer));
        }
        Ok(self
            .known
            .as_ref()
            .and_then(|(_, search, answer)| search.shown_in_unit(row.doc, row.newest, answer)))
    }
}

/// Appends the runs of `ordinals` in a range.
fn push_runs(ordinals: &FixedBitSet, within: Range<u32>, out: &mut Vec<OrdinalRun>) {
    let mut open: Option<OrdinalRun> = None;
    for ordinal in within {
        let ordinal = Ordinal::new(ordinal);
        match (&mut open, ordinals.contains(ordinal.index())) {
            (Some(run), true) => run.last = ordinal,
            (None, true) => open = Some(OrdinalRun { start: ordinal, last: ordinal }),
            (_, false) => out.extend(open.take()),
        }
    }
    out.extend(open);
}

fn has_fields(operand: &Operand) -> bool {
    match operand {
        Operand::Pattern(_) => false,
        Operand::Place(_) | Operand::Policies(_) => true,
        Operand::Not(operand) => has_fields(operand),
        Operand::And(operands) | Operand::Or(operands) => operands.iter().any(has_fields),
    }
}
