//! Exports: snapshots out of an index, in formats that can be indexed again.
//!
//! [`write_snapshots`] writes JSON Lines or CSV to any writer, and [`write_snapshot_tree`] writes a
//! folder of Markdown files. An [`ExportFile`] and a [`MarkdownTree`] are atomic: they appear under
//! their name when they are complete, and a failure leaves nothing behind.

mod destination;
mod file;
mod leftovers;
mod tree;

use std::io::Write;

pub use file::ExportFile;
pub use leftovers::remove_unfinished;
pub use tree::MarkdownTree;

use crate::error::{Error, Result};
use crate::printer::{
    RowOptions, print_snapshot_csv, print_snapshot_csv_names, print_snapshot_json,
};
use crate::progress::{Phase, Progress};
use crate::search::{PolicyVersion, Searcher, SnapshotSet};

/// A format of snapshots in one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotFormat {
    /// One JSON object per line (`schema/snapshot.schema.json`).
    JsonLines,
    /// One row per snapshot (RFC 4180), below a row with the names of the columns.
    Csv(RowOptions),
}

/// Where snapshots are exported from.
#[derive(Clone, Copy)]
pub struct ExportSource<'s> {
    /// A searcher of the index.
    pub searcher: &'s Searcher,
    /// The snapshots to export.
    pub snapshots: &'s SnapshotSet,
}

/// Writes snapshots to `out`, by policy, oldest first. Returns their number.
///
/// # Errors
///
/// [`Error::Output`] if writing fails, and [`Error::Damaged`] if the index is damaged.
pub fn write_snapshots(
    source: ExportSource<'_>,
    format: SnapshotFormat,
    out: &mut impl Write,
    progress: &dyn Progress,
) -> Result<u64> {
    if let SnapshotFormat::Csv(options) = format {
        print_snapshot_csv_names(out, options).map_err(Error::Output)?;
    }
    source.each_version(progress, |version| {
        let printed = match format {
            SnapshotFormat::JsonLines => print_snapshot_json(out, version),
            SnapshotFormat::Csv(options) => print_snapshot_csv(out, version, options),
        };
        printed.map_err(Error::Output)
    })
}

/// Writes snapshots as a folder of Markdown files. Returns their number.
///
/// # Errors
///
/// [`Error::Io`] if the folder cannot be written, and [`Error::Damaged`] if the index is damaged.
pub fn write_snapshot_tree(
    source: ExportSource<'_>,
    mut tree: MarkdownTree,
    progress: &dyn Progress,
) -> Result<u64> {
    let written = source.each_version(progress, |version| tree.add(version))?;
    tree.finish()?;
    Ok(written)
}

impl ExportSource<'_> {
    /// Calls `write` for each snapshot and returns their number.
    fn each_version(
        self,
        progress: &dyn Progress,
        mut write: impl FnMut(&PolicyVersion) -> Result<()>,
    ) -> Result<u64> {
        progress.begin(Phase::Exporting, Some(self.snapshots.snapshots()));
        let mut written = 0;
        self.searcher.each_version(self.snapshots, &mut |version| {
            write(version)?;
            written += 1;
            progress.advance(1);
            Ok(())
        })?;
        Ok(written)
    }
}
