//! Why a search found nothing, in one line: a word that no clause has, a filter that left none, or words that stand otherwise.

use tantivy::Term;
use tantivy::schema::Field;

use super::request::{Filters, HitGrouping, SearchRequest, SnapshotDates};
use super::scope::Scope;
use super::statistics::clauses_with;
use super::vocabulary::words;
use super::{SearchSummary, Searcher};
use crate::error::Result;
use crate::index::OpenIndex;
use crate::query::Matching;
use crate::query::bind::Plan;
use crate::query::pattern::Slot;

/// So many spellings are offered.
const MAX_SPELLINGS: usize = 3;

impl Searcher<'_> {
    /// Says why `request`, which found nothing, found nothing. Searches again, without this and that.
    ///
    /// # Errors
    ///
    /// Those of [`Searcher::search`].
    pub fn explain_nothing(&self, request: &SearchRequest) -> Result<String> {
        let missing = self.missing_words(request)?;
        if !missing.is_empty() {
            return Ok(missing.join("; "));
        }
        let without_filters =
            self.count(&SearchRequest { filters: Filters::default(), ..request.clone() })?;
        if without_filters > 0 {
            return self.excluding_filter(request, without_filters);
        }
        if request.matching == Matching::Phrase {
            let all = SearchRequest { matching: Matching::All, ..request.clone() };
            // What is no phrase may not be readable as a set.
            if let Ok(clauses @ 1..) = self.count(&all) {
                let clauses = clauses_text(clauses);
                return Ok(format!(
                    "each word is there, but not like this; {clauses} with all of them: --match all"
                ));
            }
        }
        let unit = match request.scope {
            Scope::Clause => "clause",
            Scope::Section => "section",
            Scope::Snapshot => "snapshot",
        };
        Ok(format!("each word is there, but no {unit} has them like this"))
    }

    /// When the history begins, if these dates end before.
    fn not_begun(&self, dates: SnapshotDates) -> Option<&str> {
        let (SnapshotDates::AsOf(last) | SnapshotDates::Between { until: Some(last), .. }) = dates
        else {
            return None;
        };
        let begins = &self.index.manifest().dates.as_ref()?.first;
        (last.last().date() < *begins).then_some(begins)
    }

    fn count(&self, request: &SearchRequest) -> Result<u64> {
        let request = SearchRequest {
            limit: Some(0),
            sample: None,
            group: HitGrouping::None,
            sort: super::HitOrder::Company,
            ..request.clone()
        };
        let SearchSummary { totals, .. } = self.search(&request, &mut Vec::new())?;
        Ok(totals.clauses)
    }

    /// The words of the query that no clause has, each with spellings that some have.
    fn missing_words(&self, request: &SearchRequest) -> Result<Vec<String>> {
        let plan: Plan = super::plan(self.index, request)?;
        let field = self.index.fields().text;
        let mut said = Vec::new();
        for slot in plan.patterns.iter().filter(|pattern| pattern.is_wanted).flat_map(|p| &p.slots)
        {
            if is_missing(self.index, field, slot)? {
                let line = match slot {
                    Slot::Exact(word) | Slot::Forms(word) => {
                        let near = spellings(self.index, field, word)?;
                        let near: Vec<_> = near.iter().map(|word| format!("`{word}`")).collect();
                        let near = if near.is_empty() {
                            String::new()
                        } else {
                            format!(", but {}", near.join(", "))
                        };
                        format!("no clause has the word `{word}`{near}")
                    }
                    Slot::Prefix(start) => format!("no word of the index begins with `{start}`"),
                    Slot::Regex(regex) => {
                        format!("no word of the index fits /{}/", regex.pattern())
                    }
                };
                if !said.contains(&line) {
                    said.push(line);
                }
            }
        }
        // Of a set a word or two are no reason.
        let is_any = request.matching == Matching::Any && said.len() < plan.patterns.len();
        Ok(if is_any { Vec::new() } else { said })
    }

    /// The filter that leaves nothing of what else matches, if it is one alone.
    fn excluding_filter(&self, request: &SearchRequest, without: u64) -> Result<String> {
        let without = clauses_text(without);
        if let Some(begins) = self.not_begun(request.filters.dates) {
            return Ok(format!(
                "the history of this index begins on {begins}; {without} without filters"
            ));
        }
        for (name, filters) in one_less(&request.filters) {
            if self.count(&SearchRequest { filters, ..request.clone() })? > 0 {
                return Ok(format!("{name} leaves none; {without} without filters"));
            }
        }
        Ok(format!("the filters leave none; {without} without them"))
    }
}

