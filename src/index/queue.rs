//! What waits for the index library's thread, which is slower than several that read: at most so many documents, or the wait is in memory.
//!
//! The library bounds its queue by the number of batches, and a batch here is a policy, of thousands of documents.

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;

use super::room::{Permit, Semaphore};

/// A document on its way to the library's thread. The last one of a policy holds the places of all.
pub(super) struct Queued {
    document: TantivyDocument,
    _places: Option<Permit>,
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }
}

/// The documents of a policy, once there is room for them to wait in.
pub(super) fn queued(documents: Vec<TantivyDocument>, room: &Semaphore) -> Vec<Queued> {
    let places = room.enter(documents.len());
    let mut queued: Vec<Queued> =
        documents.into_iter().map(|document| Queued { document, _places: None }).collect();
    if let Some(last) = queued.last_mut() {
        last._places = Some(places);
    }
    queued
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_document_of_a_policy_leaves_for_all() {
        let room = Semaphore::new(3);
        let mut first = queued(vec![TantivyDocument::default(); 3], &room);
        let last = first.pop();
        drop(first);
        std::thread::scope(|scope| {
            let next = scope.spawn(|| queued(vec![TantivyDocument::default(); 2], &room).len());
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!next.is_finished());
            drop(last);
            assert_eq!(next.join().ok(), Some(2));
        });
        assert!(queued(Vec::new(), &room).is_empty());
    }
}
