//! Tests the generator of `benches/generate`: the same seed gives the same bytes, and its figures
//! are true.

#[path = "../../benches/generate/history.rs"]
pub mod history;

use std::collections::HashSet;

use history::{Made, Size};

fn stream(snapshots: u64, policies: u64, seed: u64) -> (String, Made) {
    let mut out = Vec::new();
    let made = history::write(Size { snapshots, policies, seed }, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), made)
}

#[test]
fn a_seed_always_gives_the_same_history() {
    assert_eq!(stream(50, 5, 1), stream(50, 5, 1));
    assert_ne!(stream(50, 5, 1).0, stream(50, 5, 2).0);
}

#[test]
fn the_figures_of_a_history_are_true() {
    let (stream, made) = stream(800, 24, 3);
    let commits: Vec<&str> = stream.split("commit refs/heads/main\n").skip(1).collect();
    let (mut texts, mut paths, mut planted, mut bytes) = (HashSet::new(), HashSet::new(), 0, 0);
    for commit in &commits {
        let (head, text) = commit.split_once(".md\"\ndata ").unwrap();
        let path = head.rsplit_once("inline \"").unwrap().1;
        let (length, text) = text.split_once('\n').unwrap();
        let text = &text[..length.parse().unwrap()];
        paths.insert(path);
        planted += u64::from(text.contains("sell **or**\nrent"));
        if texts.insert((path, text)) {
            bytes += text.len() as u64;
        }
    }
    assert_eq!((commits.len() as u64, paths.len() as u64), (made.snapshots, made.policies));
    assert_eq!((made.snapshots, made.policies), (800, 24));
    assert_eq!((texts.len() as u64, bytes), (made.texts, made.text_bytes));
    assert_eq!(planted, made.planted_snapshots);
    assert_eq!(made.snapshots, made.texts + made.returns);
    assert!(made.returns * 5 > made.snapshots && planted > 0, "{made:?}");
    assert!(made.distinct_paragraphs * 4 < made.paragraphs, "paragraphs are repeated: {made:?}");
}
