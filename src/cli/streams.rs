//! The standard streams: results go to stdout, everything else to stderr, and `-` is stdin.

use std::fs;
use std::io::{self, BufWriter, Read, StdoutLock, Write};
use std::path::Path;

use fineprint::error::{Error, Result};
use fineprint::printer::sanitize;

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
    let mut out = results();
    write(&mut out).and_then(|()| out.flush()).map_err(Error::Output)
}

/// Writes a message to stderr. Foreign text in it, such as a path, cannot control the terminal.
///
/// A failure is ignored: if stderr is closed, nobody reads the message.
pub fn say(message: &str) {
    // A message may have several lines, so each line is made safe on its own.
    let safe: Vec<_> = message.lines().map(sanitize).collect();
    let _ = writeln!(io::stderr().lock(), "{}", safe.join("\n"));
}
