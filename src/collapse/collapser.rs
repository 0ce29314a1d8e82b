//! Collapses texts and snapshots, which are added one by one, into a [`CollapsedPolicy`].
//!
//! There are two series of numbers. The collapser numbers the clauses, spellings and places of the
//! *texts* in the order in which texts are added: these are bare `u32`. The policy numbers what its
//! *snapshots* contain, in the order of ordinals: these are [`ClauseNumber`] and [`PlaceNumber`].
//! So the result does not depend on the order in which texts were read.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::collapsed_policy::{
    ClauseOccurrence, ClausePlace, CollapsedPolicy, CollapsedSnapshot, DistinctClause,
    EarlierSpelling, FirstOccurrence, OrdinalRun, PlaceChange, SourceRecord,
};
use crate::lang::{self, Lang};
use crate::model::{Clause, ClauseKind, ClauseNumber, Ordinal, PlaceNumber, SnapshotInfo};
use crate::section::{ClauseIdentity, Sectioner, furniture_words, is_most, word_count};

/// Collapses the snapshots of one policy.
///
/// First all its texts are added, in any order, each once; then its snapshots, oldest first, each
/// with the number of its text.
#[derive(Default)]
pub struct Collapser {
    sectioner: Sectioner,
    /// The clauses of the parts of texts, by the number of the part.
    parts: Vec<Box<[TextClause]>>,
    /// The words of the parts.
    words: Vec<PartWords>,
    texts: Vec<AddedText>,
    /// Detected languages, by sample: most texts of a policy share their sample with another one.
    langs: HashMap<String, Option<Lang>, FxBuildHasher>,
    clauses: Vec<KnownClause>,
    by_identity: HashMap<ClauseIdentity, u32, FxBuildHasher>,
    spellings: Vec<Spelling>,
    /// Bytes of all spellings.
    spelled_bytes: u64,
    /// Entries of all lists of clauses of texts and parts.
    listed: u64,
    places: Vec<KnownPlace>,
    by_place: HashMap<TextPlace, u32, FxBuildHasher>,
    by_heading: HashMap<String, u32, FxBuildHasher>,
    policy: CollapsedPolicy,
}

/// A text that a [`Collapser`] was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextNumber(usize);

/// A clause in a text, by numbers of the collapser.
#[derive(Clone, Copy)]
struct TextClause {
    clause: u32,
    place: u32,
    spelling: u32,
}

struct AddedText {
    clauses: ClauseList,
    /// The number of its clauses.
    len: u64,
    title: Option<String>,
    lang: Option<Lang>,
}

/// The words of a part.
#[derive(Clone, Copy)]
struct PartWords {
    furniture: usize,
    /// All of its words, once they were counted. Most texts have no furniture, so that their words
    /// do not count.
    all: Option<usize>,
}

/// The clauses of a text, in reading order.
enum ClauseList {
    /// The clauses of these parts. Thousands of texts share nearly all of their parts, and a number
    /// is small.
    Parts(Box<[u32]>),
    /// A list of its own, for a text that the collapser did not section.
    Own(Vec<TextClause>),
}

impl ClauseList {
    /// The number of its clauses.
    fn len(&self, parts: &[Box<[TextClause]>]) -> u64 {
        match self {
            ClauseList::Parts(numbers) => {
                numbers.iter().map(|&number| parts[number as usize].len() as u64).sum()
            }
            ClauseList::Own(clauses) => clauses.len() as u64,
        }
    }

    fn iter<'l>(
        &'l self,
        parts: &'l [Box<[TextClause]>],
    ) -> impl Iterator<Item = &'l TextClause> + Clone {
        let (numbers, own): (&[u32], &[TextClause]) = match self {
            ClauseList::Parts(numbers) => (numbers, &[]),
            ClauseList::Own(clauses) => (&[], clauses),
        };
        numbers.iter().flat_map(|&number| &parts[number as usize]).chain(own)
    }
}

/// The exact text and lead-in of an occurrence.
#[derive(PartialEq, Eq)]
struct Spelling {
    text: String,
    lead_in: Option<Arc<str>>,
}

