//! Completes a generation: it writes the tables beside the segments, and makes the manifest.

use std::collections::{BTreeMap, BTreeSet};

use tantivy::Searcher;

use super::options::BuildOptions;
use super::previous::Previous;
use super::scan::{CorpusScan, ScannedCorpus};
use crate::corpus::CorpusExtent;
use crate::error::{Error, Result};
use crate::index::corpus_names::GONE;
use crate::index::store::derived::{DerivedCounts, length_sum, text_companies};
use crate::index::store::files::{is_read_in_part, live_files};
use crate::index::store::generation::Generation;
use crate::index::store::integrity::block_sums;
use crate::index::store::integrity::checksums::{self, Checksums};
use crate::index::store::manifest::{FormatVersions, IndexedCorpus, InputCounts, Manifest};
use crate::index::store::policies::{PolicyEntry, PolicyTable};
use crate::index::store::sources::{PolicySources, SourceTable};

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
            if reader == GONE {
                continue;
            }
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
        let texts = text_companies(searcher, &policies, Error::tantivy(folder))?;
        let lacks_policy = "the table of policies lacks the policy of a clause";
        texts.ok_or_else(|| generation.damaged(lacks_policy))?.write(folder)?;
        let length_sum = length_sum(searcher).map_err(Error::tantivy(folder))?;
        check_documents(searcher, &policies, generation)?;
        let live = live_files(searcher.index()).map_err(Error::tantivy(folder))?;
        self.files = file_sums(generation, &live)?;
        self.manifest(&generation.name, &policies, &sources, length_sum)
    }

    /// The manifest of an index whose policies are the same as before.
    ///
    /// # Errors
    ///
    /// The table of policies is damaged.
    pub fn of_unwritten(self, previous: &Previous) -> Result<Manifest> {
        let Manifest { generation, length_sum, .. } = previous.index.manifest();
        self.manifest(generation, previous.index.policies(), &previous.sources, *length_sum)
    }

    fn manifest(
        self,
        generation: &str,
        policies: &PolicyTable,
        sources: &SourceTable,
        length_sum: u64,
    ) -> Result<Manifest> {
        let derived = DerivedCounts::of(&self.corpora, policies, sources)?;
        let DerivedCounts { counts, dates, inputs, metadata, languages } = derived;
        Ok(Manifest {
            versions: FormatVersions::current(),
            generation: generation.to_owned(),
            corpora: self.corpora,
            counts,
            dates,
            inputs,
            length_sum,
            metadata,
            languages,
            files: self.files,
        })
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

/// Counts the documents against the table of policies. An update takes documents over, and a
/// policy that a damaged table lacks would be indexed a second time.
fn check_documents(
    searcher: &Searcher,
    policies: &PolicyTable,
    generation: &Generation,
) -> Result<()> {
    if searcher.num_docs() == policies.document_count() {
        return Ok(());
    }
    Err(generation.damaged("the segments have other documents than the table of policies"))
}

/// Writes the checksums of the blocks of the files `live` of a generation, as far as they are read
/// in part, and returns the checksums of all of them.
fn file_sums(generation: &Generation, live: &BTreeSet<String>) -> Result<Checksums> {
    let folder = &generation.folder;
    let mut in_part = BTreeMap::new();
    for name in live.iter().filter(|name| is_read_in_part(name)) {
        let path = folder.join(name);
        match generation.taken_over.get(name) {
            Some(sums) => in_part.insert(name.clone(), sums.clone()),
            // A segment without deleted documents has no file of deletions.
            None if !path.exists() => None,
            None => in_part.insert(name.clone(), checksums::of_file(&path)?),
        };
    }
    block_sums::write(folder, &in_part)?;
    let others = live.iter().filter(|name| !is_read_in_part(name));
    let mut sums: Checksums = in_part.into_iter().map(|(name, sums)| (name, sums.whole)).collect();
    for name in others {
        sums.insert(name.clone(), checksums::of_file(&folder.join(name))?.whole);
    }
    Ok(sums)
}
