//! The periods of a timeline: consecutive years, half-years, quarters or months in UTC.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::ArchiveTime;

/// The length of the periods of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interval {
    /// A calendar year.
    #[default]
    Year,
    /// January to June, or July to December.
    HalfYear,
    /// Three months from January, April, July or October.
    Quarter,
    /// A calendar month.
    Month,
}

/// One period of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPeriod {
    /// The name in output: `2019`, `2019-H1`, `2019-Q1` or `2019-01`.
    pub name: String,
    /// The first moment of the period.
    pub start: ArchiveTime,
    /// The last moment of the period.
    pub last: ArchiveTime,
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Interval {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Interval::Year => "year",
            Interval::HalfYear => "half-year",
            Interval::Quarter => "quarter",
            Interval::Month => "month",
        }
    }

    fn months(self) -> i8 {
        match self {
            Interval::Year => 12,
            Interval::HalfYear => 6,
            Interval::Quarter => 3,
            Interval::Month => 1,
        }
    }

    /// All periods from the one that contains `first` to the one that contains `last`.
    ///
    /// There are none if `last` is earlier than `first`.
    ///
    /// ```
    /// use fineprint::model::{ArchiveTime, Interval};
    /// let time = |date| ArchiveTime::from_date(date).unwrap();
    /// let spans = Interval::HalfYear.spans(time("2018-12-31"), time("2019-07-01"));
    /// let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    /// assert_eq!(names, ["2018-H2", "2019-H1", "2019-H2"]);
    /// ```
    pub fn spans(self, first: ArchiveTime, last: ArchiveTime) -> Vec<CalendarPeriod> {
        let mut spans = Vec::new();
        let Some(mut day) = self.first_day(first) else { return spans };
        while let Some(span) = self.span(day).filter(|span| span.start <= last) {
            spans.push(span);
            let Ok(next) = day.checked_add(i32::from(self.months()).months()) else { break };
            day = next;
        }
        spans
    }

    /// The first day of the period that contains this time.
    fn first_day(self, time: ArchiveTime) -> Option<Date> {
        let day: Date = time.date().parse().ok()?;
        Some(date(day.year(), (day.month() - 1) / self.months() * self.months() + 1, 1))
    }

    /// The period that begins on this day.
    fn span(self, day: Date) -> Option<CalendarPeriod> {
        let next = day.checked_add(i32::from(self.months()).months()).ok()?;
        let (year, part) = (day.year(), (day.month() - 1) / self.months() + 1);
        let name = match self {
            Interval::Year => format!("{year:04}"),
            Interval::HalfYear => format!("{year:04}-H{part}"),
            Interval::Quarter => format!("{year:04}-Q{part}"),
            Interval::Month => format!("{year:04}-{part:02}"),
        };
        let start = ArchiveTime::from_date(&day.to_string())?;
        let last = ArchiveTime::from_date(&next.to_string())?.moment_before();
        Some(CalendarPeriod { name, start, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_follow_each_other() {
        let time = |text: &str| ArchiveTime::from_wayback_stamp(text).unwrap();
        let (first, last) = (time("20191115120000"), time("20210301000000"));
        for (interval, count, names) in [
            (Interval::Year, 3, ["2019", "2021"]),
            (Interval::HalfYear, 4, ["2019-H2", "2021-H1"]),
            (Interval::Quarter, 6, ["2019-Q4", "2021-Q1"]),
            (Interval::Month, 17, ["2019-11", "2021-03"]),
        ] {
            let spans = interval.spans(first, last);
            assert_eq!(spans.len(), count);
            assert_eq!([&*spans[0].name, &*spans[count - 1].name], names);
            assert!(spans[0].start <= first && first <= spans[0].last);
            assert!(spans[count - 1].start <= last && last <= spans[count - 1].last);
            for pair in spans.windows(2) {
                assert_eq!(pair[0].last, pair[1].start.moment_before());
            }
        }
        assert!(Interval::Year.spans(last, first).is_empty());
        assert_eq!(Interval::Month.spans(last, last).len(), 1);
    }
}
