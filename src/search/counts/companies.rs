//! Lists companies: all of them, those with a match, or those without one.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::error::Result;
use crate::model::{ArchiveTime, as_text};
use crate::search::Searcher;
use crate::search::request::Select;
use crate::search::select::{SnapshotSelection, each_policy};

/// Which companies are listed, among those that have a selected snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mentions {
    /// All companies. The query is not used.
    #[default]
    Ignored,
    /// The companies that have a match.
    Required,
    /// The companies that have no match.
    Excluded,
}

/// Companies in the order of their names (`schema/companies.schema.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CompanyList {
    /// The query as it was given, or `None` if it was not used.
    pub query: Option<String>,
    /// The number of companies that have a selected snapshot, listed or not.
    pub of: u64,
    /// The listed companies.
    pub companies: Vec<CompanyEntry>,
}

/// One company. Policies and snapshots are counted as far as the filters select them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CompanyEntry {
    /// The name of the company.
    pub company: String,
    /// The number of its policies that have a selected snapshot.
    pub policies: u64,
    /// The number of its selected snapshots.
    pub snapshots: u64,
    /// The archive time of the oldest of them. JSON has its date.
    #[serde(serialize_with = "as_text::date")]
    pub first: ArchiveTime,
    /// The archive time of the newest of them. JSON has its date.
    #[serde(serialize_with = "as_text::date")]
    pub last: ArchiveTime,
    /// The number of distinct clauses that match, or `None` if the query was not used.
    pub clauses: Option<u64>,
    /// The number of policies that have a match, or `None` if the query was not used.
    pub saying: Option<u64>,
}

/// The selected snapshots of a company.
struct SelectedCompany {
    name: String,
    policies: u64,
    snapshots: u64,
    first: ArchiveTime,
    last: ArchiveTime,
}

impl SelectedCompany {
    /// A company without policies, whose first policy has snapshots from `first` to `last`.
    fn new(name: &str, first: ArchiveTime, last: ArchiveTime) -> Self {
        Self { name: name.to_owned(), policies: 0, snapshots: 0, first, last }
    }

    /// Adds a policy with this number of selected snapshots, from `first` to `last`.
    fn add(&mut self, snapshots: u64, first: ArchiveTime, last: ArchiveTime) {
        self.policies += 1;
        self.snapshots += snapshots;
        self.first = self.first.min(first);
        self.last = self.last.max(last);
    }

    /// Makes the entry of the company. `found` is `None` if the query was not used.
    fn entry(&self, found: Option<CompanyMatches>) -> CompanyEntry {
        CompanyEntry {
            company: self.name.clone(),
            policies: self.policies,
            snapshots: self.snapshots,
            first: self.first,
            last: self.last,
            clauses: found.map(|found| found.clauses),
            saying: found.map(|found| found.policies),
        }
    }
}

/// The matches of a company.
#[derive(Clone, Copy, Default)]
struct CompanyMatches {
    clauses: u64,
    policies: u64,
}

impl Searcher {
    /// Lists companies.
    ///
    /// With [`Mentions::Ignored`], clauses are searched only if `select` has a filter of clauses.
    /// Then the companies that have such a clause are listed.
    ///
    /// # Errors
    ///
    /// The same as [`Searcher::search`].
    pub fn companies(&self, select: &Select, mentions: Mentions) -> Result<CompanyList> {
        self.index().guard(|| {
            let selected = self.selected_companies(select)?;
            let has_query = mentions != Mentions::Ignored;
            let matches = match has_query || select.filters.choose_clauses() {
                true => Some(self.matches_by_company(select, has_query)?),
                false => None,
            };
            let mut companies = Vec::new();
            for (number, company) in &selected {
                let found =
                    matches.as_ref().map(|all| all.get(number).copied().unwrap_or_default());
                let has_match = found.is_none_or(|found| found.clauses > 0);
                if has_match != (mentions == Mentions::Excluded) {
                    companies.push(company.entry(found.filter(|_| has_query)));
                }
            }
            let query = has_query.then(|| select.query_text().to_owned());
            Ok(CompanyList { query, of: selected.len() as u64, companies })
        })
    }

    /// Returns the companies that have a selected snapshot, by number. Numbers are in the order of
    /// names.
    fn selected_companies(&self, select: &Select) -> Result<BTreeMap<u32, SelectedCompany>> {
        let selection = SnapshotSelection::new(self.index(), &select.filters)?;
        let policies = self.index().policies();
        let mut companies: BTreeMap<u32, SelectedCompany> = BTreeMap::new();
        each_policy(self.index(), &select.filters, &selection, |policy| {
            let Some((first, last)) = policy.span() else { return Ok(()) };
            let company = match companies.entry(policy.company) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let name = policies.name(policy.company)?;
                    new.insert(SelectedCompany::new(name, first, last))
                }
            };
            company.add(policy.snapshots(), first, last);
            Ok(())
        })?;
        Ok(companies)
    }

    /// Counts the matches of each company, by number.
    fn matches_by_company(
        &self,
        select: &Select,
        has_query: bool,
    ) -> Result<HashMap<u32, CompanyMatches>> {
        let query = select.query.clone().filter(|_| has_query);
        let select = Select { query, ..select.clone() };
        let mut matches: HashMap<u32, CompanyMatches> = HashMap::new();
        let mut last_rank = None;
        self.each_match(&select, false, &mut |_, found| {
            let company = matches.entry(found.record.company).or_default();
            company.clauses += 1;
            // The matches of a policy come together.
            company.policies += u64::from(last_rank.replace(found.rank) != Some(found.rank));
            Ok(())
        })?;
        Ok(matches)
    }
}
