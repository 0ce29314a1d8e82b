//! Words the errors of the library for someone at a command line.
//!
//! The library says what is wrong and keeps the data of it in the error. This file adds what only
//! the program knows: its flags, and the command that helps.

use fineprint::Error;

/// The message of `error`, as the program prints it after `error: `.
pub fn message(error: &Error) -> String {
    error.to_string()
}
