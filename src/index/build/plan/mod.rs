//! Decides what an update does: which policies it writes, and what it may remove.

pub(super) mod pruning;
pub(super) mod update_plan;
