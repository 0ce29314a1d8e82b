//! The index that a query command asks: the one named, or that of a corpus in the cache folder.

use std::fs::{self, File};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use fineprint::error::{Error, Result};
use fineprint::index::{BuildOptions, IngestReport, OpenIndex, Scan, Versions, build};
use fineprint::printer::HumanOptions;

use super::args::{Cli, Color, IndexChoice};
use super::bar::Bar;
use super::index::report_problems;

/// Opens the index, and says whether some input of its corpus could not be read.
pub fn open(choice: &IndexChoice, cli: &Cli) -> Result<(OpenIndex, bool)> {
    match &choice.corpus {
        None => Ok((OpenIndex::open(&choice.index)?, false)),
        Some(corpus) => open_corpus(corpus, cli),
    }
}

fn open_corpus(corpus: &Path, cli: &Cli) -> Result<(OpenIndex, bool)> {
    let bar = Bar::new(cli.quiet);
    let scan = Scan::new(&[corpus.to_owned()], "default", &bar)?;
    let dir = cache_folder(corpus)?;
    let (index, report) = match current(&dir, &scan) {
        Some(index) => (index, scan.report),
        None => build_once(&dir, scan, &bar)?,
    };
    drop(bar);
    let is_incomplete = report_problems(&report);
    Ok((index.with_corpus_name(corpus.to_string_lossy().into_owned()), is_incomplete))
}

/// Builds the index in the cache folder, or waits until another process has.
fn build_once(dir: &Path, scan: Scan, bar: &Bar) -> Result<(OpenIndex, IngestReport)> {
    let path = dir.with_extension("lock");
    let make = || {
        dir.parent().map_or(Ok(()), fs::create_dir_all)?;
        let lock = File::options().write(true).create(true).truncate(false).open(&path)?;
        lock.lock()?;
        Ok(lock)
    };
    let _lock = make().map_err(|source| Error::Io { path: path.clone(), source })?;
    if let Some(index) = current(dir, &scan) {
        return Ok((index, scan.report));
    }
    let options = BuildOptions { index: dir.to_owned(), collection: "default".to_owned(), threads: 0 };
    let report = build(scan, &options, bar)?.1;
    Ok((OpenIndex::open(dir)?, report))
}

/// The cached index, if it can be used and is of what was scanned.
fn current(dir: &Path, scan: &Scan) -> Option<OpenIndex> {
    let index = OpenIndex::open(dir).ok()?;
    let manifest = index.manifest();
    let fingerprints = manifest.corpora.iter().map(|corpus| corpus.fingerprint.clone());
    // What could not be read the last time may be readable now.
    let unreadable = manifest.inputs.get("unreadable").copied().unwrap_or(0);
    let is_current = fingerprints.eq(scan.fingerprints()) && unreadable == scan.report.failed.len() as u64;
    is_current.then_some(index)
}

/// A folder for this corpus and these versions.
fn cache_folder(corpus: &Path) -> Result<PathBuf> {
    let canonical = corpus.canonicalize().map_err(|source| Error::Io { path: corpus.to_owned(), source })?;
    let cache = dirs::cache_dir().ok_or_else(|| {
        Error::Usage(
            "this system names no cache folder; use `fineprint index` and --index instead of --corpus"
                .to_owned(),
        )
    })?;
    let mut key = blake3_hex(canonical.as_os_str().as_encoded_bytes(), &Versions::current().to_string());
    key.truncate(32);
    Ok(cache.join("fineprint").join(key))
}

fn blake3_hex(path: &[u8], versions: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(path);
    hasher.update(&[0]);
    hasher.update(versions.as_bytes());
    hasher.finalize().to_hex().to_string()
}

/// How to draw for whoever reads stdout.
pub fn human_options(color: Color) -> HumanOptions {
    let is_terminal = io::stdout().is_terminal();
    let has_colour = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            is_terminal
                && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    // Who asks for colours in a pipe has a terminal at its end: `| less -R`.
    HumanOptions {
        has_colour,
        width: width.filter(|_| is_terminal),
        is_terminal: is_terminal || has_colour,
        ..HumanOptions::default()
    }
}
