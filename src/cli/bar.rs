//! Draws progress on a terminal. This is the only file that uses indicatif.
//!
//! A bar that nobody can see draws nothing, so callers never have to ask.

use std::fmt;
use std::time::Duration;

use fineprint::progress::{Phase, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Time between two drawings while nothing advances, so that a person sees the program is alive.
const TICK: Duration = Duration::from_millis(100);

const SCANNING: &str = "{prefix} {spinner} {human_pos} inputs, {rate}";
const READING: &str = "{prefix} {bar:24} {human_pos}/{human_len} snapshots, {rate}, {eta} left";
const CHECKING: &str = "{prefix} {bar:24} {human_pos}/{human_len}, {eta} left";
const WRITING: &str = "{prefix} {spinner} {human_len} clauses, {elapsed}";
const PLAIN: &str = "{prefix} {spinner} {elapsed}";

/// A progress bar on stderr.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that is hidden if `is_quiet`, or if stderr is not a terminal.
    pub fn new(is_quiet: bool) -> Self {
        let target =
            if is_quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self(ProgressBar::with_draw_target(None, target))
    }
}

impl Progress for Bar {
    fn begin(&self, phase: Phase, total: Option<u64>) {
        let style = ProgressStyle::with_template(template(phase, total))
            .expect("a unit test parses every template")
            .with_key("rate", draw_rate);
        self.0.set_style(style);
        self.0.set_prefix(format!("{:>9}", phase.name()));
        self.0.set_position(0);
        match total {
            Some(total) => self.0.set_length(total),
            None => self.0.unset_length(),
        }
        self.0.reset_elapsed();
        self.0.reset_eta();
        self.0.enable_steady_tick(TICK);
    }

    fn advance(&self, count: u64) {
        self.0.inc(count);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The template of a phase with a known or unknown total.
fn template(phase: Phase, total: Option<u64>) -> &'static str {
    match (phase, total) {
        (Phase::Scanning, _) => SCANNING,
        // The index library reports nothing until it is done, so the elapsed time has to do.
        (Phase::Indexing | Phase::Merging, Some(_)) => WRITING,
        (Phase::Checking | Phase::Searching, Some(_)) => CHECKING,
        (_, Some(_)) => READING,
        (_, None) => PLAIN,
    }
}

/// Draws units per second as a whole number; indicatif's own rate has four decimals.
fn draw_rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // A number that cannot be drawn is no reason to stop the work.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_parses() {
        for template in [SCANNING, READING, CHECKING, WRITING, PLAIN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
