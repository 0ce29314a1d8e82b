//! Which words of the index a slot of a pattern stands for.

use std::collections::BTreeSet;

use tantivy::schema::Field;
use tantivy::termdict::TermDictionary;

use crate::error::{Error, Result};
use crate::index::OpenIndex;
use crate::query::pattern::Slot;
use crate::stem::common_start;

/// The most words that one word of a query may stand for. More are an error, never a part of them.
const MAX_WORDS: usize = 10_000;

/// The words of the index for `slot` in a field, in order. Of one for itself it is not asked whether the index has it.
///
/// # Errors
///
/// There are too many, or the index is damaged.
pub(super) fn words(index: &OpenIndex, field: Field, slot: &Slot) -> Result<Vec<String>> {
    if let Slot::Exact(word) = slot {
        return Ok(vec![word.clone()]);
    }
    let mut words = BTreeSet::new();
    for segment in index.searcher().segment_readers() {
        let inverted = segment.inverted_index(field).map_err(index.failed())?;
        let failed = |error: std::io::Error| index.failed()(error);
        collect(inverted.terms(), slot, &mut words).map_err(failed)?;
        if words.len() > MAX_WORDS {
            return Err(too_many(slot));
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
    let mut add = |word: &[u8]| {
        if let Ok(word) = std::str::from_utf8(word)
            && slot.fits(word)
        {
            words.insert(word.to_owned());
        }
        words.len() <= MAX_WORDS
    };
    match slot {
        Slot::Exact(_) => Ok(()),
        Slot::Prefix(start) => each_from(dictionary, start, &mut add),
        Slot::Forms(stem) => each_from(dictionary, common_start(stem), &mut add),
        Slot::Regex(regex) => {
            let mut stream = dictionary.search(regex.as_ref()).into_stream()?;
            while stream.advance() && add(stream.key()) {}
            Ok(())
        }
    }
}

/// Calls `add` for the words of a dictionary that begin with `start`, while it says so.
fn each_from(
    dictionary: &TermDictionary,
    start: &str,
    add: &mut impl FnMut(&[u8]) -> bool,
) -> std::io::Result<()> {
    let mut stream = dictionary.range().ge(start).into_stream()?;
    while stream.advance() && stream.key().starts_with(start.as_bytes()) && add(stream.key()) {}
    Ok(())
}

fn too_many(slot: &Slot) -> Error {
    let written = match slot {
        Slot::Exact(word) | Slot::Forms(word) => word.clone(),
        Slot::Prefix(start) => format!("{start}*"),
        Slot::Regex(regex) => format!("/{}/", regex.pattern()),
    };
    Error::Usage(format!(
        "`{written}` stands for more than {MAX_WORDS} words of the index; write more of the word"
    ))
}
