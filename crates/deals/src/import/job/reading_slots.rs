//! Slots for reading uploaded files, so that many uploads at once cost no more memory and processors than a few.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use web::error::Error;

use crate::import::file::deadline::{Deadline, MAX_READING_TIME};

/// Maximum number of files that are read or compared at a time; the next ones wait.
const MAX_AT_A_TIME: usize = 2;
/// Maximum number of uploads that are read or wait for it; beyond it they are refused.
const MAX_WAITING: usize = 8;
/// Maximum number of bytes of all uploads that are being received, wait or are read: 64 MiB.
const MAX_RECEIVED_BYTES: usize = 64 << 20;
/// Seconds after which a refused upload may be sent again.
const RETRY_AFTER: u32 = 10;

/// Slots for reading files.
pub struct ReadingSlots {
    at_a_time: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    received: Arc<Semaphore>,
}

impl Default for ReadingSlots {
    fn default() -> Self {
        Self {
            at_a_time: Arc::new(Semaphore::new(MAX_AT_A_TIME)),
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            received: Arc::new(Semaphore::new(MAX_RECEIVED_BYTES)),
        }
    }
}

impl ReadingSlots {
    /// Room for `bytes` more of an upload, until the result is dropped.
    ///
    /// # Errors
    /// 503 if other uploads take all of it.
    pub fn receive(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Error> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        Arc::clone(&self.received)
            .try_acquire_many_owned(bytes)
            .map_err(|_| busy())
    }

    /// Place among the uploads that are read or wait for it.
    ///
    /// # Errors
    /// 503 if all places are taken.
    pub fn wait(&self) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| busy())
    }

    /// Runs work on a file on a blocking thread, at most two at a time. The deadline also ends when this future is
    /// dropped, because the caller is gone; the slot is free only once the work has ended.
    ///
    /// # Errors
    /// An internal error when `work` panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Deadline) -> T + Send + 'static) -> Result<T, Error> {
        let slot = Arc::clone(&self.at_a_time)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let (deadline, _caller) = Deadline::after(MAX_READING_TIME).with_caller();
        let work = move || {
            let _slot = slot;
            work(&deadline)
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

fn busy() -> Error {
    let mut error = Error::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "busy",
        "Other files are being read",
        "As many files as can wait are waiting to be read.",
    )
    .with_safety("Nothing was written.")
    .with_next_step("Send the file again in ten seconds.");
    error.retry_after = Some(RETRY_AFTER);
    error
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicBool, AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;

    #[tokio::test]
    async fn two_files_are_read_at_a_time_and_the_ninth_is_asked_to_come_back() {
        let slots = Arc::new(ReadingSlots::default());
        let seats: Vec<_> = (0..MAX_WAITING).map(|_| slots.wait().expect("a place")).collect();
        let refused = slots.wait().expect_err("no place");
        assert_eq!(
            (refused.status, refused.retry_after),
            (StatusCode::SERVICE_UNAVAILABLE, Some(10))
        );
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let reads = seats.into_iter().map(|seat| {
            let (slots, now, most) = (Arc::clone(&slots), Arc::clone(&now), Arc::clone(&most));
            tokio::spawn(async move {
                let _seat = seat;
                let work = move |_: &Deadline| {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                };
                slots.run(work).await
            })
        });
        for read in reads.collect::<Vec<_>>() {
            assert!(read.await.expect("no panic").is_ok());
        }
        assert!(most.load(Ordering::SeqCst) <= MAX_AT_A_TIME);
        assert!(slots.wait().is_ok());
    }

    #[tokio::test]
    async fn work_ends_when_its_caller_is_gone_and_gives_its_slot_back() {
        let slots = Arc::new(ReadingSlots::default());
        let begun = Arc::new(AtomicBool::new(false));
        let work = {
            let begun = Arc::clone(&begun);
            move |deadline: &Deadline| {
                begun.store(true, Ordering::SeqCst);
                while deadline.check().is_ok() {
                    std::thread::yield_now();
                }
            }
        };
        let reading = tokio::spawn({
            let slots = Arc::clone(&slots);
            async move { slots.run(work).await }
        });
        while !begun.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        reading.abort();
        let all = Arc::clone(&slots.at_a_time).acquire_many_owned(2);
        let free = tokio::time::timeout(Duration::from_secs(10), all).await;
        assert!(free.is_ok(), "the work goes on without its caller");
    }

    #[test]
    fn what_is_received_at_once_is_bounded() {
        let slots = ReadingSlots::default();
        let first = slots.receive(MAX_RECEIVED_BYTES).expect("room");
        assert!(slots.receive(1).is_err());
        drop(first);
        assert!(slots.receive(1).is_ok());
    }
}
