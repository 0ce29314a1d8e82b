//! The index of one corpus in a cache folder: made when it is first asked for, brought up to date when the corpus has changed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::manifest::{FormatVersions, Manifest};
use super::schema::DESCRIPTION;
use super::writer::{BuildOptions, build};
use super::{CorpusScan, IngestReport, OpenIndex};
use crate::corpus::ReadOptions;
use crate::error::{Error, Result};
use crate::progress::Progress;

const COLLECTION: &str = "default";

/// Opens the index of `corpus` in the folder `cache`, building it first where it is missing or damaged, and bringing it up to date where the
/// corpus has changed.
///
/// Each corpus has a folder of its own there, by its path and the versions of this program. Hits name the corpus as it is named here.
///
/// # Errors
///
/// The corpus cannot be scanned ([`CorpusScan::new`]) or built ([`build`]), or the cache cannot be written.
pub fn open_cached(
    corpus: &Path,
    cache: &Path,
    progress: &dyn Progress,
) -> Result<(OpenIndex, IngestReport)> {
    let dir = cache.join(key(corpus)?);
    let (mut known, mut scan) = known(&dir, corpus, progress)?;
    // Of several processes one builds and the others wait. A cache that cannot be written may still hold what is wanted.
    let _lock = wait_for_lock(&dir.with_extension("lock"));
    let generation = |manifest: &Manifest| manifest.generation.clone();
    if known.as_ref().map(generation)
        != OpenIndex::open(&dir).ok().map(|index| generation(index.manifest()))
    {
        (known, scan) = self::known(&dir, corpus, progress)?;
    }
    if known.is_none() {
        // The folder has the name of a hash in the user's cache: what is in it is ours.
        Manifest::remove_damaged(&dir)?;
    }
    let options = BuildOptions {
        index: dir.clone(),
        rebuild: known.is_none(),
        prune: true,
        ..BuildOptions::default()
    };
    let (_, report) = build(scan, &options, progress)?;
    let index = OpenIndex::open(&dir)?;
    Ok((index.with_corpus_name(corpus.to_string_lossy().into_owned()), report))
}

/// What the cache has of a corpus, and what the corpus has now.
fn known(
    dir: &Path,
    corpus: &Path,
    progress: &dyn Progress,
) -> Result<(Option<Manifest>, CorpusScan)> {
    let known = OpenIndex::open(dir).ok().map(|index| index.manifest().clone());
    let paths = [corpus.to_owned()];
    let scan = CorpusScan::with_options(
        &paths,
        COLLECTION,
        &ReadOptions::default(),
        known.as_ref(),
        progress,
    )?;
    Ok((known, scan))
}

fn wait_for_lock(path: &Path) -> std::io::Result<File> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    let lock = File::options().write(true).create(true).truncate(false).open(path)?;
    lock.lock()?;
    Ok(lock)
}

/// The name of the folder for this corpus and this program: a version that forgot to count up does not meet another's index.
fn key(corpus: &Path) -> Result<PathBuf> {
    let canonical = corpus.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => crate::corpus::nothing_there(corpus),
        _ => Error::io(corpus)(error),
    })?;
    let versions = FormatVersions::current().to_string();
    let mut hasher = blake3::Hasher::new();
    for part in [
        canonical.as_os_str().as_encoded_bytes(),
        versions.as_bytes(),
        env!("CARGO_PKG_VERSION").as_bytes(),
        DESCRIPTION.as_bytes(),
    ] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut key = hasher.finalize().to_hex().to_string();
    key.truncate(32);
    Ok(key.into())
}
