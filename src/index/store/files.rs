//! Names every file of an index folder.
//!
//! ```text
//! fineprint.json        the manifest
//! fineprint.json.new    a manifest that is being written
//! fineprint.lock        held while a build writes
//! generation-7/         the folder of the current build
//!     policies.bin      the table of policies
//!     sources.bin       the table of sources
//!     texts.bin         the table of shared texts
//!     sums.bin          the checksums of the blocks of the segments' files, policies.bin and
//!                       texts.bin
//!     meta.json         tantivy: which segments the index consists of
//!     .managed.json     tantivy: which files it may remove
//!     *.idx, *.pos, ... tantivy: the segments
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use tantivy::Index;
use tantivy::index::SegmentComponent;
use walkdir::WalkDir;

use crate::error::{Error, Result};

/// The manifest.
pub(crate) const MANIFEST: &str = "fineprint.json";

/// A manifest that is being written; it is renamed to [`MANIFEST`] when it is complete.
pub(crate) const NEW_MANIFEST: &str = "fineprint.json.new";

/// The file whose lock a build holds.
pub(crate) const LOCK: &str = "fineprint.lock";

/// The table of policies, in the folder of a generation.
pub(crate) const POLICIES: &str = "policies.bin";

/// The table of sources, in the folder of a generation.
pub(crate) const SOURCES: &str = "sources.bin";

/// The table of shared texts, in the folder of a generation.
pub(crate) const SHARED_TEXTS: &str = "texts.bin";

/// The checksums of the blocks of the files that are read in part, in the folder of a generation.
pub(crate) const BLOCK_SUMS: &str = "sums.bin";

/// The file in which tantivy lists the segments of the index.
pub(crate) const META: &str = "meta.json";

/// The file in which tantivy lists the files that it has written and may remove.
pub(crate) const MANAGED: &str = ".managed.json";

/// The ending that the name of a file of a generation has while it is written.
pub(crate) const NEW_FILE: &str = ".new";

/// The extensions of the files of segments.
const SEGMENT_FILES: [&str; 7] = ["idx", "pos", "fast", "fieldnorm", "term", "store", "del"];

/// The start of the names of files that the index library writes before it renames them.
const TEMPORARY: &str = ".tmp";

/// The name of a generation's folder is this prefix and the generation's number.
const GENERATION: &str = "generation-";

/// The name of the folder of generation `number`.
pub(crate) fn generation_name(number: u64) -> String {
    format!("{GENERATION}{number}")
}

/// The number of the generation whose folder has this name. `None`: it is no folder of a
/// generation.
pub(crate) fn generation_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(GENERATION)?;
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// Whether an entry of an index folder with this name comes from a build, perhaps one that has not
/// come to its end.
pub(crate) fn is_build_entry(name: &str) -> bool {
    name == NEW_MANIFEST || generation_number(name).is_some()
}

/// Whether a file with this name in the folder of a generation comes from a build.
pub(crate) fn is_generation_file(name: &str) -> bool {
    const OTHERS: [&str; 6] = [META, MANAGED, POLICIES, SOURCES, SHARED_TEXTS, BLOCK_SUMS];
    let has_extension = |extension: &&str| {
        name.strip_suffix(*extension).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
    };
    OTHERS.contains(&name.strip_suffix(NEW_FILE).unwrap_or(name))
        || is_lock_file(name)
        || name.starts_with(TEMPORARY)
        || SEGMENT_FILES.iter().any(has_extension)
}

/// Whether `name` is the name of a file that the index library locks.
pub(crate) fn is_lock_file(name: &str) -> bool {
    name.starts_with(".tantivy") && name.ends_with(".lock")
}

