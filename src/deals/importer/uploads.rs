//! Files that wait until a person has looked at the preview.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{clock::Clock, deals::import::prepared::Upload};

/// How long a file waits after it was asked for last.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(2);
/// Lines of all files together; beyond it the oldest go.
const MOST_LINES: usize = 250_000;
/// Files at most.
const MOST_FILES: usize = 20;

/// The files, the one that was asked for last at the end.
pub struct Uploads {
    clock: Clock,
    files: Mutex<VecDeque<(Timestamp, Arc<Upload>)>>,
}

impl Uploads {
    /// No file.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            files: Mutex::default(),
        }
    }

    /// Keeps a file; the last one is kept whatever its size.
    pub fn keep(&self, upload: Arc<Upload>) {
        let mut files = self.files();
        files.retain(|(_, known)| known.digest != upload.digest);
        files.push_back((self.clock.now(), upload));
        let lines = |files: &VecDeque<(Timestamp, Arc<Upload>)>| -> usize {
            files.iter().map(|(_, upload)| upload.table.lines.len()).sum()
        };
        while files.len() > 1 && (files.len() > MOST_FILES || lines(&files) > MOST_LINES) {
            files.pop_front();
        }
    }

    /// The file with this digest; `None` when it was never here, waited too long, or the program started anew.
    pub fn find(&self, digest: Uuid) -> Option<Arc<Upload>> {
        let now = self.clock.now();
        let mut files = self.files();
        files.retain(|(asked_at, _)| now.duration_since(*asked_at) <= KEPT_FOR);
        let place = files.iter().position(|(_, upload)| upload.digest == digest)?;
        let (_, upload) = files.remove(place)?;
        files.push_back((now, Arc::clone(&upload)));
        Some(upload)
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(Timestamp, Arc<Upload>)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
