//! Reads archive times as people and programs write them in paths, front matter and fields.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::ArchiveTime;

/// The forms that [`archive_time`] reads, for messages.
pub(super) const TIME_FORMS: &str = "YYYY-MM-DD, YYYYMMDD, RFC 3339, YYYY-MM-DDThh-mm-ssZ \
                                     or the 14 digits of a Wayback Machine address";

/// The length of `YYYY-MM-DD`.
const DAY_LENGTH: usize = 10;

/// How many characters of a bad time are shown in a message.
const SHOWN_CHARS: usize = 40;

/// Reads a day or a time in one of [`TIME_FORMS`], or as databases print it. Returns `None` if the
/// text has none of these forms, or is not in the calendar.
pub(super) fn archive_time(text: &str) -> Option<ArchiveTime> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        8 if is_digits => {
            ArchiveTime::from_date(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
        }
        DAY_LENGTH => ArchiveTime::from_date(text),
        14 => ArchiveTime::from_wayback_stamp(text),
        16.. => dashed_time(text).or_else(|| clock_time(text)),
        _ => None,
    }
}

/// Reads a day and a time of day, as RFC 3339 writes them and as databases and data frames print
/// them: `2001-02-03 04:05:06+00`. A time without a zone is in UTC, as in YAML.
fn clock_time(text: &str) -> Option<ArchiveTime> {
    let (day, clock) = text.split_at_checked(DAY_LENGTH)?;
    let clock = clock.strip_prefix(['T', 't', ' '])?;
    let end = clock.find(|c: char| !matches!(c, '0'..='9' | ':' | '.' | ','));
    let (clock, zone) = clock.split_at(end.unwrap_or(clock.len()));
    let zone = match zone.trim_start() {
        "" | "UTC" | "GMT" => "Z",
        zone => zone,
    };
    let time: Timestamp = format!("{day}T{clock}{zone}").parse().ok()?;
    Some(time.into())
}

/// Says why a text is no archive time, and what to write instead.
pub(super) fn no_time(text: &str) -> String {
    // The reason is one line, whatever the text is.
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let shown: String = plain.take(SHOWN_CHARS).collect();
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let digits = text.split('.').next().map_or(0, str::len);
    let parts: Vec<&str> = text.split(['/', '.', '-']).collect();
    let fault = if is_number && digits == 5 {
        "is no date, but perhaps the number of a day in a spreadsheet; write YYYY-MM-DD"
    } else if is_number && digits == 10 {
        "is no date, but perhaps seconds since 1970; write YYYY-MM-DDThh:mm:ssZ"
    } else if is_number && digits == 13 {
        "is no date, but perhaps milliseconds since 1970; write YYYY-MM-DDThh:mm:ssZ"
    } else if is_day_and_month(&parts) {
        "does not say which number is the day and which the month; write YYYY-MM-DD"
    } else if text.get(..10).is_some_and(|day| day.parse::<Date>().is_ok_and(is_beyond)) {
        "is after the last day that can be kept, 9999-12-30; if it means that there is no date, \
         leave it empty"
    } else {
        return format!("`{shown}` is no date; write {TIME_FORMS}");
    };
    format!("`{shown}` {fault}")
}

/// Whether a day ends after the last time that a time stamp can hold.
fn is_beyond(day: Date) -> bool {
    (day.year(), day.month(), day.day()) == (9999, 12, 31)
}

/// Whether the parts of a date are two short numbers and a year, such as `02/01/2020`.
fn is_day_and_month(parts: &[&str]) -> bool {
    let [first, second, year] = parts else { return false };
    let year = year.split(' ').next().unwrap_or_default();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    [*first, *second, year].into_iter().all(is_digits)
        && first.len() <= 2
        && second.len() <= 2
        && matches!(year.len(), 2 | 4)
}

