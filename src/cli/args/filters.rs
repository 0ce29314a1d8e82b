//! How queries are read, and the filters of query commands, as the library takes them.

use fineprint::error::{Error, Result};
use fineprint::model::Period;
use fineprint::query::Matching;
use fineprint::search::{Filters, LifeFilter, Scope, SearchRequest, SnapshotDates};

use super::{FilterArgs, MatchArg, PolicyArgs, ReadingArgs, ScopeArg};

impl ReadingArgs {
    /// A request that reads its query so, without the query.
    ///
    /// # Errors
    ///
    /// Filters of time that exclude each other.
    pub fn request(&self, filters: &FilterArgs) -> Result<SearchRequest> {
        Ok(SearchRequest {
            matching: match self.matching {
                MatchArg::Phrase => Matching::Phrase,
                MatchArg::All => Matching::All,
                MatchArg::Any => Matching::Any,
            },
            has_forms: self.stem,
            scope: match self.scope {
                ScopeArg::Clause => Scope::Clause,
                ScopeArg::Section => Scope::Section,
                ScopeArg::Snapshot => Scope::Snapshot,
            },
            filters: filters.filters()?,
            ..SearchRequest::default()
        })
    }
}

impl PolicyArgs {
    /// The filters that leave the policy of a company, at these dates.
    pub fn filters(&self, company: &str, dates: SnapshotDates) -> Filters {
        Filters {
            companies: vec![company.to_owned()],
            types: self.policy_type.clone(),
            collections: self.collection.clone(),
            has_company_changes_only: self.company_changes_only,
            dates,
            ..Filters::default()
        }
    }
}

impl FilterArgs {
    /// The filters that were asked for.
    ///
    /// # Errors
    ///
    /// Filters of time that exclude each other.
    pub fn filters(&self) -> Result<Filters> {
        self.check()?;
        let dates = match (self.latest, self.as_of, self.since, self.until) {
            (true, ..) => SnapshotDates::Latest,
            (_, Some(period), ..) => SnapshotDates::AsOf(period),
            (_, _, None, None) => SnapshotDates::All,
            (_, _, since, until) => SnapshotDates::Between { since, until },
        };
        Ok(Filters {
            companies: self.company.clone(),
            types: self.policy_type.clone(),
            collections: self.collection.clone(),
            sections: self.section.clone(),
            kinds: self.kind.clone(),
            langs: self.lang.clone(),
            metadata: self.meta.clone(),
            dates,
            carry: self.carry,
            has_company_changes_only: self.company_changes_only,
            life: LifeFilter {
                is_gone: self.gone,
                added_since: self.added_since,
                removed_since: self.removed_since,
            },
        })
    }

    /// Refuses carrying where no snapshot is carried.
    ///
    /// # Errors
    ///
    /// `--carry` without `--as-of` and `--latest`.
    pub fn check_carry(&self) -> Result<()> {
        if self.carry.is_some() && !self.latest && self.as_of.is_none() {
            let message =
                "--carry says how old the snapshot of --as-of or --latest may be; add one of them";
            return Err(Error::Usage(message.to_owned()));
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let until = self.until.map(|period| ("--until", period));
        let as_of = self.as_of.map(|period| ("--as-of", period));
        if let (Some(since), Some(until)) = (self.since, until) {
            in_order(("--since", since), until, "no date is inside")?;
        }
        if let (Some(added), Some(last)) = (self.added_since, until.or(as_of)) {
            in_order(("--added-since", added), last, "no clause is of then")?;
        }
        Ok(())
    }
}

/// Refuses a start after its end.
fn in_order((start, from): (&str, Period), (end, to): (&str, Period), so: &str) -> Result<()> {
    if from.start() <= to.last() {
        return Ok(());
    }
    let (from, to) = (from.start().date(), to.last().date());
    Err(Error::Usage(format!("{start} {from} is after {end} {to}: {so}")))
}
