//! The table of policies, a file beside the segments.
//!
//! The table is sorted by company, policy type and collection. The number of a policy in it is its
//! *rank*, so ranks order hits of equal score. Names are not looked up in the columns of the index,
//! where a single name takes 43 microseconds.
//!
//! The file has five parts. All numbers are little-endian.
//!
//! 1. The head: how many policies, companies, names and documents there are, in 8 bytes each.
//! 2. The records of the policies by rank: the hash in 8 bytes, then in 4 bytes each the number of
//!    snapshots, the number of clauses, and the numbers of the names of the company, of the policy
//!    type and of the collection.
//! 3. The ranks of the policies by hash ([`checked_list`]).
//! 4. The ends of the names in part 5, in 8 bytes each.
//! 5. The names, each once: first the companies in their order, so that the number of a company is
//!    the number of its name, then the others.
//!
//! The file is mapped into memory when the index is opened, and a block is checked when it is first
//! read ([`CheckedBytes`]). So opening takes the same time for any number of policies.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use tantivy::directory::OwnedBytes;

use super::directory::GenerationDirectory;
use super::document::document_count;
use super::files::POLICIES;
use super::integrity::checked_bytes::CheckedBytes;
use super::integrity::checked_list;
use super::table_file::write_file;
use crate::error::{Error, Result};
use crate::model::{PolicyKey, Rank};

/// Bytes of the head.
const HEAD: usize = 4 * 8;
/// Bytes of the record of a policy.
const RECORD: usize = 8 + 5 * 4;
/// Bytes of the end of a name.
const END: usize = 8;

/// A policy of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyEntry {
    /// Company, policy type and collection.
    pub key: PolicyKey,
    /// [`PolicyKey::hash`].
    pub hash: u64,
    /// The number of snapshots.
    pub snapshots: u32,
    /// The number of distinct clauses.
    pub clauses: u32,
}

/// A policy of an index without its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PolicyRecord {
    /// [`PolicyKey::hash`].
    pub hash: u64,
    /// The number of snapshots.
    pub snapshots: u32,
    /// The number of distinct clauses.
    pub clauses: u32,
    /// The number of the company, which is the number of its name. Companies are numbered from 0
    /// in the order of their names.
    pub company: u32,
    /// The number of the name of the policy type.
    pub policy_type: u32,
    /// The number of the name of the collection.
    pub collection: u32,
}

impl PolicyRecord {
    fn encode(&self, content: &mut Vec<u8>) {
        let Self { hash, snapshots, clauses, company, policy_type, collection } = self;
        content.extend_from_slice(&hash.to_le_bytes());
        for number in [snapshots, clauses, company, policy_type, collection] {
            content.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (hash, numbers) = bytes.split_first_chunk()?;
        let [snapshots, clauses, company, policy_type, collection] = *numbers.as_chunks().0 else {
            return None;
        };
        Some(Self {
            hash: u64::from_le_bytes(*hash),
            snapshots: u32::from_le_bytes(snapshots),
            clauses: u32::from_le_bytes(clauses),
            company: u32::from_le_bytes(company),
            policy_type: u32::from_le_bytes(policy_type),
            collection: u32::from_le_bytes(collection),
        })
    }
}

/// All policies of an index, by rank.
#[derive(Debug)]
pub struct PolicyTable {
    bytes: CheckedBytes,
    parts: Parts,
    /// The number of companies.
    companies: u32,
    /// The number of documents of all policies.
    documents: u64,
    /// The index folder, which errors name; empty while the table is made.
    dir: PathBuf,
}

/// Where the parts of the file are. All are in the file.
#[derive(Debug)]
struct Parts {
    policies: usize,
    names: usize,
    by_hash: Range<usize>,
    ends: usize,
    letters: usize,
}

impl Parts {
    /// The parts of a file of `len` bytes with so many policies and names. `None`: it is shorter.
    fn new(policies: u64, names: u64, len: usize) -> Option<Self> {
        let (policies, names) = (u32::try_from(policies).ok()?, u32::try_from(names).ok()?);
        let (policies, names) = (policies as usize, names as usize);
        let by_hash = policies.checked_mul(RECORD)?.checked_add(HEAD)?;
        let ends = policies.checked_mul(checked_list::ENTRY)?.checked_add(by_hash)?;
        let letters = names.checked_mul(END)?.checked_add(ends)?;
        let parts = Self { policies, names, by_hash: by_hash..ends, ends, letters };
        (letters <= len).then_some(parts)
    }
}

impl PolicyTable {
    /// The table of `entries`, which may be in any order.
    pub fn new(mut entries: Vec<PolicyEntry>) -> Self {
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let bytes = CheckedBytes::unchecked(POLICIES, OwnedBytes::new(encoded(&entries)));
        Self::of(bytes, PathBuf::new()).expect("a table can be read as it is made")
    }

