//! Deadline of reading a file, looked at by the work itself: a thread that computes cannot be stopped from outside.

use std::{
    io::{self, Read, Seek, SeekFrom},
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use crate::import::file::problem::FileProblem;

/// Maximum time for reading one file.
pub const MAX_READING_TIME: Duration = Duration::from_secs(20);

/// Time until which a file may be read, and whether somebody still waits for it.
#[derive(Clone, Debug)]
pub struct Deadline {
    allowed: Duration,
    until: Option<Instant>,
    caller: Option<Weak<()>>,
}

/// Somebody who waits for a file to be read. Dropping it ends the work.
#[derive(Debug)]
pub struct WaitingCaller {
    _present: Arc<()>,
}

impl Deadline {
    /// Deadline that begins now.
    pub fn after(allowed: Duration) -> Self {
        Self {
            allowed,
            until: Instant::now().checked_add(allowed),
            caller: None,
        }
    }

    /// Same deadline, which also ends when the caller is dropped.
    #[must_use]
    pub fn with_caller(mut self) -> (Self, WaitingCaller) {
        let present = Arc::new(());
        self.caller = Some(Arc::downgrade(&present));
        (self, WaitingCaller { _present: present })
    }

    /// Checks that there is time left and that somebody waits.
    ///
    /// # Errors
    /// [`FileProblem::TooSlow`] otherwise.
    pub fn check(&self) -> Result<(), FileProblem> {
        let is_over = self.until.is_some_and(|until| Instant::now() >= until);
        let is_alone = self.caller.as_ref().is_some_and(|caller| caller.strong_count() == 0);
        match is_over || is_alone {
            true => Err(FileProblem::TooSlow {
                seconds: self.allowed.as_secs(),
            }),
            false => Ok(()),
        }
    }
}

/// Reader that ends with an error at the deadline, or after a number of bytes. The error carries the [`FileProblem`];
/// [`FileProblem::of_io`] takes it out again.
pub(crate) struct LimitedReader<'a, R> {
    pub(crate) inner: R,
    pub(crate) deadline: &'a Deadline,
    /// Number of bytes that may still be read.
    pub(crate) left: &'a mut u64,
    /// Problem of a reader that would read more.
    pub(crate) beyond: FileProblem,
}

impl<R: Read> Read for LimitedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.deadline.check().map_err(io::Error::other)?;
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => *self.left = left,
            None => return Err(io::Error::other(self.beyond.clone())),
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for LimitedReader<'_, R> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.inner.seek(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_with_its_time_or_with_its_caller() {
        assert_eq!(Deadline::after(MAX_READING_TIME).check(), Ok(()));
        assert_eq!(
            Deadline::after(Duration::ZERO).check(),
            Err(FileProblem::TooSlow { seconds: 0 })
        );
        let (deadline, caller) = Deadline::after(MAX_READING_TIME).with_caller();
        assert_eq!(deadline.check(), Ok(()));
        drop(caller);
        assert_eq!(deadline.check(), Err(FileProblem::TooSlow { seconds: 20 }));
    }

    #[test]
    fn a_reader_gives_the_problem_of_its_limit() {
        let deadline = Deadline::after(MAX_READING_TIME);
        let mut left = 10;
        let mut reader = LimitedReader {
            inner: &b"0123456789"[..],
            deadline: &deadline,
            left: &mut left,
            beyond: FileProblem::Empty,
        };
        assert!(reader.read_to_end(&mut Vec::new()).is_ok());
        reader.inner = b"x";
        let error = reader.read(&mut [0]).expect_err("an error");
        assert_eq!(FileProblem::of_io(&error), FileProblem::Empty);
    }
}
