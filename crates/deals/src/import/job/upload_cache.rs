//! Cache of uploaded files that wait for confirmation.
//!
//! It keeps the bytes as they were sent, which are read again for each preview: the table of a small workbook can take
//! a hundred times as much.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use sheets_store::clock::Clock;
use uuid::Uuid;

/// Time to live since the last use of a file.
const TIME_TO_LIVE: SignedDuration = SignedDuration::from_hours(2);
/// Maximum number of bytes of all files together, 64 MiB; the least recently used files are evicted.
const MAX_BYTES: usize = 64 << 20;
/// Number of bytes that count for each file besides its content, so that empty files are bounded too.
const BYTES_BESIDES: usize = 4 << 10;

/// Uploaded file that can be read.
#[derive(Debug)]
pub struct KeptUpload {
    /// File name to display.
    pub name: String,
    /// Digest of the bytes.
    pub digest: Uuid,
    /// Content of the file.
    pub bytes: Bytes,
}

impl KeptUpload {
    fn weight(&self) -> usize {
        self.bytes.len() + BYTES_BESIDES
    }
}

/// Uploaded files, the most recently used one at the end.
pub struct UploadCache {
    clock: Clock,
    most: usize,
    files: Mutex<VecDeque<(Timestamp, Arc<KeptUpload>)>>,
}

impl UploadCache {
    /// Empty cache.
    pub fn new(clock: Clock) -> Self {
        Self::with_room(clock, MAX_BYTES)
    }

    fn with_room(clock: Clock, most: usize) -> Self {
        Self {
            clock,
            most,
            files: Mutex::default(),
        }
    }

    /// Stores a file, and evicts the least recently used ones until all fit.
    pub fn keep(&self, upload: KeptUpload) {
        let mut files = self.files();
        files.retain(|(_, known)| known.digest != upload.digest);
        files.push_back((self.clock.now(), Arc::new(upload)));
        let mut weight: usize = files.iter().map(|(_, upload)| upload.weight()).sum();
        while weight > self.most
            && let Some((_, evicted)) = files.pop_front()
        {
            weight -= evicted.weight();
        }
    }

    /// File with this digest; `None` if it is unknown, expired, evicted or lost in a restart.
    pub fn find(&self, digest: Uuid) -> Option<Arc<KeptUpload>> {
        let now = self.clock.now();
        let mut files = self.files();
        files.retain(|(asked_at, _)| now.duration_since(*asked_at) <= TIME_TO_LIVE);
        let place = files.iter().position(|(_, upload)| upload.digest == digest)?;
        let (_, upload) = files.remove(place)?;
        files.push_back((now, Arc::clone(&upload)));
        Some(upload)
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(Timestamp, Arc<KeptUpload>)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(number: u128, size: usize) -> KeptUpload {
        KeptUpload {
            name: String::new(),
            digest: Uuid::from_u128(number),
            bytes: vec![0; size].into(),
        }
    }

    #[test]
    fn the_least_recently_used_file_makes_room() {
        let clock = Clock::from_source(|| Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC);
        let cache = UploadCache::with_room(clock, 3 * (1_000 + BYTES_BESIDES));
        let is_there = |number| cache.find(Uuid::from_u128(number)).is_some();
        for number in 1..=3 {
            cache.keep(upload(number, 1_000));
        }
        assert!(is_there(1));
        cache.keep(upload(4, 1_000));
        assert_eq!([1, 2, 3, 4].map(is_there), [true, false, true, true]);
        cache.keep(upload(5, 1_001));
        assert_eq!([1, 3, 4, 5].map(is_there), [false, false, true, true]);
        cache.keep(upload(6, 4 * (1_000 + BYTES_BESIDES)));
        assert_eq!([3, 4, 5, 6].map(is_there), [false; 4]);
    }
}
