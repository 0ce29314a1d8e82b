//! Targets that read the files of an index: the manifest, and the tables beside the segments.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use tantivy::directory::OwnedBytes;
use twox_hash::XxHash3_64;

use crate::index::store::document::{ClauseLists, PolicyTables, SnapshotChunk};
use crate::index::store::integrity::block_sums::BlockSums;
use crate::index::store::integrity::checked_bytes::CheckedBytes;
use crate::index::store::integrity::seal::sealed;
use crate::index::store::shared_texts::SharedTexts;
use crate::index::store::sources::{PolicySources, SourceTable};
use crate::index::{Manifest, PolicyEntry, PolicyTable};
use crate::model::Rank;

/// Reads a manifest. The first byte says whether the others get a right checksum before. It is
/// the same when it is written and read again; with one bit changed it is refused.
pub fn manifest(bytes: &[u8]) {
    let Some((&mode, bytes)) = bytes.split_first() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = String::from_utf8_lossy(bytes);
    let content = if mode % 2 == 0 { bytes.to_vec() } else { with_seal(&text).into_bytes() };
    let _ = Manifest::corpora_of_any_version(folder.path());
    let Some(read) = read_manifest(folder.path(), &content) else { return };
    let _ = Manifest::corpora_of_any_version(folder.path());
    let written = serde_json::to_string_pretty(&read).expect("a manifest can be written");
    let again = read_manifest(folder.path(), sealed(&written).as_bytes());
    assert_eq!(again.as_ref(), Some(&read));
    let mut damaged = content;
    let at = usize::from(mode) * damaged.len() / 256;
    damaged[at] ^= 1 << (mode % 7);
    assert_eq!(read_manifest(folder.path(), &damaged), None, "byte {at} is damaged");
}

fn with_seal(object: &str) -> String {
    sealed(&format!("{}\n}}\n", object.trim_end()))
}

fn read_manifest(folder: &Path, content: &[u8]) -> Option<Manifest> {
    fs::write(folder.join("fineprint.json"), content).expect("a temporary file can be written");
    Manifest::read(folder).ok()
}

/// Reads the tables of an index. The first byte says which table the others are, and whether they
/// get right checksums, a wrong bit or a head before. Checksums and numbers of companies are as the
/// file has them; policies are found by rank and by hash.
pub fn tables(bytes: &[u8]) {
    let Some((&mode, bytes)) = bytes.split_first() else { return };
    match mode % 10 {
        0 => check_sums(bytes),
        1 => check_sums(&with_head_check(bytes)),
        2 => check_texts(bytes),
        3 => check_damaged_texts(bytes),
        4 => check_policies(bytes),
        5 => drop(decoded::<Vec<PolicySources>>(bytes).map(SourceTable::new)),
        6 => drop(decoded::<PolicyTables>(bytes)),
        7 => drop(decoded::<SnapshotChunk>(bytes)),
        8 => check_lists(bytes),
        _ => check_policies(&with_policy_head(bytes)),
    }
}

fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}

/// Bytes of a block of a segment's file, and checksums of a group.
const BLOCK: u64 = 4096;
const GROUP: u64 = 512;

