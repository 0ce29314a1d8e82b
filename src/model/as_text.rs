//! Serialises values of the model as the text that results show, for `serialize_with` of serde.
//!
//! The index stores an [`ArchiveTime`] as two numbers and a language as two bytes, by the
//! serialisers that those types derive. Results show both as text, and name their form field by
//! field.

use std::fmt::Display;
use std::ops::Range;

use serde::{Serialize, Serializer};

use super::ArchiveTime;

/// Serialises any value as its `Display` form.
pub(crate) fn text<S: Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Serialises a value as its `Display` form, and `None` as null.
pub(crate) fn optional_text<S: Serializer>(
    value: &Option<impl Display>,
    to: S,
) -> Result<S::Ok, S::Error> {
    value.as_ref().map(ToString::to_string).serialize(to)
}

/// Serialises ranges as pairs of start and end.
pub(crate) fn ranges<S: Serializer>(ranges: &[Range<usize>], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(ranges.iter().map(|range| (range.start, range.end)))
}

/// Serialises a time as its UTC day, `YYYY-MM-DD`.
pub(crate) fn date<S: Serializer>(time: &ArchiveTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&time.date())
}

/// Serialises a time as its UTC day, and `None` as null.
pub(crate) fn optional_date<S: Serializer>(
    time: &Option<ArchiveTime>,
    to: S,
) -> Result<S::Ok, S::Error> {
    time.map(ArchiveTime::date).serialize(to)
}

/// Serialises a time as two fields, for `flatten`: `archive_date`, its UTC day, and `archive_time`,
/// in RFC 3339.
pub(crate) fn archive_date_and_time<S: Serializer>(
    time: &ArchiveTime,
    to: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct DateAndTime {
        archive_date: String,
        archive_time: String,
    }
    DateAndTime { archive_date: time.date(), archive_time: time.rfc3339() }.serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Age;

    #[derive(Serialize)]
    struct Result {
        #[serde(flatten, serialize_with = "archive_date_and_time")]
        time: ArchiveTime,
        #[serde(serialize_with = "date")]
        first: ArchiveTime,
        #[serde(serialize_with = "optional_date")]
        gone_by: Option<ArchiveTime>,
        #[serde(serialize_with = "optional_text")]
        carry: Option<Age>,
    }

    #[test]
    fn times_are_dates_in_results() {
        let time = ArchiveTime::from_wayback_stamp("20060820151514").unwrap();
        let result =
            Result { time, first: time, gone_by: None, carry: Some("6mo".parse().unwrap()) };
        assert_eq!(
            serde_json::to_string(&result).unwrap(),
            "{\"archive_date\":\"2006-08-20\",\"archive_time\":\"2006-08-20T15:15:14Z\",\
             \"first\":\"2006-08-20\",\"gone_by\":null,\"carry\":\"6mo\"}"
        );
    }
}
