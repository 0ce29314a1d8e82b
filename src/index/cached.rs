//! The index of one corpus in a cache folder: made when it is first asked for, made again when the corpus has changed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::manifest::{Manifest, Versions};
use super::schema::DESCRIPTION;
use super::writer::{BuildOptions, build};
use super::{IngestReport, OpenIndex, Scan};
use crate::error::{Error, Result};
use crate::progress::Progress;

const COLLECTION: &str = "default";

/// Opens the index of `corpus` in the folder `cache`, building it first where it is missing, old or damaged.
///
/// Each corpus has a folder of its own there, by its path and the versions of this program. Hits name the corpus as it is named here. The
/// report is that of the build, or of the scan where nothing had to be built.
///
/// # Errors
///
/// The corpus cannot be scanned ([`Scan::new`]) or built ([`build`]), or the cache cannot be written.
pub fn open_cached(
    corpus: &Path,
    cache: &Path,
    progress: &dyn Progress,
) -> Result<(OpenIndex, IngestReport)> {
    let scan = Scan::new(&[corpus.to_owned()], COLLECTION, progress)?;
    let dir = cache.join(key(corpus)?);
    let (index, report) = match current(&dir, &scan) {
        Some(index) => (index, scan.report),
        None => build_once(&dir, scan, progress)?,
    };
    Ok((index.with_corpus_name(corpus.to_string_lossy().into_owned()), report))
}

/// Builds the index in the cache folder, or waits until another process has.
fn build_once(dir: &Path, scan: Scan, progress: &dyn Progress) -> Result<(OpenIndex, IngestReport)> {
    let path = dir.with_extension("lock");
    let make = || {
        dir.parent().map_or(Ok(()), fs::create_dir_all)?;
        let lock = File::options().write(true).create(true).truncate(false).open(&path)?;
        lock.lock()?;
        Ok(lock)
    };
    let _lock = make().map_err(Error::io(&path))?;
    if let Some(index) = current(dir, &scan) {
        return Ok((index, scan.report));
    }
    // The folder has the name of a hash in the user's cache: what is in it is ours.
    Manifest::remove_damaged(dir)?;
    let options = BuildOptions { index: dir.to_owned(), collection: COLLECTION.to_owned(), threads: 0 };
    let report = build(scan, &options, progress)?.1;
    Ok((OpenIndex::open(dir)?, report))
}

/// The cached index, if it can be used and is of what was scanned.
fn current(dir: &Path, scan: &Scan) -> Option<OpenIndex> {
    let index = OpenIndex::open(dir).ok()?;
    let manifest = index.manifest();
    let fingerprints = manifest.corpora.iter().map(|corpus| corpus.fingerprint.clone());
    // What could not be read the last time may be readable now.
    let unreadable = manifest.inputs.unreadable.count;
    let is_current = fingerprints.eq(scan.fingerprints()) && unreadable == scan.report.failed.len() as u64;
    is_current.then_some(index)
}

/// The name of the folder for this corpus and this program: a version that forgot to count up does not meet another's index.
fn key(corpus: &Path) -> Result<PathBuf> {
    let canonical = corpus.canonicalize().map_err(Error::io(corpus))?;
    let versions = Versions::current().to_string();
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
