//! The `fineprint` program. It does everything in `cli`, with the library.
#![allow(missing_docs)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
