//! Targets that read the files of an index: the manifest, and the tables beside the segments.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use tantivy::directory::OwnedBytes;
use twox_hash::XxHash3_64;

use crate::index::store::directory::GenerationDirectory;
use crate::index::store::document::{ClauseLists, PolicyTables, SnapshotChunk};
use crate::index::store::integrity::block_sums::BlockSums;
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

/// Reads the tables of an index. The first byte says which table the others are, and whether their
/// checksums are made right before. Checksums and numbers of companies are as the file
/// has them; policies are found by rank and by hash.
pub fn tables(bytes: &[u8]) {
    let Some((&mode, bytes)) = bytes.split_first() else { return };
    match mode % 9 {
        0 => check_sums(bytes),
        1 => check_sums(&with_head_check(bytes)),
        2 => check_texts(bytes),
        3 => check_texts(&with_text_checks(bytes)),
        4 => check_policies(bytes),
        5 => drop(decoded::<Vec<PolicySources>>(bytes).map(SourceTable::new)),
        6 => drop(decoded::<PolicyTables>(bytes)),
        7 => drop(decoded::<SnapshotChunk>(bytes)),
        _ => check_lists(bytes),
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

/// Bytes of an entry of the table of shared texts, and of a whole block with its checksum.
const TEXT: usize = 12;
const TEXT_BLOCK: usize = 256 * TEXT;

/// A table of shared texts with the right checksums; the bytes are entries.
fn with_text_checks(bytes: &[u8]) -> Vec<u8> {
    let entries = &bytes[..bytes.len() / TEXT * TEXT];
    let mut file = ((entries.len() / TEXT) as u64).to_le_bytes().to_vec();
    for block in entries.chunks(TEXT_BLOCK) {
        file.extend_from_slice(block);
        file.extend(XxHash3_64::oneshot(block).to_le_bytes());
    }
    file
}

/// Looks up every key of a table of shared texts. All are found if it is whole and they ascend.
fn check_texts(file: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("texts.bin"), file).expect("a temporary file can be written");
    let directory = GenerationDirectory::open(folder.path()).expect("the folder can be opened");
    let Ok(texts) = SharedTexts::open(&directory, folder.path()) else { return };
    let blocks = file[8..].chunks(TEXT_BLOCK + 8);
    let is_whole = blocks.clone().all(|block| {
        let (entries, check) = block.split_at(block.len() - 8);
        XxHash3_64::oneshot(entries).to_le_bytes() == *check
    });
    let entries: Vec<(u64, u32)> = blocks
        .flat_map(|block| block[..block.len() - 8].as_chunks::<TEXT>().0)
        .map(|entry| {
            let (key, count) = entry.split_at(8);
            let key = u64::from_le_bytes(key.try_into().expect("a key has 8 bytes"));
            (key, u32::from_le_bytes(count.try_into().expect("a count has 4 bytes")))
        })
        .collect();
    let is_sorted = entries.is_sorted_by(|a, b| a.0 < b.0);
    for (key, count) in &entries {
        let answer = texts.companies(*key);
        if is_whole && is_sorted {
            assert_eq!(answer, Some(Some(*count)), "key {key}");
            let is_next = entries.iter().any(|(other, _)| *other == key.wrapping_add(1));
            assert!(is_next || texts.companies(key.wrapping_add(1)) == Some(None));
        } else if let Some(Some(count)) = answer {
            assert!(entries.contains(&(*key, count)), "{key} has no {count} companies");
        }
    }
}

/// Finds every policy of a table by its rank and by its hash.
fn check_policies(bytes: &[u8]) {
    let Some(entries) = decoded::<Vec<PolicyEntry>>(bytes) else { return };
    let count = entries.len();
    let table = PolicyTable::new(entries);
    assert_eq!(table.entries().len(), count);
    assert!(table.entries().is_sorted_by_key(|entry| &entry.key));
    let mut companies: Vec<&str> =
        table.entries().iter().map(|entry| entry.key.company.as_str()).collect();
    companies.dedup();
    assert_eq!(table.company_count(), companies.len());
    for (rank, entry) in table.entries().iter().enumerate() {
        let number = table.company(Rank::new(rank as u32)) as usize;
        assert_eq!(companies[number], entry.key.company);
        let found = table.rank(entry.hash).and_then(|rank| table.get(rank));
        assert_eq!(found.map(|found| found.hash), Some(entry.hash));
    }
    table.document_count();
}

/// Reads the lists of clauses of a chunk. Each edit may double a list, so only short ones are read.
fn check_lists(bytes: &[u8]) {
    if let Some(lists) = decoded::<ClauseLists>(bytes).filter(|_| bytes.len() < 64) {
        for index in 0..4 {
            lists.of_snapshot(index);
        }
    }
}
