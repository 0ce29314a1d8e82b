//! A timeline as a picture for papers: SVG with axes, units and a legend.
//!
//! Series differ in colour and in mark, so that they can be told apart in print.

use std::io::{self, Write};

use plotters::chart::{ChartBuilder, ChartContext, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{
    Circle, Cross, DynElement, EmptyElement, IntoDynElement, PathElement, TriangleMarker,
};
use plotters::series::LineSeries;
use plotters::style::{BLACK, Color, IntoFont, RGBColor, ShapeStyle, WHITE};
use plotters_svg::SVGBackend;

use super::caption;
use crate::printer::terminal::sanitize::sanitize;
use crate::search::{Timeline, TimelineMeasure, TimelineSeries};

/// The colours of Okabe and Ito, which people with any colour vision can tell apart
/// (<https://jfly.uni-koeln.de/color/>), without yellow, which is faint on white.
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
/// The height of a line of the legend, as a part of the height of the plot.
const LEGEND_LINE: f64 = 0.055;
/// The number of labels that fit below the axis.
const MAX_LABELS: usize = 14;
/// The number of periods beyond which marks would touch each other.
const MAX_MARKS: usize = 60;
/// The font of axes, and its size in pixels.
const FONT: (&str, i32) = ("sans-serif", 15);

type PlotError = DrawingAreaErrorKind<io::Error>;
type PlotChart<'a, 'p> =
    ChartContext<'a, SVGBackend<'p>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Writes a timeline as an SVG picture: the share of each query over the periods.
///
/// # Errors
///
/// `out` cannot be written to, or the picture cannot be drawn.
pub fn print_timeline_svg(out: &mut impl Write, timeline: &Timeline) -> io::Result<()> {
    let mut picture = String::new();
    {
        let area = SVGBackend::with_string(&mut picture, SIZE).into_drawing_area();
        draw(&area, timeline).map_err(|error| io::Error::other(error.to_string()))?;
    }
    out.write_all(picture.as_bytes())?;
    out.flush()
}

fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, timeline: &Timeline) -> Result<(), PlotError> {
    area.fill(&WHITE)?;
    let periods = periods(timeline);
    let last = periods.len().saturating_sub(1).max(1) as f64;
    let mut chart = ChartBuilder::on(area)
        .margin(18)
        .margin_right(34)
        .x_label_area_size(56)
        .y_label_area_size(66)
        .build_cartesian_2d(-0.3..last + 0.3, 0.0..highest_percent(timeline))?;
    draw_axes(&mut chart, timeline, &periods)?;
    for (series, number) in timeline.series.iter().zip(0..) {
        draw_series(&mut chart, series, number)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(FONT.into_font())
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .legend_area_size(34)
        .draw()?;
    area.present()
}

/// The names of the periods, which all series share.
fn periods(timeline: &Timeline) -> Vec<&str> {
    let points = timeline.series.first().into_iter().flat_map(|series| &series.points);
    points.map(|point| point.period.as_str()).collect()
}

fn draw_axes(
    chart: &mut PlotChart<'_, '_>,
    timeline: &Timeline,
    periods: &[&str],
) -> Result<(), PlotError> {
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.12))
        .x_labels(periods.len().clamp(2, MAX_LABELS))
        .x_label_formatter(&|at| period_label(periods, *at))
        .y_label_formatter(&|percent| percent_label(*percent))
        .label_style(FONT.into_font())
        .axis_desc_style(FONT.into_font())
        .y_desc(match timeline.measure {
            TimelineMeasure::Snapshots => "share of snapshots that say it".to_owned(),
            measure => format!("share of {} in force that say it", measure.name()),
        })
        .x_desc(caption(timeline))
        .draw()
}

/// The label of a place on the horizontal axis. Places between periods have none.
fn period_label(periods: &[&str], at: f64) -> String {
    let is_whole = (at - at.round()).abs() < 1e-6 && at >= 0.0;
    match periods.get(at.round() as usize) {
        Some(period) if is_whole => (*period).to_owned(),
        _ => String::new(),
    }
}

/// The label of a share. The room above 100% is for the legend and has none.
fn percent_label(percent: f64) -> String {
    if percent > 100.0 { String::new() } else { format!("{percent}%") }
}

fn draw_series<'a, 'p: 'a>(
    chart: &mut PlotChart<'a, 'p>,
    series: &TimelineSeries,
    number: usize,
) -> Result<(), PlotError> {
    let colour = COLOURS[number % COLOURS.len()];
    let style = ShapeStyle::from(colour).stroke_width(2);
    let points = points(series);
    // A period in which nothing was in force has no share, and the line has a gap there.
    for line in points.split(Option::is_none).filter(|line| !line.is_empty()) {
        chart.draw_series(LineSeries::new(line.iter().flatten().copied(), style))?;
    }
    if points.len() <= MAX_MARKS {
        let marked = points.iter().flatten();
        chart.draw_series(marked.map(|&at| EmptyElement::at(at) + mark(number, (0, 0), colour)))?;
    }
    let legend = chart.draw_series(std::iter::empty::<PathElement<(f64, f64)>>())?;
    legend.label(sanitize(&series.query)).legend(move |(x, y)| {
        EmptyElement::at((x, y))
            + PathElement::new([(0, 0), (24, 0)], style)
            + mark(number, (12, 0), colour)
    });
    Ok(())
}

/// The end of the vertical axis in percent, with room for the legend above the highest share.
fn highest_percent(timeline: &Timeline) -> f64 {
    let points = timeline.series.iter().flat_map(|series| &series.points);
    let highest = points.filter_map(|point| point.share).fold(0.0, f64::max);
    let legend = (timeline.series.len() as f64 * LEGEND_LINE + 0.06).min(0.5);
    (highest * 100.0).max(1.0) / (1.0 - legend)
}

/// For each period its number and its share in percent, or `None` without a share.
fn points(series: &TimelineSeries) -> Vec<Option<(f64, f64)>> {
    let shares = series.points.iter().map(|point| point.share);
    shares.enumerate().map(|(at, share)| Some((at as f64, share? * 100.0))).collect()
}

/// The mark of a series; the shapes alternate.
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
