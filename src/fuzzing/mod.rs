//! What fuzzing runs: one function for each target, which takes any bytes and panics if something
//! does not hold that must.
//!
//! The programs in `fuzz/` call them with bytes that an engine invents, and the unit tests with
//! seeds and with the inputs that were found before. `fuzz/README.md` has the commands. Where a
//! function can, it compares the result with a model that shares no code with it.
//!
//! Only tests and fuzzing compile this module.

mod markers;
mod model_delta;
mod model_pack;
mod objects;
mod pages;
mod queries;
#[cfg(test)]
mod seeds;
mod streams;
mod tables;
#[cfg(test)]
mod tests;
mod texts;

pub use objects::git;
pub use pages::html;
pub use queries::query;
pub use streams::{archives, csv, json_lines};
pub use tables::{manifest, tables};
pub use texts::{front_matter, header, sections};

/// A function of this module, by name.
#[derive(Debug, Clone, Copy)]
pub struct FuzzTarget {
    /// The name of the program in `fuzz/fuzz_targets`, and of the folder of its inputs.
    pub name: &'static str,
    /// The function.
    pub run: fn(&[u8]),
}

/// All targets.
pub const TARGETS: [FuzzTarget; 11] = [
    FuzzTarget { name: "archives", run: archives },
    FuzzTarget { name: "csv", run: csv },
    FuzzTarget { name: "front_matter", run: front_matter },
    FuzzTarget { name: "git", run: git },
    FuzzTarget { name: "header", run: header },
    FuzzTarget { name: "html", run: html },
    FuzzTarget { name: "json_lines", run: json_lines },
    FuzzTarget { name: "manifest", run: manifest },
    FuzzTarget { name: "query", run: query },
    FuzzTarget { name: "sections", run: sections },
    FuzzTarget { name: "tables", run: tables },
];
