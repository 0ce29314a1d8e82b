//! What an index holds, for `fineprint info`: the manifest with what can be measured beside it.

use std::collections::BTreeMap;

use serde::Serialize;
use walkdir::WalkDir;

use super::manifest::{
    DateRange, FormatVersions, IndexCounts, IndexedCorpus, InputCounts, Manifest,
};
use super::strays::{StrayFile, stray_files};
use crate::corpus::ReadOptions;
use crate::error::Result;

/// What an index holds; `schema/info.schema.json` describes it field by field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexInfo {
    /// The index folder.
    pub index: String,
    /// The versions of all that decides what is in it.
    pub versions: FormatVersions,
    /// What was indexed.
    pub corpora: Vec<InfoCorpus>,
    /// Companies, policies, snapshots, texts, clauses.
    pub counts: IndexCounts,
    /// The first and last archive date; `null` in an empty index.
    pub dates: Option<DateRange>,
    /// In how many snapshots each key of the metadata is.
    pub metadata: BTreeMap<String, u64>,
    /// How many snapshots are in each language.
    pub languages: BTreeMap<String, u64>,
    /// The bytes of its files.
    pub bytes: u64,
    /// How every input ended.
    pub inputs: InputCounts,
    /// Files in the index folder that are not part of the index.
    #[serde(skip)]
    pub strays: Vec<StrayFile>,
}

/// A corpus of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InfoCorpus {
    /// The collection it is in.
    pub collection: String,
    /// The path as it was named last.
    pub path: String,
    /// What it was read as.
    pub reader: String,
    /// How it was read.
    pub options: ReadOptions,
    /// What it held, in short, where that is known: newest commit and number of commits of a history.
    pub state: Option<String>,
}

impl From<IndexedCorpus> for InfoCorpus {
    fn from(corpus: IndexedCorpus) -> Self {
        let IndexedCorpus { collection, path, reader, options, state, .. } = corpus;
        Self { collection, path, reader, options, state }
    }
}

impl IndexInfo {
    /// What the index in the folder `dir` holds.
    ///
    /// # Errors
    ///
    /// There is no index, its manifest cannot be read, or it is of another version.
    pub fn read(dir: &std::path::Path) -> Result<Self> {
        let manifest = Manifest::read(dir)?;
        let strays = stray_files(dir, &manifest)?;
        let Manifest {
            versions,
            generation,
            corpora,
            counts,
            dates,
            inputs,
            metadata,
            languages,
            ..
        } = manifest;
        let files = WalkDir::new(dir.join(generation)).into_iter().flatten();
        // A file that goes while it is counted has no bytes.
        let bytes =
            files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file);
        Ok(Self {
            index: dir.to_string_lossy().into_owned(),
            versions,
            corpora: corpora.into_iter().map(InfoCorpus::from).collect(),
            counts,
            dates,
            metadata,
            languages,
            bytes: bytes.map(|file| file.len()).sum(),
            inputs,
            strays,
        })
    }
}
