//! Web archives (WARC): one snapshot in each page that a server sent.
//!
//! The format is ISO 28500. Its text is at
//! <https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/>. A file is cut
//! into records (`record_reader`); the record of a response has a message of HTTP (`http_message`),
//! whose body may be in chunks and compressed (`content_coding`). The address of the page names the
//! company (`page_address`).

mod content_coding;
mod header_fields;
mod http_message;
mod media_type;
mod page_address;
mod record_reader;
pub(super) mod warc;
