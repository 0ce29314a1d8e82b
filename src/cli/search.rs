//! `fineprint search`.

use std::io::{self, BufWriter};

use fineprint::error::{Error, Result};
use fineprint::printer::{Format, HumanOptions, Printer};
use fineprint::query::Matching;
use fineprint::search::{Dates, Filters, Group, SearchRequest, Sort, Summary, search};

use super::args::{Cli, FilterArgs, FormatArg, GroupArg, MatchArg, SearchArgs, SortArg};
use super::open::{human_options, open};
use super::{Outcome, count, say};

/// Searches and prints.
pub fn run(args: &SearchArgs, cli: &Cli) -> Result<Outcome> {
    let request = resolve(args)?;
    // A query that cannot be read should not wait for an index to be built.
    fineprint::query::parse_as(&request.query, request.matching)?;
    let (index, is_incomplete) = open(&args.index, cli)?;
    let format = match args.format {
        FormatArg::Human => Format::Human(HumanOptions { group: request.group, ..human_options(cli.color) }),
        FormatArg::Json => Format::Json,
        FormatArg::Jsonl => Format::JsonLines,
    };
    let out = BufWriter::new(io::stdout().lock());
    let mut printer = if args.count { Printer::counting(out, format) } else { Printer::new(out, format) };
    let summary = index.guard(|| search(&index, &request, &mut printer))?;
    let printed = printer.printed();
    drop(printer);
    if !cli.quiet && !args.count {
        say_totals(&summary, printed, request.group, args.format);
    }
    Ok(match (is_incomplete, summary.totals.clauses) {
        (true, _) => Outcome::Incomplete,
        (false, 0) => Outcome::Nothing,
        (false, _) => Outcome::Found,
    })
}

fn resolve(args: &SearchArgs) -> Result<SearchRequest> {
    let group = args.group.unwrap_or(match args.format {
        // Counting counts clauses unless groups were asked for.
        FormatArg::Human if !args.count => GroupArg::Text,
        _ => GroupArg::None,
    });
    Ok(SearchRequest {
        query: args.query.join(" "),
        matching: matching(args.matching),
        has_forms: args.stem,
        filters: filters(&args.filters)?,
        sort: match args.sort {
            SortArg::Relevance => Sort::Relevance,
            SortArg::Newest => Sort::Newest,
            SortArg::Oldest => Sort::Oldest,
            SortArg::FirstSeen => Sort::FirstSeen,
            SortArg::Company => Sort::Company,
        },
        group: match group {
            GroupArg::None => Group::None,
            GroupArg::Text => Group::Text,
            GroupArg::Policy => Group::Policy,
            GroupArg::Company => Group::Company,
        },
        limit: if args.count { Some(0) } else { args.limit.0 },
        offset: args.offset,
    })
}

fn matching(arg: MatchArg) -> Matching {
    match arg {
        MatchArg::Phrase => Matching::Phrase,
        MatchArg::All => Matching::All,
        MatchArg::Any => Matching::Any,
    }
}

fn filters(args: &FilterArgs) -> Result<Filters> {
    if let (Some(since), Some(until)) = (args.since, args.until)
        && since.start() > until.last()
    {
        let (since, until) = (since.start().date(), until.last().date());
        return Err(Error::Usage(format!("--since {since} is after --until {until}: no date is inside")));
    }
    let dates = match (args.latest, args.as_of, args.since, args.until) {
        (true, ..) => Dates::Latest,
        (_, Some(period), ..) => Dates::AsOf(period),
        (_, _, None, None) => Dates::All,
        (_, _, since, until) => Dates::Between { since, until },
    };
    Ok(Filters {
        companies: args.company.clone(),
        types: args.policy_type.clone(),
        collections: args.collection.clone(),
        sections: args.section.clone(),
        kinds: args.kind.clone(),
        langs: args.lang.clone(),
        metadata: args.meta.clone(),
        dates,
    })
}

/// Totals for people; for programs only that there is more, unless the output says so itself.
fn say_totals(summary: &Summary, printed: u64, group: Group, format: FormatArg) {
    let is_said = match format {
        FormatArg::Human => true,
        FormatArg::Jsonl => summary.truncated,
        FormatArg::Json => false,
    };
    if !is_said {
        return;
    }
    let totals = &summary.totals;
    if totals.clauses == 0 {
        return say("no hits");
    }
    let mut what = count(totals.clauses, "clause", "clauses");
    let groups = totals.groups.filter(|&groups| groups < totals.clauses);
    if let (Group::Text, Some(groups)) = (group, groups) {
        what.push_str(&format!(" ({})", count(groups, "wording", "wordings")));
    }
    let shown = match (group, groups) {
        (Group::None, _) | (_, None) => "clauses",
        (Group::Text, _) => "wordings",
        (Group::Policy, _) => "policies",
        (Group::Company, _) => "companies",
    };
    let rest = match summary.truncated {
        false => String::new(),
        true => {
            let all = totals.groups.unwrap_or(totals.clauses);
            format!("; {printed} of {all} {shown} shown, --limit all shows all")
        }
    };
    say(&format!(
        "{what} in {} of {}, {}{rest}",
        count(totals.policies, "policy", "policies"),
        count(totals.companies, "company", "companies"),
        count(totals.snapshots, "snapshot", "snapshots"),
    ));
}
