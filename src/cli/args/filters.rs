//! Flags that choose policies, snapshots and clauses.

use clap::Args;
use fineprint::error::{Error, Result};
use fineprint::lang::Lang;
use fineprint::model::{Age, ClauseKind, Period};
use fineprint::search::{Filters, LifeFilter, PolicyChoice, SnapshotDates};

use super::name_lists::with_listed;
use super::values::{age, key_value, kind, period, today};

/// Which snapshots and clauses are searched.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// Only this company: its full name, or a glob with * ? [ (repeatable)
    ///
    /// `@FILE` reads names from a file, one on each line, and `@-` from standard input. The same
    /// holds for --type and --collection.
    #[arg(long, value_name = "NAME")]
    pub company: Vec<String>,
    /// Only policies of this type: full name or glob (repeatable)
    #[arg(long = "type", value_name = "NAME")]
    policy_type: Vec<String>,
    /// Only this collection: full name or glob (repeatable)
    #[arg(long, value_name = "NAME")]
    collection: Vec<String>,
    /// Only clauses under a heading that contains this phrase (repeatable)
    #[arg(long, value_name = "TEXT")]
    section: Vec<String>,
    /// Only clauses of this kind (repeatable)
    #[arg(long, value_name = "KIND", value_parser = kind())]
    kind: Vec<ClauseKind>,
    /// Only snapshots in this language: two letters, such as en (repeatable)
    #[arg(long, value_name = "LANG")]
    lang: Vec<Lang>,
    /// Only snapshots with this metadata: full value or glob (repeatable, all must match)
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    meta: Vec<(String, String)>,
    /// Only snapshots archived on or after this date: YYYY, YYYY-MM or YYYY-MM-DD
    ///
    /// A date may also be an age, such as 30d, 8w, 6mo or 1y: the day so long before today, in UTC.
    #[arg(
        long, value_name = "DATE", value_parser = period,
        conflicts_with_all = ["as_of", "latest"]
    )]
    since: Option<Period>,
    /// Only snapshots archived on or before this date
    #[arg(
        long, value_name = "DATE", value_parser = period,
        conflicts_with_all = ["as_of", "latest"]
    )]
    until: Option<Period>,
    /// Only the newest snapshot of each policy on or before this date
    #[arg(long, value_name = "DATE", value_parser = period, conflicts_with = "latest")]
    as_of: Option<Period>,
    /// Only the newest snapshot of each policy
    #[arg(long)]
    latest: bool,
    /// With --as-of or --latest, ignore snapshots older than this at that date: 90d, 8w, 6mo, 1y
    ///
    /// The age is counted back from the end of the date, or from the last day of the index if that
    /// is earlier; snapshots dated in the future do not count for it. `fineprint timeline` counts
    /// it back from the end of each period.
    #[arg(long, value_name = "AGE", value_parser = age, allow_negative_numbers = true)]
    carry: Option<Age>,
    /// Only clauses that the newest snapshot of their policy no longer contains
    #[arg(long, conflicts_with = "latest")]
    gone: bool,
    /// Only clauses first seen on or after this date
    #[arg(long, value_name = "DATE", value_parser = period)]
    added_since: Option<Period>,
    /// Only clauses removed on or after this date
    ///
    /// A clause is removed on the archive date of the first snapshot after the last one that
    /// contains it.
    #[arg(long, value_name = "DATE", value_parser = period, conflicts_with = "latest")]
    removed_since: Option<Period>,
    /// With --as-of, --latest and timelines, count policies that their archive had removed
    ///
    /// A git history tells when the file of a policy was deleted. From then on the policy is in no
    /// answer about that time, unless this is given.
    #[arg(long)]
    with_ended: bool,
    /// Ignore snapshots that the archive made for technical reasons of its own
    #[arg(long)]
    company_changes_only: bool,
    /// Search menus, headers, footers, dialogs and hidden text too
    ///
    /// Such text around a policy is marked when it is indexed, and left out unless this is given.
    #[arg(long)]
    furniture: bool,
}

impl FilterArgs {
    /// The filters as the library takes them.
    ///
    /// # Errors
    ///
    /// Dates that exclude each other, and lists of names that cannot be read.
    pub fn filters(&self) -> Result<Filters> {
        self.check_dates()?;
        Ok(Filters {
            companies: with_listed(&self.company)?,
            types: with_listed(&self.policy_type)?,
            collections: with_listed(&self.collection)?,
            sections: self.section.clone(),
            kinds: self.kind.clone(),
            langs: self.lang.clone(),
            metadata: self.meta.clone(),
            dates: self.dates(),
            carry: self.carry,
            with_ended: self.with_ended,
            today: Some(today()?),
            company_changes_only: self.company_changes_only,
            life: LifeFilter {
                gone: self.gone,
                added_since: self.added_since,
                removed_since: self.removed_since,
            },
            furniture: self.furniture,
        })
    }

    fn dates(&self) -> SnapshotDates {
        match (self.latest, self.as_of, self.since, self.until) {
            (true, ..) => SnapshotDates::Latest,
            (_, Some(period), ..) => SnapshotDates::AsOf(period),
            (_, _, None, None) => SnapshotDates::All,
            (_, _, since, until) => SnapshotDates::Between { since, until },
        }
    }

    /// Refuses --carry where it would have no effect.
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

    fn check_dates(&self) -> Result<()> {
        let until = self.until.map(|period| DateFlag { flag: "--until", period });
        let as_of = self.as_of.map(|period| DateFlag { flag: "--as-of", period });
        if let (Some(period), Some(until)) = (self.since, until) {
            let since = DateFlag { flag: "--since", period };
            since.check_before(until, "no date is between them")?;
        }
        if let (Some(period), Some(last)) = (self.added_since, until.or(as_of)) {
            let added = DateFlag { flag: "--added-since", period };
            added.check_before(last, "no clause can be added between them")?;
        }
        Ok(())
    }
}

/// A flag with the period that was given to it.
#[derive(Clone, Copy)]
struct DateFlag {
    flag: &'static str,
    period: Period,
}

impl DateFlag {
    /// Refuses a start that is after its end.
    fn check_before(self, end: DateFlag, consequence: &str) -> Result<()> {
        let (first, last) = (self.period.start(), end.period.last());
        if first <= last {
            return Ok(());
        }
        let (start, end) = (self.flag, end.flag);
        let (first, last) = (first.date(), last.date());
        Err(Error::Usage(format!("{start} {first} is after {end} {last}: {consequence}")))
    }
}

/// Which policy of a company is meant.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Only policies of this type: full name or glob
    #[arg(long = "type", value_name = "NAME")]
    pub policy_type: Vec<String>,
    /// Only this collection: full name or glob
    #[arg(long, value_name = "NAME")]
    pub collection: Vec<String>,
    /// Ignore snapshots that the archive made for technical reasons of its own
    #[arg(long)]
    pub company_changes_only: bool,
}

impl PolicyArgs {
    /// The choice of the policy of this company.
    ///
    /// # Errors
    ///
    /// A list of names that cannot be read.
    pub fn choice(&self, company: &str) -> Result<PolicyChoice> {
        Ok(PolicyChoice {
            company: company.to_owned(),
            types: with_listed(&self.policy_type)?,
            collections: with_listed(&self.collection)?,
            company_changes_only: self.company_changes_only,
        })
    }
}
