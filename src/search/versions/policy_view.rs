//! One policy of an index, found by name: its versions, their differences and its history.
//!
//! ```
//! use fineprint::search::PolicyChoice;
//! # use fineprint::index::{BuildOptions, CorpusScan, OpenIndex, build};
//! # use fineprint::progress::SilentProgress;
//! # let temporary = tempfile::tempdir()?;
//! # let folder = temporary.path().join("index");
//! # let scan = CorpusScan::new(&["data/policies".into()], "default", &SilentProgress)?;
//! # let options = BuildOptions { index: folder.clone(), ..BuildOptions::default() };
//! # build(scan, &options, &SilentProgress)?;
//! # let index = OpenIndex::open(&folder)?;
//!
//! let policy = index.policy("linden-bank.example")?;
//! assert_eq!(policy.key().policy_type, "Privacy Policy");
//!
//! // The newest snapshot that was archived by the end of 2009.
//! let version = policy.at("2009".parse()?)?;
//! assert_eq!(version.snapshot.archive_time.date(), "2008-03-22");
//! for clause in &version.clauses {
//!     println!("{}", clause.text);
//! }
//!
//! // Where a company has several policies, the choice says which one.
//! let types = vec!["Privacy Policy".to_owned()];
//! let choice = PolicyChoice { types, ..PolicyChoice::from("linden-bank.example") };
//! assert_eq!(index.policy(choice)?.key(), policy.key());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeSet;

use super::comparison::VersionComparison;
use super::history::PolicyHistory;
use super::version::{PolicyVersion, VersionReader};
use crate::error::{Error, Result};
use crate::index::OpenIndex;
use crate::model::{ArchiveTime, Ordinal, Period, PolicyKey, Rank};
use crate::search::Searcher;
use crate::search::plan::ranks_named;
use crate::search::request::{Filters, Select, SnapshotDates};
use crate::search::select::{PolicySnapshots, SnapshotSelection};

/// The policy to look for. The names must leave exactly one policy of the index.
///
/// A name is the exact name if there is one, else the name whatever its case and accents, else a
/// glob if it has `*`, `?` or `[`. `&str` and `String` convert into the choice of the only policy
/// of that company.
#[derive(Debug, Clone, Default)]
pub struct PolicyChoice {
    /// The company.
    pub company: String,
    /// The policy types that are allowed, or none if any is.
    pub types: Vec<String>,
    /// The collections that are allowed, or none if any is.
    pub collections: Vec<String>,
    /// Whether snapshots are ignored that the archive made for technical changes of its own.
    pub company_changes_only: bool,
}

impl From<&str> for PolicyChoice {
    fn from(company: &str) -> Self {
        Self { company: company.to_owned(), ..Self::default() }
    }
}

impl From<String> for PolicyChoice {
    fn from(company: String) -> Self {
        Self { company, ..Self::default() }
    }
}

impl PolicyChoice {
    /// Returns the rank of the one policy that the names leave.
    fn rank(&self, index: &OpenIndex) -> Result<Rank> {
        let names = Filters {
            companies: vec![self.company.clone()],
            types: self.types.clone(),
            collections: self.collections.clone(),
            ..Filters::default()
        };
        let ranks = ranks_named(index, &names)?;
        match ranks[..] {
            [rank] => Ok(rank),
            [] => Err(Error::NoPolicy { asked: self.company.clone() }),
            _ => Err(self.ambiguous(index, &ranks)?),
        }
    }

    /// Returns the error that names the alternatives among several policies.
    fn ambiguous(&self, index: &OpenIndex, ranks: &[Rank]) -> Result<Error> {
        let entries = ranks.iter().map(|&rank| index.policies().get(rank));
        let keys: Vec<PolicyKey> = entries.map(|entry| Ok(entry?.key)).collect::<Result<_>>()?;
        Ok(Error::AmbiguousPolicy {
            asked: self.company.clone(),
            companies: distinct(keys.iter().map(|key| &key.company)),
            types: distinct(keys.iter().map(|key| &key.policy_type)),
            collections: distinct(keys.iter().map(|key| &key.collection)),
        })
    }
}

fn distinct<'n>(names: impl Iterator<Item = &'n String>) -> Vec<String> {
    names.collect::<BTreeSet<_>>().into_iter().cloned().collect()
}

/// One policy of an index. [`OpenIndex::policy`] finds it.
pub struct PolicyView<'i> {
    index: &'i OpenIndex,
    reader: VersionReader<'i>,
    company_changes_only: bool,
}

