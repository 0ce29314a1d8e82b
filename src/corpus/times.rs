//! Archive times as people and programs write them in paths, front matter and fields.

use jiff::Timestamp;

use crate::model::ArchiveTime;

/// The forms that [`archive_time`] reads, for messages.
pub(super) const TIME_FORMS: &str = "YYYY-MM-DD, YYYYMMDD, RFC 3339, YYYY-MM-DDThh-mm-ssZ or the 14 digits of a Wayback Machine address";

/// Reads a day or a time: one of [`TIME_FORMS`]. `None` if it is none of them, or of no calendar.
pub(super) fn archive_time(text: &str) -> Option<ArchiveTime> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        8 if is_digits => {
            ArchiveTime::from_date(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]))
        }
        10 => ArchiveTime::from_date(text),
        14 => ArchiveTime::from_wayback_stamp(text),
        20 if dashed_time(text).is_some() => dashed_time(text),
        20.. => {
            text.parse::<Timestamp>().ok().map(|time| ArchiveTime::from_seconds(time.as_second()))
        }
        _ => None,
    }
}

/// `YYYY-MM-DDThh-mm-ssZ`: RFC 3339 without what file names cannot have everywhere, as Open Terms Archive names snapshots.
pub(super) fn dashed_time(text: &str) -> Option<ArchiveTime> {
    let shape = text.bytes().zip(b"0000-00-00T00-00-00Z");
    let is_dashed = text.len() == 20
        && shape.into_iter().all(|(byte, shape)| match shape {
            b'0' => byte.is_ascii_digit(),
            _ => byte == *shape,
        });
    let digits = || text.chars().filter(char::is_ascii_digit).collect::<String>();
    if is_dashed { ArchiveTime::from_wayback_stamp(&digits()) } else { None }
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
