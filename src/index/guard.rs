//! Turns a panic of the index library into an error.
//!
//! tantivy trusts its files: it panics where a damaged file does not contain what it expects. The
//! public functions that read an index catch this here, so that a damaged index is an error.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::error::{Error, Result};

/// Does `work` with the index in the folder `dir`.
///
/// # Errors
///
/// The errors of `work`. A panic inside `work` becomes [`Error::Damaged`].
pub(crate) fn guarded<T>(dir: &Path, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = message_of(panic.as_ref());
        let first_line = message.lines().next().unwrap_or_default();
        Err(Error::damaged(dir, format!("internal error: {first_line}")))
    })
}

/// The message of a panic. It is empty if the panic carried something else than a text.
fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panicking() -> Result<u32> {
        panic!("index out of {}\nsecond line", "range")
    }

    #[test]
    fn a_panic_is_an_error_of_one_line() {
        let dir = Path::new("some/index");
        assert_eq!(guarded(dir, || Ok(3)).ok(), Some(3));
        let error = guarded(dir, panicking).expect_err("it panics");
        assert!(matches!(&error, Error::Damaged { path, .. } if path == dir));
        assert!(error.to_string().contains("(internal error: index out of range)"), "{error}");
    }
}
