//! How a command ended, and the exit status that follows from it.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Something was found or done.
    Found,
    /// Nothing matched.
    Nothing,
    /// There are results, but some input could not be read.
    Incomplete,
}

/// The outcome of a command that found something or nothing, and read its input in part or whole.
pub fn finish(is_incomplete: bool, found: bool) -> Outcome {
    match (is_incomplete, found) {
        (true, _) => Outcome::Incomplete,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Nothing,
    }
}

/// The exit status of an error, also of input that could not be read.
pub const FAILED: u8 = 2;

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Found => ExitCode::SUCCESS,
            Outcome::Nothing => ExitCode::from(1),
            Outcome::Incomplete => ExitCode::from(FAILED),
        }
    }
}
