//! Text for terminals: safe, and measured in columns.

pub(super) mod columns;
pub(super) mod sanitize;
