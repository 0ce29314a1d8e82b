//! Recognises files that are not texts, whatever their names say, by their first bytes.

use super::encodings::{is_binary, is_utf_16};
use super::forms::foreign::{SQLITE_START, is_warc, is_word, kind_of_binary};
use super::notices::SkipReason;
use super::source_text::without_mark;

/// The first bytes of documents, pictures, fonts, databases, archives and compressed data that may
/// have no NUL byte near their start.
#[rustfmt::skip]
const SIGNATURES: &[&[u8]] = &[
    // Documents.
    b"%PDF-", b"%!PS", b"{\\rtf", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
    // Pictures.
    b"\x89PNG\r\n\x1A\n", b"GIF87a", b"GIF89a", b"\xFF\xD8\xFF", b"II*\0", b"MM\0*",
    // Compressed data and archives: gzip, zstd, xz, bzip2, compress, zip, 7z, rar, lz4.
    b"\x1F\x8B", b"\x28\xB5\x2F\xFD", b"\xFD7zXZ\0", b"BZh", b"\x1F\x9D", b"PK\x03\x04",
    b"PK\x05\x06", b"7z\xBC\xAF\x27\x1C", b"Rar!\x1A\x07", b"\x04\x22\x4D\x18",
    // Databases and fonts.
    SQLITE_START, b"wOFF", b"wOF2",
];

/// The first lines of pointers of Git LFS, also under its first name.
const LFS_LINES: [&[u8]; 2] =
    [b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/"];

/// The size of the largest pointer, in bytes (git-annex: 32 KiB; its keys are far shorter).
const MAX_POINTER_BYTES: usize = 4096;

/// The number of bytes in which control characters are counted.
const BINARY_BYTES: usize = 4096;

/// The reason why a file with these first bytes is no text; `None` if it is one.
pub(super) fn reason(head: &[u8]) -> Option<SkipReason> {
    if is_pointer(head) {
        return Some(SkipReason::ContentNotFetched);
    }
    if !is_no_text(head) {
        return None;
    }
    let start = without_mark(head).trim_ascii_start();
    let kind = kind_of_binary(head).or_else(|| kind_of_binary(start));
    Some(kind.map_or(SkipReason::NoText, SkipReason::Unread))
}

fn is_no_text(head: &[u8]) -> bool {
    // Some programs put a byte order mark in front of whatever they write.
    let head = without_mark(head);
    let start = head.trim_ascii_start();
    let is_known = |signature: &&[u8]| head.starts_with(signature) && !is_word(signature, head);
    if SIGNATURES.iter().any(is_known) || is_warc(head) || start.starts_with(b"%PDF-") {
        return true;
    }
    // Of texts, only UTF-16 contains NUL bytes.
    if memchr::memchr(0, head).is_some() {
        return !is_utf_16(head);
    }
    // WebP, and other data in the form of RIFF, has a size after its name.
    let is_picture = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    is_picture || is_binary(&head[..head.len().min(BINARY_BYTES)])
}

/// Whether a file is the pointer that a version control system leaves in the place of a large file.
fn is_pointer(head: &[u8]) -> bool {
    if head.len() > MAX_POINTER_BYTES {
        return false;
    }
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    if LFS_LINES.iter().any(|start| line.starts_with(start)) {
        return memchr::memmem::find(head, b"\noid ").is_some();
    }
    is_annex_path(line)
}

/// Whether a path is the place of a file in git-annex.
pub(super) fn is_annex_path(path: &[u8]) -> bool {
    let is_path = path.starts_with(b"/annex/objects/")
        || path.starts_with(b".git/annex/objects/")
        || path.starts_with(b"../") && memchr::memmem::find(path, b"/annex/objects/").is_some();
    is_path && !path.contains(&b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers() {
        for pointer in [
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d4d\nsize 12345\n",
            "version https://git-lfs.github.com/spec/v1\r\next-0-x sha256:1\r\noid sha256:4d\r\n",
            "/annex/objects/SHA256E-s123--4d4d.md\n",
            "../../.git/annex/objects/Kj/0x/SHA256E-s1--4d.md/SHA256E-s1--4d.md",
        ] {
            assert_eq!(
                reason(pointer.as_bytes()),
                Some(SkipReason::ContentNotFetched),
                "{pointer}"
            );
        }
        for text in [
            "We use version https://git-lfs.github.com/spec/v1\noid x\n",
            "version https://git-lfs.github.com/spec/v1 is the one that we use.\n",
            "/annex/objects/ is the folder of our data.\n",
        ] {
            assert_eq!(reason(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn signatures() {
        for (bytes, kind) in [
            (&b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj"[..], "PDF"),
            (b"\n\n%PDF-1.7", "PDF"),
            (b"\xEF\xBB\xBF%PDF-1.7", "PDF"),
            (b"\xEF\xBB\xBF\n%PDF-1.7", "PDF"),
            (b"BZh91AY&SYabc", "bzip2"),
            (b"SQLite format 3\0", "SQLite"),
            (b"# v2 git bundle\n\0", "git bundle"),
        ] {
            let Some(SkipReason::Unread(named)) = reason(bytes) else { panic!("{bytes:?}") };
            assert!(named.contains(kind), "{named}");
        }
        for bytes in [
            &b"\x1f\x8b\x08\x08abc"[..],
            b"WARC/1.1\r\n",
            b"WARC/0.17 response",
            b"RIFF\x10\x10\x10\x10WEBPVP8 ",
            b"a\0b",
        ] {
            assert_eq!(reason(bytes), Some(SkipReason::NoText), "{bytes:?}");
        }
        for bytes in [
            &b""[..],
            b"BZh is our name.",
            b"WARC/1 is ours.",
            b"\xFF\xFEa\0",
            b"<\0p\0",
            b"GIF",
            b"caf\xe9",
        ] {
            assert_eq!(reason(bytes), None, "{bytes:?}");
        }
    }
}