/// The place of a clause in a text, with headings as texts.
#[derive(Clone, PartialEq, Eq, Hash)]
struct TextPlace {
    section: Arc<[String]>,
    kind: ClauseKind,
    links: Vec<String>,
    number: Option<String>,
    is_furniture: bool,
}

struct KnownPlace {
    place: TextPlace,
    /// The number in the policy, once a snapshot contains the place.
    number: Option<PlaceNumber>,
}

/// A clause of the texts, with its life in the snapshots that were added so far.
struct KnownClause {
    identity: ClauseIdentity,
    spellings: Vec<u32>,
    /// The number in the policy, once a snapshot contains the clause.
    number: Option<ClauseNumber>,
    runs: Vec<OrdinalRun>,
    places: Vec<PlaceChange>,
    /// The spelling of the first occurrence in each snapshot, as changes.
    spelt: Vec<SpellingChange>,
    /// The index in `places` of the first entry that is in force at the newest occurrence.
    newest_places: usize,
    /// The number of occurrences in the current snapshot whose places equal, one by one, the places
    /// in force; `None` as soon as one differs.
    unchanged: Option<usize>,
}

/// The spelling of a clause from an ordinal on.
struct SpellingChange {
    ordinal: Ordinal,
    spelling: u32,
}

/// A clause of a policy that was collapsed before, by numbers of this collapser.
struct ReaddedClause {
    clause: u32,
    /// The spellings that were replaced later, oldest first, with the ordinal of the replacement.
    earlier: Vec<(Ordinal, u32)>,
    newest: u32,
}

impl ReaddedClause {
    /// The spelling at this ordinal.
    fn spelling_at(&self, ordinal: Ordinal) -> u32 {
        let passed = self.earlier.partition_point(|&(until, _)| until <= ordinal);
        self.earlier.get(passed).map_or(self.newest, |&(_, spelling)| spelling)
    }
}

impl Collapser {
    /// Adds a text of the policy, which is sectioned.
    pub fn add_text(&mut self, text: impl Into<String>) -> TextNumber {
        let mut numbers = Vec::new();
        let mut furniture = 0;
        for part in self.sectioner.section(text) {
            if let Some(clauses) = part.clauses {
                let furniture = furniture_words(&clauses);
                self.words.push(PartWords { furniture, all: None });
                let part: Box<[TextClause]> =
                    clauses.into_iter().map(|clause| self.add_clause(clause)).collect();
                self.listed += part.len() as u64;
                self.parts.push(part);
            }
            furniture += self.words[part.number].furniture;
            numbers.push(list_index(part.number));
        }
        let is_policy = furniture > 0 && is_most(furniture, self.words_of(&numbers));
        let list = ClauseList::Parts(numbers.into());
        let list = if is_policy { self.without_furniture(&list) } else { list };
        self.add_list(list)
    }

    /// The number of words of these parts.
    fn words_of(&mut self, parts: &[u32]) -> usize {
        let mut sum = 0;
        for &number in parts {
            let number = number as usize;
            let clauses = self.parts[number].iter();
            let texts =
                clauses.map(|clause| self.spellings[clause.spelling as usize].text.as_str());
            sum += *self.words[number].all.get_or_insert_with(|| word_count(texts));
        }
        sum
    }

    /// The same clauses, none of which is furniture.
    fn without_furniture(&mut self, list: &ClauseList) -> ClauseList {
        let mut clauses: Vec<TextClause> = list.iter(&self.parts).copied().collect();
        for clause in &mut clauses {
            let place = &self.places[clause.place as usize].place;
            if place.is_furniture {
                let place = TextPlace { is_furniture: false, ..place.clone() };
                clause.place = self.place_of(place);
            }
        }
        ClauseList::Own(clauses)
    }

    /// Adds a text of the policy that is sectioned already.
    pub fn add_clauses(&mut self, clauses: Vec<Clause>) -> TextNumber {
        let clauses = clauses.into_iter().map(|clause| self.add_clause(clause)).collect();
        self.add_list(ClauseList::Own(clauses))
    }

