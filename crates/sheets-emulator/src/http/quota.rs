//! Call counts and quota per minute.
//!
//! Source of the quota: <https://developers.google.com/workspace/sheets/api/limits>

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};

use crate::proto::{error::ApiError, query::CallKind};

const MINUTE: Duration = Duration::from_mins(1);

#[derive(Default)]
struct CallCounts {
    reads: u64,
    writes: u64,
    calls: BTreeMap<String, u64>,
}

struct QuotaWindow {
    since: Instant,
    reads: u32,
    writes: u32,
}

/// Call counts since the start, and the quota used in the current minute.
pub struct QuotaMeter {
    quota_per_minute: Option<u32>,
    counted: Mutex<CallCounts>,
    window: Mutex<QuotaWindow>,
}

impl QuotaMeter {
    /// Creates a meter with a quota of reads, and of writes, per minute; `None` for no limit.
    pub fn new(quota_per_minute: Option<u32>) -> Self {
        let window = QuotaWindow {
            since: Instant::now(),
            reads: 0,
            writes: 0,
        };
        Self {
            quota_per_minute,
            counted: Mutex::default(),
            window: Mutex::new(window),
        }
    }

    /// Counts a call of the Sheets API.
    pub fn count(&self, shape: &str, kind: CallKind) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let total = match kind {
            CallKind::Read => &mut counted.reads,
            CallKind::Write => &mut counted.writes,
        };
        *total += 1;
        *counted.calls.entry(shape.to_owned()).or_default() += 1;
    }

    /// Counts a call that is neither a read nor a write of a spreadsheet.
    pub fn count_other(&self, shape: &str) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.calls.entry(shape.to_owned()).or_default() += 1;
    }

    /// Uses one call of the quota.
    ///
    /// # Errors
    /// 429 if the quota is exhausted.
    pub fn spend(&self, kind: CallKind) -> Result<(), ApiError> {
        let Some(limit) = self.quota_per_minute else {
            return Ok(());
        };
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if window.since.elapsed() >= MINUTE {
            *window = QuotaWindow {
                since: Instant::now(),
                reads: 0,
                writes: 0,
            };
        }
        let used = match kind {
            CallKind::Read => &mut window.reads,
            CallKind::Write => &mut window.writes,
        };
        if *used >= limit {
            return Err(ApiError::quota_exceeded(kind.name(), limit));
        }
        *used += 1;
        Ok(())
    }

    /// Returns the counts as JSON.
    pub fn report(&self) -> Json {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        json!({"reads": counted.reads, "writes": counted.writes, "calls": counted.calls})
    }

    /// Resets the counts, but not the quota.
    pub fn reset(&self) {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = CallCounts::default();
    }
}
