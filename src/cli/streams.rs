//! The standard streams: results go to stdout, everything else to stderr, and `-` is stdin.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Read, StdoutLock, Write};
use std::path::Path;

use fineprint::error::{Error, Result};
use fineprint::printer::{SafeWriter, sanitize};

/// Reads a whole file, or standard input for `-`.
///
/// # Errors
///
/// The file cannot be read.
pub fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    if path != Path::new("-") {
        return fs::read(path);
    }
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Standard output, locked and buffered.
pub type ResultStream = BufWriter<StdoutLock<'static>>;

/// Opens standard output for results.
pub fn results() -> ResultStream {
    BufWriter::new(io::stdout().lock())
}

/// Writes a result to standard output and flushes it.
///
/// # Errors
///
/// [`Error::Output`] if writing fails, for example because the reader closed the pipe.
pub fn print(write: impl FnOnce(&mut ResultStream) -> io::Result<()>) -> Result<()> {
    write_and_flush(results(), write)
}

fn write_and_flush<W: Write>(
    mut out: W,
    write: impl FnOnce(&mut W) -> io::Result<()>,
) -> Result<()> {
    write(&mut out).and_then(|()| out.flush()).map_err(Error::Output)
}

/// Standard output for a format for programs, whose text is foreign. On a terminal, the text cannot
/// control it.
pub fn data() -> SafeWriter<ResultStream> {
    SafeWriter::new(results(), io::stdout().is_terminal())
}

/// Writes a result in a format for programs to standard output and flushes it.
///
/// # Errors
///
/// The errors of [`print`].
pub fn print_data(
    write: impl FnOnce(&mut SafeWriter<ResultStream>) -> io::Result<()>,
) -> Result<()> {
    write_and_flush(data(), write)
}

/// Writes a message to stderr. Foreign text in it, such as a path, cannot control the terminal.
///
/// A failure is ignored: if stderr is closed, nobody reads the message.
pub fn say(message: &str) {
    // A message may have several lines, so each line is made safe on its own.
    let safe: Vec<_> = message.lines().map(sanitize).collect();
    let _ = writeln!(io::stderr().lock(), "{}", safe.join("\n"));
}
