//! Decompresses gzip and zstd, which are recognised by their first bytes.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::RangeInclusive;

use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The magic number of gzip (RFC 1952).
const GZIP: &[u8] = &[0x1f, 0x8b];
/// The magic number of a zstd frame (RFC 8878).
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// The first byte of the magic number of a frame that is skipped.
const SKIPPABLE_FIRST: RangeInclusive<u8> = 0x50..=0x5f;
/// The other bytes of that number.
const SKIPPABLE: &[u8] = &[0x2a, 0x4d, 0x18];
/// About how many bytes of a zstd frame are decoded at once.
const STEP_BYTES: usize = 128 * 1024;

/// The name of a file without the extension of its compression. It tells the form of the file.
pub(super) fn plain_name(name: &str) -> &str {
    [".gz", ".zst"].into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// Returns the first bytes of a stream, up to `count`, and a stream that still begins with them.
pub(super) fn peek<'r>(
    mut source: Box<dyn Read + 'r>,
    count: u64,
) -> io::Result<(Vec<u8>, Box<dyn Read + 'r>)> {
    let mut head = Vec::new();
    let result = source.by_ref().take(count).read_to_end(&mut head);
    // The bytes before an error are good, so the error is kept for after them.
    let rest: Box<dyn Read + 'r> = match result {
        Ok(_) => source,
        Err(error) if head.is_empty() => return Err(error),
        Err(error) => Box::new(FailingReader(Some(error))),
    };
    Ok((head.clone(), Box::new(io::Cursor::new(head).chain(rest))))
}

/// Fails with an error when it is read.
struct FailingReader(Option<io::Error>);

impl Read for FailingReader {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match self.0.take() {
            Some(error) => Err(error),
            // The error was reported; a caller that reads on gets no end of file.
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Whether these bytes open a compressed stream.
pub(super) fn is_compressed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || is_zstd(head)
}

fn is_zstd(head: &[u8]) -> bool {
    let is_skippable = head.get(1..4) == Some(SKIPPABLE) && SKIPPABLE_FIRST.contains(&head[0]);
    head.starts_with(ZSTD) || is_skippable
}

/// Decompresses a stream. A stream that is not compressed is returned as it is.
pub(super) fn decompress<'r>(source: Box<dyn Read + 'r>) -> io::Result<Box<dyn Read + 'r>> {
    let (head, source) = peek(source, 4)?;
    Ok(if head.starts_with(GZIP) {
        Box::new(GzipReader::Member(Box::new(GzDecoder::new(BufReader::new(source)))))
    } else if is_zstd(&head) {
        Box::new(ZstdReader {
            source: BufReader::new(source),
            frame: FrameDecoder::new(),
            is_in_frame: false,
        })
    } else {
        source
    })
}

/// Decodes gzip members one after the other. Zero bytes after a member are padding, as they are
/// for `gzip`: tapes and some servers fill up blocks with them.
enum GzipReader<'r> {
    Member(Box<GzDecoder<BufReader<Box<dyn Read + 'r>>>>),
    /// All members are read, or the bytes after a member cannot be read.
    Ended,
}

impl Read for GzipReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Self::Member(member) = self else { return Ok(0) };
            let read = member.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Self::Member(member) = std::mem::replace(self, Self::Ended) else { return Ok(0) };
            let mut source = member.into_inner();
            match first_after_padding(&mut source)? {
                None => return Ok(0),
                Some(byte) if byte == GZIP[0] => {
                    *self = Self::Member(Box::new(GzDecoder::new(source)));
                }
                Some(_) => {
                    return Err(io::Error::other("other bytes follow the end of the gzip data"));
                }
            }
        }
    }
}

/// Skips zero bytes, and returns the first other byte without taking it.
fn first_after_padding(source: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let bytes = source.fill_buf()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        match bytes.get(zeros) {
            None if zeros == 0 => return Ok(None),
            None => source.consume(zeros),
            Some(&byte) => {
                source.consume(zeros);
                return Ok(Some(byte));
            }
        }
    }
}

/// Decodes zstd frames one after the other.
struct ZstdReader<'r> {
    source: BufReader<Box<dyn Read + 'r>>,
    frame: FrameDecoder,
    /// Whether a frame has begun and not ended.
    is_in_frame: bool,
}

impl ZstdReader<'_> {
    /// Begins the next frame, and skips frames that hold no data, as `pzstd` writes them. Returns
    /// whether there is one.
    fn begin_frame(&mut self) -> io::Result<bool> {
        while let Some(first) = first_after_padding(&mut self.source)? {
            if first != ZSTD[0] && !SKIPPABLE_FIRST.contains(&first) {
                return Err(io::Error::other("other bytes follow the end of the zstd data"));
            }
            let header = self.frame.reset(&mut self.source);
            let skipped = match header {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => u64::from(length),
                Err(error) => return Err(io::Error::other(error)),
            };
            if io::copy(&mut self.source.by_ref().take(skipped), &mut io::sink())? < skipped {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(false)
    }

    /// Compares the checksum of the frame that ended with its content.
    fn check_frame(&self) -> io::Result<()> {
        match self.frame.get_checksum_from_data() {
            Some(written) if self.frame.get_calculated_checksum() != Some(written) => {
                Err(io::Error::other("the checksum of the zstd data does not fit its content"))
            }
            _ => Ok(()),
        }
    }
}

impl Read for ZstdReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_in_frame {
                if !self.begin_frame()? {
                    return Ok(0);
                }
                self.is_in_frame = true;
            }
            if !self.frame.is_finished() && self.frame.can_collect() == 0 {
                let step = BlockDecodingStrategy::UptoBytes(STEP_BYTES);
                self.frame.decode_blocks(&mut self.source, step).map_err(io::Error::other)?;
            }
            let read = self.frame.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.is_in_frame = !self.frame.is_finished();
            if !self.is_in_frame {
                self.check_frame()?;
            }
        }
    }
}
