//! Histories for people: the life of each thread, and then its events, a line for each date.

use std::io::{self, Write};

use super::diff::changed_words;
use super::hits::human::{ended, seen};
use super::terminal::numbers::counted;
use super::terminal::pen::{ADDED, DATE, DIM, HumanOptions, PLAIN, Pen, REMOVED};
use crate::search::{
    ClauseLife, History, HistoryChange, HistoryEvent, PolicyHistory, SnapshotCard, ThreadHistory,
    Wording,
};

/// The indent of everything below the date of an event.
const INDENT: &str = "            ";

/// Writes the histories of policies, with an empty line between them.
pub fn print_history(
    out: &mut impl Write,
    history: &History,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen::new(options);
    let mut neighbours = history.policies.windows(2);
    let has_collections = neighbours.any(|pair| pair[0].collection != pair[1].collection);
    for (i, policy) in history.policies.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let PolicyHistory { collection, company, policy_type, snapshots, first, last, .. } = policy;
        let (first, last) = (first.date(), last.date());
        let mut seen =
            format!("{}, {first} to {last}", counted(*snapshots, "snapshot", "snapshots"));
        if has_collections {
            seen.push_str(&format!(", collection {collection}"));
        }
        writeln!(out, "{}  {}", pen.policy(company, policy_type), pen.draw(DIM, &seen))?;
        policy.threads.iter().try_for_each(|thread| write_thread(out, thread, pen))?;
    }
    out.flush()
}

fn write_thread(out: &mut impl Write, thread: &ThreadHistory, pen: Pen) -> io::Result<()> {
    writeln!(out)?;
    // The newest wording that matches says in which section the thread is.
    let matching = thread.wordings.iter().filter(|wording| wording.is_match);
    let newest = matching.max_by_key(|wording| wording.life.last_seen.date());
    if let Some(wording) = newest.filter(|wording| !wording.section.is_empty()) {
        writeln!(out, "{}", pen.draw(DIM, &wording.section.join(" > ")))?;
    }
    writeln!(out, "{}", pen.draw(DIM, &life(&thread.life)))?;
    thread.events.iter().try_for_each(|event| write_event(out, thread, event, pen))
}

/// The life of a thread: first and last date, removal, and the numbers of snapshots and gaps.
fn life(life: &ClauseLife) -> String {
    let mut parts = vec![seen(&life.first_seen.date(), &life.last_seen.date())];
    parts.extend(life.gone_by.map(|gone| format!("gone by {}", gone.date())));
    parts.extend(life.ended.map(ended));
    parts.push(counted(life.snapshots, "snapshot", "snapshots"));
    let gaps = life.runs.len().saturating_sub(1) as u64;
    if gaps > 0 {
        parts.push(counted(gaps, "gap", "gaps"));
    }
    parts.join(", ")
}

fn write_event(
    out: &mut impl Write,
    thread: &ThreadHistory,
    event: &HistoryEvent,
    pen: Pen,
) -> io::Result<()> {
    let date = pen.draw(DATE, &event.snapshot.archive_time.date());
    for (i, line) in event_lines(event, pen).iter().enumerate() {
        let start = if i == 0 { format!("{date}  ") } else { INDENT.to_owned() };
        writeln!(out, "{start}{line}")?;
    }
    let from = event.from.and_then(|number| thread.wordings.get(number));
    let to = event.to.and_then(|number| thread.wordings.get(number));
    for note in [notes(event, from, to), place(&event.snapshot)] {
        if !note.is_empty() {
            writeln!(out, "{INDENT}  {}", pen.draw(DIM, &note))?;
        }
    }
    Ok(())
}

/// The lines of the text of an event. The first begins with a mark, the others with a space.
fn event_lines(event: &HistoryEvent, pen: Pen) -> Vec<String> {
    let indent = INDENT.len() + 2;
    let (mark, style, text) = match event.change {
        HistoryChange::Changed | HistoryChange::Renumbered => {
            let mark = if event.change == HistoryChange::Changed { '~' } else { '#' };
            let lines = changed_words(pen, event.words.iter().flatten(), indent);
            return marked_lines(mark, &lines);
        }
        HistoryChange::Initial => ('=', PLAIN, &event.after),
        HistoryChange::Added => ('+', ADDED, &event.after),
        HistoryChange::Removed => ('-', REMOVED, &event.before),
    };
    let text = text.as_deref().expect("an event has the text before or after it");
    let lines = marked_lines(mark, &pen.wrapped(text, indent));
    lines.iter().map(|line| pen.draw(style, line)).collect()
}

fn marked_lines(mark: char, lines: &[String]) -> Vec<String> {
    let lines = lines.iter().enumerate();
    lines.map(|(i, line)| format!("{} {line}", if i == 0 { mark } else { ' ' })).collect()
}

/// The place where a snapshot can be read: its archived page, its address or its place in the
/// corpus.
fn place(snapshot: &SnapshotCard) -> String {
    match snapshot.archive_url.as_ref().or(snapshot.url.as_ref()) {
        Some(url) => url.clone(),
        None => snapshot.source.place(),
    }
}

/// The notes on an event, on one line.
fn notes(event: &HistoryEvent, from: Option<&Wording>, to: Option<&Wording>) -> String {
    let mut notes = vec![match &event.previous {
        None => "in the oldest snapshot".to_owned(),
        Some(previous) if event.change == HistoryChange::Removed => {
            format!("last seen {}", previous.archive_time.date())
        }
        Some(previous) => format!("the snapshot before: {}", previous.archive_time.date()),
    }];
    if let (Some(from), Some(to)) = (from, to) {
        notes.extend(wording_notes(from, to));
    }
    if let Some(last) = &event.last {
        let ends = if event.count.is_multiple_of(2) { "as it was before" } else { "as here" };
        let (count, date) = (event.count, last.archive_time.date());
        notes.push(format!("{count} times back and forth until {date}, then {ends}"));
    }
    match (event.technical, event.count) {
        (0, _) => {}
        (1, 1) => notes.push("a technical change of the archive".to_owned()),
        (technical, _) => {
            notes.push(format!("{technical} of them technical changes of the archive"))
        }
    }
    if event.left_out > 0 {
        let left_out = counted(event.left_out, "technical snapshot", "technical snapshots");
        notes.push(format!("{left_out} left out between"));
    }
    notes.join("; ")
}

/// The notes on two wordings: whether they match, and changes of their kind and lead-in.
fn wording_notes(from: &Wording, to: &Wording) -> Vec<String> {
    let mut notes = Vec::new();
    match (from.is_match, to.is_match) {
        (true, false) => notes.push("does not match any more".to_owned()),
        (false, true) => notes.push("did not match before".to_owned()),
        _ => {}
    }
    if from.kind != to.kind {
        notes.push(format!("now of kind {} (before: {})", to.kind.name(), from.kind.name()));
    }
    if let (Some(old), Some(new)) = (&from.lead_in, &to.lead_in)
        && old != new
    {
        notes.push(format!("under: {new} (before: {old})"));
    }
    notes
}
