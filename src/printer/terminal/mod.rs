//! Text for people: styled, wrapped, measured in columns, and safe for a terminal.

pub(super) mod columns;
pub(super) mod numbers;
pub(super) mod pen;
pub(super) mod safe_writer;
pub(super) mod sanitize;
pub(super) mod wrap;