    /// Adds the texts of a policy that was collapsed before, so that its snapshots can be added
    /// again among others.
    ///
    /// Returns the numbers of the texts by ordinal; equal texts have one number. Returns `None` if
    /// a snapshot lists a clause or a place that the policy lacks, or a place lists a heading that
    /// it lacks: the tables that the policy was read from are damaged.
    pub fn add_policy(&mut self, policy: &CollapsedPolicy) -> Option<Vec<TextNumber>> {
        let places = policy.places.iter().map(|place| self.readd_place(policy, place));
        let places: Vec<u32> = places.collect::<Option<_>>()?;
        let clauses: Vec<ReaddedClause> =
            policy.clauses.iter().map(|clause| self.readd_clause(clause)).collect();
        let mut known: HashMap<[u8; 16], TextNumber> = HashMap::new();
        let mut numbers = Vec::with_capacity(policy.snapshots.len());
        for (index, snapshot) in policy.snapshots.iter().enumerate() {
            let number = match known.entry(snapshot.record.text_hash) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    let list = stored_list(snapshot, index, &clauses, &places)?;
                    *new.insert(self.push_text(AddedText {
                        len: list.len() as u64,
                        clauses: ClauseList::Own(list),
                        title: snapshot.title.clone(),
                        lang: snapshot.lang,
                    }))
                }
            };
            numbers.push(number);
        }
        Some(numbers)
    }

    fn readd_place(&mut self, policy: &CollapsedPolicy, place: &ClausePlace) -> Option<u32> {
        let headings = place.section.iter();
        let section: Option<Arc<[String]>> =
            headings.map(|&number| policy.headings.get(number as usize).cloned()).collect();
        let (kind, links) = (place.kind, place.links.clone());
        let (number, is_furniture) = (place.number.clone(), place.is_furniture);
        let place = TextPlace { section: section?, kind, links, number, is_furniture };
        Some(self.place_of(place))
    }

    fn readd_clause(&mut self, stored: &DistinctClause) -> ReaddedClause {
        let clause = self.clause_with(stored.identity.clone());
        let mut earlier = Vec::with_capacity(stored.earlier.len());
        for EarlierSpelling { until, text, lead_in } in &stored.earlier {
            earlier
                .push((*until, self.spelling_of(clause, Spelling::new(text, lead_in.as_deref()))));
        }
        let newest =
            self.spelling_of(clause, Spelling::new(&stored.text, stored.lead_in.as_deref()));
        ReaddedClause { clause, earlier, newest }
    }

    fn add_list(&mut self, clauses: ClauseList) -> TextNumber {
        let title = self.title(&clauses);
        let lang = self.lang(&clauses);
        let len = clauses.len(&self.parts);
        self.push_text(AddedText { clauses, len, title, lang })
    }

    fn push_text(&mut self, text: AddedText) -> TextNumber {
        self.listed += match &text.clauses {
            ClauseList::Parts(parts) => parts.len() as u64,
            ClauseList::Own(own) => own.len() as u64,
        };
        self.texts.push(text);
        TextNumber(self.texts.len() - 1)
    }

    fn is_furniture(&self, clause: &TextClause) -> bool {
        self.places[clause.place as usize].place.is_furniture
    }

    /// The first heading at top level that is no furniture.
    fn title(&self, clauses: &ClauseList) -> Option<String> {
        let title = clauses.iter(&self.parts).find(|clause| {
            let TextPlace { section, kind, .. } = &self.places[clause.place as usize].place;
            section.is_empty() && *kind == ClauseKind::Heading && !self.is_furniture(clause)
        })?;
        Some(self.spellings[title.spelling as usize].text.clone())
    }

    fn lang(&mut self, clauses: &ClauseList) -> Option<Lang> {
        let texts = clauses
            .iter(&self.parts)
            .filter(|clause| !self.is_furniture(clause))
            .map(|clause| self.spellings[clause.spelling as usize].text.as_str());
        let sample = lang::sample(texts);
        *self.langs.entry(sample).or_insert_with_key(|sample| lang::detect(sample))
    }

    /// About how many bytes the clauses and texts take until the policy is written, without the
    /// lists of its snapshots.
    ///
    /// A clause is kept with its identity, as part of the policy, and as a document with its
    /// postings, and so is its text.
    pub fn memory(&self) -> u64 {
        const CLAUSE_BYTES: u64 = 1500;
        const PLACE_BYTES: u64 = 500;
        const TEXT_COPIES: u64 = 4;
        self.clauses.len() as u64 * CLAUSE_BYTES
            + self.places.len() as u64 * PLACE_BYTES
            + self.spelled_bytes * TEXT_COPIES
            + self.listed * size_of::<TextClause>() as u64
    }

    /// The number of clauses of a text.
    pub fn clauses_of(&self, text: TextNumber) -> u64 {
        self.texts[text.0].len
    }

    /// Declares that no further text will be added. This frees the memory of the sectioner, which
    /// the lists of the snapshots can then use.
    pub fn end_texts(&mut self) {
        self.sectioner = Sectioner::default();
    }

    /// Adds the next newer snapshot.
    pub fn add_snapshot(&mut self, info: SnapshotInfo, record: SourceRecord, text: TextNumber) {
        let ordinal = Ordinal::from_index(self.policy.snapshots.len());
        let in_text: Vec<TextClause> =
            self.texts[text.0].clauses.iter(&self.parts).copied().collect();
        let mut clauses = Vec::with_capacity(in_text.len());
        for &TextClause { clause, place, spelling } in &in_text {
            let place = self.place_number(place);
            let known = &mut self.clauses[clause as usize];
            let number = *known.number.get_or_insert_with(|| {
                let first = FirstOccurrence { ordinal, position: list_index(clauses.len()) };
                self.policy.clauses.push(DistinctClause::first_at(first));
                ClauseNumber::from_index(self.policy.clauses.len() - 1)
            });
            known.add_occurrence(ordinal, spelling, place);
            clauses.push(ClauseOccurrence { clause: number, place });
        }
        self.note_places(ordinal, &in_text, &clauses);
        let text = &self.texts[text.0];
        let (title, lang) = (text.title.clone(), text.lang);
        self.policy.snapshots.push(CollapsedSnapshot { info, record, title, lang, clauses });
    }

    /// The policy with all snapshots that were added.
    pub fn finish(mut self) -> CollapsedPolicy {
        for known in self.clauses {
            let Some(number) = known.number else { continue };
            let clause = &mut self.policy.clauses[number.index()];
            let newest =
                known.spelt.last().expect("a clause with a number occurs in a snapshot").spelling;
            (clause.text, clause.lead_in) = self.spellings[newest as usize].to_parts();
            clause.earlier = earlier_spellings(&known.spelt, &self.spellings);
            clause.identity = known.identity;
            clause.runs = known.runs;
            clause.places = known.places;
        }
        self.policy
    }

    fn add_clause(&mut self, clause: Clause) -> TextClause {
        let known = self.clause_with(ClauseIdentity::of(&clause));
        let Clause { kind, section, lead_in, number, is_furniture, text, links, .. } = clause;
        let place = TextPlace { section, kind, links, number, is_furniture };
        let place = self.place_of(place);
        let spelling = self.spelling_of(known, Spelling { text, lead_in });
        TextClause { clause: known, place, spelling }
    }

    /// The collapser's number of the clause with this identity.
    fn clause_with(&mut self, identity: ClauseIdentity) -> u32 {
        let next = list_index(self.clauses.len());
        match self.by_identity.entry(identity) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.clauses.push(KnownClause::new(new.key().clone()));
                *new.insert(next)
            }
        }
    }

    /// The collapser's number of a spelling of this clause.
    fn spelling_of(&mut self, clause: u32, spelling: Spelling) -> u32 {
        let known = &mut self.clauses[clause as usize].spellings;
        let same = known.iter().copied().find(|&same| self.spellings[same as usize] == spelling);
        if let Some(same) = same {
            return same;
        }
        let new = list_index(self.spellings.len());
        self.spelled_bytes += spelling.text.len() as u64;
        self.spellings.push(spelling);
        known.push(new);
        new
    }

    /// The collapser's number of a place.
    fn place_of(&mut self, place: TextPlace) -> u32 {
        let next = list_index(self.places.len());
        match self.by_place.entry(place) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.places.push(KnownPlace { place: new.key().clone(), number: None });
                *new.insert(next)
            }
        }
    }

    /// The policy's number of a place. The place is added to the policy if it is new there.
    fn place_number(&mut self, place: u32) -> PlaceNumber {
        let known = &mut self.places[place as usize];
        if let Some(number) = known.number {
            return number;
        }
        let TextPlace { section, kind, links, number, is_furniture } = &known.place;
        let mut headings = Vec::with_capacity(section.len());
        for heading in section.iter() {
            headings.push(match self.by_heading.get(heading) {
                Some(&number) => number,
                None => {
                    let number = list_index(self.policy.headings.len());
                    self.policy.headings.push(heading.clone());
                    self.by_heading.insert(heading.clone(), number);
                    number
                }
            });
        }
        self.policy.places.push(ClausePlace {
            section: headings,
            kind: *kind,
            links: links.clone(),
            number: number.clone(),
            is_furniture: *is_furniture,
        });
        *known.number.insert(PlaceNumber::from_index(self.policy.places.len() - 1))
    }

    /// Notes the places of those clauses of a snapshot whose places differ from the snapshot in
    /// which the clause occurred last.
    fn note_places(
        &mut self,
        ordinal: Ordinal,
        in_text: &[TextClause],
        in_snapshot: &[ClauseOccurrence],
    ) {
        let mut has_changed = false;
        for clause in in_text {
            has_changed |= self.clauses[clause.clause as usize].settle_places();
        }
        if !has_changed {
            return;
        }
        for (clause, occurrence) in in_text.iter().zip(in_snapshot) {
            let known = &mut self.clauses[clause.clause as usize];
            if known.unchanged.is_none() {
                known.places.push(PlaceChange { ordinal, place: occurrence.place });
            }
        }
    }
}

