//! Collapse: the snapshots of one policy become its distinct clauses, each with the runs of snapshots in which it stood.
//!
//! Snapshots are numbered by *ordinals*, 0 the oldest. What can differ between the places of one clause - section path, kind, link
//! targets - is kept as changes by first ordinal, in tables of the policy.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::model::{Clause, Kind, SnapshotInfo};
use crate::section::Identity;

/// A stretch of ordinals, first and last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The first ordinal.
    pub start: u32,
    /// The last ordinal.
    pub last: u32,
}

/// A place of a clause: where and how it stands in a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The headings above it, as numbers of [`Collapsed::headings`], outermost first.
    pub section: Vec<u32>,
    /// What it is there.
    pub kind: Kind,
    /// The link targets in it there.
    pub links: Vec<String>,
}

/// From `ordinal` on the clause, where it stands, stands at `place` (several entries of one ordinal: several places, in order).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceChange {
    /// The first ordinal.
    pub ordinal: u32,
    /// A number of [`Collapsed::places`].
    pub place: u32,
}

/// A clause of a policy, once, with its life.
#[derive(Debug, Clone)]
pub struct DistinctClause {
    /// What makes it the same clause.
    pub identity: Identity,
    /// The rendered text of its newest occurrence (the first there).
    pub text: String,
    /// The lead-in or header row of its newest occurrence.
    pub lead_in: Option<String>,
    /// In which snapshots it stood: ascending, not touching.
    pub runs: Vec<Run>,
    /// Where it stood there: ascending by ordinal.
    pub places: Vec<PlaceChange>,
    /// First ordinal, and its place among the clauses there: the clause order of the policy.
    pub first: (u32, u32),
}

/// A snapshot in terms of distinct clauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollapsedSnapshot {
    /// What is known of it.
    pub info: SnapshotInfo,
    /// A 128-bit hash of its text: its fingerprint for updates.
    pub text_hash: [u8; 16],
    /// The text of its first top-level heading.
    pub title: Option<String>,
    /// Its clauses in reading order, as numbers of [`Collapsed::clauses`], and their places; a clause that stands twice is here twice.
    pub clauses: Vec<(u32, u32)>,
}

/// A policy with all its snapshots.
#[derive(Debug, Clone, Default)]
pub struct Collapsed {
    /// Distinct headings of section paths.
    pub headings: Vec<String>,
    /// Distinct places.
    pub places: Vec<Place>,
    /// Distinct clauses in clause order.
    pub clauses: Vec<DistinctClause>,
    /// Snapshots by ordinal.
    pub snapshots: Vec<CollapsedSnapshot>,
}

/// Collapses snapshots that arrive in order.
#[derive(Debug, Default)]
pub struct Collapser {
    policy: Collapsed,
    by_identity: HashMap<Identity, u32>,
    by_heading: HashMap<String, u32>,
    by_place: HashMap<Place, u32>,
}

impl Collapser {
    /// Adds the next snapshot.
    pub fn add(&mut self, info: SnapshotInfo, text_hash: [u8; 16], clauses: Vec<Clause>) {
        let ordinal = index(self.policy.snapshots.len());
        let title = clauses
            .iter()
            .find(|clause| clause.kind == Kind::Heading && clause.section.is_empty())
            .map(|clause| clause.text.clone());
        let mut standing: Vec<(u32, u32)> = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let position = index(standing.len());
            let place = self.place(&clause);
            let number = self.clause(clause, ordinal, position);
            standing.push((number, place));
        }
        self.note_places(ordinal, &standing);
        self.policy.snapshots.push(CollapsedSnapshot { info, text_hash, title, clauses: standing });
    }

    /// The policy with all snapshots added so far.
    pub fn finish(self) -> Collapsed {
        self.policy
    }

    fn place(&mut self, clause: &Clause) -> u32 {
        let section = clause.section.iter().map(|heading| self.heading(heading)).collect();
        let place = Place { section, kind: clause.kind, links: clause.links.clone() };
        if let Some(&number) = self.by_place.get(&place) {
            return number;
        }
        let number = index(self.policy.places.len());
        self.policy.places.push(place.clone());
        self.by_place.insert(place, number);
        number
    }

    fn heading(&mut self, heading: &str) -> u32 {
        if let Some(&number) = self.by_heading.get(heading) {
            return number;
        }
        let number = index(self.policy.headings.len());
        self.policy.headings.push(heading.to_owned());
        self.by_heading.insert(heading.to_owned(), number);
        number
    }

    /// The number of a clause that stands at `position` of snapshot `ordinal`, with its life and newest text brought up to date.
    fn clause(&mut self, clause: Clause, ordinal: u32, position: u32) -> u32 {
        let identity = Identity::of(&clause);
        let lead_in = clause.lead_in.as_deref().map(str::to_owned);
        let Some(&number) = self.by_identity.get(&identity) else {
            let number = index(self.policy.clauses.len());
            self.by_identity.insert(identity.clone(), number);
            self.policy.clauses.push(DistinctClause {
                identity,
                text: clause.text,
                lead_in,
                runs: vec![Run { start: ordinal, last: ordinal }],
                places: Vec::new(),
                first: (ordinal, position),
            });
            return number;
        };
        let known = &mut self.policy.clauses[number as usize];
        let stood_until = known.runs.last_mut();
        match stood_until {
            // A second place in the same snapshot: the first one's text stays.
            Some(run) if run.last == ordinal => return number,
            Some(run) if run.last + 1 == ordinal => run.last = ordinal,
            _ => known.runs.push(Run { start: ordinal, last: ordinal }),
        }
        known.text = clause.text;
        known.lead_in = lead_in;
        number
    }

    /// Keeps the places of each clause of this snapshot if they are not those of the snapshot where it stood last.
    fn note_places(&mut self, ordinal: u32, standing: &[(u32, u32)]) {
        let mut by_clause = standing.to_vec();
        // Stable: the places of a clause stay in reading order.
        by_clause.sort_by_key(|&(clause, _)| clause);
        for group in by_clause.chunk_by(|a, b| a.0 == b.0) {
            let clause = &mut self.policy.clauses[group[0].0 as usize];
            let last = clause.places.last().map(|change| change.ordinal);
            let known =
                clause.places.iter().filter(|change| Some(change.ordinal) == last).map(|change| change.place);
            if !known.eq(group.iter().map(|&(_, place)| place)) {
                clause.places.extend(group.iter().map(|&(_, place)| PlaceChange { ordinal, place }));
            }
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
    use crate::model::{ArchiveTime, Source};
    use crate::section::section;

    fn collapse(texts: &[&str]) -> Collapsed {
        let mut collapser = Collapser::default();
        for (i, text) in texts.iter().enumerate() {
            let source =
                Source { corpus: String::new(), path: String::new(), commit: None, entry: None, line: None };
            let time = ArchiveTime::from_seconds(i as i64 * 86_400);
            let info = SnapshotInfo {
                time,
                source,
                url: None,
                archive_url: None,
                is_technical: false,
                metadata: String::new(),
                file: None,
            };
            collapser.add(info, [0; 16], section(text));
        }
        collapser.finish()
    }

    fn runs(policy: &Collapsed, text: &str) -> Vec<(u32, u32)> {
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
        let policy = collapse(&["We may:\n\n* show ads\n", "We never:\n\n* show ads\n", "show ads"]);
        let ads: Vec<_> = policy.clauses.iter().filter(|clause| clause.text == "show ads").collect();
        assert_eq!(ads.len(), 3);
    }
}
