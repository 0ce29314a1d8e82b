//! Keeps an index of a single corpus in a cache folder, and brings it up to date when it is opened.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::build::options::{BuildOptions, PruneMode};
use super::build::scan::{CorpusScan, ScanContext};
use super::build::update::build;
use super::check::has_sound_files;
use super::open::OpenIndex;
use super::report::IngestReport;
use super::store::integrity::checked_file::Verification;
use super::store::manifest::{FormatVersions, Manifest};
use super::store::schema::DESCRIPTION;
use crate::corpus::ReadOptions;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// The collection of the corpus in its cached index.
const COLLECTION: &str = "default";

/// Opens the index of `corpus` in the folder `cache`. An index that is missing or damaged is
/// built, and one whose corpus has changed is brought up to date.
///
/// Each corpus has a folder of its own in the cache; its path and the versions of this program give
/// the name of the folder. Hits name the corpus as it is named here.
///
/// # Errors
///
/// The corpus cannot be scanned ([`CorpusScan::new`]) or built ([`build`]), or the cache cannot be
/// written.
pub fn open_cached(
    corpus: &Path,
    cache: &Path,
    progress: &dyn Progress,
) -> Result<(OpenIndex, IngestReport)> {
    let dir = cache.join(folder_name(corpus)?);
    let mut scanned = ScannedCache::of(&dir, corpus, progress)?;
    // Of several processes one builds, and the others wait. In a cache that cannot be written
    // there is no lock, but the index may be there.
    let _lock = wait_for_lock(&dir.with_extension("lock"));
    if generation(scanned.known.as_ref()) != Manifest::generation(&dir).as_deref() {
        // Another process has built meanwhile.
        scanned = ScannedCache::of(&dir, corpus, progress)?;
    }
    let ScannedCache { known, scan } = scanned;
    if known.is_none() {
        // The name of the folder is a hash, in the user's cache, so nothing else uses it.
        Manifest::remove_damaged(&dir)?;
    }
    let options = BuildOptions {
        index: dir.clone(),
        rebuild: known.is_none(),
        prune: PruneMode::AllCorpora,
        ..BuildOptions::default()
    };
    let (_, report) = build(scan, &options, progress)?;
    let index = OpenIndex::open_verifying(&dir, Verification::All)?;
    Ok((index.with_corpus_name(corpus.to_string_lossy().into_owned()), report))
}

/// The index in a cache folder, and a scan of its corpus.
struct ScannedCache {
    /// `None`: there is no index, or it is damaged.
    known: Option<Manifest>,
    scan: CorpusScan,
}

impl ScannedCache {
    fn of(dir: &Path, corpus: &Path, progress: &dyn Progress) -> Result<Self> {
        let known = sound_manifest(dir);
        let (corpora, options) = ([corpus.to_owned()], ReadOptions::default());
        let context = ScanContext { base: known.as_ref(), ..ScanContext::new(progress) };
        let scan = CorpusScan::with_options(&corpora, COLLECTION, &options, context)?;
        Ok(Self { known, scan })
    }
}

/// The manifest of the index in a cache folder. `None`: there is no index, or it is damaged.
///
/// All files are compared with their checksums: nobody else notices damage in a cache, and reading
/// the corpus takes longer.
fn sound_manifest(dir: &Path) -> Option<Manifest> {
    let index = OpenIndex::open(dir).ok()?;
    let manifest = index.manifest();
    has_sound_files(dir, manifest).then(|| manifest.clone())
}

fn generation(manifest: Option<&Manifest>) -> Option<&str> {
    manifest.map(|manifest| manifest.generation.as_str())
}

fn wait_for_lock(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let lock = File::options().write(true).create(true).truncate(false).open(path)?;
    lock.lock()?;
    Ok(lock)
}

/// The name of the folder of this corpus and this program.
///
/// The description of the fields is part of it. A changed description whose version number was not
/// increased then gets a new folder, and meets no index that it cannot read.
fn folder_name(corpus: &Path) -> Result<PathBuf> {
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
    let mut name = hasher.finalize().to_hex().to_string();
    name.truncate(32);
    Ok(name.into())
}
