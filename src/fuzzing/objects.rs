//! The target that reads objects of git.

use std::fs;
use std::path::Path;

use super::model_delta::made_by;
use super::model_pack::{ModelEntry, entry_ids, write_pack};
use crate::corpus::fuzzed_objects::{
    CommitParts, EntryParts, TreePair, apply_delta, parse_commit, parse_trees, read_objects,
};

/// Reads objects. The first byte tells the form of the others: a commit, two trees, a base with its
/// delta, a loose object as a file or unpacked, a pack as a file, or the entries of a pack. Each
/// result equals the one of a model that reads the same bytes.
pub fn git(bytes: &[u8]) {
    let Some((&mode, bytes)) = bytes.split_first() else { return };
    match mode % 7 {
        0 => check_commit(bytes),
        1 => check_trees(bytes),
        2 => {
            let (base, delta) = halves(bytes);
            assert_eq!(apply_delta(delta, base), made_by(delta, base));
        }
        3 => drop(read_loose(bytes)),
        4 => check_loose(bytes),
        5 => check_pack_file(bytes),
        _ => check_pack(bytes),
    }
}

/// Two parts of some bytes: the first byte is the length of the first part.
fn halves(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some((&length, rest)) = bytes.split_first() else { return (bytes, bytes) };
    rest.split_at(usize::from(length).min(rest.len()))
}

/// Compares a commit with its lines.
fn check_commit(bytes: &[u8]) {
    let parsed = parse_commit(bytes);
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()) else { return };
    let (head, message) = match text.strip_prefix('\n') {
        Some(message) => ("", message),
        None => text.split_once("\n\n").unwrap_or((text.trim_end_matches('\n'), "")),
    };
    let expected = commit_parts(head, message);
    // In ASCII, escape sequences may declare an encoding.
    if !text.contains('\u{1b}') {
        assert_eq!(parsed, expected, "{text:?}");
    }
}

fn commit_parts(head: &str, message: &str) -> Option<CommitParts> {
    let mut lines = head.split('\n');
    let tree = id_of(lines.next()?.strip_prefix("tree ")?)?;
    let (mut parents, mut author_time) = (Vec::new(), None);
    for line in lines {
        if let Some(id) = line.strip_prefix("parent ") {
            parents.push(id_of(id)?);
        } else if let Some(author) = line.strip_prefix("author ") {
            let time =
                author.rsplit_once('>').and_then(|(_, time)| time.split_ascii_whitespace().next());
            author_time = time.and_then(|time| time.parse().ok());
        }
    }
    Some(CommitParts { tree, parents, author_time, message: message.to_owned() })
}

/// The id that a text of 40 hexadecimal digits is.
fn id_of(text: &str) -> Option<String> {
    let is_id = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| text.to_lowercase())
}

/// Compares two trees with their entries, and the ranges in which they differ with these.
fn check_trees(bytes: &[u8]) {
    let (ours, theirs) = halves(bytes);
    let parsed = parse_trees(ours, theirs);
    let (Some(ours), Some(theirs)) = (tree_entries(ours), tree_entries(theirs)) else {
        assert_eq!(parsed, None);
        return;
    };
    let TreePair { ours: our_entries, theirs: their_entries, differing: [left, right] } =
        parsed.expect("two lists of entries are trees");
    assert_eq!((&our_entries, &their_entries), (&ours, &theirs));
    assert_eq!(ours[..left.start], theirs[..right.start]);
    assert_eq!(ours[left.end..], theirs[right.end..]);
}

fn tree_entries(mut bytes: &[u8]) -> Option<Vec<EntryParts>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let name_end = bytes.iter().position(|byte| *byte == 0)?;
        let (head, rest) = (&bytes[..name_end], &bytes[name_end + 1..]);
        let space = head.iter().position(|byte| *byte == b' ')?;
        let id = *rest.first_chunk()?;
        let is_folder = matches!(&head[..space], b"40000" | b"040000");
        entries.push(EntryParts { is_folder, name: head[space + 1..].to_vec(), id });
        bytes = &rest[20..];
    }
    Some(entries)
}

/// The id of every loose object here.
const LOOSE_ID: [u8; 20] = [0xab; 20];

/// Reads bytes as the file of a loose object.
fn read_loose(file: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let hex = "ab".repeat(19);
    fs::create_dir(folder.path().join("ab")).expect("a folder can be made");
    fs::write(folder.path().join("ab").join(hex), file).expect("a file can be written");
    read_objects(folder.path(), &[LOOSE_ID]).remove(0)
}

/// Packs bytes as a loose object is packed, and compares it with its header.
fn check_loose(bytes: &[u8]) {
    let expected = loose_parts(bytes);
    assert_eq!(read_loose(&super::model_pack::deflated(bytes)), expected);
}

fn loose_parts(bytes: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let end = bytes.iter().take(64).position(|byte| *byte == 0)?;
    let (kind, size) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    let kind = ["commit", "tree", "blob", "tag"].into_iter().find(|name| *name == kind)?;
    let data = &bytes[end + 1..];
    (size.parse() == Ok(data.len())).then(|| (kind, data.to_vec()))
}

/// Reads bytes as the file of a pack, whose index has an object for every offset.
fn check_pack_file(pack: &[u8]) {
    let offsets: Vec<u32> = (12..pack.len().min(80) as u32).collect();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    write_pack(folder.path(), pack, &offsets);
    read_objects(folder.path(), &entry_ids(offsets.len()));
}

/// Writes a pack with the entries that the bytes describe, and compares every object with a model.
fn check_pack(bytes: &[u8]) {
    let entries = ModelEntry::all(bytes);
    let (pack, offsets) = ModelEntry::pack(&entries);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    write_pack(folder.path(), &pack, &offsets);
    compare_objects(folder.path(), &entries);
}

fn compare_objects(folder: &Path, entries: &[ModelEntry]) {
    let read = read_objects(folder, &entry_ids(entries.len()));
    for (number, read) in read.into_iter().enumerate() {
        let expected = ModelEntry::object(entries, number, entries.len());
        assert_eq!(read, expected, "object {number} of {entries:?}");
    }
}
