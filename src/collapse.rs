//! Collapse: the snapshots of one policy become its distinct clauses, each with the runs of snapshots in which it stood.
//!
//! Snapshots are numbered by *ordinals*, 0 the oldest. What can differ between the places of one clause - section path, kind, link
//! targets - is kept as changes by first ordinal, in tables of the policy.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::lang::{self, Lang};
use crate::model::{Clause, ClauseKind, SnapshotInfo};
use crate::section::{ClauseIdentity, Sectioner};

/// A stretch of ordinals, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrdinalRun {
    /// The first ordinal.
    pub start: u32,
    /// The last ordinal.
    pub last: u32,
}

/// A place of a clause: where and how it stands in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClausePlace {
    /// The headings above it, as numbers of [`CollapsedPolicy::headings`], outermost first.
    pub section: Vec<u32>,
    /// What it is there.
    pub kind: ClauseKind,
    /// The link targets in it there.
    pub links: Vec<String>,
}

/// From `ordinal` on the clause, where it stands, stands at `place` (several entries of one ordinal: several places, in order).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceChange {
    /// The first ordinal.
    pub ordinal: u32,
    /// A number of [`CollapsedPolicy::places`].
    pub place: u32,
}

/// How a clause was written in the snapshots before `until`: with other quotes, dashes or white space than in the newest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierWording {
    /// The first ordinal at which it was not written so any more.
    pub until: u32,
    /// The rendered text.
    pub text: String,
    /// The lead-in or header row.
    pub lead_in: Option<String>,
}

/// What an update must know of a snapshot's source to take it over without reading it again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// The number of its corpus in the index.
    pub corpus: u32,
    /// Its place among snapshots of one second: [`crate::corpus::FoundSnapshot::order`].
    pub order: u64,
    /// The bytes of its decoded text.
    pub bytes: u64,
    /// A 128-bit hash of its text.
    pub text_hash: [u8; 16],
    /// Whether its bytes were no UTF-8 and were read as windows-1252.
    pub is_windows_1252: bool,
}

/// A clause of a policy, once, with its life.
#[derive(Debug, Clone)]
pub struct DistinctClause {
    /// What makes it the same clause.
    pub identity: ClauseIdentity,
    /// The rendered text of its newest occurrence (the first there).
    pub text: String,
    /// The lead-in or header row of its newest occurrence.
    pub lead_in: Option<String>,
    /// In which snapshots it stood: ascending, not touching.
    pub runs: Vec<OrdinalRun>,
    /// Where it stood there: ascending by ordinal.
    pub places: Vec<PlaceChange>,
    /// How it was written before: ascending by `until`; mostly empty.
    pub earlier: Vec<EarlierWording>,
    /// First ordinal, and its place among the clauses there: the clause order of the policy.
    pub first: (u32, u32),
}

/// A snapshot in terms of distinct clauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollapsedSnapshot {
    /// What is known of it.
    pub info: SnapshotInfo,
    /// What updates know it by.
    pub record: SourceRecord,
    /// The text of its first top-level heading.
    pub title: Option<String>,
    /// The language of its text, where that can be told.
    pub lang: Option<Lang>,
    /// Its clauses in reading order, as numbers of [`CollapsedPolicy::clauses`], and their places; a clause that stands twice is here twice.
    pub clauses: Vec<(u32, u32)>,
}

/// A policy with all its snapshots.
#[derive(Debug, Clone, Default)]
pub struct CollapsedPolicy {
    /// Distinct headings of section paths.
    pub headings: Vec<String>,
    /// Distinct places.
    pub places: Vec<ClausePlace>,
    /// Distinct clauses in clause order.
    pub clauses: Vec<DistinctClause>,
    /// Snapshots by ordinal.
    pub snapshots: Vec<CollapsedSnapshot>,
}

