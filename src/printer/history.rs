//! Histories for people: per policy and thread its life, and then what happened, a line for each date.

use std::io::{self, Write};

use anstyle::Style;

use crate::printer::diff::{ADDED, REMOVED, reworded};
use crate::printer::hits::human::{HumanOptions, Pen, count};
use crate::search::{
    ClauseLife, History, HistoryEvent, HistoryEventKind, PolicyHistory, SnapshotCard,
    ThreadHistory, Wording,
};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const DATE: Style = anstyle::AnsiColor::Green.on_default();

/// Below the date.
const INDENT: &str = "            ";

/// Writes the histories of policies.
pub fn print_history(
    out: &mut impl Write,
    history: &History,
    options: HumanOptions,
) -> io::Result<()> {
    let pen = Pen::new(options);
    for (i, policy) in history.policies.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let PolicyHistory { collection, company, policy_type, snapshots, first, last, .. } = policy;
        let mut seen = format!("{}, {first} to {last}", count(*snapshots, "snapshot", "snapshots"));
        if history.policies.iter().any(|other| other.collection != *collection) {
            seen.push_str(&format!(", collection {collection}"));
        }
        writeln!(
            out,
            "{}  {}  {}",
            pen.draw(BOLD, company),
            pen.safe(policy_type),
            pen.draw(DIM, &seen)
        )?;
        policy.threads.iter().try_for_each(|thread| print_thread(out, thread, pen))?;
    }
    out.flush()
}

fn print_thread(out: &mut impl Write, thread: &ThreadHistory, pen: Pen) -> io::Result<()> {
    writeln!(out)?;
    // The newest wording that matches says where it stands.
    let newest = thread.wordings.iter().filter(|wording| wording.is_match);
    let newest = newest.max_by(|a, b| a.life.last_seen.cmp(&b.life.last_seen));
    let section = newest.map(|wording| wording.section.join(" > ")).unwrap_or_default();
    if !section.is_empty() {
        writeln!(out, "{}", pen.draw(DIM, &section))?;
    }
    writeln!(out, "{}", pen.draw(DIM, &life(&thread.life)))?;
    thread.events.iter().try_for_each(|event| print_event(out, thread, event, pen))
}

/// Since when, until when, how often.
fn life(life: &ClauseLife) -> String {
    let mut parts = vec![match life.first_seen == life.last_seen {
        true => format!("seen {}", life.first_seen),
        false => format!("seen {} to {}", life.first_seen, life.last_seen),
    }];
    parts.extend(life.gone_by.as_ref().map(|gone| format!("gone by {gone}")));
    parts.push(count(life.snapshots, "snapshot", "snapshots"));
    let gaps = life.stands.len().saturating_sub(1) as u64;
    if gaps > 0 {
        parts.push(count(gaps, "gap", "gaps"));
    }
    parts.join(", ")
}

fn print_event(
    out: &mut impl Write,
    thread: &ThreadHistory,
    event: &HistoryEvent,
    pen: Pen,
) -> io::Result<()> {
    let wording = |number: Option<usize>| number.and_then(|number| thread.wordings.get(number));
    let (from, to) = (wording(event.from), wording(event.to));
    let date = pen.draw(DATE, &event.snapshot.archive_date);
    let (mark, style, text) = match event.change {
        HistoryEventKind::Standing => ('=', Style::new(), &event.after),
        HistoryEventKind::Added => ('+', ADDED, &event.after),
        HistoryEventKind::Removed => ('-', REMOVED, &event.before),
        HistoryEventKind::Changed => ('~', Style::new(), &None),
    };
    if event.change == HistoryEventKind::Changed {
        let lines = reworded(pen, event.words.iter().flatten(), INDENT.len() + 2);
        for (i, line) in lines.iter().enumerate() {
            let start = if i == 0 { format!("{date}  {mark}") } else { format!("{INDENT} ") };
            writeln!(out, "{start} {line}")?;
        }
    } else {
        for (i, line) in
            pen.wrapped(text.as_deref().unwrap_or_default(), INDENT.len() + 2).iter().enumerate()
        {
            let (start, mark) =
                if i == 0 { (format!("{date}  "), mark) } else { (INDENT.to_owned(), ' ') };
            writeln!(out, "{start}{}", pen.draw(style, &format!("{mark} {line}")))?;
        }
    }
    let mut notes = vec![notes(event, from, to), place(&event.snapshot)];
    notes.retain(|note| !note.is_empty());
    notes.iter().try_for_each(|note| writeln!(out, "{INDENT}  {}", pen.draw(DIM, note)))
}

/// Where a snapshot can be looked at.
fn place(snapshot: &SnapshotCard) -> String {
    let url = snapshot.archive_url.as_ref().or(snapshot.url.as_ref());
    url.cloned().unwrap_or_else(|| snapshot.source.place())
}

/// What else is to be said of an event.
fn notes(event: &HistoryEvent, from: Option<&Wording>, to: Option<&Wording>) -> String {
    let mut notes = Vec::new();
    match &event.previous {
        None => notes.push("in the oldest snapshot".to_owned()),
        Some(previous) if event.change == HistoryEventKind::Removed => {
            notes.push(format!("last seen {}", previous.archive_date));
        }
        Some(previous) => notes.push(format!("the snapshot before: {}", previous.archive_date)),
    }
    if let (Some(from), Some(to)) = (from, to) {
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
    }
    if let Some(last) = &event.last {
        let ends = if event.count.is_multiple_of(2) { "as it was before" } else { "as here" };
        notes.push(format!(
            "{} times back and forth until {}, then {ends}",
            event.count, last.archive_date
        ));
    }
    match (event.technical, event.count) {
        (0, _) => {}
        (1, 1) => notes.push("a technical change of the archive".to_owned()),
        (technical, _) => {
            notes.push(format!("{technical} of them technical changes of the archive"))
        }
    }
    if event.left_out > 0 {
        notes.push(format!(
            "{} left out between",
            count(event.left_out, "technical snapshot", "technical snapshots")
        ));
    }
    notes.join("; ")
}
