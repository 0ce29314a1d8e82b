//! Timelines: a table with bars for people, rows for programs.

pub(super) mod plot;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::printer::hits::human::HumanOptions;
use crate::printer::hits::table::print_rows;
use crate::printer::terminal::sanitize::sanitize;
use crate::search::{Timeline, TimelineMeasure, TimelinePoint, TimelineSeries};

/// The colours of series: distinct without red beside green.
const COLOURS: [AnsiColor; 4] =
    [AnsiColor::Blue, AnsiColor::Yellow, AnsiColor::Magenta, AnsiColor::Cyan];

/// Columns that a bar takes at least; without that much room there is none.
const MIN_BAR: usize = 8;
/// And at most: longer ones are no easier to compare.
const MAX_BAR: usize = 60;

/// A line that says what is counted, with what carries forward.
pub(in crate::printer) fn caption(timeline: &Timeline) -> String {
    let by = timeline.by;
    match (timeline.measure, &timeline.carry) {
        (TimelineMeasure::Snapshots, _) => format!("snapshots archived in each {by}"),
        (measure, None) => format!(
            "{} at the end of each {by}; the last snapshot of a policy counts until the next, however old",
            measure.name()
        ),
        (measure, Some(carry)) => format!(
            "{} at the end of each {by}; the last snapshot of a policy counts until the next, up to {carry}",
            measure.name()
        ),
    }
}

/// Writes a timeline for people: a block for each query; in a terminal with bars, all on one scale.
pub fn print_timeline(
    out: &mut impl Write,
    timeline: &Timeline,
    options: HumanOptions,
) -> io::Result<()> {
    writeln!(out, "{}", caption(timeline))?;
    let points = || timeline.series.iter().flat_map(|series| &series.points);
    let widths = Widths {
        period: points().map(|point| point.period.len()).max().unwrap_or(0),
        saying: points().map(|point| point.saying.to_string().len()).max().unwrap_or(0),
        in_force: points().map(|point| point.in_force.to_string().len()).max().unwrap_or(0),
    };
    let most = points().filter_map(|point| point.share).fold(0.0, f64::max);
    for (number, series) in timeline.series.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()].on_default();
        writeln!(out)?;
        print_series(out, series, &widths, Bars { most, colour, options })?;
    }
    if points().any(|point| point.is_partial) {
        writeln!(out, "\n* only a part of it: the index, --since or --until begin or end inside")?;
    }
    out.flush()
}

struct Widths {
    period: usize,
    saying: usize,
    in_force: usize,
}

/// How bars are drawn.
#[derive(Clone, Copy)]
struct Bars {
    /// The share of the longest.
    most: f64,
    colour: Style,
    options: HumanOptions,
}

fn print_series(
    out: &mut impl Write,
    series: &TimelineSeries,
    widths: &Widths,
    bars: Bars,
) -> io::Result<()> {
    let query = sanitize(&series.query);
    let bold = if bars.options.has_colour { Style::new().bold() } else { Style::new() };
    writeln!(out, "{bold}{query}{bold:#}")?;
    for point in &series.points {
        let TimelinePoint { period, is_partial, saying, in_force, share, .. } = point;
        let mark = if *is_partial { '*' } else { ' ' };
        let share_text = share.map_or("-".to_owned(), |share| format!("{:.1}%", share * 100.0));
        let (a, b, c) = (widths.period, widths.saying, widths.in_force);
        let line = format!("{period:<a$}{mark} {saying:>b$} of {in_force:>c$} {share_text:>6}");
        let bar = bars.bar(share.unwrap_or(0.0), line.len() + 2);
        writeln!(out, "{}", format!("{line}  {bar}").trim_end())?;
    }
    Ok(())
}

impl Bars {
    /// The bar of a share, in eighths of a column; none where no terminal shows it.
    fn bar(self, share: f64, used: usize) -> String {
        let Some(room) = self.options.width.map(|width| width.saturating_sub(used + 1)) else {
            return String::new();
        };
        if room < MIN_BAR || self.most <= 0.0 || share <= 0.0 {
            return String::new();
        }
        // What is there at all has an eighth of a column at least.
        let eighths =
            ((share / self.most * room.min(MAX_BAR) as f64 * 8.0).round() as usize).max(1);
        let mut bar = "█".repeat(eighths / 8);
        bar.extend(['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1)));
        let colour = if self.options.has_colour { self.colour } else { Style::new() };
        format!("{colour}{bar}{colour:#}")
    }
}

/// The names of the columns of [`print_timeline_csv`].
const COLUMNS: [&str; 9] =
    ["query", "measure", "period", "start", "end", "is_partial", "saying", "in_force", "share"];

/// Writes a row for each period of each query (RFC 4180), below a row of names.
pub fn print_timeline_csv(out: &mut impl Write, timeline: &Timeline) -> io::Result<()> {
    let row = |query: &String, point: &TimelinePoint| {
        vec![
            query.clone(),
            timeline.measure.name().to_owned(),
            point.period.clone(),
            point.start.clone(),
            point.end.clone(),
            point.is_partial.to_string(),
            point.saying.to_string(),
            point.in_force.to_string(),
            point.share.map(|share| share.to_string()).unwrap_or_default(),
        ]
    };
    let of_series = |series: &TimelineSeries| {
        series.points.iter().map(|point| row(&series.query, point)).collect::<Vec<_>>()
    };
    print_rows(out, &COLUMNS, timeline.series.iter().flat_map(of_series))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_shares() {
        let options = |width| HumanOptions { width, ..HumanOptions::default() };
        let bars = |width| Bars { most: 0.5, colour: Style::new(), options: options(width) };
        assert_eq!(bars(Some(51)).bar(0.5, 30), "█".repeat(20));
        assert_eq!(bars(Some(51)).bar(0.25, 30), "█".repeat(10));
        assert_eq!(bars(Some(51)).bar(0.0125, 30), "▌");
        assert_eq!(bars(Some(51)).bar(0.000_01, 30), "▏");
        assert_eq!(bars(Some(51)).bar(0.0, 30), "");
        assert_eq!(bars(Some(500)).bar(0.5, 30).chars().count(), MAX_BAR);
        assert_eq!(bars(Some(35)).bar(0.5, 30), "");
        assert_eq!(bars(None).bar(0.5, 30), "");
    }
}
