//! Looks up which words of the index the slots of a pattern match.

use std::collections::BTreeSet;

use tantivy::schema::Field;
use tantivy::termdict::TermDictionary;

use super::pattern::{Pattern, Slot};
use crate::error::{Error, Result};
use crate::index::OpenIndex;
use crate::stem::common_start;

/// The most words of the index that one word of a query may match. More are an error: a part of
/// them would be a wrong answer.
const MAX_WORDS: usize = 10_000;

/// The words of the index that a pattern matches, by slot.
#[derive(Debug)]
pub(crate) struct PatternWords(Vec<Vec<String>>);

impl PatternWords {
    /// Looks up the words of `pattern` in the text of clauses.
    ///
    /// # Errors
    ///
    /// A slot matches too many words, or the index is damaged.
    pub fn look_up(index: &OpenIndex, pattern: &Pattern) -> Result<Self> {
        let text = index.fields().text;
        pattern
            .slots
            .iter()
            .map(|slot| matching_words(index, text, slot))
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The words by slot.
    pub fn by_slot(&self) -> &[Vec<String>] {
        &self.0
    }
}

/// The words of the index that `slot` matches in a field, in order.
///
/// An exact word is returned as it is, whether the index contains it or not.
///
/// # Errors
///
/// There are more than [`MAX_WORDS`], or the index is damaged.
pub(crate) fn matching_words(index: &OpenIndex, field: Field, slot: &Slot) -> Result<Vec<String>> {
    if let Slot::Exact(word) = slot {
        return Ok(vec![word.clone()]);
    }
    let mut words = BTreeSet::new();
    for segment in index.searcher().segment_readers() {
        let inverted = segment.inverted_index(field).map_err(index.failed())?;
        collect(inverted.terms(), slot, &mut words).map_err(index.failed())?;
        if words.len() > MAX_WORDS {
            return Err(Error::TooManyWords { written: written(slot), most: MAX_WORDS });
        }
    }
    Ok(words.into_iter().collect())
}

/// Adds the words of one dictionary; stops above the limit.
fn collect(
    dictionary: &TermDictionary,
    slot: &Slot,
    words: &mut BTreeSet<String>,
) -> std::io::Result<()> {
    match slot {
        Slot::Exact(_) => Ok(()),
        Slot::Prefix(start) => collect_from(dictionary, start, slot, words),
        Slot::Forms(stem) => collect_from(dictionary, common_start(stem), slot, words),
        Slot::Regex(regex) => {
            let mut stream = dictionary.search(regex.as_ref()).into_stream()?;
            while stream.advance() && words.len() <= MAX_WORDS {
                add(stream.key(), slot, words);
            }
            Ok(())
        }
    }
}

/// Adds the words of a dictionary that begin with `start`; stops above the limit.
fn collect_from(
    dictionary: &TermDictionary,
    start: &str,
    slot: &Slot,
    words: &mut BTreeSet<String>,
) -> std::io::Result<()> {
    let mut stream = dictionary.range().ge(start).into_stream()?;
    while stream.advance() && stream.key().starts_with(start.as_bytes()) && words.len() <= MAX_WORDS
    {
        add(stream.key(), slot, words);
    }
    Ok(())
}

/// Adds a word of a dictionary if the slot matches it.
fn add(word: &[u8], slot: &Slot, words: &mut BTreeSet<String>) {
    if let Ok(word) = std::str::from_utf8(word)
        && slot.matches(word)
    {
        words.insert(word.to_owned());
    }
}

/// The slot as a user writes it.
fn written(slot: &Slot) -> String {
    match slot {
        Slot::Exact(word) | Slot::Forms(word) => word.clone(),
        Slot::Prefix(start) => format!("{start}*"),
        Slot::Regex(regex) => format!("/{}/", regex.pattern()),
    }
}
