//! Snapshot of a board: its rows at one data version, with their freshness and the cached response for a request.

use std::sync::Arc;

use jiff::{Timestamp, Zoned};
use sheets_store::{Reading, finding::Finding};

use crate::{
    error::Error,
    page::{DataSource, Freshness},
    request_context::RequestContext,
    response::{RenderedResponse, ResponseCache, ResponseKey},
};

/// Rows of a board at one data version.
pub struct BoardSnapshot<R> {
    /// Rows of the board.
    pub rows: Arc<R>,
    /// Data issues in the cells.
    pub findings: Arc<Vec<Finding>>,
    /// Data version; it increases when the content of a tab changes.
    pub version: u64,
    /// Time of the last read of the spreadsheet.
    pub read_at: Timestamp,
    /// Start of the current outage of the spreadsheet; `None` while it answers.
    pub unreachable_since: Option<Timestamp>,
    /// Current time in the configured time zone.
    pub now: Zoned,
}

impl<R> BoardSnapshot<R> {
    /// Snapshot of a read, as seen at `now`.
    pub fn of(reading: Reading<R>, now: Zoned) -> Self {
        let snapshot = &reading.snapshot;
        Self {
            rows: Arc::clone(&snapshot.data),
            findings: Arc::clone(&snapshot.findings),
            version: snapshot.version,
            read_at: snapshot.read_at,
            unreachable_since: reading.unreachable_since,
            now,
        }
    }

    /// Time of the last read, in the configured time zone.
    pub fn as_of(&self) -> Zoned {
        self.in_zone(self.read_at)
    }

    /// Number of data issues.
    pub fn findings_count(&self) -> u32 {
        u32::try_from(self.findings.len()).unwrap_or(u32::MAX)
    }

    /// Age and source of the data; `spreadsheet_link` leads to the tab.
    pub fn freshness(&self, source: DataSource, spreadsheet_link: String) -> Freshness {
        Freshness {
            source,
            read_at: self.as_of(),
            now: self.now.clone(),
            unreachable_since: self.unreachable_since.map(|since| self.in_zone(since)),
            spreadsheet_link,
        }
    }

    /// Returns the cached response for `request`, or renders it with `render`.
    ///
    /// The key contains the current second, because pages show the age of their data.
    ///
    /// # Errors
    /// Returns the error of `render`.
    pub async fn cached_response(
        &self,
        cache: &ResponseCache,
        request: &RequestContext,
        render: impl AsyncFnOnce() -> Result<RenderedResponse, Error>,
    ) -> Result<RenderedResponse, Error> {
        let key = ResponseKey {
            versions: (self.version, 0),
            second: self.now.timestamp().as_second(),
            read_at: self.read_at,
            unreachable_since: self.unreachable_since,
            asked: request.key(),
        };
        cache.get_or_render(key, render).await
    }

    fn in_zone(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.now.time_zone().clone())
    }
}
