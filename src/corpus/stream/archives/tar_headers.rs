//! Limits the headers of tar archives that have no fixed size: long names and attributes.
//!
//! The library keeps such a header in memory as a whole, and a compressed archive of 1.5 MB can
//! have one of 1.5 GB. So the blocks of the archive are followed while the library reads them.

use std::io::{self, Read};

use tar::{EntryType, Header};

/// The size of the largest header, in bytes. Names have a few hundred, and attributes a few
/// thousand.
const MAX_HEADER: u64 = 1 << 20;

/// The size of a block.
const BLOCK: usize = 512;

/// A tar archive whose headers have a limit. Reading fails at a header that is larger.
pub(super) struct LimitedHeaders<R> {
    source: R,
    next: NextBytes,
    /// The block, or the attributes, that are being read.
    read: Vec<u8>,
    /// The size of the next file as its attributes give it. Its own block has no room for it.
    size: Option<u64>,
}

/// What the next bytes of an archive are.
enum NextBytes {
    /// The block that begins an entry.
    Block,
    /// A further block about the holes of a file.
    Holes { size: u64 },
    /// Attributes, and the zero bytes after them.
    Attributes { size: u64, rest: u64 },
    /// So many bytes of a file or a name.
    Content(u64),
    /// The archive is damaged, and the library will say so.
    Unknown,
}

impl<R> LimitedHeaders<R> {
    pub fn new(source: R) -> Self {
        Self { source, next: NextBytes::Block, read: Vec::new(), size: None }
    }

    /// Follows these bytes of the archive.
    fn follow(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let wanted = match self.next {
                NextBytes::Block | NextBytes::Holes { .. } => BLOCK - self.read.len(),
                NextBytes::Attributes { rest, .. } | NextBytes::Content(rest) => {
                    usize::try_from(rest).unwrap_or(usize::MAX)
                }
                NextBytes::Unknown => return Ok(()),
            };
            let (part, after) = bytes.split_at(wanted.min(bytes.len()));
            bytes = after;
            self.take(part)?;
        }
        Ok(())
    }

    /// Takes bytes, at most as many as the next part of the archive has.
    fn take(&mut self, part: &[u8]) -> io::Result<()> {
        let taken = part.len() as u64;
        match self.next {
            NextBytes::Content(rest) => self.next = after_content(rest - taken),
            NextBytes::Attributes { size, rest } => {
                self.read.extend_from_slice(part);
                self.next = NextBytes::Attributes { size, rest: rest - taken };
                if rest == taken {
                    self.read.truncate(size as usize);
                    self.size = size_attribute(&std::mem::take(&mut self.read)).or(self.size);
                    self.next = NextBytes::Block;
                }
            }
            NextBytes::Block | NextBytes::Holes { .. } => {
                self.read.extend_from_slice(part);
                if self.read.len() == BLOCK {
                    let block = std::mem::take(&mut self.read);
                    self.next = self.after_block(&block)?;
                }
            }
            NextBytes::Unknown => {}
        }
        Ok(())
    }

    /// What follows a whole block.
    ///
    /// # Errors
    ///
    /// It begins a header that is too large.
    fn after_block(&mut self, block: &[u8]) -> io::Result<NextBytes> {
        if let NextBytes::Holes { size } = self.next {
            // The byte says that another such block follows.
            let has_more = block[504] == 1;
            return Ok(if has_more { NextBytes::Holes { size } } else { after_content(size) });
        }
        let header = Header::from_byte_slice(block);
        if block.iter().all(|&byte| byte == 0) {
            return Ok(NextBytes::Block);
        }
        let Some(size) = header.entry_size().ok().filter(|_| is_sound(header)) else {
            return Ok(NextBytes::Unknown);
        };
        let kind = header.entry_type();
        let is_attributes = kind == EntryType::XHeader;
        if is_attributes
            || kind == EntryType::XGlobalHeader
            || kind.is_gnu_longname()
            || kind.is_gnu_longlink()
        {
            if size > MAX_HEADER {
                return Err(io::Error::other(format!(
                    "the name or the attributes of the next entry have {size} bytes, and at most \
                     {MAX_HEADER} are read"
                )));
            }
            return Ok(match is_attributes && size > 0 {
                true => NextBytes::Attributes { size, rest: in_blocks(size) },
                false => after_content(in_blocks(size)),
            });
        }
        let content = in_blocks(self.size.take().unwrap_or(size));
        let has_holes =
            header.as_gnu().is_some_and(|gnu| kind.is_gnu_sparse() && gnu.is_extended());
        Ok(if has_holes { NextBytes::Holes { size: content } } else { after_content(content) })
    }
}

