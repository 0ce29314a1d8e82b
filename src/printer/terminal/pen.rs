//! Styles text for people and keeps it safe for terminals.

use anstyle::{AnsiColor, Style};

use super::sanitize::sanitize;
use super::wrap::{MIN_COLUMNS, wrap};
use crate::search::{GroupMember, HitGrouping};

/// How results are printed for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HumanOptions {
    /// Whether colours and other styles are used.
    pub has_colour: bool,
    /// The columns of the terminal. With `None`, a text is one line, however long.
    pub width: Option<usize>,
    /// How hits are grouped; a hit that was chosen from a group says how large the group is.
    pub group: HitGrouping,
    /// Which hit of a group is shown.
    pub member: GroupMember,
}

/// Names, headings and totals.
pub(in crate::printer) const BOLD: Style = Style::new().bold();
/// What surrounds a text.
pub(in crate::printer) const DIM: Style = Style::new().dimmed();
/// Archive dates.
pub(in crate::printer) const DATE: Style = AnsiColor::Green.on_default();
/// Matches in a text.
pub(in crate::printer) const MATCH: Style = AnsiColor::Red.on_default().bold();
/// Added text.
pub(in crate::printer) const ADDED: Style = AnsiColor::Green.on_default();
/// Removed text.
pub(in crate::printer) const REMOVED: Style = AnsiColor::Red.on_default();
/// Text without a style.
pub(in crate::printer) const PLAIN: Style = Style::new();

/// `text` in a style, or as it is if `has_colour` is false or it is empty. It must be safe.
pub(in crate::printer) fn styled(style: Style, text: &str, has_colour: bool) -> String {
    if has_colour && !text.is_empty() {
        format!("{}{text}{}", style.render(), style.render_reset())
    } else {
        text.to_owned()
    }
}

/// Draws text as the options say.
#[derive(Clone, Copy)]
pub(in crate::printer) struct Pen {
    options: HumanOptions,
}

impl Pen {
    pub fn new(options: HumanOptions) -> Self {
        Self { options }
    }

    /// The text on one line and safe for a terminal, which may also be at the end of a pipe.
    pub fn safe(self, text: &str) -> String {
        sanitize(text).into_owned()
    }

    /// The safe text in a style.
    pub fn draw(self, style: Style, text: &str) -> String {
        styled(style, &self.safe(text), self.options.has_colour)
    }

    /// A company and its policy type, with which the heading of a result begins.
    pub fn policy(self, company: &str, policy_type: &str) -> String {
        format!("{}  {}", self.draw(BOLD, company), self.safe(policy_type))
    }

    /// The columns for text beside an indent; `None` without a terminal.
    pub fn columns(self, indent: usize) -> Option<usize> {
        self.options.width.map(|width| width.saturating_sub(indent).max(MIN_COLUMNS))
    }

    /// The lines of a text beside an indent; one line without a terminal.
    pub fn wrapped(self, text: &str, indent: usize) -> Vec<String> {
        let Some(width) = self.options.width else { return vec![text.to_owned()] };
        let lines = wrap(text, width.saturating_sub(indent)).into_iter();
        lines.map(|line| text[line].trim_end().to_owned()).collect()
    }
}
