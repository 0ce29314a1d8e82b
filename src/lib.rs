//! Full-text search over archived privacy policies and terms of service.
pub mod collapse;
pub mod corpus;
pub mod error;
pub mod index;
pub mod model;
pub mod printer;
pub mod progress;
pub mod query;
pub mod search;
pub mod section;
pub mod token;

pub use error::{Error, Result};