/// The bytes that a content of this size takes, in whole blocks.
fn in_blocks(size: u64) -> u64 {
    size.div_ceil(BLOCK as u64).saturating_mul(BLOCK as u64)
}

fn after_content(rest: u64) -> NextBytes {
    if rest == 0 { NextBytes::Block } else { NextBytes::Content(rest) }
}

/// Whether the checksum of a block fits it.
fn is_sound(header: &Header) -> bool {
    let bytes = header.as_bytes().iter().enumerate();
    // The checksum itself counts as spaces.
    let sum = bytes.map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u32::from(byte) });
    header.cksum().is_ok_and(|written| written == sum.sum::<u32>())
}

/// The size that attributes give the next file: lines such as `20 size=8589934592`.
fn size_attribute(attributes: &[u8]) -> Option<u64> {
    let mut lines = attributes.split(|&byte| byte == b'\n').rev();
    lines.find_map(|line| {
        let (_, attribute) = std::str::from_utf8(line).ok()?.split_once(' ')?;
        attribute.strip_prefix("size=")?.parse().ok()
    })
}

impl<R: Read> Read for LimitedHeaders<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.follow(&buffer[..read])?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block of this sort, and content of this size.
    fn entry(kind: EntryType, size: u64) -> Vec<u8> {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_cksum();
        let padding = vec![0; size.min(8 << 20).div_ceil(512) as usize * 512];
        [header.as_bytes().as_slice(), &padding].concat()
    }

    fn reads(archive: &[u8]) -> bool {
        io::copy(&mut LimitedHeaders::new(archive), &mut io::sink()).is_ok()
    }

    #[test]
    fn headers_are_limited_and_files_are_not() {
        for kind in [
            EntryType::XHeader,
            EntryType::XGlobalHeader,
            EntryType::GNULongName,
            EntryType::GNULongLink,
        ] {
            let after = |size: u64| [entry(EntryType::Regular, 5000), entry(kind, size)].concat();
            assert!(reads(&after(MAX_HEADER)), "{kind:?}");
            assert!(!reads(&after(MAX_HEADER + 1)), "{kind:?}");
            assert!(!reads(&after(1 << 40)), "{kind:?}");
        }
        assert!(reads(&entry(EntryType::Regular, 3 * MAX_HEADER)));
    }

    #[test]
    fn attributes_give_the_size_of_a_file() {
        assert_eq!(size_attribute(b"11 mode=644\n20 size=8589934592\n"), Some(8_589_934_592));
        assert_eq!(size_attribute(b"11 mode=644\n"), None);
        let mut attributes = entry(EntryType::XHeader, 13);
        attributes[BLOCK..BLOCK + 13].copy_from_slice(b"13 size=1024\n");
        // The block of the file itself gives no size; its content would be read as a block.
        let file = entry(EntryType::Regular, 0);
        let content = entry(EntryType::GNULongName, MAX_HEADER + 1)[..BLOCK].repeat(2);
        let last = &entry(EntryType::GNULongName, MAX_HEADER + 1)[..BLOCK];
        assert!(reads(&[attributes.as_slice(), &file, &content].concat()));
        assert!(!reads(&[attributes.as_slice(), &file, &content, last].concat()));
    }
}