/// Collapses the snapshots of one policy: first its texts, in any order, each once; then its snapshots, in theirs, each with its text.
///
/// What the policy has is numbered as its snapshots bring it, so nothing depends on the order of the texts.
#[derive(Default)]
pub struct Collapser {
    sectioner: Sectioner,
    /// By number of the part.
    parts: Vec<Box<[Occurrence]>>,
    texts: Vec<KnownText>,
    /// By sample of a text: most texts of a policy have one that was seen.
    langs: HashMap<String, Option<Lang>, FxBuildHasher>,
    clauses: Vec<KnownClause>,
    by_identity: HashMap<ClauseIdentity, u32, FxBuildHasher>,
    renderings: Vec<Rendering>,
    places: Vec<KnownPlace>,
    by_place: HashMap<PlaceOfText, u32, FxBuildHasher>,
    by_heading: HashMap<String, u32, FxBuildHasher>,
    policy: CollapsedPolicy,
}

/// A text that a [`Collapser`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextNumber(usize);

/// A clause in a text: which, where, and how it is written there. Numbers of the collapser, not yet of the policy.
#[derive(Clone, Copy)]
struct Occurrence {
    clause: u32,
    place: u32,
    rendering: u32,
}

struct KnownText {
    listing: Listing,
    title: Option<String>,
    lang: Option<Lang>,
}

/// The clauses of a text, in reading order.
enum Listing {
    /// Those of these parts. Thousands of texts share nearly all of theirs, and a number is small.
    Parts(Box<[u32]>),
    Whole(Vec<Occurrence>),
}

impl Listing {
    fn standing<'l>(
        &'l self,
        parts: &'l [Box<[Occurrence]>],
    ) -> impl Iterator<Item = &'l Occurrence> + Clone {
        let (numbers, whole): (&[u32], &[Occurrence]) = match self {
            Listing::Parts(numbers) => (numbers, &[]),
            Listing::Whole(standing) => (&[], standing),
        };
        numbers.iter().flat_map(|&number| &parts[number as usize]).chain(whole)
    }
}

/// A way in which a clause is written. Equal identities allow for other quotes and white space.
#[derive(PartialEq, Eq)]
struct Rendering {
    text: String,
    lead_in: Option<Arc<str>>,
}

/// The section, kind and links of a clause in a text.
type PlaceOfText = (Arc<[String]>, ClauseKind, Vec<String>);

struct KnownPlace {
    place: PlaceOfText,
    /// Its number in the policy, once a snapshot has it.
    number: Option<u32>,
}

/// A clause, and its life in the snapshots so far.
struct KnownClause {
    identity: ClauseIdentity,
    renderings: Vec<u32>,
    /// Its number in the policy, once a snapshot has it.
    number: Option<u32>,
    runs: Vec<OrdinalRun>,
    places: Vec<PlaceChange>,
    /// From which ordinal on it is written in which way: the first occurrence of each snapshot.
    written: Vec<(u32, u32)>,
    /// From which of `places` on they are those of the newest occurrence.
    newest_places: usize,
    /// How many places of the snapshot at hand are those of the occurrence before; `None` once one is not.
    unchanged: Option<usize>,
}

impl Collapser {
    /// Sections a text of the policy.
    pub fn text(&mut self, text: impl Into<String>) -> TextNumber {
        let mut numbers = Vec::new();
        for part in self.sectioner.section(text) {
            if let Some(clauses) = part.clauses {
                let of_part = clauses.into_iter().map(|clause| self.standing(clause)).collect();
                self.parts.push(of_part);
            }
            numbers.push(index(part.number));
        }
        self.known_text(Listing::Parts(numbers.into()))
    }

    /// Takes a text of the policy that is already sectioned.
    pub fn clauses(&mut self, clauses: Vec<Clause>) -> TextNumber {
        let standing = clauses.into_iter().map(|clause| self.standing(clause)).collect();
        self.known_text(Listing::Whole(standing))
    }

