//! Checksums, so that damage is found and never taken over.
//!
//! The manifest has a checksum of itself ([`seal`]) and one of every file of its generation
//! ([`checksums`]). Files that are read whole are compared with it when they are read. The files
//! of segments are read in part, so each of their blocks has a checksum of its own
//! ([`block_sums`]), which is compared when the block is read ([`checked_file`]).

pub(crate) mod block_sums;
pub(crate) mod checked_file;
pub(crate) mod checksums;
pub(crate) mod seal;
