//! Collapsing: the distinct clauses of a policy give back its snapshots.

use fineprint::collapse::{Collapser, FirstOccurrence};
use fineprint::model::{
    ArchiveTime, Clause, ClauseKind, Ordinal, PlaceNumber, SnapshotInfo, SnapshotSource,
};
use fineprint::section::{ClauseIdentity, section};
use proptest::collection::vec;
use proptest::prelude::*;

use super::cases;
use super::sections::debris;
use crate::library::body;
use crate::oracle::corpus as model;

fn info(time: i64) -> SnapshotInfo {
    let source = SnapshotSource {
        corpus: String::new(),
        path: String::new(),
        commit: None,
        entry: None,
        line: None,
    };
    SnapshotInfo {
        time: ArchiveTime::from_seconds(time),
        source,
        url: None,
        archive_url: None,
        is_technical: false,
        metadata: String::new(),
        fingerprint: 0,
    }
}

/// A clause in a snapshot: its identity, kind, section path and links, but not the style of its
/// text.
type Occurrence = (ClauseIdentity, ClauseKind, Vec<String>, Vec<String>);

fn occurrence(clause: &Clause) -> Occurrence {
    (ClauseIdentity::of(clause), clause.kind, clause.section.to_vec(), clause.links.clone())
}

/// Checks that the collapsed policy gives back its snapshots in both ways that the index uses: from
/// the list of clauses of each snapshot, and from the runs of each clause.
fn check_collapse(snapshots: &[Vec<Clause>]) {
    let mut collapser = Collapser::default();
    for (clauses, time) in snapshots.iter().zip(0..) {
        let text = collapser.add_clauses(clauses.clone());
        collapser.add_snapshot(info(time), fineprint::collapse::SourceRecord::default(), text);
    }
    let policy = collapser.finish();
    let place = |number: PlaceNumber| {
        let place = &policy.places[number.index()];
        let section = place
            .section
            .iter()
            .map(|&heading| policy.headings[heading as usize].clone())
            .collect();
        (place.kind, section, place.links.clone())
    };
    for (ordinal, clauses) in snapshots.iter().enumerate() {
        let expected: Vec<Occurrence> = clauses.iter().map(occurrence).collect();
        let listed: Vec<Occurrence> = policy.snapshots[ordinal]
            .clauses
            .iter()
            .map(|listed| {
                let (kind, section, links): (ClauseKind, Vec<String>, Vec<String>) =
                    place(listed.place);
                (policy.clauses[listed.clause.index()].identity.clone(), kind, section, links)
            })
            .collect();
        assert_eq!(listed, expected);
        for clause in &policy.clauses {
            let ordinal = Ordinal::from_index(ordinal);
            let here: Vec<_> = expected
                .iter()
                .filter(|s| s.0 == clause.identity)
                .map(|s| (s.1, s.2.clone(), s.3.clone()))
                .collect();
            let occurs = clause.runs.iter().any(|run| run.contains(ordinal));
            assert_eq!(occurs, !here.is_empty(), "{} in {ordinal}", clause.text);
            if occurs {
                let since = clause
                    .places
                    .iter()
                    .map(|change| change.ordinal)
                    .filter(|&o| o <= ordinal)
                    .max();
                let places = clause.places.iter().filter(|change| Some(change.ordinal) == since);
                assert_eq!(places.map(|change| place(change.place)).collect::<Vec<_>>(), here);
            }
        }
    }
    for (number, clause) in policy.clauses.iter().enumerate() {
        assert!(
            clause.runs.windows(2).all(|pair| pair[0].last.next() < pair[1].start),
            "runs {:?}",
            clause.runs
        );
        let last = clause.runs.last().unwrap().last.index();
        let newest =
            snapshots[last].iter().find(|c| ClauseIdentity::of(c) == clause.identity).unwrap();
        assert_eq!(
            (&clause.text, clause.lead_in.as_deref()),
            (&newest.text, newest.lead_in.as_deref())
        );
        let FirstOccurrence { ordinal, position } = clause.first;
        let first = &policy.snapshots[ordinal.index()].clauses[position as usize];
        assert_eq!(first.clause.index(), number);
        assert_eq!(ordinal, clause.runs[0].start);
    }
    assert!(policy.clauses.is_sorted_by(|a, b| a.first < b.first), "clauses are in clause order");
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn collapsed_clauses_give_the_snapshots_back(
        corpus in model::corpora(),
        debris in vec(debris(), 3),
        picks in vec(0..3_usize, 6),
    ) {
        for policy in model::policies(&corpus) {
            let life = model::life_of(&corpus, &policy);
            let texts = life.iter().map(|snapshot| body(&model::markdown(snapshot)));
            check_collapse(&texts.map(|text| section(&text)).collect::<Vec<_>>());
        }
        check_collapse(&picks.iter().map(|&pick| section(&debris[pick])).collect::<Vec<_>>());
    }
}