/// The clauses of a snapshot of a policy that was collapsed before; `None` if one is unknown.
fn stored_list(
    snapshot: &CollapsedSnapshot,
    index: usize,
    clauses: &[ReaddedClause],
    places: &[u32],
) -> Option<Vec<TextClause>> {
    let ordinal = Ordinal::from_index(index);
    let list = snapshot.clauses.iter().map(|occurrence| {
        let stored = clauses.get(occurrence.clause.index())?;
        let place = *places.get(occurrence.place.index())?;
        Some(TextClause { clause: stored.clause, place, spelling: stored.spelling_at(ordinal) })
    });
    list.collect()
}

/// All spellings but the newest one.
fn earlier_spellings(changes: &[SpellingChange], spellings: &[Spelling]) -> Vec<EarlierSpelling> {
    let pairs = changes.windows(2).map(|pair| {
        let (text, lead_in) = spellings[pair[0].spelling as usize].to_parts();
        EarlierSpelling { until: pair[1].ordinal, text, lead_in }
    });
    pairs.collect()
}

impl Spelling {
    fn new(text: &str, lead_in: Option<&str>) -> Self {
        Self { text: text.to_owned(), lead_in: lead_in.map(Arc::from) }
    }

    /// Text and lead-in, as a policy has them.
    fn to_parts(&self) -> (String, Option<String>) {
        (self.text.clone(), self.lead_in.as_deref().map(str::to_owned))
    }
}