/// Reads `YYYY-MM-DDThh-mm-ssZ`, as Open Terms Archive names snapshots: RFC 3339 without the
/// colons, which not every file system allows in names. There may be a fraction of a second.
pub(super) fn dashed_time(text: &str) -> Option<ArchiveTime> {
    let template = b"0000-00-00T00-00-00";
    let (time, fraction) = text.strip_suffix('Z')?.split_at_checked(template.len())?;
    let fits = time.bytes().zip(template).all(|(byte, expected)| match expected {
        b'0' => byte.is_ascii_digit(),
        _ => byte == *expected,
    });
    if !fits || !matches!(fraction.as_bytes(), [] | [b'.', ..]) {
        return None;
    }
    let (day, clock) = time.split_at(DAY_LENGTH);
    clock_time(&format!("{day}{}{fraction}Z", clock.replace('-', ":")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let time = |text| archive_time(text).map(ArchiveTime::rfc3339);
        for (text, expected) in [
            ("2001-02-03", "2001-02-03T00:00:00Z"),
            ("20010203", "2001-02-03T00:00:00Z"),
            ("20010203040506", "2001-02-03T04:05:06Z"),
            ("2001-02-03T04-05-06Z", "2001-02-03T04:05:06Z"),
            ("2001-02-03T04:05:06Z", "2001-02-03T04:05:06Z"),
            ("2001-02-03T04-05-06.78Z", "2001-02-03T04:05:06.78Z"),
            ("2001-02-03T04:05:06.789Z", "2001-02-03T04:05:06.789Z"),
            ("2001-02-03T04:05:06.000Z", "2001-02-03T04:05:06Z"),
            ("2001-02-03T04:05:06,5+02:00", "2001-02-03T02:05:06.5Z"),
            ("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.9Z"),
            ("2001-02-03T04:05:06+02:00", "2001-02-03T02:05:06Z"),
            ("2001-02-03 04:05:06", "2001-02-03T04:05:06Z"),
            ("2001-02-03 04:05:06.789012345", "2001-02-03T04:05:06.789012345Z"),
            ("2001-02-03T04:05:06", "2001-02-03T04:05:06Z"),
            ("2001-02-03T04:05:06.123456", "2001-02-03T04:05:06.123456Z"),
            ("2001-02-03 04:05", "2001-02-03T04:05:00Z"),
            ("2001-02-03T04:05Z", "2001-02-03T04:05:00Z"),
            ("2001-02-03 04:05:06 UTC", "2001-02-03T04:05:06Z"),
            ("2001-02-03 04:05:06+00:00", "2001-02-03T04:05:06Z"),
            ("2001-02-03 04:05:06.5-0130", "2001-02-03T05:35:06.5Z"),
            ("2001-02-03 04:05:06 +0200", "2001-02-03T02:05:06Z"),
            ("2001-02-03 04:05:06+02", "2001-02-03T02:05:06Z"),
            ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
            ("9999-12-30", "9999-12-30T00:00:00Z"),
        ] {
            assert_eq!(time(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "2001",
            "2001-02-30",
            "20010230",
            "20010203040560",
            "2001-02-03T25-00-00Z",
            "個人情報",
            "１２３４",
            "2001-02-03T04-05-06é",
            "2001-02-03T04-05-06.Z",
            "2001-02-03T04-05-06-2Z",
            "2001-02-03T04-05-06.5",
            "2001-02-03T04-05-06.1234567891Z",
            "2001-02-03 1:02",
            "2001-02-03 04:05:06 CET",
            "2001-02-03 24:05:06",
            "0000-00-00 00:00:00",
            "9999-12-31",
            "9999-12-31 23:59:59",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn messages_say_the_fault() {
        for (text, expected) in [
            ("2001-02-30", "is no date; write YYYY-MM-DD,"),
            ("0000-00-00", "is no date; write YYYY-MM-DD,"),
            ("2020-01", "is no date; write YYYY-MM-DD,"),
            ("43832.5", "the number of a day in a spreadsheet"),
            ("43832", "the number of a day in a spreadsheet"),
            ("1577934245", "perhaps seconds since 1970"),
            ("1577934245000", "perhaps milliseconds since 1970"),
            ("02/01/2020", "which number is the day"),
            ("2.1.2020 03:04", "which number is the day"),
            ("9999-12-31", "after the last day that can be kept"),
            ("9999-12-31T23:59:59Z", "after the last day that can be kept"),
        ] {
            assert!(no_time(text).contains(expected), "{text}: {}", no_time(text));
        }
        assert!(no_time("2001-02-03\nor later").starts_with("`2001-02-03 or later` is"));
        assert_eq!(no_time(&"é".repeat(90)).chars().filter(|c| *c == 'é').count(), SHOWN_CHARS);
    }
}
