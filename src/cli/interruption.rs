//! Ctrl-C, hang-ups and requests to end: an export that they interrupt leaves nothing behind.

use std::path::Path;

use fineprint::error::Result;

/// Removes the temporary file or folder of an export if a signal ends the program, and not if the
/// program gets to its end.
pub struct InterruptionGuard {
    #[cfg(unix)]
    signals: unix::SignalWatch,
}

impl InterruptionGuard {
    /// Waits for signals from now on. Does nothing where there are none.
    ///
    /// # Errors
    ///
    /// The system refuses to tell about signals.
    pub fn new(temporary: &Path) -> Result<Self> {
        #[cfg(not(unix))]
        let _ = temporary;
        Ok(Self {
            #[cfg(unix)]
            signals: unix::SignalWatch::new(temporary)?,
        })
    }
}

#[cfg(unix)]
impl Drop for InterruptionGuard {
    fn drop(&mut self) {
        self.signals.end();
    }
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::path::Path;
    use std::thread::{self, JoinHandle};

    use fineprint::error::{Error, Result};
    use fineprint::export::remove_unfinished;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::{Handle, Signals};
    use signal_hook::low_level::emulate_default_handler;

    /// A thread that waits for signals.
    pub struct SignalWatch {
        handle: Handle,
        thread: Option<JoinHandle<()>>,
    }

    impl SignalWatch {
        pub fn new(temporary: &Path) -> Result<Self> {
            let mut signals = Signals::new(obeyed_signals()).map_err(Error::Output)?;
            let handle = signals.handle();
            let temporary = temporary.to_owned();
            let thread = thread::spawn(move || {
                if let Some(signal) = signals.forever().next() {
                    // The next export to this target removes what cannot be removed now.
                    let _ = remove_unfinished(&temporary);
                    // The shell sees which signal ended the program.
                    let _ = emulate_default_handler(signal);
                }
            });
            Ok(Self { handle, thread: Some(thread) })
        }

        /// Ends the thread. If a signal has reached it, the signal ends the program here: the
        /// export may have met an error since its files are removed, and nobody is to be told so.
        pub fn end(&mut self) {
            self.handle.close();
            if let Some(thread) = self.thread.take() {
                let _ = thread.join();
            }
        }
    }

    /// The signals that end the program unless it was started so that it ignores them, as `nohup`
    /// does with hang-ups.
    fn obeyed_signals() -> Vec<i32> {
        match ignored_signals() {
            Some(ignored) => {
                let is_obeyed = |signal: &i32| ignored & (1 << (signal - 1)) == 0;
                [SIGHUP, SIGINT, SIGTERM].into_iter().filter(is_obeyed).collect()
            }
            None => vec![SIGINT, SIGTERM],
        }
    }

    /// The ignored signals as bits, of which the lowest is signal 1. `None`: the system does not
    /// say, as only Linux does.
    fn ignored_signals() -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
        u64::from_str_radix(bits.trim(), 16).ok()
    }
}