impl KnownClause {
    fn new(identity: ClauseIdentity) -> Self {
        Self {
            identity,
            spellings: Vec::new(),
            number: None,
            runs: Vec::new(),
            places: Vec::new(),
            spelt: Vec::new(),
            newest_places: 0,
            unchanged: None,
        }
    }

    /// Adds an occurrence in the newest snapshot, which has this ordinal.
    fn add_occurrence(&mut self, ordinal: Ordinal, spelling: u32, place: PlaceNumber) {
        if self.extend_runs(ordinal) {
            if self.spelt.last().is_none_or(|change| change.spelling != spelling) {
                self.spelt.push(SpellingChange { ordinal, spelling });
            }
            self.unchanged = Some(0);
        }
        self.unchanged = self.unchanged.filter(|&count| {
            self.places.get(self.newest_places + count).is_some_and(|change| change.place == place)
        });
        self.unchanged = self.unchanged.map(|count| count + 1);
    }

    /// Takes the ordinal into the runs. Returns whether it was not there already.
    fn extend_runs(&mut self, ordinal: Ordinal) -> bool {
        match self.runs.last_mut() {
            Some(run) if run.last == ordinal => return false,
            Some(run) if run.last.next() == ordinal => run.last = ordinal,
            _ => self.runs.push(OrdinalRun { start: ordinal, last: ordinal }),
        }
        true
    }

