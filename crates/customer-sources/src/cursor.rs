//! Cursor of a sync run, stored to resume an interrupted run.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Feed;

/// Extent of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncMode {
    /// All records of the vendor. Records that it no longer lists count as removed.
    Full,
    /// Records changed since the start of the last run, plus an overlap.
    Incremental,
}

/// Parameters of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRun {
    /// Extent of the run.
    pub mode: SyncMode,
    /// Watermark of the last complete run.
    pub since: Option<Timestamp>,
    /// Start of the run, which becomes the watermark for the next run.
    pub started_at: Timestamp,
}

impl SourceRun {
    /// Full run started at `started_at`.
    pub fn full(started_at: Timestamp) -> Self {
        Self {
            mode: SyncMode::Full,
            since: None,
            started_at,
        }
    }

    /// Incremental run from `watermark`; a full run if there is none.
    pub fn incremental(watermark: Option<Timestamp>, started_at: Timestamp) -> Self {
        let mode = if watermark.is_some() {
            SyncMode::Incremental
        } else {
            SyncMode::Full
        };
        Self {
            mode,
            since: watermark,
            started_at,
        }
    }

    /// Start of the changes to read: the watermark minus `overlap`; `None` in a full run.
    pub fn changed_since(&self, overlap: SignedDuration) -> Option<Timestamp> {
        let since = self.since.filter(|_| self.mode == SyncMode::Incremental)?;
        Some(since.saturating_sub(overlap).unwrap_or(since))
    }

    /// Instant at this span before the start of the run.
    pub fn ago(&self, span: SignedDuration) -> Timestamp {
        self.started_at.saturating_sub(span).unwrap_or(self.started_at)
    }
}

/// Position of a run; serializable, so that it can be stored with the data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncCursor {
    /// Parameters of the run.
    pub run: SourceRun,
    /// Current feed; `None` at the start of the run.
    feed: Option<String>,
    /// Vendor's cursor of the next page.
    after: Option<String>,
}

/// Progress after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadProgress {
    /// The next page is at this cursor.
    More(SyncCursor),
    /// The run is complete; the next incremental run starts from the watermark.
    Done {
        /// Start of this run.
        watermark: Timestamp,
    },
}

impl SyncCursor {
    /// Cursor at the start of a run.
    pub fn at_start(run: SourceRun) -> Self {
        Self {
            run,
            feed: None,
            after: None,
        }
    }

    /// Cursor at the start of the current feed, for a stored cursor that the vendor no longer accepts.
    #[must_use]
    pub fn rewound(&self) -> Self {
        Self {
            after: None,
            ..self.clone()
        }
    }

    /// Index and feed to read next. If the stored feed no longer exists, the run starts over.
    pub(crate) fn feed_among(&self, feeds: &[Feed]) -> Option<(usize, Feed)> {
        let index = feeds
            .iter()
            .position(|feed| Some(feed.name) == self.feed.as_deref())
            .unwrap_or(0);
        feeds.get(index).map(|feed| (index, *feed))
    }

    /// Vendor's cursor, if this cursor points into the given feed.
    pub(crate) fn after_in(&self, feed: Feed) -> Option<&str> {
        self.after
            .as_deref()
            .filter(|_| self.feed.as_deref() == Some(feed.name))
    }

    /// Progress after a page of the first of `feeds`, with the vendor's next cursor.
    pub(crate) fn advanced(&self, feeds: &[Feed], after: Option<String>) -> ReadProgress {
        let feed = if after.is_some() { feeds.first() } else { feeds.get(1) };
        match feed {
            Some(feed) => ReadProgress::More(Self {
                run: self.run,
                feed: Some(feed.name.to_owned()),
                after,
            }),
            None => self.done(),
        }
    }

    pub(crate) fn done(&self) -> ReadProgress {
        ReadProgress::Done {
            watermark: self.run.started_at,
        }
    }
}
