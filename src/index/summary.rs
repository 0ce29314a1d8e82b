//! What is said of an index beside its segments: tables, counts, the manifest.

use std::collections::BTreeMap;

use tantivy::Searcher;
use tantivy::columnar::Column;

use super::checksums::{self, Checksums};
use super::files::live_files;
use super::generation::Generation;
use super::ingest::{CorpusScan, Tally};
use super::manifest::{
    DateRange, FormatVersions, IndexCounts, IndexedCorpus, InputCounts, Manifest,
};
use super::plan::Previous;
use super::policies::{PolicyEntry, PolicyTable};
use super::schema::Fields;
use super::sources::{PolicySources, SourceTable};
use super::texts::TextCompanies;
use super::writer::BuildOptions;
use crate::corpus::{CorpusExtent, CorpusNotice, SkipReason};
use crate::error::{Error, Result};
use crate::model::ArchiveTime;

/// What a run of the build knows of its corpora.
pub(super) struct Summary {
    corpora: Vec<IndexedCorpus>,
    /// Those of the index before.
    files: Checksums,
}

impl Summary {
    /// The corpora of the index after this run. `failed`: what could not be read, by reader.
    pub fn new(
        scan: &CorpusScan,
        numbers: &[u32],
        options: &BuildOptions,
        previous: Option<&Previous>,
        failed: &[Tally],
    ) -> Self {
        let known = previous.map_or(&[][..], |previous| &previous.index.manifest().corpora);
        let mut corpora: Vec<IndexedCorpus> = known.to_vec();
        corpora.retain(|corpus| !options.remove.contains(&corpus.collection));
        for (reader, (corpus, &number)) in scan.corpora.iter().zip(numbers).enumerate() {
            let known = corpora.iter().position(|known| known.number == number);
            let before = known.map(|at| corpora.remove(at)).map(|known| known.met);
            let mut met = match corpus.extent {
                CorpusExtent::Whole => InputCounts::default(),
                CorpusExtent::Added | CorpusExtent::Unchanged => before.unwrap_or_default(),
            };
            met.add(&InputCounts::of(&corpus.report));
            met.unreadable.merge(failed.get(reader).cloned().unwrap_or_default());
            corpora.push(IndexedCorpus {
                number,
                collection: corpus.collection.clone(),
                path: corpus.path.to_string_lossy().into_owned(),
                canonical: corpus.canonical.clone(),
                reader: scan
                    .readers
                    .get(reader)
                    .map(|reader| reader.name().to_owned())
                    .unwrap_or_default(),
                options: corpus.options.clone(),
                state: corpus.state.clone(),
                met,
            });
        }
        corpora.sort_by_key(|corpus| corpus.number);
        let files =
            previous.map(|previous| previous.index.manifest().files.clone()).unwrap_or_default();
        Self { corpora, files }
    }

