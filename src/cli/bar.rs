//! Progress on a terminal. The only file that knows indicatif; a bar that nobody can see draws nothing.

use std::time::Duration;

use fineprint::progress::{Phase, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How often the bar is drawn even when nothing advances: a person sees that it is alive.
const TICK: Duration = Duration::from_millis(100);

const SCANNING: &str = "{prefix} {spinner} {human_pos} inputs, {rate}";
const READING: &str = "{prefix} {bar:24} {human_pos}/{human_len} snapshots, {rate}, {eta} left";
const CHECKING: &str = "{prefix} {bar:24} {human_pos}/{human_len}, {eta} left";
const WRITING: &str = "{prefix} {spinner} {human_len} clauses, {elapsed}";
const PLAIN: &str = "{prefix} {spinner} {elapsed}";

/// A bar on stderr, hidden where stderr is no terminal or quiet was asked for.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that draws, if it may and can.
    pub fn new(is_quiet: bool) -> Self {
        let target =
            if is_quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self(ProgressBar::with_draw_target(None, target))
    }
}

impl Progress for Bar {
    fn begin(&self, phase: Phase, total: Option<u64>) {
        let template = match (phase, total) {
            (Phase::Scanning, _) => SCANNING,
            // The index library says nothing until it is done: how much there is to do, and that time goes by.
            (Phase::Indexing | Phase::Merging, Some(_)) => WRITING,
            (Phase::Checking | Phase::Searching, Some(_)) => CHECKING,
            (_, Some(_)) => READING,
            (_, None) => PLAIN,
        };
        // The templates are ours and a test draws them; should one not parse, the plain bar is still a bar.
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        // Whole numbers: indicatif's own rate has four decimals.
        let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A number that cannot be drawn is no reason to stop the work.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        self.0.set_style(style.with_key("rate", rate));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_parse() {
        for template in [SCANNING, READING, WRITING, PLAIN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
