//! Counts what matches by a field: by company, type, year and so on. The counts are exact.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{MetadataUse, Result};
use crate::index::{LangChange, OpenIndex, PolicyTable};
use crate::lang::Lang;
use crate::model::{ArchiveTime, Ordinal, Rank, as_text};
use crate::search::Searcher;
use crate::search::hit::Totals;
use crate::search::matching::Match;
use crate::search::request::Select;
use crate::search::select::{check_key, metadata_of};
use crate::search::totals::MatchCounter;

/// The field by which matches are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FacetField {
    /// The company.
    Company,
    /// The policy type.
    Type,
    /// The collection.
    Collection,
    /// The years of the selected snapshots that contain the match. A clause counts in each of them.
    Year,
    /// The innermost heading above the clause, at the place that a search shows.
    Section,
    /// The language of the newest selected snapshot that contains the match, which a search shows.
    Lang,
    /// The values of this metadata key in the selected snapshots that contain the match. A clause
    /// counts for each of them.
    Metadata(String),
}

impl FromStr for FacetField {
    type Err = ();

    /// Reads `company`, `type`, `collection`, `year`, `section`, `lang` or `meta:KEY`.
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

impl fmt::Display for FacetField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// Counts by the values of a field (`schema/facets.schema.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Facets {
    /// The query as it was given.
    pub query: String,
    /// The field.
    #[serde(serialize_with = "as_text::text")]
    pub by: FacetField,
    /// The size of the whole match set.
    pub totals: Totals,
    /// One entry per value. Years ascend. Other values are in descending order of their clauses,
    /// and values with equally many clauses are in alphabetical order.
    pub facets: Vec<FacetCount>,
}

/// The matches that have one value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FacetCount {
    /// The value, or `None` for the matches that have none.
    pub value: Option<String>,
    /// The number of distinct clauses.
    pub clauses: u64,
    /// The number of policies with one of those clauses.
    pub policies: u64,
    /// The number of companies with one of those clauses.
    pub companies: u64,
}

impl Searcher {
    /// Counts the matches of `select` by a field.
    ///
    /// # Errors
    ///
    /// The same as [`Searcher::search`], and a metadata key that no snapshot has.
    pub fn facets(&self, select: &Select, by: &FacetField) -> Result<Facets> {
        self.index().guard(|| self.count_facets(select, by))
    }

    fn count_facets(&self, select: &Select, by: &FacetField) -> Result<Facets> {
        let index = self.index();
        if let FacetField::Metadata(key) = by {
            check_key(index, MetadataUse::Facet, key)?;
        }
        let mut clauses = self.clause_reader();
        let mut totals = MatchCounter::default();
        let mut values = ValueCounter::default();
        let mut langs = SnapshotLangs::default();
        let wants_times = *by == FacetField::Year;
        let left_out = self.each_match(select, wants_times, &mut |segment, found| {
            totals.count(found);
            let of_match = match by {
                FacetField::Section => {
                    let location = clauses.location(segment, found)?;
                    vec![FacetValue::Text(clauses.section(&location)?.pop())]
                }
                FacetField::Lang => {
                    let lang = langs.of(index, found.rank, found.newest())?;
                    vec![FacetValue::Text(lang.map(|lang| lang.to_string()))]
                }
                _ => self.values(by, found)?,
            };
            for value in of_match {
                values.count(value, found.rank, found.record.company);
            }
            Ok(())
        })?;
        Ok(Facets {
            query: select.query_text().to_owned(),
            by: by.clone(),
            totals: totals.totals(left_out),
            facets: values.into_facets(by, index.policies())?,
        })
    }

    /// Returns the values of a match, each once. Sections and languages are read elsewhere.
    fn values(&self, by: &FacetField, found: &Match<'_>) -> Result<Vec<FacetValue>> {
        Ok(match by {
            FacetField::Company => vec![FacetValue::Name(found.record.company)],
            FacetField::Type => vec![FacetValue::Name(found.record.policy_type)],
            FacetField::Collection => vec![FacetValue::Name(found.record.collection)],
            FacetField::Year => texts(self.years(found)?.into_iter().map(Some)),
            FacetField::Metadata(key) => texts(self.metadata(key, found)?.into_iter()),
            FacetField::Section | FacetField::Lang => Vec::new(),
        })
    }

    /// Returns the years of the selected snapshots that contain the match.
    fn years(&self, found: &Match<'_>) -> Result<BTreeSet<String>> {
        let years = ordinals(found).map(|ordinal| {
            let time = found.times.get(ordinal.index());
            let time = time.ok_or_else(|| self.index().damaged("an archive time is missing"))?;
            Ok(year(*time))
        });
        years.collect()
    }

