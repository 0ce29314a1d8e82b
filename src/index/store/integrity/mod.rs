//! Checksums, so that damage is found and never taken over.
//!
//! The manifest has a checksum of itself ([`seal`]) and one of every file of its generation
//! ([`checksums`]). Files that are read whole are compared with it when they are read. Files that
//! are read in part have a checksum for each of their blocks ([`block_sums`]), which is compared
//! when the block is read: segments ([`checked_file`]) and tables ([`checked_bytes`]).

pub(crate) mod block_sums;
pub(crate) mod checked_bytes;
pub(crate) mod checked_file;
pub(crate) mod checked_list;
pub(crate) mod checksums;
pub(crate) mod damage;
pub(crate) mod seal;
