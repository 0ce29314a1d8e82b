//! Completes a generation: it writes the tables beside the segments, and makes the manifest.

use std::collections::BTreeMap;

use tantivy::Searcher;

use super::options::BuildOptions;
use super::previous::Previous;
use super::scan::{CorpusScan, ScannedCorpus};
use crate::corpus::{CorpusExtent, CorpusNotice, SkipReason};
use crate::error::{Error, Result};
use crate::index::open::segment_column;
use crate::index::store::checksums::{self, Checksums};
use crate::index::store::document::FurnitureExtent;
use crate::index::store::files::live_files;
use crate::index::store::generation::Generation;
use crate::index::store::manifest::{
    DateRange, FormatVersions, IndexCounts, IndexedCorpus, InputCounts, Manifest,
};
use crate::index::store::policies::{PolicyEntry, PolicyTable};
use crate::index::store::schema::Fields;
use crate::index::store::shared_texts::TextCompanies;
use crate::index::store::sources::{PolicySources, SourceTable};
use crate::model::ArchiveTime;

/// The corpora of an index after a build, from which its manifest is made.
pub(super) struct BuiltCorpora {
    corpora: Vec<IndexedCorpus>,
    /// The checksums of the generation before, then of this one.
    files: Checksums,
}

impl BuiltCorpora {
    /// The corpora of the index after this build.
    ///
    /// `numbers` are the numbers of the scanned corpora in the index, and `unread` counts the
    /// inputs of each that have no text which can be read, both in the order of the scan.
    pub fn new(
        scan: &CorpusScan,
        numbers: &[u32],
        options: &BuildOptions,
        previous: Option<&Previous>,
        unread: &[InputCounts],
    ) -> Self {
        let manifest = previous.map(|previous| previous.index.manifest());
        let mut corpora = manifest.map(|known| known.corpora.clone()).unwrap_or_default();
        corpora.retain(|corpus| !options.remove.contains(&corpus.collection));
        let readers = scan.readers.iter().map(|reader| reader.name());
        let scanned = scan.corpora.iter().zip(numbers).zip(unread).zip(readers);
        for (((corpus, &number), unread), reader) in scanned {
            let known = corpora.iter().position(|known| known.number == number);
            let before = known.map(|at| corpora.remove(at).met);
            corpora.push(IndexedCorpus {
                number,
                collection: corpus.collection.clone(),
                path: corpus.path.to_string_lossy().into_owned(),
                canonical: corpus.canonical.clone(),
                reader: reader.to_owned(),
                options: corpus.options.clone(),
                state: corpus.state.clone(),
                met: inputs_met(corpus, before, unread),
            });
        }
        corpora.sort_by_key(|corpus| corpus.number);
        let files = manifest.map(|known| known.files.clone()).unwrap_or_default();
        Self { corpora, files }
    }