    /// Takes the texts of a policy that was collapsed before, by ordinal: for taking over its snapshots. Equal texts have one number.
    pub fn collapsed(&mut self, policy: &CollapsedPolicy) -> Vec<TextNumber> {
        let places: Vec<u32> =
            policy.places.iter().map(|place| self.collapsed_place(policy, place)).collect();
        let clauses: Vec<_> =
            policy.clauses.iter().map(|clause| self.collapsed_clause(clause)).collect();
        let mut known: HashMap<[u8; 16], TextNumber> = HashMap::new();
        let mut numbers = Vec::with_capacity(policy.snapshots.len());
        for (snapshot, ordinal) in policy.snapshots.iter().zip(0..) {
            let text = *known.entry(snapshot.record.text_hash).or_insert_with(|| {
                let standing = snapshot.clauses.iter().filter_map(|&(clause, place)| {
                    let (clause, written) = clauses.get(clause as usize)?;
                    let after = written.partition_point(|&(until, _)| until <= ordinal);
                    let rendering = written.get(after).or(written.last())?.1;
                    Some(Occurrence {
                        clause: *clause,
                        place: *places.get(place as usize)?,
                        rendering,
                    })
                });
                let listing = Listing::Whole(standing.collect());
                self.texts.push(KnownText {
                    listing,
                    title: snapshot.title.clone(),
                    lang: snapshot.lang,
                });
                TextNumber(self.texts.len() - 1)
            });
            numbers.push(text);
        }
        numbers
    }

    fn collapsed_place(&mut self, policy: &CollapsedPolicy, place: &ClausePlace) -> u32 {
        let heading = |&number: &u32| policy.headings.get(number as usize).cloned();
        let section = place.section.iter().filter_map(heading).collect();
        self.known_place((section, place.kind, place.links.clone()))
    }

    /// The number of the clause, and until which ordinal it was written in which way; the last has no end.
    fn collapsed_clause(&mut self, clause: &DistinctClause) -> (u32, Vec<(u32, u32)>) {
        let number = self.known_clause(clause.identity.clone());
        let earlier = clause.earlier.iter().map(|way| (way.until, &way.text, &way.lead_in));
        let ways = earlier.chain([(u32::MAX, &clause.text, &clause.lead_in)]);
        let written = ways.map(|(until, text, lead_in)| {
            let rendering =
                Rendering { text: text.clone(), lead_in: lead_in.as_deref().map(Arc::from) };
            (until, self.rendering(number, rendering))
        });
        (number, written.collect())
    }

    fn known_text(&mut self, listing: Listing) -> TextNumber {
        let is_title = |standing: &&Occurrence| {
            let (section, kind, _) = &self.places[standing.place as usize].place;
            section.is_empty() && *kind == ClauseKind::Heading
        };
        let title = listing.standing(&self.parts).find(is_title);
        let title = title.map(|standing| self.renderings[standing.rendering as usize].text.clone());
        let lang = self.lang(&listing);
        self.texts.push(KnownText { listing, title, lang });
        TextNumber(self.texts.len() - 1)
    }

    fn lang(&mut self, listing: &Listing) -> Option<Lang> {
        let text =
            |standing: &Occurrence| self.renderings[standing.rendering as usize].text.as_str();
        let sample = lang::sample(listing.standing(&self.parts).map(text));
        *self.langs.entry(sample).or_insert_with_key(|sample| lang::detect(sample))
    }

    /// Says that no text comes any more: what sectioning remembers makes room for the snapshots' lists of clauses.
    pub fn end_texts(&mut self) {
        self.sectioner = Sectioner::default();
    }

    /// Adds the next snapshot.
    pub fn snapshot(&mut self, info: SnapshotInfo, record: SourceRecord, text: TextNumber) {
        let ordinal = index(self.policy.snapshots.len());
        let standing: Vec<Occurrence> =
            self.texts[text.0].listing.standing(&self.parts).copied().collect();
        let mut clauses = Vec::with_capacity(standing.len());
        for &Occurrence { clause, place, rendering } in &standing {
            let place = self.place_number(place);
            let known = &mut self.clauses[clause as usize];
            let number = *known.number.get_or_insert_with(|| {
                self.policy.clauses.push(DistinctClause::first_at(ordinal, index(clauses.len())));
                index(self.policy.clauses.len() - 1)
            });
            known.stand(ordinal, rendering, place);
            clauses.push((number, place));
        }
        self.note_places(ordinal, &standing, &clauses);
        let text = &self.texts[text.0];
        let (title, lang) = (text.title.clone(), text.lang);
        self.policy.snapshots.push(CollapsedSnapshot { info, record, title, lang, clauses });
    }

