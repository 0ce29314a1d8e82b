//! Limits how many documents wait for the thread of the index library.
//!
//! Several threads read policies faster than that one thread writes them. The library limits its
//! queue by the number of batches, but here a batch is a policy of up to thousands of documents, so
//! the documents themselves are counted.

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;

use super::semaphore::{Permit, Semaphore};

/// A document that waits for the library's thread.
///
/// The last document of a policy carries the permit for all documents of the policy. Its drop,
/// after it was written, makes room for the next policy.
pub(super) struct Queued {
    document: TantivyDocument,
    _permit: Option<Permit>,
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }
}

/// Waits until the documents of a policy may be queued, and returns them.
pub(super) fn queued(documents: Vec<TantivyDocument>, limit: &Semaphore) -> Vec<Queued> {
    let permit = limit.acquire(documents.len());
    let without_permit = documents.into_iter().map(|document| Queued { document, _permit: None });
    let mut queued: Vec<Queued> = without_permit.collect();
    if let Some(last) = queued.last_mut() {
        last._permit = Some(permit);
    }
    queued
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_document_of_a_policy_makes_room_for_the_next() {
        let limit = Semaphore::new(3);
        let mut first = queued(vec![TantivyDocument::default(); 3], &limit);
        let last = first.pop();
        drop(first);
        std::thread::scope(|scope| {
            let next = scope.spawn(|| queued(vec![TantivyDocument::default(); 2], &limit).len());
            std::thread::sleep(std::time::Duration::from_millis(20));
            assert!(!next.is_finished());
            drop(last);
            assert_eq!(next.join().ok(), Some(2));
        });
        assert!(queued(Vec::new(), &limit).is_empty());
    }
}
