//! Decompresses gzip and zstd, which are recognised by their first bytes.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The magic number of gzip (RFC 1952).
const GZIP: &[u8] = &[0x1f, 0x8b];
/// The magic number of a zstd frame (RFC 8878).
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// About how many bytes of a zstd frame are decoded at once.
const STEP_BYTES: usize = 128 * 1024;

/// Returns the first bytes of a stream, up to `count`, and a stream that still begins with them.
pub(super) fn peek(mut source: Box<dyn Read>, count: u64) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut head = Vec::new();
    let result = source.by_ref().take(count).read_to_end(&mut head);
    // The bytes before an error are good, so the error is kept for after them.
    let rest: Box<dyn Read> = match result {
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
    head.starts_with(GZIP) || head.starts_with(ZSTD)
}

/// Decompresses a stream. A stream that is not compressed is returned as it is.
pub(super) fn decompress(source: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (head, source) = peek(source, 4)?;
    Ok(if head.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(BufReader::new(source)))
    } else if head.starts_with(ZSTD) {
        Box::new(ZstdReader {
            source: BufReader::new(source),
            frame: FrameDecoder::new(),
            is_in_frame: false,
        })
    } else {
        source
    })
}

/// Decodes zstd frames one after the other.
struct ZstdReader {
    source: BufReader<Box<dyn Read>>,
    frame: FrameDecoder,
    /// Whether a frame has begun and not ended.
    is_in_frame: bool,
}

impl Read for ZstdReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_in_frame {
                if self.source.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.frame.reset(&mut self.source).map_err(io::Error::other)?;
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
        }
    }
}