    /// Maps the table in the folder of a generation into memory. `dir` is the index folder; errors
    /// name it.
    ///
    /// # Errors
    ///
    /// The file is missing or its head is damaged.
    pub(crate) fn open(directory: &GenerationDirectory, dir: &Path) -> Result<Self> {
        let bytes = directory.table(POLICIES).map_err(Error::reading(dir))?;
        Self::of(bytes, dir.to_owned()).map_err(|error| Error::damaged(dir, error.to_string()))
    }

    /// The table with this content, of which the head is read. Errors name the folder `dir`.
    ///
    /// # Errors
    ///
    /// The head is damaged.
    pub(crate) fn of(bytes: CheckedBytes, dir: PathBuf) -> io::Result<Self> {
        let head = bytes.get(0..HEAD)?.as_chunks().0;
        let numbers: Vec<u64> = head.iter().copied().map(u64::from_le_bytes).collect();
        let [policies, companies, names, documents] = numbers[..] else {
            return Err(bytes.damaged());
        };
        let parts = Parts::new(policies, names, bytes.len());
        let parts = parts.filter(|_| companies <= names).ok_or_else(|| bytes.damaged())?;
        Ok(Self { bytes, parts, companies: companies as u32, documents, dir })
    }

    /// Writes the table into the folder of a generation, and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        write_file(&folder.join(POLICIES), self.content()?)
    }

    /// The whole file, all of which is checked.
    fn content(&self) -> Result<&[u8]> {
        self.read(0..self.bytes.len())
    }

    /// The number of policies.
    pub fn count(&self) -> usize {
        self.parts.policies
    }

    /// The number of companies.
    pub fn company_count(&self) -> usize {
        self.companies as usize
    }

    /// The number of documents of all policies.
    pub(crate) fn document_count(&self) -> u64 {
        self.documents
    }

    /// The ranks of all policies, ascending.
    pub fn ranks(&self) -> impl ExactSizeIterator<Item = Rank> + use<> {
        (0..self.count()).map(Rank::from_index)
    }

    /// The policies, by rank.
    ///
    /// # Errors
    ///
    /// The table is damaged.
    pub fn entries(&self) -> Result<Vec<PolicyEntry>> {
        let (records, names) = (self.records()?, self.names()?);
        records
            .iter()
            .map(|record| self.entry(record, |number| self.listed(&names, number)))
            .collect()
    }

    /// The policy of this rank.
    ///
    /// # Errors
    ///
    /// There is no policy of this rank, or the table is damaged.
    pub fn get(&self, rank: Rank) -> Result<PolicyEntry> {
        self.entry(&self.record(rank)?, |number| self.name(number))
    }

