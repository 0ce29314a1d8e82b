//! The standard streams: results go to stdout, everything else to stderr, and `-` is stdin.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Read, StdoutLock, Write};
use std::path::Path;

use fineprint::error::{Error, Result};
use fineprint::printer::{OutputText, SafeWriter, sanitize};

use super::args::GlobalArgs;

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

/// Standard output, locked and buffered, behind the writer that makes texts safe.
pub type ResultStream = SafeWriter<BufWriter<StdoutLock<'static>>>;

/// Opens standard output for results.
pub fn results(text: OutputText) -> ResultStream {
    SafeWriter::new(BufWriter::new(io::stdout().lock()), text)
}

/// The text of a format for programs on standard output.
pub fn data() -> OutputText {
    OutputText::Data { is_terminal: io::stdout().is_terminal() }
}

/// The text of a format on standard output, for programs or for people.
pub fn text_of(is_data: bool, global: &GlobalArgs) -> OutputText {
    if is_data { data() } else { global.people() }
}

/// Writes a result to standard output and flushes it.
///
/// # Errors
///
/// [`Error::Output`] if writing fails, for example because the reader closed the pipe.
pub fn print(
    text: OutputText,
    write: impl FnOnce(&mut ResultStream) -> io::Result<()>,
) -> Result<()> {
    let mut out = results(text);
    write(&mut out).and_then(|()| out.flush()).map_err(Error::Output)
}

/// Writes a message to stderr as one line. Foreign text in it, such as a path, can neither control
/// the terminal nor look like a message of its own.
///
/// A failure is ignored: if stderr is closed, nobody reads the message.
pub fn say(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", sanitize(message));
}

/// Writes the lines of a message to stderr, in which no foreign text has a line end.
pub fn say_lines(message: &str) {
    let safe: Vec<_> = message.lines().map(sanitize).collect();
    let _ = writeln!(io::stderr().lock(), "{}", safe.join("\n"));
}
