//! The temporary file for snapshots of a stream, which can be read only once.
//!
//! The file has no name, so the system removes it when the process ends. Snapshots are compressed
//! with LZ4, which costs little time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::corpus::found_snapshot::SpillPlace;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::SourceText;

/// A snapshot in the temporary file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SpilledSnapshot {
    /// The name of its entry or record, for an archive.
    pub entry: Option<String>,
    /// Its line from 1, for JSON and CSV.
    pub line: Option<u64>,
    /// Its metadata besides policy and time.
    pub facts: SnapshotFacts,
    /// Its text.
    pub text: SourceText,
}

/// An error of writing the temporary file, with its place, which is no part of the corpus.
fn unwritten(place: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write in {place}: {error}"))
}

/// The temporary file. Several threads may read it.
pub(super) struct SpillFile {
    /// Where it is, for errors.
    place: String,
    state: Mutex<SpillState>,
}

struct SpillState {
    file: File,
    /// The size of the file in bytes, where the next snapshot goes.
    end: u64,
}

impl SpillFile {
    /// Creates the file in `folder`, or in the system's temporary folder.
    pub fn new(folder: Option<&Path>) -> io::Result<Self> {
        let (folder, change) = match folder {
            Some(folder) => (folder.to_owned(), ""),
            None => (std::env::temp_dir(), " (TMPDIR can name another folder)"),
        };
        let place = format!("{}{change}", folder.display());
        let file = tempfile::tempfile_in(&folder).map_err(|error| unwritten(&place, &error))?;
        Ok(Self { place, state: Mutex::new(SpillState { file, end: 0 }) })
    }

    /// Appends a snapshot and returns its place. A text may be large, so at most two copies of it
    /// are in memory.
    pub fn write(&self, snapshot: SpilledSnapshot) -> io::Result<SpillPlace> {
        let plain = postcard::to_stdvec(&snapshot).map_err(io::Error::other)?;
        drop(snapshot);
        let mut packed = vec![0; lz4_flex::block::get_maximum_output_size(plain.len())];
        let length =
            lz4_flex::block::compress_into(&plain, &mut packed).map_err(io::Error::other)?;
        packed.truncate(length);
        let plain_bytes = u32::try_from(plain.len()).map_err(io::Error::other)?;
        let bytes = u32::try_from(length).map_err(io::Error::other)?;
        let mut state = self.lock();
        let start = state.end;
        state.file.seek(SeekFrom::Start(start))?;
        let written = state.file.write_all(&packed);
        written.map_err(|error| unwritten(&self.place, &error))?;
        state.end += u64::from(bytes);
        Ok(SpillPlace { start, bytes, plain_bytes })
    }

    /// Reads the snapshot at a place.
    pub fn read(&self, place: SpillPlace) -> io::Result<SpilledSnapshot> {
        let mut packed = vec![0; place.bytes as usize];
        let mut state = self.lock();
        state.file.seek(SeekFrom::Start(place.start))?;
        state.file.read_exact(&mut packed)?;
        drop(state);
        let mut plain = vec![0; place.plain_bytes as usize];
        lz4_flex::block::decompress_into(&packed, &mut plain).map_err(io::Error::other)?;
        drop(packed);
        postcard::from_bytes(&plain).map_err(io::Error::other)
    }

    /// Locks the file. A thread that panicked leaves it usable: `end` moves only after a snapshot
    /// is written, and every access seeks first.
    fn lock(&self) -> MutexGuard<'_, SpillState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
