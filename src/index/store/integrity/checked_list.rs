//! A list of numbers by key, a part of a file that is searched without reading all of it.
//!
//! An entry is a key in 8 bytes and a number in 4, both little-endian. Keys ascend.

use std::io;
use std::ops::Range;

use super::checked_bytes::CheckedBytes;

/// Bytes of an entry.
pub(crate) const ENTRY: usize = 8 + 4;

/// Adds the entries, whose keys ascend, to the content of a file.
pub(crate) fn encode(entries: impl Iterator<Item = (u64, u32)>, content: &mut Vec<u8>) {
    for (key, number) in entries {
        content.extend_from_slice(&key.to_le_bytes());
        content.extend_from_slice(&number.to_le_bytes());
    }
}

/// The number of `key` in the list that is this part of a file. `None`: the list lacks the key.
///
/// The search itself reads keys that are not checked. Its answer depends on the two entries alone
/// between which it ends, and these are checked: whatever led there, the key is at the second of
/// them or nowhere if the first key is smaller and the second is not.
///
/// # Errors
///
/// The list is damaged.
pub(crate) fn find(bytes: &CheckedBytes, list: Range<usize>, key: u64) -> io::Result<Option<u32>> {
    let (entries, _) = bytes.unread(list.clone())?.as_chunks::<ENTRY>();
    let next = entries.partition_point(|entry| key_of(entry) < key);
    let first = next.saturating_sub(1);
    let end = entries.len().min(next + 1);
    let sound = bytes.get(list.start + first * ENTRY..list.start + end * ENTRY)?;
    let (before, behind) = sound.as_chunks::<ENTRY>().0.split_at(next - first);
    let ends_between = before.iter().all(|entry| key_of(entry) < key)
        && behind.iter().all(|entry| key_of(entry) >= key);
    if !ends_between {
        return Err(bytes.damaged());
    }
    Ok(behind.first().filter(|entry| key_of(entry) == key).map(number_of))
}

fn key_of(entry: &[u8; ENTRY]) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *entry;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

fn number_of(entry: &[u8; ENTRY]) -> u32 {
    let [.., a, b, c, d] = *entry;
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use tantivy::directory::OwnedBytes;

    use super::*;

    /// A list of so many entries behind three other bytes.
    fn file(count: u64) -> Vec<u8> {
        let mut content = b"abc".to_vec();
        encode((0..count).map(|i| (i * 10 + 5, i as u32 + 2)), &mut content);
        content
    }

    /// The file, which was written as `whole`.
    fn checked(file: Vec<u8>, whole: &[u8]) -> CheckedBytes {
        CheckedBytes::written_as("list", file, whole)
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        for count in [0, 1, 2, 341, 342, 1000] {
            let file = file(count);
            let list = 3..file.len();
            let bytes = checked(file.clone(), &file);
            for key in 0..count * 10 + 10 {
                let expected = (key % 10 == 5 && key < count * 10).then(|| (key / 10) as u32 + 2);
                let found = find(&bytes, list.clone(), key).expect("it is whole");
                assert_eq!(found, expected, "{key} of {count}");
            }
        }
    }

    #[test]
    fn a_search_checks_the_blocks_of_its_answer_alone() {
        let whole = file(100_000);
        let mut damaged = whole.clone();
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        let bytes = checked(damaged, &whole);
        assert_eq!(find(&bytes, 3..whole.len(), 25).ok(), Some(Some(4)));
        assert!(find(&bytes, 3..whole.len(), 999_995).is_err());
    }

    #[test]
    fn a_flipped_bit_gives_no_wrong_number() {
        let whole = file(1000);
        for at in (3..whole.len()).step_by(97) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x40;
            let bytes = checked(damaged, &whole);
            for key in 0..1000_u64 {
                for (key, right) in [(key * 10 + 5, Some(key as u32 + 2)), (key * 10, None)] {
                    let found = find(&bytes, 3..whole.len(), key);
                    assert!(found.is_err() || found.is_ok_and(|found| found == right), "{key}");
                }
            }
        }
    }

    #[test]
    fn keys_in_disorder_are_an_error_or_an_entry() {
        let mut content = Vec::new();
        encode([(9, 1), (3, 2), (7, 3), (1, 4)].into_iter(), &mut content);
        let len = content.len();
        let bytes = CheckedBytes::unchecked("list", OwnedBytes::new(content));
        for key in 0..12 {
            if let Ok(Some(number)) = find(&bytes, 0..len, key) {
                assert_eq!(key, [9, 3, 7, 1][number as usize - 1]);
            }
        }
    }
}
