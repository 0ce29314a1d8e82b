//! The sets of patterns that matched, each kept once: a row holds only the number of its set.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::search::matching::MatchedPattern;

/// The distinct sets of patterns of the rows of one search. Most searches have one or a few.
#[derive(Default)]
pub(crate) struct MatchedSets {
    sets: Vec<Box<[usize]>>,
    by_set: HashMap<Box<[usize]>, u32, FxBuildHasher>,
    /// The set at hand: kept, so that no list is made per row.
    set: Vec<usize>,
}

impl MatchedSets {
    /// The number of the set of these patterns. Their counts do not matter.
    pub fn number(&mut self, matched: &[MatchedPattern]) -> u32 {
        self.set.clear();
        self.set.extend(matched.iter().map(|matched| matched.pattern));
        if let Some(&number) = self.by_set.get(self.set.as_slice()) {
            return number;
        }
        let number = self.sets.len() as u32;
        self.sets.push(self.set.as_slice().into());
        self.by_set.insert(self.set.as_slice().into(), number);
        number
    }

    /// The patterns of the set with this number, as numbers of the plan.
    pub fn patterns(&self, number: u32) -> &[usize] {
        &self.sets[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_sets_have_one_number() {
        let mut sets = MatchedSets::default();
        let set = |patterns: &[usize], count| -> Vec<MatchedPattern> {
            patterns.iter().map(|&pattern| MatchedPattern { pattern, count }).collect()
        };
        assert_eq!(sets.number(&set(&[0, 2], 1)), 0);
        assert_eq!(sets.number(&set(&[], 1)), 1);
        assert_eq!(sets.number(&set(&[0, 2], 5)), 0);
        assert_eq!(sets.patterns(0), [0, 2]);
        assert!(sets.patterns(1).is_empty());
    }
}
