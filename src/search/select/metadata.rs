//! Selects snapshots by their metadata.

use std::ops::Range;

use tantivy::DocAddress;

use crate::error::{Error, MetadataUse, Result};
use crate::index::{CHUNK, OpenIndex, StoredSnapshot};
use crate::model::{Ordinal, metadata_values};
use crate::search::plan::NamePattern;

/// The key of a snapshot's title. No corpus has it in its own metadata, and every snapshot with a
/// heading has a title.
const TITLE: &str = "title";

/// The metadata that a snapshot must have: keys, and values or globs.
#[derive(Default)]
pub(super) struct MetadataFilter(Vec<(String, NamePattern)>);

impl MetadataFilter {
    /// The filter for these keys and values (or globs).
    ///
    /// # Errors
    ///
    /// A key that no snapshot of the index has.
    pub fn new(index: &OpenIndex, wanted: &[(String, String)]) -> Result<Self> {
        let mut rules = Vec::with_capacity(wanted.len());
        for (key, value) in wanted {
            check_key(index, MetadataUse::Filter, key)?;
            rules.push((key.clone(), NamePattern::new(value)));
        }
        Ok(Self(rules))
    }

    /// Whether it lets every snapshot through.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts of `range`, as ordinals of `policy`, whose snapshots it lets through.
    pub fn ordinals(
        &self,
        index: &OpenIndex,
        policy: DocAddress,
        range: Range<Ordinal>,
    ) -> Result<Vec<Range<Ordinal>>> {
        let mut selected: Vec<Range<Ordinal>> = Vec::new();
        let mut snapshots = Vec::new();
        for ordinal in (range.start.get()..range.end.get()).map(Ordinal::new) {
            let inside = ordinal.index() % CHUNK;
            if ordinal == range.start || inside == 0 {
                snapshots = index.chunk(policy, ordinal)?.snapshots;
            }
            let snapshot =
                snapshots.get(inside).ok_or_else(|| index.damaged("a snapshot is missing"))?;
            if !self.lets_through(snapshot) {
                continue;
            }
            match selected.last_mut() {
                Some(last) if last.end == ordinal => last.end = ordinal.next(),
                _ => selected.push(ordinal..ordinal.next()),
            }
        }
        Ok(selected)
    }

    fn lets_through(&self, snapshot: &StoredSnapshot) -> bool {
        self.0.iter().all(|(key, wanted)| {
            metadata_of(snapshot, key).iter().any(|value| wanted.matches(value))
        })
    }
}

/// Refuses a metadata key that no snapshot has.
///
/// # Errors
///
/// Names the keys that there are, and what the key was asked for.
pub(crate) fn check_key(index: &OpenIndex, asked: MetadataUse, key: &str) -> Result<()> {
    let known = &index.manifest().metadata;
    if key == TITLE || known.contains_key(key) {
        return Ok(());
    }
    let known = known.keys().cloned().chain([TITLE.to_owned()]).collect();
    Err(Error::UnknownMetadataKey { asked, key: key.to_owned(), known })
}

/// The values that a snapshot has under a key.
pub(crate) fn metadata_of(snapshot: &StoredSnapshot, key: &str) -> Vec<String> {
    let mut values = metadata_values(&snapshot.info.metadata, key);
    if values.is_empty() && key == TITLE {
        values.extend(snapshot.title.clone());
    }
    values
}