    /// The policy with all snapshots added so far.
    pub fn finish(mut self) -> CollapsedPolicy {
        for known in self.clauses {
            let Some(number) = known.number else { continue };
            let clause = &mut self.policy.clauses[number as usize];
            let written = |rendering: u32| {
                let Rendering { text, lead_in } = &self.renderings[rendering as usize];
                (text.clone(), lead_in.as_deref().map(str::to_owned))
            };
            let earlier = known.written.windows(2).map(|pair| {
                let (text, lead_in) = written(pair[0].1);
                EarlierWording { until: pair[1].0, text, lead_in }
            });
            clause.earlier = earlier.collect();
            // A clause with a number stands in a snapshot, and is written there in some way.
            if let Some(newest) = known.written.last() {
                (clause.text, clause.lead_in) = written(newest.1);
            }
            clause.identity = known.identity;
            clause.runs = known.runs;
            clause.places = known.places;
        }
        self.policy
    }

    fn standing(&mut self, clause: Clause) -> Occurrence {
        let number = self.known_clause(ClauseIdentity::of(&clause));
        let place = self.known_place((clause.section, clause.kind, clause.links));
        let rendering = Rendering { text: clause.text, lead_in: clause.lead_in };
        Occurrence { clause: number, place, rendering: self.rendering(number, rendering) }
    }

    fn known_clause(&mut self, identity: ClauseIdentity) -> u32 {
        let next = index(self.clauses.len());
        match self.by_identity.entry(identity) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.clauses.push(KnownClause::new(new.key().clone()));
                *new.insert(next)
            }
        }
    }

    /// The number of a way in which a clause is written.
    fn rendering(&mut self, clause: u32, rendering: Rendering) -> u32 {
        let known = &mut self.clauses[clause as usize].renderings;
        let same = known.iter().copied().find(|&same| self.renderings[same as usize] == rendering);
        same.unwrap_or_else(|| {
            self.renderings.push(rendering);
            known.push(index(self.renderings.len() - 1));
            index(self.renderings.len() - 1)
        })
    }

    fn known_place(&mut self, place: PlaceOfText) -> u32 {
        let next = index(self.places.len());
        match self.by_place.entry(place) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.places.push(KnownPlace { place: new.key().clone(), number: None });
                *new.insert(next)
            }
        }
    }

    /// The number of a place in the policy, which has it from now on.
    fn place_number(&mut self, known: u32) -> u32 {
        let known = &mut self.places[known as usize];
        if let Some(number) = known.number {
            return number;
        }
        let (section, kind, links) = &known.place;
        let headings = &mut self.policy.headings;
        let heading = |heading: &String| {
            if let Some(&number) = self.by_heading.get(heading) {
                return number;
            }
            headings.push(heading.clone());
            self.by_heading.insert(heading.clone(), index(headings.len() - 1));
            index(headings.len() - 1)
        };
        let section = section.iter().map(heading).collect();
        self.policy.places.push(ClausePlace { section, kind: *kind, links: links.clone() });
        *known.number.insert(index(self.policy.places.len() - 1))
    }

    /// Keeps the places of each clause of this snapshot if they are not those of the snapshot where it stood last.
    fn note_places(&mut self, ordinal: u32, standing: &[Occurrence], places: &[(u32, u32)]) {
        let mut has_changed = false;
        for standing in standing {
            let known = &mut self.clauses[standing.clause as usize];
            if known.unchanged.is_some_and(|count| count < known.places.len() - known.newest_places)
            {
                known.unchanged = None;
            }
            if known.unchanged.is_none() {
                known.newest_places = known.places.len();
                has_changed = true;
            }
        }
        if !has_changed {
            return;
        }
        for (standing, &(_, place)) in standing.iter().zip(places) {
            let known = &mut self.clauses[standing.clause as usize];
            if known.unchanged.is_none() {
                known.places.push(PlaceChange { ordinal, place });
            }
        }
    }
}

impl KnownClause {
    fn new(identity: ClauseIdentity) -> Self {
        Self {
            identity,
            renderings: Vec::new(),
            number: None,
            runs: Vec::new(),
            places: Vec::new(),
            written: Vec::new(),
            newest_places: 0,
            unchanged: None,
        }
    }