/// The file with the right checksum of its head.
fn with_head_check(bytes: &[u8]) -> Vec<u8> {
    let Some((&length, rest)) = bytes.split_first() else { return Vec::new() };
    let (head, rest) = rest.split_at(usize::from(length).min(rest.len()));
    let mut file = (head.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(head);
    file.extend(XxHash3_64::oneshot(&file).to_le_bytes());
    file.extend_from_slice(rest);
    file
}

/// Compares the checksums of blocks with the file.
fn check_sums(file: &[u8]) {
    let Some(sums) = BlockSums::open(OwnedBytes::new(file.to_vec())) else { return };
    let length = number(file, 0).expect("the file has a head");
    let heads: Vec<(String, u64)> =
        decoded(&file[8..8 + length as usize]).expect("the head was read before");
    let mut at = 8 + length + 8;
    for (number_of_file, (name, bytes)) in heads.iter().enumerate() {
        let is_last = heads[number_of_file + 1..].iter().all(|(other, _)| other != name);
        let blocks = bytes.div_ceil(BLOCK);
        if is_last {
            assert_eq!(sums.len(name), Some(*bytes as usize));
            assert_eq!(sums.block(name, blocks as usize), None, "there are {blocks} blocks");
        }
        for block in (0..blocks).take_while(|_| is_last) {
            let place = at + 8 * (block + block / GROUP);
            let sum = sums.block(name, block as usize);
            assert!(sum.is_none() || sum == number(file, place), "block {block} of {name}");
        }
        at += 8 * (blocks + blocks.div_ceil(GROUP));
    }
    assert_eq!(at, file.len() as u64, "the file has nothing else");
}

/// The number in eight bytes of a file.
fn number(file: &[u8], at: u64) -> Option<u64> {
    let bytes = file.get(usize::try_from(at).ok()?..)?.first_chunk()?;
    Some(u64::from_le_bytes(*bytes))
}

/// The entries of a table of shared texts: text keys and numbers of companies.
fn texts_in(file: &[u8]) -> Vec<(u64, u32)> {
    let entries = file.as_chunks::<12>().0.iter().map(|entry| {
        let (key, count) = entry.split_at(8);
        let key = u64::from_le_bytes(key.try_into().expect("a key has 8 bytes"));
        (key, u32::from_le_bytes(count.try_into().expect("a count has 4 bytes")))
    });
    entries.collect()
}

/// Looks up every key of a table of shared texts. All are found if they ascend.
fn check_texts(file: &[u8]) {
    let bytes = CheckedBytes::unchecked("texts.bin", OwnedBytes::new(file.to_vec()));
    let texts = SharedTexts::new(bytes);
    let entries = texts_in(file);
    let is_sorted = entries.is_sorted_by(|a, b| a.0 < b.0);
    for (key, count) in &entries {
        let answer = texts.companies(*key);
        if is_sorted {
            assert_eq!(answer.ok(), Some(Some(*count)), "key {key}");
            let next = key.wrapping_add(1);
            let is_next = entries.iter().any(|(other, _)| *other == next);
            assert!(is_next || texts.companies(next).is_ok_and(|found| found.is_none()));
        } else if let Ok(Some(count)) = answer {
            assert!(entries.contains(&(*key, count)), "{key} has no {count} companies");
        }
    }
}

/// Damages one bit of a table of shared texts, whose place the first two bytes choose. No answer
/// is a wrong one.
fn check_damaged_texts(bytes: &[u8]) {
    let Some((place, entries)) = bytes.split_first_chunk::<2>() else { return };
    let mut entries = texts_in(entries);
    entries.sort_unstable();
    entries.dedup_by_key(|entry| entry.0);
    let whole: Vec<u8> = entries
        .iter()
        .flat_map(|(key, count)| [&key.to_le_bytes()[..], &count.to_le_bytes()].concat())
        .collect();
    let bit = usize::from(u16::from_le_bytes(*place)) % (whole.len() * 8).max(1);
    let mut damaged = whole.clone();
    let Some(byte) = damaged.get_mut(bit / 8) else { return };
    *byte ^= 1 << (bit % 8);
    let texts = SharedTexts::new(CheckedBytes::written_as("texts.bin", damaged, &whole));
    for (key, count) in entries {
        let answer = texts.companies(key);
        assert!(answer.is_err() || answer.is_ok_and(|found| found == Some(count)), "bit {bit}");
    }
    assert!(texts.companies(0).is_err() || whole.len() > 4096, "bit {bit}");
}

/// The file with a head of small numbers, which its first bytes are.
fn with_policy_head(bytes: &[u8]) -> Vec<u8> {
    let (head, rest) = bytes.split_at(bytes.len().min(4));
    let head = head.iter().flat_map(|number| u64::from(*number).to_le_bytes());
    head.chain(rest.iter().copied()).collect()
}

/// Reads every policy of a table and finds it by its hash. If all can be read, a table that is
/// made of them is consistent, and has each of them.
fn check_policies(file: &[u8]) {
    let Some(table) = policy_table(file.to_vec()) else { return };
    let mut entries = Vec::new();
    for rank in table.ranks() {
        let company = table.company(rank);
        assert!(company.is_err() || company.is_ok_and(|it| (it as usize) < table.company_count()));
        if let Ok(entry) = table.get(rank) {
            let found = table.rank(entry.hash);
            assert!(found.is_err() || found.is_ok_and(|found| found < Some(last(&table))));
            entries.push(entry);
        }
    }
    let _ = table.rank(0).and(table.rank(u64::MAX)).and(table.is_consistent());
    assert!(table.get(last(&table)).is_err() && table.company(last(&table)).is_err());
    check_made_table(entries);
}

fn policy_table(file: Vec<u8>) -> Option<PolicyTable> {
    let bytes = CheckedBytes::unchecked("policies.bin", OwnedBytes::new(file));
    PolicyTable::of(bytes, PathBuf::new()).ok()
}

/// The rank behind all policies.
fn last(table: &PolicyTable) -> Rank {
    Rank::from_index(table.count())
}

/// Makes a table of policies, and finds each by its rank and by its hash.
fn check_made_table(entries: Vec<PolicyEntry>) {
    let count = entries.len();
    let table = PolicyTable::new(entries);
    assert_eq!(table.is_consistent().ok(), Some(true));
    let entries = table.entries().expect("it can be read");
    assert_eq!(entries.len(), count);
    assert!(entries.is_sorted_by_key(|entry| &entry.key));
    let mut companies: Vec<&str> = entries.iter().map(|entry| &*entry.key.company).collect();
    companies.dedup();
    assert_eq!(table.company_count(), companies.len());
    for (rank, entry) in table.ranks().zip(&entries) {
        let number = table.company(rank).expect("it can be read") as usize;
        assert_eq!(companies[number], entry.key.company);
        let found = table.rank(entry.hash).ok().flatten().and_then(|rank| table.get(rank).ok());
        assert_eq!(found.map(|found| found.hash), Some(entry.hash));
    }
}

/// Reads the lists of clauses of a chunk. Each edit may double a list, so only short ones are read.
fn check_lists(bytes: &[u8]) {
    if let Some(lists) = decoded::<ClauseLists>(bytes).filter(|_| bytes.len() < 64) {
        for index in 0..4 {
            lists.of_snapshot(index);
        }
    }
}
