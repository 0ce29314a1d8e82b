//! `--meta`: which snapshots of a policy say something in their metadata.

use std::ops::Range;

use tantivy::DocAddress;

use crate::error::{Error, Result};
use crate::index::{CHUNK, OpenIndex, StoredSnapshot};
use crate::model::metadata_values;
use crate::query::names::NamePattern;

/// Is in the metadata of no corpus by itself: every snapshot with a heading has one.
const TITLE: &str = "title";

/// What metadata must say.
#[derive(Default)]
pub(crate) struct MetadataFilter(Vec<(String, NamePattern)>);

impl MetadataFilter {
    /// The filter of these keys and values (or globs).
    ///
    /// # Errors
    ///
    /// A key that no snapshot of the index has, or a glob that is none.
    pub fn new(index: &OpenIndex, wanted: &[(String, String)]) -> Result<Self> {
        let rule = |(key, value): &(String, String)| {
            check_key(index, "--meta", key)?;
            let pattern =
                NamePattern::new(value).map_err(|error| Error::Usage(error.to_string()))?;
            Ok((key.clone(), pattern))
        };
        wanted.iter().map(rule).collect::<Result<_>>().map(Self)
    }

    /// Whether every snapshot fits, whatever it says.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The stretches of ordinals in `range` whose snapshots fit.
    pub fn ordinals(
        &self,
        index: &OpenIndex,
        policy: DocAddress,
        range: Range<u32>,
    ) -> Result<Vec<Range<u32>>> {
        let mut fitting: Vec<Range<u32>> = Vec::new();
        let mut chunk = (u32::MAX, Vec::new());
        for ordinal in range {
            let number = ordinal / CHUNK as u32;
            if chunk.0 != number {
                chunk = (number, index.chunk(policy, ordinal)?.snapshots);
            }
            if !chunk.1.get(ordinal as usize % CHUNK).is_some_and(|snapshot| self.fits(snapshot)) {
                continue;
            }
            match fitting.last_mut() {
                Some(last) if last.end == ordinal => last.end += 1,
                _ => fitting.push(ordinal..ordinal + 1),
            }
        }
        Ok(fitting)
    }

    fn fits(&self, snapshot: &StoredSnapshot) -> bool {
        self.0
            .iter()
            .all(|(key, pattern)| values(snapshot, key).iter().any(|value| pattern.fits(value)))
    }
}

/// Refuses a key that no snapshot has; `flag` is what asked for it.
///
/// # Errors
///
/// Names the keys that there are.
pub(super) fn check_key(index: &OpenIndex, flag: &str, key: &str) -> Result<()> {
    let known = &index.manifest().metadata;
    if key == TITLE || known.contains_key(key) {
        return Ok(());
    }
    let keys: Vec<&str> = known.keys().map(String::as_str).chain([TITLE]).collect();
    let keys = keys.join(", ");
    Err(Error::Usage(format!("{flag} `{key}`: no snapshot has this key; there are {keys}")))
}

/// What a snapshot says under a key.
pub(super) fn values(snapshot: &StoredSnapshot, key: &str) -> Vec<String> {
    let mut values = metadata_values(&snapshot.info.metadata, key);
    if values.is_empty() && key == TITLE {
        values.extend(snapshot.title.clone());
    }
    values
}
