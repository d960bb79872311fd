//! The tabs of a board as they are at one moment, and what every board makes of that: its freshness, and answers that
//! are kept.

use std::sync::Arc;

use jiff::{Timestamp, Zoned};

use crate::{
    answer::{Kept, Question, Rendered},
    asked::Asked,
    error::Error,
    finding::Finding,
    page::{Freshness, Source},
    store::Reading,
};

/// The rows of a board at one moment.
pub struct Current<R> {
    /// The rows.
    pub rows: Arc<R>,
    /// Cells that a person should look at.
    pub findings: Arc<Vec<Finding>>,
    /// Rises when the content of a tab changes.
    pub version: u64,
    /// When the spreadsheet was asked last.
    pub read_at: Timestamp,
    /// Since when the spreadsheet has not answered; `None` while it does.
    pub unreachable_since: Option<Timestamp>,
    /// The present instant, in the configured time zone.
    pub now: Zoned,
}

impl<R> Current<R> {
    /// What was read, looked at `now`.
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

    /// When the spreadsheet was asked last, in the configured time zone.
    pub fn as_of(&self) -> Zoned {
        self.in_zone(self.read_at)
    }

    /// How many cells a person should look at.
    pub fn findings_count(&self) -> u32 {
        u32::try_from(self.findings.len()).unwrap_or(u32::MAX)
    }

    /// Which data a page shows; the link leads to its tab.
    pub fn freshness(&self, source: Source, spreadsheet_link: String) -> Freshness {
        Freshness {
            source,
            read_at: self.as_of(),
            now: self.now.clone(),
            unreachable_since: self.unreachable_since.map(|since| self.in_zone(since)),
            spreadsheet_link,
        }
    }

    /// The finished answer to what was `asked`, made by `make` unless it was answered this very second.
    ///
    /// # Errors
    /// Those of `make`.
    pub async fn answered(
        &self,
        kept: &Kept,
        asked: &Asked,
        make: impl AsyncFnOnce() -> Result<Rendered, Error>,
    ) -> Result<Rendered, Error> {
        let question = Question {
            versions: (self.version, 0),
            second: self.now.timestamp().as_second(),
            read_at: self.read_at,
            unreachable_since: self.unreachable_since,
            asked: asked.key(),
        };
        kept.or_make(question, make).await
    }

    fn in_zone(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.now.time_zone().clone())
    }
}
