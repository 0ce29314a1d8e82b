//! Timelines as pictures for papers: SVG with axes, units and a legend, series told apart by colour and by mark.

use std::io::{self, Write};

use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{
    Circle, Cross, DynElement, EmptyElement, IntoDynElement, PathElement, TriangleMarker,
};
use plotters::series::LineSeries;
use plotters::style::{BLACK, Color, IntoFont, RGBColor, ShapeStyle, WHITE};
use plotters_svg::SVGBackend;

use crate::printer::terminal::sanitize::sanitize;
use crate::printer::timeline::caption;
use crate::search::{Timeline, TimelineMeasure, TimelineSeries};

/// Okabe and Ito's colours, which colour-blind people tell apart, without the yellow that is faint on white
/// (<https://jfly.uni-koeln.de/color/>).
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// Width and height in pixels.
const SIZE: (u32, u32) = (860, 480);
/// The height of a line of the legend, as a part of that of the plot.
const LEGEND_LINE: f64 = 0.055;
/// So many labels fit below the axis.
const LABELS: usize = 14;
/// Periods beyond which marks would touch each other.
const MAX_MARKS: usize = 60;

type Failed = DrawingAreaErrorKind<io::Error>;

/// Writes a timeline as one SVG picture: the share of each query over the periods.
///
/// # Errors
///
/// What `out` returns, and what cannot be drawn.
pub fn print_timeline_svg(out: &mut impl Write, timeline: &Timeline) -> io::Result<()> {
    let mut picture = String::new();
    {
        let area = SVGBackend::with_string(&mut picture, SIZE).into_drawing_area();
        draw(&area, timeline).map_err(|error| io::Error::other(error.to_string()))?;
    }
    out.write_all(picture.as_bytes())?;
    out.flush()
}

fn draw<'p>(area: &DrawingArea<SVGBackend<'p>, Shift>, timeline: &Timeline) -> Result<(), Failed> {
    area.fill(&WHITE)?;
    let names: Vec<&str> = timeline
        .series
        .first()
        .map(|series| series.points.iter().map(|point| point.period.as_str()).collect())
        .unwrap_or_default();
    let top = top(timeline);
    let last = names.len().saturating_sub(1).max(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(18)
        .margin_right(34)
        .x_label_area_size(56)
        .y_label_area_size(66)
        .build_cartesian_2d(-0.3..last + 0.3, 0.0..top)?;
    let label = |at: &f64| {
        let is_whole = (at - at.round()).abs() < 1e-6 && *at >= 0.0;
        names
            .get(at.round() as usize)
            .filter(|_| is_whole)
            .map(|name| (*name).to_owned())
            .unwrap_or_default()
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.12))
        .x_labels(names.len().clamp(2, LABELS))
        .x_label_formatter(&label)
        .y_label_formatter(&|share| {
            if *share > 100.0 { String::new() } else { format!("{share}%") }
        })
        .label_style(("sans-serif", 15).into_font())
        .axis_desc_style(("sans-serif", 15).into_font())
        .y_desc(match timeline.measure {
            TimelineMeasure::Snapshots => "share of snapshots that say it".to_owned(),
            measure => format!("share of {} in force that say it", measure.name()),
        })
        .x_desc(caption(timeline))
        .draw()?;
    for (series, number) in timeline.series.iter().zip(0..) {
        let colour = COLOURS[number % COLOURS.len()];
        let points = points(series);
        let style = ShapeStyle::from(colour).stroke_width(2);
        // A period in which nothing was in force has no share: the line has a gap there.
        for line in points.split(Option::is_none).filter(|line| !line.is_empty()) {
            chart.draw_series(LineSeries::new(line.iter().flatten().copied(), style))?;
        }
        if names.len() <= MAX_MARKS {
            let marks = points
                .iter()
                .flatten()
                .map(|&at| EmptyElement::at(at) + mark(number, (0, 0), colour));
            chart.draw_series(marks)?;
        }
        let legend = chart.draw_series(std::iter::empty::<PathElement<(f64, f64)>>())?;
        legend.label(sanitize(&series.query)).legend(move |(x, y)| {
            EmptyElement::at((x, y))
                + PathElement::new([(0, 0), (24, 0)], style)
                + mark(number, (12, 0), colour)
        });
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(("sans-serif", 15).into_font())
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .legend_area_size(34)
        .draw()?;
    area.present()
}

/// The end of the axis of shares, in percent: above the highest there is room for the legend.
fn top(timeline: &Timeline) -> f64 {
    let shares =
        timeline.series.iter().flat_map(|series| &series.points).filter_map(|point| point.share);
    let legend = (timeline.series.len() as f64 * LEGEND_LINE + 0.06).min(0.5);
    (shares.fold(0.0, f64::max) * 100.0).max(1.0) / (1.0 - legend)
}

/// Per period its number and share in percent.
fn points(series: &TimelineSeries) -> Vec<Option<(f64, f64)>> {
    let shares = series.points.iter().map(|point| point.share);
    shares.enumerate().map(|(at, share)| Some((at as f64, share? * 100.0))).collect()
}

/// The mark of a series: shapes in turn.
fn mark<'p>(
    number: usize,
    at: (i32, i32),
    colour: RGBColor,
) -> DynElement<'static, SVGBackend<'p>, (i32, i32)> {
    match number % 3 {
        0 => Circle::new(at, 4, colour.filled()).into_dyn(),
        1 => TriangleMarker::new(at, 6, colour.filled()).into_dyn(),
        _ => Cross::new(at, 4, ShapeStyle::from(colour).stroke_width(2)).into_dyn(),
    }
}
