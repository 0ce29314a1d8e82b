//! Parsers of flag values. clap prints a message as `invalid value 'x' for '--flag': MESSAGE`.

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use fineprint::error::Error;
use fineprint::model::{Age, ArchiveTime, ClauseKind, Period};
use fineprint::printer::KwicKey;
use fineprint::search::FacetField;

/// The largest number of threads: more than machines have cores, and safe against a typing error.
pub const MAX_THREADS: i64 = 1024;

/// A clause kind by its name. Help and errors list the names.
pub fn kind() -> ValueParser {
    PossibleValuesParser::new(ClauseKind::ALL.map(ClauseKind::name))
        .try_map(|name| name.parse::<ClauseKind>())
        .into()
}

/// The variable of the environment that says which day is today, as `YYYY-MM-DD`.
const TODAY: &str = "FINEPRINT_TODAY";

/// The error about any other value of it.
const BAD_TODAY: &str = "FINEPRINT_TODAY is not YYYY-MM-DD";

/// A year, a month or a day, or the day so long before today: `30d`.
pub fn period(text: &str) -> Result<Period, &'static str> {
    let wrong =
        "no such date; write YYYY, YYYY-MM or YYYY-MM-DD, or 30d, 8w, 6mo or 1y before today";
    match text.parse::<Age>() {
        Ok(age) => Period::day_before(today().map_err(|_| BAD_TODAY)?, age).ok_or(wrong),
        Err(_) => text.parse().map_err(|_| wrong),
    }
}

/// The present, or the start of the day that the environment says.
///
/// # Errors
///
/// The environment says something else than a day.
pub fn today() -> fineprint::error::Result<ArchiveTime> {
    let Some(day) = std::env::var_os(TODAY) else { return Ok(ArchiveTime::now()) };
    let day = day.to_str().and_then(ArchiveTime::from_date);
    day.ok_or_else(|| Error::Usage(BAD_TODAY.to_owned()))
}

/// A field to count by.
pub fn facet_field(text: &str) -> Result<FacetField, &'static str> {
    text.parse().map_err(|()| "write company, type, collection, year, section, lang or meta:KEY")
}

/// A length of time.
pub fn age(text: &str) -> Result<Age, &'static str> {
    text.parse().map_err(|_| "not a length of time; write 90d, 8w, 6mo or 1y")
}

/// The most results to print; `None` for `all`.
#[derive(Debug, Clone, Copy)]
pub struct HitLimit(pub Option<usize>);

/// A number of hits or values, or `all`.
pub fn limit(text: &str) -> Result<HitLimit, &'static str> {
    if text == "all" {
        return Ok(HitLimit(None));
    }
    let number = text.parse().map_err(|_| "neither a number nor `all`")?;
    Ok(HitLimit(Some(number)))
}

/// A number of hits, clauses or columns.
pub fn number(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "not a whole number")
}

/// Bytes, with a unit of powers of 1024: `512M`, `2G`, `2GiB`.
pub fn memory(text: &str) -> Result<u64, &'static str> {
    let wrong = "not a size; write a number with K, M or G, such as 512M";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().trim_end_matches(['B', 'I']) {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        _ => return Err(wrong),
    };
    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or(wrong)
}

/// A metadata key and the value or glob that it must have.
pub fn key_value(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("there is no `=`; write KEY=VALUE")?;
    if key.is_empty() {
        Err("there is no key before the `=`")
    } else {
        Ok((key.to_owned(), value.to_owned()))
    }
}

/// A field of ours and the name that a corpus has for it.
pub fn renaming(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((ours, theirs)) if !ours.is_empty() && !theirs.is_empty() => {
            Ok((ours.trim().to_owned(), theirs.trim().to_owned()))
        }
        _ => Err("write OURS=THEIRS, such as company=site"),
    }
}

/// A key that orders the lines of kwic output.
pub fn kwic_key(text: &str) -> Result<KwicKey, &'static str> {
    text.parse().map_err(|()| {
        "write L1 (the word before the match), R1 (the word after it), L2, R2, ... or N (the match)"
    })
}
