//! Finds out why a search found nothing: a word that no clause contains, a filter that leaves
//! nothing, or words that do not follow each other.

use std::cmp::Reverse;

use tantivy::Term;
use tantivy::schema::Field;

use super::hit::Totals;
use super::plan::{Plan, Slot, matching_words};
use super::rank::clauses_with;
use super::request::{Filters, Scope, Select, SnapshotDates};
use super::searcher::Searcher;
use super::select::first_moment;
use crate::error::Result;
use crate::index::OpenIndex;
use crate::query::{Matching, Query};

/// The most spellings that are offered for a word.
const MAX_SPELLINGS: usize = 3;

/// Why a search found nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoHits {
    /// Clauses match. A timeline counts nothing, since no policy that is in force at the end of a
    /// period contains one of them.
    NotInForce {
        /// How many clauses match.
        clauses: u64,
    },
    /// No clause contains these words of the query.
    MissingWords(Vec<MissingWord>),
    /// The query is in capitals, so that AND, OR and NOT are words of it. As operators, they match.
    AsOperators {
        /// The query with the operators, in its canonical form.
        query: String,
        /// How many clauses it matches.
        clauses: u64,
    },
    /// Clauses match that are furniture, which is left out.
    Furniture {
        /// How many clauses match with furniture only.
        clauses: u64,
    },
    /// The dates end before the first archive date of the index.
    HistoryBegins {
        /// The first archive date.
        date: String,
        /// How many clauses match without filters.
        without_filters: u64,
    },
    /// One filter alone leaves nothing.
    Filter {
        /// The filter.
        filter: FilterName,
        /// How many clauses match without filters.
        without_filters: u64,
    },
    /// Two filters together leave nothing, and neither does alone.
    TwoFilters {
        /// The filters.
        filters: [FilterName; 2],
        /// How many clauses match without filters.
        without_filters: u64,
    },
    /// All filters together leave nothing.
    AllFilters {
        /// How many clauses match without filters.
        without_filters: u64,
    },
    /// Every word occurs, but they do not follow each other as a phrase.
    NotAsPhrase {
        /// How many clauses contain all words, in any order.
        with_all_words: u64,
    },
    /// Every word occurs, but no unit contains them as the query demands.
    NotTogether {
        /// The unit.
        scope: Scope,
    },
}

/// A word of a query that no clause contains.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingWord {
    /// A word.
    Word {
        /// The folded word, or its stem.
        word: String,
        /// Words of the index with nearly this spelling: the nearest first.
        near: Vec<String>,
    },
    /// The beginning of a word.
    Prefix(String),
    /// A regular expression.
    Regex(String),
}

/// A filter of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterName {
    /// [`Filters::companies`].
    Company,
    /// [`Filters::types`].
    Type,
    /// [`Filters::collections`].
    Collection,
    /// [`Filters::sections`].
    Section,
    /// [`Filters::kinds`].
    Kind,
    /// [`Filters::langs`].
    Lang,
    /// [`Filters::metadata`].
    Metadata,
    /// The start of [`SnapshotDates::Between`].
    Since,
    /// The end of [`SnapshotDates::Between`].
    Until,
    /// Both ends of [`SnapshotDates::Between`].
    SinceUntil,
    /// [`SnapshotDates::AsOf`].
    AsOf,
    /// [`SnapshotDates::Latest`].
    Latest,
    /// [`Filters::carry`].
    Carry,
    /// [`Filters::company_changes_only`].
    CompanyChangesOnly,
    /// Policies that their corpora removed are left out, since [`Filters::with_ended`] is not set.
    Ended,
    /// [`LifeFilter::gone`](super::LifeFilter::gone).
    Gone,
    /// [`LifeFilter::added_since`](super::LifeFilter::added_since).
    AddedSince,
    /// [`LifeFilter::removed_since`](super::LifeFilter::removed_since).
    RemovedSince,
}

impl Searcher {
    /// Finds out why `select`, which matches nothing, matches nothing. It searches again without
    /// some of the filters, and with the words in any order.
    ///
    /// # Errors
    ///
    /// The errors of [`Searcher::search`].
    pub fn explain_no_hits(&self, select: &Select) -> Result<NoHits> {
        self.index().guard(|| self.why_nothing(select))
    }

