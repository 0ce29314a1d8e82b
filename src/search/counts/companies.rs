//! Which companies there are, which say something, and which do not.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::error::Result;
use crate::model::ArchiveTime;
use crate::search::Searcher;
use crate::search::request::Select;
use crate::search::select::{SnapshotSelection, each_policy};

/// Which of the companies with snapshots that count are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mentions {
    /// All.
    #[default]
    Whatever,
    /// Those that have a match.
    It,
    /// Those that have none.
    NotIt,
}

/// Companies in the order of their names (`schema/companies.schema.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompanyList {
    /// What is said or not said; `None` where it does not matter.
    pub query: Option<String>,
    /// How many companies have snapshots that count, whatever they say.
    pub of: u64,
    /// The companies.
    pub companies: Vec<CompanyEntry>,
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompanyEntry {
    /// Its name.
    pub company: String,
    /// Its policies with snapshots that count.
    pub policies: u64,
    /// Its snapshots that count.
    pub snapshots: u64,
    /// The archive date of the first of these.
    pub first: String,
    /// And of the last.
    pub last: String,
    /// How many distinct clauses match; `None` without a query.
    pub clauses: Option<u64>,
    /// How many policies have a match; `None` without a query.
    pub saying: Option<u64>,
}

/// What counts of a company.
struct Counting {
    policies: u64,
    snapshots: u64,
    span: (ArchiveTime, ArchiveTime),
}

impl Searcher {
    /// Lists companies. Without a query in `request`, clauses are looked at only if a filter of clauses is set: then those that have such a
    /// clause are listed.
    ///
    /// # Errors
    ///
    /// Those of [`Searcher::search`].
    pub fn companies(&self, select: &Select, saying: Mentions) -> Result<CompanyList> {
        self.index().guard(|| self.list_companies(select, saying))
    }

    fn list_companies(&self, select: &Select, saying: Mentions) -> Result<CompanyList> {
        let counting = self.counting(select)?;
        let has_query = saying != Mentions::Whatever;
        let matches = match has_query || select.filters.choose_clauses() {
            true => Some(self.matches_by_company(select)?),
            false => None,
        };
        let mut companies = Vec::new();
        for (number, (name, counting)) in &counting {
            let found =
                matches.as_ref().map(|matches| matches.get(number).copied().unwrap_or_default());
            let is_listed = match saying {
                Mentions::NotIt => found.is_none_or(|(clauses, _)| clauses == 0),
                Mentions::It | Mentions::Whatever => found.is_none_or(|(clauses, _)| clauses > 0),
            };
            if is_listed {
                let found = found.filter(|_| has_query);
                companies.push(CompanyEntry {
                    company: name.clone(),
                    policies: counting.policies,
                    snapshots: counting.snapshots,
                    first: counting.span.0.date(),
                    last: counting.span.1.date(),
                    clauses: found.map(|(clauses, _)| clauses),
                    saying: found.map(|(_, policies)| policies),
                });
            }
        }
        let query = has_query.then(|| select.query_text().to_owned());
        Ok(CompanyList { query, of: counting.len() as u64, companies })
    }

    /// By number of the company, which is the order of names: its name, and what counts of it.
    fn counting(&self, select: &Select) -> Result<BTreeMap<u32, (String, Counting)>> {
        let (index, filters) = (self.index(), &select.filters);
        let selection = SnapshotSelection::new(index, filters)?;
        let mut companies: BTreeMap<u32, (String, Counting)> = BTreeMap::new();
        each_policy(index, filters, &selection, |policy| {
            let Some(span) = policy.span() else { return };
            let Some(entry) = index.policies().get(policy.rank.get()) else { return };
            let company = companies.entry(index.policies().company(policy.rank.get()));
            let (_, counting) = company.or_insert_with(|| {
                (entry.key.company.clone(), Counting { policies: 0, snapshots: 0, span })
            });
            counting.policies += 1;
            counting.snapshots += policy.snapshots();
            counting.span = (counting.span.0.min(span.0), counting.span.1.max(span.1));
        })?;
        Ok(companies)
    }

    /// By number of the company: how many clauses match, of how many policies.
    fn matches_by_company(&self, select: &Select) -> Result<HashMap<u32, (u64, u64)>> {
        let mut matches: HashMap<u32, (u64, u64)> = HashMap::new();
        let mut last = None;
        self.each_match(select, false, &mut |_, found| {
            let (clauses, policies) =
                matches.entry(self.index().policies().company(found.rank.get())).or_default();
            *clauses += 1;
            // The matches of a policy come together.
            *policies += u64::from(last.replace(found.rank) != Some(found.rank));
            Ok(())
        })?;
        Ok(matches)
    }
}