impl OpenIndex {
    /// Finds the one policy of a choice.
    ///
    /// # Errors
    ///
    /// The index does not have one of the names ([`Error::UnknownName`]), no policy has all of them
    /// ([`Error::NoPolicy`]), several policies have them ([`Error::AmbiguousPolicy`]), or the index
    /// is damaged.
    pub fn policy(&self, choice: impl Into<PolicyChoice>) -> Result<PolicyView<'_>> {
        let choice = choice.into();
        self.guard(|| {
            let reader = VersionReader::new(self, choice.rank(self)?)?;
            let company_changes_only = choice.company_changes_only;
            Ok(PolicyView { index: self, reader, company_changes_only })
        })
    }
}

impl Searcher {
    /// Finds the one policy of a choice in the index of this searcher.
    ///
    /// # Errors
    ///
    /// The same as [`OpenIndex::policy`].
    pub fn policy(&self, choice: impl Into<PolicyChoice>) -> Result<PolicyView<'_>> {
        self.index().policy(choice)
    }
}

impl PolicyView<'_> {
    /// Returns the company, the type and the collection of the policy.
    pub fn key(&self) -> &PolicyKey {
        self.reader.key()
    }

    /// Returns the number of snapshots of the policy. Their ordinals are the numbers below it.
    pub fn snapshot_count(&self) -> u32 {
        self.reader.snapshot_count()
    }

    /// Reads the policy in its newest snapshot.
    ///
    /// # Errors
    ///
    /// No snapshot is left ([`Error::NoSnapshot`]), or the index is damaged.
    pub fn newest(&self) -> Result<PolicyVersion> {
        self.chosen(SnapshotDates::Latest)
    }

    /// Reads the policy in the newest snapshot that was archived up to the end of `date`.
    ///
    /// # Errors
    ///
    /// The first snapshot is of a later time ([`Error::BeforeFirstSnapshot`]), no snapshot is left
    /// ([`Error::NoSnapshot`]), or the index is damaged.
    pub fn at(&self, date: Period) -> Result<PolicyVersion> {
        self.chosen(SnapshotDates::AsOf(date))
    }

    /// Reads the policy in the snapshot with this ordinal.
    ///
    /// # Errors
    ///
    /// The policy has no such snapshot, or the index is damaged.
    pub fn snapshot(&self, ordinal: Ordinal) -> Result<PolicyVersion> {
        self.index.guard(|| self.reader.version(ordinal))
    }

    /// Compares the policy at an older and at a newer date, without furniture.
    ///
    /// # Errors
    ///
    /// The same as [`PolicyView::at`].
    pub fn compare(&self, older: Period, newer: Period) -> Result<VersionComparison> {
        let (old, new) = (self.at(older)?, self.at(newer)?);
        Ok(VersionComparison::new(&old.without_furniture(), &new.without_furniture()))
    }

    /// Returns the history of the clauses of this policy that match, or `None` if none does.
    ///
    /// The names of companies, types and collections in `select` are replaced by the names of the
    /// policy. `searcher` is a searcher of the same index.
    ///
    /// # Errors
    ///
    /// The same as [`Searcher::history`].
    pub fn history(&self, searcher: &Searcher, select: &Select) -> Result<Option<PolicyHistory>> {
        let key = self.key();
        let mut select = select.clone();
        select.filters.companies = vec![key.company.clone()];
        select.filters.types = vec![key.policy_type.clone()];
        select.filters.collections = vec![key.collection.clone()];
        select.filters.company_changes_only |= self.company_changes_only;
        Ok(searcher.history(&select)?.policies.pop())
    }

    /// Reads the newest of the snapshots with these dates.
    fn chosen(&self, dates: SnapshotDates) -> Result<PolicyVersion> {
        let index = self.index;
        index.guard(|| {
            let company_changes_only = self.company_changes_only;
            // A policy that was removed can still be shown, with the date on which it was.
            let filters =
                Filters { dates, company_changes_only, with_ended: true, ..Filters::default() };
            let address = self.reader.address();
            let times = index.times(address)?;
            let snapshots = PolicySnapshots {
                count: self.snapshot_count(),
                address: Some(address),
                times: &times,
            };
            let selected = SnapshotSelection::new(index, &filters)?.ordinals(index, snapshots)?;
            match selected.last().and_then(|range| range.end.previous()) {
                Some(newest) => self.reader.version(newest),
                None => Err(self.no_snapshot(dates, &times)),
            }
        })
    }

    /// Returns the error of dates that leave no snapshot. `times` are the archive times by ordinal.
    fn no_snapshot(&self, dates: SnapshotDates, times: &[ArchiveTime]) -> Error {
        let Some(&first) = times.first() else {
            return self.index.damaged("a policy without archive times");
        };
        let PolicyKey { company, policy_type, .. } = self.key().clone();
        match dates {
            SnapshotDates::AsOf(period) if period.last() < first => {
                Error::BeforeFirstSnapshot { company, policy_type, asked: period.last(), first }
            }
            _ => Error::NoSnapshot { company, policy_type },
        }
    }
}
