//! Derives the counts of a manifest and the table of shared texts from the tables and segments of a
//! generation. A build writes them, and `fineprint check` compares them.

use std::collections::BTreeMap;

use tantivy::columnar::{Column, DynamicColumn, HasAssociatedColumnType};
use tantivy::{Searcher, SegmentReader, TantivyError};

use super::document::FurnitureExtent;
use super::manifest::{DateRange, IndexCounts, IndexedCorpus, InputCounts};
use super::policies::PolicyTable;
use super::schema::Fields;
use super::shared_texts::TextCompanies;
use super::sources::{PolicySources, SourceTable};
use crate::corpus::{CorpusNotice, SkipReason};
use crate::error::{Error, Result};
use crate::model::ArchiveTime;

/// The part of a manifest that follows from its corpora and the tables beside the segments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DerivedCounts {
    pub counts: IndexCounts,
    pub dates: Option<DateRange>,
    pub inputs: InputCounts,
    pub metadata: BTreeMap<String, u64>,
    pub languages: BTreeMap<String, u64>,
}

impl DerivedCounts {
    /// The counts of an index with these corpora and tables.
    ///
    /// # Errors
    ///
    /// The table of policies is damaged.
    pub fn of(
        corpora: &[IndexedCorpus],
        policies: &PolicyTable,
        sources: &SourceTable,
    ) -> Result<Self> {
        let counts = index_counts(policies, sources)?;
        Ok(Self {
            dates: date_range(sources),
            inputs: input_counts(corpora, &counts, sources),
            counts,
            metadata: sum(sources.0.values().map(|policy| &policy.metadata)),
            languages: sum(sources.0.values().map(|policy| &policy.languages)),
        })
    }
}

/// How every input of all corpora ended, in the scans and when the texts were read.
fn input_counts(
    corpora: &[IndexedCorpus],
    counts: &IndexCounts,
    sources: &SourceTable,
) -> InputCounts {
    let mut inputs = InputCounts::default();
    for corpus in corpora {
        inputs.add(&corpus.met);
    }
    for policy in sources.0.values() {
        inputs.add(&counted_while_reading(corpora, policy));
    }
    inputs.indexed = counts.snapshots;
    let skipped: u64 = inputs.skipped.values().map(|tally| tally.count).sum();
    // A snapshot that has vanished is indexed and was not seen.
    inputs.vanished =
        (inputs.indexed + skipped + inputs.unreadable.count).saturating_sub(inputs.seen);
    inputs
}

/// The duplicates and notices of a policy, which are found when its texts are read.
fn counted_while_reading(corpora: &[IndexedCorpus], policy: &PolicySources) -> InputCounts {
    let mut counts = InputCounts::default();
    for duplicate in &policy.duplicates {
        let mut source = duplicate.info.source.clone();
        let number = duplicate.record.corpus;
        if let Some(corpus) = corpora.iter().find(|corpus| corpus.number == number) {
            source.corpus.clone_from(&corpus.path);
        }
        let reason = SkipReason::Duplicate.reason().to_owned();
        counts.skipped.entry(reason).or_default().add(source.place());
    }
    if policy.recoded.count > 0 {
        let notice = CorpusNotice::NotUtf8.text().to_owned();
        counts.notices.insert(notice, policy.recoded.clone());
    }
    counts
}

/// The first and last archive date of an index. `None`: it has no snapshot.
///
/// Times are compared, not dates: as text, dates before the year 0 and after 9999 are not in order.
fn date_range(sources: &SourceTable) -> Option<DateRange> {
    let spans = sources.0.values().filter_map(|policy| policy.span);
    let first = spans.clone().map(|span| span.0).min()?;
    let last = spans.map(|span| span.1).max()?;
    let [first, last] = [first, last].map(ArchiveTime::date);
    Some(DateRange { first, last })
}

/// The sum of counts by name.
fn sum<'m>(parts: impl Iterator<Item = &'m BTreeMap<String, u64>>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in parts.flatten() {
        *sums.entry(name.clone()).or_default() += count;
    }
    sums
}

fn index_counts(policies: &PolicyTable, sources: &SourceTable) -> Result<IndexCounts> {
    let mut counts = IndexCounts {
        companies: policies.company_count() as u64,
        policies: policies.count() as u64,
        ..IndexCounts::default()
    };
    for record in policies.records()? {
        counts.snapshots += u64::from(record.snapshots);
        counts.clauses += u64::from(record.clauses);
    }
    for policy in sources.0.values() {
        counts.ended += u64::from(policy.is_ended);
        counts.ends += policy.ends.len() as u64;
        counts.texts += policy.texts;
        counts.text_bytes += policy.text_bytes;
        counts.bytes += policy.bytes;
        counts.occurrences += policy.occurrences;
        counts.furniture += policy.furniture;
    }
    Ok(counts)
}

/// The companies of each text, over all policies; `None` if a clause belongs to no policy of the
/// table. An update reads all of them: a new policy can share a text with an old one. `failed`
/// makes the error of a segment that cannot be read.
///
/// # Errors
///
/// A segment or the table of policies cannot be read.
pub(crate) fn text_companies(
    searcher: &Searcher,
    policies: &PolicyTable,
    failed: impl Fn(TantivyError) -> Error,
) -> Result<Option<TextCompanies>> {
    let mut texts = TextCompanies::default();
    for segment in searcher.segment_readers() {
        let column = |name| segment_column::<u64>(segment, name).map_err(&failed);
        let hashes = column("policy")?;
        let text_keys = column("text_key")?;
        let furniture = column("furniture")?;
        // The clauses of a policy follow each other, so its company is looked up once.
        let mut current = None;
        for doc in segment.doc_ids_alive() {
            let (Some(hash), Some(key)) = (hashes.first(doc), text_keys.first(doc)) else {
                continue;
            };
            let company = match current {
                Some((known, company)) if known == hash => company,
                _ => match policies.rank(hash)? {
                    Some(rank) => policies.company(rank)?,
                    None => return Ok(None),
                },
            };
            current = Some((hash, company));
            let extent = furniture.first(doc).map(FurnitureExtent::of_number);
            texts.add(company, key, extent == Some(FurnitureExtent::Whole));
        }
    }
    Ok(Some(texts))
}

/// The sum of the lengths of all clauses in tokens. The segments keep a length exactly up to 40
/// tokens, and round longer ones down.
pub(crate) fn length_sum(searcher: &Searcher) -> tantivy::Result<u64> {
    let mut sum = 0;
    for segment in searcher.segment_readers() {
        let text = Fields::of(segment.schema())?.text;
        let lengths = segment.get_fieldnorms_reader(text)?;
        sum += segment.doc_ids_alive().map(|doc| u64::from(lengths.fieldnorm(doc))).sum::<u64>();
    }
    Ok(sum)
}

/// The column of this name in a segment; it is empty if no document of the segment has a value.
pub(crate) fn segment_column<T>(segment: &SegmentReader, name: &str) -> tantivy::Result<Column<T>>
where
    T: HasAssociatedColumnType + Default,
    Option<Column<T>>: From<DynamicColumn>,
{
    let column = segment.fast_fields().column_opt::<T>(name)?;
    Ok(column.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
}
