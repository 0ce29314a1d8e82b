//! What a search is asked for.

use std::str::FromStr;

use super::scope::Scope;
use crate::lang::Lang;
use crate::model::{Kind, Period};
use crate::query::Matching;

/// A search.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// The query, in the language of [`crate::query`].
    pub query: String,
    /// What bare words are: a phrase, or a set.
    pub matching: Matching,
    /// Whether words match in all their forms (`sell`, `selling`).
    pub has_forms: bool,
    /// In what the words must stand together.
    pub scope: Scope,
    /// Which snapshots and clauses count.
    pub filters: Filters,
    /// The order of hits.
    pub sort: Sort,
    /// Which hits are shown as one.
    pub group: Group,
    /// Which of them is shown.
    pub member: Member,
    /// Hands out some hits (or groups) that chance picked, not all.
    pub sample: Option<Sample>,
    /// How many hits to hand out; `None`: all.
    pub limit: Option<usize>,
    /// How many to leave out first.
    pub offset: usize,
    /// How many clauses before and after each hit come with it.
    pub context: usize,
    /// Whether each hit comes with the parts of its score.
    pub is_explained: bool,
}

/// The filters of every query command. Repeated names are alternatives; different filters must all hold.
#[derive(Debug, Clone, Default)]
pub struct Filters {
    /// Names or globs of companies.
    pub companies: Vec<String>,
    /// Names or globs of policy types.
    pub types: Vec<String>,
    /// Names or globs of collections.
    pub collections: Vec<String>,
    /// Phrases of which one must stand in a heading above the clause.
    pub sections: Vec<String>,
    /// Kinds of which the clause must be one.
    pub kinds: Vec<Kind>,
    /// Languages of which the clause's must be one.
    pub langs: Vec<Lang>,
    /// What the metadata of a snapshot must say: key, and value or glob. All must hold.
    pub metadata: Vec<(String, String)>,
    /// Which snapshots of each policy count.
    pub dates: Dates,
}

/// The snapshots of a policy that count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dates {
    /// All.
    #[default]
    All,
    /// Those dated inside, ends included; either end may be open.
    Between {
        /// From the start of this period.
        since: Option<Period>,
        /// To the end of this period.
        until: Option<Period>,
    },
    /// The newest up to the end of the period.
    AsOf(Period),
    /// The newest.
    Latest,
}

impl Dates {
    /// The ordinals that count, `from..to`, of a policy with these archive times (ascending).
    pub(crate) fn ordinals(self, times: &[i64]) -> std::ops::Range<u32> {
        let before = |bound: i64| times.partition_point(|&time| time < bound) as u32;
        let until = |bound: i64| times.partition_point(|&time| time <= bound) as u32;
        let all = times.len() as u32;
        match self {
            Dates::All => 0..all,
            Dates::Latest => all.saturating_sub(1)..all,
            Dates::AsOf(period) => {
                let end = until(period.last().seconds());
                end.saturating_sub(1)..end
            }
            Dates::Between { since, until: last } => {
                let start = since.map_or(0, |period| before(period.start().seconds()));
                let end = last.map_or(all, |period| until(period.last().seconds()));
                start..end.max(start)
            }
        }
    }

    /// Whether the ordinals depend on archive times at all.
    pub(crate) fn needs_times(self) -> bool {
        matches!(self, Dates::Between { .. } | Dates::AsOf(_))
    }
}

/// The order of hits. Equal ones follow by company, type, collection and clause order: the order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best score first.
    #[default]
    Relevance,
    /// Newest archive date first.
    Newest,
    /// Oldest archive date first.
    Oldest,
    /// Earliest first appearance first.
    FirstSeen,
    /// By company.
    Company,
}

/// Which hits are shown as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    /// Each on its own.
    #[default]
    None,
    /// Equal clauses of all companies.
    Text,
    /// One per policy.
    Policy,
    /// One per company.
    Company,
}

/// Which hit of a group stands for it. Of equal ones, the first in the order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Member {
    /// The first in the order that was asked for.
    #[default]
    Best,
    /// The one with the newest archive date.
    Newest,
    /// The one with the oldest.
    Oldest,
}

/// Hits that chance picked: each as likely as any other. The same seed picks the same clauses, on any machine and in any format, and of a
/// corpus that grew the same ones as far as they are still among the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How many at most.
    pub size: usize,
    /// Which of all samples.
    pub seed: u64,
}

/// `--limit`: a number or `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub Option<usize>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self(None));
        }
        text.parse()
            .map(|limit| Self(Some(limit)))
            .map_err(|_| format!("`{text}` is neither a number nor `all`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_choose_ordinals() {
        let times = [10, 20, 20, 86_400 + 5, 3 * 86_400];
        let day = |d: &str| d.parse::<Period>().unwrap();
        assert_eq!(Dates::All.ordinals(&times), 0..5);
        assert_eq!(Dates::Latest.ordinals(&times), 4..5);
        assert_eq!(Dates::Latest.ordinals(&[]), 0..0);
        assert_eq!(Dates::AsOf(day("1970-01-01")).ordinals(&times), 2..3);
        assert_eq!(Dates::AsOf(day("1970-01-03")).ordinals(&times), 3..4);
        assert!(Dates::AsOf(day("1969")).ordinals(&times).is_empty());
        let between = |since: Option<&str>, until: Option<&str>| {
            Dates::Between { since: since.map(day), until: until.map(day) }.ordinals(&times)
        };
        assert_eq!(between(Some("1970-01-02"), None), 3..5);
        assert_eq!(between(None, Some("1970-01-02")), 0..4);
        assert!(between(Some("1971"), Some("1970")).is_empty());
    }
}
