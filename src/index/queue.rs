//! What waits for the index library's thread, which is slower than several that read: at most so many documents, or the wait is in memory.
//!
//! The library bounds its queue by the number of batches, and a batch here is a policy, of thousands of documents.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tantivy::TantivyDocument;
use tantivy::schema::document::Document;

/// A document on its way to the library's thread. The last one of a policy holds the places of all.
pub(super) struct Queued {
    document: TantivyDocument,
    _places: Option<Places>,
}

impl Document for Queued {
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.document.iter_fields_and_values()
    }
}

/// Hands out places for documents.
pub(super) struct Queue {
    room: Arc<Room>,
    limit: usize,
}

#[derive(Default)]
struct Room {
    waiting: Mutex<usize>,
    left: Condvar,
}

impl Room {
    fn waiting(&self) -> MutexGuard<'_, usize> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many places, given back when dropped.
struct Places {
    room: Arc<Room>,
    count: usize,
}

impl Drop for Places {
    fn drop(&mut self) {
        *self.room.waiting() -= self.count;
        self.room.left.notify_all();
    }
}

impl Queue {
    /// Lets `limit` documents wait.
    pub fn new(limit: usize) -> Self {
        Self { room: Arc::default(), limit }
    }

    /// Waits until there is room for the documents, or until none waits: they may be more than the limit.
    pub fn enter(&self, documents: Vec<TantivyDocument>) -> Vec<Queued> {
        let count = documents.len();
        let is_full = |waiting: &mut usize| *waiting > 0 && *waiting + count > self.limit;
        let left = &self.room.left;
        let mut waiting =
            left.wait_while(self.room.waiting(), is_full).unwrap_or_else(PoisonError::into_inner);
        *waiting += count;
        drop(waiting);
        let mut places = Some(Places { room: self.room.clone(), count });
        let mut queued: Vec<Queued> =
            documents.into_iter().map(|document| Queued { document, _places: None }).collect();
        if let Some(last) = queued.last_mut() {
            last._places = places.take();
        }
        queued
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn documents(count: usize) -> Vec<TantivyDocument> {
        vec![TantivyDocument::default(); count]
    }

    #[test]
    fn what_finds_no_room_waits_until_there_is() {
        let queue = Queue::new(10);
        let first = queue.enter(documents(6));
        let small = queue.enter(documents(4));
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let queued = queue.enter(documents(5));
                sender.send(queued.len()).expect("the receiver waits");
            });
            assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
            drop(small);
            assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
            drop(first);
            assert_eq!(receiver.recv(), Ok(5));
        });
        assert_eq!(*queue.room.waiting(), 0);
    }

    #[test]
    fn a_policy_larger_than_the_limit_enters_alone() {
        let queue = Queue::new(10);
        assert_eq!(queue.enter(documents(100)).len(), 100);
        assert!(queue.enter(Vec::new()).is_empty());
        assert_eq!(*queue.room.waiting(), 0);
    }
}
