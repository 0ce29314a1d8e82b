//! fineprint
pub mod model;
pub mod section;
pub mod token;
