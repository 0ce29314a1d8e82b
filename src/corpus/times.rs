//! Reads archive times as people and programs write them in paths, front matter and fields.

use jiff::Timestamp;

use crate::model::ArchiveTime;

/// The forms that [`archive_time`] reads, for messages.
pub(super) const TIME_FORMS: &str = "YYYY-MM-DD, YYYYMMDD, RFC 3339, YYYY-MM-DDThh-mm-ssZ \
                                     or the 14 digits of a Wayback Machine address";

/// Reads a day or a time in one of [`TIME_FORMS`]. Returns `None` if the text has none of these
/// forms, or is not in the calendar.
pub(super) fn archive_time(text: &str) -> Option<ArchiveTime> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        8 if is_digits => {
            ArchiveTime::from_date(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
        }
        10 => ArchiveTime::from_date(text),
        14 => ArchiveTime::from_wayback_stamp(text),
        20.. => dashed_time(text).or_else(|| {
            text.parse::<Timestamp>().ok().map(|time| ArchiveTime::from_seconds(time.as_second()))
        }),
        _ => None,
    }
}

/// Reads `YYYY-MM-DDThh-mm-ssZ`, as Open Terms Archive names snapshots: RFC 3339 without the
/// colons, which not every file system allows in names.
pub(super) fn dashed_time(text: &str) -> Option<ArchiveTime> {
    let template = b"0000-00-00T00-00-00Z";
    let fits = text.len() == template.len()
        && text.bytes().zip(template).all(|(byte, expected)| match expected {
            b'0' => byte.is_ascii_digit(),
            _ => byte == *expected,
        });
    if !fits {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    ArchiveTime::from_wayback_stamp(&digits)
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
            ("2001-02-03T04:05:06.789Z", "2001-02-03T04:05:06Z"),
            ("2001-02-03T04:05:06+02:00", "2001-02-03T02:05:06Z"),
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
            "2001-02-03T04:05:06",
            "2001-02-03T04-05-06é",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