/// The name of an entry in the folder `dir`, which has no manifest that can be read, that no build
/// has left there. `None`: every entry comes from a build, perhaps one that was stopped.
///
/// A build creates its lock file first. Without a lock file, a folder with the name of a
/// generation or a file with the name of a manifest is somebody else's.
///
/// # Errors
///
/// The folder cannot be listed.
pub(crate) fn foreign_entry(dir: &Path) -> io::Result<Option<String>> {
    let has_lock = dir.join(LOCK).is_file();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_of_index = is_build_entry(&name) || name == MANIFEST;
        if name != LOCK && !(has_lock && is_of_index) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Refuses to build an index among other files, in a folder without a manifest that can be read.
///
/// # Errors
///
/// The folder contains files that no build has left there, or it cannot be listed.
pub(crate) fn refuse_foreign_folder(dir: &Path) -> Result<()> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let name = match foreign_entry(dir) {
        Ok(None) => return Ok(()),
        Ok(Some(name)) => name,
        Err(error) if error.kind() == NotFound => return Ok(()),
        Err(error) if error.kind() == NotADirectory => {
            return Err(Error::index(dir, "is a file; name an empty or new folder"));
        }
        Err(error) => return Err(Error::io(dir)(error)),
    };
    Err(Error::index(
        dir,
        if name == MANIFEST {
            format!(
                "holds a `{name}` that is no manifest of an index; name another folder, or remove \
                 this one if it was an index"
            )
        } else {
            format!("holds other files (`{name}`) and no index; name an empty or new folder")
        },
    ))
}

/// Whether `name` is the name of a segment's file. These files never change once they are written.
pub(crate) fn is_segment_file(name: &str) -> bool {
    // A segment's id in hexadecimal, then the extension.
    name.len() > 32 && name.as_bytes()[..32].iter().all(u8::is_ascii_hexdigit)
}

/// Whether a file with this name in the folder of a generation is read in part, so that each of
/// its blocks has a checksum.
pub(crate) fn is_read_in_part(name: &str) -> bool {
    is_segment_file(name) || [POLICIES, SHARED_TEXTS].contains(&name)
}

/// The size of a file, or of all files in a folder, in bytes. A file that is removed meanwhile
/// counts as 0.
pub(crate) fn size(path: &Path) -> u64 {
    let entries = WalkDir::new(path).into_iter().flatten();
    let files = entries.filter_map(|entry| entry.metadata().ok()).filter(fs::Metadata::is_file);
    files.map(|file| file.len()).sum()
}

/// The names of all files that readers and updates of an index need, apart from [`MANAGED`].
///
/// Some of them may not exist: a segment without deleted documents has no file of deletions.
pub(crate) fn live_files(index: &Index) -> tantivy::Result<BTreeSet<String>> {
    const COMPONENTS: [SegmentComponent; 7] = [
        SegmentComponent::Postings,
        SegmentComponent::Positions,
        SegmentComponent::FastFields,
        SegmentComponent::FieldNorms,
        SegmentComponent::Terms,
        SegmentComponent::Store,
        SegmentComponent::Delete,
    ];
    let mut files =
        BTreeSet::from([META, POLICIES, SOURCES, SHARED_TEXTS, BLOCK_SUMS].map(str::to_owned));
    for segment in index.searchable_segment_metas()? {
        let paths = COMPONENTS.into_iter().map(|component| segment.relative_path(component));
        files.extend(paths.map(|path| path.to_string_lossy().into_owned()));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_prefix_with_digits_names_a_generation() {
        assert_eq!(generation_number(&generation_name(12)), Some(12));
        for name in ["generation-", "generation-1x", "generation-+1", "generations-1", "1"] {
            assert_eq!(generation_number(name), None, "{name}");
        }
    }

    #[test]
    fn files_of_a_generation_are_told_from_others() {
        let segment = "0123456789abcdef0123456789abcdef.12.del";
        for name in [META, MANAGED, SOURCES, "meta.json.new", ".tmpAbC12d", segment, "old.idx"] {
            assert!(is_generation_file(name), "{name}");
        }
        for name in ["notes.txt", "meta.json.bak", ".idx", "index", "my.lock", "new", ".new"] {
            assert!(!is_generation_file(name), "{name}");
        }
    }

    #[test]
    fn files_of_segments_begin_with_an_id() {
        assert!(is_segment_file("0123456789abcdef0123456789abcdef.idx"));
        for name in [META, POLICIES, "0123456789abcdef0123456789abcdef", "0123.idx"] {
            assert!(!is_segment_file(name), "{name}");
        }
    }
}
