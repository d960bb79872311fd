//! Cache of uploaded files that wait for confirmation.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use sheets_store::clock::Clock;
use uuid::Uuid;

use crate::import::preview::Upload;

/// Time to live since the last use of a file.
const TIME_TO_LIVE: SignedDuration = SignedDuration::from_hours(2);
/// Maximum number of lines in all files together; the least recently used files are evicted.
const MAX_LINES: usize = 250_000;
/// Maximum number of files.
const MAX_FILES: usize = 20;

/// Uploaded files, the most recently used one at the end.
pub struct UploadCache {
    clock: Clock,
    files: Mutex<VecDeque<(Timestamp, Arc<Upload>)>>,
}

impl UploadCache {
    /// Empty cache.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            files: Mutex::default(),
        }
    }

    /// Stores a file; the newest file is kept whatever its size.
    pub fn keep(&self, upload: Arc<Upload>) {
        let mut files = self.files();
        files.retain(|(_, known)| known.digest != upload.digest);
        files.push_back((self.clock.now(), upload));
        let lines = |files: &VecDeque<(Timestamp, Arc<Upload>)>| -> usize {
            files.iter().map(|(_, upload)| upload.table.lines.len()).sum()
        };
        while files.len() > 1 && (files.len() > MAX_FILES || lines(&files) > MAX_LINES) {
            files.pop_front();
        }
    }

    /// File with this digest; `None` if it is unknown, expired or lost in a restart.
    pub fn find(&self, digest: Uuid) -> Option<Arc<Upload>> {
        let now = self.clock.now();
        let mut files = self.files();
        files.retain(|(asked_at, _)| now.duration_since(*asked_at) <= TIME_TO_LIVE);
        let place = files.iter().position(|(_, upload)| upload.digest == digest)?;
        let (_, upload) = files.remove(place)?;
        files.push_back((now, Arc::clone(&upload)));
        Some(upload)
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(Timestamp, Arc<Upload>)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
