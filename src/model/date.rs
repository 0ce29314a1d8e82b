//! Archive times, and the periods and ages in which users write dates. All are UTC.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// The time at which a snapshot was archived, to the nanosecond.
///
/// Its UTC day is the archive *date*. Times outside the years -9999 to 9999 cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "(i64, u32)", into = "(i64, u32)")]
pub struct ArchiveTime {
    /// The whole seconds since 1970-01-01T00:00:00 UTC, rounded down.
    seconds: i64,
    /// The rest, less than a second.
    nanoseconds: u32,
}

impl ArchiveTime {
    /// The time at `seconds` since 1970. A time outside the years -9999 to 9999 becomes the nearest
    /// time inside.
    pub fn from_seconds(seconds: i64) -> Self {
        let (min, max) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        Self { seconds: seconds.clamp(min, max), nanoseconds: 0 }
    }

    /// The time so many nanoseconds, less than a second, after `seconds` since 1970.
    ///
    /// Returns `None` if they are more, or if the time is outside the years -9999 to 9999.
    pub fn new(seconds: i64, nanoseconds: u32) -> Option<Self> {
        Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()?;
        Some(Self { seconds, nanoseconds })
    }

    /// The whole seconds since 1970-01-01T00:00:00 UTC, rounded down.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The fraction of a second after [`ArchiveTime::seconds`], in nanoseconds.
    pub fn nanoseconds(self) -> u32 {
        self.nanoseconds
    }

    /// The UTC day, written `YYYY-MM-DD`.
    pub fn date(self) -> String {
        self.civil().date().to_string()
    }

    /// The time as in RFC 3339, in UTC: `YYYY-MM-DDThh:mm:ssZ`, with the fraction of a second if
    /// there is one.
    pub fn rfc3339(self) -> String {
        format!("{}Z", self.civil())
    }

    fn civil(self) -> DateTime {
        Timestamp::new(self.seconds, self.nanoseconds as i32)
            .expect("an archive time lies in the years that a timestamp can hold")
            .to_zoned_datetime(TimeZone::UTC)
            .datetime()
    }

    /// Midnight at the start of a day that is written `YYYY-MM-DD`.
    ///
    /// Returns `None` if it is written otherwise, or if the calendar has no such day.
    pub fn from_date(date: &str) -> Option<Self> {
        if date.len() != 10 {
            return None;
        }
        Self::from_civil(date.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()))
    }

    /// The nanosecond before this time, or the earliest time.
    pub(crate) fn moment_before(self) -> Self {
        match self.nanoseconds.checked_sub(1) {
            Some(nanoseconds) => Self { nanoseconds, ..self },
            None => Self::new(self.seconds - 1, 999_999_999).unwrap_or(self),
        }
    }

    /// The time by the clock of this machine.
    pub fn now() -> Self {
        Self::from(Timestamp::now())
    }

    /// The time that the 14 digits `YYYYMMDDhhmmss` of a Wayback Machine address give.
    ///
    /// Returns `None` if they are not a date and a time.
    pub fn from_wayback_stamp(stamp: &str) -> Option<Self> {
        if stamp.len() != 14 || !stamp.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year = stamp[..4].parse().ok()?;
        let mut rest = [0; 5];
        for (number, start) in rest.iter_mut().zip((4..).step_by(2)) {
            *number = stamp[start..start + 2].parse().ok()?;
        }
        let [month, day, hour, minute, second] = rest;
        Self::from_civil(DateTime::new(year, month, day, hour, minute, second, 0).ok()?)
    }

    fn from_civil(civil: DateTime) -> Option<Self> {
        Some(Self::from(TimeZone::UTC.to_timestamp(civil).ok()?))
    }
}

impl From<Timestamp> for ArchiveTime {
    fn from(time: Timestamp) -> Self {
        // Both numbers of a timestamp before 1970 are negative.
        let nanoseconds = time.subsec_nanosecond();
        let seconds = time.as_second() - i64::from(nanoseconds < 0);
        Self { seconds, nanoseconds: nanoseconds.rem_euclid(1_000_000_000) as u32 }
    }
}

/// A stored time lies outside the years -9999 to 9999, or has more than a second of nanoseconds.
#[derive(Debug, thiserror::Error)]
#[error("{0} seconds and {1} nanoseconds since 1970 are no time of the calendar")]
pub struct OutsideCalendar(i64, u32);

impl TryFrom<(i64, u32)> for ArchiveTime {
    type Error = OutsideCalendar;

    fn try_from(stored: (i64, u32)) -> Result<Self, OutsideCalendar> {
        let (seconds, nanoseconds) = stored;
        Self::new(seconds, nanoseconds).ok_or(OutsideCalendar(seconds, nanoseconds))
    }
}

impl From<ArchiveTime> for (i64, u32) {
    fn from(time: ArchiveTime) -> Self {
        (time.seconds, time.nanoseconds)
    }
}

impl fmt::Display for ArchiveTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// A year, month or day in UTC, as users write it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    start: ArchiveTime,
    last: ArchiveTime,
}

/// A text is not a year, month or day, or is one that does not exist. Holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date: write YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct DateError(pub String);

impl Period {
    /// The first moment of the period.
    pub fn start(self) -> ArchiveTime {
        self.start
    }

    /// The last moment of the period, a nanosecond before the next one.
    pub fn last(self) -> ArchiveTime {
        self.last
    }

