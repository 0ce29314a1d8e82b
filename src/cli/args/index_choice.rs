//! Flags that choose the index.

use std::path::PathBuf;

use clap::Args;

/// The index folder, unless another one is named.
pub const DEFAULT_INDEX: &str = ".fineprint";

/// The index folder; every command that reads or writes an index has it.
#[derive(Debug, Args)]
pub struct IndexFolder {
    /// The folder of the index
    #[arg(
        long,
        value_name = "DIR",
        env = "FINEPRINT_INDEX",
        hide_env_values = true,
        default_value = DEFAULT_INDEX
    )]
    pub index: PathBuf,
}

/// The index that a query command reads: a folder, or the cached index of a corpus.
#[derive(Debug, Args)]
pub struct IndexChoice {
    /// The index folder.
    #[command(flatten)]
    pub folder: IndexFolder,
    /// Search this corpus; its index is built or updated in the user's cache folder
    #[arg(long, value_name = "PATH")]
    pub corpus: Option<PathBuf>,
    /// Compare all of the index that is read with its checksums
    ///
    /// Without it, large columns and dictionaries are not compared, of which one query needs only
    /// a small part. In an index of up to some ten thousand clauses all is compared anyway, and
    /// so it is by `export`, --batch, --corpus, `index` and `check`.
    #[arg(long)]
    pub verify: bool,
}
