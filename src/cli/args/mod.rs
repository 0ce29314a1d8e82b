//! Groups of flags that commands share.
//!
//! The flags of one command are in the file of that command. Each group knows how to turn itself
//! into the part of a library request that it describes.

mod filters;
mod global;
mod index_choice;
mod name_lists;
mod output;
mod query;
mod reading;
mod spreadsheet;
pub mod values;

pub use filters::PolicyArgs;
pub use global::GlobalArgs;
pub use index_choice::{DEFAULT_INDEX, IndexChoice, IndexFolder};
pub use output::{FormatArg, OutputArgs};
pub use query::QueryArgs;
pub use spreadsheet::SpreadsheetArgs;
