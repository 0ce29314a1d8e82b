//! The table of shared texts, a file beside the segments: how many companies have a clause, for
//! every clause that two or more companies have.
//!
//! Every hit shows that number. Most clauses belong to one company, so the table is small;
//! postings of the text key of each clause would be a third of all terms of the index instead.
//!
//! A company counts if the clause is part of a policy of it. For a clause that is furniture at all
//! its places in its policy, companies count that have it as furniture, too. That number has an
//! entry of its own under another key, [`furniture_key`].
//!
//! The file is the list of the numbers of companies by text key ([`checked_list`]). It is mapped
//! into memory when the index is opened, and a block is checked when it is first read.

use std::io;
use std::path::Path;

use super::directory::GenerationDirectory;
use super::files::SHARED_TEXTS;
use super::integrity::checked_bytes::CheckedBytes;
use super::integrity::checked_list;
use super::table_file::write_file;
use crate::error::Result;

/// Collects which companies have which texts, while an index is built.
#[derive(Debug, Default)]
pub(crate) struct TextCompanies {
    texts: Vec<CompanyText>,
}

/// A text that a company has.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CompanyText {
    key: u64,
    company: u32,
    is_furniture: bool,
}

/// The key of the entry that counts companies for which a text is furniture, too.
pub(crate) fn furniture_key(text_key: u64) -> u64 {
    /// Any number with many bits set and many not, so that no two keys become equal.
    const OTHER: u64 = 0x9E37_79B9_7F4A_7C15;
    text_key ^ OTHER
}

impl TextCompanies {
    /// Records that the company with this number has a clause with this text key.
    /// `is_furniture`: it is furniture at every place in its policy.
    pub fn add(&mut self, company: u32, key: u64, is_furniture: bool) {
        self.texts.push(CompanyText { key, company, is_furniture });
    }

    /// The keys that more than one company has, ascending, each with the number of companies.
    fn shared(mut self) -> Vec<(u64, u32)> {
        self.texts.sort_unstable();
        let mut shared = Vec::new();
        for group in self.texts.chunk_by(|a, b| a.key == b.key).filter(|group| group.len() > 1) {
            // Of each company, its policies come first.
            let companies = group.chunk_by(|a, b| a.company == b.company);
            let all = companies.clone().count() as u32;
            let policies = companies.filter(|texts| !texts[0].is_furniture).count() as u32;
            let has_furniture = group.iter().any(|text| text.is_furniture);
            let key = group[0].key;
            shared.extend((policies > 1).then_some((key, policies)));
            shared.extend((has_furniture && all > 1).then_some((furniture_key(key), all)));
        }
        shared.sort_unstable();
        shared
    }

    /// Writes the table into the folder of a generation, and waits until it is on disk.
    ///
    /// # Errors
    ///
    /// Writing fails.
    pub fn write(self, folder: &Path) -> Result<()> {
        write_file(&folder.join(SHARED_TEXTS), &encoded(&self.shared()))
    }
}

/// The content of the file with these entries.
fn encoded(shared: &[(u64, u32)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(shared.len() * checked_list::ENTRY);
    checked_list::encode(shared.iter().copied(), &mut bytes);
    bytes
}

/// The table of an open index.
#[derive(Debug)]
pub(crate) struct SharedTexts(CheckedBytes);

impl SharedTexts {
    /// Maps the table in the folder of a generation into memory.
    ///
    /// # Errors
    ///
    /// The file is missing, or it has another length than it was written with.
    pub fn open(directory: &GenerationDirectory) -> tantivy::Result<Self> {
        directory.table(SHARED_TEXTS).map(Self::new)
    }

    /// The table with this content.
    pub fn new(bytes: CheckedBytes) -> Self {
        Self(bytes)
    }

    /// Whether the table has exactly these texts.
    ///
    /// # Errors
    ///
    /// It is damaged.
    pub fn are(&self, texts: TextCompanies) -> io::Result<bool> {
        Ok(encoded(&texts.shared()) == self.0.get(0..self.0.len())?)
    }

    /// The number of companies that have a clause with this text key; `None` if at most one has.
    ///
    /// # Errors
    ///
    /// The table is damaged.
    pub fn companies(&self, key: u64) -> io::Result<Option<u32>> {
        checked_list::find(&self.0, 0..self.0.len(), key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_counts_once() {
        let mut texts = TextCompanies::default();
        for (company, key) in
            [(0, 7), (0, 9), (0, 3), (1, 9), (1, 9), (0, 7), (0, 9), (2, 9), (2, 3)]
        {
            texts.add(company, key, false);
        }
        assert_eq!(texts.shared(), [(3, 2), (9, 3)]);
    }

    #[test]
    fn furniture_counts_for_furniture_only() {
        let mut texts = TextCompanies::default();
        for (company, key, is_furniture) in [
            (0, 1, true),
            (1, 1, false),
            (2, 2, false),
            (3, 2, true),
            (3, 2, false),
            (4, 2, true),
            (5, 3, true),
            (5, 3, true),
            (6, 4, false),
            (7, 4, false),
        ] {
            texts.add(company, key, is_furniture);
        }
        let mut expected = [(furniture_key(1), 2), (2, 2), (furniture_key(2), 3), (4, 2)];
        expected.sort_unstable();
        assert_eq!(texts.shared(), expected);
    }
}
