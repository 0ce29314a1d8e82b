//! Writes results as text, in formats for people and for programs.
//!
//! There is a module for each result, and in it a function for each format. A printer takes a
//! finished result and writes it to any writer; it searches nothing and decides nothing. Formats
//! for programs are specified in `schema/`.
//!
//! # Errors
//!
//! Every `print_` function fails only if its writer does, and returns the error of the writer.

mod clause;
mod clause_mark;
mod companies;
mod diff;
mod facets;
mod history;
mod hits;
mod info;
mod json;
mod rows;
mod terminal;
mod timeline;
mod version;

pub use clause::{print_shown, print_shown_json};
pub use companies::{print_companies, print_companies_csv};
pub use diff::{print_diff, print_diff_unified};
pub use facets::{print_facets, print_facets_csv};
pub use history::print_history;
pub use hits::batch::{BatchPrinter, print_failed_query};
pub use hits::kwic::{KwicKey, KwicOptions};
pub use hits::offsets::OffsetUnit;
pub use hits::table::{TableFields, TableOptions};
pub use hits::{HitExtras, HitFormat, HitPrinter};
pub use info::print_info;
pub use json::print_json_line;
pub use rows::{RowOptions, TableSeparator};
pub use terminal::numbers::{bytes, counted, counted_grouped, grouped};
pub use terminal::pen::HumanOptions;
pub use terminal::safe_writer::{OutputText, SafeWriter};
pub(crate) use terminal::sanitize::is_deceptive;
pub use terminal::sanitize::sanitize;
#[cfg(feature = "plot")]
pub use timeline::plot::print_timeline_svg;
pub use timeline::{print_timeline, print_timeline_csv};
pub use version::markdown::print_markdown;
pub use version::snapshot::{print_snapshot_csv, print_snapshot_csv_names, print_snapshot_json};
pub use version::{print_version, print_version_json};
