//! Memory that a large read needed for a moment is given back to the system.
//!
//! A page of 50,000 rows takes some tens of megabytes while its JSON is decoded and a tenth of that afterwards, and boards
//! replace what they worked out from older data. The allocator of glibc keeps what was freed between the rows that stayed,
//! unless it is asked to let go. Measured against this: jemalloc needs a thread of its own for the same, and mimalloc
//! doubles the memory of a program that rests.
//!
//! A program that nobody asks gives back more. A start, and every page after it, runs through much of the program; the kernel
//! reads its file in blocks and counts each page of it that was ever touched as resident. At rest all of them are let go: those
//! that are needed come back from the page cache at the next touch, without a read of the disk, and the others are free for
//! whoever needs memory.

use std::time::Duration;

/// Rows from which on the walk over the heap, some milliseconds, is worth it.
const LARGE: usize = 5_000;
/// By then the boards have replaced what they worked out from older data, too.
const DELAY: Duration = Duration::from_secs(1);

/// How often is looked whether the program rests.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Gives back what a read of so many rows left behind, a little later and beside everything else.
pub fn give_back_after(rows: usize) {
    if rows >= LARGE {
        tokio::spawn(async {
            tokio::time::sleep(DELAY).await;
            let _ = tokio::task::spawn_blocking(give_back).await;
        });
    }
}

/// Gives back what a program at rest does not need, for ever: once after the start, and once after requests came and then
/// none for some seconds. `requests` counts them.
pub async fn give_back_at_rest(requests: impl Fn() -> u64) {
    let mut rest = Rest::default();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if rest.begins(requests()) {
            let everything = || {
                give_back();
                let_go_of_program();
            };
            let _ = tokio::task::spawn_blocking(everything).await;
        }
    }
}

/// Whether the program rests, from a count of requests.
#[derive(Default)]
struct Rest {
    requests: u64,
    has_begun: bool,
}

impl Rest {
    /// Whether no request came since the last look, for the first time since one came.
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
        // SAFETY: the pages belong to a private mapping that cannot be written and in which nothing differs from the file,
        // so each is read from the file again at its next touch (https://man7.org/linux/man-pages/man2/madvise.2.html).
        unsafe {
            libc::madvise(start, pages.len(), libc::MADV_DONTNEED);
        }
    }
}

/// Where the memory holds pages of a file exactly as the file has them, from the text of `/proc/self/smaps`
/// (<https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html>). What was changed since, such as addresses that the
/// loader filled in, counts there as anonymous.
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

/// The first line of a mapping: its addresses, its rights and the path of its file.
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
        let mut rest = Rest::default();
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
