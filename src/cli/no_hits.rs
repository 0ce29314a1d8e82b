//! Words why a search found nothing, with the flags of the program.

use fineprint::printer::counted;
use fineprint::search::{FilterName, MissingWord, NoHits, Scope};

/// The reason in one line.
pub fn message(reason: &NoHits) -> String {
    match reason {
        NoHits::MissingWords(words) => {
            words.iter().map(missing_word).collect::<Vec<_>>().join("; ")
        }
        NoHits::NotInForce { clauses } => {
            format!("{}, but in no policy in force at the end of a period", clauses_match(*clauses))
        }
        NoHits::AsOperators { query, clauses } => format!(
            "a query in capitals is a phrase; with operators, {}: {query}",
            clauses_match(*clauses)
        ),
        NoHits::Furniture { clauses } => furniture_left_out(*clauses),
        NoHits::HistoryBegins { date, without_filters } => format!(
            "the history of this index begins on {date}; {} without filters",
            clauses_match(*without_filters)
        ),
        NoHits::Filter { filter, without_filters } => format!(
            "{} leaves none; {} without filters",
            flag(*filter),
            clauses_match(*without_filters)
        ),
        NoHits::TwoFilters { filters: [first, second], without_filters } => format!(
            "{} and {} together leave none; {} without filters",
            flag(*first),
            flag(*second),
            clauses_match(*without_filters)
        ),
        NoHits::AllFilters { without_filters } => {
            format!("the filters leave none; {} without them", clauses_match(*without_filters))
        }
        NoHits::NotAsPhrase { with_all_words } => format!(
            "each word is there, but not like this; {} with all of them: --match all",
            clauses_match(*with_all_words)
        ),
        NoHits::NotTogether { scope } => {
            format!("each word is there, but no {} has them like this", unit(*scope))
        }
        other => format!("{other:?}"),
    }
}

/// What the reason names that would find something, if it names it.
pub fn hint(reason: &NoHits) -> Option<String> {
    match reason {
        NoHits::MissingWords(words) => {
            let near = words.iter().flat_map(|word| match word {
                MissingWord::Word { near, .. } => near.as_slice(),
                _ => &[],
            });
            let near: Vec<String> = near.map(|word| format!("`{word}`")).collect();
            (!near.is_empty()).then(|| format!("words of the index: {}", near.join(", ")))
        }
        NoHits::AsOperators { query, .. } => Some(query.clone()),
        NoHits::Furniture { .. } => Some("--furniture".to_owned()),
        NoHits::NotAsPhrase { .. } => Some("--match all".to_owned()),
        NoHits::Filter { filter: FilterName::Ended, .. } => Some("--with-ended".to_owned()),
        // Neither of the two is at fault alone.
        NoHits::TwoFilters {
            filters: [FilterName::Ended, other] | [other, FilterName::Ended],
            ..
        } => Some(format!("--with-ended, without {}", flag(*other))),
        _ => None,
    }
}

/// How many clauses were left out since they are furniture.
pub fn furniture_left_out(clauses: u64) -> String {
    let clauses = counted(clauses, "clause", "clauses");
    format!("{clauses} in menus and the like left out, --furniture adds them")
}

fn missing_word(word: &MissingWord) -> String {
    match word {
        MissingWord::Word { word, near } if near.is_empty() => {
            format!("no clause has the word `{word}`")
        }
        MissingWord::Word { word, near } => {
            let near: Vec<String> = near.iter().map(|word| format!("`{word}`")).collect();
            format!("no clause has the word `{word}`, but {}", near.join(", "))
        }
        MissingWord::Prefix(start) => format!("no word of the index begins with `{start}`"),
        MissingWord::Regex(pattern) => format!("no word of the index fits /{pattern}/"),
        other => format!("{other:?}"),
    }
}

fn clauses_match(clauses: u64) -> String {
    if clauses == 1 { "1 clause matches".to_owned() } else { format!("{clauses} clauses match") }
}

fn unit(scope: Scope) -> &'static str {
    match scope {
        Scope::Clause => "clause",
        Scope::Section => "section",
        Scope::Snapshot => "snapshot",
    }
}

/// What a message calls a filter.
fn flag(filter: FilterName) -> &'static str {
    match filter {
        FilterName::Company => "--company",
        FilterName::Type => "--type",
        FilterName::Collection => "--collection",
        FilterName::Section => "--section",
        FilterName::Kind => "--kind",
        FilterName::Lang => "--lang",
        FilterName::Metadata => "--meta",
        FilterName::Since => "--since",
        FilterName::Until => "--until",
        FilterName::SinceUntil => "--since with --until",
        FilterName::AsOf => "--as-of",
        FilterName::Latest => "--latest",
        FilterName::Carry => "--carry",
        FilterName::CompanyChangesOnly => "--company-changes-only",
        FilterName::Ended => {
            "leaving out policies that were removed from their archive (--with-ended adds them)"
        }
        FilterName::Gone => "--gone",
        FilterName::AddedSince => "--added-since",
        FilterName::RemovedSince => "--removed-since",
        _ => "a filter",
    }
}
