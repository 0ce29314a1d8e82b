//! The `fineprint` program: everything happens in the library and in `cli`.
#![allow(missing_docs)]

mod cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
