//! Snapshots of streams, which cannot be read twice: kept, cheaply compressed, in one file that is gone with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// What is kept of a snapshot of a stream.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The entry, of an archive.
    pub entry: Option<String>,
    /// The line, of JSON Lines and CSV.
    pub line: Option<u64>,
    /// The address of the policy.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// Whether the archive's software changed, not the policy.
    pub is_technical: bool,
    /// What else is said, as one JSON object.
    pub metadata: String,
    /// The text.
    pub text: String,
    /// Whether it was read as windows-1252.
    pub is_windows_1252: bool,
}

/// Where a kept snapshot lies.
#[derive(Debug, Clone, Copy)]
pub struct SpillPlace {
    start: u64,
    bytes: u32,
    plain_bytes: u32,
}

/// The file, with the place at which the next snapshot goes.
pub(super) struct Spill {
    file: Mutex<(File, u64)>,
}

impl Spill {
    /// A new file in `folder`, or in the system's folder for such.
    pub fn new(folder: Option<&Path>) -> io::Result<Self> {
        let file = folder.map_or_else(tempfile::tempfile, tempfile::tempfile_in)?;
        Ok(Self { file: Mutex::new((file, 0)) })
    }

    /// Keeps a snapshot.
    pub fn keep(&self, kept: &Kept) -> io::Result<SpillPlace> {
        let plain = postcard::to_stdvec(kept).map_err(io::Error::other)?;
        let mut packed = vec![0; lz4_flex::block::get_maximum_output_size(plain.len())];
        let length =
            lz4_flex::block::compress_into(&plain, &mut packed).map_err(io::Error::other)?;
        packed.truncate(length);
        let plain_bytes = u32::try_from(plain.len()).map_err(io::Error::other)?;
        let bytes = u32::try_from(length).map_err(io::Error::other)?;
        let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, end) = &mut *guard;
        let start = *end;
        file.seek(SeekFrom::Start(start))?;
        file.write_all(&packed)?;
        *end += u64::from(bytes);
        Ok(SpillPlace { start, bytes, plain_bytes })
    }

    /// A snapshot that was kept.
    pub fn read(&self, place: SpillPlace) -> io::Result<Kept> {
        let mut packed = vec![0; place.bytes as usize];
        {
            let mut guard = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            guard.0.seek(SeekFrom::Start(place.start))?;
            guard.0.read_exact(&mut packed)?;
        }
        let mut plain = vec![0; place.plain_bytes as usize];
        lz4_flex::block::decompress_into(&packed, &mut plain).map_err(io::Error::other)?;
        postcard::from_bytes(&plain).map_err(io::Error::other)
    }
}
