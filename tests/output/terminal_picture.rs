//! The picture of a terminal at the top of the README, drawn from what the program prints.
//!
//! A picture cannot be compared with a run by reading it. So the test runs the commands on the
//! sample corpus with colours, draws the picture as SVG, and compares it with the file in `docs/`.
//! `FINEPRINT_REFRESH_GOLDEN=1 cargo test terminal_picture` writes the file instead.

use std::fmt::Write as _;

use crate::output::golden::compare_with_kept;
use crate::util::sample;

/// The commands in the picture, without the name of the program.
const COMMANDS: [&[&str]; 2] = [
    &["search", "sell", "or", "rent", "--removed-since", "2009"],
    &["search", "sell", "or", "rent", "--format", "kwic", "--limit", "all", "--width", "80"],
];

/// The width of the terminal in characters. No line of the output may be longer.
const COLUMNS: usize = 80;

// Sizes in units of the picture, which are pixels unless it is scaled. A character of a monospaced
// font is 0.6 times as wide as the font is high.
const FONT_SIZE: f64 = 14.0;
const CHARACTER: f64 = 0.6 * FONT_SIZE;
const LINE: f64 = 20.0;
const MARGIN: f64 = 20.0;
/// The bar with the three buttons of a window.
const TITLE_BAR: f64 = 34.0;

/// The look of a piece of text: what the escape sequences of the program ask for.
#[derive(Clone, Copy, Default, PartialEq)]
struct Look {
    is_bold: bool,
    is_dim: bool,
    colour: Option<u8>,
}

impl Look {
    /// Applies the number of a "select graphic rendition" sequence (ECMA-48, section 8.3.117).
    fn apply(&mut self, number: u8) {
        match number {
            0 => *self = Look::default(),
            1 => self.is_bold = true,
            2 => self.is_dim = true,
            30..=37 => self.colour = Some(number - 30),
            other => panic!("the picture cannot show the escape sequence {other}"),
        }
    }

    fn attributes(self) -> String {
        let fill = match self.colour {
            None if self.is_dim => "#6e7781",
            None => "#1f2328",
            Some(1) => "#cf222e",
            Some(2) => "#1a7f37",
            Some(3) => "#9a6700",
            Some(4) => "#0969da",
            Some(5) => "#8250df",
            Some(6) => "#1b7c83",
            Some(other) => panic!("the picture has no colour {other}"),
        };
        let weight = if self.is_bold { r#" font-weight="bold""# } else { "" };
        format!(r#"fill="{fill}"{weight}"#)
    }
}

/// A piece of a line that has one look.
struct Piece {
    text: String,
    look: Look,
}

/// Cuts a line into pieces where escape sequences change the look.
fn pieces(line: &str, look: &mut Look) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (number, part) in line.split("\u{1b}[").enumerate() {
        let text = if number == 0 {
            part
        } else {
            let (codes, text) = part.split_once('m').expect("an escape sequence ends with `m`");
            codes.split(';').for_each(|code| look.apply(code.parse().unwrap()));
            text
        };
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), look: *look });
        }
    }
    pieces
}

/// What the terminal shows: each command after a prompt, then both its streams.
fn screen() -> Vec<Vec<Piece>> {
    let mut lines = Vec::new();
    for (number, args) in COMMANDS.iter().enumerate() {
        if number > 0 {
            lines.push(Vec::new());
        }
        let command = format!("$ fineprint {}", args.join(" "));
        lines.push(vec![Piece { text: command, look: Look { is_bold: true, ..Look::default() } }]);
        let run = sample(["--color", "always"].iter().chain(args.iter()));
        run.exits(0);
        let mut look = Look::default();
        lines.extend(run.stdout().lines().map(|line| pieces(line, &mut look)));
        lines.extend(run.stderr().lines().map(|line| pieces(line, &mut look)));
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Draws a line of text. Each piece gets its exact width, so that columns align in any font.
fn draw_line(svg: &mut String, y: f64, pieces: &[Piece]) {
    let mut column = 0;
    for Piece { text, look } in pieces {
        let indent = width(text) - width(text.trim_start());
        let x = MARGIN + (column + indent) as f64 * CHARACTER;
        column += width(text);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let length = width(text) as f64 * CHARACTER;
        let (look, text) = (look.attributes(), escaped(text));
        writeln!(
            svg,
            r#"<text x="{x:.1}" y="{y:.1}" textLength="{length:.1}" {look}>{text}</text>"#
        )
        .unwrap();
    }
    let shown: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert!(column <= COLUMNS, "a line of {column} columns does not fit: {shown}");
}

/// The columns of a text in which every character has one column.
fn width(text: &str) -> usize {
    text.chars().count()
}

/// Draws the window and the lines in it.
fn draw(lines: &[Vec<Piece>]) -> String {
    let width = 2.0 * MARGIN + COLUMNS as f64 * CHARACTER;
    let height = TITLE_BAR + lines.len() as f64 * LINE + MARGIN;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"
viewBox="0 0 {width} {height}" role="img">
<title>A terminal in which fineprint searches the sample corpus</title>
<rect x="0.5" y="0.5" width="{}" height="{}" rx="8" fill="#fcfcfa" stroke="#d0d7de"/>
<circle cx="20" cy="18" r="5" fill="#ff5f57"/>
<circle cx="38" cy="18" r="5" fill="#febc2e"/>
<circle cx="56" cy="18" r="5" fill="#28c840"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono',
    monospace" font-size="{FONT_SIZE}" xml:space="preserve">
"##,
        width - 1.0,
        height - 1.0
    );
    for (number, pieces) in lines.iter().enumerate() {
        draw_line(&mut svg, TITLE_BAR + (number as f64 + 1.0) * LINE, pieces);
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

#[test]
fn the_terminal_picture_shows_what_the_program_prints() {
    compare_with_kept("docs/terminal.svg", &draw(&screen()));
}