    /// Writes the tables of a generation, and returns its manifest.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(
        mut self,
        generation: &Generation,
        policies: Vec<(PolicyEntry, PolicySources)>,
        searcher: &Searcher,
    ) -> Result<Manifest> {
        let folder = &generation.folder;
        let (entries, sources): (Vec<_>, Vec<_>) = policies.into_iter().unzip();
        let policies = PolicyTable::new(entries);
        let sources = SourceTable::new(sources);
        policies.write(folder)?;
        sources.write(folder)?;
        text_companies(searcher, &policies, generation)?.write(folder)?;
        let length_sum = length_sum(searcher).map_err(Error::tantivy(folder))?;
        let live = live_files(searcher.index()).map_err(Error::tantivy(folder))?;
        self.files = checksums::of_folder(folder, &live, &self.files)?;
        Ok(self.manifest(&generation.name, &policies, &sources, length_sum))
    }

    /// The manifest of an index whose policies are the same as before.
    pub fn of_unwritten(self, previous: &Previous) -> Manifest {
        let Manifest { generation, length_sum, .. } = previous.index.manifest();
        self.manifest(generation, previous.index.policies(), &previous.sources, *length_sum)
    }

    fn manifest(
        self,
        generation: &str,
        policies: &PolicyTable,
        sources: &SourceTable,
        length_sum: u64,
    ) -> Manifest {
        let counts = index_counts(policies, sources);
        Manifest {
            versions: FormatVersions::current(),
            generation: generation.to_owned(),
            inputs: self.inputs(&counts, sources),
            corpora: self.corpora,
            dates: date_range(sources),
            counts,
            length_sum,
            metadata: sum(sources.0.values().map(|policy| &policy.metadata)),
            languages: sum(sources.0.values().map(|policy| &policy.languages)),
            files: self.files,
        }
    }

    /// How every input of all corpora ended, in the scans and when the texts were read.
    fn inputs(&self, counts: &IndexCounts, sources: &SourceTable) -> InputCounts {
        let mut inputs = InputCounts::default();
        for corpus in &self.corpora {
            inputs.add(&corpus.met);
        }
        for policy in sources.0.values() {
            inputs.add(&self.counted_while_reading(policy));
        }
        inputs.indexed = counts.snapshots;
        let skipped: u64 = inputs.skipped.values().map(|tally| tally.count).sum();
        // A snapshot that has vanished is indexed and was not seen.
        inputs.vanished =
            (inputs.indexed + skipped + inputs.unreadable.count).saturating_sub(inputs.seen);
        inputs
    }

    /// The duplicates and notices of a policy, which are found when its texts are read.
    fn counted_while_reading(&self, policy: &PolicySources) -> InputCounts {
        let mut counts = InputCounts::default();
        for duplicate in &policy.duplicates {
            let mut source = duplicate.info.source.clone();
            let number = duplicate.record.corpus;
            if let Some(corpus) = self.corpora.iter().find(|corpus| corpus.number == number) {
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
}

/// The inputs met in a corpus so far. A whole scan has met all of them again.
fn inputs_met(
    corpus: &ScannedCorpus,
    before: Option<InputCounts>,
    unread: &InputCounts,
) -> InputCounts {
    let mut met = match corpus.extent {
        CorpusExtent::Whole => InputCounts::default(),
        CorpusExtent::Added | CorpusExtent::Unchanged => before.unwrap_or_default(),
    };
    met.add(&InputCounts::of(&corpus.report));
    met.add(unread);
    met
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

fn index_counts(policies: &PolicyTable, sources: &SourceTable) -> IndexCounts {
    let mut counts = IndexCounts {
        companies: policies.company_count() as u64,
        policies: policies.entries().len() as u64,
        ..IndexCounts::default()
    };
    for entry in policies.entries() {
        counts.snapshots += u64::from(entry.snapshots);
        counts.clauses += u64::from(entry.clauses);
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
    counts
}

/// The companies of each text, over all policies. An update reads all of them: a new policy can
/// share a text with an old one.
fn text_companies(
    searcher: &Searcher,
    policies: &PolicyTable,
    generation: &Generation,
) -> Result<TextCompanies> {
    let error = Error::tantivy(&generation.folder);
    let mut texts = TextCompanies::default();
    for segment in searcher.segment_readers() {
        let hashes = segment_column::<u64>(segment, "policy").map_err(&error)?;
        let text_keys = segment_column::<u64>(segment, "text_key").map_err(&error)?;
        let furniture = segment_column::<u64>(segment, "furniture").map_err(&error)?;
        // The clauses of a policy follow each other, so its company is looked up once.
        let mut current = None;
        for doc in segment.doc_ids_alive() {
            let (Some(hash), Some(key)) = (hashes.first(doc), text_keys.first(doc)) else {
                continue;
            };
            let company = match current {
                Some((known, company)) if known == hash => company,
                _ => policies.rank(hash).map(|rank| policies.company(rank)).ok_or_else(|| {
                    generation.damaged("the table of policies lacks the policy of a clause")
                })?,
            };
            current = Some((hash, company));
            let extent = furniture.first(doc).map(FurnitureExtent::of_number);
            texts.add(company, key, extent == Some(FurnitureExtent::Whole));
        }
    }
    Ok(texts)
}

/// The sum of the lengths of all clauses in tokens. The segments keep a length exactly up to 40
/// tokens, and round longer ones down.
fn length_sum(searcher: &Searcher) -> tantivy::Result<u64> {
    let mut sum = 0;
    for segment in searcher.segment_readers() {
        let text = Fields::of(segment.schema())?.text;
        let lengths = segment.get_fieldnorms_reader(text)?;
        sum += segment.doc_ids_alive().map(|doc| u64::from(lengths.fieldnorm(doc))).sum::<u64>();
    }
    Ok(sum)
}
