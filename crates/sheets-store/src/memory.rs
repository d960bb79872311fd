//! Heap trimming: returns memory that a large read needed temporarily to the system.
//!
//! A page of 50,000 rows takes some tens of megabytes while its JSON is decoded and a tenth of that afterwards, and
//! boards replace values derived from older data. The allocator of glibc keeps freed memory between live rows, unless
//! it is asked to release it. Alternatives that were measured: jemalloc needs a thread of its own for the same, and
//! mimalloc doubles the idle memory of the program.
//!
//! An idle program releases more. Its start, and each page after it, touches much of the program file; the kernel reads
//! the file in blocks and counts each touched page as resident. When idle all of them are released: needed ones return
//! from the page cache at the next access, without a disk read, and the others are free for other processes.

use std::time::Duration;

/// Minimum number of rows for which a heap trim, which takes some milliseconds, is worthwhile.
const MIN_ROWS: usize = 5_000;
/// Delay after which the boards have also replaced values derived from older data.
const TRIM_DELAY: Duration = Duration::from_secs(1);

/// Interval of the idle check.
const IDLE_CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// Trims the heap after a read of this many rows, with a delay and in the background.
pub fn trim_after_read(rows: usize) {
    if rows >= MIN_ROWS {
        tokio::spawn(async {
            tokio::time::sleep(TRIM_DELAY).await;
            let _ = tokio::task::spawn_blocking(give_back).await;
        });
    }
}

/// Trims memory whenever the program becomes idle: once after the start, and once after requests were followed by some
/// seconds without any. `requests` returns their count. Never returns.
pub async fn trim_when_idle(requests: impl Fn() -> u64) {
    let mut rest = IdleDetector::default();
    loop {
        tokio::time::sleep(IDLE_CHECK_INTERVAL).await;
        if rest.begins(requests()) {
            let everything = || {
                give_back();
                let_go_of_program();
            };
            let _ = tokio::task::spawn_blocking(everything).await;
        }
    }
}

/// Idle detector, based on a count of requests.
#[derive(Default)]
struct IdleDetector {
    requests: u64,
    has_begun: bool,
}

impl IdleDetector {
    /// Whether no request arrived since the last check, for the first time since the last request.
    fn begins(&mut self, requests: u64) -> bool {
        let rests = requests == self.requests;
        let begins = rests && !self.has_begun;
        *self = Self {
            requests,
            has_begun: rests,
        };
        begins
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn give_back() {
    // SAFETY: malloc_trim may be called at any time from any thread and touches free memory only
    // (https://man7.org/linux/man-pages/man3/malloc_trim.3.html).
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn let_go_of_program() {
    let Ok(program) = std::fs::read_link("/proc/self/exe") else {
        return;
    };
    let Ok(maps) = std::fs::read_to_string("/proc/self/smaps") else {
        return;
    };
    for pages in unchanged_pages(&maps, &program.to_string_lossy()) {
        let start = std::ptr::with_exposed_provenance_mut::<libc::c_void>(pages.start);
        // SAFETY: the pages belong to a private read-only mapping whose content equals the file, so each is read from
        // the file again at its next access (https://man7.org/linux/man-pages/man2/madvise.2.html).
        unsafe {
            libc::madvise(start, pages.len(), libc::MADV_DONTNEED);
        }
    }
}

/// Memory ranges that hold pages of a file unchanged, from the text of `/proc/self/smaps`
/// (<https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html>). Modified pages, such as addresses that the loader
/// filled in, count as anonymous there.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn unchanged_pages(maps: &str, file: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut mapping = None;
    for line in maps.lines() {
        if let Some(head) = mapping_of(line) {
            mapping = Some(head).filter(|(_, rights, path)| *path == file && matches!(*rights, "r--p" | "r-xp"));
        } else if line.split_whitespace().eq(["Anonymous:", "0", "kB"]) {
            found.extend(mapping.take().map(|(pages, ..)| pages));
        }
    }
    found
}

/// Parses the first line of a mapping: its address range, its permissions and the path of its file.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn mapping_of(line: &str) -> Option<(std::ops::Range<usize>, &str, &str)> {
    let (addresses, rest) = line.split_once(' ')?;
    let (start, end) = addresses.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    let mut words = rest.splitn(5, ' ');
    let rights = words.next()?;
    let path = words.nth(3)?.trim_start();
    Some((address(start)?..address(end)?, rights, path))
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn let_go_of_program() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_begins_once_after_the_start_and_once_after_requests() {
        let mut rest = IdleDetector::default();
        let begins = [0, 0, 5, 5, 5, 6, 7, 7].map(|requests| rest.begins(requests));
        assert_eq!(begins, [true, false, false, true, false, false, false, true]);
    }

    #[test]
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    fn only_pages_that_are_as_in_the_file_of_the_program_are_let_go() {
        let mapping = |addresses: &str, rights: &str, path: &str, anonymous: u32| {
            format!(
                "{addresses} {rights} 00000000 fe:00 1234    {path}\nSize:   8 kB\nRss:   8 kB\n\
                 Anonymous:   {anonymous} kB\nVmFlags: rd ex mr mw me\n"
            )
        };
        let program = "/opt/tally board/tallyboard";
        let maps = [
            mapping("1000-3000", "r--p", program, 0),
            mapping("3000-9000", "r-xp", program, 0),
            mapping("9000-a000", "r--p", program, 4),
            mapping("a000-b000", "rw-p", program, 0),
            mapping("b000-c000", "r-xp", "/usr/lib/libc.so.6", 0),
            mapping("c000-d000", "r--p", "", 0),
        ]
        .concat();
        assert_eq!(
            unchanged_pages(&maps, program),
            vec![0x1000_usize..0x3000, 0x3000..0x9000]
        );
        assert!(unchanged_pages("", program).is_empty());
    }
}