    fn why_nothing(&self, select: &Select) -> Result<NoHits> {
        let Totals { clauses, furniture_left_out, .. } = self.totals(select)?;
        if clauses > 0 {
            return Ok(NoHits::NotInForce { clauses });
        }
        if let Some((clauses, query)) = self.as_operators(select)? {
            return Ok(NoHits::AsOperators { query, clauses });
        }
        let missing = self.missing_words(select)?;
        if !missing.is_empty() {
            return Ok(NoHits::MissingWords(missing));
        }
        if furniture_left_out > 0 {
            return Ok(NoHits::Furniture { clauses: furniture_left_out });
        }
        let filters = Filters { furniture: select.filters.furniture, ..Filters::default() };
        let unfiltered = Select { filters, ..select.clone() };
        let without_filters = self.totals(&unfiltered)?.clauses;
        if without_filters > 0 {
            return self.excluding_filter(select, without_filters);
        }
        if let Some(query) = select.query.as_ref().filter(|q| q.matching() == Matching::Phrase)
            // A query that is a good phrase may not be readable as a set.
            && let Ok(query) = Query::parse(query.text(), Matching::All)
        {
            let all = Select { query: Some(query), ..select.clone() };
            if let Ok(totals) = self.totals(&all)
                && totals.clauses > 0
            {
                return Ok(NoHits::NotAsPhrase { with_all_words: totals.clauses });
            }
        }
        Ok(NoHits::NotTogether { scope: select.scope })
    }

    /// How many clauses match if AND, OR and NOT in a query in capitals are operators, and that
    /// query in its canonical form; `None` if there is no such query, or no clause matches it.
    pub(super) fn as_operators(&self, select: &Select) -> Result<Option<(u64, String)>> {
        let Some(query) = select.query.as_ref().and_then(Query::with_operators) else {
            return Ok(None);
        };
        let canonical = query.tree().to_string();
        let totals = self.totals(&Select { query: Some(query), ..select.clone() })?;
        Ok((totals.clauses > 0).then_some((totals.clauses, canonical)))
    }

    /// The first archive date of the index, if these dates end before it.
    fn not_begun(&self, dates: SnapshotDates) -> Option<String> {
        let (SnapshotDates::AsOf(last) | SnapshotDates::Between { until: Some(last), .. }) = dates
        else {
            return None;
        };
        let begins = first_moment(self.index());
        (last.last() < begins).then(|| begins.date())
    }

    /// The words of the query that no clause contains.
    fn missing_words(&self, select: &Select) -> Result<Vec<MissingWord>> {
        let index = self.index();
        let plan = Plan::new(index, select)?;
        let field = index.fields().text;
        let mut missing = Vec::new();
        let wanted = plan.patterns.iter().filter(|pattern| pattern.is_wanted);
        for slot in wanted.flat_map(|pattern| &pattern.slots) {
            if is_missing(index, field, slot)? {
                let word = missing_word(index, field, slot)?;
                if !missing.contains(&word) {
                    missing.push(word);
                }
            }
        }
        // If any word of a set is enough, one or two missing words are no reason.
        let is_any = select.query.as_ref().is_some_and(|query| query.matching() == Matching::Any);
        Ok(if is_any && missing.len() < plan.patterns.len() { Vec::new() } else { missing })
    }

    /// The filter that excludes everything that matches without filters, if it is one alone.
    fn excluding_filter(&self, select: &Select, without_filters: u64) -> Result<NoHits> {
        if let Some(date) = self.not_begun(select.filters.dates) {
            return Ok(NoHits::HistoryBegins { date, without_filters });
        }
        let mut set = set_filters(&select.filters);
        let has_ends = self.index().manifest().counts.ends > 0;
        if has_ends && select.filters.leave_out_ended() {
            set.insert(0, FilterName::Ended);
        }
        let mut decisive = Vec::new();
        for &filter in &set {
            if self.matches_without(select, &[filter])? {
                decisive.push(filter);
            }
        }
        match decisive[..] {
            // These two depend on the date, whose leaving out would let anything match.
            [filter @ (FilterName::Ended | FilterName::Carry), ..] | [filter] => {
                return Ok(NoHits::Filter { filter, without_filters });
            }
            [first, second, ..] => {
                let alone = self.without_match_alone(select, &set, &decisive)?;
                return Ok(match alone {
                    Some(filter) => NoHits::Filter { filter, without_filters },
                    None => NoHits::TwoFilters { filters: [first, second], without_filters },
                });
            }
            [] => {}
        }
        for (i, &first) in set.iter().enumerate() {
            for &second in &set[i + 1..] {
                let filters = [first, second];
                if self.matches_without(select, &filters)? {
                    return Ok(NoHits::TwoFilters { filters, without_filters });
                }
            }
        }
        Ok(NoHits::AllFilters { without_filters })
    }

    /// The first of the `decisive` filters that no clause passes even if it is the only one. `set`
    /// are all filters that are set.
    fn without_match_alone(
        &self,
        select: &Select,
        set: &[FilterName],
        decisive: &[FilterName],
    ) -> Result<Option<FilterName>> {
        for &filter in decisive {
            let others: Vec<_> = set.iter().copied().filter(|&other| other != filter).collect();
            if !self.matches_without(select, &others)? {
                return Ok(Some(filter));
            }
        }
        Ok(None)
    }

    /// Whether a clause matches if these filters are left out.
    fn matches_without(&self, select: &Select, left_out: &[FilterName]) -> Result<bool> {
        let mut filters = select.filters.clone();
        left_out.iter().for_each(|&filter| leave_out(filter, &mut filters));
        Ok(self.totals(&Select { filters, ..select.clone() })?.clauses > 0)
    }
}

