//! Tests what the program prints, and the pages that show it.

pub mod comfort;
pub mod exports;
pub mod golden;
pub mod hostile_texts;
pub mod messages;
pub mod rows;
pub mod shown_commands;
pub mod terminal_picture;