    /// Returns the values of a metadata key in the selected snapshots that contain the match. They
    /// include `None` if one of the snapshots has no value.
    fn metadata(&self, key: &str, found: &Match<'_>) -> Result<Vec<Option<String>>> {
        let policy = self.policies().policy(self.index(), found.rank)?;
        let mut all = BTreeSet::new();
        for ordinal in ordinals(found) {
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

/// The languages of the snapshots of the policy at hand: the matches of a policy come together.
#[derive(Default)]
struct SnapshotLangs {
    rank: Option<Rank>,
    changes: Vec<LangChange>,
}

impl SnapshotLangs {
    /// The language of a snapshot of the policy with this rank.
    fn of(&mut self, index: &OpenIndex, rank: Rank, ordinal: Ordinal) -> Result<Option<Lang>> {
        if self.rank != Some(rank) {
            let hash = index.policies().record(rank)?.hash;
            self.changes = index.langs(index.policy_address(hash)?)?;
            self.rank = Some(rank);
        }
        let later = self.changes.partition_point(|change| change.ordinal <= ordinal);
        Ok(later.checked_sub(1).and_then(|at| self.changes[at].lang))
    }
}

/// Returns the ordinals of the selected snapshots that contain the match.
fn ordinals(found: &Match<'_>) -> impl Iterator<Item = Ordinal> {
    found.matching.iter().flat_map(|run| run.ordinals())
}

/// Returns the year of a time: its UTC day without month and day.
fn year(time: ArchiveTime) -> String {
    let date = time.date();
    date[..date.len() - "-MM-DD".len()].to_owned()
}

/// A value of a field.
#[derive(PartialEq, Eq, Hash)]
enum FacetValue {
    /// The name with this number in the table of policies.
    Name(u32),
    /// Another text, or none.
    Text(Option<String>),
}

fn texts(texts: impl Iterator<Item = Option<String>>) -> Vec<FacetValue> {
    texts.map(FacetValue::Text).collect()
}

impl FacetValue {
    /// The value as a text.
    fn into_text(self, policies: &PolicyTable) -> Result<Option<String>> {
        Ok(match self {
            Self::Name(number) => Some(policies.name(number)?.to_owned()),
            Self::Text(text) => text,
        })
    }
}

/// Counts clauses, policies and companies by value.
#[derive(Default)]
struct ValueCounter(HashMap<FacetValue, ValueCount>);

#[derive(Default)]
struct ValueCount {
    clauses: u64,
    policies: HashSet<Rank>,
    /// Numbers of companies.
    companies: HashSet<u32>,
}

impl ValueCounter {
    /// Counts one clause of this policy and company for a value.
    fn count(&mut self, value: FacetValue, rank: Rank, company: u32) {
        let count = self.0.entry(value).or_default();
        count.clauses += 1;
        count.policies.insert(rank);
        count.companies.insert(company);
    }

    /// Returns the counts in the order of [`Facets::facets`].
    fn into_facets(self, by: &FacetField, policies: &PolicyTable) -> Result<Vec<FacetCount>> {
        let mut facets = Vec::with_capacity(self.0.len());
        for (value, count) in self.0 {
            facets.push(FacetCount {
                value: value.into_text(policies)?,
                clauses: count.clauses,
                policies: count.policies.len() as u64,
                companies: count.companies.len() as u64,
            });
        }
        facets.sort_by(|a, b| a.value.cmp(&b.value));
        if *by != FacetField::Year {
            // The sort is stable, so that values with equally many clauses keep their order.
            facets.sort_by_key(|facet| std::cmp::Reverse(facet.clauses));
        }
        Ok(facets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_they_are_printed() {
        for name in ["company", "type", "collection", "year", "section", "lang", "meta:rank"] {
            assert_eq!(name.parse::<FacetField>().map(|field| field.to_string()), Ok(name.into()));
        }
        for other in ["", "meta:", "years", "meta"] {
            assert_eq!(other.parse::<FacetField>(), Err(()), "{other}");
        }
    }

    #[test]
    fn years_keep_their_digits() {
        assert_eq!(year(ArchiveTime::from_seconds(0)), "1970");
        assert_eq!(year(ArchiveTime::from_seconds(i64::MAX)), "9999");
        assert_eq!(year(ArchiveTime::from_seconds(-62_198_755_200)), "-000001");
    }

    /// The values in their order, each with its clauses and policies.
    fn counted(by: &FacetField) -> Vec<(String, u64, u64)> {
        let mut counter = ValueCounter::default();
        for (value, rank) in [("2019", 0), ("2018", 0), ("2020", 1), ("2020", 2), ("2020", 2)] {
            counter.count(FacetValue::Text(Some(value.to_owned())), Rank::new(rank), 0);
        }
        let facets = counter.into_facets(by, &PolicyTable::new(Vec::new())).unwrap();
        let facets = facets.into_iter();
        facets.map(|facet| (facet.value.unwrap(), facet.clauses, facet.policies)).collect()
    }

    #[test]
    fn values_are_ordered_by_clauses_and_years_by_time() {
        let (y2018, y2019) = (("2018".to_owned(), 1, 1), ("2019".to_owned(), 1, 1));
        let y2020 = ("2020".to_owned(), 3, 2);
        assert_eq!(counted(&FacetField::Company), [y2020.clone(), y2018.clone(), y2019.clone()]);
        assert_eq!(counted(&FacetField::Year), [y2018, y2019, y2020]);
    }
}
