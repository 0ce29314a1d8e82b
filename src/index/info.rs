//! Describes an index for `fineprint info`: its manifest, and the sizes of its files; and what a
//! build did, for `fineprint index`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::open::with_newest;
use super::report::{IngestReport, Tally};
use super::store::directory::GenerationDirectory;
use super::store::files::size;
use super::store::integrity::checked_file::Verification;
use super::store::integrity::damage::FirstDamage;
use super::store::manifest::{
    DateRange, FormatVersions, IndexCounts, IndexedCorpus, InputCounts, Manifest,
};
use super::store::policies::{PolicyEntry, PolicyTable};
use super::store::sources::SourceTable;
use super::strays::{StrayFile, stray_files};
use crate::corpus::{PolicyName, ReadOptions};
use crate::error::{Error, Result};

/// The description of an index. `schema/info.schema.json` specifies its JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndexInfo {
    /// The index folder.
    pub index: String,
    /// The versions with which it was built.
    pub versions: FormatVersions,
    /// The corpora that were indexed.
    pub corpora: Vec<InfoCorpus>,
    /// The numbers of companies, policies, snapshots, texts and clauses.
    pub counts: IndexCounts,
    /// The first and last archive date; `None` if the index is empty.
    pub dates: Option<DateRange>,
    /// The number of snapshots that have each metadata key.
    pub metadata: BTreeMap<String, u64>,
    /// The number of snapshots in each language.
    pub languages: BTreeMap<String, u64>,
    /// The size of its files in bytes.
    pub bytes: u64,
    /// The policies that were removed from their corpora while another policy got their text.
    pub renames: Vec<LikelyRename>,
    /// How every input ended.
    pub inputs: InputCounts,
    /// Files in the index folder that are not part of the index. The JSON does not contain them.
    #[serde(skip)]
    pub strays: Vec<StrayFile>,
}

/// What a build did. `schema/build.schema.json` specifies its JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BuildSummary {
    /// The index folder.
    pub index: String,
    /// The folder of the current generation, which a build that changes the index replaces.
    pub generation: String,
    /// Whether the build changed what the index contains.
    pub changed: bool,
    /// How long the build took.
    pub seconds: f64,
    /// The size of the files of the index in bytes.
    pub bytes: u64,
    /// How the inputs of this build ended.
    pub inputs: BuildInputs,
    /// The numbers of companies, policies, snapshots, texts and clauses of the index.
    pub counts: IndexCounts,
}

/// How the inputs of a build ended: `indexed`, `unchanged`, `unreadable` and `skipped` add up to
/// `seen`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuildInputs {
    /// Inputs met.
    pub seen: u64,
    /// Snapshots that this build added.
    pub indexed: u64,
    /// Snapshots that were in the index before.
    pub unchanged: u64,
    /// Snapshots that this build removed from the index. They are not among the inputs.
    pub removed: u64,
    /// Snapshots that remain although their corpora no longer contain them. They are not among the
    /// inputs.
    pub vanished: u64,
    /// Inputs that could not be read. The examples give the reasons.
    pub unreadable: Tally,
    /// Inputs that were skipped by a rule, by reason.
    pub skipped: BTreeMap<String, Tally>,
    /// Notices about inputs, by their texts.
    pub notices: BTreeMap<String, Tally>,
}

impl BuildSummary {
    /// The summary of a build that took `seconds` and gave the index in `dir` this manifest. `base`
    /// is the manifest before; `None` if there was no index, or it was built from nothing.
    pub fn new(
        dir: &Path,
        base: Option<&Manifest>,
        manifest: &Manifest,
        report: &IngestReport,
        seconds: f64,
    ) -> Self {
        let InputCounts { seen, unreadable, skipped, notices, .. } = InputCounts::of(report);
        let IngestReport { indexed, unchanged, removed, vanished, .. } = *report;
        let generation = manifest.generation.clone();
        Self {
            index: dir.to_string_lossy().into_owned(),
            changed: base.is_none_or(|base| base.generation != generation),
            bytes: size(&dir.join(&generation)),
            generation,
            seconds,
            inputs: BuildInputs {
                seen,
                indexed,
                unchanged,
                removed,
                vanished,
                unreadable,
                skipped,
                notices,
            },
            counts: manifest.counts.clone(),
        }
    }
}

/// A corpus of an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InfoCorpus {
    /// The collection under which it was indexed.
    pub collection: String,
    /// The path as it was given last.
    pub path: String,
    /// The name of the reader that read it.
    pub reader: String,
    /// The options with which it was read.
    pub options: ReadOptions,
    /// A short description of its content where there is one: the newest commit and the number of
    /// commits of a history.
    pub state: Option<String>,
}

/// A policy that was removed from its corpus while the same commit gave its text to another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LikelyRename {
    /// The collection of both.
    pub collection: String,
    /// The policy that was removed.
    pub from: PolicyName,
    /// The policy that got its text.
    pub to: PolicyName,
    /// The date on which that happened.
    pub date: String,
}

/// The likely renames of the index in the folder `dir`, in the order of their names.
fn renames(dir: &Path, manifest: &Manifest) -> Result<Vec<LikelyRename>> {
    let damage = FirstDamage::default();
    damage.outcome(dir, read_renames(dir, manifest, &damage))
}

fn read_renames(
    dir: &Path,
    manifest: &Manifest,
    damage: &FirstDamage,
) -> Result<Vec<LikelyRename>> {
    let (folder, sums) = (dir.join(&manifest.generation), &manifest.files);
    let verification = Verification::default();
    let directory = GenerationDirectory::open_checked(&folder, sums, verification, damage);
    let policies = PolicyTable::open(&directory.map_err(Error::reading(dir))?, dir)?;
    let sources = SourceTable::read(&folder, sums)?;
    let mut renames = Vec::new();
    for PolicyEntry { key, hash, .. } in policies.entries()? {
        let ends = sources.0.get(&hash).into_iter().flat_map(|sources| &sources.ends);
        for (_, end) in ends {
            let Some(to) = end.successor.clone() else { continue };
            let (company, policy_type) = (key.company.clone(), key.policy_type.clone());
            renames.push(LikelyRename {
                collection: key.collection.clone(),
                from: PolicyName { company, policy_type },
                to,
                date: end.time.date(),
            });
        }
    }
    renames.sort();
    Ok(renames)
}

impl From<IndexedCorpus> for InfoCorpus {
    fn from(corpus: IndexedCorpus) -> Self {
        let IndexedCorpus { collection, path, reader, options, state, .. } = corpus;
        Self { collection, path, reader, options, state }
    }
}

impl IndexInfo {
    /// Describes the index in the folder `dir`.
    ///
    /// # Errors
    ///
    /// There is no index, its manifest cannot be read, or other versions than this program's
    /// wrote it.
    pub fn read(dir: &Path) -> Result<Self> {
        with_newest(dir, |manifest| Self::of(dir, manifest.clone()))
    }

    fn of(dir: &Path, manifest: Manifest) -> Result<Self> {
        let strays = stray_files(dir, &manifest)?;
        let bytes = size(&dir.join(&manifest.generation));
        let renames = match manifest.counts.ends {
            0 => Vec::new(),
            _ => renames(dir, &manifest)?,
        };
        let Manifest { versions, corpora, counts, dates, inputs, metadata, languages, .. } =
            manifest;
        Ok(Self {
            index: dir.to_string_lossy().into_owned(),
            versions,
            corpora: corpora.into_iter().map(InfoCorpus::from).collect(),
            counts,
            dates,
            metadata,
            languages,
            bytes,
            renames,
            inputs,
            strays,
        })
    }
}