    /// Writes the tables of a generation, and gives its manifest.
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
        let sources =
            SourceTable(sources.into_iter().map(|policy| (policy.hash, policy)).collect());
        policies.write(folder)?;
        sources.write(folder)?;
        let error = Error::tantivy(folder);
        shared_texts(searcher, &policies).map_err(&error)?.write(folder)?;
        let length_sum = length_sum(searcher).map_err(&error)?;
        let live = live_files(searcher.index()).map_err(&error)?;
        self.files = checksums::of_folder(folder, &live, &self.files)?;
        Ok(self.manifest(&generation.name, &policies, &sources, length_sum))
    }

    /// The manifest of an index none of whose policies differs.
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
        let counts = counts(policies, sources);
        let spans = sources.0.values().map(|policy| policy.span);
        // By their times: dates of years before 0 and after 9999 are not in the order of their letters.
        let span = spans.reduce(|(first, last), (from, to)| (first.min(from), last.max(to)));
        let date = |seconds| ArchiveTime::from_seconds(seconds).date();
        Manifest {
            versions: FormatVersions::current(),
            generation: generation.to_owned(),
            inputs: self.inputs(&counts, sources),
            corpora: self.corpora,
            dates: span.map(|(first, last)| DateRange { first: date(first), last: date(last) }),
            counts,
            length_sum,
            metadata: sum(sources.0.values().map(|policy| &policy.metadata)),
            languages: sum(sources.0.values().map(|policy| &policy.languages)),
            files: self.files,
        }
    }

    /// What was met in the corpora, and what became of it when texts were read.
    fn inputs(&self, counts: &IndexCounts, sources: &SourceTable) -> InputCounts {
        let mut inputs = InputCounts::default();
        for corpus in &self.corpora {
            inputs.add(&corpus.met);
        }
        let mut read = InputCounts::default();
        for policy in sources.0.values() {
            for duplicate in &policy.duplicates {
                let mut source = duplicate.info.source.clone();
                let corpus =
                    self.corpora.iter().find(|corpus| corpus.number == duplicate.record.corpus);
                source.corpus = corpus.map(|corpus| corpus.path.clone()).unwrap_or_default();
                read.skipped
                    .entry(SkipReason::Duplicate.reason().to_owned())
                    .or_default()
                    .add(source.place());
            }
            if policy.windows_1252.count > 0 {
                let notes =
                    read.notices.entry(CorpusNotice::Windows1252.text().to_owned()).or_default();
                notes.merge(policy.windows_1252.clone());
            }
        }
        inputs.add(&read);
        inputs.indexed = counts.snapshots;
        let skipped: u64 = inputs.skipped.values().map(|tally| tally.count).sum();
        inputs.vanished =
            (inputs.indexed + skipped + inputs.unreadable.count).saturating_sub(inputs.seen);
        inputs
    }
}

/// The sums per name.
fn sum<'m>(parts: impl Iterator<Item = &'m BTreeMap<String, u64>>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in parts.flatten() {
        *sums.entry(name.clone()).or_default() += count;
    }
    sums
}

fn counts(policies: &PolicyTable, sources: &SourceTable) -> IndexCounts {
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
        counts.texts += policy.texts;
        counts.text_bytes += policy.text_bytes;
        counts.bytes += policy.bytes;
        counts.occurrences += policy.occurrences;
    }
    counts
}

/// Which clauses stand at which companies, over all policies: after an update a clause may be shared that was not before.
fn shared_texts(searcher: &Searcher, policies: &PolicyTable) -> tantivy::Result<TextCompanies> {
    let mut texts = TextCompanies::default();
    for segment in searcher.segment_readers() {
        let column = |name: &str| -> tantivy::Result<Column<u64>> {
            let column = segment.fast_fields().column_opt::<u64>(name)?;
            Ok(column.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
        };
        let (policy, text_key) = (column("policy")?, column("text_key")?);
        // The clauses of a policy stand together.
        let mut last = (None, 0);
        for doc in segment.doc_ids_alive() {
            let (Some(hash), Some(key)) = (policy.first(doc), text_key.first(doc)) else {
                continue;
            };
            if last.0 != Some(hash) {
                last = (
                    Some(hash),
                    policies.rank(hash).map_or(u32::MAX, |rank| policies.company(rank)),
                );
            }
            texts.add(last.1, key);
        }
    }
    Ok(texts)
}

/// The sum of the lengths of all clauses, as the segments keep them: exact up to 40 tokens, above that rounded down to a step.
fn length_sum(searcher: &Searcher) -> tantivy::Result<u64> {
    let mut sum = 0;
    for segment in searcher.segment_readers() {
        let text = Fields::of(segment.schema())?.text;
        let lengths = segment.get_fieldnorms_reader(text)?;
        sum += segment.doc_ids_alive().map(|doc| u64::from(lengths.fieldnorm(doc))).sum::<u64>();
    }
    Ok(sum)
}