    /// A policy, whose names `name` reads.
    fn entry<'t>(
        &'t self,
        record: &PolicyRecord,
        name: impl Fn(u32) -> Result<&'t str>,
    ) -> Result<PolicyEntry> {
        let PolicyRecord { hash, snapshots, clauses, company, policy_type, collection } = *record;
        let key = PolicyKey {
            company: name(company)?.to_owned(),
            policy_type: name(policy_type)?.to_owned(),
            collection: name(collection)?.to_owned(),
        };
        Ok(PolicyEntry { key, hash, snapshots, clauses })
    }

    /// The policies without their names, by rank.
    ///
    /// # Errors
    ///
    /// The table is damaged.
    pub(crate) fn records(&self) -> Result<Vec<PolicyRecord>> {
        let records = self.read(HEAD..self.parts.by_hash.start)?;
        records.as_chunks::<RECORD>().0.iter().map(|bytes| self.decoded(bytes)).collect()
    }

    /// The policy of this rank without its names.
    ///
    /// # Errors
    ///
    /// There is no policy of this rank, or the table is damaged.
    pub(crate) fn record(&self, rank: Rank) -> Result<PolicyRecord> {
        if rank.index() >= self.count() {
            return Err(Error::damaged(&self.dir, "an unknown policy"));
        }
        let start = HEAD + rank.index() * RECORD;
        self.decoded(self.read(start..start + RECORD)?)
    }

    fn decoded(&self, record: &[u8]) -> Result<PolicyRecord> {
        let record = PolicyRecord::decode(record);
        let record = record.filter(|record| record.company < self.companies);
        record.ok_or_else(|| self.contradiction())
    }

    /// A name of each policy, by rank; `number` is the number of the name in the record.
    ///
    /// # Errors
    ///
    /// The table is damaged.
    pub(crate) fn names_of(&self, number: impl Fn(&PolicyRecord) -> u32) -> Result<Vec<&str>> {
        let (records, names) = (self.records()?, self.names()?);
        records.iter().map(|record| self.listed(&names, number(record))).collect()
    }

    /// The names, by their numbers.
    fn names(&self) -> Result<Vec<&str>> {
        let letters = self.text(self.parts.letters..self.bytes.len())?;
        let ends = self.read(self.parts.ends..self.parts.letters)?.as_chunks::<END>().0;
        let mut names = Vec::with_capacity(ends.len());
        let mut start = 0;
        for end in ends {
            let end = u64::from_le_bytes(*end) as usize;
            names.push(letters.get(start..end).ok_or_else(|| self.contradiction())?);
            start = end;
        }
        Ok(names)
    }

    /// The name with this number among all names.
    fn listed<'t>(&'t self, names: &[&'t str], number: u32) -> Result<&'t str> {
        names.get(number as usize).copied().ok_or_else(|| self.contradiction())
    }

    /// The name with this number.
    ///
    /// # Errors
    ///
    /// There is no name with this number, or the table is damaged.
    pub(crate) fn name(&self, number: u32) -> Result<&str> {
        let Parts { names, ends, letters, .. } = self.parts;
        let number = number as usize;
        if number >= names {
            return Err(self.contradiction());
        }
        // The end of the name before is where this one starts.
        let from = number.saturating_sub(1);
        let ends = self.read(ends + from * END..ends + (number + 1) * END)?;
        let mut ends = ends.as_chunks().0.iter().map(|end| u64::from_le_bytes(*end) as usize);
        let start = if number == 0 { Some(0) } else { ends.next() };
        let range = start
            .zip(ends.next())
            .and_then(|(start, end)| Some(letters.checked_add(start)?..letters.checked_add(end)?));
        self.text(range.ok_or_else(|| self.contradiction())?)
    }

    fn text(&self, range: Range<usize>) -> Result<&str> {
        std::str::from_utf8(self.read(range)?).map_err(|_| self.contradiction())
    }

    /// A part of the file, which is checked.
    fn read(&self, range: Range<usize>) -> Result<&[u8]> {
        self.bytes.get(range).map_err(|error| self.damaged(&error))
    }

    /// The rank of the policy whose key has this hash. `None`: there is no such policy.
    ///
    /// # Errors
    ///
    /// The table is damaged.
    pub fn rank(&self, hash: u64) -> Result<Option<Rank>> {
        let rank = checked_list::find(&self.bytes, self.parts.by_hash.clone(), hash);
        let rank = rank.map_err(|error| self.damaged(&error))?.map(Rank::new);
        match rank {
            Some(rank) if rank.index() >= self.count() => Err(self.contradiction()),
            rank => Ok(rank),
        }
    }

    /// The number of the company of the policy of this rank. Policies of one company have the same
    /// number.
    ///
    /// # Errors
    ///
    /// There is no policy of this rank, or the table is damaged.
    pub fn company(&self, rank: Rank) -> Result<u32> {
        Ok(self.record(rank)?.company)
    }

    /// Whether the file is exactly what follows from its policies.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub(crate) fn is_consistent(&self) -> Result<bool> {
        Ok(self.content()? == Self::new(self.entries()?).content()?)
    }

    /// Compares all of the file with its checksums.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub(crate) fn check_whole(&self) -> Result<()> {
        self.content().map(|_| ())
    }

    /// The error of a table whose parts do not fit together.
    fn contradiction(&self) -> Error {
        self.damaged(&self.bytes.damaged())
    }

    fn damaged(&self, error: &io::Error) -> Error {
        Error::damaged(&self.dir, error.to_string())
    }
}

