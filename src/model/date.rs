//! The one date type: archive times are seconds of UTC, and days, months and years are periods of them.

use std::fmt;
use std::ops::Range;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// When a snapshot was archived: seconds since 1970-01-01T00:00:00 UTC.
///
/// The archive *date* is its UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ArchiveTime(i64);

impl ArchiveTime {
    /// The time at `seconds` since the epoch, moved to the nearest end of the years -9999 to 9999 if it lies outside.
    pub fn from_seconds(seconds: i64) -> Self {
        let (min, max) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        Self(seconds.clamp(min, max))
    }

    /// Seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// The UTC day, `YYYY-MM-DD`.
    pub fn date(self) -> String {
        self.civil().date().to_string()
    }

    /// RFC 3339 in UTC, `YYYY-MM-DDThh:mm:ssZ`.
    pub fn rfc3339(self) -> String {
        format!("{}Z", self.civil())
    }

    fn civil(self) -> DateTime {
        Timestamp::from_second(self.0)
            .unwrap_or(Timestamp::UNIX_EPOCH)
            .to_zoned(TimeZone::UTC)
            .datetime()
    }

    /// Midnight at the start of a day written `YYYY-MM-DD`; `None` if there is no such day.
    pub fn from_date(date: &str) -> Option<Self> {
        if date.len() != 10 {
            return None;
        }
        Self::from_civil(date.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()))
    }

    /// The 14 digits `YYYYMMDDhhmmss` of a Wayback Machine address; `None` if they are no date and time.
    pub fn from_wayback_stamp(stamp: &str) -> Option<Self> {
        if stamp.len() != 14 || !stamp.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let field = |range: Range<usize>| stamp[range].parse::<i16>().ok();
        let two = |range: Range<usize>| stamp[range].parse::<i8>().ok();
        let civil = DateTime::new(
            field(0..4)?,
            two(4..6)?,
            two(6..8)?,
            two(8..10)?,
            two(10..12)?,
            two(12..14)?,
            0,
        );
        Self::from_civil(civil.ok()?)
    }

    fn from_civil(civil: DateTime) -> Option<Self> {
        Some(Self(TimeZone::UTC.to_timestamp(civil).ok()?.as_second()))
    }
}

impl fmt::Display for ArchiveTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// A year, month or day as the user writes it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    start: ArchiveTime,
    last: ArchiveTime,
}

/// What was wrong with a date: it is no year, month or day, or does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date: write YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct DateError(pub String);

impl Period {
    /// The first second of the period.
    pub fn start(self) -> ArchiveTime {
        self.start
    }

    /// The last second of the period.
    pub fn last(self) -> ArchiveTime {
        self.last
    }

    fn parse(text: &str) -> Option<Self> {
        let digits =
            |part: &str, len: usize| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
        let parts: Vec<&str> = text.split('-').collect();
        let whole = match parts.as_slice() {
            [y] if digits(y, 4) => (format!("{y}-01-01"), 1.year()),
            [y, m] if digits(y, 4) && digits(m, 2) => (format!("{y}-{m}-01"), 1.month()),
            [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2) => (text.to_owned(), 1.day()),
            _ => return None,
        };
        let first: Date = whole.0.parse().ok()?;
        // The last period of year 9999 ends where the calendar does.
        let last = match first.checked_add(whole.1) {
            Ok(next) => ArchiveTime::from_date(&next.to_string())?.0 - 1,
            Err(_) => Timestamp::MAX.as_second(),
        };
        Some(Self {
            start: ArchiveTime::from_date(&first.to_string())?,
            last: ArchiveTime::from_seconds(last),
        })
    }
}

impl std::str::FromStr for Period {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse(text).ok_or_else(|| DateError(text.to_owned()))
    }
}

/// A length of time in whole days, weeks, months or years, as the user writes it: `90d`, `6mo`, `1 year`, `P1Y`.
#[derive(Debug, Clone, Copy)]
pub struct Age {
    span: Span,
}

/// What was wrong with a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no length of time: write 90d, 8w, 6mo or 1y")]
pub struct AgeError(pub String);

impl Age {
    /// The first second that is no older than this at `time`: calendar months and years before it, to the second.
    pub fn before(self, time: ArchiveTime) -> ArchiveTime {
        let earlier = time.civil().checked_sub(self.span).ok().and_then(ArchiveTime::from_civil);
        earlier.unwrap_or(ArchiveTime::from_seconds(i64::MIN))
    }
}

impl PartialEq for Age {
    fn eq(&self, other: &Self) -> bool {
        self.span.fieldwise() == other.span.fieldwise()
    }
}

impl Eq for Age {}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.span)
    }
}

impl std::str::FromStr for Age {
    type Err = AgeError;

    fn from_str(text: &str) -> Result<Self, AgeError> {
        let error = || AgeError(text.to_owned());
        let span: Span = text.parse().map_err(|_| error())?;
        // `6m` are six minutes to the library, and six months to whoever writes it here.
        let has_clock = span.get_hours() != 0
            || span.get_minutes() != 0
            || span.get_seconds() != 0
            || span.get_milliseconds() != 0
            || span.get_microseconds() != 0
            || span.get_nanoseconds() != 0;
        if has_clock || !span.is_positive() { Err(error()) } else { Ok(Self { span }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_include_their_last_second() {
        let period =
            |text: &str| text.parse::<Period>().map(|p| (p.start.rfc3339(), p.last.rfc3339()));
        let pair = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(period("2019"), pair("2019-01-01T00:00:00Z", "2019-12-31T23:59:59Z"));
        assert_eq!(period("2020-02"), pair("2020-02-01T00:00:00Z", "2020-02-29T23:59:59Z"));
        assert_eq!(period("2020-12-31"), pair("2020-12-31T00:00:00Z", "2020-12-31T23:59:59Z"));
        for bad in [
            "",
            "19",
            "2019-2",
            "2019-13",
            "2019-02-30",
            "2019-02-03-04",
            "２０１９",
            "2019-02-03T00:00",
        ] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ages_are_whole_days_before_a_time() {
        let time = ArchiveTime::from_wayback_stamp("20200331121314").unwrap();
        let before = |age: &str| age.parse::<Age>().map(|age| age.before(time).rfc3339());
        assert_eq!(before("1mo").as_deref(), Ok("2020-02-29T12:13:14Z"));
        assert_eq!(before("90d").as_deref(), Ok("2020-01-01T12:13:14Z"));
        assert_eq!(before("1 year 2 weeks").as_deref(), Ok("2019-03-17T12:13:14Z"));
        assert_eq!(before("P6M").as_deref(), Ok("2019-09-30T12:13:14Z"));
        assert!(before("19000y").is_ok());
        for bad in ["", "6", "6m", "1h", "-1y", "0d", "1d ago", "P1DT1H", "a year"] {
            assert!(before(bad).is_err(), "{bad}");
        }
        assert_eq!("6mo".parse::<Age>().map(|age| age.to_string()).as_deref(), Ok("6mo"));
    }

    #[test]
    fn stamps_are_utc_seconds() {
        let time = ArchiveTime::from_wayback_stamp("20060820151514").map(|t| t.rfc3339());
        assert_eq!(time.as_deref(), Some("2006-08-20T15:15:14Z"));
        for bad in ["20060231151514", "2006082015151", "20060820255514", "2006082015151x"] {
            assert_eq!(ArchiveTime::from_wayback_stamp(bad), None, "{bad}");
        }
    }
}