    /// Decides, when all occurrences in a snapshot are known, whether the places have changed.
    fn settle_places(&mut self) -> bool {
        // Fewer occurrences than before are a change, even if all of them are at known places.
        let in_force = self.places.len() - self.newest_places;
        if self.unchanged.is_some_and(|count| count < in_force) {
            self.unchanged = None;
        }
        if self.unchanged.is_none() {
            self.newest_places = self.places.len();
        }
        self.unchanged.is_none()
    }
}

impl DistinctClause {
    /// A clause of which only the first occurrence is known so far.
    fn first_at(first: FirstOccurrence) -> Self {
        Self {
            identity: ClauseIdentity::default(),
            text: String::new(),
            lead_in: None,
            runs: Vec::new(),
            places: Vec::new(),
            earlier: Vec::new(),
            first,
        }
    }
}

/// An index of a list in 32 bits, as most of the memory of a collapser is such indices.
fn list_index(index: usize) -> u32 {
    u32::try_from(index).expect("a list in memory has fewer than 2^32 entries")
}

#[cfg(test)]
impl CollapsedPolicy {
    /// A policy with one snapshot per text, one day apart from 1970-01-01 on.
    pub(crate) fn of_texts(texts: &[&str]) -> Self {
        use crate::model::{ArchiveTime, SnapshotSource};
        let mut collapser = Collapser::default();
        for (day, text) in (0..).zip(texts) {
            let source = SnapshotSource {
                corpus: String::new(),
                path: String::new(),
                commit: None,
                entry: None,
                line: None,
            };
            let info = SnapshotInfo {
                time: ArchiveTime::from_seconds(day * 86_400),
                source,
                url: None,
                archive_url: None,
                is_technical: false,
                metadata: String::new(),
                fingerprint: 0,
            };
            let text = collapser.add_text(*text);
            collapser.add_snapshot(info, SourceRecord::default(), text);
        }
        collapser.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(snapshot: &CollapsedSnapshot) -> Vec<u32> {
        snapshot.clauses.iter().map(|occurrence| occurrence.clause.get()).collect()
    }

    fn runs(policy: &CollapsedPolicy, text: &str) -> Vec<(u32, u32)> {
        let clause = policy.clauses.iter().find(|clause| clause.text == text).unwrap();
        clause.runs.iter().map(|run| (run.start.get(), run.last.get())).collect()
    }

    #[test]
    fn lives_have_gaps_and_newest_texts() {
        let policy = CollapsedPolicy::of_texts(&[
            "A b.\n\nIt’s c.",
            "It's c.",
            "It's c.\n\nA b.",
            "Other text.",
        ]);
        assert_eq!(runs(&policy, "A b."), [(0, 0), (2, 2)]);
        assert_eq!(runs(&policy, "It's c."), [(0, 2)]);
        assert_eq!(policy.clauses.len(), 3);
        assert_eq!(numbers(&policy.snapshots[2]), [1, 0]);
    }

    #[test]
    fn places_are_kept_as_changes() {
        let policy = CollapsedPolicy::of_texts(&[
            "# One\n\nSame text.",
            "# Two\n\nSame text.",
            "# Two\n\nSame text.\n\n# One\n\nSame text.",
        ]);
        let clause = policy.clauses.iter().find(|clause| clause.text == "Same text.").unwrap();
        let at: Vec<_> = clause.places.iter().map(|change| change.ordinal.get()).collect();
        assert_eq!(at, [0, 1, 2, 2]);
        assert_eq!(clause.places[0].place, clause.places[3].place);
        assert_eq!(policy.snapshots[2].clauses.len(), 4);
        assert_eq!(policy.snapshots[1].title.as_deref(), Some("Two"));
    }

    #[test]
    fn furniture_is_at_most_half_of_the_words_of_each_text() {
        let menu = "\u{FDD0}\nInternationalisation everywhere\n\u{FDD1}\n";
        let policy = CollapsedPolicy::of_texts(&[
            &format!("{menu}We do."),
            &format!("{menu}We."),
            &format!("{menu}We do.\n\nI."),
            &format!("{menu}We.\n\nI."),
            "We do.\n\nI.",
        ]);
        let marked: Vec<bool> = (0..5)
            .map(|snapshot: usize| {
                let mut clauses = policy.snapshots[snapshot].clauses.iter();
                clauses.any(|clause| policy.places[clause.place.index()].is_furniture)
            })
            .collect();
        assert_eq!(marked, [true, false, true, true, false]);
    }

    #[test]
    fn equal_words_under_other_lead_ins_are_other_clauses() {
        let policy = CollapsedPolicy::of_texts(&[
            "We may:\n\n* show ads\n",
            "We never:\n\n* show ads\n",
            "show ads",
        ]);
        let ads: Vec<_> =
            policy.clauses.iter().filter(|clause| clause.text == "show ads").collect();
        assert_eq!(ads.len(), 3);
    }

    #[test]
    fn spellings_change_without_a_new_clause() {
        let policy = CollapsedPolicy::of_texts(&["It’s c.", "It's c.", "It’s  c."]);
        assert_eq!(policy.clauses.len(), 1);
        assert_eq!(policy.clauses[0].text, "It’s c.");
        let earlier = &policy.clauses[0].earlier;
        let told: Vec<_> =
            earlier.iter().map(|earlier| (earlier.until.get(), earlier.text.as_str())).collect();
        assert_eq!(told, [(1, "It’s c."), (2, "It's c.")]);
    }

    #[test]
    fn a_collapsed_policy_collapses_to_itself() {
        let before = CollapsedPolicy::of_texts(&[
            "# One\n\nIt’s c.\n\nA b.",
            "# Two\n\nIt's c.",
            "# One\n\nIt’s c.\n\nA b.\n\nA b.",
        ]);
        let again = collapse_again(&before).unwrap();
        assert_eq!(again.headings, before.headings);
        assert_eq!(again.places, before.places);
        assert_eq!(again.snapshots, before.snapshots);
        assert_eq!(again.clauses.len(), before.clauses.len());
        for (again, before) in again.clauses.iter().zip(&before.clauses) {
            assert_eq!(again.identity, before.identity);
            assert_eq!(again.runs, before.runs);
            assert_eq!(again.places, before.places);
            assert_eq!(again.earlier, before.earlier);
            assert_eq!(again.first, before.first);
        }
    }

    #[test]
    fn damaged_policies_are_refused() {
        let whole = CollapsedPolicy::of_texts(&["# One\n\nA b."]);
        let mut damaged = whole.clone();
        damaged.snapshots[0].clauses[0].clause = ClauseNumber::new(9);
        assert!(collapse_again(&damaged).is_none());
        let mut damaged = whole.clone();
        damaged.snapshots[0].clauses[0].place = PlaceNumber::new(9);
        assert!(collapse_again(&damaged).is_none());
        let mut damaged = whole;
        damaged.headings.clear();
        assert!(collapse_again(&damaged).is_none());
    }

    /// Collapses a policy as an update does. The snapshots get hashes of their own, since the
    /// policy comes from texts without any.
    fn collapse_again(policy: &CollapsedPolicy) -> Option<CollapsedPolicy> {
        let mut policy = policy.clone();
        for (i, snapshot) in policy.snapshots.iter_mut().enumerate() {
            snapshot.record.text_hash[0] = i as u8;
        }
        let mut collapser = Collapser::default();
        let texts = collapser.add_policy(&policy)?;
        for (snapshot, text) in policy.snapshots.iter().zip(texts) {
            collapser.add_snapshot(snapshot.info.clone(), SourceRecord::default(), text);
        }
        Some(collapser.finish())
    }
}
