//! The `fineprint` program: everything happens in the library and in `cli`.
#![allow(missing_docs)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
