//! Memory that a large read needed for a moment is given back to the system.
//!
//! A page of 50,000 rows takes some tens of megabytes while its JSON is decoded and a tenth of that afterwards, and boards
//! replace what they worked out from older data. The allocator of glibc keeps what was freed between the rows that stayed,
//! unless it is asked to let go. Measured against this: jemalloc needs a thread of its own for the same, and mimalloc
//! doubles the memory of a program that rests.

use std::time::Duration;

/// Rows from which on the walk over the heap, some milliseconds, is worth it.
const LARGE: usize = 5_000;
/// By then the boards have replaced what they worked out from older data, too.
const DELAY: Duration = Duration::from_secs(1);

/// Gives back what a read of so many rows left behind, a little later and beside everything else.
pub(super) fn give_back_after(rows: usize) {
    if rows >= LARGE {
        give_back_soon();
    }
}

/// Gives back what was needed for a moment, a little later and beside everything else.
pub(super) fn give_back_soon() {
    tokio::spawn(async {
        tokio::time::sleep(DELAY).await;
        let _ = tokio::task::spawn_blocking(give_back).await;
    });
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    // SAFETY: malloc_trim may be called at any time from any thread and touches free memory only
    // (https://man7.org/linux/man-pages/man3/malloc_trim.3.html).
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}
