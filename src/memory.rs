//! Heap trimming: returns memory that a large read needed temporarily to the system.
//!
//! A page of 50,000 rows takes some tens of megabytes while its JSON is decoded and a tenth of that afterwards, and
//! boards replace values derived from older data. The allocator of glibc keeps freed memory between live rows, unless
//! it is asked to release it. Alternatives that were measured: jemalloc needs a thread of its own for the same, and
//! mimalloc doubles the idle memory of the program.

use std::time::Duration;

/// Minimum number of rows for which a heap trim, which takes some milliseconds, is worthwhile.
const MIN_ROWS: usize = 5_000;
/// Delay after which the boards have also replaced values derived from older data.
const TRIM_DELAY: Duration = Duration::from_secs(1);

/// Interval of the idle check.
const IDLE_CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// Trims the heap after a read of this many rows, with a delay and in the background.
pub(crate) fn trim_after_read(rows: usize) {
    if rows >= MIN_ROWS {
        tokio::spawn(async {
            tokio::time::sleep(TRIM_DELAY).await;
            trim().await;
        });
    }
}

/// Trims the heap whenever the program becomes idle: once after the start, and once after requests were followed by
/// some seconds without any. `requests` returns their count. Never returns.
pub(crate) async fn trim_when_idle(requests: impl Fn() -> u64) {
    let mut detector = IdleDetector::default();
    loop {
        tokio::time::sleep(IDLE_CHECK_INTERVAL).await;
        if detector.becomes_idle(requests()) {
            trim().await;
        }
    }
}

async fn trim() {
    // An error means that the runtime is shutting down.
    let _ = tokio::task::spawn_blocking(trim_heap).await;
}

/// Idle detector, based on a count of requests.
#[derive(Default)]
struct IdleDetector {
    requests: u64,
    is_idle: bool,
}

impl IdleDetector {
    /// Whether no request arrived since the last check, for the first time since the last request.
    fn becomes_idle(&mut self, requests: u64) -> bool {
        let was_idle = self.is_idle;
        self.is_idle = requests == self.requests;
        self.requests = requests;
        self.is_idle && !was_idle
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "a call of the C library")]
fn trim_heap() {
    // SAFETY: malloc_trim may be called at any time from any thread and touches free memory only
    // (https://man7.org/linux/man-pages/man3/malloc_trim.3.html).
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim_heap() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_becomes_idle_once_after_the_start_and_once_after_requests() {
        let mut detector = IdleDetector::default();
        let idle = [0, 0, 5, 5, 5, 6, 7, 7].map(|requests| detector.becomes_idle(requests));
        assert_eq!(idle, [true, false, false, true, false, false, false, true]);
    }
}
