//! gzip and zstd, known by their first bytes.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// How many bytes of a zstd frame are decoded at once, about.
const STEP: usize = 128 * 1024;

/// A stream whose first bytes can be looked at.
pub(super) type Stream = BufReader<Box<dyn Read>>;

/// The first bytes of a stream, up to `count`, which stay in it.
pub(super) fn peek(mut source: Box<dyn Read>, count: u64) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut head = Vec::new();
    let result = source.by_ref().take(count).read_to_end(&mut head);
    // What was read before an error is good; the error is met again.
    let rest: Box<dyn Read> = match result {
        Ok(_) => source,
        Err(error) if head.is_empty() => return Err(error),
        Err(error) => Box::new(Broken(Some(error))),
    };
    Ok((head.clone(), Box::new(io::Cursor::new(head).chain(rest))))
}

/// A stream that ends with an error.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into()))
    }
}

/// Whether these bytes open a compressed stream.
pub(super) fn is_compressed(head: &[u8]) -> bool {
    head.starts_with(GZIP) || head.starts_with(ZSTD)
}

/// The stream without its compression, if it has one.
pub(super) fn decompress(source: Box<dyn Read>) -> io::Result<Box<dyn Read>> {
    let (head, source) = peek(source, 4)?;
    Ok(if head.starts_with(GZIP) {
        Box::new(MultiGzDecoder::new(BufReader::new(source)))
    } else if head.starts_with(ZSTD) {
        Box::new(Zstd {
            source: BufReader::new(source),
            frame: FrameDecoder::new(),
            is_inside: false,
        })
    } else {
        source
    })
}

/// zstd frames, one after the other.
struct Zstd {
    source: Stream,
    frame: FrameDecoder,
    is_inside: bool,
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_inside {
                if self.source.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.frame.reset(&mut self.source).map_err(io::Error::other)?;
                self.is_inside = true;
            }
            if !self.frame.is_finished() && self.frame.can_collect() == 0 {
                let step = BlockDecodingStrategy::UptoBytes(STEP);
                self.frame.decode_blocks(&mut self.source, step).map_err(io::Error::other)?;
            }
            let read = self.frame.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.is_inside = !self.frame.is_finished();
        }
    }
}