/// Whether no live clause contains a word that the slot matches.
fn is_missing(index: &OpenIndex, field: Field, slot: &Slot) -> Result<bool> {
    for word in matching_words(index, field, slot)? {
        if clauses_with(index, &Term::from_field_text(field, &word))? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn missing_word(index: &OpenIndex, field: Field, slot: &Slot) -> Result<MissingWord> {
    Ok(match slot {
        Slot::Exact(word) | Slot::Forms(word) => {
            MissingWord::Word { word: word.clone(), near: spellings(index, field, word)? }
        }
        Slot::Prefix(start) => MissingWord::Prefix(start.clone()),
        Slot::Regex(regex) => MissingWord::Regex(regex.pattern().to_owned()),
    })
}

/// The filters that are set.
fn set_filters(filters: &Filters) -> Vec<FilterName> {
    let life = filters.life;
    let dates = match filters.dates {
        SnapshotDates::All | SnapshotDates::Between { since: None, until: None } => None,
        SnapshotDates::Between { since: Some(_), until: Some(_) } => Some(FilterName::SinceUntil),
        SnapshotDates::Between { since: Some(_), until: None } => Some(FilterName::Since),
        SnapshotDates::Between { since: None, until: Some(_) } => Some(FilterName::Until),
        SnapshotDates::AsOf(_) => Some(FilterName::AsOf),
        SnapshotDates::Latest => Some(FilterName::Latest),
    };
    let mut set: Vec<FilterName> = [
        (FilterName::Company, !filters.companies.is_empty()),
        (FilterName::Type, !filters.types.is_empty()),
        (FilterName::Collection, !filters.collections.is_empty()),
        (FilterName::Section, !filters.sections.is_empty()),
        (FilterName::Kind, !filters.kinds.is_empty()),
        (FilterName::Lang, !filters.langs.is_empty()),
        (FilterName::Metadata, !filters.metadata.is_empty()),
    ]
    .into_iter()
    .filter_map(|(filter, is_set)| is_set.then_some(filter))
    .collect();
    set.extend(dates);
    let others = [
        (FilterName::Carry, filters.carry.is_some()),
        (FilterName::CompanyChangesOnly, filters.company_changes_only),
        (FilterName::Gone, life.gone),
        (FilterName::AddedSince, life.added_since.is_some()),
        (FilterName::RemovedSince, life.removed_since.is_some()),
    ];
    set.extend(others.into_iter().filter_map(|(filter, is_set)| is_set.then_some(filter)));
    set
}

/// Removes one filter.
fn leave_out(filter: FilterName, filters: &mut Filters) {
    match filter {
        FilterName::Company => filters.companies.clear(),
        FilterName::Type => filters.types.clear(),
        FilterName::Collection => filters.collections.clear(),
        FilterName::Section => filters.sections.clear(),
        FilterName::Kind => filters.kinds.clear(),
        FilterName::Lang => filters.langs.clear(),
        FilterName::Metadata => filters.metadata.clear(),
        FilterName::Since
        | FilterName::Until
        | FilterName::SinceUntil
        | FilterName::AsOf
        | FilterName::Latest => (filters.dates, filters.carry) = (SnapshotDates::All, None),
        FilterName::Carry => filters.carry = None,
        FilterName::CompanyChangesOnly => filters.company_changes_only = false,
        FilterName::Ended => filters.with_ended = true,
        FilterName::Gone => filters.life.gone = false,
        FilterName::AddedSince => filters.life.added_since = None,
        FilterName::RemovedSince => filters.life.removed_since = None,
    }
}

/// Words of the index that are spelt nearly like this one: the nearest first, then the commonest.
fn spellings(index: &OpenIndex, field: Field, word: &str) -> Result<Vec<String>> {
    let length = word.chars().count();
    let most = if length < 6 { 1 } else { 2 };
    let mut near: Vec<(usize, Reverse<u64>, String)> = Vec::new();
    for segment in index.searcher().segment_readers() {
        let inverted = segment.inverted_index(field).map_err(index.failed())?;
        let mut stream = inverted.terms().stream().map_err(index.failed())?;
        while stream.advance() {
            let Ok(known) = std::str::from_utf8(stream.key()) else { continue };
            if known.chars().count().abs_diff(length) > most {
                continue;
            }
            let distance = strsim::osa_distance(word, known);
            if distance <= most && distance < length {
                let clauses = clauses_with(index, &Term::from_field_text(field, known))?;
                if clauses > 0 {
                    near.push((distance, Reverse(clauses), known.to_owned()));
                }
            }
        }
    }
    near.sort();
    near.dedup();
    Ok(near.into_iter().take(MAX_SPELLINGS).map(|(_, _, word)| word).collect())
}
