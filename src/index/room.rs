//! Room for so much at once: who finds none waits until others have left.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A room with a limited number of places.
pub(super) struct Semaphore {
    limit: usize,
    inside: Arc<Inside>,
}

#[derive(Default)]
struct Inside {
    taken: Mutex<usize>,
    left: Condvar,
}

impl Inside {
    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many places, given back when dropped.
pub(super) struct Permit {
    inside: Arc<Inside>,
    count: usize,
}

impl Drop for Permit {
    fn drop(&mut self) {
        *self.inside.taken() -= self.count;
        self.inside.left.notify_all();
    }
}

impl Semaphore {
    /// A room with `limit` places.
    pub fn new(limit: usize) -> Self {
        Self { limit, inside: Arc::default() }
    }

    /// Waits until so many places are free, or all: more than the limit enter alone.
    pub fn enter(&self, count: usize) -> Permit {
        let is_full = |taken: &mut usize| *taken > 0 && *taken + count > self.limit;
        let taken = self.inside.left.wait_while(self.inside.taken(), is_full);
        *taken.unwrap_or_else(PoisonError::into_inner) += count;
        Permit { inside: self.inside.clone(), count }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_finds_no_room_waits_until_there_is() {
        let room = Semaphore::new(10);
        let large = room.enter(6);
        let small = room.enter(4);
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let _places = room.enter(5);
                sender.send(()).expect("the receiver waits");
            });
            assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
            drop(small);
            assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
            drop(large);
            assert_eq!(receiver.recv(), Ok(()));
        });
        assert_eq!(*room.inside.taken(), 0);
    }

    #[test]
    fn more_than_the_limit_enters_alone() {
        let room = Semaphore::new(10);
        drop(room.enter(100));
        assert_eq!(*room.inside.taken(), 0);
    }
}