    /// The day that is `age` before the day of `today`.
    pub fn day_before(today: ArchiveTime, age: Age) -> Option<Self> {
        Self::parse(&age.before(today).date())
    }

    /// The day of this time. `None`: it cannot be written as a period, since it is before year 0.
    pub fn day_of(time: ArchiveTime) -> Option<Self> {
        Self::parse(&time.date())
    }

    fn parse(text: &str) -> Option<Self> {
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return None;
        }
        let (first, length) = match text.split('-').map(str::len).collect::<Vec<_>>()[..] {
            [4] => (format!("{text}-01-01"), 1.year()),
            [4, 2] => (format!("{text}-01"), 1.month()),
            [4, 2, 2] => (text.to_owned(), 1.day()),
            _ => return None,
        };
        let first: Date = first.parse().ok()?;
        // The last periods of year 9999 end with the calendar.
        let last = match first.checked_add(length) {
            Ok(next) => ArchiveTime::from_date(&next.to_string())?.moment_before(),
            Err(_) => ArchiveTime::from(Timestamp::MAX),
        };
        Some(Self { start: ArchiveTime::from_date(&first.to_string())?, last })
    }
}

impl std::str::FromStr for Period {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse(text).ok_or_else(|| DateError(text.to_owned()))
    }
}

/// A length of time in whole days, weeks, months or years, as users write it: `90d`, `6mo`,
/// `1 year`, `P1Y`.
#[derive(Debug, Clone, Copy)]
pub struct Age {
    span: Span,
}

/// A text is not a length of time, or not one in whole days. Holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time: write 90d, 8w, 6mo or 1y")]
pub struct AgeError(pub String);

impl Age {
    /// The time that is this much earlier than `time`, by calendar months and years. It does not go
    /// back beyond the year -9999.
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
        let span: Span = text.parse().map_err(|_| AgeError(text.to_owned()))?;
        // The library reads `6m` as six minutes, while users would mean six months.
        let has_clock = span.get_hours() != 0
            || span.get_minutes() != 0
            || span.get_seconds() != 0
            || span.get_milliseconds() != 0
            || span.get_microseconds() != 0
            || span.get_nanoseconds() != 0;
        if has_clock || !span.is_positive() {
            return Err(AgeError(text.to_owned()));
        }
        Ok(Self { span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_include_their_last_moment() {
        let period =
            |text: &str| text.parse::<Period>().map(|p| (p.start.rfc3339(), p.last.rfc3339()));
        let pair = |a: &str, b: &str| Ok((a.to_owned(), b.to_owned()));
        assert_eq!(period("2019"), pair("2019-01-01T00:00:00Z", "2019-12-31T23:59:59.999999999Z"));
        assert_eq!(
            period("2020-02"),
            pair("2020-02-01T00:00:00Z", "2020-02-29T23:59:59.999999999Z")
        );
        assert_eq!(
            period("2020-12-31"),
            pair("2020-12-31T00:00:00Z", "2020-12-31T23:59:59.999999999Z")
        );
        for bad in [
            "",
            "19",
            "2019-2",
            "2019-13",
            "2019-02-30",
            "2019-02-03-04",
            "-2019",
            "2019-",
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
    fn stored_times_lie_in_the_calendar() {
        let time = ArchiveTime::from_date("2020-02-29").unwrap();
        let bytes = postcard::to_stdvec(&time).unwrap();
        assert_eq!(bytes, postcard::to_stdvec(&(time.seconds(), 0_u32)).unwrap());
        assert_eq!(postcard::from_bytes::<ArchiveTime>(&bytes).ok(), Some(time));
        for outside in [(i64::MAX, 0), (0, 1_000_000_000), (0, u32::MAX)] {
            let outside = postcard::to_stdvec(&outside).unwrap();
            assert!(postcard::from_bytes::<ArchiveTime>(&outside).is_err());
        }
        assert_eq!(ArchiveTime::from_seconds(i64::MAX).date(), "9999-12-30");
    }

    #[test]
    fn fractions_are_printed_and_ordered_also_before_1970() {
        let time = |text: &str| ArchiveTime::from(text.parse::<Timestamp>().unwrap());
        let texts = [
            "-000001-06-01T00:00:00.5Z",
            "1969-12-31T23:59:58.999999999Z",
            "1969-12-31T23:59:59Z",
            "1969-12-31T23:59:59.25Z",
            "1970-01-01T00:00:00Z",
            "2020-01-02T03:04:05Z",
            "2020-01-02T03:04:05.000000001Z",
            "2020-01-02T03:04:05.1Z",
            "2020-01-02T03:04:05.120Z",
            "9999-12-30T21:59:59.999Z",
        ];
        for text in texts {
            assert_eq!(time(text).rfc3339(), text.replace("120Z", "12Z"));
            let bytes = postcard::to_stdvec(&time(text)).unwrap();
            assert_eq!(postcard::from_bytes::<ArchiveTime>(&bytes).ok(), Some(time(text)));
        }
        assert!(texts.map(time).is_sorted_by(|a, b| a < b));
        for text in &texts[1..] {
            assert!(time(text).moment_before() < time(text) && time(text) > time(texts[0]));
        }
        assert_eq!(time(texts[4]).moment_before().rfc3339(), "1969-12-31T23:59:59.999999999Z");
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
