//! Walks the clauses of a segment that contain a word of a slot, with the positions of the word.

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentReader, TERMINATED, Term};

use crate::error::Result;
use crate::index::OpenIndex;

/// The most words whose postings are followed side by side. The positions of more words are
/// collected and sorted first.
const MAX_SIDE_BY_SIDE: usize = 64;

/// The clauses with one of the words of a slot. Targets of [`SlotCursor::seek`] ascend.
pub(super) enum SlotCursor {
    /// One word.
    One(Box<SegmentPostings>),
    /// A few words, side by side.
    Several(Vec<SegmentPostings>),
    /// Many words, collected.
    Collected(CollectedPositions),
}

/// Clauses and positions of many words.
pub(super) struct CollectedPositions {
    /// Clause and position, ascending.
    places: Vec<(DocId, u32)>,
    /// How far they have been read.
    read: usize,
}

impl SlotCursor {
    /// Opens the postings of these words in the text of clauses.
    ///
    /// # Errors
    ///
    /// A damaged index.
    pub fn open(index: &OpenIndex, segment: &SegmentReader, words: &[String]) -> Result<Self> {
        let field = index.fields().text;
        let inverted = segment.inverted_index(field).map_err(index.failed())?;
        let mut all = Vec::new();
        for word in words {
            let term = Term::from_field_text(field, word);
            let postings = inverted.read_postings(&term, IndexRecordOption::WithFreqsAndPositions);
            all.extend(postings.map_err(index.failed())?);
        }
        Ok(match all.len() {
            1 => Self::One(Box::new(all.remove(0))),
            0..=MAX_SIDE_BY_SIDE => Self::Several(all),
            _ => Self::Collected(CollectedPositions::new(all)),
        })
    }

    /// About how many clauses have a word of the slot.
    pub fn estimated_clauses(&self) -> u64 {
        match self {
            Self::One(postings) => u64::from(postings.doc_freq()),
            Self::Several(all) => all.iter().map(|postings| u64::from(postings.doc_freq())).sum(),
            Self::Collected(collected) => collected.places.len() as u64,
        }
    }

    /// The first clause from `target` on.
    pub fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Self::One(postings) => seek(postings, target),
            Self::Several(all) => {
                let reached = all.iter_mut().map(|postings| seek(postings, target));
                reached.min().unwrap_or(TERMINATED)
            }
            Self::Collected(collected) => collected.seek(target),
        }
    }

    /// Puts the positions in this clause into `out`, ascending; none if it has no word of the slot.
    pub fn positions(&mut self, doc: DocId, out: &mut Vec<u32>) {
        out.clear();
        if self.seek(doc) != doc {
            return;
        }
        match self {
            Self::One(postings) => postings.positions(out),
            Self::Several(all) => {
                for postings in all.iter_mut().filter(|postings| postings.doc() == doc) {
                    postings.append_positions_with_offset(0, out);
                }
                // Two words never have the same position.
                out.sort_unstable();
            }
            Self::Collected(collected) => out.extend(collected.positions(doc)),
        }
    }
}

impl CollectedPositions {
    fn new(all: Vec<SegmentPostings>) -> Self {
        let mut places = Vec::new();
        let mut positions = Vec::new();
        for mut postings in all {
            while postings.doc() != TERMINATED {
                postings.positions(&mut positions);
                places.extend(positions.iter().map(|&position| (postings.doc(), position)));
                postings.advance();
            }
        }
        places.sort_unstable();
        Self { places, read: 0 }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        self.read += self.places[self.read..].partition_point(|&(doc, _)| doc < target);
        self.places.get(self.read).map_or(TERMINATED, |&(doc, _)| doc)
    }

    fn positions(&self, doc: DocId) -> impl Iterator<Item = u32> {
        let places = self.places[self.read..].iter();
        places.take_while(move |place| place.0 == doc).map(|place| place.1)
    }
}

fn seek(postings: &mut SegmentPostings, target: DocId) -> DocId {
    if postings.doc() < target { postings.seek(target) } else { postings.doc() }
}
