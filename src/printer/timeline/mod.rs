//! Timelines: a table with bars for people, rows and a picture.

#[cfg(feature = "plot")]
pub(super) mod plot;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::rows::{RowOptions, cell, write_rows};
use super::terminal::pen::{BOLD, HumanOptions, styled};
use super::terminal::sanitize::sanitize;
use crate::search::{Timeline, TimelineMeasure, TimelinePoint, TimelineSeries};

/// The colours of series, which can be told apart without telling red from green.
const COLOURS: [AnsiColor; 4] =
    [AnsiColor::Blue, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Cyan];

/// The least columns of the longest bar. With less room there are no bars.
const MIN_BAR: usize = 8;
/// The most columns of the longest bar. Longer bars are no easier to compare.
const MAX_BAR: usize = 60;
/// The ends of bars: one to seven eighths of a column.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A sentence that says how the timeline counts: what, when, and how long a snapshot counts.
pub(super) fn caption(timeline: &Timeline) -> String {
    let (by, measure) = (timeline.by, timeline.measure.name());
    if timeline.measure == TimelineMeasure::Snapshots {
        return format!("snapshots archived in each {by}");
    }
    let carry = match &timeline.carry {
        None => "however old".to_owned(),
        Some(carry) => format!("up to {carry}"),
    };
    format!(
        "{measure} at the end of each {by}; \
         the last snapshot of a policy counts until the next, {carry}"
    )
}

/// Writes a timeline for people, a block for each query. In a terminal there are bars, all on one
/// scale. `partial_note` says below the blocks why a period may be marked as partial.
pub fn print_timeline(
    out: &mut impl Write,
    timeline: &Timeline,
    partial_note: &str,
    options: HumanOptions,
) -> io::Result<()> {
    writeln!(out, "{}", caption(timeline))?;
    let scale = TimelineScale::new(timeline);
    for (series, colour) in timeline.series.iter().zip(COLOURS.iter().cycle()) {
        writeln!(out)?;
        let query = sanitize(&series.query);
        writeln!(out, "{}", styled(BOLD, &query, options.has_colour))?;
        for point in &series.points {
            writeln!(out, "{}", scale.line(point, colour.on_default(), options))?;
        }
    }
    if points(timeline).any(|point| point.is_partial) {
        writeln!(out, "\n* {}", sanitize(partial_note))?;
    }
    out.flush()
}

fn points(timeline: &Timeline) -> impl Iterator<Item = &TimelinePoint> {
    timeline.series.iter().flat_map(|series| &series.points)
}

/// The widths of the columns and the scale of the bars, which all series share.
struct TimelineScale {
    period: usize,
    saying: usize,
    in_force: usize,
    /// The share of the longest bar.
    largest_share: f64,
}

impl TimelineScale {
    fn new(timeline: &Timeline) -> Self {
        let mut scale = Self { period: 0, saying: 0, in_force: 0, largest_share: 0.0 };
        for point in points(timeline) {
            scale.period = scale.period.max(point.period.len());
            scale.saying = scale.saying.max(point.saying.to_string().len());
            scale.in_force = scale.in_force.max(point.in_force.to_string().len());
            scale.largest_share = scale.largest_share.max(share_of_bar(point));
        }
        scale
    }

    fn line(&self, point: &TimelinePoint, style: Style, options: HumanOptions) -> String {
        let TimelinePoint { period, is_partial, saying, in_force, share, .. } = point;
        let (a, b, c) = (self.period, self.saying, self.in_force);
        let mark = if *is_partial { '*' } else { ' ' };
        let percent = match share {
            Some(share) => format!("{:.1}%", share * 100.0),
            None => "-".to_owned(),
        };
        let line = format!("{period:<a$}{mark} {saying:>b$} of {in_force:>c$} {percent:>6}");
        let bar = self.bar(share_of_bar(point), options.width, line.len() + 2);
        format!("{line}  {}", styled(style, &bar, options.has_colour)).trim_end().to_owned()
    }

    /// The bar of a share, in eighths of a column; empty without a terminal of this width.
    fn bar(&self, share: f64, width: Option<usize>, used: usize) -> String {
        let Some(room) = width.map(|width| width.saturating_sub(used + 1)) else {
            return String::new();
        };
        if room < MIN_BAR || self.largest_share <= 0.0 || share <= 0.0 {
            return String::new();
        }
        let longest = room.min(MAX_BAR) as f64 * 8.0;
        // A share above zero has at least an eighth of a column.
        let eighths = ((share / self.largest_share * longest).round() as usize).max(1);
        let mut bar = "█".repeat(eighths / 8);
        bar.extend(EIGHTHS.get((eighths % 8).wrapping_sub(1)));
        bar
    }
}

/// The share that a bar shows. A period in which nothing was in force has none, and no bar.
fn share_of_bar(point: &TimelinePoint) -> f64 {
    point.share.unwrap_or(0.0)
}

/// The names of the columns of [`print_timeline_csv`].
const COLUMNS: [&str; 9] =
    ["query", "measure", "period", "start", "end", "is_partial", "saying", "in_force", "share"];

/// Writes a timeline as CSV, one row for each period of each query.
pub fn print_timeline_csv(
    out: &mut impl Write,
    timeline: &Timeline,
    options: RowOptions,
) -> io::Result<()> {
    let measure = timeline.measure.name();
    let rows = timeline
        .series
        .iter()
        .flat_map(|series| series.points.iter().map(move |point| row(series, measure, point)));
    write_rows(out, options, &COLUMNS, rows)
}

fn row(series: &TimelineSeries, measure: &str, point: &TimelinePoint) -> Vec<String> {
    vec![
        series.query.clone(),
        measure.to_owned(),
        point.period.clone(),
        point.start.date(),
        point.end.date(),
        point.is_partial.to_string(),
        point.saying.to_string(),
        point.in_force.to_string(),
        cell(point.share),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_shares() {
        let scale = TimelineScale { period: 4, saying: 1, in_force: 1, largest_share: 0.5 };
        assert_eq!(scale.bar(0.5, Some(51), 30), "█".repeat(20));
        assert_eq!(scale.bar(0.25, Some(51), 30), "█".repeat(10));
        assert_eq!(scale.bar(0.0125, Some(51), 30), "▌");
        assert_eq!(scale.bar(0.000_01, Some(51), 30), "▏");
        assert_eq!(scale.bar(0.0, Some(51), 30), "");
        assert_eq!(scale.bar(0.5, Some(500), 30).chars().count(), MAX_BAR);
        assert_eq!(scale.bar(0.5, Some(35), 30), "");
        assert_eq!(scale.bar(0.5, None, 30), "");
    }
}
