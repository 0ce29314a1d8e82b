//! A counting semaphore: it limits how much is in memory at once.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A counting semaphore.
pub(super) struct Semaphore {
    limit: usize,
    state: Arc<SemaphoreState>,
}

#[derive(Default)]
struct SemaphoreState {
    /// The sum of all permits.
    taken: Mutex<usize>,
    released: Condvar,
}

impl SemaphoreState {
    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A share of a semaphore. Dropping it releases the share.
pub(super) struct Permit {
    state: Arc<SemaphoreState>,
    count: usize,
}

impl Drop for Permit {
    fn drop(&mut self) {
        *self.state.taken() -= self.count;
        self.state.released.notify_all();
    }
}

impl Semaphore {
    /// A semaphore whose permits add up to at most `limit`.
    pub fn new(limit: usize) -> Self {
        Self { limit, state: Arc::default() }
    }

    /// Waits until `count` more fits the limit, and takes it.
    ///
    /// A count above the limit waits until nothing else is taken, and then passes alone.
    pub fn acquire(&self, count: usize) -> Permit {
        let is_full = |taken: &mut usize| *taken > 0 && *taken + count > self.limit;
        let taken = self.state.released.wait_while(self.state.taken(), is_full);
        *taken.unwrap_or_else(PoisonError::into_inner) += count;
        Permit { state: self.state.clone(), count }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_count_that_does_not_fit_waits_until_it_does() {
        let semaphore = Semaphore::new(10);
        let large = semaphore.acquire(6);
        let small = semaphore.acquire(4);
        let (sender, receiver) = channel();
        thread::scope(|scope| {
            scope.spawn(|| {
                let _permit = semaphore.acquire(5);
                sender.send(()).expect("the receiver waits");
            });
            assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
            drop(small);
            assert!(receiver.recv_timeout(Duration::from_millis(50)).is_err());
            drop(large);
            assert_eq!(receiver.recv(), Ok(()));
        });
        assert_eq!(*semaphore.state.taken(), 0);
    }

    #[test]
    fn more_than_the_limit_passes_alone() {
        let semaphore = Semaphore::new(10);
        drop(semaphore.acquire(100));
        assert_eq!(*semaphore.state.taken(), 0);
    }
}
