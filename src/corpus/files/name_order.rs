//! The order of the files of a folder, which orders snapshots of one time.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;

use crate::model::by_value;

/// The order of two files or folders in a folder by their names. Numbers count by their value, so
/// that `v10` is after `v9`, and extensions come last, so that `v-2.md` is after `v.md`. The end of
/// a version, as in `v1.10`, looks like an extension, in which numbers count as well.
pub(super) fn name_order(a: &OsStr, b: &OsStr) -> Ordering {
    let stem = |name| Path::new(name).file_stem().unwrap_or(name).as_encoded_bytes();
    by_value(stem(a), stem(b))
        .then_with(|| stem(a).cmp(stem(b)))
        .then_with(|| by_value(a.as_encoded_bytes(), b.as_encoded_bytes()))
        .then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_by_their_value() {
        let names = [
            "02.md",
            "2",
            "10.html",
            "10.md",
            "a.md",
            "a-2.md",
            "a-10.md",
            "a2b9.md",
            "a2b10.md",
            "a99999999999999999999999998",
            "a99999999999999999999999999",
            "b",
            "v1",
            "v1.9",
            "v1.10",
            "v1.09.md",
            "v1.10.2",
            "v1.10.10",
            "v2",
            "é.md",
        ];
        let names = names.map(OsStr::new);
        for (at, name) in names.iter().enumerate() {
            for (other, expected) in names.iter().zip(0..) {
                assert_eq!(name_order(name, other), at.cmp(&expected), "{name:?} {other:?}");
            }
        }
    }
}
