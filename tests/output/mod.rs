//! What is printed.

pub mod comfort;
pub mod golden;
pub mod readme;
pub mod rows;
pub mod terminal_picture;
