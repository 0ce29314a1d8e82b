//! The commands, a file for each: its flags become a request of the library, whose result is printed.

pub mod check;
pub mod companies;
pub mod diff;
pub mod export;
pub mod facets;
pub mod generate;
pub mod history;
pub mod index;
pub mod info;
pub mod search;
pub mod show;
pub mod timeline;
