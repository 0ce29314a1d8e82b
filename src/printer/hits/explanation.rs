//! The parts of a score, for people.

use crate::printer::terminal::numbers::counted;
use crate::search::{ScoreExplanation, ScorePart, ScoreReason};

/// The lines that explain a score: one for the whole, then one for each part.
pub(super) fn explanation_lines(score: Option<f64>, explanation: &ScoreExplanation) -> Vec<String> {
    let ScoreExplanation { length, factor, parts } = explanation;
    let score = score.map_or("-".to_owned(), |score| format!("{score:.4}"));
    let words = counted(u64::from(*length), "word", "words");
    let mut lines = vec![format!("score {score}, of {words}")];
    lines.extend(parts.iter().map(part_line));
    if *factor < 1.0 {
        lines.push(format!("  all of it times {factor}: it is a heading"));
    }
    lines
}

fn part_line(part: &ScorePart) -> String {
    let ScorePart { reason, text, count, score } = part;
    let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
    let what = match reason {
        ScoreReason::Matched => format!("{text}, {times}"),
        ScoreReason::Forms => format!("forms of {text}, {times}"),
        ScoreReason::Synonyms => format!("other words for {text}, {times}"),
        ScoreReason::Neighbours => "the clauses before and after it".to_owned(),
    };
    format!("  {score:>8.4}  {what}")
}