fn clauses_text(clauses: u64) -> String {
    if clauses == 1 { "1 clause matches".to_owned() } else { format!("{clauses} clauses match") }
}

fn is_missing(index: &OpenIndex, field: Field, slot: &Slot) -> Result<bool> {
    for word in words(index, field, slot)? {
        if clauses_with(index, &Term::from_field_text(field, &word))? > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The filters with one left out, for each that is set.
fn one_less(filters: &Filters) -> Vec<(&'static str, Filters)> {
    let mut all = Vec::new();
    let mut without = |name, is_set: bool, leave_out: &dyn Fn(&mut Filters)| {
        if is_set {
            let mut fewer = filters.clone();
            leave_out(&mut fewer);
            all.push((name, fewer));
        }
    };
    without("--company", !filters.companies.is_empty(), &|f| f.companies.clear());
    without("--type", !filters.types.is_empty(), &|f| f.types.clear());
    without("--collection", !filters.collections.is_empty(), &|f| f.collections.clear());
    without("--section", !filters.sections.is_empty(), &|f| f.sections.clear());
    without("--kind", !filters.kinds.is_empty(), &|f| f.kinds.clear());
    without("--lang", !filters.langs.is_empty(), &|f| f.langs.clear());
    without("--meta", !filters.metadata.is_empty(), &|f| f.metadata.clear());
    let dates = match filters.dates {
        SnapshotDates::All => "",
        SnapshotDates::Between { since: Some(_), until: Some(_) } => "--since with --until",
        SnapshotDates::Between { until: None, .. } => "--since",
        SnapshotDates::Between { .. } => "--until",
        SnapshotDates::AsOf(_) => "--as-of",
        SnapshotDates::Latest => "--latest",
    };
    without(dates, !dates.is_empty(), &|f| (f.dates, f.carry) = (SnapshotDates::All, None));
    without("--carry", filters.carry.is_some(), &|f| f.carry = None);
    let only_company = filters.has_company_changes_only;
    without("--company-changes-only", only_company, &|f| f.has_company_changes_only = false);
    let life = filters.life;
    without("--gone", life.is_gone, &|f| f.life.is_gone = false);
    without("--added-since", life.added_since.is_some(), &|f| f.life.added_since = None);
    without("--removed-since", life.removed_since.is_some(), &|f| f.life.removed_since = None);
    all
}

/// Words of the index that are spelt nearly like this one: the nearest first, of these the commonest.
fn spellings(index: &OpenIndex, field: Field, word: &str) -> Result<Vec<String>> {
    let length = word.chars().count();
    let most = if length < 6 { 1 } else { 2 };
    let mut near: Vec<(usize, std::cmp::Reverse<u64>, String)> = Vec::new();
    for segment in index.searcher().segment_readers() {
        let inverted = segment.inverted_index(field).map_err(index.failed())?;
        let failed = |error: std::io::Error| index.failed()(error);
        let mut stream = inverted.terms().stream().map_err(failed)?;
        while stream.advance() {
            let Ok(known) = std::str::from_utf8(stream.key()) else { continue };
            if known.chars().count().abs_diff(length) > most {
                continue;
            }
            let distance = strsim::osa_distance(word, known);
            if distance <= most && distance < length {
                let clauses = clauses_with(index, &Term::from_field_text(field, known))?;
                if clauses > 0 {
                    near.push((distance, std::cmp::Reverse(clauses), known.to_owned()));
                }
            }
        }
    }
    near.sort();
    near.dedup();
    Ok(near.into_iter().take(MAX_SPELLINGS).map(|(_, _, word)| word).collect())
}