/// The content of the file with these policies, which are in order.
fn encoded(entries: &[PolicyEntry]) -> Vec<u8> {
    let mut companies: Vec<&str> = entries.iter().map(|entry| entry.key.company.as_str()).collect();
    companies.dedup();
    let others: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| [entry.key.policy_type.as_str(), entry.key.collection.as_str()])
        .collect();
    let others: Vec<&str> = others.into_iter().collect();
    let (company_count, other_count) = (companies.len() as u32, others.len() as u64);
    let documents: u64 = entries
        .iter()
        .map(|entry| document_count(entry.snapshots as usize, entry.clauses as usize) as u64)
        .sum();
    let policies = entries.len() as u64;
    let head =
        [policies, u64::from(company_count), u64::from(company_count) + other_count, documents];
    let mut content: Vec<u8> = head.iter().flat_map(|number| number.to_le_bytes()).collect();
    for PolicyEntry { key, hash, snapshots, clauses } in entries {
        let record = PolicyRecord {
            hash: *hash,
            snapshots: *snapshots,
            clauses: *clauses,
            company: number_of(&key.company, &companies),
            policy_type: company_count + number_of(&key.policy_type, &others),
            collection: company_count + number_of(&key.collection, &others),
        };
        record.encode(&mut content);
    }
    let mut by_hash: Vec<(u64, u32)> = entries.iter().map(|entry| entry.hash).zip(0..).collect();
    by_hash.sort_unstable();
    checked_list::encode(by_hash.into_iter(), &mut content);
    let mut end = 0;
    for name in companies.iter().chain(&others) {
        end += name.len() as u64;
        content.extend_from_slice(&end.to_le_bytes());
    }
    companies.iter().chain(&others).for_each(|name| content.extend_from_slice(name.as_bytes()));
    content
}