    /// Takes note of an occurrence in snapshot `ordinal`.
    fn stand(&mut self, ordinal: u32, rendering: u32, place: u32) {
        let is_second = match self.runs.last_mut() {
            Some(run) if run.last == ordinal => true,
            Some(run) if run.last + 1 == ordinal => {
                run.last = ordinal;
                false
            }
            _ => {
                self.runs.push(OrdinalRun { start: ordinal, last: ordinal });
                false
            }
        };
        if !is_second {
            if self.written.last().is_none_or(|&(_, last)| last != rendering) {
                self.written.push((ordinal, rendering));
            }
            self.unchanged = Some(0);
        }
        self.unchanged = self.unchanged.filter(|&count| {
            self.places.get(self.newest_places + count).is_some_and(|change| change.place == place)
        });
        self.unchanged = self.unchanged.map(|count| count + 1);
    }
}

impl DistinctClause {
    /// A clause of which nothing is known but where it stood first.
    fn first_at(ordinal: u32, position: u32) -> Self {
        Self {
            identity: ClauseIdentity::default(),
            text: String::new(),
            lead_in: None,
            runs: Vec::new(),
            places: Vec::new(),
            earlier: Vec::new(),
            first: (ordinal, position),
        }
    }
}

/// A count as an index. A policy with four thousand million clauses does not fit in memory, so this never saturates.
fn index(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ArchiveTime, SnapshotSource};

    fn collapse(texts: &[&str]) -> CollapsedPolicy {
        let mut collapser = Collapser::default();
        for (i, text) in texts.iter().enumerate() {
            let source = SnapshotSource {
                corpus: String::new(),
                path: String::new(),
                commit: None,
                entry: None,
                line: None,
            };
            let time = ArchiveTime::from_seconds(i as i64 * 86_400);
            let info = SnapshotInfo {
                time,
                source,
                url: None,
                archive_url: None,
                is_technical: false,
                metadata: String::new(),
                fingerprint: 0,
            };
            let text = collapser.text(*text);
            collapser.snapshot(info, SourceRecord::default(), text);
        }
        collapser.finish()
    }

    fn runs(policy: &CollapsedPolicy, text: &str) -> Vec<(u32, u32)> {
        let clause = policy.clauses.iter().find(|clause| clause.text == text).unwrap();
        clause.runs.iter().map(|run| (run.start, run.last)).collect()
    }

    #[test]
    fn lives_have_gaps_and_newest_texts() {
        let policy = collapse(&["A b.\n\nIt’s c.", "It's c.", "It's c.\n\nA b.", "Other text."]);
        assert_eq!(runs(&policy, "A b."), [(0, 0), (2, 2)]);
        assert_eq!(runs(&policy, "It's c."), [(0, 2)]);
        assert_eq!(policy.clauses.len(), 3);
        assert_eq!(policy.snapshots[2].clauses.iter().map(|c| c.0).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn places_are_kept_as_changes() {
        let policy = collapse(&[
            "# One\n\nSame text.",
            "# Two\n\nSame text.",
            "# Two\n\nSame text.\n\n# One\n\nSame text.",
        ]);
        let clause = policy.clauses.iter().find(|clause| clause.text == "Same text.").unwrap();
        let at: Vec<_> = clause.places.iter().map(|change| change.ordinal).collect();
        assert_eq!(at, [0, 1, 2, 2]);
        assert_eq!(clause.places[0].place, clause.places[3].place);
        assert_eq!(policy.snapshots[2].clauses.len(), 4);
        assert_eq!(policy.snapshots[1].title.as_deref(), Some("Two"));
    }

    #[test]
    fn equal_words_under_other_lead_ins_are_other_clauses() {
        let policy =
            collapse(&["We may:\n\n* show ads\n", "We never:\n\n* show ads\n", "show ads"]);
        let ads: Vec<_> =
            policy.clauses.iter().filter(|clause| clause.text == "show ads").collect();
        assert_eq!(ads.len(), 3);
    }
}
