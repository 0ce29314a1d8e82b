//! Exact counts of what matches, per company, type, year and so on.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use serde::Serialize;

use crate::error::{MetadataUse, Result};
use crate::model::{ArchiveTime, PolicyKey, Rank};
use crate::search::Searcher;
use crate::search::hit::Totals;
use crate::search::matching::{Columns, Match};
use crate::search::request::Select;
use crate::search::select::{check_key, metadata_of};
use crate::search::show::ClauseReader;
use crate::search::totals::MatchCounter;

/// By what matches are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacetField {
    /// Whose policy it is.
    Company,
    /// Which policy of theirs.
    Type,
    /// The collection.
    Collection,
    /// The years of the chosen snapshots in which a clause matches: a clause counts in each.
    Year,
    /// The nearest heading above the clause where a search shows it.
    Section,
    /// Its language.
    Lang,
    /// What the metadata of the chosen snapshots in which it matches say under this key: a clause counts for each value.
    Metadata(String),
}

impl FromStr for FacetField {
    type Err = ();

    /// `company`, `type`, `collection`, `year`, `section`, `lang` or `meta:KEY`.
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        Ok(match text {
            "company" => FacetField::Company,
            "type" => FacetField::Type,
            "collection" => FacetField::Collection,
            "year" => FacetField::Year,
            "section" => FacetField::Section,
            "lang" => FacetField::Lang,
            _ => match text.strip_prefix("meta:") {
                Some(key) if !key.is_empty() => FacetField::Metadata(key.to_owned()),
                _ => return Err(()),
            },
        })
    }
}

impl std::fmt::Display for FacetField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FacetField::Company => f.write_str("company"),
            FacetField::Type => f.write_str("type"),
            FacetField::Collection => f.write_str("collection"),
            FacetField::Year => f.write_str("year"),
            FacetField::Section => f.write_str("section"),
            FacetField::Lang => f.write_str("lang"),
            FacetField::Metadata(key) => write!(f, "meta:{key}"),
        }
    }
}

/// Counts by value (`schema/facets.schema.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facets {
    /// The query as it was given.
    pub query: String,
    /// By what is counted.
    pub by: String,
    /// Sizes of the whole match set.
    pub totals: Totals,
    /// By value: years ascending, all others with most clauses first, equal ones in the order of their letters.
    pub facets: Vec<FacetCount>,
}

/// The counts of one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    /// The value; `None` of what has none.
    pub value: Option<String>,
    /// Distinct clauses that match.
    pub clauses: u64,
    /// Policies that have one.
    pub policies: u64,
    /// Companies that have one.
    pub companies: u64,
}

/// What is counted of one value.
#[derive(Default)]
struct Count {
    clauses: u64,
    policies: HashSet<Rank>,
    companies: HashSet<u32>,
}

impl Searcher {
    /// Counts the matches of `request` by a field; its order and amount are not looked at.
    ///
    /// # Errors
    ///
    /// Those of [`Searcher::search`], and a key that no metadata have.
    pub fn facets(&self, select: &Select, by: &FacetField) -> Result<Facets> {
        self.index().guard(|| self.count_facets(select, by))
    }

    fn count_facets(&self, select: &Select, by: &FacetField) -> Result<Facets> {
        let index = self.index();
        if let FacetField::Metadata(key) = by {
            check_key(index, MetadataUse::Facet, key)?;
        }
        let mut clauses = self.clause_reader();
        let mut counter = MatchCounter::default();
        let mut counts: HashMap<Option<String>, Count> = HashMap::new();
        let wants_times = *by == FacetField::Year;
        self.each_match(select, wants_times, &mut |segment, found| {
            counter.count(index, found);
            let values = match by {
                FacetField::Section => vec![section(&mut clauses, segment, found)?],
                _ => self.values(by, &self.columns()[segment as usize], found)?,
            };
            for value in values {
                let count = counts.entry(value).or_default();
                count.clauses += 1;
                count.policies.insert(found.rank);
                count.companies.insert(index.policies().company(found.rank.get()));
            }
            Ok(())
        })?;
        Ok(Facets {
            query: select.query_text().to_owned(),
            by: by.to_string(),
            totals: counter.totals(),
            facets: sorted(counts, by),
        })
    }

    /// The values of a match: each once.
    fn values(
        &self,
        by: &FacetField,
        columns: &Columns,
        found: &Match<'_>,
    ) -> Result<Vec<Option<String>>> {
        let name = |of: fn(&PolicyKey) -> &String| {
            vec![self.index().policies().get(found.rank.get()).map(|entry| of(&entry.key).clone())]
        };
        Ok(match by {
            FacetField::Company => name(|key| &key.company),
            FacetField::Type => name(|key| &key.policy_type),
            FacetField::Collection => name(|key| &key.collection),
            FacetField::Lang => {
                vec![columns.lang(found.doc).map(|lang| lang.to_string())]
            }
            FacetField::Year => {
                let ordinals = found.matching.iter().flat_map(|run| run.ordinals());
                let times = ordinals.filter_map(|ordinal| found.times.get(ordinal.index()));
                let years: BTreeSet<String> = times.map(|&time| year(time)).collect();
                years.into_iter().map(Some).collect()
            }
            FacetField::Metadata(key) => self.metadata(key, found)?,
            FacetField::Section => Vec::new(),
        })
    }

    /// What the snapshots of a match say under a key; `None` is among it if one says nothing.
    fn metadata(&self, key: &str, found: &Match<'_>) -> Result<Vec<Option<String>>> {
        let policy = self.policies().policy(self.index(), found.rank)?;
        let mut all = BTreeSet::new();
        for ordinal in found.matching.iter().flat_map(|run| run.ordinals()) {
            let values = self.policies().with_snapshot(
                self.index(),
                found.rank,
                &policy,
                ordinal,
                |snapshot| metadata_of(snapshot, key),
            )?;
            if values.is_empty() {
                all.insert(None);
            }
            all.extend(values.into_iter().map(Some));
        }
        Ok(all.into_iter().collect())
    }
}

/// The last heading above a match, where it is shown; `None` if there is none.
fn section(
    clauses: &mut ClauseReader<'_>,
    segment: u32,
    found: &Match<'_>,
) -> Result<Option<String>> {
    let location = clauses.location(segment, found)?;
    Ok(clauses.section(&location)?.pop())
}

fn year(time: i64) -> String {
    let date = ArchiveTime::from_seconds(time).date();
    date.rsplitn(3, '-').last().unwrap_or_default().to_owned()
}

fn sorted(counts: HashMap<Option<String>, Count>, by: &FacetField) -> Vec<FacetCount> {
    let facet = |(value, count): (Option<String>, Count)| FacetCount {
        value,
        clauses: count.clauses,
        policies: count.policies.len() as u64,
        companies: count.companies.len() as u64,
    };
    let mut facets: Vec<FacetCount> = counts.into_iter().map(facet).collect();
    match by {
        FacetField::Year => facets.sort_by(|a, b| a.value.cmp(&b.value)),
        _ => facets.sort_by(|a, b| b.clauses.cmp(&a.clauses).then_with(|| a.value.cmp(&b.value))),
    }
    facets
}