/// The number of a name among names in order, which contain it.
fn number_of(name: &str, names: &[&str]) -> u32 {
    names.partition_point(|other| *other < name) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::store::integrity::checksums::BLOCK;

    /// So many policies, three of each company, in no order.
    fn policies(count: u32) -> Vec<PolicyEntry> {
        let policies = (0..count).rev().map(|number| {
            let company = format!("a{:06}.example", number / 3);
            let policy_type = ["Terms", "Privacy Policy", "Cookies"][number as usize % 3];
            let key = PolicyKey::new(&company, policy_type, "default");
            PolicyEntry { hash: key.hash(), key, snapshots: number % 40 + 1, clauses: number % 7 }
        });
        policies.collect()
    }

    fn content(count: u32) -> Vec<u8> {
        PolicyTable::new(policies(count)).content().expect("it can be read").to_vec()
    }

    /// The table in a file that was written as `whole`.
    fn opened(file: Vec<u8>, whole: &[u8]) -> io::Result<PolicyTable> {
        let bytes = CheckedBytes::written_as(POLICIES, file, whole);
        PolicyTable::of(bytes, PathBuf::from("some/index"))
    }

    /// Asserts that every answer is the one of `right` or an error. Returns how many are errors.
    #[track_caller]
    fn errors_or_right(table: &PolicyTable, right: &PolicyTable) -> usize {
        let head =
            |table: &PolicyTable| (table.count(), table.company_count(), table.document_count());
        assert_eq!(head(table), head(right));
        let mut errors = 0;
        for (rank, right) in right.ranks().zip(right.entries().expect("it can be read")) {
            match (table.get(rank), table.rank(right.hash)) {
                (Ok(found), Ok(found_rank)) => {
                    assert_eq!((&found, found_rank), (&right, Some(rank)));
                }
                (Err(error), _) | (_, Err(error)) => {
                    assert!(error.to_string().contains("`policies.bin` is not as it was written"));
                    errors += 1;
                }
            }
        }
        errors
    }

    #[test]
    fn policies_are_found_by_rank_and_by_hash() {
        for count in [0, 1, 2, 500] {
            let table = opened(content(count), &content(count)).expect("it opens");
            let mut expected = policies(count);
            expected.sort_by(|a, b| a.key.cmp(&b.key));
            assert_eq!(table.entries().ok().as_ref(), Some(&expected));
            assert_eq!(table.company_count(), count.div_ceil(3) as usize);
            let documents = expected.iter().map(|entry| {
                document_count(entry.snapshots as usize, entry.clauses as usize) as u64
            });
            assert_eq!(table.document_count(), documents.sum::<u64>());
            for (rank, entry) in table.ranks().zip(&expected) {
                assert_eq!(table.get(rank).ok().as_ref(), Some(entry));
                assert_eq!(table.company(rank).ok(), Some(rank.get() / 3));
                assert_eq!(table.rank(entry.hash).ok(), Some(Some(rank)));
            }
            assert_eq!(table.rank(12345).ok(), Some(None));
            assert!(table.get(Rank::new(count)).is_err());
            assert!(table.is_consistent().expect("it can be read"));
        }
    }

    #[test]
    fn opening_and_one_answer_read_a_few_blocks() {
        let whole = content(50_000);
        let table = opened(whole.clone(), &whole).expect("it opens");
        assert_eq!(table.bytes.checked_blocks(), 1);
        let rank = Rank::new(40_000);
        let hash = table.get(rank).expect("it can be read").hash;
        assert_eq!(table.rank(hash).ok(), Some(Some(rank)));
        assert_eq!(table.rank(!hash).ok(), Some(None));
        assert!(table.bytes.checked_blocks() < 16, "{}", table.bytes.checked_blocks());
        assert!(whole.len() / BLOCK > 500);
    }

    #[test]
    fn damage_is_met_where_it_is_read() {
        let whole = content(6000);
        let right = opened(whole.clone(), &whole).expect("it opens");
        let parts = &right.parts;
        let (record, hash) = (HEAD + 3000 * RECORD, parts.by_hash.start + 35_999);
        let (end, letter) = (parts.ends + 1000 * END, parts.letters + 9999);
        for at in [record, hash, end, letter] {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            let table = opened(damaged, &whole).expect("it opens");
            assert_eq!(table.get(Rank::new(9)).ok(), right.get(Rank::new(9)).ok());
            let errors = errors_or_right(&table, &right);
            assert!((1..6000).contains(&errors), "{errors} errors at {at}");
            assert!(table.check_whole().is_err());
        }
    }

    #[test]
    fn a_wrong_bit_gives_no_wrong_answer() {
        let whole = content(200);
        let right = opened(whole.clone(), &whole).expect("it opens");
        let mut errors = 0;
        for at in (0..whole.len()).step_by(7) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            match opened(damaged, &whole) {
                Ok(table) => errors += errors_or_right(&table, &right),
                Err(_) => errors += right.count(),
            }
        }
        assert!(errors > whole.len() / 7);
    }

    #[test]
    fn exchanged_blocks_are_damage() {
        let whole = content(2000);
        let right = opened(whole.clone(), &whole).expect("it opens");
        let blocks: Vec<&[u8]> = whole.chunks(BLOCK).collect();
        for (one, other) in [(1, 2), (3, 9), (13, 18), (20, 23)] {
            let mut blocks = blocks.clone();
            blocks.swap(one, other);
            let table = opened(blocks.concat(), &whole).expect("it opens");
            assert!(errors_or_right(&table, &right) > 0, "{one} and {other}");
        }
    }

    #[test]
    fn a_content_that_contradicts_itself_is_an_error() {
        let whole = content(9);
        let read = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut file = whole.clone();
            change(&mut file);
            opened(file.clone(), &file)
        };
        // The numbers of the head: too many policies, companies or names for the file.
        for (at, number) in [(0, u64::MAX), (0, 40), (8, 8), (16, u64::MAX / 8), (16, 60)] {
            let head = number.to_le_bytes();
            assert!(read(&|file| file[at..at + 8].copy_from_slice(&head)).is_err(), "{at}");
        }
        // A company, a policy type or a rank that does not exist, and a name that is no UTF-8.
        let records = HEAD;
        let table = read(&|file| file[records + 16] = 4).expect("it opens");
        assert!(table.company(Rank::new(0)).is_err() && table.company(Rank::new(1)).is_ok());
        let table = read(&|file| file[records + 20] = 99).expect("it opens");
        assert!(table.get(Rank::new(0)).is_err() && table.company(Rank::new(0)).is_ok());
        let by_hash = HEAD + 9 * RECORD;
        let table = read(&|file| file[by_hash + 8] = 9).expect("it opens");
        let records = table.records().expect("they can be read");
        assert_eq!(records.iter().filter(|record| table.rank(record.hash).is_err()).count(), 1);
        assert!(!table.is_consistent().expect("it can be read"));
        let letters = table.parts.letters;
        let table = read(&|file| file[letters] = 0xFF).expect("it opens");
        assert!(table.get(Rank::new(0)).is_err() && table.get(Rank::new(3)).is_ok());
        let table = read(&|file| file[letters - END + 7] = 0xFF).expect("it opens");
        assert!(table.entries().is_err());
    }
}
